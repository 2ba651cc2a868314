//! Small rewrites within a block, and jumps that lead to jumps.

use heddle_tlbc::defs::operands::{COMPARE_BOOL, Intrinsic1};
use heddle_tlbc::image::Const;

use super::graph::{Graph, In, NO_BLOCK};
use super::instr::Op;
use crate::ast::Loc;

/// All rewrites.
pub fn run(g: &mut Graph, consts: &mut Vec<Const>) {
    // While NOPs still mark the lines of `break` and `continue`, so that those are not jumped over.
    for bi in 0..g.order.len() {
        thread_jumps(g, g.order[bi] as usize, true);
    }
    g.tidy(true);
    for bi in 0..g.order.len() {
        let b = g.order[bi] as usize;
        let mut code = std::mem::take(&mut g.blocks[b].code);
        within(&mut code, consts);
        g.blocks[b].code = code;
    }
    // A rewritten branch may be decided now; then its other side is dead.
    g.tidy(true);
    for bi in 0..g.order.len() {
        thread_jumps(g, g.order[bi] as usize, false);
    }
    g.tidy(true);
    for bi in 0..g.order.len() {
        let b = g.order[bi] as usize;
        let mut code = std::mem::take(&mut g.blocks[b].code);
        remove_pairs(&mut code);
        shorten_swaps(&mut code);
        for i in (0..code.len()).rev() {
            if code[i].op == Op::Swap {
                static_swaps(&mut code, i);
            }
        }
        g.blocks[b].code = code;
    }
}

/// Truth of a loaded constant.
fn truth(i: &In, consts: &[Const]) -> Option<bool> {
    match i.op {
        Op::LoadSmallInt => Some(i.arg != 0),
        Op::LoadConst => Some(match &consts[i.arg as usize] {
            Const::None | Const::False => false,
            Const::True | Const::Ellipsis | Const::Code(_) | Const::Slice(_) | Const::BigInt(_) => {
                true
            }
            Const::Int(v) => *v != 0,
            Const::Float(f) => *f != 0.0,
            Const::Complex(a, b) => *a != 0.0 || *b != 0.0,
            Const::Str(s) => !s.is_empty(),
            Const::Bytes(b) => !b.is_empty(),
            Const::Tuple(t) | Const::FrozenSet(t) => !t.is_empty(),
        }),
        _ => None,
    }
}

fn add_const(consts: &mut Vec<Const>, c: Const) -> u32 {
    match consts.iter().position(|x| *x == c) {
        Some(i) => i as u32,
        None => {
            consts.push(c);
            consts.len() as u32 - 1
        }
    }
}

/// `BUILD_TUPLE` of constants is a constant.
fn fold_tuple(code: &mut [In], at: usize, consts: &mut Vec<Const>) {
    let n = code[at].arg as usize;
    let mut items = Vec::new();
    let mut k = at;
    while items.len() < n {
        if k == 0 {
            return;
        }
        k -= 1;
        match code[k].op {
            Op::Nop => continue,
            Op::LoadSmallInt => items.push(Const::Int(i64::from(code[k].arg))),
            Op::LoadConst if !matches!(consts[code[k].arg as usize], Const::Code(_)) => {
                items.push(consts[code[k].arg as usize].clone());
            }
            _ => return,
        }
    }
    items.reverse();
    code[k..at].iter_mut().for_each(In::nop);
    code[at].op = Op::LoadConst;
    code[at].arg = add_const(consts, Const::Tuple(items.into()));
}

fn within(code: &mut [In], consts: &mut Vec<Const>) {
    let mut i = 0;
    while i < code.len() {
        if code[i].op == Op::BuildTuple
            && code.get(i + 1).is_none_or(|n| n.op != Op::UnpackSequence)
        {
            fold_tuple(code, i, consts);
        }
        let next = code.get(i + 1).map_or(Op::Cache, |n| n.op);
        match code[i].op {
            Op::LoadConst | Op::LoadSmallInt => {
                if let Some(t) = truth(&code[i], consts) {
                    match next {
                        Op::ToBool => {
                            code[i].nop();
                            let k = &mut code[i + 1];
                            k.op = Op::LoadConst;
                            k.arg = add_const(consts, if t { Const::True } else { Const::False });
                        }
                        Op::PopJumpIfFalse | Op::PopJumpIfTrue => {
                            code[i].nop();
                            if (next == Op::PopJumpIfTrue) == t {
                                code[i + 1].op = Op::Jump;
                            } else {
                                code[i + 1].nop();
                            }
                        }
                        Op::JumpIfFalse | Op::JumpIfTrue => {
                            // The value stays for whoever is jumped to.
                            if (next == Op::JumpIfTrue) == t {
                                code[i + 1].op = Op::Jump;
                            } else {
                                code[i + 1].nop();
                            }
                        }
                        Op::IsOp
                            if code[i].op == Op::LoadConst
                                && consts[code[i].arg as usize] == Const::None =>
                        {
                            let mut j = i + 2;
                            if code.get(j).is_some_and(|x| x.op == Op::ToBool) {
                                j += 1;
                            }
                            let jump = code.get(j).map_or(Op::Cache, |x| x.op);
                            if matches!(jump, Op::PopJumpIfFalse | Op::PopJumpIfTrue) {
                                let is_not = code[i + 1].arg == 1;
                                let to_none = (jump == Op::PopJumpIfTrue) != is_not;
                                for k in &mut code[i..j] {
                                    k.nop();
                                }
                                code[j].op =
                                    if to_none { Op::PopJumpIfNone } else { Op::PopJumpIfNotNone };
                            }
                        }
                        _ => {}
                    }
                }
            }
            Op::LoadGlobal if next == Op::PushNull => {
                code[i].arg |= 1;
                code[i + 1].nop();
            }
            Op::CompareOp if next == Op::ToBool => {
                let at = code[i];
                code[i].nop();
                code[i + 1] = In { arg: at.arg | COMPARE_BOOL, op: Op::CompareOp, ..at };
            }
            Op::ContainsOp | Op::IsOp => match next {
                Op::ToBool => {
                    let at = code[i];
                    code[i].nop();
                    code[i + 1] = at;
                }
                Op::UnaryNot => {
                    let at = code[i];
                    code[i].nop();
                    code[i + 1] = In { arg: at.arg ^ 1, ..at };
                }
                _ => {}
            },
            Op::ToBool if next == Op::ToBool => code[i].nop(),
            // A loop takes the list as well as the tuple.
            Op::CallIntrinsic1
                if next == Op::GetIter && code[i].arg == Intrinsic1::ListToTuple as u32 =>
            {
                code[i].nop();
            }
            Op::UnaryNot if next == Op::ToBool => {
                let at = code[i];
                code[i].nop();
                code[i + 1] = at;
            }
            Op::UnaryNot if next == Op::UnaryNot => {
                code[i].nop();
                code[i + 1].nop();
            }
            Op::BuildTuple | Op::BuildList
                if next == Op::UnpackSequence && code[i].arg == code[i + 1].arg =>
            {
                match code[i].arg {
                    1 => {
                        code[i].nop();
                        code[i + 1].nop();
                    }
                    2 | 3 => {
                        code[i].nop();
                        code[i + 1].op = Op::Swap;
                    }
                    _ => {}
                }
            }
            Op::Swap if code[i].arg == 1 => code[i].nop(),
            // Nothing observable happens between the two loads of one local.
            Op::StoreFast
                if next == Op::StoreFast
                    && code[i].arg == code[i + 1].arg
                    && code[i].loc.line == code[i + 1].loc.line =>
            {
                code[i].op = Op::PopTop;
                code[i].arg = 0;
            }
            _ => {}
        }
        i += 1;
    }
}

/// `LOAD x; POP_TOP` does nothing.
fn remove_pairs(code: &mut [In]) {
    let mut prev: Option<usize> = None;
    for i in 0..code.len() {
        match code[i].op {
            Op::Nop => continue,
            Op::PopTop => {
                if let Some(p) = prev {
                    let pure = matches!(code[p].op, Op::LoadConst | Op::LoadSmallInt)
                        || code[p].op == Op::Copy && code[p].arg == 1;
                    if pure {
                        code[p].nop();
                        code[i].nop();
                        prev = None;
                        continue;
                    }
                }
            }
            _ => {}
        }
        prev = Some(i);
    }
}

/// A run of `SWAP`s is a permutation; it is done again with as few as its cycles need.
fn shorten_swaps(code: &mut [In]) {
    let mut i = 0;
    while i < code.len() {
        if code[i].op != Op::Swap {
            i += 1;
            continue;
        }
        let mut end = i;
        let (mut depth, mut swaps) = (0, 0);
        while end < code.len() && matches!(code[end].op, Op::Swap | Op::Nop) {
            if code[end].op == Op::Swap {
                depth = depth.max(code[end].arg as usize);
                swaps += 1;
            }
            end += 1;
        }
        if swaps > 1 {
            const DONE: usize = usize::MAX;
            let mut stack: Vec<usize> = (0..depth).collect();
            for s in &code[i..end] {
                if s.op == Op::Swap {
                    stack.swap(0, s.arg as usize - 1);
                }
            }
            // Each cycle through a place other than the top takes one swap more than its length,
            // so there are never more than before. They are written from the back.
            let mut at = end;
            for from in 0..depth {
                if stack[from] == DONE || stack[from] == from {
                    continue;
                }
                let mut j = from;
                loop {
                    if j > 0 && at > i {
                        at -= 1;
                        code[at].op = Op::Swap;
                        code[at].arg = j as u32 + 1;
                    }
                    if stack[j] == DONE {
                        break;
                    }
                    let next = stack[j];
                    stack[j] = DONE;
                    j = next;
                }
            }
            code[i..at].iter_mut().for_each(In::nop);
        }
        i = end;
    }
}

fn swappable(op: Op) -> bool {
    matches!(op, Op::StoreFast | Op::StoreFastMaybeNull | Op::PopTop)
}

fn stores_to(i: &In) -> Option<u32> {
    matches!(i.op, Op::StoreFast | Op::StoreFastMaybeNull).then_some(i.arg)
}

fn next_swappable(code: &[In], mut i: usize, line: Option<u32>) -> Option<usize> {
    loop {
        i += 1;
        let ins = code.get(i)?;
        if line.is_some_and(|l| l != ins.loc.line) {
            return None;
        }
        match ins.op {
            Op::Nop => continue,
            op if swappable(op) => return Some(i),
            _ => return None,
        }
    }
}

/// A `SWAP` before stores is done by exchanging the stores.
fn static_swaps(code: &mut [In], at: usize) {
    let mut i = at;
    loop {
        if code[i].op == Op::Swap {
            let Some(j) = next_swappable(code, i, None) else { return };
            let line = code[j].loc.line;
            let line = (line < Loc::NEXT_LINE).then_some(line);
            let mut k = j;
            for _ in 1..code[i].arg {
                match next_swappable(code, k, line) {
                    Some(n) => k = n,
                    None => return,
                }
            }
            let (a, b) = (stores_to(&code[j]), stores_to(&code[k]));
            if a.is_some() || b.is_some() {
                if a == b {
                    return;
                }
                let clash = code[j + 1..k]
                    .iter()
                    .filter_map(stores_to)
                    .any(|s| Some(s) == a || Some(s) == b);
                if clash {
                    return;
                }
            }
            code[i].nop();
            code.swap(j, k);
        } else if code[i].op != Op::Nop && !swappable(code[i].op) {
            return;
        }
        if i == 0 {
            return;
        }
        i -= 1;
    }
}

/// A jump to a jump goes where that one goes.
fn thread_jumps(g: &mut Graph, b: usize, over_lines: bool) {
    for _ in 0..8 {
        let Some(last) = g.blocks[b].code.last().copied() else { return };
        if last.target == NO_BLOCK {
            return;
        }
        let Some(first) = g.blocks[last.target as usize].code.first().copied() else { return };
        let threads = match last.op {
            op if op.is_conditional() => first.op == Op::Jump,
            Op::Jump => matches!(first.op, Op::Jump | Op::JumpNoInterrupt),
            Op::JumpNoInterrupt => first.op == Op::JumpNoInterrupt || first.op == Op::Jump,
            Op::JumpIfFalse => matches!(first.op, Op::Jump | Op::JumpIfFalse),
            Op::JumpIfTrue => matches!(first.op, Op::Jump | Op::JumpIfTrue),
            _ => false,
        };
        let same_line = !first.loc.has_line() || first.loc.line == last.loc.line;
        if !threads
            || !(over_lines || same_line)
            || first.target == last.target
            || first.except != last.except
        {
            return;
        }
        let op = if last.op == Op::JumpNoInterrupt { first.op } else { last.op };
        let at = g.blocks[b].code.len() - 1;
        let code = &mut g.blocks[b].code;
        code[at].target = first.target;
        code[at].op = op;
        // A line of its own must still show: the NOP goes where it says nothing new.
        if !first.loc.has_line() {
            continue;
        }
        code[at].loc = first.loc;
        if first.loc.line != last.loc.line {
            code.insert(at, In { except: last.except, ..In::new(Op::Nop, 0, last.loc) });
        }
    }
}

/// Pairs of loads and stores of locals become one instruction.
pub fn superinstructions(g: &mut Graph) {
    for bi in 0..g.order.len() {
        let b = g.order[bi] as usize;
        let code = &mut g.blocks[b].code;
        let mut i = 0;
        while i + 1 < code.len() {
            let (a, c) = (code[i], code[i + 1]);
            let op = match (a.op, c.op) {
                (Op::LoadFast, Op::LoadFast) => Op::LoadFastLoadFast,
                (Op::StoreFast, Op::LoadFast) => Op::StoreFastLoadFast,
                // A store that may be of the empty word stays one that is known as such.
                (Op::StoreFast, Op::StoreFast) => Op::StoreFastStoreFast,
                _ => {
                    i += 1;
                    continue;
                }
            };
            let same_line = !a.loc.has_line() || !c.loc.has_line() || a.loc.line == c.loc.line;
            if same_line && a.arg < 16 && c.arg < 16 {
                code[i].op = op;
                code[i].arg = a.arg << 4 | c.arg;
                code[i + 1].nop();
                code[i + 1].loc = code[i].loc;
                i += 2;
            } else {
                i += 1;
            }
        }
    }
    g.remove_nops();
}

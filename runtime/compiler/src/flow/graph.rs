//! The control-flow graph and its layout.

use super::instr::{Op, Seq};
use crate::ast::Loc;

/// No block.
pub const NO_BLOCK: u32 = u32::MAX;
/// Blocks of up to this many instructions that leave the code are copied instead of jumped to.
const MAX_COPY: usize = 4;

/// An instruction in a block.
#[derive(Clone, Copy, Debug)]
pub struct In {
    pub op: Op,
    pub arg: u32,
    pub loc: Loc,
    /// Where it jumps, or the handler it installs.
    pub target: u32,
    /// The handler of what it raises.
    pub except: u32,
}

impl In {
    /// An instruction without target or handler.
    pub fn new(op: Op, arg: u32, loc: Loc) -> In {
        In { op, arg, loc, target: NO_BLOCK, except: NO_BLOCK }
    }

    /// Turns it into a NOP with the same position.
    pub fn nop(&mut self) {
        self.op = Op::Nop;
        self.arg = 0;
        self.target = NO_BLOCK;
    }
}

/// A basic block.
#[derive(Clone, Debug, Default)]
pub struct Block {
    pub code: Vec<In>,
    /// A handler that also finds the offset of the raise.
    pub lasti: bool,
    pub handler: bool,
    /// Values on the stack at its start; -1 until known.
    pub depth: i32,
    pub preds: u32,
    pub cold: bool,
    /// Place in the source's order.
    origin: u32,
}

impl Block {
    /// Whether control may go on to the next block.
    pub fn falls_through(&self) -> bool {
        self.code.last().is_none_or(|i| !i.op.no_fallthrough())
    }

    fn exits(&self) -> bool {
        self.code.last().is_some_and(|i| i.op.is_exit())
    }

    pub(super) fn no_lines(&self) -> bool {
        self.code.iter().all(|i| !i.loc.has_line())
    }

    pub(super) fn is_exit_without_line(&self) -> bool {
        self.exits() && self.no_lines()
    }
}

/// Blocks and the order in which they will lie.
#[derive(Debug, Default)]
pub struct Graph {
    pub blocks: Vec<Block>,
    pub order: Vec<u32>,
    /// Reused by the walks over the graph, which are many and mostly short.
    scratch: Scratch,
}

#[derive(Debug, Default)]
struct Scratch {
    pos: Vec<u32>,
    seen: Vec<bool>,
    stack: Vec<u32>,
    targets: Vec<u32>,
}

impl Graph {
    /// Cuts a sequence into blocks.
    pub fn build(seq: &Seq) -> Graph {
        let n = seq.code.len();
        let mut starts = vec![false; n + 1];
        for &l in &seq.labels {
            if l != u32::MAX {
                starts[l as usize] = true;
            }
        }
        let mut block_at = vec![NO_BLOCK; n + 1];
        let mut blocks: Vec<Block> = Vec::new();
        let mut open = false;
        for (i, ins) in seq.code.iter().enumerate() {
            if !open || starts[i] {
                block_at[i] = blocks.len() as u32;
                blocks.push(Block { depth: -1, ..Block::default() });
                open = true;
            }
            let b = blocks.len() - 1;
            blocks[b].code.push(In {
                op: ins.op,
                arg: ins.arg,
                loc: ins.loc,
                target: NO_BLOCK,
                except: NO_BLOCK,
            });
            if ins.op.is_exit() || (ins.op.is_jump() && ins.op != Op::EndAsyncFor) {
                open = false;
            }
        }
        if block_at[n] == NO_BLOCK && starts[n] {
            block_at[n] = blocks.len() as u32;
            blocks.push(Block { depth: -1, ..Block::default() });
        }
        for b in &mut blocks {
            for i in &mut b.code {
                if i.op.is_jump() || i.op.is_block_push() {
                    i.target = block_at[seq.labels[i.arg as usize] as usize];
                    i.arg = 0;
                }
            }
        }
        for (i, b) in blocks.iter_mut().enumerate() {
            b.origin = i as u32;
        }
        let order = (0..blocks.len() as u32).collect();
        Graph { blocks, order, scratch: Scratch::default() }
    }

    /// Calls `f` on every instruction that is laid out.
    pub fn each_instr(&mut self, mut f: impl FnMut(&mut In)) {
        for &b in &self.order {
            self.blocks[b as usize].code.iter_mut().for_each(&mut f);
        }
    }

    /// The block after position `i` of the layout.
    pub fn next(&self, i: usize) -> u32 {
        i.checked_add(1).and_then(|i| self.order.get(i)).copied().unwrap_or(NO_BLOCK)
    }

    /// Sends jumps to empty blocks to what follows them, and drops the empty blocks.
    pub fn remove_empty(&mut self) {
        if self.order.iter().all(|&b| !self.blocks[b as usize].code.is_empty()) {
            return;
        }
        let mut forward: Vec<u32> = vec![NO_BLOCK; self.blocks.len()];
        let mut next = NO_BLOCK;
        for &b in self.order.iter().rev() {
            if !self.blocks[b as usize].code.is_empty() {
                next = b;
            }
            forward[b as usize] = next;
        }
        for bi in 0..self.order.len() {
            let b = self.order[bi] as usize;
            // What an empty handler was known for holds for the block that it stands for.
            let to = forward[b];
            if to != NO_BLOCK && to as usize != b {
                let (h, l) = (self.blocks[b].handler, self.blocks[b].lasti);
                self.blocks[to as usize].handler |= h;
                self.blocks[to as usize].lasti |= l;
            }
            for i in &mut self.blocks[b].code {
                if i.target != NO_BLOCK && forward[i.target as usize] != NO_BLOCK {
                    i.target = forward[i.target as usize];
                }
                if i.except != NO_BLOCK && forward[i.except as usize] != NO_BLOCK {
                    i.except = forward[i.except as usize];
                }
            }
        }
        let blocks = &self.blocks;
        self.order.retain(|&b| !blocks[b as usize].code.is_empty());
    }

    /// Drops blocks that nothing reaches; counts the ways into the others.
    pub fn remove_unreachable(&mut self) {
        self.remove_empty();
        if let [only] = self.order[..] {
            self.blocks[only as usize].preds = 1;
            return;
        }
        let n = self.blocks.len();
        let Scratch { mut pos, mut seen, mut stack, mut targets } =
            std::mem::take(&mut self.scratch);
        pos.clear();
        pos.resize(n, 0);
        seen.clear();
        seen.resize(n, false);
        stack.clear();
        for (i, &b) in self.order.iter().enumerate() {
            pos[b as usize] = i as u32;
            self.blocks[b as usize].preds = 0;
        }
        let Some(&entry) = self.order.first() else { return };
        seen[entry as usize] = true;
        stack.push(entry);
        self.blocks[entry as usize].preds = 1;
        while let Some(b) = stack.pop() {
            let block = &self.blocks[b as usize];
            targets.clear();
            if block.falls_through() {
                targets.push(self.next(pos[b as usize] as usize));
            }
            targets.extend(
                block
                    .code
                    .iter()
                    .filter(|i| i.target != NO_BLOCK && i.op != Op::EndAsyncFor)
                    .map(|i| i.target),
            );
            for &t in &targets {
                if t == NO_BLOCK {
                    continue;
                }
                self.blocks[t as usize].preds += 1;
                if !seen[t as usize] {
                    seen[t as usize] = true;
                    stack.push(t);
                }
            }
        }
        self.order.retain(|&b| seen[b as usize]);
        self.scratch = Scratch { pos, seen, stack, targets };
    }

    /// NOPs that mark no line of their own, and jumps to the next instruction.
    pub fn tidy(&mut self, inline: bool) {
        // A few rounds suffice; the bound only guards against code that could unroll for ever.
        for _ in 0..8 {
            self.remove_unreachable();
            // These two rely on the counts of ways in, which the others make stale.
            let mut again = self.merge();
            again |= inline && self.inline_small();
            again |= self.remove_nops();
            again |= self.remove_jumps_to_next();
            if !again {
                break;
            }
        }
        self.remove_unreachable();
    }

    fn remove_jumps_to_next(&mut self) -> bool {
        let mut changed = false;
        for i in 0..self.order.len() {
            let next = self.next(i);
            let b = &mut self.blocks[self.order[i] as usize];
            if let Some(last) = b.code.last_mut()
                && last.op.is_unconditional()
                && last.target == next
            {
                last.nop();
                changed = true;
            }
        }
        changed
    }

    /// A block that only its predecessor leads to becomes part of it.
    fn merge(&mut self) -> bool {
        let mut order: Vec<u32> = Vec::with_capacity(self.order.len());
        for i in 0..self.order.len() {
            let b = self.order[i] as usize;
            if let Some(&prev) = order.last() {
                let p = &self.blocks[prev as usize];
                let next = &self.blocks[b];
                let straight = p.code.last().is_none_or(|l| !l.op.is_jump() && !l.op.is_exit());
                if straight && next.preds == 1 && !next.handler && p.cold == next.cold {
                    let mut code = std::mem::take(&mut self.blocks[b].code);
                    self.blocks[prev as usize].code.append(&mut code);
                    continue;
                }
            }
            order.push(b as u32);
        }
        let changed = order.len() != self.order.len();
        self.order = order;
        changed
    }

    fn inline_small(&mut self) -> bool {
        let mut changed = false;
        for i in 0..self.order.len() {
            let b = self.order[i] as usize;
            let Some(last) = self.blocks[b].code.last() else { continue };
            if !last.op.is_unconditional() {
                continue;
            }
            let t = last.target as usize;
            if t == b {
                continue;
            }
            let target = &self.blocks[t];
            let small = target.exits() && target.code.len() <= MAX_COPY;
            if small || (target.no_lines() && !target.falls_through() && target.preds == 1) {
                // A handler's first instructions belong to its own stack.
                if target.handler {
                    continue;
                }
                let copy = target.code.clone();
                let block = &mut self.blocks[b];
                if let Some(l) = block.code.last_mut() {
                    l.nop();
                }
                block.code.extend(copy);
                changed = true;
            }
        }
        changed
    }

    /// Drops NOPs that no line event needs.
    pub fn remove_nops(&mut self) -> bool {
        let mut changed = false;
        for bi in 0..self.order.len() {
            let b = self.order[bi] as usize;
            if !self.blocks[b].code.iter().any(|i| i.op == Op::Nop) {
                continue;
            }
            // The line at which the next block that has one starts.
            let after = {
                let mut k = bi + 1;
                let mut line = None;
                while let Some(&nb) = self.order.get(k) {
                    let code = &self.blocks[nb as usize].code;
                    if let Some(i) = code.iter().find(|i| i.op != Op::Nop || i.loc.has_line()) {
                        line = Some(i.loc.line);
                        break;
                    }
                    k += 1;
                }
                line
            };
            let mut code = std::mem::take(&mut self.blocks[b].code);
            let before = code.len();
            let mut prev = None;
            let mut kept = 0;
            for i in 0..code.len() {
                let ins = code[i];
                if ins.op == Op::Nop {
                    if !ins.loc.has_line() || prev == Some(ins.loc.line) {
                        continue;
                    }
                    if i + 1 < code.len() {
                        let next = code[i + 1].loc;
                        if next.line == ins.loc.line {
                            continue;
                        }
                        if !next.has_line() {
                            code[i + 1].loc = ins.loc;
                            continue;
                        }
                    } else if after == Some(ins.loc.line) {
                        continue;
                    }
                }
                prev = Some(ins.loc.line);
                code[kept] = ins;
                kept += 1;
            }
            code.truncate(kept);
            changed |= kept != before;
            self.blocks[b].code = code;
        }
        if changed {
            self.remove_empty();
        }
        changed
    }

    /// Blocks that only exceptions reach move behind the others.
    pub fn cold_to_end(&mut self) {
        self.remove_unreachable();
        if !self.blocks.iter().any(|b| b.handler) {
            return;
        }
        let n = self.blocks.len();
        let mut pos = vec![usize::MAX; n];
        for (i, &b) in self.order.iter().enumerate() {
            pos[b as usize] = i;
        }
        let mut warm = vec![false; n];
        let mut stack = vec![self.order[0]];
        warm[self.order[0] as usize] = true;
        while let Some(b) = stack.pop() {
            let block = &self.blocks[b as usize];
            let jump = block.code.last().filter(|i| i.op.is_jump()).map_or(NO_BLOCK, |i| i.target);
            let next = if block.falls_through() { self.next(pos[b as usize]) } else { NO_BLOCK };
            for t in [jump, next] {
                if t != NO_BLOCK && !warm[t as usize] {
                    warm[t as usize] = true;
                    stack.push(t);
                }
            }
        }
        if self.order.iter().all(|&b| warm[b as usize]) {
            return;
        }
        let mut hot = Vec::with_capacity(self.order.len());
        let mut cold = Vec::new();
        for i in 0..self.order.len() {
            let b = self.order[i];
            if warm[b as usize] {
                hot.push(b);
                continue;
            }
            self.blocks[b as usize].cold = true;
            cold.push(b);
            let next = self.next(i);
            if next != NO_BLOCK && warm[next as usize] && self.blocks[b as usize].falls_through() {
                let mut jump = In::new(Op::JumpNoInterrupt, 0, Loc::NONE);
                jump.target = next;
                let origin = self.blocks[b as usize].origin;
                let depth = -1;
                self.blocks.push(Block {
                    code: vec![jump],
                    depth,
                    cold: true,
                    origin,
                    ..Block::default()
                });
                cold.push(self.blocks.len() as u32 - 1);
            }
        }
        hot.append(&mut cold);
        self.order = hot;
    }

    /// Turns what only the compiler knows into instructions of the table.
    pub fn lower(&mut self, slots: &[u32], prefix: Vec<In>) {
        for &b in &self.order {
            let block = &mut self.blocks[b as usize];
            let mut out = Vec::with_capacity(block.code.len() + 4);
            for mut i in block.code.drain(..) {
                match i.op {
                    // The line of a `try` is an event of its own.
                    Op::SetupFinally | Op::SetupCleanup | Op::SetupWith => i.nop(),
                    Op::StoreFastMaybeNull => i.op = Op::StoreFast,
                    Op::LoadDeref
                    | Op::StoreDeref
                    | Op::DeleteDeref
                    | Op::LoadFromDictOrDeref
                    | Op::MakeCell => i.arg = slots[i.arg as usize],
                    Op::LoadClosure => {
                        i.op = Op::LoadFast;
                        i.arg = slots[i.arg as usize];
                    }
                    Op::LoadCellAndClear => {
                        i.op = Op::LoadFastAndClear;
                        i.arg = slots[i.arg as usize];
                    }
                    Op::StoreCellMaybeNull => {
                        i.op = Op::StoreFast;
                        i.arg = slots[i.arg as usize];
                    }
                    Op::JumpIfFalse | Op::JumpIfTrue => {
                        let mut copy = In::new(Op::Copy, 1, i.loc);
                        copy.except = i.except;
                        let mut test = In::new(Op::ToBool, 0, i.loc);
                        test.except = i.except;
                        out.push(copy);
                        out.push(test);
                        i.op = if i.op == Op::JumpIfFalse {
                            Op::PopJumpIfFalse
                        } else {
                            Op::PopJumpIfTrue
                        };
                    }
                    _ => {}
                }
                out.push(i);
            }
            block.code = out;
        }
        if let Some(&entry) = self.order.first() {
            let code = &mut self.blocks[entry as usize].code;
            code.splice(0..0, prefix);
        }
        self.remove_nops();
        self.remove_empty();
    }

    /// Gives jumps their direction. Conditional jumps lead forward only, so one that would lead back
    /// is turned round a jump.
    pub fn normalize_jumps(&mut self) {
        let mut pos = vec![usize::MAX; self.blocks.len()];
        for (i, &b) in self.order.iter().enumerate() {
            pos[b as usize] = i;
        }
        let mut order = Vec::with_capacity(self.order.len() + 8);
        for i in 0..self.order.len() {
            let b = self.order[i] as usize;
            order.push(b as u32);
            let next = self.next(i);
            let Some(last) = self.blocks[b].code.last().copied() else { continue };
            if !last.op.is_jump() || last.target == NO_BLOCK {
                continue;
            }
            let backward = pos[last.target as usize] <= i;
            if last.op.is_conditional() {
                if !backward {
                    continue;
                }
                let reversed = match last.op {
                    Op::PopJumpIfFalse => Op::PopJumpIfTrue,
                    Op::PopJumpIfTrue => Op::PopJumpIfFalse,
                    Op::PopJumpIfNone => Op::PopJumpIfNotNone,
                    _ => Op::PopJumpIfNone,
                };
                let mut jump = In::new(Op::JumpBackward, 0, last.loc);
                jump.target = last.target;
                jump.except = last.except;
                let depth = self.blocks[last.target as usize].depth;
                let cold = self.blocks[b].cold;
                let origin = self.blocks[b].origin;
                self.blocks.push(Block {
                    code: vec![jump],
                    depth,
                    cold,
                    origin,
                    ..Block::default()
                });
                order.push(self.blocks.len() as u32 - 1);
                if let Some(l) = self.blocks[b].code.last_mut() {
                    l.op = reversed;
                    l.target = next;
                }
                continue;
            }
            // A jump that leads back only because its block was moved to the end closes no loop.
            let moved = self.blocks[b].cold
                && self.blocks[last.target as usize].origin > self.blocks[b].origin;
            let op = match (last.op, backward) {
                (Op::Jump, true) if moved => Op::JumpBackwardNoInterrupt,
                (Op::Jump | Op::JumpBackward, true) => Op::JumpBackward,
                (Op::JumpNoInterrupt, true) => Op::JumpBackwardNoInterrupt,
                (Op::Jump | Op::JumpNoInterrupt, false) => Op::JumpForward,
                (other, _) => other,
            };
            if let Some(l) = self.blocks[b].code.last_mut() {
                l.op = op;
            }
        }
        self.order = order;
    }
}

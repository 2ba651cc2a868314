//! Checks a finished image by running its stack effects over all paths.
//!
//! Every instruction must be reached with one stack depth, whatever way leads there, exception
//! handlers included; the stack must never underflow nor exceed what the image declares; arguments
//! must be in range. Debug builds check everything they compile.

use heddle_tlbc::defs::{Flag, Opcode};
use heddle_tlbc::image::{CodeImage, Const};
use heddle_tlbc::tables::find_handler;
use heddle_tlbc::unit::instructions;

/// Checks `image` and all code in its constants.
pub fn check(image: &CodeImage) -> Result<(), String> {
    check_one(image).map_err(|e| format!("{}: {e}", image.qualname))?;
    for c in &image.consts {
        if let Const::Code(inner) = c {
            check(inner)?;
        }
    }
    Ok(())
}

fn check_one(image: &CodeImage) -> Result<(), String> {
    let list: Vec<_> = instructions(&image.units).collect();
    let n = image.units.len();
    // Depth at the first unit of each instruction.
    let mut depth: Vec<i32> = vec![-1; n + 1];
    let mut index: Vec<usize> = vec![usize::MAX; n + 1];
    for (k, i) in list.iter().enumerate() {
        index[i.start] = k;
    }
    let mut todo = vec![(0usize, 0i32)];
    while let Some((at, d)) = todo.pop() {
        if at >= n || index[at] == usize::MAX {
            return Err(format!("control reaches {at}, which is no instruction"));
        }
        if depth[at] >= 0 {
            if depth[at] != d {
                return Err(format!("depth {} or {d} at {at}", depth[at]));
            }
            continue;
        }
        depth[at] = d;
        let i = list[index[at]];
        let Some(op) = i.opcode() else { return Err(format!("no opcode {} at {at}", i.op)) };
        range(image, op, i.oparg)?;
        let (pops, pushes) = (op.pops(i.oparg) as i32, op.pushes(i.oparg) as i32);
        if d < pops {
            return Err(format!("{} at {at} pops {pops} of {d}", op.name()));
        }
        let deep = match op {
            Opcode::Copy | Opcode::Swap => i.oparg as i32,
            Opcode::ListAppend
            | Opcode::SetAdd
            | Opcode::ListExtend
            | Opcode::SetUpdate
            | Opcode::DictUpdate => i.oparg as i32 + 1,
            Opcode::MapAdd => i.oparg as i32 + 2,
            Opcode::DictMerge => i.oparg as i32 + 4,
            _ => 0,
        };
        if d < deep {
            return Err(format!("{} {} at {at} looks below the stack of {d}", op.name(), i.oparg));
        }
        let after = d - pops + pushes;
        if after > image.stacksize as i32 {
            return Err(format!("depth {after} at {at}, declared {}", image.stacksize));
        }
        if let Some(h) = find_handler(&image.exceptiontable, i.at) {
            let want = h.depth as i32;
            if d < want {
                return Err(format!("handler of {at} wants {want} of {d}"));
            }
            todo.push((h.target, want + 1 + i32::from(h.lasti)));
        }
        if op.has(Flag::HasJump) && op != Opcode::EndAsyncFor {
            let Some(t) = i.jump_target() else { return Err(format!("bad jump at {at}")) };
            todo.push((t, after));
        }
        if !op.has(Flag::NoFallthrough) {
            todo.push((i.next, after));
        }
    }
    Ok(())
}

fn range(image: &CodeImage, op: Opcode, arg: u32) -> Result<(), String> {
    let arg = arg as usize;
    let bad = |what: &str| Err(format!("{} {arg}: no such {what}", op.name()));
    if op.has(Flag::HasConst) && arg >= image.consts.len() {
        return bad("constant");
    }
    if op.has(Flag::HasName) {
        let i = match op {
            Opcode::LoadGlobal | Opcode::LoadAttr => arg >> 1,
            Opcode::LoadSuperAttr => arg >> 2,
            _ => arg,
        };
        if i >= image.names.len() {
            return bad("name");
        }
    }
    if op.has(Flag::HasLocal) {
        let n = image.localsplusnames.len();
        let two = matches!(
            op,
            Opcode::LoadFastLoadFast | Opcode::StoreFastLoadFast | Opcode::StoreFastStoreFast
        );
        if two && (arg >> 4 >= n || arg & 15 >= n) || !two && arg >= n {
            return bad("local");
        }
    }
    if op.has(Flag::HasFree) && arg >= image.localsplusnames.len() {
        return bad("cell");
    }
    Ok(())
}

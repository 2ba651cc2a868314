//! Instructions to code units, exception table and location table.

use heddle_tlbc::defs::Opcode;
use heddle_tlbc::tables::{
    ExceptionTableWriter, Handler, HandlerRange, LocationTableWriter, Position,
};

use crate::ast::Loc;
use crate::emit::Res;
use crate::error::{CompileError, ErrorKind};
use crate::flow::{Graph, In, NO_BLOCK, Op};

/// Distance of `END_SEND` from its `SEND`, in units.
const END_SEND_OFFSET: usize = 5;

struct Slot<'a> {
    ins: &'a In,
    op: Opcode,
    /// `EXTENDED_ARG`s in front.
    ext: usize,
    at: usize,
    arg: u32,
}

impl Slot<'_> {
    fn size(&self) -> usize {
        self.ext + 1 + self.op.caches()
    }
}

fn prefixes(arg: u32) -> usize {
    match arg {
        0..=0xFF => 0,
        0x100..=0xFFFF => 1,
        0x1_0000..=0xFF_FFFF => 2,
        _ => 3,
    }
}

/// Units, exception table, location table.
pub fn assemble(g: &Graph, firstlineno: i32) -> Res<(Vec<u16>, Vec<u8>, Vec<u8>)> {
    let mut slots: Vec<Slot<'_>> = Vec::new();
    let mut first_slot = vec![usize::MAX; g.blocks.len()];
    for &b in &g.order {
        first_slot[b as usize] = slots.len();
        for ins in &g.blocks[b as usize].code {
            let Some(op) = ins.op.real() else {
                return Err(CompileError::plain(
                    ErrorKind::Internal,
                    format!("compiler: {:?} was not lowered", ins.op),
                ));
            };
            slots.push(Slot { ins, op, ext: prefixes(ins.arg), at: 0, arg: ins.arg });
        }
    }
    // Jumps need prefixes when they are long, which makes others longer: until nothing changes.
    loop {
        let mut at = 0;
        for s in &mut slots {
            s.at = at;
            at += s.size();
        }
        let mut changed = false;
        for i in 0..slots.len() {
            let s = &slots[i];
            if s.ins.target == NO_BLOCK {
                continue;
            }
            let t = first_slot[s.ins.target as usize];
            let target = slots.get(t).map_or(at, |x| x.at);
            let end = s.at + s.size();
            let distance = match s.ins.op {
                Op::JumpBackward | Op::JumpBackwardNoInterrupt => end - target,
                // Monitoring wants the instruction after the loop's SEND.
                Op::EndAsyncFor => end - target - END_SEND_OFFSET,
                _ => target.saturating_sub(end),
            };
            let arg = distance as u32;
            let ext = prefixes(arg);
            if slots[i].arg != arg {
                slots[i].arg = arg;
            }
            // Only ever longer, so that this ends.
            if ext > slots[i].ext {
                slots[i].ext = ext;
                changed = true;
            }
        }
        if !changed {
            break;
        }
    }

    let total = slots.last().map_or(0, |s| s.at + s.size());
    let mut units: Vec<u16> = Vec::with_capacity(total);
    for s in &slots {
        for k in (1..=s.ext).rev() {
            units.push(Opcode::ExtendedArg as u16 | ((s.arg >> (8 * k) & 0xFF) as u16) << 8);
        }
        units.push(s.op as u16 | ((s.arg & 0xFF) as u16) << 8);
        units.resize(units.len() + s.op.caches(), 0);
    }

    let mut lines = LocationTableWriter::new(firstlineno);
    let mut i = 0;
    while i < slots.len() {
        let loc = slots[i].ins.loc;
        let mut n = 0;
        while i < slots.len() && slots[i].ins.loc == loc {
            n += slots[i].size();
            i += 1;
        }
        lines.push(n, position(loc));
    }

    let mut table = ExceptionTableWriter::new();
    let mut i = 0;
    while i < slots.len() {
        let h = slots[i].ins.except;
        let start = slots[i].at;
        let mut end = start;
        while i < slots.len() && slots[i].ins.except == h {
            end = slots[i].at + slots[i].size();
            i += 1;
        }
        if h == NO_BLOCK {
            continue;
        }
        let b = &g.blocks[h as usize];
        let depth = b.depth - 1 - i32::from(b.lasti);
        let Ok(depth) = u32::try_from(depth) else {
            return Err(CompileError::plain(
                ErrorKind::Internal,
                "compiler: handler without depth",
            ));
        };
        let target = slots.get(first_slot[h as usize]).map_or(total, |s| s.at);
        table.push(HandlerRange { start, end, handler: Handler { target, depth, lasti: b.lasti } });
    }
    Ok((units, table.finish(), lines.finish()))
}

fn position(loc: Loc) -> Position {
    if !loc.has_line() {
        Position::NONE
    } else if loc.col == u32::MAX || loc.end_col == u32::MAX {
        Position::line(loc.line)
    } else {
        Position::new(loc.line, loc.end_line, loc.col, loc.end_col)
    }
}

//! How high the evaluation stack is at every block.

use super::graph::{Graph, NO_BLOCK};
use super::instr::Op;
use crate::emit::Res;
use crate::error::{CompileError, ErrorKind};

/// Sets the depth of every block; answers the greatest depth.
pub fn measure(g: &mut Graph) -> Res<u32> {
    for &b in &g.order {
        g.blocks[b as usize].depth = -1;
    }
    let mut pos = vec![usize::MAX; g.blocks.len()];
    for (i, &b) in g.order.iter().enumerate() {
        pos[b as usize] = i;
    }
    let Some(&entry) = g.order.first() else { return Ok(0) };
    let mut todo = vec![entry];
    g.blocks[entry as usize].depth = 0;
    let mut max = 0i32;
    let mut reached: Vec<(u32, i32)> = Vec::new();
    while let Some(b) = todo.pop() {
        let block = &g.blocks[b as usize];
        let mut depth = block.depth;
        reached.clear();
        let mut open = true;
        for i in &block.code {
            let (pops, pushes) = (i.op.pops(i.arg) as i32, i.op.pushes(i.arg) as i32);
            if depth < pops {
                return Err(broken(format!("stack underflow at {:?} (depth {depth})", i.op)));
            }
            if i.target != NO_BLOCK && i.op != Op::EndAsyncFor {
                let there = match i.op {
                    Op::SetupFinally | Op::SetupWith => depth + 1,
                    Op::SetupCleanup => depth + 2,
                    _ => depth - pops + pushes,
                };
                reached.push((i.target, there));
                max = max.max(there);
            }
            depth += pushes - pops;
            // What an instruction pushes may lie above what it has not popped yet.
            max = max.max(depth).max(depth + extra(i.op));
            if i.op.no_fallthrough() {
                open = false;
                break;
            }
        }
        if open {
            let next = g.next(pos[b as usize]);
            if next == NO_BLOCK {
                return Err(broken("control runs off the end".to_owned()));
            }
            reached.push((next, depth));
        }
        for &(t, d) in &reached {
            let target = &mut g.blocks[t as usize];
            if target.depth < 0 {
                target.depth = d;
                todo.push(t);
            } else if target.depth != d {
                return Err(broken(format!("stack depth {} or {d} at one place", target.depth)));
            }
        }
    }
    Ok(max as u32)
}

/// Values above the result for a moment.
fn extra(op: Op) -> i32 {
    match op {
        Op::JumpIfFalse | Op::JumpIfTrue => 1,
        _ => 0,
    }
}

fn broken(msg: String) -> CompileError {
    CompileError::plain(ErrorKind::Internal, format!("compiler: {msg}"))
}

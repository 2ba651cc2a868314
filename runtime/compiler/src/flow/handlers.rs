//! Which handler is in force at each instruction.

use heddle_tlbc::defs::operands::resume;

use super::graph::{Graph, NO_BLOCK};
use super::instr::Op;
use crate::emit::Res;
use crate::error::{CompileError, ErrorKind};

/// Gives every instruction its handler; `POP_BLOCK`s become NOPs.
pub fn assign(g: &mut Graph) -> Res {
    let n = g.blocks.len();
    let mut entry: Vec<Option<Vec<u32>>> = vec![None; n];
    let Some(&first) = g.order.first() else { return Ok(()) };
    entry[first as usize] = Some(Vec::new());
    let mut todo = vec![first];
    // Blocks lie in the order of their numbers here.
    while let Some(b) = todo.pop() {
        let mut stack = entry[b as usize].clone().unwrap_or_default();
        let mut yield_depth = 0;
        let mut reached: Vec<(u32, Vec<u32>)> = Vec::new();
        let mut code = std::mem::take(&mut g.blocks[b as usize].code);
        for i in &mut code {
            let top = stack.last().copied().unwrap_or(NO_BLOCK);
            match i.op {
                op if op.is_block_push() => {
                    i.except = top;
                    // The handler itself runs under what is around the block.
                    reached.push((i.target, stack.clone()));
                    let h = &mut g.blocks[i.target as usize];
                    h.handler = true;
                    h.lasti |= op != Op::SetupFinally;
                    stack.push(i.target);
                }
                Op::PopBlock => {
                    if stack.pop().is_none() {
                        return Err(CompileError::plain(
                            ErrorKind::Internal,
                            "unbalanced exception blocks",
                        ));
                    }
                    i.nop();
                }
                Op::YieldValue => {
                    i.except = top;
                    yield_depth = stack.len();
                }
                Op::Resume => {
                    i.except = top;
                    if i.arg != resume::FUNC_START && yield_depth == 1 {
                        i.arg |= resume::DEPTH1;
                    }
                    yield_depth = 0;
                }
                _ => {
                    i.except = top;
                    if i.op.is_jump() && i.op != Op::EndAsyncFor {
                        reached.push((i.target, stack.clone()));
                    }
                }
            }
        }
        g.blocks[b as usize].code = code;
        if g.blocks[b as usize].falls_through() && (b as usize) + 1 < n {
            reached.push((b + 1, stack));
        }
        for (t, s) in reached {
            if t != NO_BLOCK && entry[t as usize].is_none() {
                entry[t as usize] = Some(s);
                todo.push(t);
            }
        }
    }
    Ok(())
}

//! Positions for instructions that have none of their own.

use super::graph::{Graph, In, NO_BLOCK};
use crate::ast::Loc;

/// Spreads positions so that every instruction that can raise or be traced has one.
pub fn resolve(g: &mut Graph) {
    duplicate_exits(g);
    propagate(g);
}

/// An exit without a line that several jumps share becomes one for each, with the line of its jump.
fn duplicate_exits(g: &mut Graph) {
    g.remove_unreachable();
    let mut inserted: Vec<(u32, u32)> = Vec::new();
    for bi in 0..g.order.len() {
        let b = g.order[bi] as usize;
        let Some(last) = g.blocks[b].code.last().copied() else { continue };
        if !last.op.is_jump() || last.target == NO_BLOCK {
            continue;
        }
        let t = last.target as usize;
        if g.blocks[t].is_exit_without_line() && g.blocks[t].preds > 1 && !g.blocks[t].handler {
            let mut copy = g.blocks[t].clone();
            copy.code[0].loc = last.loc;
            copy.preds = 1;
            g.blocks[t].preds -= 1;
            let id = g.blocks.len() as u32;
            g.blocks.push(copy);
            inserted.push((t as u32, id));
            if let Some(l) = g.blocks[b].code.last_mut() {
                l.target = id;
            }
        }
    }
    if !inserted.is_empty() {
        let mut after: std::collections::HashMap<u32, Vec<u32>> = std::collections::HashMap::new();
        for (t, id) in inserted {
            after.entry(t).or_default().push(id);
        }
        let mut order = Vec::with_capacity(g.order.len() + after.len());
        for &b in &g.order {
            order.push(b);
            if let Some(list) = after.get(&b) {
                order.extend(list.iter().rev());
            }
        }
        g.order = order;
    }
    for i in 0..g.order.len() {
        let b = g.order[i] as usize;
        let next = g.next(i);
        if next == NO_BLOCK || !g.blocks[b].falls_through() {
            continue;
        }
        if g.blocks[next as usize].is_exit_without_line()
            && let Some(last) = g.blocks[b].code.last()
        {
            let loc = last.loc;
            g.blocks[next as usize].code[0].loc = loc;
        }
    }
}

fn propagate(g: &mut Graph) {
    for i in 0..g.order.len() {
        let b = g.order[i] as usize;
        let mut prev = Loc::NONE;
        let n = g.blocks[b].code.len();
        for k in 0..n {
            let loc = g.blocks[b].code[k].loc;
            if loc.line == Loc::NEXT_LINE {
                let next = if k + 1 < n {
                    g.blocks[b].code[k + 1].loc
                } else {
                    let nb = g.next(i);
                    if nb == NO_BLOCK {
                        prev
                    } else {
                        g.blocks[nb as usize].code.first().map_or(prev, |i| i.loc)
                    }
                };
                g.blocks[b].code[k].loc = if next.has_line() { next } else { prev };
                prev = g.blocks[b].code[k].loc;
            } else if loc.line == Loc::NO_LINE {
                g.blocks[b].code[k].loc = prev;
            } else {
                prev = loc;
            }
        }
        let Some(last) = g.blocks[b].code.last().copied() else { continue };
        let mut hand_on = |t: u32| {
            if t == NO_BLOCK {
                return;
            }
            let t = &mut g.blocks[t as usize];
            if t.preds == 1
                && let Some(f) = t.code.first_mut()
                && f.loc.line == Loc::NO_LINE
            {
                f.loc = prev;
            }
        };
        if last.op.is_jump() {
            hand_on(last.target);
        }
        if !last.op.no_fallthrough() {
            let next = g.order.get(i + 1).copied().unwrap_or(NO_BLOCK);
            hand_on(next);
        }
    }
}

/// After lowering: nothing to spread, but instructions that replaced others keep their position.
pub fn inherit(g: &mut Graph) {
    g.each_instr(|i: &mut In| {
        if i.loc.line == Loc::NEXT_LINE {
            i.loc = Loc::NONE;
        }
    });
}

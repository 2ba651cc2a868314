//! Locals that may be unbound when they are loaded.
//!
//! A bit for each local in each block: "may be unbound". Blocks are visited until nothing changes;
//! then every load of such a local becomes one that checks.

use super::graph::{Graph, NO_BLOCK};
use super::instr::Op;

/// Turns loads into checking loads where needed. The first `nparams` locals are bound at entry.
pub fn check(g: &mut Graph, nvars: usize, nparams: usize) {
    if nvars == 0 {
        return;
    }
    let words = nvars.div_ceil(64);
    let n = g.blocks.len();
    let mut state = vec![0u64; words * n];
    let mut queued = vec![false; n];
    let mut pos = vec![usize::MAX; n];
    for (i, &b) in g.order.iter().enumerate() {
        pos[b as usize] = i;
    }
    let Some(&entry) = g.order.first() else { return };
    let mut todo = vec![entry];
    let mut visited = vec![false; n];
    visited[entry as usize] = true;
    queued[entry as usize] = true;
    for v in nparams..nvars {
        state[entry as usize * words + v / 64] |= 1 << (v % 64);
    }
    let mut cur = vec![0u64; words];
    while let Some(b) = todo.pop() {
        let b = b as usize;
        queued[b] = false;
        cur.copy_from_slice(&state[b * words..(b + 1) * words]);
        let merge = |t: u32,
                     cur: &[u64],
                     state: &mut Vec<u64>,
                     todo: &mut Vec<u32>,
                     visited: &mut Vec<bool>,
                     queued: &mut Vec<bool>| {
            if t == NO_BLOCK {
                return;
            }
            let t = t as usize;
            let mut changed = !visited[t];
            visited[t] = true;
            for (s, c) in state[t * words..(t + 1) * words].iter_mut().zip(cur) {
                if *s | c != *s {
                    *s |= c;
                    changed = true;
                }
            }
            if changed && !queued[t] {
                queued[t] = true;
                todo.push(t as u32);
            }
        };
        // The handler sees every state within the block in which something may raise.
        let mut handler_seen = NO_BLOCK;
        for i in &g.blocks[b].code {
            if i.except != NO_BLOCK && i.except != handler_seen {
                merge(i.except, &cur, &mut state, &mut todo, &mut visited, &mut queued);
                handler_seen = i.except;
            }
            let v = i.arg as usize;
            match i.op {
                Op::DeleteFast | Op::LoadFastAndClear => {
                    cur[v / 64] |= 1 << (v % 64);
                    handler_seen = NO_BLOCK;
                }
                Op::StoreFastMaybeNull => {
                    cur[v / 64] |= 1 << (v % 64);
                    handler_seen = NO_BLOCK;
                }
                // After a load that checked, the local is bound.
                Op::StoreFast | Op::LoadFastCheck => cur[v / 64] &= !(1 << (v % 64)),
                Op::LoadFast if v < nvars => cur[v / 64] &= !(1 << (v % 64)),
                _ => {}
            }
            if i.op.is_jump() && i.op != Op::EndAsyncFor {
                merge(i.target, &cur, &mut state, &mut todo, &mut visited, &mut queued);
            }
        }
        if g.blocks[b].falls_through() {
            let next = g.next(pos[b]);
            merge(next, &cur, &mut state, &mut todo, &mut visited, &mut queued);
        }
    }
    for &b in &g.order {
        let b = b as usize;
        cur.copy_from_slice(&state[b * words..(b + 1) * words]);
        for i in &mut g.blocks[b].code {
            let v = i.arg as usize;
            match i.op {
                Op::DeleteFast | Op::LoadFastAndClear | Op::StoreFastMaybeNull => {
                    cur[v / 64] |= 1 << (v % 64)
                }
                Op::StoreFast => cur[v / 64] &= !(1 << (v % 64)),
                Op::LoadFast => {
                    if cur[v / 64] >> (v % 64) & 1 != 0 {
                        i.op = Op::LoadFastCheck;
                    }
                    cur[v / 64] &= !(1 << (v % 64));
                }
                _ => {}
            }
        }
    }
}

//! P19. Property: the initialiser runs once to success, nobody passes before it ended, everybody who passes sees what it
//! wrote; a failed attempt leaves the next caller to try.
//! Smallest scenario: three callers; the first attempt fails in one variant.

use crate::{LOOM, Model, SHUTTLE, WM, actors, logic, ordering, reach};
use heddle_sync::once::Once;
use heddle_sync::prim::RaceCell;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

pub const MODEL: Model = Model {
    name: "once",
    property: "run once, passed only afterwards, retried after a failure",
    variants: &["ok", "fail"],
    bound: 2,
    engines: LOOM | WM | SHUTTLE,
    loom_blind: true,
    facts: &["passed without waiting", "failed once"],
    mutants: &[
        ordering("once.fast=Relaxed"),
        ordering("once.finish=Relaxed"),
        ordering("once.claim_fail=Relaxed"),
        ordering("once.claim=Relaxed").under("fail"),
        logic("once.wake=drop"),
        logic("once.wake_first=on"),
    ],
    run: |variant| run(variant == "fail"),
};

struct Case {
    once: Once,
    data: RaceCell<u32>,
    attempts: AtomicU32,
    fail_first: bool,
}

fn run(fail_first: bool) {
    let case = Arc::new(Case {
        once: Once::new(),
        data: RaceCell::new(0),
        attempts: AtomicU32::new(0),
        fail_first,
    });
    let caller = |c: &Case| {
        if c.once.is_done() {
            reach("passed without waiting");
        }
        let result = c.once.call_unattached(|| {
            let attempt = c.attempts.fetch_add(1, Ordering::SeqCst);
            // SAFETY: one attempt at a time.
            unsafe { c.data.write(|n| *n += 1) };
            if c.fail_first && attempt == 0 { Err(()) } else { Ok(()) }
        });
        match result {
            // SAFETY: after success nobody writes.
            Ok(()) => assert!(unsafe { c.data.get() } >= 1, "passed before the end"),
            Err(()) => reach("failed once"),
        }
    };
    if fail_first {
        actors![case; caller, caller];
    } else {
        actors![case; caller, caller, caller];
    }
    let wanted = if fail_first { 2 } else { 1 };
    // SAFETY: all actors ended.
    assert_eq!(unsafe { case.data.get() }, wanted);
}

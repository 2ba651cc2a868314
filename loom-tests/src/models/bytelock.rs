//! P17. Property: one holder at a time, who sees what the holders before it wrote; nobody sleeps for ever; a lock that
//! is handed over goes to exactly one waiter.
//! Smallest scenario: three threads lock, change and unlock, once with barging and once with hand-off.

use crate::{LOOM, Model, SHUTTLE, WM, actors, logic, ordering, reach};
use heddle_sync::mutex;
use heddle_sync::prim::{AtomicU8, Ordering, RaceCell, site_handoff};
use std::sync::Arc;

pub const MODEL: Model = Model {
    name: "bytelock",
    property: "mutual exclusion without lost wake-ups, with barging and with hand-off",
    variants: &["barge", "handoff", "barge3", "handoff3"],
    bound: 2,
    engines: LOOM | WM | SHUTTLE,
    loom_blind: true,
    facts: &["contended"],
    mutants: &[
        ordering("lock.try=Relaxed"),
        ordering("lock.unlock=Relaxed"),
        ordering("lock.unlock_slow=Relaxed").under("barge3"),
        ordering("lock.take=Relaxed").under("barge3"),
        ordering("lock.barge=Relaxed").under("barge3"),
        logic("lock.validate=drop"),
        logic("lock.store=drop"),
        logic("lock.forget_parked=on").under("barge3"),
        logic("lock.forget_parked=on").under("handoff3"),
    ],
    run: |variant| {
        site_handoff(variant.starts_with("handoff"));
        if variant.ends_with('3') { three() } else { two() }
    },
};

struct Case {
    lock: AtomicU8,
    value: RaceCell<u32>,
}

fn locked(c: &Case) {
    if !mutex::try_lock(&c.lock) {
        reach("contended");
        mutex::lock_attached(&c.lock);
    }
    // SAFETY: the lock is held.
    unsafe { c.value.write(|n| *n += 1) };
    mutex::unlock(&c.lock);
}

fn case() -> Arc<Case> {
    Arc::new(Case { lock: AtomicU8::new(0), value: RaceCell::new(0) })
}

fn finish(case: &Case, n: u32) {
    // SAFETY: all actors ended.
    assert_eq!(unsafe { case.value.get() }, n);
    assert_eq!(case.lock.load(Ordering::Relaxed), 0, "the lock is left free and without waiters");
}

fn two() {
    let case = case();
    actors![case; locked, locked];
    finish(&case, 2);
}

fn three() {
    let case = case();
    actors![case; locked, locked, locked];
    finish(&case, 3);
}

//! P11. Property: an event bit that was set is handled or still set, whatever other bits and the version do meanwhile;
//! who takes a bit sees what its setter wrote before; a version change never loses an event.
//! Smallest scenario: two setters of different bits with data, one owner that polls, takes and handles.

use crate::{LOOM, Model, SHUTTLE, WM, actors, logic, ordering, reach};
use heddle_sync::breaker::{ASYNC_EXC, CALLS, EvalBreaker, VERSION_STEP};
use heddle_sync::prim::RaceCell;
use std::sync::Arc;

pub const MODEL: Model = Model {
    name: "breaker",
    property: "no event bit is lost and its data is visible to whoever takes it",
    variants: &["bits", "version", "peek"],
    bound: 3,
    engines: LOOM | WM | SHUTTLE,
    loom_blind: false,
    facts: &["bit taken by a poll", "both taken at once", "event during a version change"],
    mutants: &[
        ordering("breaker.set=Relaxed"),
        ordering("breaker.take=Relaxed"),
        logic("breaker.take_by_store=on"),
        logic("breaker.version_by_store=on").under("version"),
        ordering("breaker.acquire=drop").under("peek"),
    ],
    run: |variant| match variant {
        "version" => version(),
        "peek" => peek(),
        _ => bits(),
    },
};

struct Case {
    breaker: EvalBreaker,
    exception: RaceCell<u32>,
    call: RaceCell<u32>,
    handled: std::sync::atomic::AtomicU64,
}

fn case() -> Arc<Case> {
    Arc::new(Case {
        breaker: EvalBreaker::new(VERSION_STEP),
        exception: RaceCell::new(0),
        call: RaceCell::new(0),
        handled: Default::default(),
    })
}

impl Case {
    /// What a thread does at a safepoint: take first, then handle.
    fn poll(&self) -> u64 {
        if !self.breaker.has(ASYNC_EXC | CALLS) {
            return 0;
        }
        let taken = self.breaker.take(ASYNC_EXC | CALLS);
        // SAFETY: whoever took the bit owns the data.
        unsafe {
            if taken & ASYNC_EXC != 0 {
                assert_eq!(self.exception.get(), 7, "the exception is not there");
            }
            if taken & CALLS != 0 {
                assert_eq!(self.call.get(), 8, "the call is not there");
            }
        }
        self.handled.fetch_or(taken, std::sync::atomic::Ordering::SeqCst);
        taken
    }
}

fn bits() {
    let case = case();
    actors![case;
        |c: &Case| {
            // SAFETY: the bit is not set yet, so nobody reads.
            unsafe { c.exception.set(7) };
            c.breaker.set(ASYNC_EXC);
        },
        |c: &Case| {
            // SAFETY: the bit is not set yet, so nobody reads.
            unsafe { c.call.set(8) };
            c.breaker.set(CALLS);
        },
        |c: &Case| {
            match c.poll() {
                0 => {}
                both if both == ASYNC_EXC | CALLS => reach("both taken at once"),
                _ => reach("bit taken by a poll"),
            }
        },
    ];
    let handled = case.handled.load(std::sync::atomic::Ordering::SeqCst);
    assert_eq!(handled | case.breaker.events(), ASYNC_EXC | CALLS, "an event was lost");
    assert_eq!(handled & case.breaker.events(), 0, "an event would be handled twice");
}

/// A relaxed poll that leaves the bit alone, then a fence.
fn peek() {
    let case = case();
    actors![case;
        |c: &Case| {
            // SAFETY: the bit is not set yet, so nobody reads.
            unsafe { c.exception.set(7) };
            c.breaker.set(ASYNC_EXC);
        },
        |c: &Case| {
            if c.breaker.has(ASYNC_EXC) {
                c.breaker.acquire();
                // SAFETY: written before the bit was set.
                assert_eq!(unsafe { c.exception.get() }, 7);
            }
        },
    ];
}

fn version() {
    let case = case();
    actors![case;
        |c: &Case| {
            c.breaker.set(ASYNC_EXC);
            if c.breaker.version() == 2 * VERSION_STEP {
                reach("event during a version change");
            }
        },
        |c: &Case| c.breaker.set_version(2 * VERSION_STEP),
    ];
    assert_eq!(case.breaker.load_relaxed(), (2 * VERSION_STEP) | ASYNC_EXC);
}

//! P1. Property: value and backoff of a counter are a legal pair at any moment, whoever counts and sets; lost updates
//! only lengthen a wait, so executions enough always reach the trigger.
//! Smallest scenario: two threads execute one site (one copy for all) while the instrumenter lets it warm up anew.

use crate::{LOOM, Model, SHUTTLE, WM, actors, logic, reach};
use heddle_tlbc::counter::{self, Counter};
use heddle_tlbc::unit::Unit;
use std::sync::Arc;

pub const MODEL: Model = Model {
    name: "tlbc_counter",
    property: "a counter is never torn and always triggers in the end",
    variants: &["shared"],
    bound: 2,
    engines: LOOM | WM | SHUTTLE,
    // Every actor loads and then stores the counter.
    loom_blind: true,
    facts: &["restarted", "an update was lost"],
    mutants: &[logic("counter.torn=on")],
    run: |_| shared(),
};

const FIRST: Counter = Counter::new(2, 1);

fn execute(unit: &Unit) {
    for _ in 0..2 {
        if counter::tick(unit) {
            counter::restart(unit);
            reach("restarted");
        }
    }
}

fn assert_legal(counter: Counter) {
    let most = match counter.backoff() {
        1 => 2,
        2 => 6,
        3 => 30,
        other => panic!("backoff {other} was never written"),
    };
    assert!(
        counter.value() <= most,
        "torn: value {} with backoff {}",
        counter.value(),
        counter.backoff()
    );
}

fn shared() {
    let case = Arc::new(Unit::new(FIRST.0));
    actors![case;
        execute,
        execute,
        |unit: &Unit| assert_legal(counter::load(unit)),
        |unit: &Unit| counter::store(unit, FIRST),
    ];
    let left = counter::load(&case);
    assert_legal(left);
    if left == Counter::new(1, 1) {
        reach("an update was lost");
    }
    assert!((0..=left.value()).any(|_| counter::tick(&case)), "the trigger is never reached");
}

//! P9. Property: no two live threads share an index, the smallest free one is handed out first, and the user of a
//! reused index sees all that its predecessor wrote under it.
//! Smallest scenario: two threads reserve, write what the index names, and release, at the same time.

use crate::{LOOM, Model, SHUTTLE, WM, actors, logic, reach};
use heddle_sync::index::IndexPool;
use heddle_sync::prim::RaceCell;
use std::sync::Arc;

pub const MODEL: Model = Model {
    name: "index",
    property: "an index has one user at a time, who sees all its predecessor wrote",
    variants: &["twice"],
    bound: 3,
    engines: LOOM | WM | SHUTTLE,
    loom_blind: false,
    facts: &["index reused", "two at once"],
    mutants: &[
        logic("index.reserve_unlocked=on"),
        logic("index.release_unlocked=on"),
        logic("index.give_back=drop"),
    ],
    run: |_| run(),
};

struct Case {
    pool: IndexPool,
    /// What an index names: written by its user without any other protection.
    copies: [RaceCell<u32>; 2],
}

fn run() {
    let case = Arc::new(Case {
        pool: IndexPool::new(0, 2),
        copies: [RaceCell::new(0), RaceCell::new(0)],
    });
    let user = |c: &Case| {
        let (index, generation) = c.pool.reserve().expect("two indices for two threads");
        if index == 1 {
            reach("two at once");
        }
        // SAFETY: the pool gives the index to one thread at a time: that is what is checked.
        unsafe {
            let before = c.copies[index as usize].get();
            assert_eq!(before, generation - 1, "the predecessor's work is not visible");
            if before != 0 {
                reach("index reused");
            }
            c.copies[index as usize].set(generation);
        }
        c.pool.release(index);
    };
    actors![case; user, user];
    assert_eq!(case.pool.reserve().map(|(index, _)| index), Some(0), "the smallest free index");
}

//! P19. Property: whoever finds the event set, or was woken by it, sees what was written before it was set; nobody who
//! waits sleeps for ever.
//! Smallest scenario: one setter, two waiters.

use crate::{LOOM, Model, SHUTTLE, WM, actors, logic, ordering, reach};
use heddle_sync::event::Event;
use heddle_sync::prim::RaceCell;
use std::sync::Arc;

pub const MODEL: Model = Model {
    name: "event",
    property: "a set event is seen with what came before it, and wakes everybody",
    variants: &["wait"],
    bound: 3,
    engines: LOOM | WM | SHUTTLE,
    loom_blind: false,
    facts: &["found it set"],
    mutants: &[
        ordering("event.set=Relaxed"),
        ordering("event.check=Relaxed"),
        logic("event.wake=drop"),
        logic("event.wake_first=on"),
    ],
    run: |_| run(),
};

struct Case {
    event: Event,
    data: RaceCell<u32>,
}

fn run() {
    let case = Arc::new(Case { event: Event::new(), data: RaceCell::new(0) });
    let waiter = |c: &Case| {
        if c.event.is_set() {
            reach("found it set");
        }
        c.event.wait_unattached();
        // SAFETY: after the event nobody writes.
        assert_eq!(unsafe { c.data.get() }, 5);
    };
    actors![case;
        |c: &Case| {
            // SAFETY: before the event nobody else looks.
            unsafe { c.data.set(5) };
            c.event.set();
        },
        waiter,
        waiter,
    ];
}

//! P14 with P9, P17, P18 and P28 together. Property: sections, revocations, pauses, starts and exits at once neither
//! race nor deadlock, and no update is lost.
//! Scenario: four threads that start, mutate a shared and a biased object, nest sections in both orders, pause the world
//! and exit. Far too big for loom; random and PCT schedules only.

use crate::{Model, SHUTTLE, WM, actors, reach, register};
use heddle_sync::breaker::PLEASE_STOP;
use heddle_sync::header::SHARED;
use heddle_sync::prim::{RaceCell, site_handoff};
use heddle_sync::{HeaderWord, Reason, Slot, World, critical};
use std::sync::Arc;

pub const MODEL: Model = Model {
    name: "compose",
    property: "sections, revocations, pauses, starts and exits go together",
    variants: &["barge", "handoff"],
    bound: 0,
    engines: WM | SHUTTLE,
    loom_blind: false,
    facts: &["all done", "a pause saw everything"],
    mutants: &[],
    run: |variant| {
        site_handoff(variant == "handoff");
        run()
    },
};

struct Object {
    header: HeaderWord,
    value: RaceCell<u32>,
}

struct Case {
    world: World,
    objects: [Object; 3],
}

impl Case {
    fn mutate(&self, slot: &Slot, i: usize) {
        let object = &self.objects[i];
        critical::with(&self.world, slot, &object.header, || {
            // SAFETY: inside the section.
            unsafe { object.value.write(|n| *n += 1) }
        });
    }

    fn poll(&self, slot: &Slot) {
        if slot.breaker.has(PLEASE_STOP) {
            self.world.poll_stop(slot);
        }
    }

    fn thread(&self, who: usize) {
        let slot = register(&self.world);
        self.world.attach(&slot);
        self.mutate(&slot, who % 3);
        self.poll(&slot);
        let (outer, inner) = ((who + 1) % 3, (who + 2) % 3);
        critical::with(&self.world, &slot, &self.objects[outer].header, || {
            self.mutate(&slot, inner);
            // SAFETY: inside the outer section, entered again if it was suspended.
            unsafe { self.objects[outer].value.write(|n| *n += 1) };
        });
        if who.is_multiple_of(2) {
            let pause = self.world.stop(&slot, Reason::Other);
            // SAFETY: everybody else is stopped, outside all active sections.
            let sum: u32 = self.objects.iter().map(|o| unsafe { o.value.get() }).sum();
            if sum == 12 {
                reach("a pause saw everything");
            }
            drop(pause);
        } else {
            let (a, b) = (&self.objects[0], &self.objects[1]);
            critical::with_two(&self.world, &slot, &b.header, &a.header, || {
                // SAFETY: inside the section on both.
                unsafe {
                    a.value.write(|n| *n += 10);
                    b.value.write(|n| *n += 10);
                }
            });
        }
        self.poll(&slot);
        self.world.unregister(&slot);
    }
}

fn run() {
    let object = |owner| Object { header: HeaderWord::new(owner, 0, 0), value: RaceCell::new(0) };
    let case = Arc::new(Case {
        world: World::with_owner_limit(16),
        objects: [object(SHARED), object(1), object(2)],
    });
    actors![case;
        |c: &Case| c.thread(0),
        |c: &Case| c.thread(1),
        |c: &Case| c.thread(2),
        |c: &Case| c.thread(3),
    ];
    // SAFETY: all actors ended.
    let sum: u32 = case.objects.iter().map(|o| unsafe { o.value.get() }).sum();
    assert_eq!(sum, 4 * 3 + 2 * 20);
    assert_eq!(case.world.thread_count(), 0);
    reach("all done");
}

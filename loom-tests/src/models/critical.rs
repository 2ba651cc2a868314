//! P18. Property: inside an active section nobody else mutates its objects; a thread that sleeps holds no section; so
//! nested and crossed sections never deadlock; an outer section that was suspended is entered again before the code
//! in it goes on.
//! Smallest scenario: two threads nest two objects in opposite orders; both take both in one section; a bias that is
//! revoked while its owner waits for the second lock; a pause against a section.

use crate::{LOOM, Model, SHUTTLE, WM, actors, logic, reach, register};
use heddle_sync::breaker::PLEASE_STOP;
use heddle_sync::header::SHARED;
use heddle_sync::prim::{RaceCell, site_handoff};
use heddle_sync::{HeaderWord, Reason, World, critical};
use std::sync::Arc;

pub const MODEL: Model = Model {
    name: "critical",
    property: "sections exclude each other, are suspended while their thread sleeps, and never deadlock",
    variants: &["crossed", "both", "revoked", "pause", "again"],
    bound: 2,
    engines: LOOM | WM | SHUTTLE,
    loom_blind: true,
    facts: &["crossed done", "pause saw a whole section"],
    mutants: &[
        logic("critical.suspend=drop"),
        logic("critical.resume=drop"),
        logic("critical.unordered=on").under("both"),
        logic("critical.look_again=drop").under("revoked"),
        logic("critical.ignored_by_polls=on").under("pause"),
    ],
    run: |variant| {
        site_handoff(false);
        match variant {
            "both" => both(),
            "revoked" => revoked(),
            "pause" => pause(),
            "again" => again(),
            _ => crossed(),
        }
    },
};

struct Object {
    header: HeaderWord,
    value: RaceCell<u32>,
}

impl Object {
    fn new(owner: u16) -> Object {
        Object { header: HeaderWord::new(owner, 0, 0), value: RaceCell::new(0) }
    }

    fn touch(&self) {
        // SAFETY: a section on the object makes it exclusive: that is what is checked.
        unsafe { self.value.write(|n| *n += 1) };
    }
}

struct Case {
    world: World,
    slots: Vec<crate::Pinned>,
    x: Object,
    y: Object,
}

fn case(n: usize, x_owned: bool) -> Arc<Case> {
    let world = World::with_owner_limit(8);
    let slots: Vec<_> = (0..n).map(|_| register(&world)).collect();
    slots.iter().for_each(|slot| world.attach(slot));
    let x = Object::new(if x_owned { slots[0].owner() } else { SHARED });
    Arc::new(Case { world, slots, x, y: Object::new(SHARED) })
}

impl Case {
    fn inside<R>(&self, i: usize, object: &Object, f: impl FnOnce() -> R) -> R {
        critical::with(&self.world, &self.slots[i], &object.header, f)
    }

    fn leave(&self, i: usize) {
        assert!(!self.slots[i].in_critical());
        self.world.detach(&self.slots[i]);
    }

    fn finish(&self, x: u32, y: u32) {
        // SAFETY: all actors ended.
        assert_eq!(unsafe { (self.x.value.get(), self.y.value.get()) }, (x, y));
    }
}

fn nested(c: &Case, i: usize, outer: &Object, inner: &Object) {
    c.inside(i, outer, || {
        outer.touch();
        c.inside(i, inner, || inner.touch());
        outer.touch();
    });
    c.leave(i);
}

fn crossed() {
    let case = case(2, false);
    actors![case; |c: &Case| nested(c, 0, &c.x, &c.y), |c: &Case| nested(c, 1, &c.y, &c.x)];
    reach("crossed done");
    case.finish(3, 3);
}

fn both() {
    let case = case(2, false);
    let take = |c: &Case, i: usize, a: &Object, b: &Object| {
        critical::with_two(&c.world, &c.slots[i], &a.header, &b.header, || {
            a.touch();
            b.touch();
        });
        c.leave(i);
    };
    actors![case; move |c: &Case| take(c, 0, &c.x, &c.y), move |c: &Case| take(c, 1, &c.y, &c.x)];
    case.finish(2, 2);
}

/// The first thread owns x and waits for y; meanwhile a third takes the bias of x away and enters.
fn revoked() {
    let case = case(3, true);
    actors![case;
        |c: &Case| {
            critical::with_two(&c.world, &c.slots[0], &c.x.header, &c.y.header, || {
                c.x.touch();
                c.y.touch();
            });
            c.leave(0);
        },
        |c: &Case| {
            c.inside(1, &c.y, || c.y.touch());
            c.leave(1);
        },
        |c: &Case| {
            c.inside(2, &c.x, || c.x.touch());
            c.leave(2);
        },
    ];
    case.finish(2, 2);
}

/// A poll inside a section does not park: the requester sees whole sections only.
fn pause() {
    let case = case(2, true);
    actors![case;
        |c: &Case| {
            let slot = &c.slots[0];
            c.inside(0, &c.x, || {
                c.x.touch();
                if slot.breaker.has(PLEASE_STOP) {
                    c.world.poll_stop(slot);
                }
                c.x.touch();
            });
            c.leave(0);
        },
        |c: &Case| {
            let pause = c.world.stop(&c.slots[1], Reason::Other);
            // SAFETY: everybody is stopped.
            let seen = unsafe { c.x.value.get() };
            assert!(seen == 0 || seen == 2, "half a section: {seen}");
            reach("pause saw a whole section");
            drop(pause);
            c.leave(1);
        },
    ];
    case.finish(2, 0);
}

/// The same object twice, and a second thread.
fn again() {
    let case = case(2, false);
    actors![case;
        |c: &Case| {
            c.inside(0, &c.x, || {
                c.inside(0, &c.x, || c.x.touch());
                c.x.touch();
            });
            c.leave(0);
        },
        |c: &Case| {
            c.inside(1, &c.x, || c.x.touch());
            c.leave(1);
        },
    ];
    case.finish(3, 0);
}

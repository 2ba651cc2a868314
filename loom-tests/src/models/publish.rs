//! Property: who gets a pointer sees what it points to complete; racing publishers agree on the first; a target that
//! was replaced is not freed while a reader may hold it.
//! Smallest scenario: two publishers and a reader; a writer that replaces and retires, a reader, and a pause that frees.

use crate::{LOOM, Model, SHUTTLE, WM, actors, logic, ordering, reach, register};
use heddle_sync::breaker::PLEASE_STOP;
use heddle_sync::prim::RaceCell;
use heddle_sync::publish::{PublishOnce, Published};
use heddle_sync::{Reason, World};
use std::sync::Arc;

pub const MODEL: Model = Model {
    name: "publish",
    property: "a published target is complete, first publishers win, retired targets outlive their readers",
    variants: &["once", "replace", "retire"],
    bound: 2,
    engines: LOOM | WM | SHUTTLE,
    loom_blind: false,
    facts: &["lost the race", "read the new target", "freed"],
    mutants: &[
        ordering("publish.first=Relaxed"),
        ordering("publish.lost=Relaxed"),
        ordering("publish.get=Relaxed"),
        ordering("publish.replace=Relaxed").under("replace"),
        ordering("publish.read=Relaxed").under("replace"),
        logic("reclaim.at_once=on").under("retire"),
    ],
    run: |variant| match variant {
        "replace" => replace(),
        "retire" => retire(),
        _ => once(),
    },
};

struct Target {
    value: RaceCell<u32>,
    alive: RaceCell<bool>,
}

impl Target {
    fn new() -> Target {
        Target { value: RaceCell::new(0), alive: RaceCell::new(true) }
    }

    fn read(&self) -> u32 {
        // SAFETY: published targets are complete and alive: that is what is checked.
        unsafe {
            assert!(self.alive.get(), "use after free");
            self.value.get()
        }
    }
}

struct Once {
    word: PublishOnce<Target>,
    targets: [Target; 2],
}

fn once() {
    let case = Arc::new(Once { word: PublishOnce::new(), targets: [Target::new(), Target::new()] });
    let publisher = |c: &Once, i: usize| {
        // SAFETY: not published yet.
        unsafe { c.targets[i].value.set(i as u32 + 1) };
        if let Err(first) = c.word.publish((&raw const c.targets[i]).cast_mut()) {
            reach("lost the race");
            // SAFETY: the targets live in the case.
            assert_eq!(unsafe { &*first }.read(), 2 - i as u32);
        }
    };
    actors![case;
        move |c: &Once| publisher(c, 0),
        move |c: &Once| publisher(c, 1),
        |c: &Once| {
            // SAFETY: the targets live in the case.
            if let Some(target) = unsafe { c.word.get().as_ref() } {
                assert_ne!(target.read(), 0, "incomplete");
            }
        },
    ];
}

struct Replace {
    world: World,
    slots: Vec<crate::Pinned>,
    word: Published<Target>,
    targets: [Target; 2],
}

fn case() -> Arc<Replace> {
    let world = World::with_owner_limit(8);
    let slots: Vec<_> = (0..2).map(|_| register(&world)).collect();
    slots.iter().for_each(|slot| world.attach(slot));
    let case = Arc::new(Replace {
        world,
        slots,
        word: Published::new(std::ptr::null_mut()),
        targets: [Target::new(), Target::new()],
    });
    case.word.replace((&raw const case.targets[0]).cast_mut());
    case
}

fn read(c: &Replace) {
    // SAFETY: the targets live in the case.
    let target = unsafe { &*c.word.get() };
    if target.read() == 9 {
        reach("read the new target");
    }
}

fn replace() {
    let case = case();
    actors![case;
        |c: &Replace| {
            // SAFETY: not published yet.
            unsafe { c.targets[1].value.set(9) };
            c.word.replace((&raw const c.targets[1]).cast_mut());
        },
        read,
    ];
}

fn retire() {
    let case = case();
    actors![case;
        |c: &Replace| {
            let old = c.word.replace((&raw const c.targets[1]).cast_mut()) as usize;
            // SAFETY: freed when nobody can hold it: that is what is checked.
            c.world.graveyard.retire(move || unsafe { (*(old as *mut Target)).alive.set(false) });
            let pause = c.world.stop(&c.slots[0], Reason::Collect);
            assert_eq!(pause.reclaim(), 1);
            reach("freed");
            drop(pause);
            c.world.detach(&c.slots[0]);
        },
        |c: &Replace| {
            read(c);
            if c.slots[1].breaker.has(PLEASE_STOP) {
                c.world.poll_stop(&c.slots[1]);
            }
            read(c);
            c.world.detach(&c.slots[1]);
        },
    ];
}

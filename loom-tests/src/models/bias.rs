//! P28. Property: the owner, who takes no lock, and a holder of the byte lock never both mutate; whoever comes after
//! the revocation sees all that the owner wrote.
//! Smallest scenario: the owner mutates in a section, another thread wants to; then a third, and an owner that exits
//! and whose index is used again; and the bulk release of all objects of an owner.

use crate::{LOOM, Model, SHUTTLE, WM, actors, logic, ordering, reach, register};
use heddle_sync::breaker::PLEASE_STOP;
use heddle_sync::prim::{RaceCell, site_handoff};
use heddle_sync::{HeaderWord, Slot, World, bias, critical};
use std::sync::Arc;

pub const MODEL: Model = Model {
    name: "bias",
    property: "an owner without a lock and a lock holder never both mutate",
    variants: &["two", "leaf", "three", "heir", "bulk"],
    bound: 2,
    engines: LOOM | WM | SHUTTLE,
    loom_blind: true,
    facts: &["revoked", "the heir owns it", "released in bulk"],
    mutants: &[
        logic("bias.no_handshake=on"),
        ordering("bias.owner_load=Relaxed").under("three"),
        ordering("bias.share=Relaxed").under("three"),
        ordering("bias.retired_load=Relaxed").under("bulk"),
        ordering("bias.retire=Relaxed").under("bulk"),
        logic("stw.wait=drop"),
        logic("bias.no_handshake=on").under("leaf"),
    ],
    run: |variant| {
        site_handoff(false);
        match variant {
            "leaf" => leaf(),
            "three" => three(),
            "heir" => heir(),
            "bulk" => bulk(),
            _ => two(),
        }
    },
};

struct Object {
    header: HeaderWord,
    value: RaceCell<u32>,
}

struct Case {
    world: World,
    slots: Vec<crate::Pinned>,
    objects: Vec<Object>,
}

/// `n` attached threads; all objects belong to the first.
fn case(n: usize, objects: usize) -> Arc<Case> {
    let world = World::with_owner_limit(8);
    let slots: Vec<_> = (0..n).map(|_| register(&world)).collect();
    slots.iter().for_each(|slot| world.attach(slot));
    let owner = slots[0].owner();
    let object = || Object { header: HeaderWord::new(owner, 0, 0), value: RaceCell::new(0) };
    Arc::new(Case { world, slots, objects: (0..objects).map(|_| object()).collect() })
}

impl Case {
    fn mutate(&self, slot: &Slot, object: usize) {
        let object = &self.objects[object];
        critical::with(&self.world, slot, &object.header, || {
            // SAFETY: the section makes it exclusive: that is what is checked.
            unsafe { object.value.write(|n| *n += 1) }
        });
    }

    fn poll(&self, slot: &Slot) {
        if slot.breaker.has(PLEASE_STOP) {
            self.world.poll_stop(slot);
        }
    }

    fn finish(&self, object: usize, n: u32) {
        // SAFETY: all actors ended.
        assert_eq!(unsafe { self.objects[object].value.get() }, n);
    }
}

fn owner(c: &Case) {
    c.mutate(&c.slots[0], 0);
    c.poll(&c.slots[0]);
    c.mutate(&c.slots[0], 0);
    c.world.detach(&c.slots[0]);
}

fn other(c: &Case, i: usize) {
    c.mutate(&c.slots[i], 0);
    c.world.detach(&c.slots[i]);
}

fn two() {
    let case = case(2, 1);
    actors![case; owner, |c: &Case| other(c, 1)];
    reach("revoked");
    case.finish(0, 3);
}

/// The owner's sections leave no trace at all: only its safepoints count.
fn leaf() {
    let case = case(2, 1);
    let mutate = |c: &Case| {
        let object = &c.objects[0];
        critical::leaf(&c.world, &c.slots[0], &object.header, || {
            // SAFETY: the section makes it exclusive: that is what is checked.
            unsafe { object.value.write(|n| *n += 1) }
        });
    };
    actors![case;
        move |c: &Case| {
            mutate(c);
            c.poll(&c.slots[0]);
            mutate(c);
            c.world.detach(&c.slots[0]);
        },
        |c: &Case| other(c, 1),
    ];
    case.finish(0, 3);
}

fn three() {
    let case = case(3, 1);
    actors![case;
        |c: &Case| {
            c.mutate(&c.slots[0], 0);
            c.world.detach(&c.slots[0]);
        },
        |c: &Case| other(c, 1),
        |c: &Case| other(c, 2),
    ];
    case.finish(0, 3);
}

/// The owner exits; a new thread gets its index, and with it its objects.
fn heir() {
    let case = case(2, 1);
    actors![case;
        |c: &Case| {
            c.mutate(&c.slots[0], 0);
            c.world.unregister(&c.slots[0]);
        },
        |c: &Case| {
            let heir = register(&c.world);
            c.world.attach(&heir);
            if c.objects[0].header.owned_by(heir.owner()) {
                reach("the heir owns it");
            }
            c.mutate(&heir, 0);
            c.world.unregister(&heir);
        },
        |c: &Case| other(c, 1),
    ];
    case.finish(0, 3);
}

/// One revocation releases everything: the second object is shared by whoever comes, without a handshake.
fn bulk() {
    let case = case(3, 2);
    actors![case;
        |c: &Case| {
            c.mutate(&c.slots[0], 1);
            c.poll(&c.slots[0]);
            c.mutate(&c.slots[0], 1);
            c.world.detach(&c.slots[0]);
        },
        |c: &Case| {
            bias::revoke_after(&c.world, &c.slots[1], &c.objects[0].header, 1);
            reach("released in bulk");
            c.world.detach(&c.slots[1]);
        },
        |c: &Case| {
            c.mutate(&c.slots[2], 1);
            c.world.detach(&c.slots[2]);
        },
    ];
    case.finish(1, 3);
}

//! P5, P8, P10 and P14 together. Property: in a pause copies may be instrumented under running threads, and what was
//! retired before may be freed, although those threads look neither at a version nor at a lock.
//! Smallest scenario: a worker that executes and polls, a thread whose first `RESUME` makes the array grow, and a
//! requester that reclaims and instruments in a pause.

use crate::{Model, SHUTTLE, WM, actors, logic, reach, register};
use heddle_sync::breaker::PLEASE_STOP;
use heddle_sync::prim::{RaceCell, seeded};
use heddle_sync::{Reason, World};
use heddle_tlbc::unit::{Unit, encode};
use heddle_tlbc::{Code, CodeImage, Knobs, Opcode};
use std::sync::Arc;

pub const MODEL: Model = Model {
    name: "tlbc_pause",
    property: "pauses make edits and reclamation safe for threads that run the code",
    variants: &["edit"],
    bound: 1,
    // A composition: too large for loom.
    engines: WM | SHUTTLE,
    loom_blind: true,
    facts: &["reclaimed an array", "executed instrumented", "copied after the edit"],
    mutants: &[
        logic("reclaim.at_once=on"),
        // Without reordering the table is always written before the opcode that leads to it.
        logic("tlbc_pause.no_pause=on").only(WM),
    ],
    run: |_| run(),
};

struct Case {
    world: World,
    slots: Vec<crate::Pinned>,
    code: Code,
    table: RaceCell<u32>,
}

impl Case {
    /// Executes the first instruction of the copy of thread `i`: no lock and no version on the way.
    fn execute(&self, i: usize) {
        let base = self.code.base(self.slots[i].index()).expect("the copy is there");
        // SAFETY: the thread's own copy.
        let word = unsafe { &*base }.load();
        assert_eq!(word.arg(), 9, "the argument changed");
        if word.opcode() == Some(Opcode::InstrumentedLine) {
            reach("executed instrumented");
            // SAFETY: written in a pause before the opcode; that nobody races with it is what is checked.
            let table = unsafe { self.table.get() };
            assert_eq!(table, 7, "an instrumented instruction without its table");
        }
    }

    fn poll(&self, i: usize) {
        if self.slots[i].breaker.has(PLEASE_STOP) {
            self.world.poll_stop(&self.slots[i]);
        }
    }

    fn edit(&self) {
        let mut edit = self.code.edit();
        // SAFETY: in a pause.
        unsafe { self.table.set(7) };
        edit.set(0, Opcode::InstrumentedLine);
        edit.publish(256);
    }
}

fn run() {
    let mut image = CodeImage::default();
    encode(&mut image.units, Opcode::LoadConst, 9);
    let code = Code::new(Arc::new(image), Knobs::DEFAULT);
    let world = World::with_owner_limit(8);
    let slots: Vec<_> = (0..3).map(|_| register(&world)).collect();
    slots.iter().for_each(|slot| world.attach(slot));
    code.get_or_create(1, &world.graveyard).expect("memory");
    let case = Arc::new(Case { world, slots, code, table: RaceCell::new(0) });
    actors![case;
        |c: &Case| {
            if seeded!("tlbc_pause.no_pause") {
                c.edit();
            } else {
                let pause = c.world.stop(&c.slots[0], Reason::Instrument);
                if pause.reclaim() > 0 {
                    reach("reclaimed an array");
                }
                c.edit();
                drop(pause);
            }
            c.world.detach(&c.slots[0]);
        },
        |c: &Case| {
            c.execute(1);
            c.execute(1);
            c.poll(1);
            c.execute(1);
            c.world.detach(&c.slots[1]);
        },
        |c: &Case| {
            c.poll(2);
            let made: Result<*const Unit, _> = c.code.get_or_create(2, &c.world.graveyard);
            assert!(made.is_ok());
            if c.code.instrumentation_version() == 256 {
                reach("copied after the edit");
            }
            c.execute(2);
            c.poll(2);
            c.execute(2);
            c.world.detach(&c.slots[2]);
        },
    ];
    for index in 0..3 {
        let words = case.code.words(index).expect("made");
        assert_eq!(
            words[0] as u8,
            Opcode::InstrumentedLine as u8,
            "copy {index} misses the events"
        );
    }
}

//! P2 to P5. Property: whatever the order of the owner's specializations and an edit, instrumentation stands, its
//! tables are visible to who relies on them, arguments survive, and a form is never executed with another's cache.
//! Smallest scenario: an owner that specializes, gives up and specializes again; an instrumenter; a second thread with
//! its own copy that passes a `RESUME`.

use crate::{LOOM, Model, SHUTTLE, WM, actors, logic, ordering, reach};
use heddle_sync::prim::RaceCell;
use heddle_sync::reclaim::Graveyard;
use heddle_tlbc::cache::{Layout, ToBoolCache};
use heddle_tlbc::unit::{Unit, Word, encode};
use heddle_tlbc::write::{self, Written};
use heddle_tlbc::{Code, CodeImage, Knobs, Opcode};
use std::sync::Arc;

pub const MODEL: Model = Model {
    name: "tlbc_write",
    property: "instrumentation is never overwritten, and who sees its version sees its tables",
    variants: &["specialize", "resume", "restore", "executor"],
    bound: 2,
    engines: LOOM | WM | SHUTTLE,
    // The owner loads a unit and then exchanges it; the instrumenter exchanges it too.
    loom_blind: true,
    facts: &[
        "specialized",
        "specialize lost",
        "deopt lost",
        "version seen",
        "specialized again",
        "installed",
    ],
    mutants: &[
        logic("write.blind=on"),
        logic("write.peek_skipped=on"),
        logic("write.blind=on").under("executor"),
        ordering("edit.publish=Relaxed").under("resume"),
        ordering("code.instrumentation=Relaxed").under("resume"),
    ],
    run: |variant| match variant {
        "resume" => resume(),
        "restore" => restore(),
        "executor" => executor(),
        _ => specialize(),
    },
};

const VERSION: u64 = 256;

struct Case {
    code: Code,
    /// What the instrumenter tells those who execute instrumented instructions.
    table: RaceCell<u32>,
}

// SAFETY: production types share it by their own protocols; the table by the protocol that is checked.
unsafe impl Sync for Case {}

fn case() -> Arc<Case> {
    let mut image = CodeImage::default();
    encode(&mut image.units, Opcode::ToBool, 0);
    let code = Code::new(Arc::new(image), Knobs::DEFAULT);
    code.get_or_create(1, &Graveyard::new()).expect("memory");
    Arc::new(Case { code, table: RaceCell::new(0) })
}

impl Case {
    fn at(&self, index: u32) -> *const Unit {
        self.code.base(index).expect("the copy was made")
    }

    fn op(&self, index: u32) -> Option<Opcode> {
        let units = self.code.words(index).expect("the copy was made");
        let word = Word(units[0]);
        assert_eq!(word.arg(), 0, "the argument changed");
        word.opcode()
    }

    /// Specializes with a cache of two equal halves, and executes.
    fn specialize(&self, half: u32) -> Written {
        let at = self.at(0);
        let version = half << 16 | half;
        // SAFETY: a TO_BOOL of the main copy, whose owner calls.
        unsafe {
            let written = write::specialize::<ToBoolCache>(
                at,
                Opcode::ToBoolAlwaysTrue,
                Knobs::DEFAULT.cooldown,
                |fill| {
                    fill.set_version(version);
                },
            );
            if (*at).load().opcode() == Some(Opcode::ToBoolAlwaysTrue) {
                assert_eq!(ToBoolCache::at(at).version(), version, "the form with another cache");
            }
            written
        }
    }

    /// What the instrumenter does, and every thread whose `RESUME` finds the code behind.
    fn instrument(&self) {
        let mut edit = self.code.edit();
        if self.code.instrumentation_version() == VERSION {
            return;
        }
        // SAFETY: the code's lock is held, and nobody reads the table before the version says so.
        unsafe { self.table.set(7) };
        edit.set(0, Opcode::InstrumentedLine);
        edit.publish(VERSION);
    }

    /// A `RESUME` of the thread with `index`, and the next instruction when that is instrumented.
    fn resume(&self, index: u32) {
        if self.code.instrumentation_version() != VERSION {
            return;
        }
        reach("version seen");
        // SAFETY: the version was seen, so the table is complete and stays; that is what is checked.
        assert_eq!(unsafe { self.table.get() }, 7, "an instrumented instruction without its table");
        // SAFETY: the copy's first unit.
        let op = unsafe { &*self.at(index) }.load().opcode();
        assert_eq!(op, Some(Opcode::InstrumentedLine), "the version without its opcodes");
    }

    fn assert_instrumented(&self) {
        for index in 0..2 {
            assert_eq!(
                self.op(index),
                Some(Opcode::InstrumentedLine),
                "instrumentation overwritten"
            );
        }
    }
}

fn specialize() {
    let case = case();
    actors![case;
        |c: &Case| {
            if c.specialize(1) == Written::Instrumented {
                return reach("specialize lost");
            }
            reach("specialized");
            // SAFETY: a TO_BOOL of this thread's copy.
            if unsafe { write::unspecialize(c.at(0)) } == Written::Instrumented {
                reach("deopt lost");
            }
            let _ = c.specialize(2);
        },
        Case::instrument,
    ];
    case.assert_instrumented();
}

fn resume() {
    let case = case();
    actors![case;
        Case::instrument,
        |c: &Case| {
            c.resume(1);
            c.instrument();
            c.resume(1);
        },
        |c: &Case| {
            let _ = c.specialize(1);
            c.resume(0);
        },
    ];
    case.assert_instrumented();
}

fn restore() {
    let case = case();
    actors![case;
        |c: &Case| {
            let first = c.specialize(1);
            if c.specialize(2) == Written::Done && first == Written::Instrumented {
                reach("specialized again");
            }
        },
        |c: &Case| {
            c.instrument();
            let mut edit = c.code.edit();
            edit.restore(0);
            edit.publish(2 * VERSION);
        },
    ];
    assert!(matches!(case.op(0), Some(Opcode::ToBool | Opcode::ToBoolAlwaysTrue)));
    assert_eq!(case.op(1), Some(Opcode::ToBool));
}

fn executor() {
    let case = case();
    actors![case;
        |c: &Case| {
            // SAFETY: this thread's copy.
            unsafe {
                if let Some(original) = write::install_executor(c.at(0), 3) {
                    reach("installed");
                    assert_eq!(original, Word::of(Opcode::ToBool, 0));
                    write::remove_executor(c.at(0), 3, original);
                }
            }
        },
        Case::instrument,
    ];
    case.assert_instrumented();
}

//! P7, P8, P10. Property: no published copy is lost, no freed array is read, one index has one copy, and a copy made
//! during an edit carries what the edit wrote.
//! Smallest scenario: two first `RESUME`s (checker builds begin with an array of two entries, so index 2 makes it
//! grow), a reader of its own entry, an instrumenter.

use crate::{LOOM, Model, SHUTTLE, WM, actors, logic, ordering, reach};
use heddle_sync::index::IndexPool;
use heddle_sync::reclaim::Graveyard;
use heddle_tlbc::unit::{Unit, encode};
use heddle_tlbc::{Code, CodeImage, CopyReport, Knobs, Opcode};
use std::sync::{Arc, Mutex};

pub const MODEL: Model = Model {
    name: "tlbc_copies",
    property: "the array of copies loses nothing, is not read after its end, and copies carry the events",
    variants: &["grow", "read", "instrument", "reuse", "shared"],
    bound: 3,
    engines: LOOM | WM | SHUTTLE,
    loom_blind: false,
    facts: &[
        "grown over a published copy",
        "read the grown array",
        "copied after the edit",
        "copy inherited",
    ],
    mutants: &[
        logic("copies.grow_forgets=on"),
        logic("copies.unlocked=on"),
        logic("reclaim.at_once=on").under("read"),
        ordering("copies.array=Relaxed").under("read"),
        ordering("copies.grow=Relaxed").under("read"),
        logic("copies.drop_instrumented=on").under("instrument"),
        logic("edit.unlocked=on").under("instrument"),
        // No two threads have one index, so looking again is a second line of defence; the variant keeps it honest.
        logic("copies.recheck_skipped=on").under("shared"),
    ],
    run: |variant| match variant {
        "read" => read(),
        "instrument" => instrument(),
        "reuse" => reuse(),
        "shared" => shared(),
        _ => grow(),
    },
};

struct Case {
    code: Code,
    graveyard: Graveyard,
    indices: IndexPool,
    /// Oracle: where each index found its copy.
    bases: Mutex<[usize; 2]>,
}

fn case() -> Arc<Case> {
    let mut image = CodeImage::default();
    encode(&mut image.units, Opcode::Resume, 0);
    encode(&mut image.units, Opcode::LoadConst, 9);
    Arc::new(Case {
        code: Code::new(Arc::new(image), Knobs::DEFAULT),
        graveyard: Graveyard::new(),
        indices: IndexPool::new(1, 3),
        bases: Mutex::new([0; 2]),
    })
}

impl Case {
    /// A first `RESUME`, and a second.
    fn resume(&self, index: u32) -> *const Unit {
        let base = self.code.get_or_create(index, &self.graveyard).expect("memory");
        assert_eq!(self.code.base(index), Some(base), "the copy of {index} is lost");
        // SAFETY: the copy has two units.
        let word = unsafe { &*base.add(1) }.load();
        assert_eq!((word.opcode(), word.arg()), (Some(Opcode::LoadConst), 9), "an incomplete copy");
        base
    }

    fn copies(&self) -> usize {
        let mut report = CopyReport::default();
        self.code.report(&mut report);
        report.copies
    }
}

fn grow() {
    let case = case();
    actors![case;
        |c: &Case| { c.resume(1); },
        |c: &Case| { c.resume(2); },
    ];
    assert_eq!(case.copies(), 2, "a copy is lost");
    if case.graveyard.pending() == 1 {
        reach("grown over a published copy");
    }
}

fn read() {
    let case = case();
    let base = case.resume(1) as usize;
    actors![case;
        move |c: &Case| {
            for _ in 0..2 {
                let found = c.code.base(1).map(|base| base as usize);
                assert_eq!(found, Some(base), "the copy is lost");
            }
        },
        |c: &Case| { c.resume(2); },
        // What an entry past the old array's end finds is the new array, or nothing.
        |c: &Case| {
            if c.code.base(2).is_some() {
                reach("read the grown array");
            }
        },
    ];
}

fn instrument() {
    let case = case();
    actors![case;
        |c: &Case| {
            let base = c.resume(1);
            if c.code.instrumentation_version() == 256 {
                reach("copied after the edit");
                // SAFETY: the thread's own copy.
                let op = unsafe { &*base }.load().opcode();
                assert_eq!(op, Some(Opcode::InstrumentedResume), "the version without its opcodes");
            }
        },
        |c: &Case| {
            let mut edit = c.code.edit();
            edit.set(0, Opcode::InstrumentedResume);
            edit.publish(256);
        },
    ];
    for index in 0..2 {
        let words = case.code.words(index).expect("made");
        assert_eq!(
            words[0] as u8,
            Opcode::InstrumentedResume as u8,
            "copy {index} misses the events"
        );
    }
}

/// The user of an index finds its predecessor's copy.
fn reuse() {
    let case = case();
    let user = |c: &Case| {
        let (index, generation) = c.indices.reserve().expect("two indices for two threads");
        if generation > 1 {
            assert!(c.code.base(index).is_some(), "the predecessor's copy is not visible");
            reach("copy inherited");
        }
        c.resume(index);
        c.indices.release(index);
    };
    actors![case; user, user];
    assert_eq!(
        case.copies() as u32,
        case.indices.high_water() - 1,
        "a copy for each index ever used"
    );
}

fn shared() {
    let case = case();
    let user = |which: usize| {
        move |c: &Case| {
            let base = c.code.get_or_create(1, &c.graveyard).expect("memory") as usize;
            c.bases.lock().expect("no panic under it")[which] = base;
        }
    };
    actors![case; user(0), user(1)];
    let [a, b] = *case.bases.lock().expect("no panic under it");
    assert_eq!(a, b, "two copies of one index");
}

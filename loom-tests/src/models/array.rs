//! P29. Property: a reader without a lock gets a word that the place held during the call, with its object complete, or
//! a miss; never a word of another place, of no place, or of memory behind the array.
//! Smallest scenario: one writer appends, grows, shifts or shrinks; one reader gets. Words are addresses of objects
//! whose contents are plain cells.

use crate::{Arena, LOOM, Model, SHUTTLE, WM, actors, logic, ordering, reach};
use heddle_sync::array::{SlotArray, SlotVec};
use heddle_sync::prim::RaceCell;
use std::sync::Arc;

pub const MODEL: Model = Model {
    name: "array",
    property: "lock-free reads of a list return what was there, complete",
    variants: &["append", "set", "grow", "shift", "shrink"],
    bound: 3,
    engines: LOOM | WM | SHUTTLE,
    loom_blind: false,
    facts: &["saw the appended", "saw the new array", "saw the shifted"],
    mutants: &[
        ordering("array.put=Relaxed").under("set"),
        ordering("array.slot=Relaxed").under("set"),
        ordering("array.walk=Relaxed").under("set"),
        ordering("array.set_len=Relaxed,array.put=Relaxed"),
        ordering("array.len=Relaxed"),
        ordering("array.items=Relaxed").under("grow"),
        ordering("array.publish=Relaxed").under("grow"),
        ordering("array.shift_fence=drop").under("shift"),
        logic("array.len_first=on"),
        logic("array.cap_check=drop").under("shrink"),
        logic("array.len_after=drop").under("grow"),
    ],
    run: |variant| match variant {
        "set" => set(),
        "grow" => grow(),
        "shift" => shift(),
        "shrink" => shrink(),
        _ => append(),
    },
};

struct Case {
    arena: Arena,
    list: SlotVec,
    objects: [RaceCell<u32>; 2],
}

impl Case {
    fn array(&self, cap: usize) -> *mut SlotArray {
        // SAFETY: fresh memory of the right size.
        unsafe { SlotArray::init(self.arena.alloc(SlotArray::bytes(cap)), cap) }
    }

    /// Makes an object, as the writer does just before it stores it.
    fn make(&self, i: usize) -> u64 {
        // SAFETY: not published yet.
        unsafe { self.objects[i].set(i as u32 + 1) };
        self.word(i)
    }

    fn word(&self, i: usize) -> u64 {
        &raw const self.objects[i] as u64
    }

    /// Which object the list holds at `i`; its contents must be complete.
    fn look(&self, i: usize) -> Option<usize> {
        self.list.get(i).map(|word| self.open(word))
    }

    /// Which object a word is; its contents must be complete.
    fn open(&self, word: u64) -> usize {
        let which = (0..2).find(|&n| self.word(n) == word).expect("a word that was never in the list");
        // SAFETY: published objects are complete: that is what is checked.
        assert_eq!(unsafe { self.objects[which].get() }, which as u32 + 1);
        which
    }
}

fn case(cap: usize) -> Arc<Case> {
    let case = Case {
        arena: Arena::default(),
        list: SlotVec::new(),
        objects: [RaceCell::new(0), RaceCell::new(0)],
    };
    case.list.replace_storage(case.array(cap), 0);
    Arc::new(case)
}

fn append() {
    let case = case(2);
    actors![case;
        |c: &Case| assert!(c.list.push_in_capacity(c.make(0))),
        |c: &Case| {
            let filled = !c.list.is_empty();
            let got = c.look(0);
            assert!(!filled || got.is_some(), "counted, but not there");
            if got.is_some() {
                reach("saw the appended");
            }
        },
    ];
}

fn grow() {
    let case = case(1);
    let first = case.make(0);
    assert!(case.list.push_in_capacity(first));
    actors![case;
        |c: &Case| {
            let new = c.array(2);
            // SAFETY: fresh.
            let len = unsafe { c.list.copy_to(new) };
            let second = c.make(1);
            // As `list.extend` does: fill the new array, then publish array and length.
            // SAFETY: fresh.
            let target = unsafe { &(*new).slots()[len] };
            target.store(second, heddle_sync::ord!("model.array_fill", Relaxed));
            c.list.replace_storage(new, len + 1);
        },
        |c: &Case| {
            assert_eq!(c.look(0), Some(0), "an item that was there throughout is missing");
            if c.list.get(1).is_some() {
                assert_eq!(c.look(1), Some(1));
                reach("saw the new array");
            }
        },
    ];
    assert_eq!(case.look(1), Some(1));
}

/// Here nothing but the slot itself tells the reader of the new object.
fn set() {
    let case = case(1);
    assert!(case.list.push_in_capacity(case.make(0)));
    actors![case;
        |c: &Case| assert_eq!(c.list.set(0, c.make(1)), Some(c.word(0))),
        |c: &Case| assert!(c.look(0).is_some(), "the place was never empty"),
        |c: &Case| {
            for slot in c.list.snapshot() {
                c.open(SlotVec::load_slot(slot));
            }
        },
    ];
}

/// A reader that knows only the old length meets a word that was moved.
fn shift() {
    let case = case(2);
    assert!(case.list.push_in_capacity(case.make(0)));
    actors![case;
        |c: &Case| {
            assert!(c.list.push_in_capacity(c.make(1)));
            c.list.remove(0, 1);
        },
        |c: &Case| match c.look(0) {
            Some(1) => reach("saw the shifted"),
            got => assert_eq!(got, Some(0), "the place was never empty"),
        },
    ];
}

/// Behind the shorter array lies a word that nobody may read.
fn shrink() {
    let case = case(2);
    assert!(case.list.push_in_capacity(case.make(0)));
    assert!(case.list.push_in_capacity(case.make(1)));
    actors![case;
        |c: &Case| {
            let memory = c.arena.alloc(SlotArray::bytes(2));
            // SAFETY: room for two; the second slot stays behind when the array is set up again with one.
            let small = unsafe {
                let two = SlotArray::init(memory, 2);
                (*two).slots()[1].store(0xBAD, heddle_sync::ord!("model.array_behind", Relaxed));
                SlotArray::init(memory, 1)
            };
            c.list.truncate(1);
            // SAFETY: fresh.
            let len = unsafe { c.list.copy_to(small) };
            c.list.replace_storage(small, len);
        },
        |c: &Case| {
            if let Some(which) = c.look(1) {
                assert_eq!(which, 1);
            }
            assert_eq!(c.look(0), Some(0));
        },
    ];
}

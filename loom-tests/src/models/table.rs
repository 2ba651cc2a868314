//! P20. Property: a lookup without a lock returns a value that the key had during the call, complete, or a miss if it
//! was absent at some moment; a key that was there throughout is found; a version vouches for the set of keys.
//! Smallest scenario: one writer inserts with a resize, deletes and inserts again, or gives and takes versions; one
//! reader looks up or iterates. Values are addresses of plain cells.

use crate::{Arena, LOOM, Model, SHUTTLE, WM, actors, logic, ordering, reach};
use heddle_sync::event::Event;
use heddle_sync::prim::RaceCell;
use heddle_sync::table::{Dict, Table, layout};
use std::convert::Infallible;
use std::sync::Arc;

pub const MODEL: Model = Model {
    name: "table",
    property: "lock-free lookups find what is there, complete, over inserts, deletes and resizes",
    variants: &["insert", "update", "resize", "delete", "walk", "version"],
    bound: 2,
    engines: LOOM | WM | SHUTTLE,
    loom_blind: false,
    facts: &["found the new key", "found the re-inserted", "missed the deleted", "walked over it", "version held"],
    mutants: &[
        ordering("table.index=Relaxed"),
        ordering("table.index_put=Relaxed"),
        ordering("table.value=Relaxed").under("update"),
        ordering("table.put=Relaxed").under("update"),
        logic("table.index_first=on"),
        ordering("table.get=Relaxed").under("resize"),
        ordering("table.publish=Relaxed").under("resize"),
        ordering("table.count=Relaxed").under("walk"),
        ordering("table.count_put=Relaxed").under("walk"),
        ordering("table.version=Relaxed").under("version"),
        ordering("table.version_set=Relaxed").under("version"),
        logic("table.version_zero=drop").under("version"),
    ],
    run: |variant| match variant {
        "update" => update(),
        "resize" => resize(),
        "delete" => delete(),
        "walk" => walk(),
        "version" => version(),
        _ => insert(),
    },
};

struct Case {
    arena: Arena,
    dict: Dict,
    objects: [RaceCell<u32>; 3],
    told: Event,
}

/// Both keys hash alike, so they share a probe sequence.
const HASH: u64 = 2;
const A: u64 = 0x100;
const B: u64 = 0x200;

impl Case {
    fn table(&self, log2: u8) -> *mut Table {
        // SAFETY: fresh memory of the right size.
        unsafe { Table::init(self.arena.alloc(layout(log2)), log2) }
    }

    fn make(&self, i: usize) -> u64 {
        // SAFETY: not published yet.
        unsafe { self.objects[i].set(i as u32 + 1) };
        &raw const self.objects[i] as u64
    }

    /// Which object a word is; its contents must be complete.
    fn open(&self, word: u64) -> usize {
        let which = (0..3).find(|&n| &raw const self.objects[n] as u64 == word).expect("a word that was never stored");
        // SAFETY: published objects are complete: that is what is checked.
        assert_eq!(unsafe { self.objects[which].get() }, which as u32 + 1);
        which
    }

    fn get(&self, key: u64) -> Option<usize> {
        let Ok(word) = self.dict.get(key, HASH, |_| Ok::<_, Infallible>(false));
        word.map(|word| self.open(word))
    }

    fn own(&self) -> &Table {
        self.dict.own().expect("the case begins with a table")
    }

    fn place(&self, key: u64) -> u32 {
        let Ok(place) = self.own().find(key, HASH, |_| Ok::<_, Infallible>(false));
        place.expect("the writer knows it is there")
    }
}

/// A table with room for two keys (or `log2`), holding A.
fn case(log2: u8) -> Arc<Case> {
    let case = Arc::new(Case {
        arena: Arena::default(),
        dict: Dict::new(),
        objects: [RaceCell::new(0), RaceCell::new(0), RaceCell::new(0)],
        told: Event::new(),
    });
    case.dict.publish(case.table(log2));
    let value = case.make(0);
    case.own().append(A, HASH, value).expect("there is room");
    case
}

fn insert() {
    let case = case(2);
    actors![case;
        |c: &Case| {
            let value = c.make(1);
            c.own().append(B, HASH, value).expect("there is room");
        },
        |c: &Case| {
            if let Some(which) = c.get(B) {
                assert_eq!(which, 1);
                reach("found the new key");
            }
            assert_eq!(c.get(A), Some(0), "a key that was there throughout is missing");
        },
    ];
}

fn update() {
    let case = case(2);
    actors![case;
        |c: &Case| {
            let value = c.make(1);
            c.own().update(c.place(A), value);
        },
        |c: &Case| assert!(c.get(A).is_some(), "a key that was there throughout is missing"),
    ];
}

fn resize() {
    let case = case(1);
    assert!(!case.own().has_room());
    actors![case;
        |c: &Case| {
            let new = c.table(2);
            // SAFETY: fresh, room for two.
            unsafe { c.own().copy_to(new) };
            c.dict.publish(new);
            let value = c.make(1);
            c.own().append(B, HASH, value).expect("there is room");
        },
        |c: &Case| {
            assert_eq!(c.get(A), Some(0), "a key that was there throughout is missing");
            if c.get(B).is_some() {
                reach("found the new key");
            }
        },
    ];
}

fn delete() {
    let case = case(2);
    actors![case;
        |c: &Case| {
            c.own().delete(c.place(A));
            let value = c.make(1);
            c.own().append(A, HASH, value).expect("there is room");
        },
        |c: &Case| match c.get(A) {
            None => reach("missed the deleted"),
            Some(1) => reach("found the re-inserted"),
            got => assert_eq!(got, Some(0)),
        },
    ];
    assert_eq!(case.get(A), Some(1));
    assert_eq!(case.dict.len(), 1);
}

fn walk() {
    let case = case(2);
    actors![case;
        |c: &Case| {
            let value = c.make(1);
            c.own().append(B, HASH, value).expect("there is room");
        },
        |c: &Case| {
            let table = c.dict.table().expect("never empty");
            for place in 0..table.nentries() {
                let Some((key, value, hash)) = table.entry(place) else {
                    panic!("counted, but not there");
                };
                assert_eq!((key, c.open(value), hash), ([A, B][place as usize], place as usize, HASH));
                if place == 1 {
                    reach("walked over it");
                }
            }
        },
    ];
}

/// An inline cache: version and place instead of a lookup.
fn version() {
    let case = case(2);
    actors![case;
        |c: &Case| {
            let value = c.make(1);
            let place = c.own().append(B, HASH, value).expect("there is room");
            c.own().set_version(9);
            c.own().delete(place);
            c.told.set();
        },
        |c: &Case| {
            let told = c.told.is_set();
            let table = c.dict.table().expect("never empty");
            if table.version() == 9 {
                assert!(!told, "the version outlived a deletion that the reader knows of");
                match table.value(1) {
                    0 => reach("deleted behind the version"),
                    word => {
                        assert_eq!(c.open(word), 1);
                        reach("version held");
                    }
                }
                // SAFETY: under the version the entry is complete: that is what is checked.
                assert_eq!(table.key_at(1), B);
            }
        },
    ];
}

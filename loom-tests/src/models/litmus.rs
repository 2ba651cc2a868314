//! The checkers themselves. Property: each shows the weak outcomes that our protocols must survive, and none of those
//! that C11 forbids. A checker that forbids too much would let a bad protocol pass; one that allows too much would cry
//! wolf. Allowed outcomes are facts that must be reached; forbidden ones are assertions.
//! Shapes: message passing, store buffering, coherence, write-to-read causality, independent reads, a release sequence,
//! and fences in place of each ordering. Load buffering and 2+2W are shown by no checker here: rely on neither.

use crate::{LOOM, Model, WM, actors, ordering, reach};
use heddle_sync::prim::{AtomicU32, fence, ord};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32 as Plain, Ordering::SeqCst};

pub const MODEL: Model = Model {
    name: "litmus",
    property: "the checkers show weak outcomes and keep forbidden ones away",
    variants: &["mp", "mp_relaxed", "mp_fences", "sb", "sb_fences", "corr", "wrc", "iriw", "iriw_fences", "sequence"],
    bound: 3,
    engines: LOOM | WM,
    loom_blind: false,
    facts: &["mp: flag without data", "sb: both zero", "iriw: readers disagree", "mp: both seen"],
    mutants: &[
        ordering("litmus.release=Relaxed"),
        ordering("litmus.acquire=Relaxed"),
        ordering("litmus.release_fence=drop").under("mp_fences"),
        ordering("litmus.acquire_fence=drop").under("mp_fences"),
        ordering("litmus.sb_fence=drop").under("sb_fences"),
        ordering("litmus.sb_fence=AcqRel").under("sb_fences"),
        ordering("litmus.iriw_fence=drop").under("iriw_fences"),
        ordering("litmus.release=Relaxed").under("sequence"),
        ordering("litmus.pass_release=Relaxed").under("wrc"),
    ],
    run: |variant| match variant {
        "mp_relaxed" => mp_relaxed(),
        "mp_fences" => mp_fences(),
        "sb" => sb(false),
        "sb_fences" => sb(true),
        "corr" => corr(),
        "wrc" => wrc(),
        "iriw" => iriw(false),
        "iriw_fences" => iriw(true),
        "sequence" => sequence(),
        _ => mp(),
    },
};

struct Case {
    x: AtomicU32,
    y: AtomicU32,
    seen: [Plain; 4],
}

fn case() -> Arc<Case> {
    Arc::new(Case { x: AtomicU32::new(0), y: AtomicU32::new(0), seen: Default::default() })
}

impl Case {
    fn set(&self, word: &AtomicU32, value: u32) {
        word.store(value, ord!("litmus.store", Relaxed));
    }

    fn get(&self, word: &AtomicU32) -> u32 {
        word.load(ord!("litmus.load", Relaxed))
    }

    fn note(&self, i: usize, value: u32) {
        self.seen[i].store(value, SeqCst);
    }

    fn noted(&self) -> [u32; 4] {
        std::array::from_fn(|i| self.seen[i].load(SeqCst))
    }
}

fn mp() {
    let case = case();
    actors![case;
        |c: &Case| {
            c.set(&c.x, 1);
            c.y.store(1, ord!("litmus.release", Release));
        },
        |c: &Case| {
            if c.y.load(ord!("litmus.acquire", Acquire)) == 1 {
                assert_eq!(c.get(&c.x), 1, "the flag came without the data");
                reach("mp: both seen");
            }
        },
    ];
}

fn mp_relaxed() {
    let case = case();
    actors![case;
        |c: &Case| {
            c.set(&c.x, 1);
            c.set(&c.y, 1);
        },
        |c: &Case| {
            if c.get(&c.y) == 1 && c.get(&c.x) == 0 {
                reach("mp: flag without data");
            }
        },
    ];
}

fn mp_fences() {
    let case = case();
    actors![case;
        |c: &Case| {
            c.set(&c.x, 1);
            fence!("litmus.release_fence", Release);
            c.set(&c.y, 1);
        },
        |c: &Case| {
            if c.get(&c.y) == 1 {
                fence!("litmus.acquire_fence", Acquire);
                assert_eq!(c.get(&c.x), 1, "the flag came without the data");
            }
        },
    ];
}

fn sb(fences: bool) {
    let case = case();
    let side = move |c: &Case, i: usize| {
        let (mine, other) = if i == 0 { (&c.x, &c.y) } else { (&c.y, &c.x) };
        c.set(mine, 1);
        if fences {
            fence!("litmus.sb_fence", SeqCst);
        }
        c.note(i, c.get(other));
    };
    actors![case; move |c: &Case| side(c, 0), move |c: &Case| side(c, 1)];
    if case.noted()[..2] == [0, 0] {
        assert!(!fences, "both stores were missed in spite of the fences");
        reach("sb: both zero");
    }
}

/// One word has one order of stores for everybody.
fn corr() {
    let case = case();
    let reader = |c: &Case, i: usize| {
        c.note(i, c.get(&c.x));
        c.note(i + 1, c.get(&c.x));
        let seen = c.noted();
        assert!(seen[i] <= seen[i + 1], "a word went back in time");
    };
    actors![case;
        |c: &Case| {
            c.set(&c.x, 1);
            c.set(&c.x, 2);
        },
        move |c: &Case| reader(c, 0),
        move |c: &Case| reader(c, 2),
    ];
}

/// What I read from one thread and pass on with release is known to whoever acquires from me.
fn wrc() {
    let case = case();
    actors![case;
        |c: &Case| c.set(&c.x, 1),
        |c: &Case| {
            if c.get(&c.x) == 1 {
                c.y.store(1, ord!("litmus.pass_release", Release));
            }
        },
        |c: &Case| {
            if c.y.load(ord!("litmus.pass_acquire", Acquire)) == 1 {
                assert_eq!(c.get(&c.x), 1, "causality is broken");
            }
        },
    ];
}

/// Two readers may disagree about the order of two independent stores, unless fences forbid it.
fn iriw(fences: bool) {
    let case = case();
    let reader = move |c: &Case, i: usize| {
        let (first, second) = if i == 0 { (&c.x, &c.y) } else { (&c.y, &c.x) };
        c.note(i, c.get(first));
        if fences {
            fence!("litmus.iriw_fence", SeqCst);
        }
        c.note(i + 1, c.get(second));
    };
    actors![case;
        |c: &Case| c.x.store(1, ord!("litmus.iriw_x", Release)),
        |c: &Case| c.y.store(1, ord!("litmus.iriw_y", Release)),
        move |c: &Case| reader(c, 0),
        move |c: &Case| reader(c, 2),
    ];
    if case.noted() == [1, 0, 1, 0] {
        assert!(!fences, "the readers disagree in spite of the fences");
        reach("iriw: readers disagree");
    }
}

/// A read-modify-write by somebody else does not break the release it builds on.
fn sequence() {
    let case = case();
    actors![case;
        |c: &Case| {
            c.set(&c.x, 1);
            c.y.store(1, ord!("litmus.release", Release));
        },
        |c: &Case| {
            c.y.fetch_add(10, ord!("litmus.rmw", Relaxed));
        },
        |c: &Case| {
            let y = c.y.load(ord!("litmus.sequence_acquire", Acquire));
            if y == 11 || y == 1 {
                // 11: the addition came after the release store.
                assert_eq!(c.get(&c.x), 1, "the sequence was broken");
            }
        },
    ];
}

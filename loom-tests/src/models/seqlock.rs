//! P19. Property: a read that succeeds returns the words of one write.
//! Smallest scenario: one writer writes twice, one reader tries twice. A single write would leave half of the sequence
//! word untested.

use crate::{LOOM, Model, SHUTTLE, WM, actors, logic, ordering, reach};
use heddle_sync::seqlock::SeqLock;
use std::sync::Arc;

pub const MODEL: Model = Model {
    name: "seqlock",
    property: "readers get the words of one write",
    variants: &["pair"],
    bound: 3,
    engines: LOOM | WM | SHUTTLE,
    loom_blind: false,
    facts: &["read the second write", "gave up"],
    mutants: &[
        logic("seqlock.odd=drop"),
        logic("seqlock.is_even=drop"),
        logic("seqlock.same=drop"),
        ordering("seqlock.write_fence=drop"),
        ordering("seqlock.read_fence=drop"),
        ordering("seqlock.even=Relaxed"),
        ordering("seqlock.first=Relaxed"),
    ],
    run: |_| run(),
};

fn run() {
    let case = Arc::new(SeqLock::new([1, 10]));
    actors![case;
        |c: &SeqLock<2>| {
            c.write([2, 20]);
            c.write([3, 30]);
        },
        |c: &SeqLock<2>| {
            for _ in 0..2 {
                match c.try_read() {
                    Some([a, b]) => {
                        assert_eq!(a * 10, b, "words of two writes");
                        if a == 3 {
                            reach("read the second write");
                        }
                    }
                    None => reach("gave up"),
                }
            }
        },
    ];
}

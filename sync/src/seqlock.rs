//! Several words that change together, read without locking: an even sequence word before and after, or try again.

use crate::prim::{AtomicU32, AtomicU64, fence, ord, recheck, spin_yield, step};

/// `N` words behind a sequence word. Writers exclude each other by other means.
pub struct SeqLock<const N: usize> {
    seq: AtomicU32,
    words: [AtomicU64; N],
}

impl<const N: usize> SeqLock<N> {
    /// The given words.
    pub fn new(words: [u64; N]) -> SeqLock<N> {
        SeqLock { seq: AtomicU32::new(0), words: words.map(AtomicU64::new) }
    }

    /// Replaces all words. One writer at a time.
    pub fn write(&self, words: [u64; N]) {
        // ORDERING: Relaxed; own write, writers are serialised.
        let seq = self.seq.load(ord!("seqlock.own", Relaxed));
        // ORDERING: Relaxed, with the Release fence behind it: a reader that sees a new word and then fences sees the
        // odd number too. Model: seqlock (mutants `seqlock.odd=drop`, `seqlock.write_fence=drop`).
        step!(
            "seqlock.odd",
            self.seq.store(seq.wrapping_add(1), ord!("seqlock.odd_store", Relaxed))
        );
        fence!("seqlock.write_fence", Release);
        for (cell, word) in self.words.iter().zip(words) {
            // ORDERING: Relaxed; ordered by the fence above and the Release below.
            cell.store(word, ord!("seqlock.word_store", Relaxed));
        }
        // ORDERING: Release; pairs with the Acquire of `try_read`. Model: seqlock (mutant `seqlock.even=Relaxed`).
        self.seq.store(seq.wrapping_add(2), ord!("seqlock.even", Release));
    }

    /// One attempt: all words of one write, or `None`.
    #[inline]
    pub fn try_read(&self) -> Option<[u64; N]> {
        // ORDERING: Acquire; pairs with the Release of the even number. Model: seqlock (mutant `seqlock.first=Relaxed`).
        let before = self.seq.load(ord!("seqlock.first", Acquire));
        let even = recheck!("seqlock.is_even", before & 1 == 0);
        if !even {
            return None;
        }
        // ORDERING: Relaxed; ordered by the Acquire above and the fence below.
        let words =
            core::array::from_fn(|i| self.words[i].load(ord!("seqlock.word_load", Relaxed)));
        // ORDERING: Acquire fence; pairs with `seqlock.write_fence` through the words. Model: seqlock (mutant
        // `seqlock.read_fence=drop`).
        fence!("seqlock.read_fence", Acquire);
        // ORDERING: Relaxed; the fence orders it after the words.
        let same =
            recheck!("seqlock.same", self.seq.load(ord!("seqlock.second", Relaxed)) == before);
        same.then_some(words)
    }

    /// All words of one write; spins while a writer is at work.
    pub fn read(&self) -> [u64; N] {
        loop {
            if let Some(words) = self.try_read() {
                return words;
            }
            spin_yield();
        }
    }
}

#[cfg(all(test, not(any(heddle_loom, heddle_shuttle, heddle_wm))))]
mod tests {
    use super::*;

    #[test]
    fn readers_see_whole_writes() {
        let lock = SeqLock::new([0, 0]);
        std::thread::scope(|s| {
            s.spawn(|| (1..10_000).for_each(|n| lock.write([n, n * 2])));
            for _ in 0..10_000 {
                let [a, b] = lock.read();
                assert_eq!(a * 2, b);
            }
        });
    }
}

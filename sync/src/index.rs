//! Globally reserved small integers: smallest free first, so that tables indexed by them stay short.
//!
//! Two pools live in `World`: thread indices, which name bytecode copies (`co_tlbc[i]`), and owner indices, which name
//! the thread that an object is biased to. The pool's lock orders a predecessor's last use of an index before its
//! successor's first: that edge hands over the copies and the biased objects. The generation tells two users apart.

use crate::prim::{Mutex, RaceCell, recheck, seeded, step};
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// The pool: a min-heap of freed indices and the first never used.
pub struct IndexPool {
    lock: Mutex<()>,
    inner: RaceCell<Inner>,
    limit: u32,
}

struct Inner {
    free: BinaryHeap<Reverse<u32>>,
    next: u32,
    generations: Vec<u32>,
}

impl IndexPool {
    /// Hands out `first..limit`.
    pub fn new(first: u32, limit: u32) -> IndexPool {
        let inner =
            Inner { free: BinaryHeap::new(), next: first, generations: vec![0; first as usize] };
        IndexPool { lock: Mutex::new(()), inner: RaceCell::new(inner), limit }
    }

    /// Reserves the smallest free index; its generation counts its users. `None` when all are taken.
    pub fn reserve(&self) -> Option<(u32, u32)> {
        let _guard = (!seeded!("index.reserve_unlocked")).then(|| self.lock.lock());
        // SAFETY: the pool's lock is held.
        unsafe {
            self.inner.write(|inner| {
                let index = match inner.free.pop() {
                    Some(Reverse(index)) => index,
                    None if inner.next < self.limit => {
                        inner.next += 1;
                        inner.generations.push(0);
                        inner.next - 1
                    }
                    None => return None,
                };
                let generation = &mut inner.generations[index as usize];
                *generation = generation.wrapping_add(1);
                Some((index, *generation))
            })
        }
    }

    /// Gives an index back, after the last use of anything it names.
    pub fn release(&self, index: u32) {
        let _guard = (!seeded!("index.release_unlocked")).then(|| self.lock.lock());
        // SAFETY: the pool's lock is held.
        unsafe {
            self.inner.write(|inner| {
                debug_assert!(recheck!("index.double", inner.free.iter().all(|r| r.0 != index)));
                step!("index.give_back", inner.free.push(Reverse(index)))
            })
        }
    }

    /// One more than the largest index ever handed out.
    pub fn high_water(&self) -> u32 {
        let _guard = self.lock.lock();
        // SAFETY: the pool's lock is held.
        unsafe { self.inner.read(|inner| inner.next) }
    }
}

#[cfg(all(test, not(any(heddle_loom, heddle_shuttle, heddle_wm))))]
mod tests {
    use super::*;

    #[test]
    fn smallest_free_first() {
        let pool = IndexPool::new(0, 4);
        let got: Vec<u32> = (0..4).map(|_| pool.reserve().expect("four fit").0).collect();
        assert_eq!(got, [0, 1, 2, 3]);
        assert_eq!(pool.reserve(), None);
        pool.release(2);
        pool.release(0);
        assert_eq!(pool.reserve(), Some((0, 2)));
        assert_eq!(pool.reserve(), Some((2, 2)));
        assert_eq!(pool.high_water(), 4);
    }
}

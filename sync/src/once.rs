//! Run an initialiser exactly once; a failed or panicking one leaves the next caller to try again.

use crate::prim::{AtomicU32, ord, park, seeded, step, unpark_all};
use crate::stw::World;
use crate::thread::Slot;

const IDLE: u32 = 0;
const RUNNING: u32 = 1;
const DONE: u32 = 2;

/// The flag; four bytes.
pub struct Once(AtomicU32);

impl Once {
    /// Not run yet.
    #[cfg(not(any(heddle_loom, heddle_shuttle, heddle_wm)))]
    pub const fn new() -> Once {
        Once(AtomicU32::new(IDLE))
    }
    /// Not run yet.
    #[cfg(any(heddle_loom, heddle_shuttle, heddle_wm))]
    pub fn new() -> Once {
        Once(AtomicU32::new(IDLE))
    }

    /// Has it run? Then all it wrote is visible.
    #[inline(always)]
    pub fn is_done(&self) -> bool {
        // ORDERING: Acquire; pairs with the Release of `finish`. Carries: what the initialiser wrote.
        // Model: once (mutant `once.fast=Relaxed`).
        self.0.load(ord!("once.fast", Acquire)) == DONE
    }

    /// Runs `f` unless it has run; waits, detached, for another thread that is running it.
    #[inline]
    pub fn call<E>(
        &self,
        world: &World,
        slot: &Slot,
        f: impl FnOnce() -> Result<(), E>,
    ) -> Result<(), E> {
        if self.is_done() { Ok(()) } else { self.call_slow(Some((world, slot)), f) }
    }

    /// `call` for a thread outside the runtime; waits attached.
    pub fn call_unattached<E>(&self, f: impl FnOnce() -> Result<(), E>) -> Result<(), E> {
        if self.is_done() { Ok(()) } else { self.call_slow(None, f) }
    }

    #[cold]
    fn call_slow<E>(
        &self,
        who: Option<(&World, &Slot)>,
        f: impl FnOnce() -> Result<(), E>,
    ) -> Result<(), E> {
        loop {
            // ORDERING: Acquire, also on failure; pairs with the Release of `finish`: a failed attempt's writes and a
            // successful one's are visible. Model: once (mutant `once.claim_fail=Relaxed`).
            match self.0.compare_exchange(
                IDLE,
                RUNNING,
                ord!("once.claim", Acquire),
                ord!("once.claim_fail", Acquire),
            ) {
                Ok(_) => break,
                Err(DONE) => return Ok(()),
                Err(_) => {}
            }
            let sleep = || {
                park(
                    self.key(),
                    0,
                    // ORDERING: Relaxed; under the queue's lock, which `finish` takes after its store.
                    || self.0.load(ord!("once.sleep", Relaxed)) == RUNNING,
                    |_| {},
                    None,
                );
            };
            match who {
                Some((world, slot)) => world.detached(slot, sleep),
                None => sleep(),
            }
        }
        let mut attempt = Attempt { once: self, next: IDLE };
        f()?;
        attempt.next = DONE;
        Ok(())
    }

    fn key(&self) -> usize {
        core::ptr::from_ref(self) as usize
    }
}

impl Default for Once {
    fn default() -> Once {
        Once::new()
    }
}

/// Ends an attempt: done, or idle again after a failure or a panic.
struct Attempt<'a> {
    once: &'a Once,
    next: u32,
}

impl Drop for Attempt<'_> {
    fn drop(&mut self) {
        if seeded!("once.wake_first") {
            unpark_all(self.once.key());
        }
        // ORDERING: Release; pairs with the Acquire of `is_done` and of the claim. Model: once (mutant
        // `once.finish=Relaxed`).
        self.once.0.store(self.next, ord!("once.finish", Release));
        if !seeded!("once.wake_first") {
            step!("once.wake", unpark_all(self.once.key()));
        }
    }
}

#[cfg(all(test, not(any(heddle_loom, heddle_shuttle, heddle_wm))))]
mod tests {
    use super::*;

    #[test]
    fn failure_and_panic_leave_a_retry() {
        let once = Once::new();
        assert_eq!(once.call_unattached(|| Err::<(), _>(3)), Err(3));
        let caught = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            let _ = once.call_unattached(|| -> Result<(), ()> { panic!("initialiser") });
        }));
        assert!(caught.is_err());
        assert!(!once.is_done());
        assert_eq!(once.call_unattached(|| Ok::<_, ()>(())), Ok(()));
        assert_eq!(once.call_unattached(|| Err(4)), Ok(()));
    }
}

//! A one-shot event: once set it stays set, and waiting for a set event does not block.

use crate::prim::{AtomicU32, Instant, Parked, ord, park, seeded, step, unpark_all};
use crate::stw::World;
use crate::thread::Slot;

/// A one-shot event.
pub struct Event(AtomicU32);

impl Event {
    /// Not set.
    #[allow(clippy::new_without_default)]
    pub fn new() -> Event {
        Event(AtomicU32::new(0))
    }

    /// Is it set? Then all the setter wrote before is visible.
    #[inline]
    pub fn is_set(&self) -> bool {
        // ORDERING: Acquire; pairs with the Release of `set`. Model: event (mutant `event.check=Relaxed`).
        self.0.load(ord!("event.check", Acquire)) == 1
    }

    /// Sets it and wakes everybody.
    pub fn set(&self) {
        if seeded!("event.wake_first") {
            unpark_all(self.key());
        }
        // ORDERING: Release; pairs with the Acquire of `is_set`. Model: event (mutant `event.set=Relaxed`).
        self.0.store(1, ord!("event.set", Release));
        if !seeded!("event.wake_first") {
            step!("event.wake", unpark_all(self.key()));
        }
    }

    /// Waits, detached, until it is set.
    pub fn wait(&self, world: &World, slot: &Slot) {
        if !self.is_set() {
            world.detached(slot, || self.wait_unattached());
        }
    }

    /// Waits, detached, until it is set or the deadline has passed; says whether it is set.
    pub fn wait_until(&self, world: &World, slot: &Slot, deadline: Instant) -> bool {
        self.is_set() || world.detached(slot, || self.sleep(Some(deadline)))
    }

    /// Waits until it is set, on behalf of no thread of the runtime.
    pub fn wait_unattached(&self) {
        self.sleep(None);
    }

    fn sleep(&self, deadline: Option<Instant>) -> bool {
        while !self.is_set() {
            let woken = park(
                self.key(),
                0,
                // ORDERING: Relaxed; under the queue's lock, which `set` takes after its store.
                || self.0.load(ord!("event.sleep", Relaxed)) == 0,
                |_| {},
                deadline,
            );
            if woken == Parked::TimedOut {
                return self.is_set();
            }
        }
        true
    }

    fn key(&self) -> usize {
        core::ptr::from_ref(self) as usize
    }
}

#[cfg(all(test, not(any(heddle_loom, heddle_shuttle, heddle_wm))))]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn a_deadline_ends_the_wait() {
        let (world, slot, event) = (World::new(), Box::new(Slot::new()), Event::new());
        // SAFETY: boxed, unregistered below.
        assert!(unsafe { world.register(&slot) });
        world.attach(&slot);
        assert!(!event.wait_until(&world, &slot, Instant::now() + Duration::from_millis(2)));
        event.set();
        assert!(event.wait_until(&world, &slot, Instant::now()));
        world.unregister(&slot);
    }
}

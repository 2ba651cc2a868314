//! The optional global lock of `-X gil=1`: the control of every scaling experiment.
//!
//! Attaching takes it, detaching gives it up. A waiter that has waited one switch interval asks the holder to let go
//! through its eval breaker; the holder then lets somebody else in before it competes again, as CPython does. Switched on
//! before the second thread starts and never off; without it `attach` pays one predictable branch.

use crate::breaker::GIL_DROP;
use crate::prim::{AtomicBool, AtomicU64, Condvar, Mutex, ord, wait_for};
use crate::thread::Slot;
use core::ptr::{eq, from_ref, null};
use std::time::Duration;

struct State {
    holder: *const Slot,
    held: bool,
    switches: u64,
    waiters: u32,
}

// SAFETY: the holder's slot is alive while it holds the lock, and is only looked at under the mutex.
unsafe impl Send for State {}

/// The lock.
pub struct Gil {
    on: AtomicBool,
    interval: AtomicU64,
    state: Mutex<State>,
    free: Condvar,
    taken: Condvar,
}

impl Gil {
    pub(crate) fn new() -> Gil {
        let state = State { holder: null(), held: false, switches: 0, waiters: 0 };
        Gil {
            on: AtomicBool::new(false),
            interval: AtomicU64::new(5000),
            state: Mutex::new(state),
            free: Condvar::new(),
            taken: Condvar::new(),
        }
    }

    /// Is there a global lock?
    #[inline(always)]
    pub fn enabled(&self) -> bool {
        // ORDERING: Relaxed; set while one thread runs, before the others start.
        !crate::prim::CHECKED && self.on.load(ord!("gil.on", Relaxed))
    }

    /// Switches the lock on; the only thread, already attached, becomes its holder.
    pub fn enable(&self, slot: &Slot) {
        let mut state = self.state.lock();
        state.held = true;
        state.holder = from_ref(slot);
        // ORDERING: Relaxed; as in `enabled`.
        self.on.store(true, ord!("gil.enable", Relaxed));
    }

    /// The switch interval in microseconds.
    pub fn interval_micros(&self) -> u64 {
        // ORDERING: Relaxed; a setting.
        self.interval.load(ord!("gil.interval", Relaxed))
    }

    /// Sets the switch interval in microseconds.
    pub fn set_interval_micros(&self, micros: u64) {
        // ORDERING: Relaxed; a setting.
        self.interval.store(micros.max(1), ord!("gil.interval_set", Relaxed))
    }

    /// How often the lock changed hands.
    pub fn switches(&self) -> u64 {
        self.state.lock().switches
    }

    pub(crate) fn enter(&self, slot: &Slot) {
        let mut state = self.state.lock();
        state.waiters += 1;
        while state.held {
            let before = state.switches;
            let late =
                wait_for(&self.free, &mut state, Duration::from_micros(self.interval_micros()));
            if late && state.held && state.switches == before && !state.holder.is_null() {
                // SAFETY: a holder is registered and alive; it gives the lock up under this mutex before it goes.
                unsafe { (*state.holder).breaker.set(GIL_DROP) };
            }
        }
        state.waiters -= 1;
        state.held = true;
        if !eq(state.holder, slot) {
            state.switches += 1;
            state.holder = from_ref(slot);
        }
        slot.breaker.clear(GIL_DROP);
        self.taken.notify_all();
    }

    pub(crate) fn leave(&self, slot: &Slot) {
        if !self.enabled() {
            return;
        }
        let mut state = self.state.lock();
        if !state.held || !eq(state.holder, slot) {
            return;
        }
        let asked = slot.breaker.take(GIL_DROP) != 0;
        state.held = false;
        // The slot may go away now; a stale address is compared at most, never followed, since `held` is false.
        self.free.notify_one();
        let switches = state.switches;
        if asked {
            // Forced switching: do not take it back before somebody else had it.
            while state.waiters > 0 && state.switches == switches && !state.held {
                let limit = Duration::from_micros(self.interval_micros());
                wait_for(&self.taken, &mut state, limit);
            }
        }
    }
}

#[cfg(all(test, not(any(heddle_loom, heddle_shuttle, heddle_wm))))]
mod tests {
    use crate::breaker::{GIL_DROP, PLEASE_STOP};
    use crate::prim::RaceCell;
    use crate::{Reason, Slot, World};
    use std::sync::Arc;

    struct Shared {
        world: World,
        value: RaceCell<u64>,
    }

    #[test]
    fn one_thread_at_a_time_and_everybody_gets_a_turn() {
        let shared = Arc::new(Shared { world: World::new(), value: RaceCell::new(0) });
        shared.world.gil.set_interval_micros(200);
        let first = Box::new(Slot::new());
        // SAFETY: boxed, unregistered below.
        assert!(unsafe { shared.world.register(&first) });
        shared.world.attach(&first);
        shared.world.gil.enable(&first);
        let workers: Vec<_> = (0..3)
            .map(|_| {
                let shared = shared.clone();
                std::thread::spawn(move || {
                    let slot = Box::new(Slot::new());
                    // SAFETY: boxed, unregistered below.
                    assert!(unsafe { shared.world.register(&slot) });
                    shared.world.attach(&slot);
                    for i in 0..200_000 {
                        // SAFETY: under the global lock.
                        unsafe { shared.value.write(|n| *n += 1) };
                        if slot.breaker.has(GIL_DROP) {
                            shared.world.detached(&slot, || ());
                        }
                        if slot.breaker.has(PLEASE_STOP) {
                            shared.world.poll_stop(&slot);
                        }
                        if i % 50_000 == 0 {
                            drop(shared.world.stop(&slot, Reason::Other));
                        }
                    }
                    shared.world.unregister(&slot);
                })
            })
            .collect();
        shared
            .world
            .detached(&first, || workers.into_iter().for_each(|w| w.join().expect("no panic")));
        // SAFETY: the others ended.
        assert_eq!(unsafe { shared.value.get() }, 600_000);
        assert!(shared.world.gil.switches() >= 3);
        shared.world.unregister(&first);
    }
}

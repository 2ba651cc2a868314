//! Stop-the-world: the list of threads, attaching and detaching, and pauses over all threads or one.
//!
//! The handshake is store-load: a detaching thread stores its state and then looks for the stop bit; a requester sets
//! the stop bit and then looks at the state. Two `SeqCst` fences make sure that at least one sees the other, so a
//! requester never waits for a thread that has just gone to sleep in the kernel. Everything else happens under the list
//! lock: the stop bit is set and cleared, threads are counted in and out, and new threads start suspended while a pause
//! is on. A requester that has to wait for another pause is detached while it waits, so it can be paused itself. The
//! lock order is index pools, then list lock, then parking queues; nothing detaches under the list lock.

use crate::breaker::{EVENTS, PLEASE_STOP};
use crate::critical;
use crate::gil::Gil;
use crate::header::{FIRST_OWNER, SHARED};
use crate::index::IndexPool;
use crate::prim::{
    AtomicU32, AtomicU64, CHECKED, CachePadded, Mutex, MutexGuard, fence, nanos, ord, park,
    recheck, seeded, spin_yield, step, unpark_all,
};
use crate::probe::{Counter, Totals};
use crate::reclaim::Graveyard;
use crate::stats::{PauseStats, Reason};
use crate::thread::{ATTACHED, DETACHED, FINISHED, NO_INDEX, SUSPENDED, Slot, park_with_registers};
use core::ptr::{from_ref, null};

/// Whom the pause that is on stops.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Scope {
    Nobody,
    All,
    One(*const Slot),
}

struct List {
    slots: Vec<*const Slot>,
    scope: Scope,
    requester: *const Slot,
    laggard: u32,
    closed: bool,
}

// SAFETY: the pointers are to registered slots, alive until they are unregistered under the list lock.
unsafe impl Send for List {}

impl List {
    /// Is this slot among those that the pause stops?
    fn stops(&self, slot: &Slot) -> bool {
        if core::ptr::eq(self.requester, slot) {
            return false;
        }
        match self.scope {
            Scope::Nobody => false,
            Scope::All => true,
            Scope::One(target) => core::ptr::eq(target, slot),
        }
    }

    fn each(&self) -> impl Iterator<Item = &Slot> {
        // SAFETY: a registered slot is alive until it is unregistered, which takes the list lock that we borrow from.
        self.slots.iter().map(|&slot| unsafe { &*slot })
    }
}

/// All threads of one interpreter and what concerns them together.
pub struct World {
    list: Mutex<List>,
    /// Threads that a requester still waits for.
    countdown: CachePadded<AtomicU32>,
    /// 1 while somebody holds the right to pause.
    pausing: CachePadded<AtomicU32>,
    /// The interpreter's instrumentation version; each breaker holds a copy.
    version: AtomicU64,
    indices: IndexPool,
    pub(crate) owners: IndexPool,
    /// One bit an owner index: no thread has it any more, nor ever will.
    retired: Box<[AtomicU64]>,
    /// The optional global lock.
    pub gil: Gil,
    /// Memory outside the collected heap that readers may still hold.
    pub graveyard: Graveyard,
    stats: Mutex<PauseStats>,
    finished: Mutex<Totals>,
}

impl World {
    /// An empty world with the production limits.
    pub fn new() -> World {
        World::with_owner_limit(u32::from(SHARED))
    }

    /// An empty world with owner indices below `limit` (models use few).
    pub fn with_owner_limit(limit: u32) -> World {
        let list = List {
            slots: Vec::new(),
            scope: Scope::Nobody,
            requester: null(),
            laggard: NO_INDEX,
            closed: false,
        };
        World {
            list: Mutex::new(list),
            countdown: CachePadded::new(AtomicU32::new(0)),
            pausing: CachePadded::new(AtomicU32::new(0)),
            version: AtomicU64::new(0),
            indices: IndexPool::new(0, NO_INDEX),
            owners: IndexPool::new(u32::from(FIRST_OWNER), limit),
            retired: (0..limit.div_ceil(64)).map(|_| AtomicU64::new(0)).collect(),
            gil: Gil::new(),
            graveyard: Graveyard::new(),
            stats: Mutex::new(PauseStats::new()),
            finished: Mutex::new([0; _]),
        }
    }

    // ---- threads come and go

    /// Adds a thread, detached; suspended if a pause is on. Then it calls `attach`. False when no index is free.
    ///
    /// # Safety
    /// - the slot stays where it is and alive until `unregister` (or for ever, once the world is closed).
    pub unsafe fn register(&self, slot: &Slot) -> bool {
        let Some((index, generation)) = self.indices.reserve() else {
            return false;
        };
        let Some((owner, _)) = self.owners.reserve() else {
            self.indices.release(index);
            return false;
        };
        // ORDERING: Relaxed all; the list lock publishes them.
        slot.index.store(index, ord!("stw.new_index", Relaxed));
        slot.generation.store(generation, ord!("stw.new_generation", Relaxed));
        slot.owner.store(owner as u16, ord!("stw.new_owner", Relaxed));
        slot.revoked.store(0, ord!("stw.new_revoked", Relaxed));
        slot.breaker.clear(EVENTS);
        let mut list = self.list.lock();
        // Under the lock, so that no change of the version falls between the copy and the entry in the list.
        slot.breaker.set_version(self.version());
        let paused = recheck!("stw.start_ignores_pause", list.scope == Scope::Nobody);
        let state = match (list.closed, paused) {
            (true, _) => FINISHED,
            (_, false) => SUSPENDED,
            (_, true) => DETACHED,
        };
        // ORDERING: Relaxed; under the list lock, and only this thread or a holder of that lock changes it next.
        slot.state.store(state, ord!("stw.new_state", Relaxed));
        list.slots.push(from_ref(slot));
        true
    }

    /// Removes a thread, from its own thread. Its indices go back to the pools.
    pub fn unregister(&self, slot: &Slot) {
        if slot.state() != ATTACHED {
            self.attach(slot); // so that it does not vanish from under a pause that is on
        }
        critical::suspend_all(slot);
        slot.probe.sum_into(&mut self.finished.lock());
        {
            let mut list = self.list.lock();
            if let Some(at) = list.slots.iter().position(|&s| core::ptr::eq(s, slot)) {
                list.slots.swap_remove(at);
            }
            // ORDERING: Relaxed; this thread stored `ATTACHED` itself, the rest happens under the list lock.
            let counted =
                slot.state.load(ord!("stw.exit_state", Relaxed)) == ATTACHED && list.stops(slot);
            // ORDERING: Relaxed; under the list lock, which all who look for this thread take.
            slot.state.store(FINISHED, ord!("stw.finish", Relaxed));
            slot.breaker.clear(PLEASE_STOP);
            if counted {
                if list.scope == Scope::One(from_ref(slot)) {
                    // The requester must not touch a thread that went away instead of stopping.
                    step!("stw.exit_forgets", list.scope = Scope::One(null()));
                }
                step!("stw.exit_counts", self.count_out(&mut list, slot));
            }
        }
        self.gil.leave(slot);
        // Last: the pools' locks hand everything these indices name to their next users.
        self.owners.release(u32::from(slot.owner()));
        self.indices.release(slot.index());
    }

    /// The thread may touch objects from here on. Waits for the end of a pause. Never returns in a closed world.
    #[inline]
    pub fn attach(&self, slot: &Slot) {
        if self.gil.enabled() {
            self.gil.enter(slot);
        }
        // ORDERING: Acquire; pairs with the Release of a requester that ends a pause. Carries: all it changed.
        // Model: stw (mutant `stw.attach=Relaxed`).
        if slot
            .state
            .compare_exchange(
                DETACHED,
                ATTACHED,
                ord!("stw.attach", Acquire),
                ord!("stw.attach_fail", Relaxed),
            )
            .is_err()
        {
            self.attach_slow(slot);
        }
        critical::resume_top(self, slot);
    }

    #[cold]
    fn attach_slow(&self, slot: &Slot) {
        loop {
            if self.gil.enabled() {
                self.gil.leave(slot);
            }
            self.await_release(slot);
            if self.gil.enabled() {
                self.gil.enter(slot);
            }
            // ORDERING: Acquire; as in `attach`.
            if slot
                .state
                .compare_exchange(
                    DETACHED,
                    ATTACHED,
                    ord!("stw.attach", Acquire),
                    ord!("stw.reattach_fail", Relaxed),
                )
                .is_ok()
            {
                return;
            }
        }
    }

    /// Sleeps while suspended, for ever when finished.
    fn await_release(&self, slot: &Slot) {
        let mut spins = if CHECKED { 0 } else { 200 };
        loop {
            // ORDERING: Relaxed; the CAS of the caller acquires.
            let state = slot.state.load(ord!("stw.await", Relaxed));
            match state {
                SUSPENDED | FINISHED if spins > 0 => {
                    spins -= 1;
                    spin_yield();
                }
                SUSPENDED | FINISHED => {
                    // ORDERING: Relaxed; under the queue's lock, which the waker takes after it changed the state.
                    park(
                        slot.key(),
                        0,
                        || {
                            recheck!(
                                "stw.sleep_check",
                                slot.state.load(ord!("stw.sleep_state", Relaxed)) == state
                            )
                        },
                        |_| {},
                        None,
                    );
                }
                _ => return,
            }
        }
    }

    /// The thread stops touching objects: it may block. Prefer `detached`, which also publishes the stack.
    #[inline]
    pub fn detach(&self, slot: &Slot) {
        critical::suspend_all(slot);
        slot.probe.bump(Counter::Detaches);
        // ORDERING: Release; pairs with the Acquire CAS of a requester that suspends it. Carries: all this thread did
        // to objects. Model: stw (mutant `stw.detach=Relaxed`).
        slot.state.store(DETACHED, ord!("stw.detach", Release));
        // ORDERING: SeqCst fence; pairs with `stw.stop_fence`: the requester sees DETACHED or we see its bit.
        // Model: stw (mutants `stw.detach_fence=drop`, `=AcqRel`).
        fence!("stw.detach_fence", SeqCst);
        if slot.breaker.has(PLEASE_STOP) {
            step!("stw.detach_notify", self.detach_slow(slot));
        }
        if self.gil.enabled() {
            self.gil.leave(slot);
        }
    }

    #[cold]
    fn detach_slow(&self, slot: &Slot) {
        let mut list = self.list.lock();
        // ORDERING: Relaxed; our own store, and the requester syncs with us through the list lock.
        if list.stops(slot)
            && slot
                .state
                .compare_exchange(
                    DETACHED,
                    SUSPENDED,
                    ord!("stw.self_park", Relaxed),
                    ord!("stw.self_fail", Relaxed),
                )
                .is_ok()
        {
            self.count_out(&mut list, slot);
        }
    }

    /// Runs `f` detached, with the registers spilled and the stack's extent published for the collector. Just runs it
    /// when the thread is not attached.
    #[inline]
    pub fn detached<R>(&self, slot: &Slot, f: impl FnOnce() -> R) -> R {
        if slot.state() != ATTACHED {
            return f();
        }
        park_with_registers(slot, || {
            let _back = Back { world: self, slot };
            self.detach(slot);
            f()
        })
    }

    /// The safepoint: call when the eval breaker shows `PLEASE_STOP`. Returns at once inside a critical section.
    #[cold]
    pub fn poll_stop(&self, slot: &Slot) {
        if slot.in_critical() && !seeded!("critical.ignored_by_polls") {
            return;
        }
        park_with_registers(slot, || {
            let stopped = {
                let mut list = self.list.lock();
                let stop = list.stops(slot);
                if stop {
                    slot.probe.bump(Counter::Parks);
                    // ORDERING: Relaxed; the countdown, counted next, carries everything to the requester.
                    slot.state.store(SUSPENDED, ord!("stw.park", Relaxed));
                    self.count_out(&mut list, slot);
                }
                stop
            };
            if stopped {
                if self.gil.enabled() {
                    self.gil.leave(slot);
                }
                self.attach(slot);
            }
        })
    }

    /// One thread less to wait for. Under the list lock.
    fn count_out(&self, list: &mut MutexGuard<'_, List>, slot: &Slot) {
        list.laggard = slot.index();
        // ORDERING: Release; pairs with the Acquire in `wait_for_others`. Carries: all the stopped thread did.
        // Model: stw (mutant `stw.count=Relaxed`).
        if self.countdown.fetch_sub(1, ord!("stw.count", Release)) == 1 {
            step!("stw.count_wakes", unpark_all(self.countdown_key()));
        }
    }

    // ---- pauses

    /// Stops all other threads until the guard is dropped. Joins the pause that this thread already holds.
    pub fn stop<'a>(&'a self, slot: &'a Slot, reason: Reason) -> Pause<'a> {
        if slot.rules() {
            return Pause {
                world: self,
                slot: Some(slot),
                nested: true,
                all: true,
                reason,
                asked: 0,
                stopped: 0,
            };
        }
        let pause = self.stop_scope(Some(slot), reason, |_| Scope::All);
        // ORDERING: Relaxed; own thread only.
        slot.rules.store(true, ord!("slot.rules_on", Relaxed));
        pause
    }

    /// Stops all threads on behalf of a thread that is not one of them.
    pub fn stop_from_outside(&self, reason: Reason) -> Pause<'_> {
        self.stop_scope(None, reason, |_| Scope::All)
    }

    /// Stops the first thread that `pick` accepts, if there is one; keeps new threads from starting either way.
    pub(crate) fn stop_one<'a>(
        &'a self,
        slot: &'a Slot,
        reason: Reason,
        mut pick: impl FnMut(&Slot) -> bool,
    ) -> (Pause<'a>, Option<&'a Slot>) {
        debug_assert!(!slot.rules(), "a handshake inside a pause: everybody is stopped already");
        let pause = self.stop_scope(Some(slot), reason, |list| {
            Scope::One(list.each().find(|s| pick(s)).map_or(null(), from_ref))
        });
        // Asked again, because it may have finished instead of stopping.
        let target = match self.list.lock().scope {
            Scope::One(target) => target,
            _ => null(),
        };
        // SAFETY: a thread that is the target of the pause that is on is stopped, so it is registered and alive.
        (pause, unsafe { target.as_ref() })
    }

    fn stop_scope<'a>(
        &'a self,
        slot: Option<&'a Slot>,
        reason: Reason,
        scope: impl FnOnce(&List) -> Scope,
    ) -> Pause<'a> {
        let asked = nanos();
        let mut list = self.become_requester(slot);
        list.requester = slot.map_or(null(), from_ref);
        list.laggard = NO_INDEX;
        list.scope = scope(&list);
        for other in list.each().filter(|s| list.stops(s)) {
            other.breaker.set(PLEASE_STOP);
        }
        // ORDERING: SeqCst fence; pairs with `stw.detach_fence`: a thread that we see attached sees our bit when it
        // detaches. Model: stw (mutants `stw.stop_fence=drop`, `=AcqRel`).
        fence!("stw.stop_fence", SeqCst);
        let mut running = 0;
        for other in list.each().filter(|s| list.stops(s)) {
            // ORDERING: Acquire; pairs with the Release of `detach`. Model: stw (mutant `stw.suspend=Relaxed`).
            let suspended = other.state.compare_exchange(
                DETACHED,
                SUSPENDED,
                ord!("stw.suspend", Acquire),
                ord!("stw.suspend_fail", Relaxed),
            );
            running += u32::from(suspended == Err(ATTACHED));
        }
        // ORDERING: Relaxed; threads change it under the list lock, which we hold.
        self.countdown.store(running, ord!("stw.countdown_set", Relaxed));
        let all = list.scope == Scope::All;
        drop(list);
        step!("stw.wait", self.wait_for_others());
        Pause { world: self, slot, nested: false, all, reason, asked, stopped: nanos() }
    }

    /// Waits until no pause is on and claims the next one. Returns holding the list lock.
    fn become_requester(&self, slot: Option<&Slot>) -> MutexGuard<'_, List> {
        loop {
            let list = self.list.lock();
            // ORDERING: Relaxed; changed under the list lock only.
            if self.pausing.load(ord!("stw.pausing", Relaxed)) == 0 {
                self.pausing.store(1, ord!("stw.pausing_set", Relaxed));
                return list;
            }
            drop(list);
            let sleep = || {
                park(
                    self.pausing_key(),
                    0,
                    // ORDERING: Relaxed; under the queue's lock, which the waker takes after it cleared the word.
                    || self.pausing.load(ord!("stw.pausing_sleep", Relaxed)) != 0,
                    |_| {},
                    None,
                );
            };
            match slot {
                Some(slot) if !seeded!("stw.waits_attached") => self.detached(slot, sleep),
                _ => sleep(),
            }
        }
    }

    fn wait_for_others(&self) {
        let mut spins = if CHECKED { 0 } else { 400 };
        loop {
            // ORDERING: Acquire; pairs with the Release of `count_out`. Model: stw.
            if self.countdown.load(ord!("stw.countdown", Acquire)) == 0 {
                return;
            }
            if spins > 0 {
                spins -= 1;
                spin_yield();
                continue;
            }
            park(
                self.countdown_key(),
                0,
                // ORDERING: Relaxed; under the queue's lock, which the last thread takes after counting.
                || self.countdown.load(ord!("stw.countdown_sleep", Relaxed)) != 0,
                |_| {},
                None,
            );
        }
    }

    fn resume(&self) -> u32 {
        let mut list = self.list.lock();
        list.requester = null();
        list.scope = Scope::Nobody;
        for other in list.each() {
            step!("stw.bit_cleared", other.breaker.clear(PLEASE_STOP));
            // ORDERING: Relaxed; only holders of the list lock move a thread out of this state.
            if other.state.load(ord!("stw.resume_state", Relaxed)) == SUSPENDED {
                // ORDERING: Release; pairs with the Acquire of `attach`. Carries: all the requester changed.
                // Model: stw (mutant `stw.resume=Relaxed`).
                other.state.store(DETACHED, ord!("stw.resume", Release));
                step!("stw.resume_wakes", unpark_all(other.key()));
            }
        }
        // ORDERING: Relaxed; under the list lock.
        self.pausing.store(0, ord!("stw.pausing_clear", Relaxed));
        step!("stw.next_requester", unpark_all(self.pausing_key()));
        list.laggard
    }

    fn countdown_key(&self) -> usize {
        from_ref(&*self.countdown) as usize
    }

    fn pausing_key(&self) -> usize {
        from_ref(&*self.pausing) as usize
    }

    // ---- the instrumentation version

    /// The interpreter's instrumentation version (low 8 bits zero).
    #[inline]
    pub fn version(&self) -> u64 {
        // ORDERING: Relaxed; changes inside pauses only.
        self.version.load(ord!("stw.version", Relaxed))
    }

    // ---- walking the threads

    /// Calls `f` for every thread, under the list lock: `f` must be short and may not detach, lock or allocate objects.
    pub fn for_each_slot(&self, mut f: impl FnMut(&Slot)) {
        let list = self.list.lock();
        list.each().for_each(&mut f);
    }

    /// Runs `f` under the list lock on the first thread that `pick` accepts.
    pub fn with_slot<R>(
        &self,
        mut pick: impl FnMut(&Slot) -> bool,
        f: impl FnOnce(&Slot) -> R,
    ) -> Option<R> {
        let list = self.list.lock();
        list.each().find(|s| pick(s)).map(f)
    }

    /// Sets event bits on every thread.
    pub fn broadcast(&self, bits: u64) {
        self.for_each_slot(|slot| slot.breaker.set(bits));
    }

    /// How many threads are registered.
    pub fn thread_count(&self) -> usize {
        self.list.lock().slots.len()
    }

    /// One more than the largest thread index ever used.
    pub fn index_high_water(&self) -> u32 {
        self.indices.high_water()
    }

    /// Pause statistics so far.
    pub fn pause_stats(&self) -> PauseStats {
        self.stats.lock().clone()
    }

    /// All counters, of finished threads too.
    pub fn counters(&self) -> Totals {
        let mut totals = *self.finished.lock();
        self.for_each_slot(|slot| slot.probe.sum_into(&mut totals));
        totals
    }

    // ---- owner indices

    /// Has this owner index been given up by its thread for good?
    #[inline]
    pub(crate) fn owner_retired(&self, owner: u16) -> bool {
        let Some(word) = self.retired.get(owner as usize / 64) else {
            return false;
        };
        // ORDERING: Acquire; pairs with the Release of `retire_owner`. Carries: all its thread wrote as owner.
        // Model: bias (mutant `bias.retired_load=Relaxed`).
        word.load(ord!("bias.retired_load", Acquire)) >> (owner % 64) & 1 != 0
    }

    /// Marks an owner index as given up. Inside a pause that stops its thread.
    pub(crate) fn retire_owner(&self, owner: u16) {
        // ORDERING: Release; pairs with the Acquire of `owner_retired`. Model: bias (mutant `bias.retire=Relaxed`).
        self.retired[owner as usize / 64].fetch_or(1 << (owner % 64), ord!("bias.retire", Release));
    }

    // ---- the end

    /// After `fork`, in the child: forgets every thread but `slot`, which holds the pause under which the fork was made.
    pub fn forget_others(&self, slot: &Slot) {
        let mut list = self.list.lock();
        list.slots.retain(|&s| core::ptr::eq(s, slot));
    }
}

impl Default for World {
    fn default() -> World {
        World::new()
    }
}

/// Attaches again, also when the detached code panics.
struct Back<'a> {
    world: &'a World,
    slot: &'a Slot,
}

impl Drop for Back<'_> {
    fn drop(&mut self) {
        self.world.attach(self.slot)
    }
}

/// A pause that is on. Dropping it lets the threads go on, in a panic too.
///
/// Inside: no byte locks, no Python code, no detaching, no other pause (a nested `stop` joins this one).
#[must_use = "the pause ends when this is dropped"]
pub struct Pause<'a> {
    world: &'a World,
    slot: Option<&'a Slot>,
    nested: bool,
    all: bool,
    reason: Reason,
    asked: u64,
    stopped: u64,
}

impl Pause<'_> {
    /// Calls `f` for every thread, the requester's too.
    pub fn for_each_slot(&self, mut f: impl FnMut(&Slot)) {
        debug_assert!(self.all, "a handshake stops one thread; the others may go away");
        // The walk holds no lock: in a pause over all threads only new, suspended ones could join, so take a copy.
        let slots: Vec<*const Slot> = self.world.list.lock().slots.clone();
        for slot in slots {
            // SAFETY: a thread that is in the list during a pause is stopped, or is the requester; neither unregisters.
            f(unsafe { &*slot });
        }
    }

    /// Sets the interpreter's instrumentation version and every thread's copy of it.
    pub fn set_version(&self, version: u64) {
        debug_assert!(self.all && version & EVENTS == 0);
        let list = self.world.list.lock();
        // ORDERING: Relaxed; the end of the pause publishes it to the stopped, the list lock to the new threads.
        self.world.version.store(version, ord!("stw.version_set", Relaxed));
        list.each().for_each(|slot| slot.breaker.set_version(version));
    }

    /// Frees what was retired before this pause: no thread can hold it any more.
    pub fn reclaim(&self) -> usize {
        debug_assert!(self.all);
        self.world.graveyard.bury()
    }

    /// Ends the world: threads that attach from now on hang, so only this thread runs. They are never resumed.
    pub fn close(&self) {
        let mut list = self.world.list.lock();
        list.closed = true;
        for slot in list.each() {
            if !core::ptr::eq(slot, list.requester) {
                // ORDERING: Relaxed; under the list lock.
                slot.state.store(FINISHED, ord!("stw.close", Relaxed));
            }
        }
    }

    /// Nanoseconds between the request and the last thread's stop.
    pub fn time_to_stop(&self) -> u64 {
        self.stopped - self.asked
    }
}

impl Drop for Pause<'_> {
    fn drop(&mut self) {
        if self.nested {
            return;
        }
        if let Some(slot) = self.slot {
            // ORDERING: Relaxed; own thread only.
            slot.rules.store(false, ord!("slot.rules_off", Relaxed));
        }
        let laggard = self.world.resume();
        if !CHECKED {
            let mut stats = self.world.stats.lock();
            stats.record(self.reason, self.stopped - self.asked, nanos() - self.stopped, laggard);
        }
    }
}

#[cfg(all(test, not(any(heddle_loom, heddle_shuttle, heddle_wm))))]
mod tests {
    use super::*;
    use crate::critical;
    use crate::header::HeaderWord;
    use crate::prim::{AtomicBool, Ordering, RaceCell};
    use std::sync::Arc;

    struct Shared {
        world: World,
        header: HeaderWord,
        value: RaceCell<u64>,
        stopped: AtomicBool,
    }

    // SAFETY: `value` is guarded by a critical section on `header`.
    unsafe impl Sync for Shared {}

    #[test]
    fn pauses_sections_and_exits_under_load() {
        let shared = Arc::new(Shared {
            world: World::new(),
            header: HeaderWord::new(1, 0, 0),
            value: RaceCell::new(0),
            stopped: AtomicBool::new(false),
        });
        const THREADS: u64 = 4;
        const ROUNDS: u64 = 300;
        let workers: Vec<_> = (0..THREADS)
            .map(|_| {
                let shared = shared.clone();
                std::thread::spawn(move || {
                    let slot = Box::new(Slot::new());
                    for round in 0..ROUNDS {
                        // SAFETY: boxed, unregistered below.
                        assert!(unsafe { shared.world.register(&slot) });
                        shared.world.attach(&slot);
                        for _ in 0..20 {
                            assert!(
                                !shared.stopped.load(Ordering::Relaxed),
                                "running inside a pause"
                            );
                            critical::with(&shared.world, &slot, &shared.header, || {
                                // SAFETY: inside the section.
                                unsafe { shared.value.write(|v| *v += 1) }
                            });
                            if slot.breaker.has(PLEASE_STOP) {
                                shared.world.poll_stop(&slot);
                            }
                        }
                        if round % 50 == 0 {
                            shared.world.detached(&slot, std::thread::yield_now);
                        }
                        if round % 10 == 0 {
                            let pause = shared.world.stop(&slot, Reason::Other);
                            shared.stopped.store(true, Ordering::Relaxed);
                            pause.set_version(round * 0x100);
                            shared.stopped.store(false, Ordering::Relaxed);
                        }
                        shared.world.unregister(&slot);
                    }
                })
            })
            .collect();
        workers.into_iter().for_each(|w| w.join().expect("no worker panics"));
        // SAFETY: all other threads ended.
        assert_eq!(unsafe { shared.value.get() }, THREADS * ROUNDS * 20);
        assert_eq!(shared.world.thread_count(), 0);
        assert!(shared.world.index_high_water() <= THREADS as u32);
        assert!(shared.world.pause_stats().count >= THREADS * ROUNDS / 10);
    }

    #[test]
    fn one_byte_lock_hands_over_between_many() {
        let shared = Arc::new((World::new(), crate::prim::AtomicU8::new(0), RaceCell::new(0u64)));
        let workers: Vec<_> = (0..4)
            .map(|_| {
                let shared = shared.clone();
                std::thread::spawn(move || {
                    let slot = Box::new(Slot::new());
                    // SAFETY: boxed, unregistered below.
                    assert!(unsafe { shared.0.register(&slot) });
                    shared.0.attach(&slot);
                    for _ in 0..2000 {
                        crate::mutex::lock(&shared.0, &slot, &shared.1);
                        // SAFETY: the lock is held.
                        unsafe { shared.2.write(|v| *v += 1) };
                        crate::mutex::unlock(&shared.1);
                    }
                    shared.0.unregister(&slot);
                })
            })
            .collect();
        workers.into_iter().for_each(|w| w.join().expect("no worker panics"));
        // SAFETY: all other threads ended.
        assert_eq!(unsafe { shared.2.get() }, 8000);
    }

    #[test]
    fn closed_world_lets_the_last_thread_run() {
        let world = World::new();
        let (me, other) = (Box::new(Slot::new()), Box::new(Slot::new()));
        // SAFETY: boxed, alive to the end of the test.
        unsafe { assert!(world.register(&me) && world.register(&other)) };
        world.attach(&me);
        {
            let pause = world.stop(&me, Reason::Shutdown);
            pause.close();
            let again = world.stop(&me, Reason::Other);
            drop(again);
        }
        assert_eq!(other.state(), FINISHED);
        let pause = world.stop(&me, Reason::Other);
        drop(pause);
        world.unregister(&me);
    }
}

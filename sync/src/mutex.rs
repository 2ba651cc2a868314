//! The one-byte lock: bit 0 locked, bit 1 somebody parked. Waiters queue outside the object, keyed by its address.
//!
//! Uncontended lock and unlock are one CAS each. A released lock may be taken by whoever comes first (barging), but a
//! waiter of more than a millisecond is handed the lock directly: the bit stays set and the waiter is told. A thread
//! that sleeps here is detached, so it never delays a pause; its critical sections are suspended meanwhile. A waiter
//! may be handed the lock while a pause suspends it, so the requester of a pause takes no byte locks.

use crate::header::{LOCKED, PARKED};
use crate::prim::{
    AtomicU8, CHECKED, Instant, Parked, micros, ord, park, recheck, seeded, spin_yield, step,
    unpark_one,
};
use crate::probe::Counter;
use crate::stw::World;
use crate::thread::Slot;

const SPINS: u32 = 40;
const FAIR_AFTER_MICROS: u64 = 1000;
const HANDED_OFF: usize = 1;
const COMPETE: usize = 0;

#[inline]
fn key(byte: &AtomicU8) -> usize {
    core::ptr::from_ref(byte) as usize
}

/// Takes the lock if it is free.
#[inline]
pub fn try_lock(byte: &AtomicU8) -> bool {
    // ORDERING: Acquire; pairs with the Release of `unlock`. Carries: what the lock guards.
    // Model: bytelock (mutant `lock.try=Relaxed`).
    // COST: one RMW; only for objects that are shared between threads.
    if byte
        .compare_exchange(0, LOCKED, ord!("lock.try", Acquire), ord!("lock.try_fail", Relaxed))
        .is_ok()
    {
        return true;
    }
    // ORDERING: Relaxed; the CAS below decides.
    let now = byte.load(ord!("lock.peek", Relaxed));
    now & LOCKED == 0
        // ORDERING: Acquire; as above, for a free lock that others wait for.
        && byte
            .compare_exchange(now, now | LOCKED, ord!("lock.barge", Acquire), ord!("lock.barge_fail", Relaxed))
            .is_ok()
}

/// Is it held by anybody? A report only.
pub fn is_locked(byte: &AtomicU8) -> bool {
    // ORDERING: Relaxed; a report only.
    byte.load(ord!("lock.report", Relaxed)) & LOCKED != 0
}

/// Takes the lock; sleeps detached.
#[inline]
pub fn lock(world: &World, slot: &Slot, byte: &AtomicU8) {
    if !try_lock(byte) {
        lock_slow(Some((world, slot)), byte, None);
    }
}

/// Takes the lock, or gives up at `deadline`; sleeps detached.
#[inline]
pub fn lock_until(world: &World, slot: &Slot, byte: &AtomicU8, deadline: Instant) -> bool {
    try_lock(byte) || lock_slow(Some((world, slot)), byte, Some(deadline))
}

/// Takes the lock on behalf of no thread of the runtime, or of one that may not detach.
pub fn lock_attached(byte: &AtomicU8) {
    if !try_lock(byte) {
        lock_slow(None, byte, None);
    }
}

#[cold]
fn lock_slow(who: Option<(&World, &Slot)>, byte: &AtomicU8, deadline: Option<Instant>) -> bool {
    if let Some((_, slot)) = who {
        slot.probe.bump(Counter::LockContended);
    }
    let since = micros() as usize;
    let mut spins = if CHECKED { SPINS } else { 0 };
    loop {
        // ORDERING: Relaxed; each branch decides with a CAS.
        let now = byte.load(ord!("lock.look", Relaxed));
        if now & LOCKED == 0 {
            // ORDERING: Acquire; pairs with the Release of `unlock`. Model: bytelock.
            if byte
                .compare_exchange(
                    now,
                    now | LOCKED,
                    ord!("lock.take", Acquire),
                    ord!("lock.take_fail", Relaxed),
                )
                .is_ok()
            {
                return true;
            }
            continue;
        }
        if now & PARKED == 0 {
            if spins < SPINS {
                spins += 1;
                spin_yield();
                continue;
            }
            // ORDERING: Relaxed; only asks the holder to look into the queue, whose lock orders the rest.
            if byte
                .compare_exchange(
                    now,
                    now | PARKED,
                    ord!("lock.mark", Relaxed),
                    ord!("lock.mark_fail", Relaxed),
                )
                .is_err()
            {
                continue;
            }
        }
        let sleep = || {
            park(
                key(byte),
                since,
                // ORDERING: Relaxed; under the queue's lock, which the unlocker takes to clear these bits.
                // Model: bytelock (mutant `lock.validate=drop`).
                || {
                    recheck!(
                        "lock.validate",
                        byte.load(ord!("lock.sleep", Relaxed)) == LOCKED | PARKED
                    )
                },
                |last| {
                    if last {
                        // ORDERING: Relaxed; under the queue's lock: nobody waits any more.
                        byte.fetch_and(!PARKED, ord!("lock.forget", Relaxed));
                    }
                },
                deadline,
            )
        };
        let woken = match who {
            Some((world, slot)) => {
                slot.probe.bump(Counter::LockParks);
                world.detached(slot, sleep)
            }
            None => sleep(),
        };
        match woken {
            Parked::Unparked(HANDED_OFF) => {
                // The unlocker kept the bit set for us; the queue's lock and the wake-up carry what it wrote.
                if let Some((_, slot)) = who {
                    slot.probe.bump(Counter::LockHandoffs);
                }
                return true;
            }
            Parked::TimedOut => return try_lock(byte),
            _ => {}
        }
    }
}

/// Releases the lock. Only its holder may call this.
#[inline]
pub fn unlock(byte: &AtomicU8) {
    // ORDERING: Release; pairs with the Acquire of `try_lock`. Model: bytelock (mutant `lock.unlock=Relaxed`).
    if byte
        .compare_exchange(
            LOCKED,
            0,
            ord!("lock.unlock", Release),
            ord!("lock.unlock_fail", Relaxed),
        )
        .is_err()
    {
        unlock_slow(byte);
    }
}

#[cold]
fn unlock_slow(byte: &AtomicU8) {
    unpark_one(key(byte), |waiting_since, more| {
        let fair = match waiting_since {
            None => false,
            Some(_) if CHECKED => seeded_fair(),
            Some(since) => micros().wrapping_sub(since as u64) > FAIR_AFTER_MICROS,
        };
        let keep = if more { PARKED } else { 0 };
        let keep = if seeded!("lock.forget_parked") { 0 } else { keep };
        let next = if fair { keep | LOCKED } else { keep };
        // ORDERING: Release; pairs with the Acquire of whoever takes the lock next, or is handed it.
        // Model: bytelock (mutant `lock.unlock_slow=Relaxed`).
        step!("lock.store", byte.store(next, ord!("lock.unlock_slow", Release)));
        if fair { HANDED_OFF } else { COMPETE }
    });
}

/// Checker builds have no clock; a model runs once with hand-off and once without.
#[cfg(any(heddle_loom, heddle_shuttle, heddle_wm))]
fn seeded_fair() -> bool {
    crate::prim::site::handoff()
}
#[cfg(not(any(heddle_loom, heddle_shuttle, heddle_wm)))]
fn seeded_fair() -> bool {
    false
}

//! The eval breaker: one word per thread, event bits in the low 8, instrumentation version above them.
//!
//! Anyone may set a bit; the owner polls with one relaxed load and clears a bit *before* it handles it, so that a
//! request made meanwhile is not lost. Comparing the whole word with a code object's version answers "nothing to do and
//! nothing to instrument" in one compare. Bits and version change only by read-modify-write, so neither loses the other.

use crate::prim::{AtomicU64, fence, ord, seeded};

/// The GIL's holder is asked to let another thread run.
pub const GIL_DROP: u64 = 1 << 0;
/// A signal arrived (main thread).
pub const SIGNALS: u64 = 1 << 1;
/// Queued calls wait.
pub const CALLS: u64 = 1 << 2;
/// An exception was sent to this thread.
pub const ASYNC_EXC: u64 = 1 << 3;
/// A collection is due.
pub const GC: u64 = 1 << 4;
/// A pause is requested: park at the next safepoint.
pub const PLEASE_STOP: u64 = 1 << 5;
/// Somebody left work for this thread (a handshake without a stop).
pub const HANDSHAKE: u64 = 1 << 6;
/// Cold compiled code should be swept.
pub const JIT_COLD: u64 = 1 << 7;
/// All event bits.
pub const EVENTS: u64 = 0xFF;
/// The instrumentation version counts in these steps.
pub const VERSION_STEP: u64 = 0x100;

/// The word; the first field of `Slot`, at offset 0.
#[repr(transparent)]
pub struct EvalBreaker(AtomicU64);

impl EvalBreaker {
    /// No events, the given version.
    #[cfg(not(any(heddle_loom, heddle_shuttle, heddle_wm)))]
    pub const fn new(version: u64) -> EvalBreaker {
        EvalBreaker(AtomicU64::new(version & !EVENTS))
    }
    /// No events, the given version.
    #[cfg(any(heddle_loom, heddle_shuttle, heddle_wm))]
    pub fn new(version: u64) -> EvalBreaker {
        EvalBreaker(AtomicU64::new(version & !EVENTS))
    }

    /// The poll: the whole word.
    #[inline(always)]
    pub fn load_relaxed(&self) -> u64 {
        // ORDERING: Relaxed; a set bit is only a hint to come here, and `take` acquires. Model: breaker.
        self.0.load(ord!("breaker.poll", Relaxed))
    }

    /// The event bits.
    #[inline(always)]
    pub fn events(&self) -> u64 {
        self.load_relaxed() & EVENTS
    }

    /// The version part.
    #[inline(always)]
    pub fn version(&self) -> u64 {
        self.load_relaxed() & !EVENTS
    }

    /// Sets event bits; what was written before is visible to whoever `take`s them.
    #[inline]
    pub fn set(&self, bits: u64) {
        debug_assert_eq!(bits & !EVENTS, 0);
        // ORDERING: Release; pairs with the Acquire of `take`. Carries: the request's data (an exception, a queue).
        // Model: breaker (mutant `breaker.set=Relaxed`).
        self.0.fetch_or(bits, ord!("breaker.set", Release));
    }

    /// Clears event bits without caring for what they announced.
    #[inline]
    pub fn clear(&self, bits: u64) {
        debug_assert_eq!(bits & !EVENTS, 0);
        // ORDERING: Relaxed; clearing announces nothing, and being an RMW it loses no other bit. Model: breaker.
        self.0.fetch_and(!bits, ord!("breaker.clear", Relaxed));
    }

    /// Clears `bits` and says which of them were set. Call before handling them.
    #[inline]
    pub fn take(&self, bits: u64) -> u64 {
        if seeded!("breaker.take_by_store") {
            let word = self.0.load(ord!("breaker.bug_load", Acquire));
            self.0.store(word & !bits, ord!("breaker.bug_store", Relaxed));
            return word & bits;
        }
        // ORDERING: Acquire; pairs with the Release of `set`. Model: breaker (mutant `breaker.take=Relaxed`).
        self.0.fetch_and(!bits, ord!("breaker.take", Acquire)) & bits
    }

    /// Is any of these bits set? Relaxed.
    #[inline(always)]
    pub fn has(&self, bits: u64) -> bool {
        self.load_relaxed() & bits != 0
    }

    /// Orders what follows after the setters of the bits that a relaxed load saw.
    #[inline]
    pub fn acquire(&self) {
        // ORDERING: Acquire fence; pairs with the Release of `set` through the preceding relaxed load.
        fence!("breaker.acquire", Acquire)
    }

    /// Replaces the version, keeps the events.
    pub fn set_version(&self, version: u64) {
        let version = version & !EVENTS;
        // ORDERING: Relaxed; versions change only inside a pause, whose end publishes them. Model: breaker.
        let mut word = self.0.load(ord!("breaker.version_load", Relaxed));
        if seeded!("breaker.version_by_store") {
            self.0.store(version | (word & EVENTS), ord!("breaker.bug_version", Relaxed));
            return;
        }
        // ORDERING: Relaxed, as above; the loop keeps an event that is set meanwhile.
        while let Err(now) = self.0.compare_exchange_weak(
            word,
            version | (word & EVENTS),
            ord!("breaker.version_cas", Relaxed),
            ord!("breaker.version_fail", Relaxed),
        ) {
            word = now;
        }
    }
}

#[cfg(all(test, not(any(heddle_loom, heddle_shuttle, heddle_wm))))]
mod tests {
    use super::*;

    #[test]
    fn events_and_version_do_not_disturb_each_other() {
        let b = EvalBreaker::new(3 * VERSION_STEP);
        b.set(GC | PLEASE_STOP);
        b.set_version(4 * VERSION_STEP);
        assert_eq!(b.load_relaxed(), (4 * VERSION_STEP) | GC | PLEASE_STOP);
        assert_eq!(b.take(GC | SIGNALS), GC);
        assert!(!b.has(GC));
        assert!(b.has(PLEASE_STOP));
        b.clear(PLEASE_STOP);
        assert_eq!(b.load_relaxed(), 4 * VERSION_STEP);
    }
}

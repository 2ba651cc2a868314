//! The unified backoff counter: 13 bits that count down, 3 bits that say how long the next wait is.
//!
//! A counter *triggers* when its value is 0 and it is reachable, one unsigned compare. What found nothing to do restarts
//! it with the next longer wait. The waits are CPython 3.15's: one less than a prime each, near powers of four times
//! two, so that a site does not stay in step with a program that repeats itself.
//!
//! A counter is the first cache unit of an adaptive instruction. The owner of the copy counts; the instrumenter may
//! set it; with one copy for all threads, all may count. Each access is one relaxed 16-bit load or store, so the pair
//! of value and backoff is never torn; an update may be lost, which only makes the wait longer.

use crate::prim::{ord, seeded};
use crate::unit::Unit;

const BACKOFF_BITS: u32 = 3;
const BACKOFF_MASK: u16 = (1 << BACKOFF_BITS) - 1;
const UNREACHABLE_BACKOFF: u16 = BACKOFF_MASK;
/// One unit of the value.
const ONE: u16 = 1 << BACKOFF_BITS;

/// Largest value.
pub const VALUE_MAX: u16 = u16::MAX >> BACKOFF_BITS;
/// Largest backoff of a counter that triggers.
pub const BACKOFF_MAX: u16 = 6;

/// The wait after a restart, by the backoff before it.
const WAITS: [u16; 8] = [1, 6, 30, 126, 508, 2052, 8190, 8190];

/// First content of a conditional jump's cache unit: outcomes alternating, newest in bit 0.
pub const BRANCH_HISTORY: u16 = 0x5555;

/// The content of a counter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(transparent)]
pub struct Counter(pub u16);

impl Counter {
    /// Never triggers, however often it is advanced: an advance changes the value, never the backoff.
    pub const UNREACHABLE: Counter = Counter(UNREACHABLE_BACKOFF);
    /// Triggers at once; for those who want a site specialized anew.
    pub const TRIGGER: Counter = Counter(0);

    /// A counter that triggers after `value` advances.
    ///
    /// **Panics:** (when a constant is computed) a value or backoff out of range.
    pub const fn new(value: u16, backoff: u16) -> Counter {
        assert!(value <= VALUE_MAX && backoff <= BACKOFF_MAX);
        Counter(value << BACKOFF_BITS | backoff)
    }

    /// The value.
    pub const fn value(self) -> u16 {
        self.0 >> BACKOFF_BITS
    }

    /// The backoff.
    pub const fn backoff(self) -> u16 {
        self.0 & BACKOFF_MASK
    }

    /// Whether it can ever trigger.
    pub const fn is_reachable(self) -> bool {
        self.backoff() != UNREACHABLE_BACKOFF
    }

    /// Whether it has run down.
    #[inline(always)]
    pub const fn triggers(self) -> bool {
        self.0 < UNREACHABLE_BACKOFF
    }

    /// One less. Not for a counter that triggers.
    #[inline(always)]
    pub const fn advanced(self) -> Counter {
        Counter(self.0.wrapping_sub(ONE))
    }

    /// The next longer wait. An unreachable counter stays so.
    pub const fn restarted(self) -> Counter {
        let backoff = self.backoff();
        if backoff == UNREACHABLE_BACKOFF {
            return self;
        }
        let next = if backoff < BACKOFF_MAX { backoff + 1 } else { BACKOFF_MAX };
        Counter(WAITS[backoff as usize] << BACKOFF_BITS | next)
    }

    /// At least one more advance before it triggers.
    pub const fn paused(self) -> Counter {
        Counter(self.0 | ONE)
    }
}

/// Reads the counter in `unit`.
#[inline(always)]
pub fn load(unit: &Unit) -> Counter {
    // ORDERING: Relaxed; a counter carries nothing. Relaxed rather than plain, because the instrumenter (and without
    // copies any thread) may set it. Model: tlbc_counter.
    Counter(unit.0.load(ord!("counter.load", Relaxed)))
}

/// Sets the counter in `unit`.
#[inline(always)]
pub fn store(unit: &Unit, counter: Counter) {
    if seeded!("counter.torn") {
        let half = load(unit).0 & BACKOFF_MASK | counter.0 & !BACKOFF_MASK;
        unit.0.store(half, ord!("counter.torn_store", Relaxed));
    }
    // ORDERING: Relaxed; as in `load`. Model: tlbc_counter.
    unit.0.store(counter.0, ord!("counter.store", Relaxed));
}

/// Counts one execution: true when the counter has run down (it is left alone then), else one less.
#[inline(always)]
pub fn tick(unit: &Unit) -> bool {
    let counter = load(unit);
    if counter.triggers() {
        return true;
    }
    store(unit, counter.advanced());
    false
}

/// Starts the next longer wait.
#[inline]
pub fn restart(unit: &Unit) {
    store(unit, load(unit).restarted());
}

/// Shifts an outcome into the history of a conditional jump: bit 0 is the newest, 1 = jumped.
#[inline(always)]
pub fn record_branch(unit: &Unit, jumped: bool) {
    // ORDERING: Relaxed twice; a history is a hint, an outcome may be lost without copies. Model: tlbc_counter.
    let history = unit.0.load(ord!("counter.branch_load", Relaxed));
    unit.0.store(history << 1 | u16::from(jumped), ord!("counter.branch_store", Relaxed));
}

#[cfg(all(test, not(any(heddle_loom, heddle_shuttle, heddle_wm))))]
mod tests {
    use super::*;

    #[test]
    fn every_word_obeys_the_algebra() {
        for raw in 0..=u16::MAX {
            let counter = Counter(raw);
            let (value, backoff) = (counter.value(), counter.backoff());
            assert_eq!(counter.is_reachable(), backoff < 7);
            assert_eq!(counter.triggers(), value == 0 && backoff < 7, "{raw:#x}");
            let advanced = counter.advanced();
            assert_eq!(advanced.backoff(), backoff);
            if value > 0 {
                assert_eq!(advanced.value(), value - 1);
            } else if backoff == 7 {
                assert!(!advanced.triggers());
            }
            let restarted = counter.restarted();
            if backoff == 7 {
                assert_eq!(restarted, counter);
            } else {
                assert_eq!(restarted.backoff(), (backoff + 1).min(6));
                assert_eq!(restarted.value(), WAITS[usize::from(backoff)]);
                assert!(!restarted.triggers());
            }
            let paused = counter.paused();
            assert_eq!((paused.backoff(), paused.value()), (backoff, value | 1));
            assert!(!paused.triggers());
        }
    }

    #[test]
    fn waits_after_failures_are_one_less_than_primes() {
        let mut counter = Counter::new(1, 1);
        let mut waits = vec![];
        for _ in 0..8 {
            counter = counter.restarted();
            waits.push((counter.value(), counter.backoff()));
        }
        let expected =
            [(6, 2), (30, 3), (126, 4), (508, 5), (2052, 6), (8190, 6), (8190, 6), (8190, 6)];
        assert_eq!(waits, expected);
        for wait in WAITS {
            let n = u32::from(wait) + 1;
            assert!((2..n).take_while(|d| d * d <= n).all(|d| n % d != 0), "{n}");
        }
    }

    #[test]
    fn a_unit_counts_down_and_then_waits() {
        let unit = Unit::new(Counter::new(2, 0).0);
        assert_eq!(
            [tick(&unit), tick(&unit), tick(&unit), tick(&unit)],
            [false, false, true, true]
        );
        restart(&unit);
        assert_eq!(load(&unit), Counter::new(1, 1));
        let unit = Unit::new(Counter::UNREACHABLE.0);
        assert!((0..70_000).all(|_| !tick(&unit)));
    }

    #[test]
    fn branch_history_keeps_the_last_sixteen() {
        let unit = Unit::new(BRANCH_HISTORY);
        (0..16).for_each(|i| record_branch(&unit, i % 3 == 0));
        assert_eq!(unit.load().0, 0b1001_0010_0100_1001);
    }
}

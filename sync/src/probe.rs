//! Counters: one plain cell per thread and counter, written only by its thread, summed on demand.
//!
//! The list below is the one place that declares them; the statistics file, `sys` reports and tests take names from it.

use crate::prim::{AtomicU64, ord};

macro_rules! counters {
    ($($(#[$doc:meta])* $name:ident = $text:literal;)*) => {
        /// A counter.
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        #[repr(usize)]
        pub enum Counter { $($(#[$doc])* $name),* }
        /// How the counters are called in reports, in the order of `Counter`.
        pub const NAMES: &[&str] = &[$($text),*];
    };
}

counters! {
    /// Times this thread parked for a pause.
    Parks = "stw.parks";
    /// Times this thread detached.
    Detaches = "thread.detaches";
    /// Critical sections that found their object biased to another thread.
    Revocations = "bias.revocations";
    /// Bulk revocations this thread made.
    BulkRevocations = "bias.bulk_revocations";
    /// Byte locks that were not free at once.
    LockContended = "lock.contended";
    /// Byte locks for which this thread slept.
    LockParks = "lock.parks";
    /// Byte locks received directly from the previous holder.
    LockHandoffs = "lock.handoffs";
    /// Critical sections suspended because their thread detached.
    SectionsSuspended = "critical.suspended";
    /// Critical sections that took a byte lock.
    SectionsLocked = "critical.locked";
}

const COUNT: usize = NAMES.len();

/// The cells of one thread.
pub struct Probe {
    cells: [AtomicU64; COUNT],
}

impl Probe {
    /// All zero.
    #[allow(clippy::new_without_default)]
    pub fn new() -> Probe {
        Probe { cells: core::array::from_fn(|_| AtomicU64::new(0)) }
    }

    /// Counts one more. Own thread only; no read-modify-write.
    #[inline(always)]
    pub fn bump(&self, counter: Counter) {
        self.add(counter, 1)
    }

    /// Counts `n` more. Own thread only.
    #[inline(always)]
    pub fn add(&self, counter: Counter, n: u64) {
        if crate::prim::CHECKED {
            return; // keeps statistics out of the explored schedules
        }
        let cell = &self.cells[counter as usize];
        // ORDERING: Relaxed twice; one writer, and a reader may be late. Model: none needed.
        let now = cell.load(ord!("probe.own", Relaxed));
        cell.store(now.wrapping_add(n), ord!("probe.bump", Relaxed));
    }

    /// The value so far; any thread.
    pub fn read(&self, counter: Counter) -> u64 {
        // ORDERING: Relaxed; a statistic.
        self.cells[counter as usize].load(ord!("probe.read", Relaxed))
    }

    /// Adds every counter to `totals`; any thread.
    pub fn sum_into(&self, totals: &mut [u64; COUNT]) {
        for (cell, total) in self.cells.iter().zip(totals) {
            // ORDERING: Relaxed; a statistic.
            *total += cell.load(ord!("probe.sum", Relaxed));
        }
    }
}

/// All counters of several threads together.
pub type Totals = [u64; COUNT];

//! What pauses cost: how often, for whom, how long until everybody stood, how long they stood.

/// Why a pause was requested.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum Reason {
    /// Garbage collection.
    Collect,
    /// Monitoring, tracing or profiling changed.
    Instrument,
    /// Ownership of an object was revoked (stops one thread).
    Revoke,
    /// A type changed in a way that lock-free readers may not see half of.
    TypeMutation,
    /// Caches or unused bytecode copies were cleared.
    Caches,
    /// Somebody looks at other threads' frames or at the heap.
    Inspect,
    /// The process forks.
    Fork,
    /// The interpreter ends.
    Shutdown,
    /// Anything else.
    Other,
}

/// Names of the reasons, in order.
pub const REASONS: [&str; 9] = [
    "collect",
    "instrument",
    "revoke",
    "type_mutation",
    "caches",
    "inspect",
    "fork",
    "shutdown",
    "other",
];

const BUCKETS: usize = 40;

/// Statistics of one quantity in nanoseconds.
#[derive(Clone, Debug)]
pub struct Times {
    /// Sum.
    pub total: u64,
    /// Largest.
    pub max: u64,
    /// Bucket `i` counts values of `i` significant bits.
    pub buckets: [u64; BUCKETS],
}

impl Times {
    const fn new() -> Times {
        Times { total: 0, max: 0, buckets: [0; BUCKETS] }
    }

    fn record(&mut self, nanos: u64) {
        self.total += nanos;
        self.max = self.max.max(nanos);
        self.buckets[(64 - nanos.leading_zeros() as usize).min(BUCKETS - 1)] += 1;
    }

    /// An upper bound for the given share of all values (0.99 for p99), within a factor of two.
    pub fn quantile(&self, share: f64) -> u64 {
        let count: u64 = self.buckets.iter().sum();
        let wanted = (count as f64 * share).ceil() as u64;
        let mut seen = 0;
        for (bits, n) in self.buckets.iter().enumerate() {
            seen += n;
            if seen >= wanted && seen > 0 {
                return self.max.min((1u64 << bits) - 1);
            }
        }
        self.max
    }
}

/// Statistics of all pauses of a world.
#[derive(Clone, Debug)]
pub struct PauseStats {
    /// How many.
    pub count: u64,
    /// How many for each reason.
    pub reasons: [u64; REASONS.len()],
    /// From the request to the stop of the last thread.
    pub to_stop: Times,
    /// From the stop to the restart.
    pub stopped: Times,
    /// Index of the thread that was last to stop in the pause with the longest time to stop.
    pub laggard: u32,
}

impl PauseStats {
    /// Nothing yet.
    #[allow(clippy::new_without_default)]
    pub const fn new() -> PauseStats {
        PauseStats {
            count: 0,
            reasons: [0; REASONS.len()],
            to_stop: Times::new(),
            stopped: Times::new(),
            laggard: u32::MAX,
        }
    }

    pub(crate) fn record(&mut self, reason: Reason, to_stop: u64, stopped: u64, laggard: u32) {
        self.count += 1;
        self.reasons[reason as usize] += 1;
        if to_stop >= self.to_stop.max {
            self.laggard = laggard;
        }
        self.to_stop.record(to_stop);
        self.stopped.record(stopped);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_bound_from_above() {
        let mut times = Times::new();
        (1..=100).for_each(|n| times.record(n * 10));
        assert!(times.quantile(0.5) >= 500);
        assert_eq!(times.quantile(1.0), 1000);
        assert_eq!(Times::new().quantile(0.99), 0);
    }
}

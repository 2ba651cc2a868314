//! What the collector did and what it cost.

/// Why a collection ran.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum Why {
    /// Enough was allocated.
    Pace,
    /// The heap limit is near.
    Limit,
    /// Somebody asked (`gc.collect()`).
    Asked,
    /// Stress mode.
    Stress,
}

/// One collection.
#[derive(Clone, Copy, Debug, Default)]
pub struct Summary {
    /// Number of the collection, from 1; 0 when none ran.
    pub number: u64,
    /// It looked only at what was new.
    pub young: bool,
    /// Nanoseconds that the world stood still for it.
    pub pause_ns: u64,
    /// Nanoseconds of them spent following pointers.
    pub mark_ns: u64,
    /// Objects traced.
    pub traced: u64,
    /// Bytes of cells that survived.
    pub live_bytes: usize,
    /// Bytes of cells that were found dead.
    pub freed_bytes: usize,
    /// Container objects that were found dead; counted only when [`Why::Asked`].
    pub freed_cells: usize,
    /// Finalizers queued.
    pub finalizers: usize,
    /// Weak references cleared.
    pub weak_cleared: usize,
    /// Blocks in use after it.
    pub blocks_used: u32,
    /// Blocks that could still be handed out under the limit after it.
    pub blocks_left: u32,
}

/// Sums over all collections.
#[derive(Clone, Debug, Default)]
pub struct Totals {
    /// How many.
    pub collections: u64,
    /// How many of them looked only at what was new.
    pub young: u64,
    /// How many by [`Why`].
    pub by_reason: [u64; 4],
    /// Nanoseconds of all pauses.
    pub pause_ns: u64,
    /// The longest.
    pub pause_ns_max: u64,
    /// Nanoseconds of marking.
    pub mark_ns: u64,
    /// Bytes found dead.
    pub freed_bytes: u64,
    /// Container objects found dead by collections that were asked for.
    pub freed_cells: u64,
    /// Bytes given back to the system.
    pub decommitted_bytes: u64,
    /// The last collection.
    pub last: Summary,
    /// Pauses of the last collections in nanoseconds, newest last, at most 64.
    pub recent_ns: Vec<u64>,
}

impl Totals {
    pub(super) fn record(&mut self, why: Why, s: &Summary) {
        self.collections += 1;
        self.young += s.young as u64;
        self.by_reason[why as usize] += 1;
        self.pause_ns += s.pause_ns;
        self.pause_ns_max = self.pause_ns_max.max(s.pause_ns);
        self.mark_ns += s.mark_ns;
        self.freed_bytes += s.freed_bytes as u64;
        self.freed_cells += s.freed_cells as u64;
        self.last = *s;
        if self.recent_ns.len() == 64 {
            self.recent_ns.remove(0);
        }
        self.recent_ns.push(s.pause_ns);
    }
}

//! The `gc` module's questions: what is there, who refers to whom, how much.
//!
//! All of them stop the world, because only then bump positions are known and nobody changes what is being traced.
//! Results go to the words of a [`RootVec`](super::RootVec) or the like, which the collector sees.

use super::class::BLOCK_BYTES;
use super::stats::{Summary, Totals, Why};
use super::thread::ThreadHeap;
use super::trace::{Mode, Tracer, head_of};
use super::{HEAD_INTERNAL, HEAD_LEAF, Heap};
use heddle_sync::prim::ord;
use heddle_sync::stats::Reason;
use heddle_sync::stw::Pause;
use heddle_sync::thread::park_with_registers;
use std::collections::HashSet;

/// Sizes at this moment.
#[derive(Clone, Copy, Debug, Default)]
pub struct HeapCounts {
    /// Bytes handed out since the last collection (in whole blocks).
    pub allocated_bytes: usize,
    /// At how many of them the next collection comes.
    pub threshold_bytes: usize,
    /// Bytes that survived the last collection.
    pub live_bytes: usize,
    /// Bytes of blocks in use.
    pub used_bytes: usize,
    /// Bytes of blocks that were in use at some time.
    pub high_bytes: usize,
    /// The limit.
    pub limit_bytes: usize,
    /// Collections so far.
    pub collections: u64,
}

/// What an inspection sees of the stopped heap.
struct View<'a> {
    heap: &'a Heap,
    high: u32,
}

impl View<'_> {
    /// Every cell that a program can name or that belongs to one: `f(address, bytes)`.
    fn each(&self, mut f: impl FnMut(usize, usize)) {
        self.heap.space.each_object(self.high, &mut f);
        self.heap.roots.each_static(|c| f(c, 0));
    }

    /// Calls `f` with the Python objects that `cell` refers to, through its backing arrays.
    fn referents(&self, cell: usize, f: &mut dyn FnMut(usize)) {
        let mut t = Tracer::new(&self.heap.space, self.high, Mode::Collect);
        let mut seen = HashSet::new();
        let mut work = vec![cell];
        while let Some(c) = work.pop() {
            // SAFETY: a live cell of the stopped heap. Its own shape is left out: it is not a referent.
            unsafe {
                let head = head_of(c);
                if head.flags & HEAD_LEAF == 0 {
                    (head.trace)(c as *mut u8, &mut t);
                }
            }
            for r in std::mem::take(&mut t.stack) {
                // SAFETY: as above.
                if unsafe { head_of(r) }.flags & HEAD_INTERNAL != 0 {
                    if seen.insert(r) {
                        work.push(r);
                    }
                } else {
                    f(r);
                }
            }
        }
    }
}

/// A container that a Python program can see.
///
/// # Safety
/// - `cell` is a live cell.
unsafe fn is_tracked(cell: usize) -> bool {
    // SAFETY: the caller's promise.
    unsafe { head_of(cell) }.flags & (HEAD_LEAF | HEAD_INTERNAL) == 0
}

impl Heap {
    fn inspect<R>(&self, th: &mut ThreadHeap, f: impl FnOnce(&View<'_>) -> R) -> R {
        let (slot, world) = (th.slot(), th.world());
        park_with_registers(slot, || {
            let _pause: Pause<'_> = world.stop(slot, Reason::Inspect);
            self.publish_all(th);
            let high = self.pool.lock().high;
            f(&View { heap: self, high })
        })
    }

    /// Whether `gc.is_tracked` says so: a container.
    ///
    /// # Safety
    /// - `cell` is a live cell.
    pub unsafe fn is_tracked(&self, cell: *const u8) -> bool {
        // SAFETY: the caller's promise.
        unsafe { is_tracked(cell as usize) }
    }

    /// `gc.get_objects()`: appends every container object that is alive (a collection runs first).
    ///
    /// **Threads:** attached, outside critical sections.
    pub fn get_objects(&self, th: &mut ThreadHeap, out: &mut Vec<u64>) {
        self.collect(th, Why::Asked);
        self.inspect(th, |view| {
            view.each(|cell, _| {
                // SAFETY: a live cell.
                if unsafe { is_tracked(cell) } {
                    out.push(cell as u64);
                }
            });
        });
    }

    /// `gc.get_referents()`: appends what the object refers to directly, in the order of its trace function.
    ///
    /// # Safety
    /// - `cell` is a live cell.
    pub unsafe fn get_referents(&self, th: &mut ThreadHeap, cell: *const u8, out: &mut Vec<u64>) {
        self.inspect(th, |view| view.referents(cell as usize, &mut |r| out.push(r as u64)));
    }

    /// `gc.get_referrers()`: appends the container objects that refer directly to one of `targets` (addresses).
    pub fn get_referrers(&self, th: &mut ThreadHeap, targets: &[usize], out: &mut Vec<u64>) {
        self.collect(th, Why::Asked);
        self.inspect(th, |view| {
            view.each(|cell, _| {
                // SAFETY: a live cell.
                if unsafe { is_tracked(cell) } {
                    let mut hit = false;
                    view.referents(cell, &mut |r| hit |= targets.contains(&r));
                    if hit {
                        out.push(cell as u64);
                    }
                }
            });
        });
    }

    /// Calls `f(address, bytes)` for every cell, internal ones too, while the world is stopped. For heap dumps.
    pub fn walk(&self, th: &mut ThreadHeap, mut f: impl FnMut(usize, usize)) {
        self.inspect(th, |view| view.heap.space.each_object(view.high, &mut f));
    }

    /// Sizes at this moment.
    pub fn counts(&self) -> HeapCounts {
        let (used, high) = {
            let pool = self.pool.lock();
            (pool.used, pool.high)
        };
        // ORDERING: Relaxed all; a report.
        HeapCounts {
            allocated_bytes: self.pace.allocated.load(ord!("heap.report_allocated", Relaxed)),
            threshold_bytes: self.pace.threshold.load(ord!("heap.report_threshold", Relaxed)),
            live_bytes: self.pace.live.load(ord!("heap.report_live", Relaxed)),
            used_bytes: used as usize * BLOCK_BYTES,
            high_bytes: high as usize * BLOCK_BYTES,
            limit_bytes: self.pace.limit,
            collections: self.pace.epoch.load(ord!("heap.report_epoch", Relaxed)),
        }
    }

    /// Sums over all collections.
    pub fn totals(&self) -> Totals {
        self.totals.lock().clone()
    }

    /// The last collection.
    pub fn last(&self) -> Summary {
        self.totals.lock().last
    }

    /// `gc.enable()`, `gc.disable()`: remembers the wish. Memory is reclaimed either way: what reference counting frees
    /// at once elsewhere can only be freed by collections here.
    pub fn set_enabled(&self, on: bool) {
        // ORDERING: Relaxed; a flag of its own.
        self.enabled.store(on, ord!("heap.enabled_set", Relaxed));
    }

    /// `gc.isenabled()`
    pub fn is_enabled(&self) -> bool {
        // ORDERING: Relaxed; a flag of its own.
        self.enabled.load(ord!("heap.enabled", Relaxed))
    }

    /// `gc.freeze()`: counts the containers that are alive now. They are not exempt from collection.
    pub fn freeze(&self, th: &mut ThreadHeap) {
        let mut n = 0;
        self.inspect(th, |view| {
            // SAFETY: live cells.
            view.each(|cell, _| n += unsafe { is_tracked(cell) } as usize);
        });
        // ORDERING: Relaxed; a number of its own.
        self.frozen.store(n, ord!("heap.freeze", Relaxed));
    }

    /// `gc.unfreeze()`
    pub fn unfreeze(&self) {
        // ORDERING: Relaxed; a number of its own.
        self.frozen.store(0, ord!("heap.unfreeze", Relaxed));
    }

    /// `gc.get_freeze_count()`
    pub fn freeze_count(&self) -> usize {
        // ORDERING: Relaxed; a number of its own.
        self.frozen.load(ord!("heap.freeze_count", Relaxed))
    }
}

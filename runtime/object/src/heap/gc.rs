//! The collector as the `gc` module and `sys` see it: safe functions over values.

use super::{RootVec, Why};
use crate::core::thread::Thread;
use crate::core::value::Value;
use crate::error::R;
use crate::types::List;
use heddle_sync::prim::{AtomicI64, ord};

/// What the `gc` module lets programs set, and nothing here heeds.
pub struct Wishes {
    /// `gc.set_debug`
    pub debug: AtomicI64,
    /// `gc.set_threshold`
    pub thresholds: [AtomicI64; 3],
}

impl Wishes {
    pub(super) const fn new() -> Wishes {
        Wishes {
            debug: AtomicI64::new(0),
            // CPython 3.14's defaults.
            thresholds: [AtomicI64::new(2000), AtomicI64::new(10), AtomicI64::new(0)],
        }
    }

    /// The thresholds.
    pub fn thresholds(&self) -> [i64; 3] {
        // ORDERING: Relaxed; numbers of their own.
        std::array::from_fn(|i| self.thresholds[i].load(ord!("gc.threshold", Relaxed)))
    }
}

/// `gc.collect()`: a full collection, then the finalizers and callbacks that it found, then what these set free.
///
/// **Returns:** container objects found dead. **Escapes:** yes.
#[inline(never)]
pub fn collect(th: &mut Thread) -> usize {
    let rt = th.rt;
    let mut found = 0;
    // Three: objects whose finalizers ran die in the second; a third finds what those held. Arbitrary beyond that.
    for _ in 0..3 {
        scrub();
        let s = rt.heap.collect(&mut th.heap, Why::Asked);
        found += s.freed_cells;
        super::run_pending(th);
        if s.finalizers == 0 {
            break;
        }
    }
    found
}

/// Overwrites the native stack below the caller: what earlier, deeper calls left there would be scanned as the holes of
/// the collector's own frames, and keep garbage alive that a program asked to collect.
#[inline(never)]
fn scrub() {
    // 16 KiB: more than the frames between here and the scan (arbitrary).
    let mut below = [0usize; 2048];
    std::hint::black_box(&mut below);
}

/// `gc.get_objects()`. **Escapes:** no.
pub fn get_objects(th: &mut Thread) -> R<&'static List> {
    let rt = th.rt;
    let mut all = RootVec::new(th);
    rt.heap.get_objects(&mut th.heap, all.words());
    List::new(th, &all)
}

/// `gc.get_referents(*objects)`. **Escapes:** no.
pub fn get_referents(th: &mut Thread, objects: &[Value]) -> R<&'static List> {
    let rt = th.rt;
    let mut all = RootVec::new(th);
    for o in objects.iter().filter(|o| o.is_ptr()) {
        // SAFETY: a value that is a pointer names a live cell.
        unsafe { rt.heap.get_referents(&mut th.heap, o.as_ptr(), all.words()) };
    }
    List::new(th, &all)
}

/// `gc.get_referrers(*objects)`. **Escapes:** no.
pub fn get_referrers(th: &mut Thread, objects: &[Value]) -> R<&'static List> {
    let rt = th.rt;
    let mut all = RootVec::new(th);
    let targets: Vec<usize> =
        objects.iter().filter(|o| o.is_ptr()).map(|o| o.word() as usize).collect();
    rt.heap.get_referrers(&mut th.heap, &targets, all.words());
    List::new(th, &all)
}

/// `gc.is_tracked(object)`
pub fn is_tracked(th: &Thread, v: Value) -> bool {
    // SAFETY: a value that is a pointer names a live cell.
    v.is_ptr() && unsafe { th.rt.heap.is_tracked(v.as_ptr()) }
}

/// `gc.is_finalized(object)`
pub fn is_finalized(th: &Thread, v: Value) -> bool {
    // SAFETY: as above.
    v.is_ptr() && unsafe { th.rt.heap.is_finalized(v.as_ptr()) }
}

/// `gc.freeze()`
pub fn freeze(th: &mut Thread) {
    let rt = th.rt;
    rt.heap.freeze(&mut th.heap);
}

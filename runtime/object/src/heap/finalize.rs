//! Cells that need something done when they die: finalizers (`__del__`) and native resources.
//!
//! Both are found by walking a list of such cells after marking. A dead cell with a finalizer is marked after all, put
//! on the queue and taken off the list: it dies for good in a later collection (PEP 442: one call). A dead cell with
//! native resources keeps its memory for one more cycle, under a shape that says "nothing here", and its `drop` runs
//! after the pause.

use super::trace::{Tracer, head_of};
use super::{FLAG_FINALIZED, HEAD_INTERNAL, HEAD_LEAF, SHAPE_HEAD_OFFSET, ShapeHead, set_flag};
use heddle_sync::prim::{AtomicUsize, Mutex, ord};
use std::collections::VecDeque;

/// A cell on the list.
#[derive(Clone, Copy)]
pub(super) struct Special {
    pub cell: usize,
    /// A finalizer; otherwise native resources.
    pub finalizer: bool,
}

/// Something that a collection left for a thread to run.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Pending {
    /// Call `__del__` of this object (word of its value).
    Finalize(u64),
    /// Call the callback of this weak reference object (word of its value), whose referent has died.
    WeakCallback(u64),
}

/// What is to be dropped after the pause.
pub(super) struct DropJob {
    cell: usize,
    drop: unsafe fn(*mut u8),
}

// SAFETY: the cell is dead; whoever runs the job owns it.
unsafe impl Send for DropJob {}

/// Queue of [`Pending`]; its entries are roots.
pub(super) struct Queue {
    list: Mutex<VecDeque<Pending>>,
    len: AtomicUsize,
}

impl Queue {
    pub(super) const fn new() -> Queue {
        Queue { list: Mutex::new(VecDeque::new()), len: AtomicUsize::new(0) }
    }

    pub(super) fn len(&self) -> usize {
        // ORDERING: Relaxed; a hint, `pop` looks under the lock.
        self.len.load(ord!("heap.pending_len", Relaxed))
    }

    pub(super) fn push(&self, p: Pending) {
        let mut list = self.list.lock();
        list.push_back(p);
        // ORDERING: Relaxed; as above.
        self.len.store(list.len(), ord!("heap.pending_push", Relaxed));
    }

    pub(super) fn pop(&self) -> Option<Pending> {
        if self.len() == 0 {
            return None;
        }
        let mut list = self.list.lock();
        let p = list.pop_front();
        // ORDERING: Relaxed; as above.
        self.len.store(list.len(), ord!("heap.pending_pop", Relaxed));
        p
    }

    pub(super) fn trace(&self, t: &mut Tracer) {
        for p in self.list.lock().iter() {
            match *p {
                Pending::Finalize(w) | Pending::WeakCallback(w) => t.word(w),
            }
        }
    }
}

/// A shape-like static for cells whose resources are being dropped: no pointers, not an object.
#[repr(C)]
struct Tombstone {
    _header: [u64; 2],
    head: ShapeHead,
}

unsafe fn trace_nothing(_: *mut u8, _: &mut Tracer) {}

static TOMBSTONE: Tombstone = Tombstone {
    _header: [0; 2],
    head: ShapeHead { trace: trace_nothing, drop: None, flags: HEAD_LEAF | HEAD_INTERNAL },
};
const _: () = assert!(std::mem::offset_of!(Tombstone, head) == SHAPE_HEAD_OFFSET);

/// Takes dead cells with finalizers off the list, marks and queues them.
///
/// **Threads:** in the pause, after marking; the caller drains the tracer. **Returns:** how many.
pub(super) fn resurrect(
    list: &mut Vec<Special>,
    queue: &Queue,
    t: &mut Tracer,
    is_marked: impl Fn(usize) -> bool,
) -> usize {
    let before = queue.len();
    let mut kept = 0;
    for i in 0..list.len() {
        let s = list[i];
        if s.finalizer && !is_marked(s.cell) {
            // SAFETY: the cell is initialised: it was registered by its maker and has not been freed.
            unsafe { set_flag(s.cell, FLAG_FINALIZED) };
            queue.push(Pending::Finalize(s.cell as u64));
        } else {
            list[kept] = s;
            kept += 1;
        }
    }
    list.truncate(kept);
    // Marked only now, so that the order of the list does not decide who counts as dead.
    queue.trace(t);
    queue.len() - before
}

/// Takes dead cells with native resources off the list and makes jobs of them.
///
/// **Threads:** in the pause, after all marking.
pub(super) fn bury(
    list: &mut Vec<Special>,
    jobs: &mut Vec<DropJob>,
    is_marked: impl Fn(usize) -> bool,
    mark: impl Fn(usize),
) {
    list.retain(|s| {
        if s.finalizer || is_marked(s.cell) {
            return true;
        }
        // SAFETY: dead, but not yet freed: its header is intact, and nobody else can reach it.
        unsafe {
            if let Some(drop) = head_of(s.cell).drop {
                jobs.push(DropJob { cell: s.cell, drop });
            }
            *(s.cell as *mut usize) = &raw const TOMBSTONE as usize;
        }
        mark(s.cell);
        false
    });
}

/// Runs the jobs.
pub(super) fn run(jobs: Vec<DropJob>) {
    for job in jobs {
        // SAFETY: the cell is dead and kept for this call; the function came from its shape.
        unsafe { (job.drop)(job.cell as *mut u8) };
    }
}

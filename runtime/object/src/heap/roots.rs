//! Roots outside of stacks: handles and vectors for native code, static cells, and what other modules report.
//!
//! A value in a Rust `Vec`, `Box`, map or static is invisible to the collector. [`Root`] and [`RootVec`] are the
//! containers that it sees: their memory is listed here while they live. The lock is taken to make and drop them, never
//! to use them.

use super::Heap;
use super::trace::{Tracer, head_of};
use heddle_sync::prim::{AtomicU64, Mutex, ord};
use std::cell::UnsafeCell;
use std::marker::PhantomData;

const CHUNK: usize = 256;

type Reporter = Box<dyn Fn(&mut Tracer) + Send + Sync>;

struct Inner {
    chunks: Vec<Box<[AtomicU64; CHUNK]>>,
    free: Vec<*const AtomicU64>,
    vecs: Vec<*const VecCell>,
    statics: Vec<usize>,
    reporters: Vec<Reporter>,
}

// SAFETY: the pointers name boxed memory that is listed here as long as it lives.
unsafe impl Send for Inner {}

/// All roots of a heap that are not on stacks.
pub(super) struct Roots {
    inner: Mutex<Inner>,
}

impl Roots {
    pub(super) fn new() -> Roots {
        Roots {
            inner: Mutex::new(Inner {
                chunks: Vec::new(),
                free: Vec::new(),
                vecs: Vec::new(),
                statics: Vec::new(),
                reporters: Vec::new(),
            }),
        }
    }

    fn slot(&self) -> *const AtomicU64 {
        let mut inner = self.inner.lock();
        if inner.free.is_empty() {
            let chunk = Box::new([const { AtomicU64::new(0) }; CHUNK]);
            inner.free.extend(chunk.iter().rev().map(|s| s as *const AtomicU64));
            inner.chunks.push(chunk);
        }
        inner.free.pop().unwrap_or(std::ptr::null())
    }

    /// Reports everything.
    ///
    /// **Threads:** in the pause.
    pub(super) fn trace(&self, t: &mut Tracer) {
        let inner = self.inner.lock();
        for chunk in &inner.chunks {
            for slot in chunk.iter() {
                // ORDERING: Relaxed; the world is stopped.
                t.word(slot.load(ord!("heap.root_trace", Relaxed)));
            }
        }
        for &vec in &inner.vecs {
            // SAFETY: a vector takes itself off the list before it is freed, and its owner is stopped at a safepoint.
            for &w in unsafe { &*(*vec).words.get() } {
                t.word(w);
            }
        }
        for &cell in &inner.statics {
            // SAFETY: initialised static cells, by the contract of `add_static`.
            unsafe { t.trace_cell(cell) };
        }
        for r in &inner.reporters {
            r(t);
        }
    }

    /// Calls `f` for each static cell.
    pub(super) fn each_static(&self, mut f: impl FnMut(usize)) {
        self.inner.lock().statics.iter().for_each(|&c| f(c));
    }
}

impl Heap {
    /// Lists a cell that lies in static memory and may hold pointers into the heap: it is traced by every collection.
    ///
    /// # Safety
    /// - `cell` is initialised and stays in place for ever; it is listed once.
    pub unsafe fn add_static(&self, cell: *const u8) {
        let mut inner = self.roots.inner.lock();
        // SAFETY: the caller's promise; reads the header only.
        debug_assert!(unsafe { head_of(cell as usize) }.flags <= 0xFF);
        inner.statics.push(cell as usize);
    }

    /// Adds a function that reports roots of its own to each collection.
    ///
    /// **Threads:** the function runs while the world is stopped: it must not allocate, wait for a lock that a stopped
    /// thread may hold, or run Python code.
    pub fn add_reporter(&self, f: impl Fn(&mut Tracer) + Send + Sync + 'static) {
        self.roots.inner.lock().reporters.push(Box::new(f));
    }
}

/// A word that the collector sees, for as long as the handle lives.
///
/// Costs a lock to make and to drop; reading and writing are plain atomic accesses. Not for hot paths.
pub struct RootWord {
    slot: *const AtomicU64,
    heap: &'static Heap,
}

// SAFETY: the slot is an atomic that belongs to this handle.
unsafe impl Send for RootWord {}
// SAFETY: as above.
unsafe impl Sync for RootWord {}

impl RootWord {
    /// A root that holds `word` (a value's word, or 0).
    pub fn new(heap: &'static Heap, word: u64) -> RootWord {
        let r = RootWord { slot: heap.roots.slot(), heap };
        r.set(word);
        r
    }

    fn slot(&self) -> &AtomicU64 {
        // SAFETY: chunks are never freed, and the slot is this handle's.
        unsafe { &*self.slot }
    }

    /// The word.
    #[inline]
    pub fn get(&self) -> u64 {
        // ORDERING: Acquire; pairs with the Release of `set`. Carries: the initialised cell.
        self.slot().load(ord!("heap.root_get", Acquire))
    }

    /// Replaces the word.
    #[inline]
    pub fn set(&self, word: u64) {
        // ORDERING: Release; pairs with the Acquire of `get`.
        self.slot().store(word, ord!("heap.root_set", Release));
    }
}

impl Drop for RootWord {
    fn drop(&mut self) {
        self.set(0);
        self.heap.roots.inner.lock().free.push(self.slot);
    }
}

struct VecCell {
    words: UnsafeCell<Vec<u64>>,
}

/// A growable vector of words that the collector sees.
///
/// **Threads:** changed only by an attached thread; its methods contain no safepoint.
pub struct RootWords {
    cell: Box<VecCell>,
    heap: &'static Heap,
    _not_sync: PhantomData<*const ()>,
}

// SAFETY: a vector that one thread uses at a time; the collector looks while that thread is stopped.
unsafe impl Send for RootWords {}

impl RootWords {
    /// An empty vector.
    pub fn new(heap: &'static Heap) -> RootWords {
        let cell = Box::new(VecCell { words: UnsafeCell::new(Vec::new()) });
        heap.roots.inner.lock().vecs.push(&*cell);
        RootWords { cell, heap, _not_sync: PhantomData }
    }

    /// The words.
    #[inline]
    pub fn as_vec(&self) -> &Vec<u64> {
        // SAFETY: `&self`, and the collector only reads.
        unsafe { &*self.cell.words.get() }
    }

    /// The words, to be changed. No safepoint may pass while the vector is borrowed.
    #[inline]
    pub fn as_mut_vec(&mut self) -> &mut Vec<u64> {
        // SAFETY: `&mut self`; the collector looks only at safepoints of this thread.
        unsafe { &mut *self.cell.words.get() }
    }
}

impl Drop for RootWords {
    fn drop(&mut self) {
        let me: *const VecCell = &*self.cell;
        let mut inner = self.heap.roots.inner.lock();
        // From the back: vectors mostly die in the reverse order of their making.
        if let Some(at) = inner.vecs.iter().rposition(|&v| std::ptr::eq(v, me)) {
            inner.vecs.swap_remove(at);
        }
    }
}

//! [`RootVec`]: a vector of values for native code, as cheap as a `Vec`.
//!
//! Each thread keeps a list of its vectors, which the collector reads while that thread is stopped, and a few spare
//! ones with their memory. So making and dropping a vector takes no lock and, once warm, no allocation.

use super::Tracer;
use crate::core::thread::Thread;
use crate::core::value::Value;
use std::marker::PhantomData;
use std::ptr::NonNull;

/// The words of one vector.
struct VecCell {
    words: Vec<u64>,
    /// Its place in the list.
    at: usize,
}

/// The vectors of one thread. Boxed apart from the thread, so that vectors need no borrow of it.
pub(super) struct Local {
    active: Vec<NonNull<VecCell>>,
    spare: Vec<NonNull<VecCell>>,
}

/// Vectors kept for reuse, and the largest capacity worth keeping (both arbitrary).
const SPARE_MAX: usize = 16;
const SPARE_WORDS_MAX: usize = 1024;

impl Local {
    /// A list for a thread that joins a heap.
    pub(super) fn new() -> *mut Local {
        Box::into_raw(Box::new(Local { active: Vec::new(), spare: Vec::new() }))
    }

    /// Frees the list of a thread that leaves, unless a vector still names it.
    ///
    /// # Safety
    /// - `list` came from [`Local::new`] and is not used afterwards by the caller.
    pub(super) unsafe fn free(list: *mut Local) {
        // SAFETY: the caller's promise.
        unsafe {
            for c in (*list).spare.drain(..) {
                drop(Box::from_raw(c.as_ptr()));
            }
            if (*list).active.is_empty() {
                drop(Box::from_raw(list));
            }
        }
    }

    /// Reports all words.
    ///
    /// # Safety
    /// - The thread is stopped, or is the caller.
    pub(super) unsafe fn trace(list: *const Local, t: &mut Tracer) {
        // SAFETY: the caller's promise; cells on the list are alive.
        unsafe {
            for c in &(*list).active {
                for &w in &(*c.as_ptr()).words {
                    t.word(w);
                }
            }
        }
    }

    fn take(&mut self) -> NonNull<VecCell> {
        let cell = self.spare.pop().unwrap_or_else(|| {
            let cell = Box::new(VecCell { words: Vec::with_capacity(8), at: 0 });
            NonNull::from(Box::leak(cell))
        });
        // SAFETY: spare cells are the list's own.
        unsafe { (*cell.as_ptr()).at = self.active.len() };
        self.active.push(cell);
        cell
    }

    /// # Safety
    /// - `cell` is on the list.
    unsafe fn put(&mut self, cell: NonNull<VecCell>) {
        // SAFETY: the caller's promise; cells on the list are alive and know their place.
        unsafe {
            let at = (*cell.as_ptr()).at;
            self.active.swap_remove(at);
            if let Some(moved) = self.active.get(at) {
                (*moved.as_ptr()).at = at;
            }
            let words = &mut (*cell.as_ptr()).words;
            words.clear();
            if self.spare.len() < SPARE_MAX && words.capacity() <= SPARE_WORDS_MAX {
                self.spare.push(cell);
            } else {
                drop(Box::from_raw(cell.as_ptr()));
            }
        }
    }
}

/// A growable vector of values that the collector sees.
///
/// **Threads:** belongs to the thread that made it, which is attached whenever it uses or drops it. No method contains
/// a safepoint.
pub struct RootVec {
    cell: NonNull<VecCell>,
    list: NonNull<Local>,
    _one_thread: PhantomData<*mut ()>,
}

impl RootVec {
    /// An empty vector.
    ///
    /// **Panics:** when the thread has not joined a heap.
    pub fn new(th: &Thread) -> RootVec {
        let list = th.heap.local();
        // SAFETY: the list is this thread's, and nobody else uses it while the thread runs.
        let cell = unsafe { (*list.as_ptr()).take() };
        RootVec { cell, list, _one_thread: PhantomData }
    }

    /// A vector of these items.
    pub fn with(th: &Thread, items: &[Value]) -> RootVec {
        let mut v = RootVec::new(th);
        v.extend(items);
        v
    }

    #[inline(always)]
    fn vec(&self) -> &Vec<u64> {
        // SAFETY: the cell is this vector's; the collector only reads it.
        unsafe { &(*self.cell.as_ptr()).words }
    }

    /// The words behind the vector. Only words of values may be pushed.
    #[inline(always)]
    pub fn words(&mut self) -> &mut Vec<u64> {
        // SAFETY: as above, and `&mut self`.
        unsafe { &mut (*self.cell.as_ptr()).words }
    }

    /// Appends.
    #[inline]
    pub fn push(&mut self, v: Value) {
        self.words().push(v.word());
    }

    /// Removes the last item.
    #[inline]
    pub fn pop(&mut self) -> Option<Value> {
        // SAFETY: only words of values are pushed.
        self.words().pop().and_then(|w| unsafe { Value::from_slot(w) })
    }

    /// Appends all.
    #[inline]
    pub fn extend(&mut self, items: &[Value]) {
        self.words().extend(items.iter().map(|v| v.word()));
    }

    /// Keeps the first `n` items.
    pub fn truncate(&mut self, n: usize) {
        self.words().truncate(n);
    }

    /// Removes everything.
    pub fn clear(&mut self) {
        self.words().clear();
    }

    /// Number of items.
    #[inline]
    pub fn len(&self) -> usize {
        self.vec().len()
    }

    /// Whether there are none.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The items.
    #[inline]
    pub fn as_slice(&self) -> &[Value] {
        let v = self.vec();
        // SAFETY: a value is a transparent word that is not 0, and only words of values are pushed.
        unsafe { std::slice::from_raw_parts(v.as_ptr() as *const Value, v.len()) }
    }

    /// The items, to be changed in place.
    #[inline]
    pub fn as_mut_slice(&mut self) -> &mut [Value] {
        let v = self.words();
        // SAFETY: as `as_slice`.
        unsafe { std::slice::from_raw_parts_mut(v.as_mut_ptr() as *mut Value, v.len()) }
    }
}

impl std::ops::Deref for RootVec {
    type Target = [Value];
    #[inline]
    fn deref(&self) -> &[Value] {
        self.as_slice()
    }
}

impl Drop for RootVec {
    fn drop(&mut self) {
        // SAFETY: the list lives at least as long as the vectors on it.
        unsafe { (*self.list.as_ptr()).put(self.cell) };
    }
}

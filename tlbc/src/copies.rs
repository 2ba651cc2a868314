//! `co_tlbc`: which thread has which copy of the bytecode.
//!
//! An array of pointers, indexed by the threads' globally reserved indices; entry 0 is the main copy, which lies in
//! the code object. States of an entry: empty, then (once, under the code's lock, by the thread that holds the index)
//! published, then emptied again only in a pause. The array itself is made when the first thread beyond the first
//! comes, and grows by replacement: the old one lives on until every thread has passed a pause.
//!
//! Readers never lock. A thread reads its own entry only: it wrote it itself, or inherited it with the index through
//! the index pool's lock. Everybody else (instrumenter, statistics) holds the code's lock or has paused the world.
//!
//! The race that shaped it: two threads find their entries missing at once. Both want the array replaced; the second
//! must look again under the lock, or the first one's copy is lost with its array.
//!
//! **Source:** CPython's `codeobject.c`; models `tlbc_copies`.

use core::ptr::{self, NonNull};
use std::alloc::{Layout, alloc, dealloc};

use heddle_sync::reclaim::Graveyard;

use crate::prim::{AtomicPtr, CHECKED, RaceCell, ord, seeded};
use crate::unit::Unit;

/// Entries of the first array. CPython's number; programs with more threads pay one replacement a doubling.
const FIRST_LEN: usize = 16;

/// There is no memory for a copy, or for the array that should hold it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OutOfMemory;

impl core::fmt::Display for OutOfMemory {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "no memory for a thread's copy of the bytecode")
    }
}

impl std::error::Error for OutOfMemory {}

/// The array's header; `len` entries follow it.
#[repr(C)]
struct Array {
    len: usize,
    /// Checker builds never free an array but mark it here, so that a late reader is an error message.
    alive: RaceCell<bool>,
    entries: [AtomicPtr<Unit>; 0],
}

impl Array {
    fn layout(len: usize) -> Option<Layout> {
        let entries = Layout::array::<AtomicPtr<Unit>>(len).ok()?;
        let (layout, offset) = Layout::new::<Array>().extend(entries).ok()?;
        debug_assert_eq!(offset, core::mem::offset_of!(Array, entries));
        Some(layout)
    }

    /// An array whose entries are given by `entry`.
    fn new(len: usize, entry: impl Fn(usize) -> *mut Unit) -> Result<NonNull<Array>, OutOfMemory> {
        let layout = Array::layout(len).ok_or(OutOfMemory)?;
        let array = allocate(layout)?.cast::<Array>();
        // SAFETY: fresh memory of the layout of a header with `len` entries.
        unsafe {
            (&raw mut (*array.as_ptr()).len).write(len);
            (&raw mut (*array.as_ptr()).alive).write(RaceCell::new(true));
            let entries = (&raw mut (*array.as_ptr()).entries).cast::<AtomicPtr<Unit>>();
            for i in 0..len {
                entries.add(i).write(AtomicPtr::new(entry(i)));
            }
        }
        Ok(array)
    }

    /// # Safety
    /// - nobody can reach the array any more (in a checker build: nobody should).
    unsafe fn free(array: NonNull<Array>) {
        // SAFETY: the caller's duty.
        unsafe {
            if CHECKED {
                array.as_ref().alive.set(false);
                return;
            }
            let layout = Array::layout(array.as_ref().len).expect("it was made with this layout");
            dealloc(array.as_ptr().cast(), layout);
        }
    }

    /// # Safety
    /// - `array` was made by [`Array::new`] and is not freed while the result is used.
    unsafe fn entries<'a>(array: NonNull<Array>) -> &'a [AtomicPtr<Unit>] {
        // SAFETY: `len` initialised entries follow the header in the same allocation; the pointer is to all of it.
        unsafe {
            if CHECKED {
                assert!(array.as_ref().alive.get(), "a reader of co_tlbc holds a freed array");
            }
            let first = (&raw const (*array.as_ptr()).entries).cast::<AtomicPtr<Unit>>();
            core::slice::from_raw_parts(first, (*array.as_ptr()).len)
        }
    }
}

fn allocate(layout: Layout) -> Result<NonNull<u8>, OutOfMemory> {
    #[cfg(test)]
    if tests::allocation_fails() {
        return Err(OutOfMemory);
    }
    if layout.size() == 0 {
        return Ok(NonNull::dangling());
    }
    // SAFETY: the size is not zero.
    NonNull::new(unsafe { alloc(layout) }).ok_or(OutOfMemory)
}

/// The copies of one code object, the main copy aside.
pub(crate) struct Copies {
    array: AtomicPtr<Array>,
    /// Units in each copy.
    units: usize,
}

// SAFETY: arrays and copies are shared by the protocol at the head of this file; `Unit`s are atomics.
unsafe impl Send for Copies {}
// SAFETY: as above.
unsafe impl Sync for Copies {}

impl Copies {
    /// No copies of code with `units` units.
    pub(crate) fn new(units: usize) -> Copies {
        Copies { array: AtomicPtr::new(ptr::null_mut()), units }
    }

    fn copy_layout(&self) -> Layout {
        Layout::array::<Unit>(self.units).expect("a copy is as long as the main copy, which exists")
    }

    /// The copy of the calling thread, which holds `index`; `None` when it has none yet.
    #[inline(always)]
    pub(crate) fn own(&self, index: u32) -> Option<NonNull<Unit>> {
        // ORDERING: Acquire; pairs with the Release in `grow`. Carries: the array's length and entries.
        // Model: tlbc_copies (mutant `copies.array=Relaxed`).
        let array = NonNull::new(self.array.load(ord!("copies.array", Acquire)))?;
        // SAFETY: a published array; it is freed only when this thread has passed a pause.
        let entry = unsafe { Array::entries(array) }.get(index as usize)?;
        // ORDERING: Relaxed; this thread published the entry, or its index came with it through the index pool's
        // lock. Model: tlbc_copies.
        NonNull::new(entry.load(ord!("copies.own", Relaxed)))
    }

    /// All entries that hold a copy beside the main one.
    ///
    /// # Safety
    /// - the code's lock is held, or the world is paused.
    pub(crate) unsafe fn each(&self, mut f: impl FnMut(u32, NonNull<Unit>)) {
        // ORDERING: Relaxed; whoever wrote it held the lock before us, or is paused.
        let Some(array) = NonNull::new(self.array.load(ord!("copies.walk_array", Relaxed))) else {
            return;
        };
        // SAFETY: only the lock's holder replaces the array.
        for (i, entry) in unsafe { Array::entries(array) }.iter().enumerate() {
            // ORDERING: Relaxed; as above.
            if let Some(copy) = NonNull::new(entry.load(ord!("copies.walk", Relaxed))) {
                f(i as u32, copy);
            }
        }
    }

    /// Bytes of the array.
    ///
    /// # Safety
    /// - the code's lock is held, or the world is paused.
    pub(crate) unsafe fn array_bytes(&self) -> usize {
        // ORDERING: Relaxed; whoever wrote it held the lock before us, or is paused.
        NonNull::new(self.array.load(ord!("copies.size", Relaxed)))
            // SAFETY: only the lock's holder replaces the array.
            .map_or(0, |array| Array::layout(unsafe { array.as_ref() }.len).map_or(0, |l| l.size()))
    }

    /// Makes and publishes the copy of `index`, its units written by `fill`. On an error nothing has changed.
    ///
    /// # Safety
    /// - `fill` writes every unit;
    /// - the code's lock is held, `index` is the calling thread's and has no copy.
    pub(crate) unsafe fn create(
        &self,
        index: u32,
        fill: impl FnOnce(*mut Unit),
        graveyard: &Graveyard,
    ) -> Result<NonNull<Unit>, OutOfMemory> {
        let copy = allocate(self.copy_layout())?.cast::<Unit>();
        fill(copy.as_ptr());
        // SAFETY: the lock is held (the caller's duty).
        let array = match unsafe { self.array_for(index as usize, graveyard) } {
            Ok(array) => array,
            Err(error) => {
                // SAFETY: made above, shown to nobody.
                unsafe { self.free_copy(copy) };
                return Err(error);
            }
        };
        // SAFETY: the lock is held, so the array stays; it has room for the index.
        let entry = unsafe { &Array::entries(array)[index as usize] };
        // ORDERING: Relaxed; the owner wrote the copy itself, a later holder of the index gets it through the index
        // pool's lock, and everybody else looks under this lock or in a pause. Model: tlbc_copies.
        entry.store(copy.as_ptr(), ord!("copies.publish", Relaxed));
        Ok(copy)
    }

    /// The array, replaced by a longer one if need be.
    ///
    /// # Safety
    /// - the code's lock is held.
    unsafe fn array_for(
        &self,
        index: usize,
        graveyard: &Graveyard,
    ) -> Result<NonNull<Array>, OutOfMemory> {
        // ORDERING: Relaxed; only the lock's holder writes it.
        let old = NonNull::new(self.array.load(ord!("copies.grow_peek", Relaxed)));
        // SAFETY: only the lock's holder replaces the array.
        let entries = old.map_or(&[][..], |old| unsafe { Array::entries(old) });
        if let Some(old) = old
            && index < entries.len()
        {
            return Ok(old);
        }
        let mut len = entries.len().max(if CHECKED { 2 } else { FIRST_LEN });
        while len <= index {
            len = len.checked_mul(2).ok_or(OutOfMemory)?;
        }
        let new = Array::new(len, |i| match entries.get(i) {
            // ORDERING: Relaxed; entries are written under the lock only.
            Some(entry) if !seeded!("copies.grow_forgets") => {
                entry.load(ord!("copies.grow_copy", Relaxed))
            }
            _ => ptr::null_mut(),
        })?;
        // ORDERING: Release; pairs with the Acquire in `own`. Carries: the new array's length and entries.
        // Model: tlbc_copies (mutant `copies.grow=Relaxed`).
        self.array.store(new.as_ptr(), ord!("copies.grow", Release));
        if let Some(old) = old {
            let old = Retired(old);
            // SAFETY: unreachable for new readers since the store above; the graveyard waits for the others.
            graveyard.retire(move || unsafe { Array::free(old.into_inner()) });
        }
        Ok(new)
    }

    /// Empties the entries for which `dead` holds and frees their copies; returns how many.
    ///
    /// # Safety
    /// - the world is paused;
    /// - no thread will use a pointer into these copies again: no frame, running or suspended, is in one.
    pub(crate) unsafe fn free_where(&self, dead: impl Fn(u32) -> bool) -> usize {
        // ORDERING: Relaxed; the world is paused.
        let Some(array) = NonNull::new(self.array.load(ord!("copies.free_array", Relaxed))) else {
            return 0;
        };
        let mut freed = 0;
        // SAFETY: nobody replaces the array in the pause.
        for (i, entry) in unsafe { Array::entries(array) }.iter().enumerate() {
            // ORDERING: Relaxed twice; the world is paused, its end publishes the empty entry.
            if let Some(copy) = NonNull::new(entry.load(ord!("copies.free_load", Relaxed)))
                && dead(i as u32)
            {
                entry.store(ptr::null_mut(), ord!("copies.free", Relaxed));
                // SAFETY: unlinked, and nobody uses it (the caller's duty).
                unsafe { self.free_copy(copy) };
                freed += 1;
            }
        }
        freed
    }

    /// # Safety
    /// - `copy` was made by `create` of this value, and nobody uses it any more.
    unsafe fn free_copy(&self, copy: NonNull<Unit>) {
        let layout = self.copy_layout();
        // SAFETY: the caller's duty; a checker's units want to be dropped.
        unsafe {
            ptr::slice_from_raw_parts_mut(copy.as_ptr(), self.units).drop_in_place();
            if layout.size() > 0 {
                dealloc(copy.as_ptr().cast(), layout);
            }
        }
    }
}

/// A pointer on its way to the graveyard.
struct Retired(NonNull<Array>);

// SAFETY: whoever runs the closure is the array's last user.
unsafe impl Send for Retired {}

impl Retired {
    fn into_inner(self) -> NonNull<Array> {
        self.0
    }
}

impl Drop for Copies {
    fn drop(&mut self) {
        // SAFETY: `&mut self`: no thread executes the code any more, and none reads the array.
        unsafe {
            self.free_where(|_| true);
            // ORDERING: Relaxed; exclusive.
            if let Some(array) = NonNull::new(self.array.load(ord!("copies.drop", Relaxed))) {
                Array::free(array);
            }
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use std::cell::Cell;

    thread_local! {
        /// Allocations of this thread that still succeed; `None` = all.
        static ALLOCATIONS_LEFT: Cell<Option<u32>> = const { Cell::new(None) };
    }

    pub(crate) fn allocation_fails() -> bool {
        ALLOCATIONS_LEFT.with(|left| match left.get() {
            Some(0) => true,
            Some(n) => {
                left.set(Some(n - 1));
                false
            }
            None => false,
        })
    }

    /// Runs `f` with `n` allocations that succeed and then none.
    pub(crate) fn with_allocations<R>(n: u32, f: impl FnOnce() -> R) -> R {
        ALLOCATIONS_LEFT.with(|left| left.set(Some(n)));
        let result = f();
        ALLOCATIONS_LEFT.with(|left| left.set(None));
        result
    }
}

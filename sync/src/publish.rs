//! Pointers that announce what they point to: set once by whoever is first, or replaced by one writer; and shared
//! snapshots of small tables that are read much and replaced seldom.

use crate::prim::{AtomicPtr, ord};
use core::ptr::null_mut;

/// A pointer that is set once; racing setters agree on the first.
pub struct PublishOnce<T>(AtomicPtr<T>);

impl<T> PublishOnce<T> {
    /// Empty.
    #[allow(clippy::new_without_default)]
    pub fn new() -> PublishOnce<T> {
        PublishOnce(AtomicPtr::new(null_mut()))
    }

    /// The pointer, or null; what it points to is complete.
    #[inline(always)]
    pub fn get(&self) -> *mut T {
        // ORDERING: Acquire; pairs with the Release of `publish`. Model: publish (mutant `publish.get=Relaxed`).
        self.0.load(ord!("publish.get", Acquire))
    }

    /// Publishes `new`, whose contents are complete. `Err` gives the pointer that was first; `new` stays the caller's.
    pub fn publish(&self, new: *mut T) -> Result<(), *mut T> {
        // ORDERING: Release on success; pairs with `get`. Acquire on failure: the caller uses the other's contents.
        // Model: publish (mutants `publish.first=Relaxed`, `publish.lost=Relaxed`).
        self.0
            .compare_exchange(
                null_mut(),
                new,
                ord!("publish.first", Release),
                ord!("publish.lost", Acquire),
            )
            .map(|_| ())
    }
}

/// A pointer that one writer at a time replaces while anybody reads.
pub struct Published<T>(AtomicPtr<T>);

impl<T> Published<T> {
    /// Points to `first`, complete or null.
    pub fn new(first: *mut T) -> Published<T> {
        Published(AtomicPtr::new(first))
    }

    /// The current target, complete.
    #[inline(always)]
    pub fn get(&self) -> *mut T {
        // ORDERING: Acquire; pairs with the Release of `replace`. Model: publish (mutant `publish.read=Relaxed`).
        self.0.load(ord!("publish.read", Acquire))
    }

    /// The current target, for the writer itself.
    #[inline(always)]
    pub fn get_own(&self) -> *mut T {
        // ORDERING: Relaxed; writers exclude each other, and that exclusion orders their stores.
        self.0.load(ord!("publish.own", Relaxed))
    }

    /// Publishes `new`, whose contents are complete; gives back the old target, which readers may still hold
    /// (`reclaim::Graveyard::retire`).
    pub fn replace(&self, new: *mut T) -> *mut T {
        let old = self.get_own();
        // ORDERING: Release; pairs with the Acquire of `get`. Model: publish (mutant `publish.replace=Relaxed`).
        self.0.store(new, ord!("publish.replace", Release));
        old
    }
}

/// A reference-counted value that is read often and replaced as a whole, seldom (settings, tables of tools). Not for
/// anything per object. Readers neither lock nor wait; under a checker it is an ordinary lock.
pub struct Snapshot<T> {
    #[cfg(not(any(heddle_loom, heddle_shuttle, heddle_wm)))]
    inner: arc_swap::ArcSwap<T>,
    #[cfg(any(heddle_loom, heddle_shuttle, heddle_wm))]
    inner: crate::prim::Mutex<std::sync::Arc<T>>,
}

#[cfg(not(any(heddle_loom, heddle_shuttle, heddle_wm)))]
impl<T> Snapshot<T> {
    /// Begins with `value`.
    pub fn new(value: T) -> Snapshot<T> {
        Snapshot { inner: arc_swap::ArcSwap::from_pointee(value) }
    }

    /// The current value.
    pub fn load(&self) -> std::sync::Arc<T> {
        self.inner.load_full()
    }

    /// Looks at the current value without touching its count.
    pub fn read<R>(&self, f: impl FnOnce(&T) -> R) -> R {
        f(&self.inner.load())
    }

    /// Replaces the value.
    pub fn store(&self, value: T) {
        self.inner.store(std::sync::Arc::new(value))
    }
}

#[cfg(any(heddle_loom, heddle_shuttle, heddle_wm))]
impl<T> Snapshot<T> {
    pub fn new(value: T) -> Snapshot<T> {
        Snapshot { inner: crate::prim::Mutex::new(std::sync::Arc::new(value)) }
    }
    pub fn load(&self) -> std::sync::Arc<T> {
        self.inner.lock().clone()
    }
    pub fn read<R>(&self, f: impl FnOnce(&T) -> R) -> R {
        f(&self.load())
    }
    pub fn store(&self, value: T) {
        *self.inner.lock() = std::sync::Arc::new(value);
    }
}

#[cfg(all(test, not(any(heddle_loom, heddle_shuttle, heddle_wm))))]
mod tests {
    use super::*;

    #[test]
    fn snapshots_are_replaced_whole() {
        let table = Snapshot::new(vec![1, 2]);
        let old = table.load();
        table.store(vec![3]);
        assert_eq!((old.as_slice(), table.read(|t| t.len())), ([1, 2].as_slice(), 1));
    }
}

//! The facade under shuttle: random and PCT schedules, every access sequentially consistent, so it sees deadlocks and
//! lost wake-ups but no missing ordering.

pub use super::lot::{park, unpark_all, unpark_one};
pub use shuttle::sync::atomic::{
    AtomicBool, AtomicI64, AtomicPtr, AtomicU8, AtomicU16, AtomicU32, AtomicU64, AtomicUsize,
};
pub use shuttle::thread;

pub(super) use shuttle::lazy_static as checker_lazy_static;
pub(super) use shuttle::sync::{Condvar as RawCondvar, Mutex as RawMutex, MutexGuard as RawGuard};

use core::cell::{Cell, UnsafeCell};

/// The fence behind `fence!`: nothing, since every access is sequentially consistent already.
pub fn raw_fence(_order: super::Ordering) {}

/// Starts an execution: nothing to set up here.
pub fn begin_execution() {
    super::lot::touch();
}

/// Plain shared data: an overlap counter with a yield inside finds accesses that can happen at the same time.
pub struct RaceCell<T> {
    readers: Cell<u32>,
    writers: Cell<u32>,
    /// An access to it is a scheduling point. (A yield would make PCT prefer all other threads.)
    switch: AtomicBool,
    value: UnsafeCell<T>,
}

// SAFETY: shuttle runs one thread at a time, and the counters find overlaps.
unsafe impl<T: Send> Sync for RaceCell<T> {}
// SAFETY: moving the cell moves the value.
unsafe impl<T: Send> Send for RaceCell<T> {}

#[allow(clippy::missing_safety_doc)]
impl<T> RaceCell<T> {
    pub fn new(value: T) -> RaceCell<T> {
        RaceCell {
            readers: Cell::new(0),
            writers: Cell::new(0),
            switch: AtomicBool::new(false),
            value: UnsafeCell::new(value),
        }
    }
    pub unsafe fn read<R>(&self, f: impl FnOnce(&T) -> R) -> R {
        assert_eq!(self.writers.get(), 0, "data race: a read during a write");
        self.readers.set(self.readers.get() + 1);
        if !std::thread::panicking() {
            self.switch.load(super::Ordering::SeqCst);
        }
        // SAFETY: no writer is inside, checked above and by writers.
        let out = f(unsafe { &*self.value.get() });
        self.readers.set(self.readers.get() - 1);
        out
    }
    pub unsafe fn write<R>(&self, f: impl FnOnce(&mut T) -> R) -> R {
        assert_eq!(self.writers.get(), 0, "data race: two writes");
        assert_eq!(self.readers.get(), 0, "data race: a write during a read");
        self.writers.set(1);
        if !std::thread::panicking() {
            self.switch.load(super::Ordering::SeqCst);
        }
        // SAFETY: nobody else is inside, checked above and by the others.
        let out = f(unsafe { &mut *self.value.get() });
        self.writers.set(0);
        out
    }
    pub unsafe fn get(&self) -> T
    where
        T: Copy,
    {
        // SAFETY: as `read`.
        unsafe { self.read(|v| *v) }
    }
    pub unsafe fn set(&self, value: T) {
        // SAFETY: as `write`.
        unsafe { self.write(|v| *v = value) }
    }
    pub fn get_mut(&mut self) -> &mut T {
        self.value.get_mut()
    }
}

/// Lets the other threads run.
pub fn spin_yield() {
    shuttle::thread::yield_now()
}

include!("checked.rs");

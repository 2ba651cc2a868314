//! The facade under loom: exhaustive up to a preemption bound, C11 orderings, no clocks.

pub use super::lot::{park, unpark_all, unpark_one};
pub use loom::sync::atomic::{
    AtomicBool, AtomicI64, AtomicPtr, AtomicU8, AtomicU16, AtomicU32, AtomicU64, AtomicUsize,
};
pub use loom::thread;

pub(super) use loom::lazy_static as checker_lazy_static;
pub(super) use loom::sync::{Condvar as RawCondvar, Mutex as RawMutex, MutexGuard as RawGuard};

/// The fence behind `fence!`.
pub fn raw_fence(order: super::Ordering) {
    loom::sync::atomic::fence(order)
}

/// Plain shared data; loom reports two accesses that nothing orders.
pub struct RaceCell<T>(loom::cell::UnsafeCell<T>);

// SAFETY: loom checks every access.
unsafe impl<T: Send> Sync for RaceCell<T> {}
// SAFETY: moving the cell moves the value.
unsafe impl<T: Send> Send for RaceCell<T> {}

#[allow(clippy::missing_safety_doc)]
impl<T> RaceCell<T> {
    pub fn new(value: T) -> RaceCell<T> {
        RaceCell(loom::cell::UnsafeCell::new(value))
    }
    pub unsafe fn read<R>(&self, f: impl FnOnce(&T) -> R) -> R {
        // SAFETY: loom has just checked that nobody writes.
        self.0.with(|p| f(unsafe { &*p }))
    }
    pub unsafe fn write<R>(&self, f: impl FnOnce(&mut T) -> R) -> R {
        // SAFETY: loom has just checked that nobody else accesses it.
        self.0.with_mut(|p| f(unsafe { &mut *p }))
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
        // SAFETY: `&mut self` excludes everybody else.
        self.0.with_mut(|p| unsafe { &mut *p })
    }
}

/// Starts an execution: makes the parking lot exist before any thread does, so that making it orders nobody.
pub fn begin_execution() {
    super::lot::touch();
}

/// Lets the other threads run: a spin would be explored without end.
pub fn spin_yield() {
    loom::thread::yield_now()
}

include!("checked.rs");

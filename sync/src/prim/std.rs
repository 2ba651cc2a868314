//! Production: std atomics, parking_lot for locks, parking_lot_core for parking. Nothing here costs more than it names.

use super::Parked;
use core::cell::UnsafeCell;
use std::sync::OnceLock;
use std::time::Duration;

pub use core::sync::atomic::{
    AtomicBool, AtomicI64, AtomicPtr, AtomicU8, AtomicU16, AtomicU32, AtomicU64, AtomicUsize,
};
pub use parking_lot::{Condvar, Mutex, MutexGuard};
pub use std::thread;
pub use std::time::Instant;

/// The fence behind `fence!`.
#[inline(always)]
pub fn raw_fence(order: super::Ordering) {
    core::sync::atomic::fence(order)
}

/// Plain shared data whose race freedom the surrounding protocol proves; the checkers test the proof.
#[repr(transparent)]
pub struct RaceCell<T: ?Sized>(UnsafeCell<T>);

// SAFETY: every access is through an unsafe method whose caller vouches for the absence of a race.
unsafe impl<T: ?Sized + Send> Sync for RaceCell<T> {}
// SAFETY: moving the cell moves the value.
unsafe impl<T: ?Sized + Send> Send for RaceCell<T> {}

impl<T> RaceCell<T> {
    /// A cell holding `value`.
    #[inline(always)]
    pub const fn new(value: T) -> RaceCell<T> {
        RaceCell(UnsafeCell::new(value))
    }

    /// Reads in place.
    ///
    /// # Safety
    /// - no write to this cell happens at the same time.
    #[inline(always)]
    pub unsafe fn read<R>(&self, f: impl FnOnce(&T) -> R) -> R {
        // SAFETY: no concurrent write, by the caller's duty.
        f(unsafe { &*self.0.get() })
    }

    /// Writes in place.
    ///
    /// # Safety
    /// - no other access to this cell happens at the same time, inside `f` neither.
    #[inline(always)]
    pub unsafe fn write<R>(&self, f: impl FnOnce(&mut T) -> R) -> R {
        // SAFETY: exclusive, by the caller's duty.
        f(unsafe { &mut *self.0.get() })
    }

    /// Copies the value out.
    ///
    /// # Safety
    /// - as `read`.
    #[inline(always)]
    pub unsafe fn get(&self) -> T
    where
        T: Copy,
    {
        // SAFETY: no concurrent write, by the caller's duty.
        unsafe { *self.0.get() }
    }

    /// Replaces the value.
    ///
    /// # Safety
    /// - as `write`.
    #[inline(always)]
    pub unsafe fn set(&self, value: T) {
        // SAFETY: exclusive, by the caller's duty.
        unsafe { *self.0.get() = value }
    }

    /// The value, without any check.
    #[inline(always)]
    pub fn get_mut(&mut self) -> &mut T {
        self.0.get_mut()
    }
}

/// Starts an execution of a model: nothing to set up here.
pub fn begin_execution() {}

/// Waits a little in a bounded spin.
#[inline(always)]
pub fn spin_yield() {
    core::hint::spin_loop()
}

/// Microseconds of a clock that only goes forward.
pub fn micros() -> u64 {
    static EPOCH: OnceLock<Instant> = OnceLock::new();
    EPOCH.get_or_init(Instant::now).elapsed().as_micros() as u64
}

/// Nanoseconds of a clock that only goes forward.
pub fn nanos() -> u64 {
    static EPOCH: OnceLock<Instant> = OnceLock::new();
    EPOCH.get_or_init(Instant::now).elapsed().as_nanos() as u64
}

/// Sleeps on `key` if `validate`, called under the queue's lock, still says so. `token` is shown to the waker.
/// `timed_out(last)` runs under the queue's lock when the deadline passes, `last` = nobody else waits on this key.
pub fn park(
    key: usize,
    token: usize,
    validate: impl FnOnce() -> bool,
    timed_out: impl FnOnce(bool),
    deadline: Option<Instant>,
) -> Parked {
    use parking_lot_core::{DEFAULT_PARK_TOKEN, ParkResult, ParkToken};
    let _ = DEFAULT_PARK_TOKEN;
    // SAFETY: the callbacks of this crate neither panic nor call into parking_lot_core; keys are addresses of our own
    // words, so nobody else uses them.
    let result = unsafe {
        parking_lot_core::park(
            key,
            validate,
            || {},
            |_, last| timed_out(last),
            ParkToken(token),
            deadline,
        )
    };
    match result {
        ParkResult::Unparked(token) => Parked::Unparked(token.0),
        ParkResult::Invalid => Parked::Invalid,
        ParkResult::TimedOut => Parked::TimedOut,
    }
}

/// Wakes the longest waiter on `key`. `f(token of that waiter, more wait)` runs under the queue's lock, also when
/// nobody waits, and gives the word to pass.
pub fn unpark_one(key: usize, f: impl FnOnce(Option<usize>, bool) -> usize) {
    use parking_lot_core::{FilterOp, UnparkToken};
    let first = core::cell::Cell::new(None);
    // SAFETY: as in `park`.
    unsafe {
        parking_lot_core::unpark_filter(
            key,
            |token| {
                if first.get().is_none() {
                    first.set(Some(token.0));
                    FilterOp::Unpark
                } else {
                    FilterOp::Stop
                }
            },
            |result| UnparkToken(f(first.get(), result.have_more_threads)),
        )
    };
}

/// Wakes all waiters on `key`.
pub fn unpark_all(key: usize) -> usize {
    // SAFETY: as in `park`.
    unsafe { parking_lot_core::unpark_all(key, parking_lot_core::DEFAULT_UNPARK_TOKEN) }
}

/// Waits on a condition variable for at most `limit`; true if it timed out.
pub fn wait_for<T>(condvar: &Condvar, guard: &mut MutexGuard<'_, T>, limit: Duration) -> bool {
    condvar.wait_for(guard, limit).timed_out()
}

/// Writes the callee-saved registers to `into` and returns the stack pointer. Inlined into its caller, whose frame
/// must outlive the use of the values.
#[inline(always)]
pub fn spill_registers(into: &mut [usize; 12]) -> usize {
    let sp: usize;
    #[cfg(target_arch = "x86_64")]
    // SAFETY: stores six words into the twelve of `into`; changes no register but the output.
    unsafe {
        core::arch::asm!(
            "mov [{0}], rbx", "mov [{0} + 8], rbp", "mov [{0} + 16], r12", "mov [{0} + 24], r13",
            "mov [{0} + 32], r14", "mov [{0} + 40], r15", "mov {1}, rsp",
            in(reg) into.as_mut_ptr(), out(reg) sp,
            options(nostack, preserves_flags)
        )
    };
    #[cfg(target_arch = "aarch64")]
    // SAFETY: stores eleven words into the twelve of `into`; changes no register but the output.
    unsafe {
        core::arch::asm!(
            "stp x19, x20, [{0}]", "stp x21, x22, [{0}, #16]", "stp x23, x24, [{0}, #32]",
            "stp x25, x26, [{0}, #48]", "stp x27, x28, [{0}, #64]", "str x29, [{0}, #80]", "mov {1}, sp",
            in(reg) into.as_mut_ptr(), out(reg) sp,
            options(nostack, preserves_flags)
        )
    };
    #[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
    compile_error!("spilling registers is written for x86_64 and aarch64");
    sp
}

//! Signals: a handler of the system only notes them; the main thread handles them at its next safepoint.

use crate::thread::{Vm, VmThread};
use heddle_object::{R, Value, ops};
use heddle_sync::breaker;
use heddle_sync::ord;
use heddle_sync::prim::{AtomicPtr, AtomicU64};

/// Signals that wait, one bit each.
static WAITING: AtomicU64 = AtomicU64::new(0);
/// The main thread's eval breaker, for the handler.
static MAIN: AtomicPtr<heddle_sync::EvalBreaker> = AtomicPtr::new(std::ptr::null_mut());

/// Notes a signal. Safe inside a signal handler: two atomic operations.
pub fn note(signal: i32) {
    // ORDERING: Relaxed; the Release of `set` below publishes it.
    WAITING.fetch_or(1 << (signal as u64 & 63), ord!("signal.note", Relaxed));
    // ORDERING: Acquire; pairs with the Release in `init`.
    // SAFETY: the main thread's breaker lives as long as the process.
    if let Some(b) = unsafe { MAIN.load(ord!("signal.main", Acquire)).as_ref() } {
        b.set(breaker::SIGNALS);
    }
}

extern "C" fn on_signal(signal: i32) {
    note(signal);
}

/// Makes Ctrl-C raise KeyboardInterrupt in the main thread, which is the caller.
pub fn init(th: &mut VmThread) {
    let b = &raw const th.base.slot.breaker as *mut heddle_sync::EvalBreaker;
    // ORDERING: Release; pairs with the Acquire in `note`.
    MAIN.store(b, ord!("signal.init", Release));
    // SAFETY: a handler that only touches atomics.
    unsafe {
        libc::signal(libc::SIGINT, on_signal as *const () as libc::sighandler_t);
        libc::signal(libc::SIGPIPE, libc::SIG_IGN);
    }
}

/// Makes a signal pending, as if it had arrived.
pub fn trip(_vm: &'static Vm, signal: i32) {
    note(signal);
}

/// Runs the Python handlers of signals that wait; without the `signal` module, Ctrl-C raises KeyboardInterrupt.
pub fn handle(th: &mut VmThread) -> R<()> {
    // ORDERING: Relaxed; `take` of the breaker acquired.
    let mut bits = WAITING.swap(0, ord!("signal.take", Relaxed));
    while bits != 0 {
        let signal = bits.trailing_zeros();
        bits &= bits - 1;
        let key = heddle_object::names::intern_str(&mut th.base, "_signal")?;
        let module = crate::import::modules(th).and_then(|m| m.get_str(key));
        match module {
            Some(m) => {
                let f = heddle_object::attr::getattr_str(&mut th.base, m, "_dispatch")?;
                ops::call1(&mut th.base, f, Value::small_int(signal.into()))?;
            }
            None if signal == libc::SIGINT as u32 => {
                return Err(th
                    .base
                    .raise_with(&heddle_object::types::exceptions::KEYBOARD_INTERRUPT, &[]));
            }
            None => {}
        }
    }
    Ok(())
}

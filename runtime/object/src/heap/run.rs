//! Running what collections leave behind: finalizers and weak reference callbacks, on a thread, at a poll.

use super::Pending;
use crate::core::thread::Thread;
use crate::core::value::Value;
use crate::names::n;
use crate::ops;

/// Handles the eval breaker's GC event: collects when one is due, then runs what is pending.
///
/// **Threads:** attached, outside critical sections. **Escapes:** yes; never raises.
pub fn service(th: &mut Thread) {
    th.heap.on_event();
    run_pending(th);
}

/// Runs all pending finalizers and callbacks. A call from inside of one of them does nothing.
///
/// **Threads:** attached, outside critical sections. **Escapes:** yes; never raises: errors go to
/// `sys.unraisablehook`, and an exception that is set stays set.
pub fn run_pending(th: &mut Thread) {
    if th.rt.heap.pending_len() == 0 || th.heap.running {
        return;
    }
    th.heap.running = true;
    let outer = th.exception.take();
    while let Some(p) = th.rt.heap.pop_pending() {
        // SAFETY: the queue held the words of live cells, which are on this stack from here on.
        match p {
            Pending::Finalize(w) => {
                // SAFETY: as above.
                let v = unsafe { Value::from_word(w) };
                finalize(th, v)
            }
            Pending::WeakCallback(w) => {
                // SAFETY: as above.
                let v = unsafe { Value::from_word(w) };
                crate::types::weakref::run_callback(th, v)
            }
        }
    }
    th.exception = outer;
    th.heap.running = false;
}

fn finalize(th: &mut Thread, v: Value) {
    let ty = v.type_of();
    let Some(f) = ty.slots().finalize else { return };
    if let Err(e) = f(th, v) {
        let error = th.take_exception(e);
        let text = match crate::ty::lookup(th, ty, n().__del__) {
            Some(del) => ops::repr(th, del).map(|s| s.to_string_lossy().into_owned()),
            None => Ok(format!("of '{}'", ty.name())),
        };
        // A repr that raises: the first error is the one to report.
        if text.is_err() {
            th.exception = None;
        }
        let text = text.unwrap_or_default();
        let e = th.restore_exception(error);
        (th.hooks.unraisable)(
            th,
            e,
            &format!("Exception ignored while calling deallocator {text}"),
            None,
        );
        th.exception = None;
    }
}

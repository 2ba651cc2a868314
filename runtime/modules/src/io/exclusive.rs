//! State of a stream that short operations touch inside a critical section and long ones hold across calls.
//!
//! A *short* operation (a write that only appends to pending bytes, a line that is decoded already) runs as a critical
//! section on the object and costs next to nothing. A *long* one (a flush, a refill, a seek) calls Python code or blocks:
//! it takes the stream's [`Busy`] lock and then the state itself, out of its place. A short operation that finds the place
//! empty becomes a long one and waits for the lock. So neither ever sees the other half-way, and nothing is held across a
//! call but a lock that knows its owner.
//!
//! The state is plain data: while it is out, the collector could not see values in it. Those lie in the stream's slots.

use heddle_object::core::payload::{Busy, Guarded};
use heddle_object::{R, Thread, Value, ops};

/// See the module's text.
pub struct Exclusive<T> {
    busy: Busy,
    place: Guarded<Option<Box<T>>>,
}

impl<T: Send> Exclusive<T> {
    /// Wraps.
    pub fn new(value: T) -> Exclusive<T> {
        Exclusive { busy: Busy::new(), place: Guarded::new(Some(Box::new(value))) }
    }

    /// A short operation; nothing when a long one is under way or `f` itself gives nothing.
    #[inline]
    pub fn short<U>(
        &self,
        th: &mut Thread,
        obj: Value,
        f: impl FnOnce(&mut Thread, &mut T) -> Option<U>,
    ) -> Option<U> {
        self.place.with(th, obj, |th, p| p.as_mut().and_then(|t| f(th, t)))
    }

    /// A long operation.
    ///
    /// **Errors:** RuntimeError ("reentrant call inside ...") when this thread is in one already. **Escapes:** if `f` does.
    pub fn long<U>(
        &self,
        th: &mut Thread,
        obj: Value,
        f: impl FnOnce(&mut Thread, &mut T) -> R<U>,
    ) -> R<U> {
        if self.busy.mine(th) {
            let who = match ops::repr(th, obj) {
                Ok(s) => s.to_string_lossy().into_owned(),
                Err(e) => {
                    th.take_exception(e);
                    obj.type_of().name()
                }
            };
            return Err(th.runtime_error(format_args!("reentrant call inside {who}")));
        }
        self.busy.nested(th, |th| {
            let Some(mut t) = self.place.with(th, obj, |_, p| p.take()) else {
                return Err(th.system_error(format_args!("the state of a stream is missing")));
            };
            let r = f(th, &mut t);
            self.place.with(th, obj, |_, p| *p = Some(t));
            r
        })
    }

    /// Whether this thread is inside a long operation.
    pub fn mine(&self, th: &Thread) -> bool {
        self.busy.mine(th)
    }
}

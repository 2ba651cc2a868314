//! Native modules, one file or folder each, in safe Rust.

#![forbid(unsafe_code)]

/// The [`Native`](heddle_object::core::payload::Native) side of a struct whose values lie in the named slots.
macro_rules! native {
    ($t:ty, $st:expr, [$($slot:ident),* $(,)?]) => {
        impl heddle_object::core::payload::Native for $t {
            fn static_type() -> &'static heddle_object::StaticType {
                &$st
            }
            fn trace(&self, _t: &mut heddle_object::heap::Tracer) {
                $(_t.slot(&self.$slot);)*
            }
        }
    };
}
pub(crate) use native;

pub mod abc;
pub mod atexit;
pub mod binascii;
pub mod bisect;
pub mod builtins;
pub mod cmath;
pub mod codecs;
pub mod collections;
pub mod contextvars;
pub mod errno;
pub mod fcntl;
pub mod functools;
pub mod gc;
pub mod heapq;
pub mod heddle;
pub mod host;
pub mod io;
pub mod itertools;
pub mod math;
pub mod operator;
pub mod posix;
pub mod pwd;
pub mod queue;
pub mod random;
pub mod registry;
pub mod sre;
pub mod stat_;
pub mod statistics;
pub mod string;
pub mod structs;
pub mod sys;
pub mod thread;
pub mod time;
pub mod typing;
pub mod warnings;
pub mod weakref;

//! Native modules, one file or folder each, in safe Rust.

#![forbid(unsafe_code)]

pub mod abc;
pub mod contextvars;
pub mod warnings;
pub mod bisect;
pub mod builtins;
pub mod cmath;
pub mod host;
pub mod io;
pub mod gc;
pub mod math;
pub mod operator;
pub mod random;
pub mod registry;
pub mod sre;
pub mod statistics;
pub mod sys;
pub mod weakref;
pub mod thread;

//! Bytecode and its thread-local copies.
//!
//! What this crate owns: the table of instructions ([`defs`]), the compiled image ([`image`], [`tables`]), and at run
//! time the code's main copy and the copy each thread has of it, with all writes to them. It knows nothing of Python
//! objects: what a cache holds is a version and an offset or a word.
//!
//! Order of reading: [`defs::ops`], [`unit`], [`image`], [`tables`]; then `code`, `copies`, `write`.

pub mod defs;
pub mod image;
pub mod tables;
pub mod unit;

/// Atomics until the facade of `heddle-sync` is there.
mod prim {
    pub use core::sync::atomic::{AtomicU16, Ordering};
}

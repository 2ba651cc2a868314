//! Python 3.14 source text to [`CodeImage`](heddle_tlbc::image::CodeImage).
//!
//! The road: [`source`] makes text of bytes, [`parse`] a tree ([`ast`]), [`symtable`] its scopes,
//! [`emit`] instructions, [`flow`] blocks that it tidies, [`assemble`] the image. No Python objects
//! and no input or output: who calls supplies text and raises what comes back.
#![forbid(unsafe_code)]

pub mod ast;
pub mod error;
pub mod parse;
pub mod source;
pub mod symtable;

pub use error::{CompileError, ErrorKind, Warning};

/// The `mode` argument of `compile()`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Mode {
    Exec,
    Eval,
    Single,
}

/// Runs one level of a recursion over a tree, on more stack where it runs out.
#[inline]
pub(crate) fn deep<R>(f: impl FnOnce() -> R) -> R {
    stacker::maybe_grow(96 * 1024, 2 * 1024 * 1024, f)
}

//! Bytecode and its thread-local copies.
//!
//! What this crate owns: the table of instructions ([`defs`]), the compiled image ([`image`], [`tables`]), and at run
//! time the code's main copy and the copy each thread has of it, with all writes to them. It knows nothing of Python
//! objects: what a cache holds is a version and an offset or a word.
//!
//! Order of reading: [`defs::ops`], [`unit`], [`image`], [`tables`]; then [`code`], `copies.rs`, [`write`], [`cache`],
//! [`counter`].

#![cfg_attr(any(heddle_loom, heddle_shuttle, heddle_wm), allow(missing_docs))]
#![warn(missing_docs)]

pub mod cache;
pub mod code;
mod copies;
pub mod counter;
pub mod defs;
pub mod dis;
pub mod image;
pub mod knobs;
pub mod site;
pub mod tables;
pub mod unit;
pub mod write;

pub use code::{Code, CopyReport, OutOfMemory};
pub use defs::{Flag, Opcode};
pub use image::{CodeImage, Const, PyText};
pub use knobs::Knobs;
pub use unit::{Unit, Word};

pub(crate) use heddle_sync::prim;

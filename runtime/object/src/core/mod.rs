//! The words and cells that everything else is made of. Most of the crate's `unsafe` is here.
//!
//! Read in order: `value`, `header`, `shape`, `slot`, `ty`, `native`, `thread`, `runtime`.

pub mod header;
pub mod module_def;
pub mod native;
pub mod options;
pub mod payload;
pub mod runtime;
pub mod shape;
pub mod slot;
pub mod statics;
pub mod thread;
pub mod ty;
pub mod value;

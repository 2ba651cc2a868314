//! What a Python value is: word, header, shapes, types and slots, built-in types, allocation, collector.
//!
//! `docs/design/core.md` is the contract of this crate with those above it. `core` holds the words and cells, `ty` and
//! `attr` the machinery of classes and attributes, `ops` the abstract operations, `types` the built-in types.

pub mod attr;
pub mod core;
pub mod error;
pub mod heap;
pub mod names;
pub mod num;
pub mod ops;
pub mod os;
#[cfg(test)]
mod test_support;
pub mod text;
pub mod ty;
pub mod types;

pub use crate::core::module_def::ModuleDef;
pub use crate::core::native::{Args, GetSetDef, MethodDef, NativeFn, Params};
pub use crate::core::slot::Slot;
pub use crate::core::thread::Thread;
pub use crate::core::ty::{CompareOp, Slots, StaticType, Type, TypeSpec, flags};
pub use crate::core::value::{Payload, Value};
pub use crate::error::{R, Raised};

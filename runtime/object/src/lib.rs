//! What a Python value is.

pub mod heap;
pub mod num;

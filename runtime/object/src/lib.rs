//! What a Python value is.

pub mod num;

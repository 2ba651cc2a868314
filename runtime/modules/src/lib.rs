//! Native modules, one file or folder each, in safe Rust.

#![forbid(unsafe_code)]

pub mod builtins;
pub mod math;
pub mod registry;

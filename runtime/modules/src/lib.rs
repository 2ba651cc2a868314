//! Native modules, one file or folder each.

pub mod math;

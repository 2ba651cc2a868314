//! The exception table and the location table, in the byte formats of CPython 3.11 and later.
//!
//! Both are looked at only when something went wrong or somebody asks, so they are compact and read by scanning.
//! Offsets and lengths are in code units.
//!
//! * exception table: entries in the order of their start, none overlapping another; four numbers each, six bits a
//!   byte, most significant first, bit 6 meaning "more follows"; bit 7 marks the first byte of an entry, so that a
//!   binary search can find its feet anywhere.
//! * location table: entries one after another, each for 1 to 8 units; the first byte has bit 7, four bits of form
//!   and three of length; numbers are six bits a byte, least significant first.
//!
//! **Source:** CPython's `InternalDocs/exception_handling.md` and `InternalDocs/code_objects.md`.

mod exceptions;
mod locations;

pub use exceptions::{ExceptionTableWriter, Handler, HandlerRange, find_handler, handler_ranges};
pub use locations::{
    LineRange, LocationTableWriter, Position, PositionRange, line_at, lines, position_at, positions,
};

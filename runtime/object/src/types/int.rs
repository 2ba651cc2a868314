//! `int` and `bool`: the cells.

use crate::core::header::Header;
use crate::core::thread::Thread;
use crate::core::ty::{StaticType, TypeSpec, flags};
use crate::core::value::Value;
use crate::error::R;
use crate::payload;

/// A big integer, or an instance of a subclass: sign in `aux` bit 0, limbs inline, least significant first.
#[repr(C)]
pub struct Int {
    /// Cell header.
    pub header: Header,
    len: usize,
}
payload!(Int, INT);

/// `int`
pub static INT: StaticType = StaticType::new(TypeSpec {
    name: "int",
    basicsize: size_of::<Int>(),
    flags: flags::BASETYPE | flags::INT | flags::MATCH_SELF,
    var_size: Some(int_bytes),
    ..TypeSpec::DEFAULT
});

/// `bool`
pub static BOOL: StaticType = StaticType::new(TypeSpec {
    name: "bool",
    base: Some(&INT),
    flags: flags::MATCH_SELF,
    ..TypeSpec::DEFAULT
});

unsafe fn int_bytes(cell: *const u8) -> usize {
    // SAFETY: called with an int cell.
    size_of::<Int>() + 8 * unsafe { (*(cell as *const Int)).len }
}

/// The integer as an `i64`, when it is an `int` (or subclass) that fits.
pub fn to_i64(v: Value) -> Option<i64> {
    if let Some(i) = v.as_small_int() {
        return Some(i);
    }
    if v.is_true_singleton() {
        return Some(1);
    }
    if v.is_false_singleton() {
        return Some(0);
    }
    None
}

/// Whether an `int` is below zero.
pub fn is_negative(v: Value) -> bool {
    match v.as_small_int() {
        Some(i) => i < 0,
        None => v.cast::<Int>().is_some_and(|i| i.header.aux() & 1 != 0),
    }
}

/// An int of any `i64`.
pub fn from_i64(th: &mut Thread, i: i64) -> R {
    match Value::try_small_int(i) {
        Some(v) => Ok(v),
        None => Err(th.overflow_error(format_args!("integer needs the big form"))),
    }
}

/// The hash of an int.
pub fn hash(_: &mut Thread, v: Value) -> R<i64> {
    Ok(v.as_small_int().unwrap_or(0))
}

//! The tagged word that every Python value is.
//!
//! Owns the encoding and nothing else: small integers and nearly all floats live in the word itself, everything else is
//! a pointer to a cell that begins with a [`Header`](super::header::Header). The float scheme is the flonum of Ruby and
//! OpenSmalltalk: rotate the exponent so that the common range leaves two low bits free.

use super::header::Header;
use super::shape::Shape;
use super::statics::{FALSE, NONE, NOT_IMPLEMENTED, TRUE};
use super::ty::Type;
use std::num::NonZeroU64;

/// One Python value. Never the word 0, so that `Option<Value>` and `R<Value>` are one word too.
///
/// **Threads:** plain data; sharing the object behind it follows `docs/design/core.md`.
#[derive(Clone, Copy, PartialEq, Eq)]
#[repr(transparent)]
pub struct Value(NonZeroU64);

/// Smallest integer that fits the word (63 bits).
pub const SMALL_INT_MIN: i64 = -(1 << 62);
/// Largest integer that fits the word (63 bits).
pub const SMALL_INT_MAX: i64 = (1 << 62) - 1;

/// Word of the float `+0.0`, whose rotated form would collide with another float's.
const PLUS_ZERO: u64 = 0x8000_0000_0000_0002;

impl Value {
    /// The value of a raw word.
    ///
    /// # Safety
    /// - `word` is not 0 and came from [`Value::word`].
    /// - If it is a pointer, the cell is alive.
    #[inline(always)]
    pub const unsafe fn from_word(word: u64) -> Value {
        // SAFETY: the caller promises a word that is not 0.
        Value(unsafe { NonZeroU64::new_unchecked(word) })
    }

    /// The value in a slot that may be empty (word 0).
    ///
    /// # Safety
    /// As [`Value::from_word`], but 0 is allowed and gives `None`.
    #[inline(always)]
    pub const unsafe fn from_slot(word: u64) -> Option<Value> {
        match NonZeroU64::new(word) {
            Some(w) => Some(Value(w)),
            None => None,
        }
    }

    /// The raw word.
    #[inline(always)]
    pub const fn word(self) -> u64 {
        self.0.get()
    }

    /// The raw word of a slot: 0 for `None`.
    #[inline(always)]
    pub const fn slot_word(v: Option<Value>) -> u64 {
        match v {
            Some(v) => v.word(),
            None => 0,
        }
    }

    /// The value that a reference to a cell denotes. `T` begins with a [`Header`].
    #[inline(always)]
    pub fn from_ref<T: Cell>(cell: &T) -> Value {
        // SAFETY: a reference is not null, and cells are at least 8-byte aligned, so the tag bits are 000.
        Value(unsafe { NonZeroU64::new_unchecked(cell as *const T as u64) })
    }

    /// The value of a pointer to a cell.
    ///
    /// # Safety
    /// `p` points to a live, initialised cell.
    #[inline(always)]
    pub unsafe fn from_ptr<T>(p: *const T) -> Value {
        // SAFETY: the caller promises a live cell, which is not at address 0.
        Value(unsafe { NonZeroU64::new_unchecked(p as u64) })
    }

    // ---- small integers

    /// A small integer; `i` must be in range.
    #[inline(always)]
    pub const fn small_int(i: i64) -> Value {
        debug_assert!(i >= SMALL_INT_MIN && i <= SMALL_INT_MAX);
        // SAFETY: the low bit is set.
        Value(unsafe { NonZeroU64::new_unchecked(((i as u64) << 1) | 1) })
    }

    /// A small integer when `i` fits into 63 bits.
    #[inline(always)]
    pub const fn try_small_int(i: i64) -> Option<Value> {
        if i >= SMALL_INT_MIN && i <= SMALL_INT_MAX { Some(Value::small_int(i)) } else { None }
    }

    /// Whether this is a small integer. (`bool` is not: it is an object.)
    #[inline(always)]
    pub const fn is_small_int(self) -> bool {
        self.word() & 1 != 0
    }

    /// The small integer in the word; meaningless when [`is_small_int`](Value::is_small_int) is false.
    #[inline(always)]
    pub const fn as_small_int_unchecked(self) -> i64 {
        (self.word() as i64) >> 1
    }

    /// The small integer, if it is one.
    #[inline(always)]
    pub const fn as_small_int(self) -> Option<i64> {
        if self.is_small_int() { Some((self.word() as i64) >> 1) } else { None }
    }

    /// Whether both are small integers (one test).
    #[inline(always)]
    pub const fn both_small_int(a: Value, b: Value) -> bool {
        a.word() & b.word() & 1 != 0
    }

    // ---- floats in the word

    /// The float in the word, when it can be held there.
    #[inline(always)]
    pub const fn try_flonum(f: f64) -> Option<Value> {
        let bits = f.to_bits();
        let top = (bits >> 60) & 7;
        // Exponents of the middle: bits 62..60 are 011 or 100.
        if top.wrapping_sub(3) <= 1 && bits != 0x3000_0000_0000_0000 {
            // SAFETY: bit 1 is set.
            Some(Value(unsafe { NonZeroU64::new_unchecked((bits.rotate_left(3) & !3) | 2) }))
        } else if bits == 0 {
            // SAFETY: the constant is not 0.
            Some(Value(unsafe { NonZeroU64::new_unchecked(PLUS_ZERO) }))
        } else {
            None
        }
    }

    /// Whether the word holds a float.
    #[inline(always)]
    pub const fn is_flonum(self) -> bool {
        self.word() & 3 == 2
    }

    /// The float in the word; meaningless when [`is_flonum`](Value::is_flonum) is false.
    #[inline(always)]
    pub const fn as_flonum_unchecked(self) -> f64 {
        let w = self.word();
        if w == PLUS_ZERO {
            return 0.0;
        }
        let low = 2 - (w >> 63);
        f64::from_bits(((w & !3) | low).rotate_right(3))
    }

    /// The float in the word, if it holds one.
    #[inline(always)]
    pub const fn as_flonum(self) -> Option<f64> {
        if self.is_flonum() { Some(self.as_flonum_unchecked()) } else { None }
    }

    // ---- pointers

    /// Whether this is a pointer to a cell.
    #[inline(always)]
    pub const fn is_ptr(self) -> bool {
        self.word() & 7 == 0
    }

    /// Address of the cell; meaningless when [`is_ptr`](Value::is_ptr) is false.
    #[inline(always)]
    pub const fn as_ptr<T>(self) -> *mut T {
        self.word() as *mut T
    }

    /// The header of the cell.
    ///
    /// # Safety
    /// [`is_ptr`](Value::is_ptr) holds.
    #[inline(always)]
    pub unsafe fn header_unchecked(self) -> &'static Header {
        // SAFETY: a pointer value denotes a live cell, which begins with a header.
        unsafe { &*(self.word() as *const Header) }
    }

    /// The header, when this is a pointer.
    #[inline(always)]
    pub fn header(self) -> Option<&'static Header> {
        // SAFETY: tested just before.
        if self.is_ptr() { Some(unsafe { self.header_unchecked() }) } else { None }
    }

    /// The shape: that of the cell, or the one of `int` or `float` for words.
    #[inline(always)]
    pub fn shape(self) -> &'static Shape {
        if self.is_ptr() {
            // SAFETY: tested just before.
            unsafe { self.header_unchecked() }.shape()
        } else if self.is_small_int() {
            crate::types::INT.shape()
        } else {
            crate::types::FLOAT.shape()
        }
    }

    /// The Python type.
    #[inline(always)]
    pub fn type_of(self) -> &'static Type {
        self.shape().ty()
    }

    /// Whether the cell's shape is exactly `s` (false for words).
    #[inline(always)]
    pub fn has_shape(self, s: &Shape) -> bool {
        // SAFETY: tested by `is_ptr`.
        self.is_ptr() && std::ptr::eq(unsafe { self.header_unchecked() }.shape_ptr(), s)
    }

    // ---- singletons

    /// `None`.
    #[inline(always)]
    pub fn none() -> Value {
        NONE.value()
    }
    /// `True` or `False`.
    #[inline(always)]
    pub fn bool(b: bool) -> Value {
        if b { TRUE.value() } else { FALSE.value() }
    }
    /// `NotImplemented`.
    #[inline(always)]
    pub fn not_implemented() -> Value {
        NOT_IMPLEMENTED.value()
    }
    /// Whether this is `None`.
    #[inline(always)]
    pub fn is_none(self) -> bool {
        self == NONE.value()
    }
    /// Whether this is `True`.
    #[inline(always)]
    pub fn is_true_singleton(self) -> bool {
        self == TRUE.value()
    }
    /// Whether this is `False`.
    #[inline(always)]
    pub fn is_false_singleton(self) -> bool {
        self == FALSE.value()
    }
    /// Whether this is `NotImplemented`.
    #[inline(always)]
    pub fn is_not_implemented(self) -> bool {
        self == NOT_IMPLEMENTED.value()
    }

    // ---- casts

    /// The cell as a `T` when its type is `T`'s static type or a subclass of it.
    ///
    /// The reference lives as long as something the collector sees (a stack word, a traced slot) points into the cell.
    #[inline(always)]
    pub fn cast<T: Payload>(self) -> Option<&'static T> {
        if self.is_exact::<T>() || (self.is_ptr() && self.cast_slow(T::static_type())) {
            // SAFETY: the type's layout begins with that of `T`.
            Some(unsafe { &*(self.word() as *const T) })
        } else {
            None
        }
    }

    #[cold]
    #[inline(never)]
    fn cast_slow(self, want: &'static super::ty::StaticType) -> bool {
        self.type_of().is_subtype(want.ty())
    }

    /// Whether the type is exactly `T`'s static type (not a subclass).
    #[inline(always)]
    pub fn is_exact<T: Payload>(self) -> bool {
        self.has_shape(T::static_type().shape())
    }

    /// The cell as a `T`.
    ///
    /// # Safety
    /// The value's type is `T`'s static type or a subclass.
    #[inline(always)]
    pub unsafe fn cast_unchecked<T: Payload>(self) -> &'static T {
        debug_assert!(self.cast::<T>().is_some());
        // SAFETY: the caller's promise.
        unsafe { &*(self.word() as *const T) }
    }

    /// `isinstance(self, ty)` by MRO, without `__instancecheck__`.
    #[inline]
    pub fn is_instance(self, ty: &'static super::ty::StaticType) -> bool {
        self.has_shape(ty.shape()) || self.type_of().is_subtype(ty.ty())
    }

    /// Whether the type is exactly this static type (words included).
    #[inline(always)]
    pub fn is_type(self, ty: &'static super::ty::StaticType) -> bool {
        std::ptr::eq(self.type_of(), ty.ty())
    }
}

impl std::fmt::Debug for Value {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match (self.as_small_int(), self.as_flonum()) {
            (Some(i), _) => write!(f, "{i}"),
            (_, Some(x)) => write!(f, "{x:?}"),
            _ => write!(f, "<{} at {:#x}>", self.type_of().name(), self.word()),
        }
    }
}

/// A cell: a `repr(C)` struct that begins with a [`Header`].
///
/// # Safety
/// The first field is a `Header`, and the struct is `repr(C)`.
pub unsafe trait Cell: 'static {}

/// A cell that is a Python object of a static type.
///
/// # Safety
/// Every instance of `static_type()` and of its subclasses begins with the layout of `Self`.
pub unsafe trait Payload: Cell {
    /// The type object.
    fn static_type() -> &'static super::ty::StaticType;
}

/// Implements [`Cell`] and [`Payload`] for a `repr(C)` struct that begins with a header.
#[macro_export]
macro_rules! payload {
    ($t:ty, $st:expr) => {
        // SAFETY: the struct is repr(C) and begins with a Header (asserted by the offset below).
        unsafe impl $crate::core::value::Cell for $t {}
        // SAFETY: the static type's basic size is that of the struct, and subclasses extend it.
        unsafe impl $crate::core::value::Payload for $t {
            #[inline(always)]
            fn static_type() -> &'static $crate::core::ty::StaticType {
                &$st
            }
        }
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn floats_in_the_word_round_trip() {
        for f in [
            0.0,
            1.0,
            -1.0,
            0.5,
            3.25,
            -2.5e10,
            1e70,
            1e-70,
            123456.789,
            f64::MIN_POSITIVE,
            1e300,
            -0.0,
        ] {
            if let Some(v) = Value::try_flonum(f) {
                assert!(v.is_flonum() && !v.is_small_int() && !v.is_ptr());
                assert_eq!(v.as_flonum().map(f64::to_bits), Some(f.to_bits()), "{f}");
            } else {
                assert!(f.abs() > 1e70 || f.abs() < 1e-70, "{f} should fit");
            }
        }
    }

    #[test]
    fn small_ints_round_trip() {
        for i in [0, 1, -1, SMALL_INT_MIN, SMALL_INT_MAX, 12345678901234] {
            assert_eq!(Value::small_int(i).as_small_int(), Some(i));
        }
        assert_eq!(Value::try_small_int(SMALL_INT_MAX + 1), None);
    }
}

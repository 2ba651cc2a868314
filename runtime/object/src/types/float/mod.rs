//! `float`: the cell of doubles that do not fit a word, and the doors that other code uses.
//!
//! Nearly all doubles are words (see `core::value`). A cell is made only for magnitudes far from one, infinities, NaN,
//! negative zero, and instances of subclasses. NaN therefore has an identity, by which it hashes.
//!
//! `ops.rs` has the operators, `methods.rs` the constructor and the methods.

pub mod methods;
pub mod ops;

pub use ops::{add, compare, divide, multiply, subtract};

use crate::core::header::Header;
use crate::core::thread::Thread;
use crate::core::ty::{Slots, StaticType, Type, TypeSpec, flags};
use crate::core::value::Value;
use crate::error::R;
use crate::payload;
use crate::types::int;

/// A double in a cell.
#[repr(C)]
pub struct Float {
    /// Cell header.
    pub header: Header,
    value: f64,
}

payload!(Float, FLOAT);

/// `float`
pub static FLOAT: StaticType = StaticType::new(TypeSpec {
    name: "float",
    basicsize: size_of::<Float>(),
    flags: flags::BASETYPE | flags::MATCH_SELF,
    doc: "float(x=0, /)\n--\n\nConvert a string or number to a floating-point number, if possible.",
    slots: Slots {
        repr: Some(methods::repr),
        hash: Some(ops::hash),
        richcompare: Some(ops::compare),
        new: Some(methods::new),
        bool: Some(ops::bool),
        add: Some(ops::add),
        subtract: Some(ops::subtract),
        multiply: Some(ops::multiply),
        remainder: Some(ops::remainder),
        divmod: Some(ops::divmod),
        power: Some(ops::power),
        negative: Some(ops::negative),
        positive: Some(ops::positive),
        absolute: Some(ops::absolute),
        int: Some(ops::int),
        float: Some(ops::positive),
        floor_divide: Some(ops::floor_divide),
        true_divide: Some(ops::divide),
        ..Slots::NONE
    },
    methods: methods::METHODS,
    getset: methods::GETSET,
    ..TypeSpec::DEFAULT
});

/// A `float`.
///
/// **Errors:** MemoryError. **Escapes:** no.
#[inline(always)]
pub fn new(th: &mut Thread, x: f64) -> R {
    match Value::try_flonum(x) {
        Some(v) => Ok(v),
        None => boxed(th, x),
    }
}

#[cold]
#[inline(never)]
fn boxed(th: &mut Thread, x: f64) -> R {
    th.alloc::<Float>(FLOAT.shape(), 0, |header| Float { header, value: x }).map(Value::from_ref)
}

/// An instance of a subclass of `float`.
pub fn new_in_class(th: &mut Thread, ty: &'static Type, x: f64) -> R {
    let v = crate::ty::alloc_instance(th, ty)?;
    // SAFETY: the instance begins with the layout of `Float` and nobody else has seen it.
    unsafe { (*v.as_ptr::<Float>()).value = x };
    Ok(v)
}

/// The double that `v` is: a `float` or an instance of a subclass.
#[inline(always)]
pub fn float_of(v: Value) -> Option<f64> {
    match v.as_flonum() {
        Some(x) => Some(x),
        None => cell_of(v),
    }
}

#[inline]
fn cell_of(v: Value) -> Option<f64> {
    if v.is_small_int() {
        return None;
    }
    v.cast::<Float>().map(|f| f.value)
}

/// Whether `v` is a `float` or an instance of a subclass.
#[inline(always)]
pub fn check(v: Value) -> bool {
    v.is_flonum() || v.is_ptr() && v.cast::<Float>().is_some()
}

/// Whether `v` is exactly a `float`.
#[inline(always)]
pub fn check_exact(v: Value) -> bool {
    v.is_flonum() || v.has_shape(FLOAT.shape())
}

/// Any real number as a double: floats, `__float__`, `__index__`.
///
/// **Errors:** TypeError ("must be real number, not str"), OverflowError. **Escapes:** yes.
#[inline]
pub fn as_f64(th: &mut Thread, v: Value) -> R<f64> {
    if let Some(x) = v.as_flonum() {
        return Ok(x);
    }
    if let Some(i) = v.as_small_int() {
        return Ok(i as f64);
    }
    as_f64_slow(th, v)
}

#[inline(never)]
fn as_f64_slow(th: &mut Thread, v: Value) -> R<f64> {
    match try_f64(th, v)? {
        Some(x) => Ok(x),
        None => {
            let tn = v.type_of().name();
            Err(th.type_error(format_args!("must be real number, not {tn}")))
        }
    }
}

/// As [`as_f64`]; nothing when `v` is no number.
pub fn try_f64(th: &mut Thread, v: Value) -> R<Option<f64>> {
    if let Some(x) = float_of(v) {
        return Ok(Some(x));
    }
    if int::check_exact(v) {
        return to_double(th, v).map(Some);
    }
    let slots = v.type_of().slots();
    if let Some(f) = slots.float {
        let r = f(th, v)?;
        let Some(x) = float_of(r) else {
            let (tn, rn) = (v.type_of().name(), r.type_of().name());
            return Err(
                th.type_error(format_args!("{tn}.__float__() must return a float, not {rn}"))
            );
        };
        if !check_exact(r) {
            let (tn, rn) = (v.type_of().name(), r.type_of().name());
            let text = format!(
                "{tn}.__float__() must return a float, not {rn}.  The ability to return an instance of a strict \
                 subclass of float is deprecated, and may not be supported in a future version of Python."
            );
            (th.hooks.warn)(th, &crate::types::exceptions::DEPRECATION_WARNING, &text)?;
        }
        return Ok(Some(x));
    }
    if slots.index.is_some() {
        let i = crate::ops::index(th, v)?;
        return to_double(th, i).map(Some);
    }
    Ok(None)
}

/// An int as a double.
fn to_double(th: &mut Thread, v: Value) -> R<f64> {
    match int::int_ref(v).map(|i| i.to_f64_checked()) {
        Some(Ok(x)) => Ok(x),
        Some(Err(e)) => Err(int::raise(th, e)),
        None => Ok(0.0),
    }
}

/// An operand of a float operator: a float or an int; nothing for what the operator does not know.
#[inline(always)]
pub fn operand(th: &mut Thread, v: Value) -> R<Option<f64>> {
    match v.as_flonum() {
        Some(x) => Ok(Some(x)),
        None => operand_slow(th, v),
    }
}

#[inline(never)]
fn operand_slow(th: &mut Thread, v: Value) -> R<Option<f64>> {
    if let Some(i) = v.as_small_int() {
        return Ok(Some(i as f64));
    }
    if let Some(x) = float_of(v) {
        return Ok(Some(x));
    }
    if int::check(v) { to_double(th, v).map(Some) } else { Ok(None) }
}

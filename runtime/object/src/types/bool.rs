//! `bool`: a subclass of `int` with two instances, which lie in the binary (`core::statics`).

use super::int::{INT, ops as int_ops};
use crate::core::thread::Thread;
use crate::core::ty::{Slots, StaticType, TypeSpec};
use crate::core::value::Value;
use crate::error::R;
use crate::types::exceptions::DEPRECATION_WARNING;

/// `bool`
pub static BOOL: StaticType = StaticType::new(TypeSpec {
    name: "bool",
    base: Some(&INT),
    basicsize: size_of::<super::int::BigInt>(),
    flags: 0,
    doc: "bool(object=False, /)\n--\n\nReturns True when the argument is true, False otherwise.\n\
          The builtins True and False are the only two instances of the class bool.\n\
          The class bool is a subclass of the class int, and cannot be subclassed.",
    slots: Slots {
        repr: Some(repr),
        new: Some(new),
        and: Some(and),
        or: Some(or),
        xor: Some(xor),
        invert: Some(invert),
        ..Slots::NONE
    },
    ..INT_LAYOUT
});

/// What `bool` shares with `int`.
const INT_LAYOUT: TypeSpec = TypeSpec { var_size: Some(bool_bytes), ..TypeSpec::DEFAULT };

unsafe fn bool_bytes(_: *const u8) -> usize {
    // Header and one limb; the cells are static.
    24
}

/// The truth value that `v` is, if it is one.
#[inline(always)]
pub fn as_bool(v: Value) -> Option<bool> {
    if v.is_true_singleton() {
        Some(true)
    } else if v.is_false_singleton() {
        Some(false)
    } else {
        None
    }
}

fn repr(th: &mut Thread, v: Value) -> R {
    super::int::new::ascii(th, if v.is_true_singleton() { "True" } else { "False" })
}

fn new(th: &mut Thread, _: Value, args: &[Value], kwnames: Option<Value>) -> R {
    crate::core::native::Args::new(args, kwnames).no_keywords(th, "bool")?;
    crate::core::native::check_positional(th, "bool", args.len(), 0, 1)?;
    match args.first() {
        Some(v) => crate::ops::is_true(th, *v).map(Value::bool),
        None => Ok(Value::bool(false)),
    }
}

macro_rules! logical {
    ($($name:ident $op:tt;)*) => {$(
        fn $name(th: &mut Thread, a: Value, b: Value) -> R {
            match (as_bool(a), as_bool(b)) {
                (Some(a), Some(b)) => Ok(Value::bool(a $op b)),
                _ => int_ops::$name(th, a, b),
            }
        }
    )*};
}

logical! {
    and &;
    or |;
    xor ^;
}

fn invert(th: &mut Thread, v: Value) -> R {
    (th.hooks.warn)(
        th,
        &DEPRECATION_WARNING,
        "Bitwise inversion '~' on bool is deprecated and will be removed in Python 3.16. This returns the bitwise \
         inversion of the underlying int object and is usually not what you expect from the negation of a bool object. \
         Use the 'not' operator for boolean negation or ~int(x) for the bitwise inversion of the underlying int.",
    )?;
    int_ops::invert(th, v)
}

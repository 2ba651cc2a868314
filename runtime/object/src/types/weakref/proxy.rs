//! `weakref.ProxyType` and `weakref.CallableProxyType`: stand-ins that pass every operation on to their referent.

use super::{WeakRef, full_type_name, own, trace_weakref};
use crate::core::thread::Thread;
use crate::core::ty::{CompareOp, Slots, StaticType, TypeSpec};
use crate::core::value::Value;
use crate::error::{R, Raised};
use crate::ops::{self, BinOp};
use crate::types::Str;

/// `weakref.ProxyType`
pub static PROXY: StaticType = StaticType::new(TypeSpec {
    name: "weakref.ProxyType",
    basicsize: size_of::<WeakRef>(),
    flags: crate::core::ty::flags::DISALLOW_INSTANTIATION,
    slots: SLOTS,
    methods: METHODS,
    trace: trace_weakref,
    ..TypeSpec::DEFAULT
});

/// `weakref.CallableProxyType`
pub static CALLABLE_PROXY: StaticType = StaticType::new(TypeSpec {
    name: "weakref.CallableProxyType",
    basicsize: size_of::<WeakRef>(),
    flags: crate::core::ty::flags::DISALLOW_INSTANTIATION,
    slots: Slots { call: Some(call), ..SLOTS },
    methods: METHODS,
    trace: trace_weakref,
    ..TypeSpec::DEFAULT
});

const METHODS: &[crate::core::native::MethodDef] = &[
    crate::core::native::MethodDef::noargs("__bytes__", |th, v| method(th, v, "__bytes__"), ""),
    crate::core::native::MethodDef::noargs(
        "__reversed__",
        |th, v| method(th, v, "__reversed__"),
        "",
    ),
];

fn method(th: &mut Thread, v: Value, name: &str) -> R {
    let o = target(th, v)?;
    let f = crate::attr::getattr_str(th, o, name)?;
    ops::call::call0(th, f)
}

/// A proxy of `object`.
///
/// **Errors:** TypeError when the object cannot be weakly referenced, MemoryError. **Escapes:** no.
pub fn new(th: &mut Thread, object: Value, callback: Option<Value>) -> R {
    let ty = if ops::call::is_callable(object) { &CALLABLE_PROXY } else { &PROXY };
    super::make(th, ty.ty(), object, callback, true).map(|r| Value::from_ref(r))
}

/// Whether a value is a proxy.
pub fn is_proxy(v: Value) -> bool {
    let t = v.type_of();
    std::ptr::eq(t, PROXY.ty()) || std::ptr::eq(t, CALLABLE_PROXY.ty())
}

#[cold]
fn gone(th: &mut Thread) -> Raised {
    th.reference_error(format_args!("weakly-referenced object no longer exists"))
}

/// The referent of a proxy; any other value is itself.
fn target(th: &mut Thread, v: Value) -> R {
    if !is_proxy(v) {
        return Ok(v);
    }
    match own(v).get() {
        Some(o) => Ok(o),
        None => Err(gone(th)),
    }
}

fn call(th: &mut Thread, v: Value, args: &[Value], kwnames: Option<Value>) -> R {
    let o = target(th, v)?;
    ops::call::call(th, o, args, kwnames)
}

fn binary(th: &mut Thread, a: Value, b: Value, op: BinOp) -> R {
    let (a, b) = (target(th, a)?, target(th, b)?);
    ops::binary_op(th, a, b, op)
}

fn inplace(th: &mut Thread, a: Value, b: Value, op: BinOp) -> R {
    let (a, b) = (target(th, a)?, target(th, b)?);
    ops::inplace_op(th, a, b, op)
}

/// A unary slot of the referent, found by the name of its method for the error.
fn unary(
    th: &mut Thread,
    v: Value,
    slot: fn(&Slots) -> Option<crate::core::ty::UnaryFn>,
    what: &str,
) -> R {
    let o = target(th, v)?;
    match slot(o.type_of().slots()) {
        Some(f) => f(th, o),
        None => {
            let name = o.type_of().name();
            Err(th.type_error(format_args!("bad operand type for {what}: '{name}'")))
        }
    }
}

fn power(th: &mut Thread, a: Value, b: Value, m: Value) -> R {
    let (a, b, m) = (target(th, a)?, target(th, b)?, target(th, m)?);
    ops::power(th, a, b, m)
}

fn compare(th: &mut Thread, a: Value, b: Value, op: CompareOp) -> R {
    let (a, b) = (target(th, a)?, target(th, b)?);
    ops::compare::compare(th, a, b, op)
}

fn repr(th: &mut Thread, v: Value) -> R {
    let at = v.word();
    let text = match own(v).get() {
        None => format!("<weakproxy at {at:#x}; dead>"),
        Some(o) => {
            let ty = full_type_name(th, o.type_of());
            format!("<weakproxy at {at:#x}; to '{ty}' at {:#x}>", o.word())
        }
    };
    Str::new(th, &text).map(|s| Value::from_ref(s))
}

const SLOTS: Slots = Slots {
    repr: Some(repr),
    str: Some(|th, v| {
        let o = target(th, v)?;
        ops::str(th, o).map(|s| Value::from_ref(s))
    }),
    hash: Some(ops::hash_not_implemented),
    getattro: Some(|th, v, name| {
        let o = target(th, v)?;
        let name = crate::attr::attr_name(th, name)?;
        crate::attr::getattr(th, o, name)
    }),
    setattro: Some(|th, v, name, x| {
        let o = target(th, v)?;
        let name = crate::attr::attr_name(th, name)?;
        crate::attr::setattr(th, o, name, x)
    }),
    richcompare: Some(compare),
    iter: Some(|th, v| {
        let o = target(th, v)?;
        ops::iter::iter(th, o)
    }),
    iternext: Some(|th, v| {
        let o = target(th, v)?;
        match o.type_of().slots().iternext {
            Some(f) => f(th, o),
            None => {
                let name = o.type_of().name();
                Err(th.type_error(format_args!(
                    "Weakref proxy referenced a non-iterator '{name}' object"
                )))
            }
        }
    }),
    bool: Some(|th, v| {
        let o = target(th, v)?;
        ops::is_true(th, o)
    }),
    add: Some(|th, a, b| binary(th, a, b, BinOp::Add)),
    subtract: Some(|th, a, b| binary(th, a, b, BinOp::Subtract)),
    multiply: Some(|th, a, b| binary(th, a, b, BinOp::Multiply)),
    remainder: Some(|th, a, b| binary(th, a, b, BinOp::Remainder)),
    divmod: Some(|th, a, b| {
        let (a, b) = (target(th, a)?, target(th, b)?);
        ops::divmod(th, a, b)
    }),
    power: Some(power),
    negative: Some(|th, v| unary(th, v, |s| s.negative, "unary -")),
    positive: Some(|th, v| unary(th, v, |s| s.positive, "unary +")),
    absolute: Some(|th, v| unary(th, v, |s| s.absolute, "abs()")),
    invert: Some(|th, v| unary(th, v, |s| s.invert, "unary ~")),
    lshift: Some(|th, a, b| binary(th, a, b, BinOp::Lshift)),
    rshift: Some(|th, a, b| binary(th, a, b, BinOp::Rshift)),
    and: Some(|th, a, b| binary(th, a, b, BinOp::And)),
    xor: Some(|th, a, b| binary(th, a, b, BinOp::Xor)),
    or: Some(|th, a, b| binary(th, a, b, BinOp::Or)),
    int: Some(|th, v| unary(th, v, |s| s.int, "int()")),
    float: Some(|th, v| unary(th, v, |s| s.float, "float()")),
    index: Some(|th, v| {
        let o = target(th, v)?;
        ops::index(th, o)
    }),
    floor_divide: Some(|th, a, b| binary(th, a, b, BinOp::FloorDivide)),
    true_divide: Some(|th, a, b| binary(th, a, b, BinOp::TrueDivide)),
    matrix_multiply: Some(|th, a, b| binary(th, a, b, BinOp::MatrixMultiply)),
    inplace_add: Some(|th, a, b| inplace(th, a, b, BinOp::Add)),
    inplace_subtract: Some(|th, a, b| inplace(th, a, b, BinOp::Subtract)),
    inplace_multiply: Some(|th, a, b| inplace(th, a, b, BinOp::Multiply)),
    inplace_remainder: Some(|th, a, b| inplace(th, a, b, BinOp::Remainder)),
    inplace_lshift: Some(|th, a, b| inplace(th, a, b, BinOp::Lshift)),
    inplace_rshift: Some(|th, a, b| inplace(th, a, b, BinOp::Rshift)),
    inplace_and: Some(|th, a, b| inplace(th, a, b, BinOp::And)),
    inplace_xor: Some(|th, a, b| inplace(th, a, b, BinOp::Xor)),
    inplace_or: Some(|th, a, b| inplace(th, a, b, BinOp::Or)),
    inplace_floor_divide: Some(|th, a, b| inplace(th, a, b, BinOp::FloorDivide)),
    inplace_true_divide: Some(|th, a, b| inplace(th, a, b, BinOp::TrueDivide)),
    inplace_matrix_multiply: Some(|th, a, b| inplace(th, a, b, BinOp::MatrixMultiply)),
    len: Some(|th, v| {
        let o = target(th, v)?;
        ops::len(th, o)
    }),
    getitem: Some(|th, v, k| {
        let o = target(th, v)?;
        ops::getitem(th, o, k)
    }),
    setitem: Some(|th, v, k, x| {
        let o = target(th, v)?;
        match x {
            Some(x) => ops::setitem(th, o, k, x),
            None => ops::delitem(th, o, k),
        }
    }),
    contains: Some(|th, v, x| {
        let o = target(th, v)?;
        ops::contains(th, o, x)
    }),
    ..Slots::NONE
};

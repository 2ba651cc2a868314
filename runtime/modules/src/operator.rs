//! `_operator`: the operators as functions, and callables that fetch items, fetch attributes or call methods.

use heddle_object::heap::RootVec;
use heddle_object::ops::{self, BinOp};
use heddle_object::types::getters::{ATTR_GETTER, ITEM_GETTER, METHOD_CALLER};
use heddle_object::types::{Str, int};
use heddle_object::{Args, CompareOp, MethodDef, ModuleDef, R, Thread, Value};

/// The module.
pub static MODULE: ModuleDef = ModuleDef {
    name: "_operator",
    doc: "Operator interface.\n\nThis module exports a set of functions implemented in C corresponding\nto the intrinsic \
          operators of Python.  For example, operator.add(x, y)\nis equivalent to the expression x+y.",
    methods: &ALL,
    types: &[&ITEM_GETTER, &ATTR_GETTER, &METHOD_CALLER],
    ..ModuleDef::DEFAULT
};

macro_rules! one {
    ($($name:literal $doc:literal $f:expr;)*) => {
        const ONE: &[MethodDef] = &[$(
            MethodDef::one($name, |th, _, a| { let f: fn(&mut Thread, Value) -> R = $f; f(th, a) },
                concat!($name, "($module, a, /)\n--\n\n", $doc))
        ),*];
    };
}

macro_rules! two {
    ($($name:literal $doc:literal $f:expr;)*) => {
        const TWO: &[MethodDef] = &[$(
            MethodDef::fast($name, 2, 2,
                |th, _, args| { let f: fn(&mut Thread, Value, Value) -> R = $f; f(th, args[0], args[1]) },
                concat!($name, "($module, a, b, /)\n--\n\n", $doc))
        ),*];
    };
}

one! {
    "truth" "Return True if a is true, False otherwise." |th, a| ops::is_true(th, a).map(Value::bool);
    "not_" "Same as not a." |th, a| ops::is_true(th, a).map(|t| Value::bool(!t));
    "is_none" "Same as a is None." |_, a| Ok(Value::bool(a.is_none()));
    "is_not_none" "Same as a is not None." |_, a| Ok(Value::bool(!a.is_none()));
    "neg" "Same as -a." ops::negative;
    "pos" "Same as +a." ops::positive;
    "abs" "Same as abs(a)." ops::absolute;
    "inv" "Same as ~a." ops::invert;
    "invert" "Same as ~a." ops::invert;
    "index" "Same as a.__index__()" |th, a| { let i = ops::index(th, a)?; int::exact(th, i) };
}

two! {
    "is_" "Same as a is b." |_, a, b| Ok(Value::bool(a == b));
    "is_not" "Same as a is not b." |_, a, b| Ok(Value::bool(a != b));
    "add" "Same as a + b." |th, a, b| ops::binary_op(th, a, b, BinOp::Add);
    "sub" "Same as a - b." |th, a, b| ops::binary_op(th, a, b, BinOp::Subtract);
    "mul" "Same as a * b." |th, a, b| ops::binary_op(th, a, b, BinOp::Multiply);
    "matmul" "Same as a @ b." |th, a, b| ops::binary_op(th, a, b, BinOp::MatrixMultiply);
    "floordiv" "Same as a // b." |th, a, b| ops::binary_op(th, a, b, BinOp::FloorDivide);
    "truediv" "Same as a / b." |th, a, b| ops::binary_op(th, a, b, BinOp::TrueDivide);
    "mod" "Same as a % b." |th, a, b| ops::binary_op(th, a, b, BinOp::Remainder);
    "lshift" "Same as a << b." |th, a, b| ops::binary_op(th, a, b, BinOp::Lshift);
    "rshift" "Same as a >> b." |th, a, b| ops::binary_op(th, a, b, BinOp::Rshift);
    "and_" "Same as a & b." |th, a, b| ops::binary_op(th, a, b, BinOp::And);
    "xor" "Same as a ^ b." |th, a, b| ops::binary_op(th, a, b, BinOp::Xor);
    "or_" "Same as a | b." |th, a, b| ops::binary_op(th, a, b, BinOp::Or);
    "pow" "Same as a ** b." |th, a, b| ops::power(th, a, b, Value::none());
    "iadd" "Same as a += b." |th, a, b| ops::inplace_op(th, a, b, BinOp::Add);
    "isub" "Same as a -= b." |th, a, b| ops::inplace_op(th, a, b, BinOp::Subtract);
    "imul" "Same as a *= b." |th, a, b| ops::inplace_op(th, a, b, BinOp::Multiply);
    "imatmul" "Same as a @= b." |th, a, b| ops::inplace_op(th, a, b, BinOp::MatrixMultiply);
    "ifloordiv" "Same as a //= b." |th, a, b| ops::inplace_op(th, a, b, BinOp::FloorDivide);
    "itruediv" "Same as a /= b." |th, a, b| ops::inplace_op(th, a, b, BinOp::TrueDivide);
    "imod" "Same as a %= b." |th, a, b| ops::inplace_op(th, a, b, BinOp::Remainder);
    "ilshift" "Same as a <<= b." |th, a, b| ops::inplace_op(th, a, b, BinOp::Lshift);
    "irshift" "Same as a >>= b." |th, a, b| ops::inplace_op(th, a, b, BinOp::Rshift);
    "iand" "Same as a &= b." |th, a, b| ops::inplace_op(th, a, b, BinOp::And);
    "ixor" "Same as a ^= b." |th, a, b| ops::inplace_op(th, a, b, BinOp::Xor);
    "ior" "Same as a |= b." |th, a, b| ops::inplace_op(th, a, b, BinOp::Or);
    "ipow" "Same as a **= b." |th, a, b| ops::inplace_op(th, a, b, BinOp::Power);
    "concat" "Same as a + b, for a and b sequences." |th, a, b| concat(th, a, b, BinaryKind::Plain);
    "iconcat" "Same as a += b, for a and b sequences." |th, a, b| concat(th, a, b, BinaryKind::InPlace);
    "contains" "Same as b in a (note reversed operands)." |th, a, b| ops::contains(th, a, b).map(Value::bool);
    "indexOf" "Return the first index of b in a." index_of;
    "countOf" "Return the number of items in a which are, or which equal, b." count_of;
    "getitem" "Same as a[b]." ops::getitem;
    "delitem" "Same as del a[b]." |th, a, b| ops::delitem(th, a, b).map(|()| Value::none());
    "eq" "Same as a == b." |th, a, b| ops::compare(th, a, b, CompareOp::Eq);
    "ne" "Same as a != b." |th, a, b| ops::compare(th, a, b, CompareOp::Ne);
    "lt" "Same as a < b." |th, a, b| ops::compare(th, a, b, CompareOp::Lt);
    "le" "Same as a <= b." |th, a, b| ops::compare(th, a, b, CompareOp::Le);
    "gt" "Same as a > b." |th, a, b| ops::compare(th, a, b, CompareOp::Gt);
    "ge" "Same as a >= b." |th, a, b| ops::compare(th, a, b, CompareOp::Ge);
    "_compare_digest" "Return 'a == b'.\n\nThis function uses an approach designed to prevent\ntiming analysis, making it appropriate for cryptography." compare_digest;
}

const OTHERS: &[MethodDef] = &[
    MethodDef::fast(
        "setitem",
        3,
        3,
        setitem,
        "setitem($module, a, b, c, /)\n--\n\nSame as a[b] = c.",
    ),
    MethodDef::fast(
        "length_hint",
        1,
        2,
        length_hint,
        "length_hint($module, obj, default=0, /)\n--\n\nReturn an estimate of the number of items in obj.",
    ),
    MethodDef::kw(
        "call",
        call,
        "call($module, obj, /, *args, **kwargs)\n--\n\nSame as obj(*args, **kwargs).",
    ),
];

static ALL: [MethodDef; ONE.len() + TWO.len() + OTHERS.len()] =
    crate::math::concat(&[ONE, TWO, OTHERS]);

enum BinaryKind {
    Plain,
    InPlace,
}

fn concat(th: &mut Thread, a: Value, b: Value, kind: BinaryKind) -> R {
    for v in [a, b] {
        let slots = v.type_of().slots();
        if slots.concat.is_none() && !ops::is_sequence(v) {
            let tn = v.type_of().name();
            return Err(th.type_error(format_args!("'{tn}' object can't be concatenated")));
        }
    }
    match kind {
        BinaryKind::Plain => ops::binary_op(th, a, b, BinOp::Add),
        BinaryKind::InPlace => ops::inplace_op(th, a, b, BinOp::Add),
    }
}

fn index_of(th: &mut Thread, a: Value, b: Value) -> R {
    let it = ops::iter(th, a)?;
    let mut at = 0;
    while let Some(v) = ops::next(th, it)? {
        if ops::equal(th, v, b)? {
            return int::from_usize(th, at);
        }
        at += 1;
    }
    Err(th.value_error(format_args!("sequence.index(x): x not in sequence")))
}

fn count_of(th: &mut Thread, a: Value, b: Value) -> R {
    let it = ops::iter(th, a)?;
    let mut count = 0;
    while let Some(v) = ops::next(th, it)? {
        count += ops::equal(th, v, b)? as usize;
    }
    int::from_usize(th, count)
}

fn setitem(th: &mut Thread, _: Value, args: &[Value]) -> R {
    ops::setitem(th, args[0], args[1], args[2])?;
    Ok(Value::none())
}

fn length_hint(th: &mut Thread, _: Value, args: &[Value]) -> R {
    let default = match args.get(1) {
        Some(v) => {
            if !int::check(*v) {
                let tn = v.type_of().name();
                return Err(th.type_error(format_args!(
                    "'{tn}' object cannot be interpreted as an integer"
                )));
            }
            int::as_isize(th, *v)?
        }
        None => 0,
    };
    // A negative default comes back as it is.
    match usize::try_from(default) {
        Ok(default) => {
            let n = ops::length_hint(th, args[0], default)?;
            int::from_usize(th, n)
        }
        Err(_) => {
            let n = ops::length_hint(th, args[0], usize::MAX)?;
            if n == usize::MAX { int::from_i64(th, default as i64) } else { int::from_usize(th, n) }
        }
    }
}

fn call(th: &mut Thread, _: Value, args: &Args) -> R {
    let Some((f, rest)) = args.pos.split_first() else {
        return Err(th.type_error(format_args!("call expected at least 1 argument, got 0")));
    };
    let mut flat = RootVec::with(th, rest);
    flat.extend(args.kwvalues);
    ops::call(th, *f, flat.as_slice(), args.kwnames().map(|t| Value::from_ref(t)))
}

fn compare_digest(th: &mut Thread, a: Value, b: Value) -> R {
    let bytes = match (a.cast::<Str>(), b.cast::<Str>()) {
        (Some(x), Some(y)) => {
            if !x.is_ascii() || !y.is_ascii() {
                return Err(th.type_error(format_args!(
                    "comparing strings with non-ASCII characters is not supported"
                )));
            }
            Some((x.data().to_vec(), y.data().to_vec()))
        }
        (None, None) => {
            match (int::new::bytes_like(th, a, false)?, int::new::bytes_like(th, b, false)?) {
                (Some(x), Some(y)) => Some((x, y)),
                _ => None,
            }
        }
        _ => None,
    };
    let Some((x, y)) = bytes else {
        let (ta, tb) = (a.type_of().name(), b.type_of().name());
        return Err(th.type_error(format_args!(
            "unsupported operand types(s) or combination of types: '{ta}' and '{tb}'"
        )));
    };
    // The time depends on the length of the second operand only.
    let same_length = x.len() == y.len();
    let left = if same_length { &x } else { &y };
    let difference = left
        .iter()
        .zip(&y)
        .fold(!same_length as u8, |acc, (p, q)| acc | std::hint::black_box(p ^ q));
    Ok(Value::bool(difference == 0))
}

//! Arithmetic operators: the dance of left, right and reflected methods.

use crate::core::thread::Thread;
use crate::core::ty::{BinaryFn, Slots, TernaryFn};
use crate::core::value::Value;
use crate::error::{R, Raised};

/// A binary operator. Numbers are those of the `BINARY_OP` instruction; in-place forms are 13 more.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
#[allow(missing_docs)]
pub enum BinOp {
    Add = 0,
    And = 1,
    FloorDivide = 2,
    Lshift = 3,
    MatrixMultiply = 4,
    Multiply = 5,
    Remainder = 6,
    Or = 7,
    Power = 8,
    Rshift = 9,
    Subtract = 10,
    TrueDivide = 11,
    Xor = 12,
}

impl BinOp {
    /// The operator of a `BINARY_OP` argument, and whether it is in place; nothing for subscription (26).
    pub fn from_oparg(oparg: u32) -> Option<(BinOp, bool)> {
        use BinOp::*;
        const ALL: [BinOp; 13] = [
            Add,
            And,
            FloorDivide,
            Lshift,
            MatrixMultiply,
            Multiply,
            Remainder,
            Or,
            Power,
            Rshift,
            Subtract,
            TrueDivide,
            Xor,
        ];
        match oparg as usize {
            i @ 0..=12 => Some((ALL[i], false)),
            i @ 13..=25 => Some((ALL[i - 13], true)),
            _ => None,
        }
    }

    /// Source form.
    pub fn symbol(self) -> &'static str {
        ["+", "&", "//", "<<", "@", "*", "%", "|", "** or pow()", ">>", "-", "/", "^"]
            [self as usize]
    }

    #[inline(always)]
    fn slot(self, s: &Slots) -> Option<BinaryFn> {
        match self {
            BinOp::Add => s.add,
            BinOp::And => s.and,
            BinOp::FloorDivide => s.floor_divide,
            BinOp::Lshift => s.lshift,
            BinOp::MatrixMultiply => s.matrix_multiply,
            BinOp::Multiply => s.multiply,
            BinOp::Remainder => s.remainder,
            BinOp::Or => s.or,
            BinOp::Power => None,
            BinOp::Rshift => s.rshift,
            BinOp::Subtract => s.subtract,
            BinOp::TrueDivide => s.true_divide,
            BinOp::Xor => s.xor,
        }
    }

    #[inline(always)]
    fn inplace_slot(self, s: &Slots) -> Option<BinaryFn> {
        match self {
            BinOp::Add => s.inplace_add,
            BinOp::And => s.inplace_and,
            BinOp::FloorDivide => s.inplace_floor_divide,
            BinOp::Lshift => s.inplace_lshift,
            BinOp::MatrixMultiply => s.inplace_matrix_multiply,
            BinOp::Multiply => s.inplace_multiply,
            BinOp::Remainder => s.inplace_remainder,
            BinOp::Or => s.inplace_or,
            BinOp::Power => None,
            BinOp::Rshift => s.inplace_rshift,
            BinOp::Subtract => s.inplace_subtract,
            BinOp::TrueDivide => s.inplace_true_divide,
            BinOp::Xor => s.inplace_xor,
        }
    }
}

/// The two number slots in CPython's order; `NotImplemented` when neither knows.
fn binary_op1(th: &mut Thread, a: Value, b: Value, op: BinOp) -> R {
    let (ta, tb) = (a.type_of(), b.type_of());
    let fa = op.slot(ta.slots());
    let mut fb = if std::ptr::eq(ta, tb) { None } else { op.slot(tb.slots()) };
    if let (Some(x), Some(y)) = (fa, fb)
        && std::ptr::fn_addr_eq(x, y)
    {
        fb = None;
    }
    if let Some(f) = fa {
        if let Some(g) = fb
            && tb.is_subtype(ta)
        {
            let r = g(th, a, b)?;
            if !r.is_not_implemented() {
                return Ok(r);
            }
            fb = None;
        }
        let r = f(th, a, b)?;
        if !r.is_not_implemented() {
            return Ok(r);
        }
    }
    match fb {
        Some(g) => g(th, a, b),
        None => Ok(Value::not_implemented()),
    }
}

/// `a op b`
pub fn binary_op(th: &mut Thread, a: Value, b: Value, op: BinOp) -> R {
    if op == BinOp::Power {
        return power(th, a, b, Value::none());
    }
    let r = binary_op1(th, a, b, op)?;
    if !r.is_not_implemented() {
        return Ok(r);
    }
    match sequence_op(th, a, b, op, false)? {
        Some(r) => Ok(r),
        None => Err(bad_operands(th, a, b, op.symbol())),
    }
}

/// `a op= b`
pub fn inplace_op(th: &mut Thread, a: Value, b: Value, op: BinOp) -> R {
    if op == BinOp::Power {
        if let Some(f) = a.type_of().slots().inplace_power {
            let r = f(th, a, b, Value::none())?;
            if !r.is_not_implemented() {
                return Ok(r);
            }
        }
        return ternary_power(th, a, b, Value::none(), "**=");
    }
    if let Some(f) = op.inplace_slot(a.type_of().slots()) {
        let r = f(th, a, b)?;
        if !r.is_not_implemented() {
            return Ok(r);
        }
    }
    let r = binary_op1(th, a, b, op)?;
    if !r.is_not_implemented() {
        return Ok(r);
    }
    match sequence_op(th, a, b, op, true)? {
        Some(r) => Ok(r),
        None => {
            let s = format!("{}=", op.symbol());
            Err(bad_operands(th, a, b, &s))
        }
    }
}

/// Concatenation and repetition of sequences, after the number slots.
fn sequence_op(th: &mut Thread, a: Value, b: Value, op: BinOp, inplace: bool) -> R<Option<Value>> {
    let (sa, sb) = (a.type_of().slots(), b.type_of().slots());
    match op {
        BinOp::Add => {
            let f = if inplace { sa.inplace_concat.or(sa.concat) } else { sa.concat };
            f.map(|f| f(th, a, b)).transpose()
        }
        BinOp::Multiply => {
            let f = if inplace { sa.inplace_repeat.or(sa.repeat) } else { sa.repeat };
            if let Some(f) = f {
                return repeat(th, f, a, b).map(Some);
            }
            if let Some(f) = sb.repeat {
                return repeat(th, f, b, a).map(Some);
            }
            Ok(None)
        }
        _ => Ok(None),
    }
}

fn repeat(th: &mut Thread, f: BinaryFn, seq: Value, count: Value) -> R {
    match crate::ops::index_opt(th, count)? {
        Some(i) => f(th, seq, i),
        None => {
            let tn = count.type_of().name();
            Err(th.type_error(format_args!("can't multiply sequence by non-int of type '{tn}'")))
        }
    }
}

#[cold]
#[inline(never)]
fn bad_operands(th: &mut Thread, a: Value, b: Value, op: &str) -> Raised {
    let (ta, tb) = (a.type_of().name(), b.type_of().name());
    th.type_error(format_args!("unsupported operand type(s) for {op}: '{ta}' and '{tb}'"))
}

/// `pow(a, b, m)`; `m` is None for `a ** b`.
pub fn power(th: &mut Thread, a: Value, b: Value, m: Value) -> R {
    ternary_power(th, a, b, m, "** or pow()")
}

fn ternary_power(th: &mut Thread, a: Value, b: Value, m: Value, symbol: &str) -> R {
    let (ta, tb) = (a.type_of(), b.type_of());
    let fa = ta.slots().power;
    let mut fb = if std::ptr::eq(ta, tb) { None } else { tb.slots().power };
    let same = |x: Option<TernaryFn>, y: Option<TernaryFn>| match (x, y) {
        (Some(x), Some(y)) => std::ptr::fn_addr_eq(x, y),
        _ => false,
    };
    if same(fa, fb) {
        fb = None;
    }
    if let Some(f) = fa {
        if let Some(g) = fb
            && tb.is_subtype(ta)
        {
            let r = g(th, a, b, m)?;
            if !r.is_not_implemented() {
                return Ok(r);
            }
            fb = None;
        }
        let r = f(th, a, b, m)?;
        if !r.is_not_implemented() {
            return Ok(r);
        }
    }
    if let Some(g) = fb {
        let r = g(th, a, b, m)?;
        if !r.is_not_implemented() {
            return Ok(r);
        }
    }
    if !m.is_none() {
        let fm = m.type_of().slots().power;
        if fm.is_some() && !same(fm, fa) && !same(fm, fb) {
            let r = fm.map(|f| f(th, a, b, m)).unwrap_or(Ok(Value::not_implemented()))?;
            if !r.is_not_implemented() {
                return Ok(r);
            }
        }
        let (na, nb, nm) = (ta.name(), tb.name(), m.type_of().name());
        return Err(th.type_error(format_args!(
            "unsupported operand type(s) for ** or pow(): '{na}', '{nb}', '{nm}'"
        )));
    }
    Err(bad_operands(th, a, b, symbol))
}

/// `divmod(a, b)`
pub fn divmod(th: &mut Thread, a: Value, b: Value) -> R {
    let (ta, tb) = (a.type_of(), b.type_of());
    let fa = ta.slots().divmod;
    let fb = if std::ptr::eq(ta, tb) { None } else { tb.slots().divmod };
    let first_b = fb.is_some() && tb.is_subtype(ta);
    let order = if first_b { [fb, fa] } else { [fa, fb] };
    for f in order.into_iter().flatten() {
        let r = f(th, a, b)?;
        if !r.is_not_implemented() {
            return Ok(r);
        }
    }
    Err(bad_operands(th, a, b, "divmod()"))
}

macro_rules! unary {
    ($($(#[$d:meta])* $name:ident, $slot:ident, $sym:literal;)*) => {$(
        $(#[$d])*
        pub fn $name(th: &mut Thread, v: Value) -> R {
            match v.type_of().slots().$slot {
                Some(f) => f(th, v),
                None => {
                    let tn = v.type_of().name();
                    Err(th.type_error(format_args!(concat!("bad operand type for ", $sym, ": '{}'"), tn)))
                }
            }
        }
    )*};
}

unary! {
    /// `-v`
    negative, negative, "unary -";
    /// `+v`
    positive, positive, "unary +";
    /// `~v`
    invert, invert, "unary ~";
    /// `abs(v)`
    absolute, absolute, "abs()";
}

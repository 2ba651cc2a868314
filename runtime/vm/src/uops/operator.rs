//! Arithmetic, comparison, truth, subscription.
//!
//! Small integers are kept shifted with the low bit set, so sums and differences work on whole words, and a 64-bit
//! overflow is a 63-bit overflow. What does not fit, and every operand that a form does not expect, goes the generic way.

use super::{Ctl, adapt, body, tri};
use crate::frame::Stack;
use crate::thread::VmThread;
use heddle_object::core::ty::flags;
use heddle_object::ops::binary::BinOp;
use heddle_object::types::float;
use heddle_object::types::{Dict, List, Str, Tuple};
use heddle_object::{CompareOp, R, Value, ops};
use heddle_tlbc::cache::{Layout, ToBoolCache};
use heddle_tlbc::defs::operands::{
    COMPARE_BOOL, COMPARE_EQUAL, COMPARE_GREATER, COMPARE_LESS, COMPARE_UNORDERED,
};

/// Both operands of a form for small integers.
macro_rules! ints {
    ($r:ident, $x:ident, $y:ident) => {
        let ($x, $y) = ($r.peek(2), $r.peek(1));
        if !Value::both_small_int($x, $y) {
            return Ctl::Deopt;
        }
    };
}

/// Both operands of a form for floats held in words.
macro_rules! floats {
    ($r:ident, $x:ident, $y:ident) => {
        let (vx, vy) = ($r.peek(2), $r.peek(1));
        let ($x, $y) = if vx.is_flonum() && vy.is_flonum() {
            (vx.as_flonum_unchecked(), vy.as_flonum_unchecked())
        } else {
            match (exact_float(vx), exact_float(vy)) {
                (Some(x), Some(y)) => (x, y),
                _ => return Ctl::Deopt,
            }
        };
    };
}

/// Replaces two operands by a float.
macro_rules! put_float {
    ($r:ident, $th:ident, $f:expr) => {{
        let f: f64 = $f;
        match Value::try_flonum(f) {
            Some(v) => $r.replace(2, v),
            None => {
                $r.save();
                let v = tri!(boxed_float($th, f));
                $r.replace(2, v);
            }
        }
        Ctl::Next
    }};
}

body! {
    BinaryOp |r, th, a| {
        adapt!(r, th, a, crate::specialize::binary_op::specialize);
        r.save();
        let v = tri!(binary_op(th, r.sp, a));
        r.replace(2, v);
        Ctl::Next
    }
    BinaryOpAddInt |r, th, a| {
        ints!(r, x, y);
        match (x.word() as i64).checked_add(y.word() as i64 - 1) {
            // SAFETY: the low bit stays set.
            Some(w) => { r.replace(2, unsafe { Value::from_word(w as u64) }); Ctl::Next }
            None => Ctl::Deopt,
        }
    }
    BinaryOpSubtractInt |r, th, a| {
        ints!(r, x, y);
        match (x.word() as i64).checked_sub(y.word() as i64 - 1) {
            // SAFETY: the low bit stays set.
            Some(w) => { r.replace(2, unsafe { Value::from_word(w as u64) }); Ctl::Next }
            None => Ctl::Deopt,
        }
    }
    BinaryOpMultiplyInt |r, th, a| {
        ints!(r, x, y);
        match (x.word() as i64 - 1).checked_mul(y.word() as i64 >> 1) {
            // SAFETY: the product is even, so the low bit is set.
            Some(w) => { r.replace(2, unsafe { Value::from_word(w as u64 | 1) }); Ctl::Next }
            None => Ctl::Deopt,
        }
    }
    BinaryOpFloordivInt |r, th, a| {
        ints!(r, x, y);
        let (x, y) = (x.as_small_int_unchecked(), y.as_small_int_unchecked());
        if y == 0 {
            return Ctl::Deopt;
        }
        let q = x / y;
        let q = if x % y != 0 && (x < 0) != (y < 0) { q - 1 } else { q };
        match Value::try_small_int(q) {
            Some(v) => { r.replace(2, v); Ctl::Next }
            None => Ctl::Deopt,
        }
    }
    BinaryOpModInt |r, th, a| {
        ints!(r, x, y);
        let (x, y) = (x.as_small_int_unchecked(), y.as_small_int_unchecked());
        if y == 0 {
            return Ctl::Deopt;
        }
        let m = x % y;
        let m = if m != 0 && (m < 0) != (y < 0) { m + y } else { m };
        r.replace(2, Value::small_int(m));
        Ctl::Next
    }
    BinaryOpAndInt |r, th, a| {
        ints!(r, x, y);
        // SAFETY: both low bits are set.
        r.replace(2, unsafe { Value::from_word(x.word() & y.word()) });
        Ctl::Next
    }
    BinaryOpOrInt |r, th, a| {
        ints!(r, x, y);
        // SAFETY: both low bits are set.
        r.replace(2, unsafe { Value::from_word(x.word() | y.word()) });
        Ctl::Next
    }
    BinaryOpXorInt |r, th, a| {
        ints!(r, x, y);
        // SAFETY: the low bit is set.
        r.replace(2, unsafe { Value::from_word((x.word() ^ y.word()) | 1) });
        Ctl::Next
    }
    BinaryOpLshiftInt |r, th, a| {
        ints!(r, x, y);
        let (x, y) = (x.as_small_int_unchecked(), y.as_small_int_unchecked());
        if !(0..62).contains(&y) || (x << y) >> y != x {
            return Ctl::Deopt;
        }
        match Value::try_small_int(x << y) {
            Some(v) => { r.replace(2, v); Ctl::Next }
            None => Ctl::Deopt,
        }
    }
    BinaryOpRshiftInt |r, th, a| {
        ints!(r, x, y);
        let (x, y) = (x.as_small_int_unchecked(), y.as_small_int_unchecked());
        if y < 0 {
            return Ctl::Deopt;
        }
        r.replace(2, Value::small_int(x >> y.min(63)));
        Ctl::Next
    }
    BinaryOpAddFloat |r, th, a| { floats!(r, x, y); put_float!(r, th, x + y) }
    BinaryOpSubtractFloat |r, th, a| { floats!(r, x, y); put_float!(r, th, x - y) }
    BinaryOpMultiplyFloat |r, th, a| { floats!(r, x, y); put_float!(r, th, x * y) }
    BinaryOpTrueDivideFloat |r, th, a| {
        floats!(r, x, y);
        if y == 0.0 {
            return Ctl::Deopt;
        }
        put_float!(r, th, x / y)
    }
    BinaryOpAddUnicode |r, th, a| {
        if !(r.peek(2).is_exact::<Str>() && r.peek(1).is_exact::<Str>()) {
            return Ctl::Deopt;
        }
        r.save();
        let v = tri!(concat(th, r.sp));
        r.replace(2, v);
        Ctl::Next
    }
    BinaryOpInplaceAddUnicode |r, th, a| {
        // Strings never change, so there is nothing to do in place: the same as the plain form.
        if !(r.peek(2).is_exact::<Str>() && r.peek(1).is_exact::<Str>()) {
            return Ctl::Deopt;
        }
        r.save();
        let v = tri!(concat(th, r.sp));
        r.replace(2, v);
        Ctl::Next
    }
    BinaryOpSubscrListInt |r, th, a| {
        let (c, i) = (r.peek(2), r.peek(1));
        if !c.is_exact::<List>() || !i.is_small_int() {
            return Ctl::Deopt;
        }
        // SAFETY: tested just before.
        let l = unsafe { c.cast_unchecked::<List>() };
        let i = i.as_small_int_unchecked();
        let i = if i < 0 { i + l.len() as i64 } else { i };
        if i < 0 {
            return Ctl::Deopt;
        }
        match l.get(i as usize) {
            Some(v) => { r.replace(2, v); Ctl::Next }
            None => Ctl::Deopt,
        }
    }
    BinaryOpSubscrListSlice |r, th, a| {
        if !r.peek(2).is_exact::<List>() || !r.peek(1).is_exact::<heddle_object::types::slice::Slice>() {
            return Ctl::Deopt;
        }
        r.save();
        let v = tri!(subscr(th, r.sp));
        r.replace(2, v);
        Ctl::Next
    }
    BinaryOpSubscrTupleInt |r, th, a| {
        let (c, i) = (r.peek(2), r.peek(1));
        if !c.is_exact::<Tuple>() || !i.is_small_int() {
            return Ctl::Deopt;
        }
        // SAFETY: tested just before.
        let t = unsafe { c.cast_unchecked::<Tuple>() };
        let i = i.as_small_int_unchecked();
        let i = if i < 0 { i + t.len() as i64 } else { i };
        match t.as_slice().get(i as usize) {
            Some(v) if i >= 0 => { r.replace(2, *v); Ctl::Next }
            _ => Ctl::Deopt,
        }
    }
    BinaryOpSubscrStrInt |r, th, a| {
        let (c, i) = (r.peek(2), r.peek(1));
        if !c.is_exact::<Str>() || !i.is_small_int() {
            return Ctl::Deopt;
        }
        // SAFETY: tested just before.
        let s = unsafe { c.cast_unchecked::<Str>() };
        let i = i.as_small_int_unchecked();
        let i = if i < 0 { i + s.len() as i64 } else { i };
        if i < 0 || i as usize >= s.len() {
            return Ctl::Deopt;
        }
        r.save();
        let v = tri!(subscr(th, r.sp));
        r.replace(2, v);
        Ctl::Next
    }
    BinaryOpSubscrDict |r, th, a| {
        if !r.peek(2).is_exact::<Dict>() {
            return Ctl::Deopt;
        }
        r.save();
        let v = tri!(subscr_dict(th, r.sp));
        r.replace(2, v);
        Ctl::Next
    }
    BinaryOpExtend |r, th, a| {
        // Pairs of an int and a float in either order; the operator is in the argument.
        let (x, y) = (r.peek(2), r.peek(1));
        let (fx, fy) = match (x.as_small_int(), y.as_flonum(), x.as_flonum(), y.as_small_int()) {
            // Only integers that a float holds exactly: the conversion of others is checked by the generic way.
            (Some(i), Some(f), _, _) if i.unsigned_abs() <= 1 << 53 => (i as f64, f),
            (_, _, Some(f), Some(i)) if i.unsigned_abs() <= 1 << 53 => (f, i as f64),
            _ => return Ctl::Deopt,
        };
        match a % 13 {
            0 => put_float!(r, th, fx + fy),
            10 => put_float!(r, th, fx - fy),
            5 => put_float!(r, th, fx * fy),
            11 if fy != 0.0 => put_float!(r, th, fx / fy),
            _ => Ctl::Deopt,
        }
    }

    CompareOp |r, th, a| {
        adapt!(r, th, a, crate::specialize::operator::compare_op);
        r.save();
        let v = tri!(compare(th, r.sp, a));
        r.replace(2, v);
        Ctl::Next
    }
    CompareOpInt |r, th, a| {
        ints!(r, x, y);
        let (x, y) = (x.word() as i64, y.word() as i64);
        let outcome = if x < y { COMPARE_LESS } else if x == y { COMPARE_EQUAL } else { COMPARE_GREATER };
        r.replace(2, Value::bool(a & outcome != 0));
        Ctl::Next
    }
    CompareOpFloat |r, th, a| {
        floats!(r, x, y);
        let outcome = if x < y {
            COMPARE_LESS
        } else if x == y {
            COMPARE_EQUAL
        } else if x > y {
            COMPARE_GREATER
        } else {
            COMPARE_UNORDERED
        };
        r.replace(2, Value::bool(a & outcome != 0));
        Ctl::Next
    }
    CompareOpStr |r, th, a| {
        let (x, y) = (r.peek(2), r.peek(1));
        if !(x.is_exact::<Str>() && y.is_exact::<Str>()) {
            return Ctl::Deopt;
        }
        // SAFETY: tested just before.
        let equal = x == y || unsafe { x.cast_unchecked::<Str>().eq(y.cast_unchecked::<Str>()) };
        let outcome = if equal { COMPARE_EQUAL } else { COMPARE_LESS };
        r.replace(2, Value::bool(a & outcome != 0));
        Ctl::Next
    }
    IsOp |r, th, a| {
        let same = identical(r.peek(2), r.peek(1));
        r.replace(2, Value::bool(same != (a != 0)));
        Ctl::Next
    }
    ContainsOp |r, th, a| {
        adapt!(r, th, a, crate::specialize::operator::contains_op);
        r.save();
        let found = tri!(contains(th, r.sp));
        r.replace(2, Value::bool(found != (a & 1 != 0)));
        Ctl::Next
    }
    ContainsOpDict |r, th, a| {
        if !r.peek(1).is_exact::<Dict>() {
            return Ctl::Deopt;
        }
        r.save();
        let found = tri!(contains_dict(th, r.sp));
        r.replace(2, Value::bool(found != (a & 1 != 0)));
        Ctl::Next
    }
    ContainsOpSet |r, th, a| {
        if !crate::specialize::operator::is_exact_set(r.peek(1)) {
            return Ctl::Deopt;
        }
        r.save();
        let found = tri!(contains(th, r.sp));
        r.replace(2, Value::bool(found != (a & 1 != 0)));
        Ctl::Next
    }

    ToBool |r, th, a| {
        adapt!(r, th, a, crate::specialize::operator::to_bool);
        r.save();
        let t = tri!(truth(th, r.sp));
        r.replace(1, Value::bool(t));
        Ctl::Next
    }
    ToBoolBool |r, th, a| {
        let v = r.peek(1);
        if v.is_true_singleton() || v.is_false_singleton() { Ctl::Next } else { Ctl::Deopt }
    }
    ToBoolInt |r, th, a| {
        let v = r.peek(1);
        if !v.is_small_int() {
            return Ctl::Deopt;
        }
        r.replace(1, Value::bool(v != Value::small_int(0)));
        Ctl::Next
    }
    ToBoolList |r, th, a| {
        let v = r.peek(1);
        if !v.is_exact::<List>() {
            return Ctl::Deopt;
        }
        // SAFETY: tested just before.
        r.replace(1, Value::bool(unsafe { v.cast_unchecked::<List>() }.len() != 0));
        Ctl::Next
    }
    ToBoolNone |r, th, a| {
        if !r.peek(1).is_none() {
            return Ctl::Deopt;
        }
        r.replace(1, Value::bool(false));
        Ctl::Next
    }
    ToBoolStr |r, th, a| {
        let v = r.peek(1);
        if !v.is_exact::<Str>() {
            return Ctl::Deopt;
        }
        // SAFETY: tested just before.
        r.replace(1, Value::bool(unsafe { v.cast_unchecked::<Str>() }.len() != 0));
        Ctl::Next
    }
    ToBoolAlwaysTrue |r, th, a| {
        // SAFETY: a specialized instruction of this thread's copy.
        let c = unsafe { ToBoolCache::at(r.ip) };
        if r.peek(1).shape().version() != c.version() {
            return Ctl::Deopt;
        }
        r.replace(1, Value::bool(true));
        Ctl::Next
    }
    UnaryNot |r, th, a| {
        let v = r.peek(1);
        r.replace(1, Value::bool(v.is_false_singleton()));
        Ctl::Next
    }
    UnaryNegative |r, th, a| {
        r.save();
        let v = tri!(unary_negative(th, r.sp));
        r.replace(1, v);
        Ctl::Next
    }
    UnaryInvert |r, th, a| {
        r.save();
        let v = tri!(unary_invert(th, r.sp));
        r.replace(1, v);
        Ctl::Next
    }

    StoreSubscr |r, th, a| {
        adapt!(r, th, a, crate::specialize::operator::store_subscr);
        r.save();
        tri!(store_subscr(th, r.sp));
        r.drop(3);
        Ctl::Next
    }
    StoreSubscrListInt |r, th, a| {
        let (c, i) = (r.peek(2), r.peek(1));
        if !c.is_exact::<List>() || !i.is_small_int() {
            return Ctl::Deopt;
        }
        let i = i.as_small_int_unchecked();
        // SAFETY: tested just before.
        let l = unsafe { c.cast_unchecked::<List>() };
        let i = if i < 0 { i + l.len() as i64 } else { i };
        if i < 0 || !set_list_item(th, l, i as usize, r.peek(3)) {
            return Ctl::Deopt;
        }
        r.drop(3);
        Ctl::Next
    }
    StoreSubscrDict |r, th, a| {
        if !r.peek(2).is_exact::<Dict>() {
            return Ctl::Deopt;
        }
        r.save();
        tri!(store_subscr_dict(th, r.sp));
        r.drop(3);
        Ctl::Next
    }
    DeleteSubscr |r, th, a| {
        r.save();
        tri!(delete_subscr(th, r.sp));
        r.drop(2);
        Ctl::Next
    }
    BinarySlice |r, th, a| {
        r.save();
        let v = tri!(binary_slice(th, r.sp));
        r.replace(3, v);
        Ctl::Next
    }
    StoreSlice |r, th, a| {
        r.save();
        tri!(store_slice(th, r.sp));
        r.drop(4);
        Ctl::Next
    }
}

/// `x is y`: words that denote the same value are the same word, except floats too big for a word, which are objects.
#[inline(always)]
fn identical(x: Value, y: Value) -> bool {
    x == y
}

#[inline(never)]
fn exact_float(v: Value) -> Option<f64> {
    if float::check_exact(v) { float::float_of(v) } else { None }
}

#[inline(never)]
fn boxed_float(th: &mut VmThread, f: f64) -> R {
    float::new(&mut th.base, f)
}

#[inline(never)]
fn binary_op(th: &mut VmThread, sp: Stack, a: u32) -> R {
    let (x, y) = (sp.get(2), sp.get(1));
    match BinOp::from_oparg(a) {
        Some((op, false)) => ops::binary::binary_op(&mut th.base, x, y, op),
        Some((op, true)) => ops::binary::inplace_op(&mut th.base, x, y, op),
        None => ops::sequence::getitem(&mut th.base, x, y),
    }
}

#[inline(never)]
fn concat(th: &mut VmThread, sp: Stack) -> R {
    ops::binary::binary_op(&mut th.base, sp.get(2), sp.get(1), BinOp::Add)
}

#[inline(never)]
fn subscr(th: &mut VmThread, sp: Stack) -> R {
    ops::sequence::getitem(&mut th.base, sp.get(2), sp.get(1))
}

#[inline(never)]
fn subscr_dict(th: &mut VmThread, sp: Stack) -> R {
    // SAFETY: the caller tested it.
    let d = unsafe { sp.get(2).cast_unchecked::<Dict>() };
    match d.get_item(&mut th.base, sp.get(1))? {
        Some(v) => Ok(v),
        None => Err(th.base.key_error(sp.get(1))),
    }
}

#[inline(never)]
fn compare(th: &mut VmThread, sp: Stack, a: u32) -> R {
    const OPS: [CompareOp; 6] =
        [CompareOp::Lt, CompareOp::Le, CompareOp::Eq, CompareOp::Ne, CompareOp::Gt, CompareOp::Ge];
    let Some(op) = OPS.get((a >> 5) as usize) else {
        return Err(th.base.system_error(format_args!("bad comparison operator")));
    };
    let v = ops::compare::compare(&mut th.base, sp.get(2), sp.get(1), *op)?;
    if a & COMPARE_BOOL != 0 { Ok(Value::bool(ops::is_true(&mut th.base, v)?)) } else { Ok(v) }
}

#[inline(never)]
fn contains(th: &mut VmThread, sp: Stack) -> R<bool> {
    ops::sequence::contains(&mut th.base, sp.get(1), sp.get(2))
}

#[inline(never)]
fn contains_dict(th: &mut VmThread, sp: Stack) -> R<bool> {
    // SAFETY: the caller tested it.
    let d = unsafe { sp.get(1).cast_unchecked::<Dict>() };
    Ok(d.get_item(&mut th.base, sp.get(2))?.is_some())
}

#[inline(never)]
fn truth(th: &mut VmThread, sp: Stack) -> R<bool> {
    ops::is_true(&mut th.base, sp.get(1))
}

#[inline(never)]
fn unary_negative(th: &mut VmThread, sp: Stack) -> R {
    ops::binary::negative(&mut th.base, sp.get(1))
}

#[inline(never)]
fn unary_invert(th: &mut VmThread, sp: Stack) -> R {
    ops::binary::invert(&mut th.base, sp.get(1))
}

#[inline(never)]
fn store_subscr(th: &mut VmThread, sp: Stack) -> R<()> {
    ops::sequence::setitem(&mut th.base, sp.get(2), sp.get(1), sp.get(3))
}

#[inline(never)]
fn store_subscr_dict(th: &mut VmThread, sp: Stack) -> R<()> {
    // SAFETY: the caller tested it.
    let d = unsafe { sp.get(2).cast_unchecked::<Dict>() };
    d.set_item(&mut th.base, sp.get(1), sp.get(3))
}

#[inline(never)]
fn set_list_item(th: &mut VmThread, l: &'static List, i: usize, v: Value) -> bool {
    l.set(&mut th.base, i, v)
}

#[inline(never)]
fn delete_subscr(th: &mut VmThread, sp: Stack) -> R<()> {
    ops::sequence::delitem(&mut th.base, sp.get(2), sp.get(1))
}

#[inline(never)]
fn binary_slice(th: &mut VmThread, sp: Stack) -> R {
    let s = super::build::new_slice(&mut th.base, sp.get(2), sp.get(1), Value::none())?;
    ops::sequence::getitem(&mut th.base, sp.get(3), s)
}

#[inline(never)]
fn store_slice(th: &mut VmThread, sp: Stack) -> R<()> {
    let s = super::build::new_slice(&mut th.base, sp.get(2), sp.get(1), Value::none())?;
    ops::sequence::setitem(&mut th.base, sp.get(3), s, sp.get(4))
}

/// Whether instances of the value's type are true whatever they hold.
pub(crate) fn always_true(v: Value) -> bool {
    let t = v.type_of();
    t.has(flags::HEAPTYPE) && t.slots().bool.is_none() && t.slots().len.is_none()
}

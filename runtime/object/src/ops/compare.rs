//! Rich comparison.

use crate::core::thread::Thread;
use crate::core::ty::CompareOp;
use crate::core::value::Value;
use crate::error::R;
use crate::types::Str;

/// `a op b`
pub fn compare(th: &mut Thread, a: Value, b: Value, op: CompareOp) -> R {
    th.enter_call(" in comparison")?;
    let r = compare_inner(th, a, b, op);
    th.leave_call();
    r
}

fn compare_inner(th: &mut Thread, a: Value, b: Value, op: CompareOp) -> R {
    let (ta, tb) = (a.type_of(), b.type_of());
    let mut tried_b = false;
    if !std::ptr::eq(ta, tb)
        && let Some(f) = tb.slots().richcompare
        && tb.is_subtype(ta)
    {
        tried_b = true;
        let r = f(th, b, a, op.swapped())?;
        if !r.is_not_implemented() {
            return Ok(r);
        }
    }
    if let Some(f) = ta.slots().richcompare {
        let r = f(th, a, b, op)?;
        if !r.is_not_implemented() {
            return Ok(r);
        }
    }
    if !tried_b && let Some(f) = tb.slots().richcompare {
        let r = f(th, b, a, op.swapped())?;
        if !r.is_not_implemented() {
            return Ok(r);
        }
    }
    match op {
        CompareOp::Eq => Ok(Value::bool(a == b)),
        CompareOp::Ne => Ok(Value::bool(a != b)),
        _ => {
            let (ta, tb) = (ta.name(), tb.name());
            Err(th.type_error(format_args!(
                "'{}' not supported between instances of '{ta}' and '{tb}'",
                op.symbol()
            )))
        }
    }
}

/// `bool(a op b)`
pub fn compare_bool(th: &mut Thread, a: Value, b: Value, op: CompareOp) -> R<bool> {
    let r = compare(th, a, b, op)?;
    crate::ops::is_true(th, r)
}

/// `a is b or a == b`, as containers compare their items.
#[inline]
pub fn equal(th: &mut Thread, a: Value, b: Value) -> R<bool> {
    if a == b {
        return Ok(true);
    }
    if Value::both_small_int(a, b) {
        return Ok(false);
    }
    if a.is_exact::<Str>()
        && b.is_exact::<Str>()
        && let (Some(x), Some(y)) = (a.cast::<Str>(), b.cast::<Str>())
    {
        return Ok(x.eq(y));
    }
    compare_bool(th, a, b, CompareOp::Eq)
}

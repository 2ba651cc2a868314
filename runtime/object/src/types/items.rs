//! What `tuple` and `list` share: comparison, repr, search, bounds and repetition over indexed items.

use crate::core::thread::Thread;
use crate::core::ty::CompareOp;
use crate::core::value::Value;
use crate::error::R;
use crate::ops;
use crate::types::{Str, int};

/// Items by index. A list may change between two calls.
pub trait Items {
    /// Number of items now.
    fn count(&self) -> usize;
    /// Item `i`, if there is one now.
    fn item(&self, th: &mut Thread, i: usize) -> Option<Value>;
}

/// Lexicographic comparison. **Escapes:** yes (`__eq__` and the operator of the first pair that differs).
pub fn compare(th: &mut Thread, a: &impl Items, b: &impl Items, op: CompareOp) -> R {
    let mut i = 0;
    while let (Some(x), Some(y)) = (a.item(th, i), b.item(th, i)) {
        if !ops::equal(th, x, y)? {
            return match op {
                CompareOp::Eq => Ok(Value::bool(false)),
                CompareOp::Ne => Ok(Value::bool(true)),
                _ => ops::compare(th, x, y, op),
            };
        }
        i += 1;
    }
    Ok(Value::bool(op.holds(a.count().cmp(&b.count()))))
}

/// The reprs of all items, joined by commas. **Escapes:** yes.
pub fn repr_joined(th: &mut Thread, items: &impl Items, out: &mut String) -> R<()> {
    let mut i = 0;
    while let Some(x) = items.item(th, i) {
        if i != 0 {
            out.push_str(", ");
        }
        out.push_str(&ops::repr(th, x)?.to_string_lossy());
        i += 1;
    }
    Ok(())
}

/// `x in items`. **Escapes:** yes (`__eq__`).
pub fn contains(th: &mut Thread, items: &impl Items, x: Value) -> R<bool> {
    let mut i = 0;
    while let Some(y) = items.item(th, i) {
        if ops::equal(th, y, x)? {
            return Ok(true);
        }
        i += 1;
    }
    Ok(false)
}

/// `items.count(x)`. **Escapes:** yes.
pub fn count(th: &mut Thread, items: &impl Items, x: Value) -> R {
    let (mut i, mut n) = (0, 0);
    while let Some(y) = items.item(th, i) {
        n += ops::equal(th, y, x)? as i64;
        i += 1;
    }
    Ok(Value::small_int(n))
}

/// The first index of `args[0]` between `args[1]` and `args[2]`. **Escapes:** yes.
pub fn index(th: &mut Thread, items: &impl Items, args: &[Value]) -> R<Option<usize>> {
    let mut i = match args.get(1) {
        Some(v) => bound(th, *v, items.count())?,
        None => 0,
    };
    let stop = match args.get(2) {
        Some(v) => bound(th, *v, items.count())?,
        None => usize::MAX,
    };
    while i < stop
        && let Some(y) = items.item(th, i)
    {
        if ops::equal(th, y, args[0])? {
            return Ok(Some(i));
        }
        i += 1;
    }
    Ok(None)
}

/// A bound of `index`: negative ones count from the end.
fn bound(th: &mut Thread, v: Value, len: usize) -> R<usize> {
    if v.as_small_int().is_none() && !int::check(v) && v.type_of().slots().index.is_none() {
        return Err(th.type_error(format_args!(
            "slice indices must be integers or have an __index__ method"
        )));
    }
    let i = ops::index_clamped(th, v)?;
    Ok(if i < 0 { i.saturating_add(len as isize).max(0) as usize } else { i as usize })
}

/// A subscript as an index into `len` items; nothing when it is out of range.
#[inline]
pub fn place(i: isize, len: usize) -> Option<usize> {
    let i = if i < 0 { i + len as isize } else { i };
    (i >= 0 && (i as usize) < len).then_some(i as usize)
}

/// The count of a repetition, at least 0, and the number of items it makes of `len`.
///
/// **Errors:** OverflowError, MemoryError.
pub fn repeat_count(th: &mut Thread, n: Value, len: usize) -> R<(usize, usize)> {
    let Some(n) = int::to_i64(n) else {
        return if int::is_negative(n) {
            Ok((0, 0))
        } else {
            Err(th.overflow_error(format_args!("cannot fit 'int' into an index-sized integer")))
        };
    };
    let n = n.max(0) as usize;
    match len.checked_mul(n) {
        Some(total) if total < isize::MAX as usize / 8 => Ok((n, total)),
        _ => Err(th.memory_error()),
    }
}

/// A new string as a value.
pub fn text(th: &mut Thread, s: &str) -> R {
    Str::new(th, s).map(|s| Value::from_ref(s))
}

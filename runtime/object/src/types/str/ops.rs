//! The slots of `str`.

use super::{STR, Str};
use crate::core::thread::Thread;
use crate::core::ty::CompareOp;
use crate::core::value::Value;
use crate::error::{R, Raised};
use crate::ops as abstract_ops;
use crate::text::search;
use crate::text::{Kind, edit, escape};
use crate::types::{Slice, int};

/// Slots and methods are called with strings only.
#[inline(always)]
pub(super) fn own(v: Value) -> &'static Str {
    debug_assert!(v.is_instance(&STR));
    // SAFETY: whoever calls a slot or method checks the type; subclasses begin with the same layout.
    unsafe { &*v.as_ptr::<Str>() }
}

/// `repr(a)`
pub fn repr(th: &mut Thread, v: Value) -> R {
    let text = escape::str_repr(own(v).view(), false);
    Ok(Value::from_ref(Str::from_buf(th, &text)?))
}

/// `str(a)`
pub fn str(th: &mut Thread, v: Value) -> R {
    Ok(Value::from_ref(own(v).exact(th)?))
}

/// `hash(a)`
pub fn hash(_: &mut Thread, v: Value) -> R<i64> {
    Ok(own(v).hash())
}

/// `len(a)`
pub fn len(_: &mut Thread, v: Value) -> R<usize> {
    Ok(own(v).len())
}

/// `a op b`
#[inline]
pub fn compare(_: &mut Thread, a: Value, b: Value, op: CompareOp) -> R {
    let (Some(x), Some(y)) = (a.cast::<Str>(), b.cast::<Str>()) else {
        return Ok(Value::not_implemented());
    };
    Ok(Value::bool(match op {
        CompareOp::Eq => x.eq(y),
        CompareOp::Ne => !x.eq(y),
        _ => op.holds(x.view().compare(y.view())),
    }))
}

/// `a + b`
///
/// **Errors:** TypeError when `b` is no `str`; MemoryError. **Escapes:** no.
#[inline]
pub fn concat(th: &mut Thread, a: Value, b: Value) -> R {
    match b.cast::<Str>() {
        Some(y) => Ok(Value::from_ref(concat_str(th, own(a), y)?)),
        None => Err(cannot_concat(th, b)),
    }
}

#[cold]
fn cannot_concat(th: &mut Thread, b: Value) -> Raised {
    let tn = b.type_of().name();
    th.type_error(format_args!("can only concatenate str (not \"{tn}\") to str"))
}

/// The two texts in one string.
pub fn concat_str(th: &mut Thread, x: &'static Str, y: &'static Str) -> R<&'static Str> {
    if x.len() == 0 {
        return y.exact(th);
    }
    if y.len() == 0 {
        return x.exact(th);
    }
    let (a, b) = (x.view(), y.view());
    let Some(len) = a.len().checked_add(b.len()) else {
        return Err(th.overflow_error(format_args!("strings are too large to concat")));
    };
    Str::build(th, a.kind().max(b.kind()), len, |w| {
        w.put(a);
        w.put(b);
    })
}

/// The count of a repetition: not negative.
///
/// **Errors:** OverflowError. **Escapes:** yes (`__index__`).
pub(crate) fn repeat_count(th: &mut Thread, n: Value) -> R<usize> {
    if let Some(i) = n.as_small_int() {
        return Ok(i.max(0) as usize);
    }
    let i = abstract_ops::index(th, n)?;
    match int::to_i64(i) {
        Some(i) => Ok(i.max(0) as usize),
        None => {
            let tn = n.type_of().name();
            Err(th.overflow_error(format_args!("cannot fit '{tn}' into an index-sized integer")))
        }
    }
}

/// `a * n`
pub fn repeat(th: &mut Thread, a: Value, n: Value) -> R {
    let n = repeat_count(th, n)?;
    let s = own(a);
    if n == 1 {
        return Ok(Value::from_ref(s.exact(th)?));
    }
    let view = s.view();
    let Some(len) = view.len().checked_mul(n).filter(|&n| n <= isize::MAX as usize / 4) else {
        return Err(th.memory_error());
    };
    if n == 0 || len == 0 {
        return Ok(Value::from_ref(Str::empty(th)?));
    }
    let kind = view.kind();
    let s = if view.len() == 1 && kind <= Kind::Latin1 {
        // SAFETY: the data is written right away.
        let (s, p) = unsafe { Str::alloc(th, STR.shape(), len, super::aux_of(kind), 0)? };
        // SAFETY: room for `len` bytes.
        unsafe { p.write_bytes(view.at(0) as u8, len) };
        s
    } else {
        Str::build(th, kind, len, |w| (0..n).for_each(|_| w.put(view)))?
    };
    Ok(Value::from_ref(s))
}

/// `x in a`
pub fn contains(th: &mut Thread, a: Value, x: Value) -> R<bool> {
    let Some(part) = x.cast::<Str>() else {
        let tn = x.type_of().name();
        return Err(
            th.type_error(format_args!("'in <string>' requires string as left operand, not {tn}"))
        );
    };
    let view = own(a).view();
    Ok(search::str_find(view, part.view(), 0, view.len()).is_some())
}

/// `a[key]`
#[inline]
pub fn getitem(th: &mut Thread, a: Value, key: Value) -> R {
    let s = own(a);
    if let Some(i) = key.as_small_int() {
        return item(th, s, i as isize);
    }
    if let Some(slice) = key.cast::<Slice>() {
        let sel = slice.resolve(th, s.len())?;
        return substring(th, s, sel.start, sel.step, sel.len);
    }
    if key.type_of().slots().index.is_some() {
        let i = abstract_ops::index_isize(th, key)?;
        return item(th, s, i);
    }
    let tn = key.type_of().name();
    Err(th.type_error(format_args!("string indices must be integers, not '{tn}'")))
}

/// The code point at `i`, counted from the end when negative.
#[inline]
pub fn item(th: &mut Thread, s: &'static Str, i: isize) -> R {
    let i = if i < 0 { i.wrapping_add(s.len() as isize) } else { i };
    match s.view().get(i as usize) {
        Some(c) => Ok(Value::from_ref(Str::from_code_point(th, c)?)),
        None => Err(th.index_error(format_args!("string index out of range"))),
    }
}

fn substring(th: &mut Thread, s: &'static Str, start: isize, step: isize, n: usize) -> R {
    if n == s.len() && step == 1 {
        return Ok(Value::from_ref(s.exact(th)?));
    }
    if n == 0 {
        return Ok(Value::from_ref(Str::empty(th)?));
    }
    let start = start as usize;
    let part = if step == 1 {
        Str::from_view(th, s.view().slice(start, start + n))?
    } else {
        let picked = edit::str_step(s.view(), start, step, n);
        Str::from_buf(th, &picked)?
    };
    Ok(Value::from_ref(part))
}

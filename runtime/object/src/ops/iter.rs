//! Iteration.

use crate::core::thread::Thread;
use crate::core::value::Value;
use crate::error::R;

/// `iter(v)`
pub fn iter(th: &mut Thread, v: Value) -> R {
    let s = v.type_of().slots();
    if let Some(f) = s.iter {
        let it = f(th, v)?;
        if it.type_of().slots().iternext.is_none() {
            let tn = it.type_of().name();
            return Err(th.type_error(format_args!("iter() returned non-iterator of type '{tn}'")));
        }
        return Ok(it);
    }
    if is_sequence(v) {
        return crate::types::iterators::new_sequence_iterator(th, v);
    }
    not_iterable(th, v)
}

/// TypeError: cannot be iterated over. Also the slot of a class that says `__iter__ = None`.
#[cold]
pub fn not_iterable(th: &mut Thread, v: Value) -> R {
    let tn = v.type_of().name();
    Err(th.type_error(format_args!("'{tn}' object is not iterable")))
}

/// Whether `v` has `__getitem__` and is not a mapping of ours.
pub fn is_sequence(v: Value) -> bool {
    let t = v.type_of();
    t.slots().getitem.is_some() && !t.has(crate::core::ty::flags::DICT)
}

/// `next(it)`, nothing at the end. A StopIteration (of a generator that returned a value) is the end too.
#[inline]
pub fn next(th: &mut Thread, it: Value) -> R<Option<Value>> {
    match it.type_of().slots().iternext {
        Some(f) => match f(th, it) {
            Err(e) if th.catch(e, &crate::types::exceptions::STOP_ITERATION) => Ok(None),
            r => r,
        },
        None => Err(not_an_iterator(th, it)),
    }
}

#[cold]
#[inline(never)]
fn not_an_iterator(th: &mut Thread, it: Value) -> crate::error::Raised {
    let tn = it.type_of().name();
    th.type_error(format_args!("'{tn}' object is not an iterator"))
}

/// `next(it)` as the builtin has it: StopIteration, with its value, at the end.
pub fn next_or_stop(th: &mut Thread, it: Value) -> R {
    match it.type_of().slots().iternext {
        Some(f) => match f(th, it)? {
            Some(v) => Ok(v),
            None => Err(th.stop_iteration(Value::none())),
        },
        None => Err(not_an_iterator(th, it)),
    }
}

/// Calls `f` with each item.
pub fn for_each(
    th: &mut Thread,
    v: Value,
    mut f: impl FnMut(&mut Thread, Value) -> R<()>,
) -> R<()> {
    let it = iter(th, v)?;
    while let Some(x) = next(th, it)? {
        f(th, x)?;
    }
    Ok(())
}

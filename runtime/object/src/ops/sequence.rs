//! Subscription and membership.

use crate::core::thread::Thread;
use crate::core::value::Value;
use crate::error::R;
use crate::names::n;

/// `v[key]`
pub fn getitem(th: &mut Thread, v: Value, key: Value) -> R {
    if let Some(f) = v.type_of().slots().getitem {
        return f(th, v, key);
    }
    if let Some(t) = v.cast_type() {
        // `int[...]` through __class_getitem__.
        if let Some(f) = crate::attr::getattr_optional(th, v, n().__class_getitem__)? {
            return crate::ops::call1(th, f, key);
        }
        let tn = t.name();
        return Err(th.type_error(format_args!("type '{tn}' is not subscriptable")));
    }
    let tn = v.type_of().name();
    Err(th.type_error(format_args!("'{tn}' object is not subscriptable")))
}

/// `v[key] = x`
pub fn setitem(th: &mut Thread, v: Value, key: Value, x: Value) -> R<()> {
    match v.type_of().slots().setitem {
        Some(f) => f(th, v, key, Some(x)),
        None => {
            let tn = v.type_of().name();
            Err(th.type_error(format_args!("'{tn}' object does not support item assignment")))
        }
    }
}

/// `del v[key]`
pub fn delitem(th: &mut Thread, v: Value, key: Value) -> R<()> {
    match v.type_of().slots().setitem {
        Some(f) => f(th, v, key, None),
        None => {
            let tn = v.type_of().name();
            Err(th.type_error(format_args!("'{tn}' object doesn't support item deletion")))
        }
    }
}

/// `x in v`
pub fn contains(th: &mut Thread, v: Value, x: Value) -> R<bool> {
    if let Some(f) = v.type_of().slots().contains {
        return f(th, v, x);
    }
    let it = match crate::ops::iter(th, v) {
        Ok(it) => it,
        Err(e) if th.catch(e, &crate::types::exceptions::TYPE_ERROR) => {
            let tn = v.type_of().name();
            return Err(th.type_error(format_args!(
                "argument of type '{tn}' is not a container or iterable"
            )));
        }
        Err(e) => return Err(e),
    };
    while let Some(y) = crate::ops::next(th, it)? {
        if crate::ops::equal(th, y, x)? {
            return Ok(true);
        }
    }
    Ok(false)
}

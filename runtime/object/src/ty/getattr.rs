//! Attribute access on types.

use crate::attr;
use crate::core::thread::Thread;
use crate::core::ty::{Type, flags};
use crate::core::value::Value;
use crate::error::R;
use crate::ty::{lookup, new};

/// `type.__getattribute__` without the exception.
pub fn type_get_optional(
    th: &mut Thread,
    ty: &'static Type,
    name: &'static crate::types::Str,
) -> R<Option<Value>> {
    let meta = ty.value().type_of();
    let mdescr = lookup(th, meta, name);
    if let Some(d) = mdescr {
        let ds = d.type_of().slots();
        if let (Some(get), Some(_)) = (ds.descr_get, ds.descr_set) {
            return get(th, d, Some(ty.value()), meta.value()).map(Some);
        }
    }
    if let Some(v) = lookup(th, ty, name) {
        return match v.type_of().slots().descr_get {
            Some(get) => get(th, v, None, ty.value()).map(Some),
            None => Ok(Some(v)),
        };
    }
    match mdescr {
        Some(d) => match d.type_of().slots().descr_get {
            Some(get) => get(th, d, Some(ty.value()), meta.value()).map(Some),
            None => Ok(Some(d)),
        },
        None => Ok(None),
    }
}

/// `type.__getattribute__`
pub fn type_getattro(th: &mut Thread, v: Value, name: Value) -> R {
    let name = attr::attr_name(th, name)?;
    let Some(ty) = v.cast_type() else {
        return attr::generic_getattr(th, v, Value::from_ref(name));
    };
    match type_get_optional(th, ty, name)? {
        Some(v) => Ok(v),
        None => Err(attr::no_attribute(th, v, name)),
    }
}

/// `type.__setattr__`, `type.__delattr__`
pub fn type_setattro(th: &mut Thread, v: Value, name: Value, value: Option<Value>) -> R<()> {
    let name = attr::attr_name(th, name)?;
    let Some(ty) = v.cast_type() else {
        return attr::generic_setattr(th, v, Value::from_ref(name), value);
    };
    if ty.has(flags::IMMUTABLE) {
        let (n, tn) = (name.to_string_lossy(), ty.name());
        return Err(
            th.type_error(format_args!("cannot set '{n}' attribute of immutable type '{tn}'"))
        );
    }
    if let Some(d) = lookup(th, v.type_of(), name)
        && let Some(set) = d.type_of().slots().descr_set
    {
        return set(th, d, v, value);
    }
    new::type_setattr(th, ty, name, value)
}

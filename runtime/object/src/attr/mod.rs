//! Attributes of instances: generic `__getattribute__` and `__setattr__`, and the instance part through shapes.
//!
//! Read in order: `instance_get`, `instance_set`, `instance_dict`, then the generic protocol on top. The layout is told in
//! docs/design/core.md; the lock-free reader and the writer meet in `slot_word` and `Header::set_shape`.

pub mod transition;

use crate::core::native::Args;
use crate::core::shape::{ATTRS_BEHIND, Shape, ShapeKind};
use crate::core::slot::Slot;
use crate::core::thread::Thread;
use crate::core::ty::{Type, flags};
use crate::core::value::Value;
use crate::error::{R, Raised};
use crate::ty::lookup;
use crate::types::{Dict, Str, ValueArray};
use transition::Next;

/// Where attribute `index` of an object with shape `s` lies.
///
/// # Safety
/// - `obj` is a pointer to a cell whose layout `s` describes now or described before (slots never move within a kind).
#[inline(always)]
unsafe fn inline_slot(obj: Value, s: &Shape, index: usize) -> &'static Slot {
    debug_assert!(index < s.inline_cap as usize);
    let off = s.attrs_offset as usize + 8 + 8 * index;
    // SAFETY: the instance size covers `inline_cap` slots after the attribute word.
    unsafe { &*(obj.as_ptr::<u8>().add(off) as *const Slot) }
}

/// The attribute word: overflow array, dict, or nothing.
///
/// # Safety
/// - `obj` is a pointer to a cell with shape `s`, now or before, and `s.attrs_offset` is not 0.
#[inline(always)]
pub unsafe fn attrs_word(obj: Value, s: &Shape) -> &'static Slot {
    let off = if s.attrs_offset == ATTRS_BEHIND { behind(obj, s) } else { s.attrs_offset as usize };
    // SAFETY: the caller's promise.
    unsafe { &*(obj.as_ptr::<u8>().add(off) as *const Slot) }
}

/// Where a payload of varying size ends.
#[cold]
fn behind(obj: Value, s: &Shape) -> usize {
    match s.ty().layout().spec.var_size {
        // SAFETY: the cell begins with that layout.
        Some(f) => unsafe { f(obj.as_ptr::<u8>()) }.next_multiple_of(8),
        None => s.ty().basicsize as usize,
    }
}

/// Attribute slot `index`, inline or in the overflow array; `None` when the object changed its kind meanwhile.
unsafe fn any_slot(obj: Value, s: &Shape, index: usize) -> Option<&'static Slot> {
    let cap = s.inline_cap as usize;
    if index < cap {
        // SAFETY: the caller's promise.
        return Some(unsafe { inline_slot(obj, s, index) });
    }
    // SAFETY: the caller's promise; the word may hold a dict by now, which `cast_array` refuses.
    let word = unsafe { attrs_word(obj, s) }.get()?;
    ValueArray::from_value(word)?.slot(index - cap)
}

/// An instance's own attribute, or nothing.
///
/// **Threads:** lock-free against one writer. **Escapes:** no.
#[inline]
pub fn instance_get(obj: Value, name: &'static Str) -> Option<Value> {
    loop {
        let s = obj.header()?.shape();
        match s.kind {
            ShapeKind::Fixed => return None,
            ShapeKind::Slots => {
                let index = s.find(name)?;
                // SAFETY: `s` was the object's shape just now.
                match unsafe { any_slot(obj, s, index) }.and_then(|slot| slot.get()) {
                    Some(v) => return Some(v),
                    // Empty: the object went to dict mode between the two loads; look again.
                    None => std::hint::spin_loop(),
                }
            }
            ShapeKind::Dict => {
                // SAFETY: shapes of kind Dict have an attribute word.
                let d = unsafe { attrs_word(obj, s) }.get()?;
                return d.cast::<Dict>()?.get_str(name);
            }
        }
    }
}

/// Sets (`Some`) or deletes (`None`) an instance's own attribute. `Ok(false)`: there was nothing to delete, or the
/// type's instances have no attributes.
///
/// **Threads:** critical section on the object. **Escapes:** no (names are exact strings).
pub fn instance_set(
    th: &mut Thread,
    obj: Value,
    name: &'static Str,
    value: Option<Value>,
) -> R<bool> {
    loop {
        let Some(header) = obj.header() else { return Ok(false) };
        let s = header.shape();
        match (s.kind, value) {
            (ShapeKind::Fixed, _) => return Ok(false),
            (ShapeKind::Dict, _) => {
                let d = ensure_dict(th, obj, s)?;
                return match value {
                    Some(v) => d.set_item(th, Value::from_ref(name), v).map(|()| true),
                    None => d.del_item(th, Value::from_ref(name)),
                };
            }
            (ShapeKind::Slots, None) => {
                if s.find(name).is_none() {
                    return Ok(false);
                }
                instance_dict(th, obj)?;
            }
            (ShapeKind::Slots, Some(v)) => {
                let done = match s.find(name) {
                    Some(index) => th.critical(header, |_| {
                        if !std::ptr::eq(header.shape_ptr(), s) {
                            return false;
                        }
                        // SAFETY: `s` is the object's shape, and nobody changes it inside the section.
                        match unsafe { any_slot(obj, s, index) } {
                            Some(slot) => {
                                slot.set(Some(v));
                                true
                            }
                            None => false,
                        }
                    }),
                    None => add_attribute(th, obj, s, name, v)?,
                };
                if done {
                    return Ok(true);
                }
            }
        }
    }
}

/// Adds an attribute by a shape transition; false when the object changed meanwhile or went to dict mode.
fn add_attribute(
    th: &mut Thread,
    obj: Value,
    s: &'static Shape,
    name: &'static Str,
    v: Value,
) -> R<bool> {
    let next = match transition::next(th, s, name)? {
        Next::Shape(next) => next,
        Next::DictMode => {
            instance_dict(th, obj)?;
            return Ok(false);
        }
    };
    let index = s.nattrs as usize;
    let cap = s.inline_cap as usize;
    let mut grown = None;
    if index >= cap {
        // SAFETY: `s` has kind Slots, so there is an attribute word.
        let have = unsafe { attrs_word(obj, s) }.get();
        let have = have.and_then(ValueArray::from_value);
        let room = have.map_or(0, |a| a.cap());
        if index - cap >= room {
            let new = ValueArray::new(th, (room * 2).max(4))?;
            if let Some(old) = have {
                new.copy_from(old);
            }
            grown = Some((have, new));
        }
    }
    let Some(header) = obj.header() else { return Ok(false) };
    Ok(th.critical(header, |_| {
        if !std::ptr::eq(header.shape_ptr(), s) {
            return false;
        }
        if let Some((old, new)) = grown {
            // SAFETY: as above.
            let word = unsafe { attrs_word(obj, s) };
            // Values stored into the old array since it was copied.
            if let Some(old) = old {
                new.copy_from(old);
            }
            word.set(Some(new.as_value()));
        }
        // SAFETY: index is within the inline slots or the array just made sure of.
        match unsafe { any_slot(obj, s, index) } {
            Some(slot) => slot.set(Some(v)),
            None => return false,
        }
        header.set_shape(next);
        true
    }))
}

/// The dict of an object in dict mode, made when missing.
fn ensure_dict(th: &mut Thread, obj: Value, s: &'static Shape) -> R<&'static Dict> {
    // SAFETY: shapes of kind Dict have an attribute word.
    let word = unsafe { attrs_word(obj, s) };
    loop {
        if let Some(d) = word.get().and_then(|v| v.cast::<Dict>()) {
            return Ok(d);
        }
        let d = Dict::new(th)?;
        if word.compare_exchange(None, Some(Value::from_ref(d))) {
            return Ok(d);
        }
    }
}

/// The instance's `__dict__`: converts the object to dict mode when it is not there yet. `None` where instances of the
/// type have no attributes.
pub fn instance_dict(th: &mut Thread, obj: Value) -> R<Option<&'static Dict>> {
    loop {
        let Some(header) = obj.header() else { return Ok(None) };
        let s = header.shape();
        match s.kind {
            ShapeKind::Fixed => return Ok(None),
            ShapeKind::Dict => return ensure_dict(th, obj, s).map(Some),
            ShapeKind::Slots => {
                let d = Dict::new(th)?;
                let to = crate::ty::dict_mode_shape(th, s.ty())?;
                let done = th.critical(header, |th| -> R<bool> {
                    if !std::ptr::eq(header.shape_ptr(), s) {
                        return Ok(false);
                    }
                    let mut pairs = Vec::with_capacity(s.nattrs as usize);
                    s.for_each_attr(|name, index| {
                        // SAFETY: `s` is the object's shape inside the section.
                        pairs.push((name.word(), unsafe { any_slot(obj, s, index) }));
                    });
                    // The names are kept alive by the shape, the values by the object.
                    for (name, slot) in pairs.into_iter().rev() {
                        if let Some(v) = slot.and_then(|x| x.get()) {
                            // SAFETY: a traced name of the shape.
                            d.set_item(th, unsafe { Value::from_word(name) }, v)?;
                        }
                    }
                    // SAFETY: kind Slots has an attribute word.
                    unsafe { attrs_word(obj, s) }.set(Some(Value::from_ref(d)));
                    header.set_shape(to);
                    for i in 0..s.inline_cap as usize {
                        // SAFETY: within the inline slots.
                        unsafe { inline_slot(obj, s, i) }.set(None);
                    }
                    Ok(true)
                })?;
                if done {
                    return Ok(Some(d));
                }
            }
        }
    }
}

/// Replaces the instance's `__dict__`.
pub fn instance_set_dict(th: &mut Thread, obj: Value, dict: Value) -> R<()> {
    if instance_dict(th, obj)?.is_some()
        && let Some(h) = obj.header()
    {
        // SAFETY: kind Dict has an attribute word.
        unsafe { attrs_word(obj, h.shape()) }.set(Some(dict));
    }
    Ok(())
}

/// `object.__getattribute__` without the exception: nothing when the attribute does not exist.
///
/// **Escapes:** yes (descriptors).
#[inline]
pub fn generic_get_optional(th: &mut Thread, obj: Value, name: &'static Str) -> R<Option<Value>> {
    let ty = obj.type_of();
    let descr = lookup(th, ty, name);
    if let Some(d) = descr {
        let ds = d.type_of().slots();
        if let (Some(get), Some(_)) = (ds.descr_get, ds.descr_set) {
            return get(th, d, Some(obj), ty.value()).map(Some);
        }
    }
    if ty.has(flags::HAS_DICT)
        && let Some(v) = instance_get(obj, name)
    {
        return Ok(Some(v));
    }
    match descr {
        Some(d) => match d.type_of().slots().descr_get {
            Some(get) => get(th, d, Some(obj), ty.value()).map(Some),
            None => Ok(Some(d)),
        },
        None => Ok(None),
    }
}

/// `object.__getattribute__`.
pub fn generic_getattr(th: &mut Thread, obj: Value, name: Value) -> R {
    let name = attr_name(th, name)?;
    match generic_get_optional(th, obj, name)? {
        Some(v) => Ok(v),
        None => Err(no_attribute(th, obj, name)),
    }
}

/// `object.__setattr__` and `__delattr__`.
pub fn generic_setattr(th: &mut Thread, obj: Value, name: Value, value: Option<Value>) -> R<()> {
    let name = attr_name(th, name)?;
    let ty = obj.type_of();
    let descr = lookup(th, ty, name);
    if let Some(d) = descr
        && let Some(set) = d.type_of().slots().descr_set
    {
        return set(th, d, obj, value);
    }
    if ty.has(flags::HAS_DICT) && instance_set(th, obj, name, value)? {
        return Ok(());
    }
    let tn = ty.name();
    let n = name.to_string_lossy();
    Err(if !ty.has(flags::HAS_DICT) && descr.is_some() {
        attribute_error_for(
            th,
            obj,
            name,
            format_args!("'{tn}' object attribute '{n}' is read-only"),
        )
    } else if !ty.has(flags::HAS_DICT) {
        attribute_error_for(
            th,
            obj,
            name,
            format_args!(
                "'{tn}' object has no attribute '{n}' and no __dict__ for setting new attributes"
            ),
        )
    } else {
        no_attribute(th, obj, name)
    })
}

/// `getattr(obj, name)` with an interned name.
#[inline]
pub fn getattr(th: &mut Thread, obj: Value, name: &'static Str) -> R {
    let ty = obj.type_of();
    if ty.has(flags::GENERIC_GETATTR) {
        return match generic_get_optional(th, obj, name)? {
            Some(v) => Ok(v),
            None => Err(no_attribute(th, obj, name)),
        };
    }
    match ty.slots().getattro {
        Some(f) => f(th, obj, Value::from_ref(name)),
        None => Err(no_attribute(th, obj, name)),
    }
}

/// `getattr(obj, name)` with a Rust name (slow paths).
pub fn getattr_str(th: &mut Thread, obj: Value, name: &str) -> R {
    let name = crate::names::intern_str(th, name)?;
    getattr(th, obj, name)
}

/// `getattr(obj, name)`, with AttributeError turned into nothing.
pub fn getattr_optional(th: &mut Thread, obj: Value, name: &'static Str) -> R<Option<Value>> {
    let ty = obj.type_of();
    let r = if ty.has(flags::GENERIC_GETATTR) {
        generic_get_optional(th, obj, name)
    } else {
        match ty.slots().getattro {
            Some(f) => f(th, obj, Value::from_ref(name)).map(Some),
            None => Ok(None),
        }
    };
    match r {
        Err(e) if th.catch(e, &crate::types::exceptions::ATTRIBUTE_ERROR) => Ok(None),
        r => r,
    }
}

/// `setattr(obj, name, value)` or `delattr(obj, name)` with an interned name.
#[inline]
pub fn setattr(th: &mut Thread, obj: Value, name: &'static Str, value: Option<Value>) -> R<()> {
    match obj.type_of().slots().setattro {
        Some(f) => f(th, obj, Value::from_ref(name), value),
        None => Err(no_attribute(th, obj, name)),
    }
}

/// An attribute name given as any value: must be a string; interned.
pub fn attr_name(th: &mut Thread, name: Value) -> R<&'static Str> {
    match name.cast::<Str>() {
        Some(s) => s.interned(th),
        None => {
            let tn = name.type_of().name();
            Err(th.type_error(format_args!("attribute name must be string, not '{tn}'")))
        }
    }
}

/// The method `name` of `obj` for a call: the function unbound, and whether `obj` must go in front of the arguments.
///
/// **Escapes:** yes. **Source:** `_PyObject_GetMethod`.
#[inline]
pub fn get_method(th: &mut Thread, obj: Value, name: &'static Str) -> R<(Value, bool)> {
    let ty = obj.type_of();
    if !ty.has(flags::GENERIC_GETATTR) {
        return getattr(th, obj, name).map(|v| (v, false));
    }
    let descr = lookup(th, ty, name);
    let mut is_method = false;
    if let Some(d) = descr {
        let dt = d.type_of();
        if dt.has(flags::METHOD_DESCRIPTOR) {
            is_method = true;
        } else if let (Some(get), Some(_)) = (dt.slots().descr_get, dt.slots().descr_set) {
            return get(th, d, Some(obj), ty.value()).map(|v| (v, false));
        }
    }
    if ty.has(flags::HAS_DICT)
        && let Some(v) = instance_get(obj, name)
    {
        return Ok((v, false));
    }
    match descr {
        Some(d) if is_method => Ok((d, true)),
        Some(d) => match d.type_of().slots().descr_get {
            Some(get) => get(th, d, Some(obj), ty.value()).map(|v| (v, false)),
            None => Ok((d, false)),
        },
        None => Err(no_attribute(th, obj, name)),
    }
}

/// Raises the AttributeError for a missing attribute.
#[cold]
#[inline(never)]
pub fn no_attribute(th: &mut Thread, obj: Value, name: &'static Str) -> Raised {
    let n = name.to_string_lossy();
    match obj.cast_type() {
        Some(t) => {
            let tn = t.name();
            attribute_error_for(
                th,
                obj,
                name,
                format_args!("type object '{tn}' has no attribute '{n}'"),
            )
        }
        None => {
            let tn = obj.type_of().name();
            attribute_error_for(th, obj, name, format_args!("'{tn}' object has no attribute '{n}'"))
        }
    }
}

/// Raises AttributeError with its `name` and `obj` set.
#[cold]
#[inline(never)]
pub fn attribute_error_for(
    th: &mut Thread,
    obj: Value,
    name: &'static Str,
    msg: std::fmt::Arguments<'_>,
) -> Raised {
    let e = th.attribute_error(msg);
    let exc = th.take_exception(e);
    crate::types::exceptions::set_name_and_obj(exc, Value::from_ref(name), obj);
    th.restore_exception(exc)
}

/// `super().__init__`-free helper for types without arguments: raises when any are given.
pub fn no_args(th: &mut Thread, ty: &'static Type, args: &Args) -> R<()> {
    if args.pos.is_empty() && args.nkw() == 0 {
        return Ok(());
    }
    let n = ty.name();
    Err(th.type_error(format_args!("{n}() takes no arguments")))
}

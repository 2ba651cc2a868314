//! `LOAD_ATTR`: instance attributes, slots, modules, classes, methods, properties.
//!
//! The shape's version proves where instance attributes lie *and* what the type and its bases hold, so one compare
//! guards every form for instances.

use super::load_global::{find, table_version};
use super::{Reason, fail, frame, write};
use crate::frame::{Frame, Stack};
use crate::thread::VmThread;
use crate::types::function::Function;
use heddle_object::core::shape::ShapeKind;
use heddle_object::names::n;
use heddle_object::types::descr::{MEMBER, Member, Property};
use heddle_object::types::{Dict, MODULE, Module, Str};
use heddle_object::{Value, attr, flags, ty};
use heddle_tlbc::cache::LoadAttrCache;
use heddle_tlbc::{Opcode, Unit};

/// The namespace of an exact module.
#[inline(always)]
pub fn module_dict(v: Value) -> Option<&'static Dict> {
    if !v.is_exact::<Module>() {
        return None;
    }
    // SAFETY: tested just before.
    let m = unsafe { v.cast_unchecked::<Module>() };
    // SAFETY: a module's dict slot holds nothing or a dict.
    m.dict.get().map(|d| unsafe { d.cast_unchecked::<Dict>() })
}

/// The attribute of an instance in dict mode, looked for at a place first.
#[inline(always)]
pub fn hinted(o: Value, name: &'static Str, place: u32) -> Option<Value> {
    let s = o.shape();
    if s.kind != ShapeKind::Dict {
        return None;
    }
    // SAFETY: shapes of kind Dict have an attribute word.
    let d = unsafe { attr::attrs_word(o, s) }.get()?.cast::<Dict>()?;
    let t = d.core().table()?;
    let (k, v, _) = t.entry(place)?;
    // SAFETY: a live entry's value.
    (k == Value::from_ref(name).word()).then(|| unsafe { Value::from_word(v) })
}

/// Specializes.
#[cold]
#[inline(never)]
pub fn specialize(th: &mut VmThread, ip: *const Unit, sp: Stack, fp: *mut Frame, a: u32) {
    let o = sp.get(1);
    let name = frame(fp).code().name((a >> 1) as usize);
    let method = a & 1 != 0;
    if o.is_exact::<Module>() {
        return module(th, ip, o, name);
    }
    if o.cast_type().is_some() {
        return class(th, ip, o, name);
    }
    instance(th, ip, o, name, method)
}

fn module(th: &mut VmThread, ip: *const Unit, o: Value, name: &'static Str) {
    // What the type defines comes first (`__class__`, `__dict__`).
    if ty::lookup(&mut th.base, MODULE.ty(), name).is_some() {
        return fail(ip, Reason::Overridden);
    }
    let Some(d) = module_dict(o) else { return fail(ip, Reason::NoForm) };
    let version = table_version(th, d);
    let Some(t) = d.core().table() else { return fail(ip, Reason::NoVersion) };
    if version == 0 || t.version() != version {
        return fail(ip, Reason::NoVersion);
    }
    match find(t, name) {
        Some(at) => write::<LoadAttrCache>(th, ip, Opcode::LoadAttrModule, |c| {
            c.set_version(version).set_aux(at);
        }),
        None => fail(ip, Reason::Missing),
    }
}

fn class(th: &mut VmThread, ip: *const Unit, o: Value, name: &'static Str) {
    let Some(t) = o.cast_type() else { return fail(ip, Reason::NoForm) };
    let meta = o.type_of();
    let plain_meta = std::ptr::eq(meta, heddle_object::types::TYPE.ty());
    // A metaclass with its own access, or with a data descriptor of that name, wins.
    if meta.slots().getattro.map(|f| f as usize)
        != heddle_object::types::TYPE.ty().slots().getattro.map(|f| f as usize)
    {
        return fail(ip, Reason::Overridden);
    }
    if ty::lookup(&mut th.base, meta, name).is_some() {
        return fail(ip, Reason::Overridden);
    }
    let Some(v) = ty::lookup(&mut th.base, t, name) else { return fail(ip, Reason::Missing) };
    // Functions and plain values are what they are; other descriptors would be bound.
    if v.type_of().slots().descr_get.is_some() && !v.is_exact::<Function>() {
        return fail(ip, Reason::NoForm);
    }
    let version = ty::assign_type_version(&mut th.base, t);
    if version == 0 {
        return fail(ip, Reason::NoVersion);
    }
    if plain_meta {
        return write::<LoadAttrCache>(th, ip, Opcode::LoadAttrClass, |c| {
            c.set_version(version).set_word(v.word());
        });
    }
    let meta_version = ty::assign_version(&mut th.base, o.shape());
    if meta_version == 0 {
        return fail(ip, Reason::NoVersion);
    }
    write::<LoadAttrCache>(th, ip, Opcode::LoadAttrClassWithMetaclassCheck, |c| {
        c.set_version(version).set_aux(meta_version).set_word(v.word());
    });
}

fn instance(th: &mut VmThread, ip: *const Unit, o: Value, name: &'static Str, method: bool) {
    let t = o.type_of();
    let s = o.shape();
    if !t.has(flags::GENERIC_GETATTR) {
        return getattribute(th, ip, o, method);
    }
    let version = ty::assign_version(&mut th.base, s);
    if version == 0 {
        return fail(ip, Reason::NoVersion);
    }
    let descr = ty::lookup(&mut th.base, t, name);
    if let Some(d) = descr {
        let ds = d.type_of().slots();
        if ds.descr_get.is_some() && ds.descr_set.is_some() {
            return data_descriptor(th, ip, d, version, method);
        }
    }
    if t.has(flags::HAS_DICT) {
        match s.kind {
            ShapeKind::Slots => {
                if let Some(index) = s.find(name) {
                    if index >= s.inline_cap as usize {
                        return fail(ip, Reason::OutOfRange);
                    }
                    let offset = s.attrs_offset as u32 + 8 + 8 * index as u32;
                    return write::<LoadAttrCache>(th, ip, Opcode::LoadAttrInstanceValue, |c| {
                        c.set_version(version).set_aux(offset);
                    });
                }
            }
            ShapeKind::Dict => {
                // SAFETY: shapes of kind Dict have an attribute word.
                let d = unsafe { attr::attrs_word(o, s) }.get().and_then(|d| d.cast::<Dict>());
                if let Some(at) = d.and_then(|d| d.core().table()).and_then(|t| find(t, name)) {
                    return write::<LoadAttrCache>(th, ip, Opcode::LoadAttrWithHint, |c| {
                        c.set_version(version).set_aux(at);
                    });
                }
                // The shape does not prove that the name is missing from the dict.
                return fail(ip, Reason::NoForm);
            }
            ShapeKind::Fixed => {}
        }
    }
    let Some(d) = descr else { return fail(ip, Reason::Missing) };
    let has_values = s.kind == ShapeKind::Slots;
    let dt = d.type_of();
    if dt.has(flags::METHOD_DESCRIPTOR) {
        if !method {
            return fail(ip, Reason::NoForm);
        }
        let form = if has_values {
            Opcode::LoadAttrMethodWithValues
        } else {
            Opcode::LoadAttrMethodNoDict
        };
        return write::<LoadAttrCache>(th, ip, form, |c| {
            c.set_version(version).set_word(d.word());
        });
    }
    if dt.slots().descr_get.is_some() {
        return fail(ip, Reason::NoForm);
    }
    let form = if has_values {
        Opcode::LoadAttrNondescriptorWithValues
    } else {
        Opcode::LoadAttrNondescriptorNoDict
    };
    write::<LoadAttrCache>(th, ip, form, |c| {
        c.set_version(version).set_word(d.word());
    });
}

fn data_descriptor(th: &mut VmThread, ip: *const Unit, d: Value, version: u32, method: bool) {
    if d.is_exact::<Property>() && !method {
        let getter = d.cast::<Property>().and_then(|p| p.get.get());
        let f = getter.and_then(|g| g.cast::<Function>().filter(|_| g.is_exact::<Function>()));
        return match f {
            Some(f) if f.code().simple_args == 1 => {
                write::<LoadAttrCache>(th, ip, Opcode::LoadAttrProperty, |c| {
                    c.set_version(version).set_word(Value::from_ref(f).word());
                })
            }
            _ => fail(ip, Reason::ComplexParameters),
        };
    }
    if d.is_type(&MEMBER)
        && let Some(offset) = member_offset(d)
    {
        return write::<LoadAttrCache>(th, ip, Opcode::LoadAttrSlot, |c| {
            c.set_version(version).set_aux(offset as u32);
        });
    }
    fail(ip, Reason::NoForm)
}

fn getattribute(th: &mut VmThread, ip: *const Unit, o: Value, method: bool) {
    let t = o.type_of();
    if method || ty::lookup(&mut th.base, t, n().__getattr__).is_some() {
        return fail(ip, Reason::Overridden);
    }
    let Some(f) = ty::lookup(&mut th.base, t, n().__getattribute__) else {
        return fail(ip, Reason::Overridden);
    };
    let Some(f) = f.cast::<Function>().filter(|_| f.is_exact::<Function>()) else {
        return fail(ip, Reason::Overridden);
    };
    if f.code().simple_args != 2 {
        return fail(ip, Reason::ComplexParameters);
    }
    let version = ty::assign_version(&mut th.base, o.shape());
    if version == 0 {
        return fail(ip, Reason::NoVersion);
    }
    write::<LoadAttrCache>(th, ip, Opcode::LoadAttrGetattributeOverridden, |c| {
        c.set_version(version).set_word(Value::from_ref(f).word());
    });
}

/// Byte offset of the slot that a member descriptor stands for.
pub(super) fn member_offset(d: Value) -> Option<usize> {
    d.cast::<Member>().map(|m| m.what)
}

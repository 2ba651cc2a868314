//! Attributes: generic access and the forms that a shape's version proves.

use super::{Ctl, Regs, adapt, body, tri};
use crate::frame::{Frame, Stack};
use crate::thread::VmThread;
use heddle_object::names::n;
use heddle_object::types::Str;
use heddle_object::{R, Slot, Value, attr, ops};
use heddle_tlbc::cache::{Layout, LoadAttrCache, LoadSuperAttrCache, StoreAttrCache};

/// The cache of a `LOAD_ATTR` form.
#[inline(always)]
fn cache(r: &Regs) -> LoadAttrCache {
    // SAFETY: a specialized instruction of this thread's copy.
    unsafe { LoadAttrCache::at(r.ip) }
}

/// The object's shape version; that of words is their type's.
#[inline(always)]
fn version(v: Value) -> u32 {
    v.shape().version()
}

/// The word in a cache.
#[inline(always)]
fn cached(w: u64) -> Value {
    // SAFETY: the specializer stored a value, which the version proves to be current (and so alive).
    unsafe { Value::from_word(w) }
}

/// Replaces the owner by the attribute, and puts null over it when a call wants two words.
#[inline(always)]
fn put(r: &mut Regs, v: Value, a: u32) -> Ctl {
    r.replace(1, v);
    if a & 1 != 0 {
        r.push_word(0);
    }
    Ctl::Next
}

/// The slot at a cached byte offset.
#[inline(always)]
fn slot_at(v: Value, offset: usize) -> &'static Slot {
    // SAFETY: the shape's version was checked: the offset is within the cell.
    unsafe { &*(v.as_ptr::<u8>().add(offset) as *const Slot) }
}

body! {
    LoadAttr |r, th, a| {
        adapt!(r, th, a, crate::specialize::load_attr::specialize);
        r.save();
        if a & 1 != 0 {
            tri!(load_method(th, r.fp, r.sp, a >> 1));
            r.sp = r.sp.up(1);
            return Ctl::Next;
        }
        let v = tri!(load_attr(th, r.fp, r.sp, a >> 1));
        r.replace(1, v);
        Ctl::Next
    }
    LoadAttrInstanceValue |r, th, a| {
        let (o, c) = (r.peek(1), cache(r));
        if !o.is_ptr() || version(o) != c.version() {
            return Ctl::Deopt;
        }
        match slot_at(o, c.aux() as usize).get() {
            Some(v) => put(r, v, a),
            None => Ctl::Deopt,
        }
    }
    LoadAttrSlot |r, th, a| {
        let (o, c) = (r.peek(1), cache(r));
        if !o.is_ptr() || version(o) != c.version() {
            return Ctl::Deopt;
        }
        match slot_at(o, c.aux() as usize).get() {
            Some(v) => put(r, v, a),
            None => Ctl::Deopt,
        }
    }
    LoadAttrModule |r, th, a| {
        let (o, c) = (r.peek(1), cache(r));
        let Some(d) = crate::specialize::load_attr::module_dict(o) else { return Ctl::Deopt };
        let Some(t) = d.core().table() else { return Ctl::Deopt };
        if t.version() != c.version() {
            return Ctl::Deopt;
        }
        // SAFETY: a live entry's value, or 0.
        match unsafe { Value::from_slot(t.value(c.aux())) } {
            Some(v) => put(r, v, a),
            None => Ctl::Deopt,
        }
    }
    LoadAttrWithHint |r, th, a| {
        let (o, c) = (r.peek(1), cache(r));
        if !o.is_ptr() || version(o) != c.version() {
            return Ctl::Deopt;
        }
        let name = r.name(a >> 1);
        match crate::specialize::load_attr::hinted(o, name, c.aux()) {
            Some(v) => put(r, v, a),
            None => Ctl::Deopt,
        }
    }
    LoadAttrClass |r, th, a| {
        let (o, c) = (r.peek(1), cache(r));
        match o.cast_type() {
            Some(t) if t.version() == c.version() => put(r, cached(c.word()), a),
            _ => Ctl::Deopt,
        }
    }
    LoadAttrClassWithMetaclassCheck |r, th, a| {
        let (o, c) = (r.peek(1), cache(r));
        match o.cast_type() {
            Some(t) if t.version() == c.version() && version(o) == c.aux() => put(r, cached(c.word()), a),
            _ => Ctl::Deopt,
        }
    }
    LoadAttrMethodWithValues |r, th, a| {
        let (o, c) = (r.peek(1), cache(r));
        if version(o) != c.version() {
            return Ctl::Deopt;
        }
        r.replace(1, cached(c.word()));
        r.push(o);
        Ctl::Next
    }
    LoadAttrMethodNoDict |r, th, a| {
        let (o, c) = (r.peek(1), cache(r));
        if version(o) != c.version() {
            return Ctl::Deopt;
        }
        r.replace(1, cached(c.word()));
        r.push(o);
        Ctl::Next
    }
    LoadAttrNondescriptorWithValues |r, th, a| {
        let (o, c) = (r.peek(1), cache(r));
        if version(o) != c.version() { Ctl::Deopt } else { put(r, cached(c.word()), a) }
    }
    LoadAttrNondescriptorNoDict |r, th, a| {
        let (o, c) = (r.peek(1), cache(r));
        if version(o) != c.version() { Ctl::Deopt } else { put(r, cached(c.word()), a) }
    }
    LoadAttrProperty |r, th, a| {
        let (o, c) = (r.peek(1), cache(r));
        if version(o) != c.version() {
            return Ctl::Deopt;
        }
        super::call::enter_cached(r, th, c.word(), o, 0, 1, (1 + LOAD_ATTR_CACHES) as u16)
    }
    LoadAttrGetattributeOverridden |r, th, a| {
        let (o, c) = (r.peek(1), cache(r));
        if version(o) != c.version() {
            return Ctl::Deopt;
        }
        let name = Value::from_ref(r.name(a >> 1));
        super::call::enter_cached(r, th, c.word(), o, name.word(), 1, (1 + LOAD_ATTR_CACHES) as u16)
    }

    StoreAttr |r, th, a| {
        adapt!(r, th, a, crate::specialize::store_attr::specialize);
        r.save();
        tri!(store_attr(th, r.fp, r.sp, a));
        r.drop(2);
        Ctl::Next
    }
    StoreAttrInstanceValue |r, th, a| {
        // SAFETY: a specialized instruction of this thread's copy.
        let (o, c) = (r.peek(1), unsafe { StoreAttrCache::at(r.ip) });
        if !o.is_ptr() || version(o) != c.version() {
            return Ctl::Deopt;
        }
        if !crate::specialize::store_attr::store_checked(th, o, c.version(), c.offset() as usize, r.peek(2)) {
            return Ctl::Deopt;
        }
        r.drop(2);
        Ctl::Next
    }
    StoreAttrSlot |r, th, a| {
        // SAFETY: a specialized instruction of this thread's copy.
        let (o, c) = (r.peek(1), unsafe { StoreAttrCache::at(r.ip) });
        if !o.is_ptr() || version(o) != c.version() {
            return Ctl::Deopt;
        }
        // A slot of the type never moves, whatever happens to the object's other attributes: no lock is needed.
        slot_at(o, c.offset() as usize).set(Some(r.peek(2)));
        r.drop(2);
        Ctl::Next
    }
    StoreAttrAdd |r, th, a| {
        // SAFETY: a specialized instruction of this thread's copy.
        let (o, c) = (r.peek(1), unsafe { StoreAttrCache::at(r.ip) });
        if !o.is_ptr() || version(o) != c.version() {
            return Ctl::Deopt;
        }
        let name = r.name(a);
        if !crate::specialize::store_attr::add_checked(th, o, name, c.offset() as usize, r.peek(2)) {
            return Ctl::Deopt;
        }
        r.drop(2);
        Ctl::Next
    }
    StoreAttrWithHint |r, th, a| {
        // SAFETY: a specialized instruction of this thread's copy.
        let (o, c) = (r.peek(1), unsafe { StoreAttrCache::at(r.ip) });
        if !o.is_ptr() || version(o) != c.version() {
            return Ctl::Deopt;
        }
        r.save();
        let name = r.name(a);
        tri!(store_in_dict(th, o, name, r.peek(2)));
        r.drop(2);
        Ctl::Next
    }
    DeleteAttr |r, th, a| {
        r.save();
        tri!(delete_attr(th, r.fp, r.sp, a));
        r.drop(1);
        Ctl::Next
    }

    LoadSuperAttr |r, th, a| {
        adapt!(r, th, a, crate::specialize::load_super_attr::specialize);
        r.save();
        let v = tri!(load_super_attr(th, r.fp, r.sp, a));
        if a & 1 != 0 {
            // The helper left "self or null" in the place of the class.
            let under = r.sp.word(2);
            r.replace(3, v);
            r.push_word(under);
        } else {
            r.replace(3, v);
        }
        Ctl::Next
    }
    LoadSuperAttrAttr |r, th, a| {
        r.save();
        let v = match super_attr_builtin(th, r.fp, r.sp, a) {
            Ok(v) => v,
            Err(_) => return Ctl::Error,
        };
        r.replace(3, v);
        Ctl::Next
    }
    LoadSuperAttrMethod |r, th, a| {
        // SAFETY: a specialized instruction of this thread's copy.
        let c = unsafe { LoadSuperAttrCache::at(r.ip) };
        let (sup, class, o) = (r.peek(3), r.peek(2), r.peek(1));
        let Some(class) = class.cast_type() else { return Ctl::Deopt };
        if sup != th.vm.super_type() || version(o) != c.version() || class.version() != c.aux() {
            return Ctl::Deopt;
        }
        r.replace(3, cached(c.word()));
        r.push(o);
        Ctl::Next
    }
}

const LOAD_ATTR_CACHES: usize = heddle_tlbc::defs::caches_of(heddle_tlbc::Opcode::LoadAttr);

fn name(fp: *mut Frame, i: u32) -> &'static Str {
    // SAFETY: the running frame.
    unsafe { &*fp }.code().name(i as usize)
}

#[inline(never)]
fn load_attr(th: &mut VmThread, fp: *mut Frame, sp: Stack, i: u32) -> R {
    attr::getattr(&mut th.base, sp.get(1), name(fp, i))
}

/// Puts function and self, or value and null, over the owner.
#[inline(never)]
fn load_method(th: &mut VmThread, fp: *mut Frame, sp: Stack, i: u32) -> R<()> {
    let o = sp.get(1);
    let (f, bound) = attr::get_method(&mut th.base, o, name(fp, i))?;
    sp.set(1, f);
    sp.up(1).set_word(1, if bound { o.word() } else { 0 });
    Ok(())
}

#[inline(never)]
fn store_attr(th: &mut VmThread, fp: *mut Frame, sp: Stack, i: u32) -> R<()> {
    attr::setattr(&mut th.base, sp.get(1), name(fp, i), Some(sp.get(2)))
}

#[inline(never)]
fn store_in_dict(th: &mut VmThread, o: Value, name: &'static Str, v: Value) -> R<()> {
    attr::instance_set(&mut th.base, o, name, Some(v)).map(|_| ())
}

#[inline(never)]
fn delete_attr(th: &mut VmThread, fp: *mut Frame, sp: Stack, i: u32) -> R<()> {
    attr::setattr(&mut th.base, sp.get(1), name(fp, i), None)
}

/// Looks `name` up along the MRO of the object's type, behind `class`: the value bound, or, when a method is wanted,
/// function and self apart. Nothing when the objects are not fit for a built-in `super`.
fn super_lookup(
    th: &mut VmThread,
    class: Value,
    o: Value,
    name: &'static Str,
    method: bool,
) -> R<Option<(Value, Option<Value>)>> {
    use heddle_object::core::ty::flags;
    let Some(class) = class.cast_type() else { return Ok(None) };
    let (start, bind_to) = match o.cast_type() {
        Some(t) if t.is_subtype(class) => (t, None),
        _ if o.type_of().is_subtype(class) => (o.type_of(), Some(o)),
        _ => return Ok(None),
    };
    if Value::from_ref(name) == Value::from_ref(n().__class__) {
        return Ok(None);
    }
    let Some(mro) = start.mro.get().and_then(|m| m.cast::<heddle_object::types::Tuple>()) else {
        return Ok(None);
    };
    let mut behind = false;
    for t in mro.as_slice() {
        if !behind {
            behind = *t == class.value();
            continue;
        }
        let d = t
            .cast_type()
            .and_then(|t| t.dict.get())
            .and_then(|d| d.cast::<heddle_object::types::Dict>());
        let Some(v) = d.and_then(|d| d.get_str(name)) else { continue };
        let vt = v.type_of();
        if method && bind_to.is_some() && vt.has(flags::METHOD_DESCRIPTOR) {
            return Ok(Some((v, bind_to)));
        }
        return match vt.slots().descr_get {
            Some(get) => get(&mut th.base, v, bind_to, start.value()).map(|v| Some((v, None))),
            None => Ok(Some((v, None))),
        };
    }
    Ok(None)
}

#[inline(never)]
fn super_attr_builtin(th: &mut VmThread, fp: *mut Frame, sp: Stack, a: u32) -> R {
    load_super_attr(th, fp, sp, a & !1)
}

/// The attribute; with bit 0 of the argument, leaves self (or null) in the second place.
#[inline(never)]
fn load_super_attr(th: &mut VmThread, fp: *mut Frame, sp: Stack, a: u32) -> R {
    let (sup, class, o) = (sp.get(3), sp.get(2), sp.get(1));
    let name = name(fp, a >> 2);
    if sup == th.vm.super_type()
        && let Some((v, this)) = super_lookup(th, class, o, name, a & 1 != 0)?
    {
        sp.set_word(2, Value::slot_word(this));
        return Ok(v);
    }
    let args = [class, o];
    let args: &[Value] = if a & 2 != 0 { &args } else { &[] };
    let s = ops::call::call(&mut th.base, sup, args, None)?;
    let v = attr::getattr(&mut th.base, s, name)?;
    sp.set_word(2, 0);
    Ok(v)
}

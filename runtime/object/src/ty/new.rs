//! Making classes: metatype, bases, layout, `__slots__`, MRO, slots; and the links between a class and its subclasses.
//!
//! **Source:** the language reference's "customizing class creation"; C3 linearization; PEP 487.

use crate::attr;
use crate::core::header::Header;
use crate::core::native::Args;
use crate::core::shape::{ATTRS_BEHIND, Shape};
use crate::core::thread::Thread;
use crate::core::ty::{OWNER_SHARED, Slots, Type, TypeInit, flags};
use crate::core::value::Value;
use crate::error::R;
use crate::names::n;
use crate::ops;
use crate::ty::slots::{SLOT_DEFS, update_slot};
use crate::ty::{INLINE_MAX, lookup, modified, with_type_lock};
use crate::types::{Dict, List, OBJECT, Str, TYPE, Tuple, ValueArray, descr};

/// The most derived metatype of `meta` and those of the bases.
pub fn metatype(th: &mut Thread, meta: &'static Type, bases: &[Value]) -> R<&'static Type> {
    let mut winner = meta;
    for b in bases {
        let t = b.type_of();
        if winner.is_subtype(t) {
            continue;
        }
        if t.is_subtype(winner) {
            winner = t;
            continue;
        }
        return Err(th.type_error(format_args!(
            "metaclass conflict: the metaclass of a derived class must be a (non-strict) subclass of the metaclasses of all its bases"
        )));
    }
    Ok(winner)
}

/// `type.__new__(meta, name, bases, namespace, **kwargs)`
pub fn type_new(th: &mut Thread, meta: Value, args: &[Value], kwnames: Option<Value>) -> R {
    let a = Args::new(args, kwnames);
    let Some(meta) = meta.cast_type() else {
        return Err(th.type_error(format_args!("type.__new__(X): X is not a type object")));
    };
    if a.pos.len() != 3 {
        let k = a.pos.len();
        return Err(
            th.type_error(format_args!("type.__new__() takes exactly 3 arguments ({k} given)"))
        );
    }
    let (name, bases, ns) = (a.pos[0], a.pos[1], a.pos[2]);
    let Some(name) = name.cast::<Str>() else {
        let tn = name.type_of().name();
        return Err(th.type_error(format_args!("type.__new__() argument 1 must be str, not {tn}")));
    };
    let Some(bases) = bases.cast::<Tuple>() else {
        let tn = bases.type_of().name();
        return Err(
            th.type_error(format_args!("type.__new__() argument 2 must be tuple, not {tn}"))
        );
    };
    let Some(ns) = ns.cast::<Dict>() else {
        let tn = ns.type_of().name();
        return Err(th.type_error(format_args!("type.__new__() argument 3 must be dict, not {tn}")));
    };
    let bases = if bases.len() == 0 { Tuple::new(th, &[OBJECT.value()])? } else { bases };
    for b in bases.as_slice() {
        if b.cast_type().is_none() {
            if attr::getattr_optional(th, *b, n().__mro_entries__)?.is_some() {
                return Err(th.type_error(format_args!(
                    "type() doesn't support MRO entry resolution; use types.new_class()"
                )));
            }
        }
    }
    let winner = metatype(th, meta, bases.as_slice())?;
    if !std::ptr::eq(winner, meta)
        && let Some(f) = winner.slots().new
        && !std::ptr::fn_addr_eq(f, type_new as crate::core::ty::CallFn)
    {
        return f(th, winner.value(), args, kwnames);
    }
    if (0..name.len()).any(|i| name.code_point(i) == 0) {
        return Err(th.value_error(format_args!("type name must not contain null characters")));
    }
    let ty = build(th, winner, name, bases, ns)?;
    set_names(th, ty)?;
    init_subclass(th, ty, &a)?;
    Ok(ty.value())
}

/// The base whose layout the class extends.
pub fn best_base(th: &mut Thread, bases: &[Value]) -> R<&'static Type> {
    let mut best: Option<&'static Type> = None;
    for b in bases {
        let Some(t) = b.cast_type() else {
            return Err(th.type_error(format_args!("bases must be types")));
        };
        if !t.has(flags::BASETYPE) {
            let tn = t.name();
            return Err(th.type_error(format_args!("type '{tn}' is not an acceptable base type")));
        }
        best = Some(match best {
            None => t,
            Some(w) => {
                let (sw, st) = (solid(w), solid(t));
                if sw.is_subtype(st) {
                    w
                } else if st.is_subtype(sw) {
                    t
                } else {
                    return Err(th.type_error(format_args!(
                        "multiple bases have instance lay-out conflict"
                    )));
                }
            }
        });
    }
    Ok(best.unwrap_or(OBJECT.ty()))
}

/// The nearest type (itself included) that added fields to the layout.
fn solid(t: &'static Type) -> &'static Type {
    let mut at = t;
    while let Some(b) = at.base() {
        let own_layout = std::ptr::eq(at.layout().ty(), at)
            && (at.layout().spec.basicsize > b.basicsize as usize
                || at.layout().spec.var_size.is_some() != b.layout().spec.var_size.is_some());
        let own_slots = at.has(flags::HEAPTYPE) && at.basicsize > b.basicsize;
        if own_layout || own_slots {
            return at;
        }
        at = b;
    }
    at
}

fn build(
    th: &mut Thread,
    meta: &'static Type,
    name: &'static Str,
    bases: &'static Tuple,
    ns: &'static Dict,
) -> R<&'static Type> {
    let base = best_base(th, bases.as_slice())?;
    let d = Dict::new(th)?;
    let mut pos = 0;
    while let Some((k, v)) = ns.next(&mut pos) {
        let k = match k.cast::<Str>() {
            Some(s) => Value::from_ref(s.interned(th)?),
            None => k,
        };
        d.set_item(th, k, v)?;
    }

    // __slots__
    let base_dict =
        bases.as_slice().iter().filter_map(|b| b.cast_type()).any(|b| b.attrs_offset != 0);
    let base_weak =
        bases.as_slice().iter().filter_map(|b| b.cast_type()).any(|b| b.has(flags::HAS_WEAKREF));
    let slots = d.get_str(n().__slots__);
    let var = base.layout().spec.var_size.is_some();
    let mut names: Vec<&'static Str> = Vec::new();
    let (mut add_dict, mut add_weak) = (slots.is_none(), slots.is_none());
    if let Some(s) = slots {
        let list =
            if s.cast::<Str>().is_some() { Tuple::new(th, &[s])? } else { ops::to_tuple(th, s)? };
        if list.len() != 0 && var {
            let bn = base.name();
            return Err(th.type_error(format_args!(
                "nonempty __slots__ not supported for subtype of '{bn}'"
            )));
        }
        for v in list.as_slice() {
            let Some(s) = v.cast::<Str>() else {
                let tn = v.type_of().name();
                return Err(
                    th.type_error(format_args!("__slots__ items must be strings, not '{tn}'"))
                );
            };
            let text = s.to_string_lossy();
            if !is_identifier(&text) {
                return Err(th.type_error(format_args!("__slots__ must be identifiers")));
            }
            if &*text == "__dict__" {
                if add_dict || base_dict {
                    return Err(
                        th.type_error(format_args!("__dict__ slot disallowed: we already got one"))
                    );
                }
                add_dict = true;
                continue;
            }
            if &*text == "__weakref__" {
                if add_weak || base_weak {
                    return Err(th.type_error(format_args!(
                        "__weakref__ slot disallowed: we already got one"
                    )));
                }
                add_weak = true;
                continue;
            }
            let mangled = mangle(&name.to_string_lossy(), &text);
            let s = crate::names::intern_str(th, &mangled)?;
            if d.get_str(s).is_some()
                && !(s.eq_str("__qualname__")
                    || s.eq_str("__classcell__")
                    || s.eq_str("__classdictcell__"))
            {
                return Err(th.value_error(format_args!(
                    "'{mangled}' in __slots__ conflicts with class variable"
                )));
            }
            names.push(s);
        }
        names.sort_by(|a, b| a.to_string_lossy().cmp(&b.to_string_lossy()));
    }

    // Layout: the base's, then own slots, then the attribute word where no base has one.
    let own_from = (base.basicsize as usize).max(instance_end(base)).next_multiple_of(8);
    let basicsize = if var { base.basicsize as usize } else { own_from + 8 * names.len() };
    let attrs_offset = if base.attrs_offset != 0 && base.attrs_offset as usize != own_attrs(base) {
        base.attrs_offset as usize // a field of the static layout, or behind a varying payload
    } else if base_dict || add_dict {
        if var { ATTRS_BEHIND as usize } else { basicsize }
    } else {
        0
    };
    let mut f = flags::HEAPTYPE | flags::BASETYPE;
    if attrs_offset != 0 {
        f |= flags::HAS_DICT;
    }
    if add_weak || base_weak {
        f |= flags::HAS_WEAKREF;
    }
    for b in bases.as_slice().iter().filter_map(|b| b.cast_type()) {
        f |= b.flags() & (flags::INHERITED & !(flags::SEQUENCE | flags::MAPPING))
            | b.flags() & flags::HAS_DEL;
        if f & (flags::SEQUENCE | flags::MAPPING) == 0 {
            f |= b.flags() & (flags::SEQUENCE | flags::MAPPING);
        }
    }
    let meta_shape = match meta.instance_shape() {
        Some(s) => s,
        None => crate::ty::root_shape(th, meta)?,
    };
    let bytes = crate::ty::instance_bytes(meta, meta_shape).max(size_of::<Type>());
    let p = th.alloc_zeroed(bytes)? as *mut Type;
    // SAFETY: fresh memory of at least the size of a type; no safepoint before it is initialised.
    let ty: &'static Type = unsafe {
        p.write(Type::new_raw(TypeInit {
            header: Header::new(meta_shape, OWNER_SHARED, 0),
            slots: Slots::NONE,
            flags: f,
            basicsize: basicsize as u32,
            base,
            attrs_offset: attrs_offset as u32,
        }));
        &*p
    };
    ty.dict.set(Some(Value::from_ref(d)));
    ty.name.set(Some(Value::from_ref(name)));
    ty.bases.set(Some(Value::from_ref(bases)));

    // __qualname__, __module__, __doc__, implicit static and class methods.
    let q = match d.take(th, Value::from_ref(n().__qualname__))? {
        Some(q) if q.cast::<Str>().is_some() => q,
        Some(q) => {
            let tn = q.type_of().name();
            return Err(th.type_error(format_args!("type __qualname__ must be a str, not {tn}")));
        }
        None => Value::from_ref(name),
    };
    ty.qualname.set(Some(q));
    if d.get_str(n().__doc__).is_none() {
        d.set_item(th, Value::from_ref(n().__doc__), Value::none())?;
    }
    if d.get_str(n().__module__).is_none()
        && let Some(m) = (th.hooks.current_module_name)(th)
    {
        d.set_item(th, Value::from_ref(n().__module__), m)?;
    }
    if let Some(f) = d.get_str(n().__new__)
        && (th.hooks.is_function)(f)
    {
        let s = descr::StaticMethod::new(th, f)?;
        d.set_item(th, Value::from_ref(n().__new__), s)?;
    }
    for k in [n().__init_subclass__, n().__class_getitem__] {
        if let Some(f) = d.get_str(k)
            && (th.hooks.is_function)(f)
        {
            let c = descr::ClassMethod::new(th, f)?;
            d.set_item(th, Value::from_ref(k), c)?;
        }
    }
    for (i, s) in names.iter().enumerate() {
        let m = descr::Member::new(th, ty, s, own_from + 8 * i)?;
        d.set_item(th, Value::from_ref(*s), m)?;
    }
    if attrs_offset != 0 && !base_dict && base.attrs_offset == 0 {
        let v = descr::GetSet::new(th, ty, &descr::DICT_GETSET)?;
        d.set_item(th, Value::from_ref(n().__dict__), v)?;
    }
    if add_weak && !base_weak {
        let v = descr::GetSet::new(th, ty, &descr::WEAKREF_GETSET)?;
        d.set_item(th, Value::from_ref(n().__weakref__), v)?;
    }
    // Defining __eq__ without __hash__ makes instances unhashable.
    if d.get_str(n().__eq__).is_some() && d.get_str(n().__hash__).is_none() {
        d.set_item(th, Value::from_ref(n().__hash__), Value::none())?;
    }

    let mro = mro_of(th, ty)?;
    ty.mro.set(Some(Value::from_ref(mro)));
    update_all_slots(th, ty)?;

    // The cells that `super()` and annotations close over.
    if let Some(cell) = d.take(th, Value::from_ref(n().__classcell__))? {
        (th.hooks.set_cell)(th, cell, ty.value())?;
    }
    if let Some(cell) = d.take(th, Value::from_ref(n().__classdictcell__))? {
        (th.hooks.set_cell)(th, cell, Value::from_ref(d))?;
    }
    for b in bases.as_slice().iter().filter_map(|b| b.cast_type()) {
        add_subclass(th, b, ty)?;
    }
    Ok(ty)
}

/// Where the attribute word of a heap type that added its own lies; 0 when it has none.
fn own_attrs(t: &Type) -> usize {
    let o = t.attrs_offset as usize;
    if o != 0 && o != ATTRS_BEHIND as usize && o >= t.layout().spec.basicsize { o } else { 0 }
}

/// First byte behind fields and slots of instances of a base, attribute words apart (the subclass moves that).
fn instance_end(t: &Type) -> usize {
    t.basicsize as usize
}

/// Inline attribute slots that instances of the class should have: the attributes that its methods assign.
pub fn inline_slots(ty: &'static Type) -> usize {
    let mut names: Vec<u64> = Vec::new();
    if let Some(mro) = ty.mro.get().and_then(|m| m.cast::<Tuple>()) {
        for t in mro.as_slice().iter().filter_map(|t| t.cast_type()) {
            let list = t
                .dict
                .get()
                .and_then(|d| d.cast::<Dict>())
                .and_then(|d| d.get_str(n().__static_attributes__));
            if let Some(list) = list.and_then(|l| l.cast::<Tuple>()) {
                for v in list.as_slice() {
                    if !names.contains(&v.word()) {
                        names.push(v.word());
                    }
                }
            }
        }
    }
    // Some room for attributes set from outside the class.
    if names.is_empty() { 4 } else { (names.len() + 1).min(INLINE_MAX) }
}

/// The MRO: by a metaclass's `mro()` when it has its own, else C3.
fn mro_of(th: &mut Thread, ty: &'static Type) -> R<&'static Tuple> {
    let meta = ty.value().type_of();
    if std::ptr::eq(meta, TYPE.ty()) || lookup(th, meta, n().mro) == lookup(th, TYPE.ty(), n().mro)
    {
        return compute_mro(th, ty);
    }
    let r = ops::call_special(th, ty.value(), n().mro, &[])?.unwrap_or_else(Value::none);
    let t = ops::to_tuple(th, r)?;
    for v in t.as_slice() {
        if v.cast_type().is_none() {
            let tn = v.type_of().name();
            return Err(th.type_error(format_args!("mro() returned a non-class ('{tn}')")));
        }
    }
    Ok(t)
}

/// C3 linearization.
pub fn compute_mro(th: &mut Thread, ty: &'static Type) -> R<&'static Tuple> {
    let bases = ty.bases.get().and_then(|b| b.cast::<Tuple>()).map_or(&[][..], |t| t.as_slice());
    let mut seqs: Vec<&'static [Value]> = Vec::new();
    for (i, b) in bases.iter().enumerate() {
        if bases[..i].contains(b) {
            let bn = b.cast_type().map(|t| t.name()).unwrap_or_default();
            return Err(th.type_error(format_args!("duplicate base class {bn}")));
        }
        if let Some(m) = b.cast_type().and_then(|t| t.mro.get()).and_then(|m| m.cast::<Tuple>()) {
            seqs.push(m.as_slice());
        }
    }
    seqs.push(bases);
    // Types are kept alive by the bases; the vector holds them only until the tuple is made.
    let mut out: Vec<Value> = vec![ty.value()];
    loop {
        seqs.retain(|s| !s.is_empty());
        if seqs.is_empty() {
            return Tuple::new(th, &out);
        }
        let next = seqs.iter().map(|s| s[0]).find(|c| !seqs.iter().any(|s| s[1..].contains(c)));
        let Some(c) = next else {
            let names: Vec<String> = seqs
                .iter()
                .filter_map(|s| s[0].cast_type())
                .map(|t| t.name())
                .fold(Vec::new(), |mut v, x| {
                    if !v.contains(&x) {
                        v.push(x);
                    }
                    v
                });
            let names = names.join(", ");
            return Err(th.type_error(format_args!(
                "Cannot create a consistent method resolution order (MRO) for bases {names}"
            )));
        };
        out.push(c);
        for s in &mut seqs {
            if s[0] == c {
                *s = &s[1..];
            }
        }
    }
}

/// Computes the slot table of a class from its MRO and publishes it.
pub fn update_all_slots(th: &mut Thread, ty: &'static Type) -> R<()> {
    let mut s = Slots::NONE;
    // Protocols without a method name come from the bases.
    if let Some(mro) = ty.mro.get().and_then(|m| m.cast::<Tuple>()) {
        for b in mro.as_slice().iter().skip(1).filter_map(|b| b.cast_type()) {
            let bs = b.slots();
            s.send = s.send.or(bs.send);
            s.buffer = s.buffer.or(bs.buffer);
            s.release_buffer = s.release_buffer.or(bs.release_buffer);
            s.concat = s.concat.or(bs.concat);
            s.repeat = s.repeat.or(bs.repeat);
            s.inplace_concat = s.inplace_concat.or(bs.inplace_concat);
            s.inplace_repeat = s.inplace_repeat.or(bs.inplace_repeat);
            s.new = s.new.or(bs.new);
            s.init = s.init.or(bs.init);
        }
    }
    for def in SLOT_DEFS {
        let name = crate::names::intern_str(th, def.name)?;
        update_slot(th, ty, &mut s, def, name);
    }
    // One slot can stand for several methods; a Python method among them wins over an inherited native one.
    for def in SLOT_DEFS {
        let name = crate::names::intern_str(th, def.name)?;
        if let Some((v, owner)) = crate::ty::lookup_where(ty, name)
            && !v.is_none()
            && owner.has(flags::HEAPTYPE)
            && v.cast::<descr::SlotWrapper>().is_none()
        {
            (def.install)(&mut s);
        }
    }
    let mut f = ty.flags() & !(flags::GENERIC_GETATTR | flags::GENERIC_SETATTR | flags::HAS_DEL);
    f |= crate::ty::ready::attribute_flags(&s);
    if crate::ty::lookup_mro(ty, n().__del__).is_some() {
        f |= flags::HAS_DEL;
    }
    let rt = th.rt;
    if ty.instance_shape().is_none() {
        // SAFETY: no instance exists yet, and whoever has the type does not read its slots while it is being made.
        unsafe {
            ty.slots_mut(|x| *x = s);
            ty.set_flags(f);
        }
    } else {
        let pause = rt.world.stop(&th.slot, heddle_sync::stats::Reason::TypeMutation);
        // SAFETY: the world is stopped.
        unsafe {
            ty.slots_mut(|x| *x = s);
            ty.set_flags(f);
        }
        drop(pause);
    }
    Ok(())
}

/// `type.__setattr__` on the namespace: changes it, with versions taken away before and slots brought up to date after.
pub fn type_setattr(
    th: &mut Thread,
    ty: &'static Type,
    name: &'static Str,
    value: Option<Value>,
) -> R<()> {
    let Some(d) = ty.dict.get().and_then(|d| d.cast::<Dict>()) else {
        return Err(th.system_error(format_args!("type without a namespace")));
    };
    if value.is_none() && d.get_str(name).is_none() {
        return Err(attr::no_attribute(th, ty.value(), name));
    }
    with_type_lock(th, |_| modified(ty));
    match value {
        Some(v) => d.set_item(th, Value::from_ref(name), v)?,
        None => {
            d.del_item(th, Value::from_ref(name))?;
        }
    }
    // A version assigned between the two steps would vouch for the old contents.
    with_type_lock(th, |_| modified(ty));
    let text = name.to_string_lossy();
    if text.starts_with("__") && SLOT_DEFS.iter().any(|def| def.name == text) {
        update_slots_below(th, ty)?;
    }
    Ok(())
}

fn update_slots_below(th: &mut Thread, ty: &'static Type) -> R<()> {
    if ty.has(flags::HEAPTYPE) {
        update_all_slots(th, ty)?;
    }
    let mut subs = Vec::new();
    for_each_subclass(ty, &mut |s| subs.push(s));
    for s in subs {
        update_slots_below(th, s)?;
    }
    Ok(())
}

/// Adds flags of `match` patterns (`flags::SEQUENCE`, `flags::MAPPING`) to a class and to the classes below it; built-in
/// types keep theirs.
///
/// **Threads:** stops the world. **Escapes:** no.
pub fn add_pattern_flags(th: &mut Thread, ty: &'static Type, bits: u64) {
    let bits = bits & (flags::SEQUENCE | flags::MAPPING);
    let rt = th.rt;
    with_type_lock(th, |_| modified(ty));
    let pause = rt.world.stop(&th.slot, heddle_sync::stats::Reason::TypeMutation);
    fn set(t: &'static Type, bits: u64) {
        if t.has(flags::IMMUTABLE) || t.has(bits) {
            return;
        }
        // SAFETY: the caller stopped the world.
        unsafe { t.set_flags((t.flags() & !(flags::SEQUENCE | flags::MAPPING)) | bits) };
        for_each_subclass(t, &mut |s| set(s, bits));
    }
    set(ty, bits);
    drop(pause);
}

/// Adds a class to its base's list of subclasses.
pub fn add_subclass(th: &mut Thread, base: &'static Type, sub: &'static Type) -> R<()> {
    loop {
        let old = base.subclasses.get();
        let have = old.and_then(ValueArray::from_value);
        if let Some(a) = have {
            for s in a.slots() {
                if s.get() == Some(sub.value()) || s.compare_exchange(None, Some(sub.value())) {
                    return Ok(());
                }
            }
        }
        let new = ValueArray::new_weak(th, (have.map_or(0, |a| a.cap()) * 2).max(4))?;
        if let Some(a) = have {
            new.copy_from(a);
        }
        base.subclasses.compare_exchange(old, Some(new.as_value()));
    }
}

/// Calls `f` with each direct subclass.
pub fn for_each_subclass(ty: &'static Type, f: &mut dyn FnMut(&'static Type)) {
    if let Some(a) = ty.subclasses.get().and_then(ValueArray::from_value) {
        for s in a.slots() {
            if let Some(t) = s.get().and_then(|v| v.cast_type()) {
                f(t);
            }
        }
    }
}

/// `__subclasses__()`
pub fn subclasses(th: &mut Thread, ty: &'static Type) -> R<&'static List> {
    let l = List::new(th, &[])?;
    let mut subs = crate::heap::RootVec::new(th);
    for_each_subclass(ty, &mut |s| subs.push(s.value()));
    for s in subs.as_slice() {
        l.push(th, *s)?;
    }
    Ok(l)
}

fn set_names(th: &mut Thread, ty: &'static Type) -> R<()> {
    let Some(d) = ty.dict.get().and_then(|d| d.cast::<Dict>()) else { return Ok(()) };
    let copy = List::new(th, &[])?;
    let mut pos = 0;
    while let Some((k, v)) = d.next(&mut pos) {
        if crate::ty::lookup(th, v.type_of(), n().__set_name__).is_some() {
            copy.push(th, k)?;
            copy.push(th, v)?;
        }
    }
    let mut i = 0;
    while let (Some(k), Some(v)) = (copy.get(i), copy.get(i + 1)) {
        i += 2;
        if let Err(e) = ops::call_special(th, v, n().__set_name__, &[ty.value(), k]) {
            let x = th.take_exception(e);
            let kr = ops::repr(th, k)?.to_string_lossy();
            let (vt, tn) = (v.type_of().name(), ty.name());
            let note = Str::new(
                th,
                &format!("Error calling __set_name__ on '{vt}' instance {kr} in '{tn}'"),
            )?;
            let add_note = crate::names::intern_str(th, "add_note")?;
            if let Some(f) = attr::getattr_optional(th, x, add_note)? {
                ops::call1(th, f, Value::from_ref(note))?;
            }
            return Err(th.restore_exception(x));
        }
    }
    Ok(())
}

fn init_subclass(th: &mut Thread, ty: &'static Type, a: &Args) -> R<()> {
    let f = super_init_subclass(th, ty)?;
    let Some(f) = f else { return Ok(()) };
    crate::ty::slots::with_flat(th, &a.without_positional(), |th, args, kw| {
        ops::call(th, f, args, kw).map(|_| ())
    })
}

/// `super(ty, ty).__init_subclass__`
fn super_init_subclass(th: &mut Thread, ty: &'static Type) -> R<Option<Value>> {
    let Some(mro) = ty.mro.get().and_then(|m| m.cast::<Tuple>()) else { return Ok(None) };
    for t in mro.as_slice().iter().skip(1).filter_map(|t| t.cast_type()) {
        if let Some(v) = t
            .dict
            .get()
            .and_then(|d| d.cast::<Dict>())
            .and_then(|d| d.get_str(n().__init_subclass__))
        {
            return match v.type_of().slots().descr_get {
                Some(get) => get(th, v, None, ty.value()).map(Some),
                None => Ok(Some(v)),
            };
        }
    }
    Ok(None)
}

fn is_identifier(s: &str) -> bool {
    let mut c = s.chars();
    c.next().is_some_and(|c| c == '_' || c.is_alphabetic())
        && c.all(|c| c == '_' || c.is_alphanumeric())
}

/// Private name mangling.
pub fn mangle(class: &str, name: &str) -> String {
    let c = class.trim_start_matches('_');
    if !name.starts_with("__") || name.ends_with("__") || name.contains('.') || c.is_empty() {
        return name.to_string();
    }
    format!("_{c}{name}")
}

/// Finds the shape that instances of the class begin with.
pub fn shape_for_new(th: &mut Thread, ty: &'static Type) -> R<&'static Shape> {
    crate::ty::root_shape(th, ty)
}

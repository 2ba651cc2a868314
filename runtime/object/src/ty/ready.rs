//! Start-up of types: fills namespaces, bases and MROs of static types, and lets slots be inherited.

use crate::core::native::Binding;
use crate::core::thread::Thread;
use crate::core::ty::{StaticType, Type, flags};
use crate::core::value::Value;
use crate::error::R;
use crate::names::n;
use crate::ops;
use crate::ty::slots::SLOT_DEFS;
use crate::types::{Dict, Str, TYPE, Tuple, descr};

/// Makes all built-in types usable. Once, at start, on the first thread.
///
/// # Safety
/// - Called once, before any other thread exists.
pub unsafe fn init_types(th: &mut Thread) -> R<()> {
    let (k0, k1) = th.rt.options.hash_key;
    // SAFETY: the caller promises that there is one thread; no string exists yet.
    unsafe { crate::names::set_hash_seed(k0, k1) };
    crate::heap::init_internal_shapes();
    let all = crate::types::all();
    for t in &all {
        // SAFETY: nobody else runs yet; bases come first in the list.
        unsafe { t.init_raw(&TYPE) };
        t.ty().set_instance_shape(t.shape());
    }
    let heap = &th.rt.heap;
    heap.add_reporter(crate::names::trace_interned);
    heap.add_reporter(crate::types::bytes::trace_singles);
    heap.add_reporter(crate::types::exceptions::trace_preallocated);
    heap.add_thread_reporter(Thread::trace);
    for t in &all {
        list_static(th, t);
    }
    crate::core::statics::init_statics();
    crate::names::init_names(th)?;
    crate::types::exceptions::init_preallocated(th)?;
    for t in &all {
        fill(th, t)?;
    }
    Ok(())
}

/// Makes a static type of a native module usable; does nothing the second time.
///
/// **Threads:** under the import lock of the module that owns the type. **Escapes:** no.
pub fn ready_static(th: &mut Thread, t: &'static StaticType) -> R<()> {
    if t.is_ready() {
        return Ok(());
    }
    if let Some(b) = t.spec.base {
        ready_static(th, b)?;
    }
    // SAFETY: not reachable by others before its module is.
    unsafe { t.init_raw(&TYPE) };
    list_static(th, t);
    fill(th, t)?;
    t.ty().set_instance_shape(t.shape());
    Ok(())
}

/// Makes the collector trace the type and its shape.
fn list_static(th: &Thread, t: &'static StaticType) {
    // SAFETY: `init_raw` has written both, and statics stay for ever.
    unsafe {
        th.rt.heap.add_static(t.ty() as *const Type as *const u8);
        th.rt.heap.add_static((&raw const *t.shape()).cast());
    }
}

fn fill(th: &mut Thread, t: &'static StaticType) -> R<()> {
    let ty = t.ty();
    let spec = &t.spec;
    let short = spec.name.rsplit('.').next().unwrap_or(spec.name);
    let name = crate::names::intern_str(th, short)?;
    ty.name.set(Some(Value::from_ref(name)));

    // Bases and MRO. ExceptionGroup is the one built-in type with two bases.
    let mut bases: Vec<&'static Type> = ty.base().into_iter().collect();
    if std::ptr::eq(t, &crate::types::exceptions::EXCEPTION_GROUP) {
        bases.push(crate::types::exceptions::EXCEPTION.ty());
    }
    let base_values: Vec<Value> = bases.iter().map(|b| b.value()).collect();
    ty.bases.set(Some(Value::from_ref(Tuple::new(th, &base_values)?)));
    let mro = crate::ty::new::compute_mro(th, ty)?;
    ty.mro.set(Some(Value::from_ref(mro)));
    for b in &bases {
        crate::ty::new::add_subclass(th, b, ty)?;
    }

    let d = Dict::new(th)?;
    ty.dict.set(Some(Value::from_ref(d)));
    let mut inherited = spec.slots;

    // Slot wrappers.
    let mut unhashable = false;
    for def in SLOT_DEFS {
        if (def.present)(&spec.slots) {
            let hash_none = def.name == "__hash__" && is_hash_none(spec.slots.hash);
            if hash_none {
                unhashable = true;
                continue;
            }
            let key = crate::names::intern_str(th, def.name)?;
            if d.get_str(key).is_none() {
                let w = descr::SlotWrapper::new(th, ty, def)?;
                d.set_item(th, Value::from_ref(key), w)?;
            }
        }
    }
    if spec.slots.richcompare.is_some()
        && spec.slots.hash.is_none()
        && !std::ptr::eq(t, &crate::types::OBJECT)
    {
        inherited.hash = Some(ops::hash_not_implemented);
        unhashable = true;
    }
    if unhashable {
        d.set_item(th, Value::from_ref(n().__hash__), Value::none())?;
    }
    if spec.slots.new.is_some() && !ty.has(flags::DISALLOW_INSTANTIATION) {
        let f = descr::native_new(th, ty)?;
        d.set_item(th, Value::from_ref(n().__new__), f)?;
    }

    for m in spec.methods {
        let key = crate::names::intern_str(th, m.name)?;
        let v = match m.binding {
            Binding::Instance => descr::MethodDescriptor::new(th, ty, m)?,
            Binding::Class => descr::ClassMethodDescriptor::new(th, ty, m)?,
            Binding::Static => {
                let f = descr::BuiltinFunction::new(th, m, Value::none(), None)?;
                descr::StaticMethod::new(th, f)?
            }
        };
        d.set_item(th, Value::from_ref(key), v)?;
    }
    for g in spec.getset {
        let key = crate::names::intern_str(th, g.name)?;
        let v = descr::GetSet::new(th, ty, g)?;
        d.set_item(th, Value::from_ref(key), v)?;
    }
    let inherits_dict = ty.base().is_some_and(|b| b.attrs_offset != 0);
    if spec.dict_offset != 0 && !inherits_dict && d.get_str(n().__dict__).is_none() {
        let v = descr::GetSet::new(th, ty, &descr::DICT_GETSET)?;
        d.set_item(th, Value::from_ref(n().__dict__), v)?;
    }
    let doc =
        if spec.doc.is_empty() { Value::none() } else { Value::from_ref(Str::new(th, spec.doc)?) };
    if d.get_str(n().__doc__).is_none() {
        d.set_item(th, Value::from_ref(n().__doc__), doc)?;
    }
    if let Some((module, _)) = spec.name.rsplit_once('.') {
        let m = crate::names::intern_str(th, module)?;
        d.set_item(th, Value::from_ref(n().__module__), Value::from_ref(m))?;
    }

    // What is absent comes from the MRO.
    for b in mro.as_slice().iter().skip(1).filter_map(|b| b.cast_type()) {
        inherited.inherit(b.slots());
    }
    if ty.has(flags::DISALLOW_INSTANTIATION) {
        inherited.new = None;
    }
    // SAFETY: the type is not published yet.
    unsafe {
        ty.slots_mut(|s| *s = inherited);
        ty.set_flags(ty.flags() | attribute_flags(&inherited));
    }
    Ok(())
}

fn is_hash_none(f: Option<crate::core::ty::HashFn>) -> bool {
    f.is_some_and(|f| std::ptr::fn_addr_eq(f, ops::hash_not_implemented as crate::core::ty::HashFn))
}

/// The flags that say whether attribute access is the generic one.
pub fn attribute_flags(s: &crate::core::ty::Slots) -> u64 {
    let get = s.getattro.is_some_and(|f| {
        std::ptr::fn_addr_eq(f, crate::attr::generic_getattr as crate::core::ty::BinaryFn)
    });
    let set = s.setattro.is_some_and(|f| {
        std::ptr::fn_addr_eq(f, crate::attr::generic_setattr as crate::core::ty::StoreFn)
    });
    (if get { flags::GENERIC_GETATTR } else { 0 }) | if set { flags::GENERIC_SETATTR } else { 0 }
}

//! `type`

use crate::attr;
use crate::core::native::{Args, GetSetDef, MethodDef};
use crate::core::thread::Thread;
use crate::core::ty::{Slots, StaticType, Type, TypeSpec, flags};
use crate::core::value::{Payload, Value};
use crate::error::R;
use crate::heap::Tracer;
use crate::names::n;
use crate::ops;
use crate::ty::{getattr as type_attr, new};
use crate::types::{Dict, Str, Tuple};

// SAFETY: instances of `type` and its subclasses are `Type` cells.
unsafe impl Payload for Type {
    fn static_type() -> &'static StaticType {
        &TYPE
    }
}

/// Trace function of types.
///
/// # Safety
/// - `cell` is a [`Type`].
pub unsafe fn trace_type(cell: *mut u8, t: &mut Tracer) {
    // SAFETY: the caller's promise.
    let ty = unsafe { &*(cell as *const Type) };
    for s in [&ty.name, &ty.qualname, &ty.dict, &ty.bases, &ty.mro, &ty.subclasses, &ty.extra] {
        t.word(Value::slot_word(s.get()));
    }
    t.word(ty.base().map_or(0, |b| b as *const Type as u64));
    t.word(ty.shape_of_instances_ptr() as u64);
    t.word(ty.dict_shape_ptr() as u64);
}

/// `type`
pub static TYPE: StaticType = StaticType::new(TypeSpec {
    name: "type",
    basicsize: size_of::<Type>(),
    flags: flags::BASETYPE | flags::TYPE | flags::HAS_WEAKREF,
    doc: "type(object) -> the object's type\ntype(name, bases, dict, **kwds) -> a new type",
    trace: trace_type,
    slots: Slots {
        new: Some(new::type_new),
        init: Some(type_init),
        call: Some(type_call),
        repr: Some(type_repr),
        getattro: Some(type_attr::type_getattro),
        setattro: Some(type_attr::type_setattro),
        or: Some(crate::types::union::or),
        ..Slots::NONE
    },
    getset: &[
        GetSetDef::rw("__name__", |_, v| Ok(this(v).name.get().unwrap_or_else(Value::none)), set_name, ""),
        GetSetDef::rw("__qualname__", |_, v| Ok(this(v).qualname.get().or(this(v).name.get()).unwrap_or_else(Value::none)), set_qualname, ""),
        GetSetDef::rw("__bases__", |_, v| Ok(this(v).bases.get().unwrap_or_else(Value::none)), set_bases, ""),
        GetSetDef::ro("__mro__", |_, v| Ok(this(v).mro.get().unwrap_or_else(Value::none)), ""),
        GetSetDef::ro("__base__", |_, v| Ok(this(v).base().map_or_else(Value::none, |b| b.value())), ""),
        GetSetDef::ro("__dict__", |th, v| match this(v).dict.get() {
            Some(d) => crate::types::mapping_proxy::new_mapping_proxy(th, d),
            None => Ok(Value::none()),
        }, ""),
        GetSetDef::rw("__module__", get_module, |th, v, x| set_in_dict(th, v, n().__module__, x), ""),
        GetSetDef::rw("__doc__", get_doc, |th, v, x| set_in_dict(th, v, n().__doc__, x), ""),
        GetSetDef::ro("__flags__", |_, v| Ok(Value::small_int((this(v).flags() & 0xffff_ffff) as i64 | 1 << 12)), ""),
        GetSetDef::ro("__basicsize__", |_, v| Ok(Value::small_int(this(v).basicsize as i64)), ""),
        GetSetDef::ro("__itemsize__", |_, v| Ok(Value::small_int(if this(v).layout().spec.var_size.is_some() { 8 } else { 0 })), ""),
        GetSetDef::ro("__dictoffset__", |_, v| Ok(Value::small_int(this(v).attrs_offset as u16 as i16 as i64)), ""),
        GetSetDef::ro("__weakrefoffset__", |_, v| Ok(Value::small_int(if this(v).has(flags::HAS_WEAKREF) { 8 } else { 0 })), ""),
        GetSetDef::rw("__abstractmethods__", get_abstract, set_abstract, ""),
        GetSetDef::ro("__text_signature__", |_, _| Ok(Value::none()), ""),
        GetSetDef::rw("__annotations__", |th, v| (th.hooks.type_annotations)(th, v), |th, v, x| set_annotations(th, v, x), ""),
        GetSetDef::rw("__annotate__", |th, v| (th.hooks.type_annotate)(th, v), |th, v, x| set_annotate(th, v, x), ""),
        GetSetDef::rw("__type_params__", get_type_params, |th, v, x| set_in_dict(th, v, n().__type_params__, x), ""),
    ],
    methods: &[
        MethodDef::noargs("mro", |th, v| new::compute_mro(th, this(v)).map(|t| Value::from_ref(t)).and_then(|t| ops::to_list(th, t)).map(|l| Value::from_ref(l)), "mro($self, /)\n--\n\nReturn a type's method resolution order."),
        MethodDef::noargs("__subclasses__", |th, v| new::subclasses(th, this(v)).map(|l| Value::from_ref(l)), "__subclasses__($self, /)\n--\n\nReturn a list of immediate subclasses."),
        MethodDef::kw("__prepare__", |th, _, _| Dict::new(th).map(|d| Value::from_ref(d)), "__prepare__($cls, name, bases, /, **kwds)\n--\n\nCreate the namespace for the class statement").class(),
        MethodDef::one("__instancecheck__", |th, c, v| ops::real_is_instance(th, v, c).map(Value::bool), "__instancecheck__($self, instance, /)\n--\n\nCheck if an object is an instance."),
        MethodDef::one("__subclasscheck__", |th, c, s| ops::real_is_subclass(th, s, c).map(Value::bool), "__subclasscheck__($self, subclass, /)\n--\n\nCheck if a class is a subclass."),
        MethodDef::noargs("__dir__", |th, v| {
            let d = Dict::new(th)?;
            merge_class_dict(th, d, this(v))?;
            crate::types::object::keys_list(th, d)
        }, "__dir__($self, /)\n--\n\nSpecialized __dir__ implementation for types."),
        MethodDef::noargs("__sizeof__", |_, v| Ok(Value::small_int(size_of_val(this(v)) as i64)), "__sizeof__($self, /)\n--\n\nReturn memory consumption of the type object."),
    ],
    ..TypeSpec::DEFAULT
});

fn this(v: Value) -> &'static Type {
    // Descriptors check their owner before they call.
    match v.cast_type() {
        Some(t) => t,
        None => TYPE.ty(),
    }
}

fn type_init(th: &mut Thread, _v: Value, args: &[Value], kw: Option<Value>) -> R<()> {
    let a = Args::new(args, kw);
    if a.pos.len() == 1 && a.nkw() != 0 {
        return Err(th.type_error(format_args!("type.__init__() takes no keyword arguments")));
    }
    if a.pos.len() != 1 && a.pos.len() != 3 {
        return Err(th.type_error(format_args!("type.__init__() takes 1 or 3 arguments")));
    }
    Ok(())
}

/// Calling a type: `type(x)`, or `__new__` and `__init__`.
pub fn type_call(th: &mut Thread, v: Value, args: &[Value], kw: Option<Value>) -> R {
    let t = this(v);
    if std::ptr::eq(t, TYPE.ty()) {
        let a = Args::new(args, kw);
        if a.pos.len() == 1 && a.nkw() == 0 {
            return Ok(a.pos[0].type_of().value());
        }
        if a.pos.len() != 3 {
            return Err(th.type_error(format_args!("type() takes 1 or 3 arguments")));
        }
    }
    let Some(f) = t.slots().new else {
        let tn = t.name();
        return Err(th.type_error(format_args!("cannot create '{tn}' instances")));
    };
    let obj = f(th, v, args, kw)?;
    if !obj.type_of().is_subtype(t) {
        return Ok(obj);
    }
    if let Some(init) = obj.type_of().slots().init {
        init(th, obj, args, kw)?;
    }
    Ok(obj)
}

fn type_repr(th: &mut Thread, v: Value) -> R {
    let t = this(v);
    let module = get_module(th, v)?.cast::<Str>();
    let q = t.qualname.get().or(t.name.get()).unwrap_or_else(Value::none);
    let q = ops::str(th, q)?.to_string_lossy();
    let s = match module {
        Some(m) if !m.eq_str("builtins") => format!("<class '{}.{q}'>", m.to_string_lossy()),
        _ => format!("<class '{q}'>"),
    };
    Ok(Value::from_ref(Str::new(th, &s)?))
}

fn namespace(v: Value) -> Option<&'static Dict> {
    this(v).dict.get().and_then(|d| d.cast::<Dict>())
}

fn get_module(th: &mut Thread, v: Value) -> R {
    if let Some(m) = namespace(v).and_then(|d| d.get_str(n().__module__))
        && (this(v).has(flags::HEAPTYPE) || m.cast::<Str>().is_some())
    {
        return Ok(m);
    }
    if this(v).has(flags::HEAPTYPE) {
        return Err(attr::no_attribute(th, v, n().__module__));
    }
    Ok(Value::from_ref(n().builtins))
}

fn get_doc(th: &mut Thread, v: Value) -> R {
    let t = this(v);
    match namespace(v).and_then(|d| d.get_str(n().__doc__)) {
        Some(d) => match d.type_of().slots().descr_get {
            Some(get) if t.has(flags::HEAPTYPE) => get(th, d, None, v),
            _ => Ok(d),
        },
        None => Ok(Value::none()),
    }
}

fn check_mutable(th: &mut Thread, v: Value, what: &str) -> R<()> {
    if this(v).has(flags::IMMUTABLE) {
        let tn = this(v).name();
        return Err(
            th.type_error(format_args!("cannot set '{what}' attribute of immutable type '{tn}'"))
        );
    }
    Ok(())
}

fn set_in_dict(th: &mut Thread, v: Value, name: &'static Str, x: Option<Value>) -> R<()> {
    check_mutable(th, v, &name.to_string_lossy())?;
    new::type_setattr(th, this(v), name, x)
}

fn str_value(th: &mut Thread, v: Value, what: &str, x: Option<Value>) -> R<&'static Str> {
    check_mutable(th, v, what)?;
    let tn = this(v).name();
    match x {
        Some(x) => match x.cast::<Str>() {
            Some(s) => Ok(s),
            None => {
                let xn = x.type_of().name();
                Err(th
                    .type_error(format_args!("can only assign string to {tn}.{what}, not '{xn}'")))
            }
        },
        None => Err(th
            .type_error(format_args!("cannot delete '{what}' attribute of immutable type '{tn}'"))),
    }
}

fn set_name(th: &mut Thread, v: Value, x: Option<Value>) -> R<()> {
    let s = str_value(th, v, "__name__", x)?;
    this(v).name.set(Some(Value::from_ref(s)));
    Ok(())
}

fn set_qualname(th: &mut Thread, v: Value, x: Option<Value>) -> R<()> {
    let s = str_value(th, v, "__qualname__", x)?;
    this(v).qualname.set(Some(Value::from_ref(s)));
    Ok(())
}

/// `C.__bases__ = ...`: layouts must agree; MROs of all subclasses are computed again.
fn set_bases(th: &mut Thread, v: Value, x: Option<Value>) -> R<()> {
    check_mutable(th, v, "__bases__")?;
    let t = this(v);
    let tn = t.name();
    let bases = match x {
        Some(b) => match b.cast::<Tuple>() {
            Some(b) => b,
            None => {
                let bn = b.type_of().name();
                return Err(th.type_error(format_args!(
                    "can only assign tuple to {tn}.__bases__, not {bn}"
                )));
            }
        },
        None => {
            return Err(
                th.type_error(format_args!("cannot delete '__bases__' attribute of type '{tn}'"))
            );
        }
    };
    if bases.len() == 0 {
        return Err(th.type_error(format_args!(
            "can only assign non-empty tuple to {tn}.__bases__, not ()"
        )));
    }
    for b in bases.as_slice() {
        match b.cast_type() {
            None => {
                let bn = b.type_of().name();
                return Err(th.type_error(format_args!(
                    "{tn}.__bases__ must be tuple of classes, not '{bn}'"
                )));
            }
            Some(b) if b.is_subtype(t) => {
                return Err(
                    th.type_error(format_args!("a __bases__ item causes an inheritance cycle"))
                );
            }
            Some(_) => {}
        }
    }
    let best = new::best_base(th, bases.as_slice())?;
    if !std::ptr::eq(best.layout(), t.layout()) {
        let old = t.base().map(|b| b.name()).unwrap_or_default();
        let newn = best.name();
        return Err(th.type_error(format_args!(
            "__bases__ assignment: '{newn}' object layout differs from '{old}'"
        )));
    }
    crate::ty::with_type_lock(th, |_| crate::ty::modified(t));
    let (old_bases, old_mro) = (t.bases.get(), t.mro.get());
    t.bases.set(Some(Value::from_ref(bases)));
    match new::compute_mro(th, t) {
        Ok(m) => t.mro.set(Some(Value::from_ref(m))),
        Err(e) => {
            t.bases.set(old_bases);
            t.mro.set(old_mro);
            return Err(e);
        }
    }
    for b in bases.as_slice().iter().filter_map(|b| b.cast_type()) {
        new::add_subclass(th, b, t)?;
    }
    refresh_below(th, t)?;
    crate::ty::with_type_lock(th, |_| crate::ty::modified(t));
    Ok(())
}

fn refresh_below(th: &mut Thread, t: &'static Type) -> R<()> {
    new::update_all_slots(th, t)?;
    let mut subs = Vec::new();
    new::for_each_subclass(t, &mut |s| subs.push(s));
    for s in subs {
        let m = new::compute_mro(th, s)?;
        s.mro.set(Some(Value::from_ref(m)));
        refresh_below(th, s)?;
    }
    Ok(())
}

fn get_abstract(th: &mut Thread, v: Value) -> R {
    match namespace(v).and_then(|d| d.get_str(n().__abstractmethods__)) {
        Some(a) if !std::ptr::eq(this(v), TYPE.ty()) => Ok(a),
        _ => Err(attr::no_attribute(th, v, n().__abstractmethods__)),
    }
}

fn set_abstract(th: &mut Thread, v: Value, x: Option<Value>) -> R<()> {
    let t = this(v);
    let on = match x {
        Some(x) => ops::is_true(th, x)?,
        None => false,
    };
    new::type_setattr(th, t, n().__abstractmethods__, x)?;
    let pause = th.rt.world.stop(&th.slot, heddle_sync::stats::Reason::TypeMutation);
    let f = t.flags() & !flags::ABSTRACT | if on { flags::ABSTRACT } else { 0 };
    // SAFETY: the world is stopped.
    unsafe { t.set_flags(f) };
    drop(pause);
    Ok(())
}

fn set_annotations(th: &mut Thread, v: Value, x: Option<Value>) -> R<()> {
    let d = namespace(v);
    let cache = crate::names::intern_str(th, "__annotations_cache__")?;
    if let Some(d) = d
        && d.get_str(cache).is_some()
    {
        new::type_setattr(th, this(v), cache, None)?;
    }
    set_in_dict(th, v, n().__annotations__, x)
}

fn set_annotate(th: &mut Thread, v: Value, x: Option<Value>) -> R<()> {
    match x {
        Some(x) if x.is_none() || ops::is_callable(x) => {
            let func = crate::names::intern_str(th, "__annotate_func__")?;
            set_in_dict(th, v, func, Some(x))
        }
        Some(_) => Err(th.type_error(format_args!("__annotate__ must be callable or None"))),
        None => Err(th.type_error(format_args!("cannot delete __annotate__ attribute"))),
    }
}

fn get_type_params(th: &mut Thread, v: Value) -> R {
    match namespace(v).and_then(|d| d.get_str(n().__type_params__)) {
        Some(p) if !std::ptr::eq(this(v), TYPE.ty()) => Ok(p),
        _ => Tuple::new(th, &[]).map(|t| Value::from_ref(t)),
    }
}

/// Adds the names of a class and its bases.
pub fn merge_class_dict(th: &mut Thread, into: &'static Dict, c: &'static Type) -> R<()> {
    let Some(mro) = c.mro.get().and_then(|m| m.cast::<Tuple>()) else { return Ok(()) };
    for t in mro.as_slice().iter().rev() {
        if let Some(d) = namespace(*t) {
            let mut pos = 0;
            while let Some((k, _)) = d.next(&mut pos) {
                into.set_item(th, k, Value::none())?;
            }
        }
    }
    Ok(())
}

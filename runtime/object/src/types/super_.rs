//! `super`: attributes looked up behind a class in the MRO of an object.

use crate::attr;
use crate::core::header::Header;
use crate::core::native::{Args, GetSetDef};
use crate::core::slot::Slot;
use crate::core::thread::Thread;
use crate::core::ty::{Slots, StaticType, Type, TypeSpec, flags};
use crate::core::value::Value;
use crate::error::R;
use crate::heap::Tracer;
use crate::names::n;
use crate::ops;
use crate::payload;
use crate::types::items::text;
use crate::types::{Dict, Str, Tuple};

/// The class to search behind, the object, and the class whose MRO is searched.
#[repr(C)]
pub struct Super {
    /// Cell header.
    pub header: Header,
    cls: Slot,
    obj: Slot,
    obj_type: Slot,
}
payload!(Super, SUPER);

unsafe fn trace(cell: *mut u8, t: &mut Tracer) {
    // SAFETY: called with such a cell.
    let s = unsafe { &*(cell as *const Super) };
    t.slot(&s.cls);
    t.slot(&s.obj);
    t.slot(&s.obj_type);
}

/// `super`
pub static SUPER: StaticType = StaticType::new(TypeSpec {
    name: "super",
    basicsize: size_of::<Super>(),
    flags: flags::BASETYPE,
    doc: "super() -> same as super(__class__, <first argument>)\nsuper(type) -> unbound super object\nsuper(type, obj) -> bound super object; requires isinstance(obj, type)\nsuper(type, type2) -> bound super object; requires issubclass(type2, type)\nTypical use to call a cooperative superclass method:\nclass C(B):\n    def meth(self, arg):\n        super().meth(arg)\nThis works for class methods too:\nclass C(B):\n    @classmethod\n    def cmeth(cls, arg):\n        super().cmeth(arg)\n",
    trace,
    slots: Slots {
        new: Some(|th, ty, _, _| match ty.cast_type() {
            Some(t) => crate::ty::alloc_instance(th, t),
            None => Ok(ty),
        }),
        init: Some(init),
        repr: Some(repr),
        getattro: Some(getattro),
        descr_get: Some(descr_get),
        ..Slots::NONE
    },
    getset: &[
        GetSetDef::ro("__thisclass__", |_, v| Ok(field(&own(v).cls)), "the class invoking super()"),
        GetSetDef::ro(
            "__self__",
            |_, v| Ok(field(&own(v).obj)),
            "the instance invoking super(); may be None",
        ),
        GetSetDef::ro(
            "__self_class__",
            |_, v| Ok(field(&own(v).obj_type)),
            "the type of the instance invoking super(); may be None",
        ),
    ],
    ..TypeSpec::DEFAULT
});

/// Slots and getters are called with instances only.
fn own(v: Value) -> &'static Super {
    // SAFETY: whoever calls a slot or getter checked the type.
    unsafe { v.cast_unchecked() }
}

fn field(s: &Slot) -> Value {
    s.get().unwrap_or_else(Value::none)
}

/// The class whose MRO is searched for `super(cls, obj)`.
///
/// **Errors:** TypeError when `obj` is neither an instance nor a subclass of `cls`. **Escapes:** yes (`__class__`).
pub fn check(th: &mut Thread, cls: &'static Type, obj: Value) -> R<&'static Type> {
    if let Some(t) = obj.cast_type()
        && t.is_subtype(cls)
    {
        return Ok(t);
    }
    let t = obj.type_of();
    if t.is_subtype(cls) {
        return Ok(t);
    }
    if let Some(c) = attr::getattr_optional(th, obj, n().__class__)?.and_then(|c| c.cast_type())
        && !std::ptr::eq(c, t)
        && c.is_subtype(cls)
    {
        return Ok(c);
    }
    let (kind, name) = match obj.cast_type() {
        Some(t) => ("type", t.name()),
        None => ("instance of", t.name()),
    };
    let want = cls.name();
    Err(th.type_error(format_args!(
        "super(type, obj): obj ({kind} {name}) is not an instance or subtype of type ({want})."
    )))
}

/// What the namespaces behind `cls` in the MRO of `start` hold under `name`, as it lies there.
///
/// **Escapes:** no.
pub fn lookup_behind(
    start: &'static Type,
    cls: &'static Type,
    name: &'static Str,
) -> Option<Value> {
    let mro = start.mro.get()?.cast::<Tuple>()?.as_slice();
    let at = mro.iter().position(|t| *t == cls.value())?;
    mro[at + 1..].iter().find_map(|t| t.cast_type()?.dict.get()?.cast::<Dict>()?.get_str(name))
}

/// `super(cls, obj).name` without making the super object: the attribute, and whether it is a method that wants `obj` in
/// front of the arguments. Nothing when the classes behind do not have it.
///
/// **Escapes:** yes (descriptors).
pub fn lookup_method(
    th: &mut Thread,
    cls: &'static Type,
    obj: Value,
    name: &'static Str,
) -> R<Option<(Value, bool)>> {
    let start = check(th, cls, obj)?;
    let Some(found) = lookup_behind(start, cls, name) else { return Ok(None) };
    let of_class = obj == start.value();
    let ft = found.type_of();
    if !of_class && ft.has(flags::METHOD_DESCRIPTOR) {
        return Ok(Some((found, true)));
    }
    match ft.slots().descr_get {
        Some(get) => {
            let v = get(th, found, (!of_class).then_some(obj), start.value())?;
            Ok(Some((v, false)))
        }
        None => Ok(Some((found, false))),
    }
}

fn getattro(th: &mut Thread, v: Value, name: Value) -> R {
    let name = attr::attr_name(th, name)?;
    let s = own(v);
    // `__class__` is the super object's own.
    if !std::ptr::eq(name, n().__class__)
        && let (Some(cls), Some(obj), Some(start)) = (
            s.cls.get().and_then(|c| c.cast_type()),
            s.obj.get(),
            s.obj_type.get().and_then(|c| c.cast_type()),
        )
        && let Some(found) = lookup_behind(start, cls, name)
    {
        return match found.type_of().slots().descr_get {
            Some(get) => get(th, found, (obj != start.value()).then_some(obj), start.value()),
            None => Ok(found),
        };
    }
    attr::generic_getattr(th, v, Value::from_ref(name))
}

fn init(th: &mut Thread, v: Value, args: &[Value], kw: Option<Value>) -> R<()> {
    let a = Args::new(args, kw);
    a.no_keywords(th, "super")?;
    a.positional(th, "super", 0, 2)?;
    let (cls, obj) = match *a.pos {
        [] => {
            let (cls, obj) = (th.hooks.super_context)(th)?;
            (cls, Some(obj))
        }
        [cls] => (cls, None),
        [cls, obj, ..] => (cls, (!obj.is_none()).then_some(obj)),
    };
    let Some(t) = cls.cast_type() else {
        let tn = cls.type_of().name();
        return Err(th.type_error(format_args!("super() argument 1 must be a type, not {tn}")));
    };
    fill(th, own(v), t, obj)
}

fn fill(th: &mut Thread, s: &Super, cls: &'static Type, obj: Option<Value>) -> R<()> {
    let start = match obj {
        Some(o) => Some(check(th, cls, o)?),
        None => None,
    };
    s.cls.set(Some(cls.value()));
    s.obj.set(obj);
    s.obj_type.set(start.map(|t| t.value()));
    Ok(())
}

fn descr_get(th: &mut Thread, v: Value, obj: Option<Value>, _: Value) -> R {
    let s = own(v);
    let (Some(obj), None) = (obj.filter(|o| !o.is_none()), s.obj.get()) else { return Ok(v) };
    let Some(cls) = s.cls.get().and_then(|c| c.cast_type()) else { return Ok(v) };
    if !v.is_exact::<Super>() {
        return ops::call(th, v.type_of().value(), &[cls.value(), obj], None);
    }
    let new = crate::ty::alloc_instance(th, SUPER.ty())?;
    fill(th, own(new), cls, Some(obj))?;
    Ok(new)
}

fn repr(th: &mut Thread, v: Value) -> R {
    let s = own(v);
    let name = |s: &Slot| s.get().and_then(|t| t.cast_type()).map(|t| t.name());
    let cls = name(&s.cls).unwrap_or_else(|| "NULL".into());
    match name(&s.obj_type) {
        Some(t) => text(th, &format!("<super: <class '{cls}'>, <{t} object>>")),
        None => text(th, &format!("<super: <class '{cls}'>, NULL>")),
    }
}

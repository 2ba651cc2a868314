//! `property`.

use super::trace_slots;
use crate::attr;
use crate::core::header::Header;
use crate::core::native::{Args, GetSetDef, MethodDef, Params};
use crate::core::slot::Slot;
use crate::core::thread::Thread;
use crate::core::ty::{Slots, StaticType, TypeSpec, flags};
use crate::core::value::Value;
use crate::error::R;
use crate::heap::Tracer;
use crate::names::n;
use crate::ops;
use crate::payload;
use crate::types::Str;

/// Getter, setter, deleter; `aux` bit 0: the doc came from the getter.
#[repr(C)]
pub struct Property {
    /// Cell header.
    pub header: Header,
    /// `__dict__` (for subclasses' attributes the type has none).
    pub get: Slot,
    /// `fset`
    pub set: Slot,
    /// `fdel`
    pub del: Slot,
    /// `__doc__`
    pub doc: Slot,
    /// `__name__`
    pub name: Slot,
}
payload!(Property, PROPERTY);
trace_slots!(trace_property, Property, get, set, del, doc, name);

/// `property`
pub static PROPERTY: StaticType = StaticType::new(TypeSpec {
    name: "property",
    basicsize: size_of::<Property>(),
    flags: flags::BASETYPE,
    doc: "Property attribute.",
    trace: trace_property,
    slots: Slots {
        new: Some(|th, ty, _, _| match ty.cast_type() {
            Some(t) => crate::ty::alloc_instance(th, t),
            None => Ok(ty),
        }),
        init: Some(property_init),
        descr_get: Some(property_get),
        descr_set: Some(property_set),
        ..Slots::NONE
    },
    getset: &[
        GetSetDef::ro("fget", |_, v| Ok(field(v, |p| &p.get)), ""),
        GetSetDef::ro("fset", |_, v| Ok(field(v, |p| &p.set)), ""),
        GetSetDef::ro("fdel", |_, v| Ok(field(v, |p| &p.del)), ""),
        GetSetDef::rw(
            "__doc__",
            |_, v| Ok(field(v, |p| &p.doc)),
            |_, v, x| {
                if let Some(p) = v.cast::<Property>() {
                    p.doc.set(x);
                }
                Ok(())
            },
            "",
        ),
        GetSetDef::rw(
            "__name__",
            |th, v| {
                let Some(p) = v.cast::<Property>() else { return Ok(v) };
                if let Some(name) = p.name.get() {
                    return Ok(name);
                }
                if let Some(f) = p.get.get()
                    && let Some(name) = attr::getattr_optional(th, f, n().__name__)?
                {
                    return Ok(name);
                }
                Err(attr::no_attribute(th, v, n().__name__))
            },
            |_, v, x| {
                if let Some(p) = v.cast::<Property>() {
                    p.name.set(x);
                }
                Ok(())
            },
            "",
        ),
        GetSetDef::ro("__isabstractmethod__", is_abstract, ""),
    ],
    methods: &[
        MethodDef::one(
            "getter",
            |th, v, f| copy_with(th, v, Some(f), None, None),
            "Descriptor to obtain a copy of the property with a different getter.",
        ),
        MethodDef::one(
            "setter",
            |th, v, f| copy_with(th, v, None, Some(f), None),
            "Descriptor to obtain a copy of the property with a different setter.",
        ),
        MethodDef::one(
            "deleter",
            |th, v, f| copy_with(th, v, None, None, Some(f)),
            "Descriptor to obtain a copy of the property with a different deleter.",
        ),
        MethodDef::fast(
            "__set_name__",
            2,
            2,
            |_, v, a| {
                if let Some(p) = v.cast::<Property>() {
                    p.name.set(Some(a[1]));
                }
                Ok(Value::none())
            },
            "",
        ),
    ],
    ..TypeSpec::DEFAULT
});

fn field(v: Value, f: fn(&Property) -> &Slot) -> Value {
    v.cast::<Property>().and_then(|p| f(p).get()).unwrap_or_else(Value::none)
}

fn is_abstract(th: &mut Thread, v: Value) -> R {
    let name = crate::names::intern_str(th, "__isabstractmethod__")?;
    let Some(p) = v.cast::<Property>() else { return Ok(v) };
    for f in [p.get.get(), p.set.get(), p.del.get()].into_iter().flatten() {
        if let Some(a) = attr::getattr_optional(th, f, name)?
            && ops::is_true(th, a)?
        {
            return Ok(Value::bool(true));
        }
    }
    Ok(Value::bool(false))
}

const INIT: Params<4> = Params::new(["fget", "fset", "fdel", "doc"], 0);

fn property_init(th: &mut Thread, v: Value, args: &[Value], kw: Option<Value>) -> R<()> {
    let [get, set, del, doc] = Args::new(args, kw).bind(th, "property", &INIT)?;
    let Some(p) = v.cast::<Property>() else { return Ok(()) };
    let some = |x: Option<Value>| x.filter(|x| !x.is_none());
    p.get.set(some(get));
    p.set.set(some(set));
    p.del.set(some(del));
    p.doc.set(some(doc));
    p.name.set(None);
    p.header.set_aux(0);
    if let (None, Some(f)) = (some(doc), some(get))
        && let Some(d) = attr::getattr_optional(th, f, n().__doc__)?
    {
        if !d.is_none() {
            p.header.set_aux(1);
        }
        if v.is_exact::<Property>() {
            p.doc.set(Some(d));
        } else {
            // A subclass may have a `__doc__` of its own in the way; set it as an attribute, as CPython does.
            match attr::setattr(th, v, n().__doc__, Some(d)) {
                Err(e) if th.catch(e, &crate::types::exceptions::ATTRIBUTE_ERROR) => {}
                r => r?,
            }
        }
    }
    Ok(())
}

fn copy_with(
    th: &mut Thread,
    v: Value,
    get: Option<Value>,
    set: Option<Value>,
    del: Option<Value>,
) -> R {
    let Some(p) = v.cast::<Property>() else { return Ok(v) };
    let or_none = |x: Option<Value>| x.unwrap_or_else(Value::none);
    let pick = |new: Option<Value>, old: &Slot| match new {
        Some(f) if !f.is_none() => f,
        _ => or_none(old.get()),
    };
    let (g, s, d) = (pick(get, &p.get), pick(set, &p.set), pick(del, &p.del));
    let from_getter = p.header.aux() & 1 != 0 && !g.is_none();
    let doc = if from_getter { Value::none() } else { or_none(p.doc.get()) };
    let new = ops::call(th, v.type_of().value(), &[g, s, d, doc], None)?;
    if let (Some(q), Some(name)) = (new.cast::<Property>(), p.name.get()) {
        q.name.set(Some(name));
    }
    Ok(new)
}

fn property_get(th: &mut Thread, v: Value, obj: Option<Value>, _: Value) -> R {
    let (Some(p), Some(o)) = (v.cast::<Property>(), obj) else { return Ok(v) };
    match p.get.get() {
        Some(f) => ops::call1(th, f, o),
        None => Err(no_accessor(th, p, o, "getter")),
    }
}

fn property_set(th: &mut Thread, v: Value, obj: Value, x: Option<Value>) -> R<()> {
    let Some(p) = v.cast::<Property>() else { return Ok(()) };
    match x {
        Some(x) => match p.set.get() {
            Some(f) => ops::call(th, f, &[obj, x], None).map(|_| ()),
            None => Err(no_accessor(th, p, obj, "setter")),
        },
        None => match p.del.get() {
            Some(f) => ops::call1(th, f, obj).map(|_| ()),
            None => Err(no_accessor(th, p, obj, "deleter")),
        },
    }
}

fn no_accessor(th: &mut Thread, p: &Property, obj: Value, what: &str) -> crate::error::Raised {
    let q = obj.type_of().name();
    match p.name.get().and_then(|x| x.cast::<Str>()) {
        Some(name) => {
            let name = name.to_string_lossy();
            th.attribute_error(format_args!("property '{name}' of '{q}' object has no {what}"))
        }
        None => th.attribute_error(format_args!("property of '{q}' object has no {what}")),
    }
}

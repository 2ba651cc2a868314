//! `collections.defaultdict`: a dict with a function for missing keys.

use super::{DICT, Dict};
use crate::core::native::{Args, GetSetDef, MethodDef};
use crate::core::slot::Slot;
use crate::core::thread::Thread;
use crate::core::ty::{Slots, StaticType, TypeSpec, flags};
use crate::core::value::Value;
use crate::error::R;
use crate::heap::Tracer;
use crate::names::n;
use crate::ops;
use crate::payload;
use crate::types::items::text;
use crate::types::{Str, Tuple};

/// A dict, its factory, and its attributes when a subclass gives it some.
#[repr(C)]
pub struct DefaultDict {
    /// The dict itself.
    pub dict: Dict,
    /// `default_factory`; empty for None.
    pub factory: Slot,
}

payload!(DefaultDict, DEFAULT_DICT);

unsafe fn trace_default(cell: *mut u8, t: &mut Tracer) {
    // SAFETY: called with such a cell, which begins with a dict.
    unsafe {
        super::trace_dict(cell, t);
        t.slot(&(*(cell as *const DefaultDict)).factory);
    }
}

/// `collections.defaultdict`
pub static DEFAULT_DICT: StaticType = StaticType::new(TypeSpec {
    name: "collections.defaultdict",
    base: Some(&DICT),
    basicsize: size_of::<DefaultDict>(),
    flags: flags::BASETYPE | flags::HAS_WEAKREF,
    doc: "defaultdict(default_factory=None, /, [...]) --> dict with default factory\n\nThe default factory is called without arguments to produce\na new value when a key is not present, in __getitem__ only.\nA defaultdict compares equal to a dict with the same items.\nAll remaining arguments are treated the same as if they were\npassed to the dict constructor, including keyword arguments.",
    slots: Slots {
        init: Some(init),
        repr: Some(repr),
        getitem: Some(getitem),
        or: Some(or),
        ..Slots::NONE
    },
    methods: &[
        MethodDef::one(
            "__missing__",
            missing,
            "__missing__(key) # Called by __getitem__ for missing key; pseudo-code:\n  if self.default_factory is None: raise KeyError((key,))\n  self[key] = value = self.default_factory()\n  return value\n",
        ),
        MethodDef::noargs("copy", copy, "D.copy() -> a shallow copy of D."),
        MethodDef::noargs("__copy__", copy, "D.copy() -> a shallow copy of D."),
        MethodDef::noargs("__reduce__", reduce, "Return state information for pickling."),
        MethodDef::one("__class_getitem__", crate::types::generic_alias::new_alias, "See PEP 585")
            .class(),
    ],
    getset: &[GetSetDef::rw(
        "default_factory",
        |_, v| Ok(own(v).factory.get().unwrap_or_else(Value::none)),
        |_, v, x| {
            own(v).factory.set(x.filter(|x| !x.is_none()));
            Ok(())
        },
        "Factory for default value called by __missing__().",
    )],
    trace: trace_default,
    ..TypeSpec::DEFAULT
});

fn own(v: Value) -> &'static DefaultDict {
    // SAFETY: slots and methods of the type are called with its instances.
    unsafe { v.cast_unchecked() }
}

fn init(th: &mut Thread, v: Value, args: &[Value], kw: Option<Value>) -> R<()> {
    let a = Args::new(args, kw);
    let (factory, rest) = match a.pos.split_first() {
        Some((f, rest)) => (Some(*f).filter(|f| !f.is_none()), rest),
        None => (None, a.pos),
    };
    if let Some(f) = factory
        && !ops::is_callable(f)
    {
        return Err(th.type_error(format_args!("first argument must be callable or None")));
    }
    own(v).factory.set(factory);
    let a = a.with_positional(rest);
    a.positional(th, "defaultdict", 0, 1)?;
    super::methods::update_args(th, &own(v).dict, &a, "defaultdict")
}

fn missing(th: &mut Thread, v: Value, key: Value) -> R {
    let d = own(v);
    let Some(f) = d.factory.get() else { return Err(th.key_error(key)) };
    let x = ops::call0(th, f)?;
    // Another thread, or the factory itself, may have been here first; the first value stays.
    d.dict.set_default(th, key, x)
}

fn getitem(th: &mut Thread, v: Value, key: Value) -> R {
    if let Some(x) = own(v).dict.get_item(th, key)? {
        return Ok(x);
    }
    if v.is_exact::<DefaultDict>() {
        return missing(th, v, key);
    }
    match ops::call_special(th, v, n().__missing__, &[key])? {
        Some(x) => Ok(x),
        None => Err(th.key_error(key)),
    }
}

fn repr(th: &mut Thread, v: Value) -> R {
    let inner = match DICT.ty().slots().repr {
        Some(f) => f(th, v)?,
        None => v,
    };
    let inner = inner.cast::<Str>().map(|s| s.to_string_lossy()).unwrap_or_default();
    let factory = own(v).factory.get().unwrap_or_else(Value::none);
    let shown = ops::guarded_repr(th, v, |th| ops::repr(th, factory))?;
    let shown = shown.map(|s| s.to_string_lossy()).unwrap_or_else(|| "...".into());
    let name = v.type_of().name();
    text(th, &format!("{name}({shown}, {inner})"))
}

fn copy(th: &mut Thread, v: Value) -> R {
    let factory = own(v).factory.get().unwrap_or_else(Value::none);
    ops::call(th, v.type_of().value(), &[factory, v], None)
}

fn or(th: &mut Thread, a: Value, b: Value) -> R {
    let (own, other) = if a.is_instance(&DEFAULT_DICT) { (a, b) } else { (b, a) };
    if other.cast::<Dict>().is_none() {
        return Ok(Value::not_implemented());
    }
    let new = copy(th, own)?;
    let Some(d) = new.cast::<Dict>() else { return Ok(Value::not_implemented()) };
    if own != a {
        d.clear(th);
        super::update(th, d, a)?;
    }
    super::update(th, d, b)?;
    Ok(new)
}

fn reduce(th: &mut Thread, v: Value) -> R {
    let args = match own(v).factory.get() {
        Some(f) => Tuple::new(th, &[f])?,
        None => Tuple::new(th, &[])?,
    };
    let items = crate::names::intern_str(th, "items")?;
    let items = ops::call_method(th, v, items, &[])?;
    let items = ops::iter(th, items)?;
    let none = Value::none();
    let t = Tuple::new(th, &[v.type_of().value(), Value::from_ref(args), none, none, items])?;
    Ok(Value::from_ref(t))
}

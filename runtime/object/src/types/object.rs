//! `object`

use crate::attr;
use crate::core::native::{Args, GetSetDef, MethodDef};
use crate::core::thread::Thread;
use crate::core::ty::{CompareOp, Slots, StaticType, Type, TypeSpec, flags};
use crate::core::value::Value;
use crate::error::R;
use crate::names::n;
use crate::ops;
use crate::types::{Dict, List, Str, Tuple};

/// `object`
pub static OBJECT: StaticType = StaticType::new(TypeSpec {
    name: "object",
    flags: flags::BASETYPE,
    doc: "The base class of the class hierarchy.\n\nWhen called, it accepts no arguments and returns a new featureless\ninstance that has no instance attributes and cannot be given any.\n",
    slots: Slots {
        new: Some(object_new),
        init: Some(object_init),
        repr: Some(object_repr),
        str: Some(|th, v| ops::repr(th, v).map(|s| Value::from_ref(s))),
        hash: Some(|_, v| Ok(ops::hash_address(v))),
        getattro: Some(attr::generic_getattr),
        setattro: Some(attr::generic_setattr),
        richcompare: Some(object_compare),
        ..Slots::NONE
    },
    getset: &[GetSetDef::rw(
        "__class__",
        |_, v| Ok(v.type_of().value()),
        set_class,
        "the object's class",
    )],
    methods: &[
        MethodDef::one(
            "__reduce_ex__",
            reduce_ex,
            "__reduce_ex__($self, protocol, /)\n--\n\nHelper for pickle.",
        ),
        MethodDef::noargs(
            "__reduce__",
            |th, v| reduce(th, v, 0),
            "__reduce__($self, /)\n--\n\nHelper for pickle.",
        ),
        MethodDef::noargs(
            "__getstate__",
            |th, v| getstate(th, v, false),
            "__getstate__($self, /)\n--\n\nHelper for pickle.",
        ),
        MethodDef::fast(
            "__subclasshook__",
            0,
            u16::MAX,
            |_, _, _| Ok(Value::not_implemented()),
            "Abstract classes can override this to customize issubclass().",
        )
        .class(),
        MethodDef::kw(
            "__init_subclass__",
            |th, v, a| {
                if a.pos.is_empty() && a.nkw() == 0 {
                    return Ok(Value::none());
                }
                let tn = v.cast_type().map(|t| t.name()).unwrap_or_default();
                Err(th.type_error(format_args!(
                    "{tn}.__init_subclass__() takes no keyword arguments"
                )))
            },
            "This method is called when a class is subclassed.",
        )
        .class(),
        MethodDef::one(
            "__format__",
            object_format,
            "__format__($self, format_spec, /)\n--\n\nDefault object formatter.",
        ),
        MethodDef::noargs(
            "__sizeof__",
            |_, v| Ok(Value::small_int(v.type_of().basicsize as i64)),
            "__sizeof__($self, /)\n--\n\nSize of object in memory, in bytes.",
        ),
        MethodDef::noargs(
            "__dir__",
            object_dir,
            "__dir__($self, /)\n--\n\nDefault dir() implementation.",
        ),
    ],
    ..TypeSpec::DEFAULT
});

fn overrides(ty: &'static Type, init: bool) -> bool {
    let (s, o) = (ty.slots(), OBJECT.ty().slots());
    let addr = |f: Option<usize>| f.unwrap_or(0);
    if init {
        addr(s.init.map(|f| f as usize)) != addr(o.init.map(|f| f as usize))
    } else {
        addr(s.new.map(|f| f as usize)) != addr(o.new.map(|f| f as usize))
    }
}

/// `object.__new__`
pub fn object_new(th: &mut Thread, ty: Value, args: &[Value], kw: Option<Value>) -> R {
    let Some(t) = ty.cast_type() else { return Ok(ty) };
    let a = Args::new(args, kw);
    if !a.pos.is_empty() || a.nkw() != 0 {
        if overrides(t, false) {
            return Err(th.type_error(format_args!(
                "object.__new__() takes exactly one argument (the type to instantiate)"
            )));
        }
        if !overrides(t, true) {
            let tn = t.name();
            return Err(th.type_error(format_args!("{tn}() takes no arguments")));
        }
    }
    if t.has(flags::ABSTRACT) {
        return Err(abstract_error(th, t)?);
    }
    crate::ty::alloc_instance(th, t)
}

fn abstract_error(th: &mut Thread, t: &'static Type) -> R<crate::error::Raised> {
    let abs = attr::getattr(th, t.value(), n().__abstractmethods__)?;
    let l = ops::to_list(th, abs)?;
    let mut names: Vec<String> = Vec::new();
    for i in 0..l.len() {
        if let Some(s) = l.get(i) {
            names.push(format!("'{}'", ops::str(th, s)?.to_string_lossy()));
        }
    }
    names.sort();
    let s = if names.len() == 1 { "" } else { "s" };
    let (tn, names) = (t.name(), names.join(", "));
    Ok(th.type_error(format_args!(
        "Can't instantiate abstract class {tn} without an implementation for abstract method{s} {names}"
    )))
}

/// `object.__init__`
pub fn object_init(th: &mut Thread, v: Value, args: &[Value], kw: Option<Value>) -> R<()> {
    let a = Args::new(args, kw);
    if a.pos.is_empty() && a.nkw() == 0 {
        return Ok(());
    }
    let t = v.type_of();
    if overrides(t, true) {
        return Err(th.type_error(format_args!(
            "object.__init__() takes exactly one argument (the instance to initialize)"
        )));
    }
    if !overrides(t, false) {
        let tn = t.name();
        return Err(th.type_error(format_args!(
            "{tn}.__init__() takes exactly one argument (the instance to initialize)"
        )));
    }
    Ok(())
}

fn object_repr(th: &mut Thread, v: Value) -> R {
    let t = v.type_of();
    let module =
        attr::getattr_optional(th, t.value(), n().__module__)?.and_then(|m| m.cast::<Str>());
    let q = attr::getattr(th, t.value(), n().__qualname__)?;
    let q = ops::str(th, q)?.to_string_lossy();
    let s = match module {
        Some(m) if !m.eq_str("builtins") => {
            format!("<{}.{q} object at {:#x}>", m.to_string_lossy(), v.word())
        }
        _ => format!("<{q} object at {:#x}>", v.word()),
    };
    Ok(Value::from_ref(Str::new(th, &s)?))
}

fn object_compare(th: &mut Thread, a: Value, b: Value, op: CompareOp) -> R {
    match op {
        CompareOp::Eq => Ok(if a == b { Value::bool(true) } else { Value::not_implemented() }),
        CompareOp::Ne => {
            let Some(f) = a.type_of().slots().richcompare else {
                return Ok(Value::not_implemented());
            };
            let r = f(th, a, b, CompareOp::Eq)?;
            if r.is_not_implemented() {
                return Ok(r);
            }
            Ok(Value::bool(!ops::is_true(th, r)?))
        }
        _ => Ok(Value::not_implemented()),
    }
}

fn object_format(th: &mut Thread, v: Value, spec: Value) -> R {
    let Some(s) = spec.cast::<Str>() else {
        let tn = spec.type_of().name();
        return Err(th.type_error(format_args!("__format__() argument must be str, not {tn}")));
    };
    if s.len() != 0 {
        let tn = v.type_of().name();
        return Err(
            th.type_error(format_args!("unsupported format string passed to {tn}.__format__"))
        );
    }
    ops::str(th, v).map(|s| Value::from_ref(s))
}

fn object_dir(th: &mut Thread, v: Value) -> R {
    let d = Dict::new(th)?;
    if let Some(own) = attr::getattr_optional(th, v, n().__dict__)?.and_then(|d| d.cast::<Dict>()) {
        let mut pos = 0;
        while let Some((k, _)) = own.next(&mut pos) {
            d.set_item(th, k, Value::none())?;
        }
    }
    if let Some(c) = attr::getattr_optional(th, v, n().__class__)?.and_then(|c| c.cast_type()) {
        crate::types::type_::merge_class_dict(th, d, c)?;
    }
    keys_list(th, d)
}

/// The keys of a dict as a list.
pub fn keys_list(th: &mut Thread, d: &'static Dict) -> R {
    let l = List::new(th, &[])?;
    let mut pos = 0;
    while let Some((k, _)) = d.next(&mut pos) {
        l.push(th, k)?;
    }
    Ok(Value::from_ref(l))
}

/// `obj.__class__ = C`
fn set_class(th: &mut Thread, v: Value, c: Option<Value>) -> R<()> {
    let Some(c) = c else {
        return Err(th.type_error(format_args!("can't delete __class__ attribute")));
    };
    let Some(new) = c.cast_type() else {
        let tn = c.type_of().name();
        return Err(
            th.type_error(format_args!("__class__ must be set to a class, not '{tn}' object"))
        );
    };
    let old = v.type_of();
    let module = |t: &Type| std::ptr::eq(t.layout(), &crate::types::MODULE);
    if !(old.has(flags::HEAPTYPE) && new.has(flags::HEAPTYPE)) && !(module(old) && module(new)) {
        return Err(th.type_error(format_args!(
            "__class__ assignment only supported for mutable types or ModuleType subclasses"
        )));
    }
    let same_layout = std::ptr::eq(old.layout(), new.layout())
        && old.basicsize == new.basicsize
        && old.attrs_offset == new.attrs_offset
        && old.has(flags::HAS_DEL) == new.has(flags::HAS_DEL);
    if !same_layout {
        let (a, b) = (new.name(), old.name());
        return Err(th.type_error(format_args!(
            "__class__ assignment: '{a}' object layout differs from '{b}'"
        )));
    }
    let Some(h) = v.header() else { return Ok(()) };
    // With the attributes in a dict only the shape has to change; the number of inline slots stays the object's own.
    attr::instance_dict(th, v)?;
    let from = h.shape();
    let to = crate::ty::shape_with_inline(th, new, from.inline_cap)?;
    th.critical(h, |_| h.set_shape(to));
    Ok(())
}

/// `copyreg.__reduce_ex__` and `copyreg.__newobj__` do the work, as in CPython.
fn reduce(th: &mut Thread, v: Value, protocol: i64) -> R {
    let copyreg = (th.hooks.import)(th, "copyreg")?;
    if protocol < 2 {
        let f = attr::getattr_str(th, copyreg, "_reduce_ex")?;
        return ops::call(th, f, &[v, Value::small_int(protocol)], None);
    }
    let cls = v.type_of();
    if cls.slots().new.is_none() {
        let tn = cls.name();
        return Err(th.type_error(format_args!("cannot pickle '{tn}' object")));
    }
    let (mut args, mut kwargs) = (Tuple::new(th, &[])?, None);
    let mut has_args = false;
    if let Some(r) = ops::call_special(th, v, n().__getnewargs_ex__, &[])? {
        let t = match r.cast::<Tuple>() {
            Some(t) if t.len() == 2 => t,
            _ => {
                return Err(th.type_error(format_args!(
                    "__getnewargs_ex__ should return a tuple of length 2"
                )));
            }
        };
        args = ops::to_tuple(th, t.as_slice()[0])?;
        kwargs = Some(t.as_slice()[1]);
        has_args = true;
    } else if let Some(r) = ops::call_special(th, v, n().__getnewargs__, &[])? {
        args = match r.cast::<Tuple>() {
            Some(t) => t,
            None => {
                let tn = r.type_of().name();
                return Err(
                    th.type_error(format_args!("__getnewargs__ should return a tuple, not '{tn}'"))
                );
            }
        };
        has_args = true;
    }
    let required =
        !has_args && !v.is_instance(&crate::types::LIST) && !v.is_instance(&crate::types::DICT);
    let state = match ops::call_method(th, v, n().__getstate__, &[]) {
        Ok(_) if required && uses_default_getstate(th, v) => getstate(th, v, true)?,
        r => r?,
    };
    let none = Value::none();
    let mut items = none;
    let mut pairs = none;
    if v.is_instance(&crate::types::LIST) {
        items = ops::iter(th, v)?;
    }
    if v.is_instance(&crate::types::DICT) {
        let view = ops::call_method(th, v, n().items, &[])?;
        pairs = ops::iter(th, view)?;
    }
    let (f, fargs) = match kwargs.filter(|k| k.cast::<Dict>().is_some_and(|d| d.len() != 0)) {
        Some(k) => {
            let f = attr::getattr_str(th, copyreg, "__newobj_ex__")?;
            (f, Tuple::new(th, &[cls.value(), Value::from_ref(args), k])?)
        }
        None => {
            let f = attr::getattr_str(th, copyreg, "__newobj__")?;
            let mut all = crate::heap::RootVec::with(th, &[cls.value()]);
            all.extend(args.as_slice());
            (f, Tuple::new(th, all.as_slice())?)
        }
    };
    Ok(Value::from_ref(Tuple::new(th, &[f, Value::from_ref(fargs), state, items, pairs])?))
}

fn uses_default_getstate(th: &mut Thread, v: Value) -> bool {
    crate::ty::lookup(th, v.type_of(), n().__getstate__)
        == crate::ty::lookup(th, OBJECT.ty(), n().__getstate__)
}

fn reduce_ex(th: &mut Thread, v: Value, protocol: Value) -> R {
    let p = ops::index_isize(th, protocol)? as i64;
    // A class with its own __reduce__ wins.
    if crate::ty::lookup(th, v.type_of(), n().__reduce__)
        != crate::ty::lookup(th, OBJECT.ty(), n().__reduce__)
    {
        return ops::call_method(th, v, n().__reduce__, &[]);
    }
    reduce(th, v, p)
}

/// `object.__getstate__`: the dict, the slots, or both.
fn getstate(th: &mut Thread, v: Value, required: bool) -> R {
    let t = v.type_of();
    if required
        && t.layout().spec.basicsize > OBJECT.spec.basicsize
        && !t.layout().spec.flags & flags::BASE_EXC != 0
    {
        let payload = !std::ptr::eq(t.layout(), &OBJECT);
        if payload && !t.has(flags::HEAPTYPE) {
            let tn = t.name();
            return Err(th.type_error(format_args!("cannot pickle '{tn}' object")));
        }
    }
    let dict = match attr::instance_dict(th, v)? {
        Some(d) if d.len() != 0 => Value::from_ref(d),
        _ => Value::none(),
    };
    if !t.has(flags::HEAPTYPE) {
        return Ok(dict);
    }
    let slots = Dict::new(th)?;
    if let Some(mro) = t.mro.get().and_then(|m| m.cast::<Tuple>()) {
        for c in mro.as_slice().iter().filter_map(|c| c.cast_type()) {
            let Some(d) = c.dict.get().and_then(|d| d.cast::<Dict>()) else { continue };
            let mut pos = 0;
            while let Some((k, m)) = d.next(&mut pos) {
                if let Some(m) = m.cast::<crate::types::descr::Member>()
                    // SAFETY: `v` is an instance of the owner, which is in its MRO.
                    && let Some(x) = unsafe { m.slot(v) }.get()
                {
                    slots.set_item(th, k, x)?;
                }
            }
        }
    }
    if slots.len() == 0 {
        return Ok(dict);
    }
    Ok(Value::from_ref(Tuple::new(th, &[dict, Value::from_ref(slots)])?))
}

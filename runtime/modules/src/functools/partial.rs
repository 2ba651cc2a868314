//! `partial` and its placeholder.

use heddle_object::core::native::Args;
use heddle_object::core::payload::{self, Native, Shared};
use heddle_object::heap::{RootVec, Tracer};
use heddle_object::names::n;
use heddle_object::types::generic_alias::new_alias;
use heddle_object::types::{Dict, Str, Tuple, descr};
use heddle_object::{
    GetSetDef, MethodDef, R, Slot, Slots, StaticType, Thread, TypeSpec, Value, attr, flags, ops,
};

/// A function with its first arguments, some of which may be left open by `Placeholder`.
pub(super) struct Partial {
    func: Slot,
    args: Slot,
    keywords: Slot,
    /// How many placeholders there are among `args`.
    open: Shared,
}
crate::native!(Partial, PARTIAL, [func, args, keywords]);

/// The singleton `Placeholder`.
struct Placeholder;

impl Native for Placeholder {
    fn static_type() -> &'static StaticType {
        &PLACEHOLDER_TYPE
    }
    fn trace(&self, _: &mut Tracer) {}
}

fn singleton(th: &mut Thread) -> R {
    attr::getattr_str(th, PLACEHOLDER_TYPE.value(), "_instance")
}

fn is_placeholder(v: Value) -> bool {
    v.native::<Placeholder>().is_some()
}

/// Makes the one placeholder, and keeps it in its class.
pub(super) fn make_placeholder(th: &mut Thread) -> R {
    let p = payload::alloc(th, PLACEHOLDER_TYPE.ty(), Placeholder)?;
    let name = heddle_object::names::intern_str(th, "_instance")?;
    heddle_object::ty::new::type_setattr(th, PLACEHOLDER_TYPE.ty(), name, Some(p))?;
    Ok(p)
}

pub(super) static PLACEHOLDER_TYPE: StaticType = StaticType::new(TypeSpec {
    name: "functools._PlaceholderType",
    doc: "The type of the Placeholder singleton.\n\nUsed as a placeholder for partial arguments.",
    slots: Slots {
        new: Some(|th, _, args, kw| {
            if !args.is_empty() || kw.is_some() {
                return Err(th.type_error(format_args!("_PlaceholderType takes no arguments")));
            }
            singleton(th)
        }),
        repr: Some(|th, _| Str::new(th, "Placeholder").map(|s| Value::from_ref(s))),
        ..Slots::NONE
    },
    methods: &[MethodDef::noargs(
        "__reduce__",
        |th, _| Str::new(th, "Placeholder").map(|s| Value::from_ref(s)),
        "",
    )],
    ..payload::spec::<Placeholder>()
});

fn count_open(args: &[Value]) -> u64 {
    args.iter().filter(|a| is_placeholder(**a)).count() as u64
}

fn partial_new(th: &mut Thread, ty: Value, args: &[Value], kw: Option<Value>) -> R {
    let a = Args::new(args, kw);
    let Some((&func, rest)) = a.pos.split_first() else {
        return Err(th.type_error(format_args!("type 'partial' takes at least one argument")));
    };
    if !ops::is_callable(func) {
        return Err(th.type_error(format_args!("the first argument must be callable")));
    }
    if rest.last().is_some_and(|v| is_placeholder(*v)) {
        return Err(th.type_error(format_args!("trailing Placeholders are not allowed")));
    }
    if a.kwvalues.iter().any(|v| is_placeholder(*v)) {
        return Err(
            th.type_error(format_args!("Placeholder cannot be passed as a keyword argument"))
        );
    }
    // A partial of a plain partial becomes one.
    let mut inner = func.native::<Partial>();
    if inner.is_some() && has_attributes(th, func)? {
        inner = None;
    }
    let (func, args, keywords) = match inner {
        Some(p) => {
            let have = p.args.get().and_then(|t| t.cast::<Tuple>());
            let have = have.map_or(&[][..], |t| t.as_slice());
            let mut all = RootVec::new(th);
            let mut new = rest.iter().copied();
            for v in have {
                all.push(if is_placeholder(*v) { new.next().unwrap_or(*v) } else { *v });
            }
            for v in new {
                all.push(v);
            }
            let keywords = match p.keywords.get().and_then(|k| k.cast::<Dict>()) {
                Some(d) => d.copy(th)?,
                None => Dict::new(th)?,
            };
            (p.func.get().unwrap_or(func), Tuple::new(th, &all)?, keywords)
        }
        None => (func, Tuple::new(th, rest)?, Dict::new(th)?),
    };
    for (k, v) in a.keywords() {
        keywords.set_item(th, Value::from_ref(k), v)?;
    }
    let Some(t) = ty.cast_type() else { return Ok(ty) };
    payload::alloc(
        th,
        t,
        Partial {
            func: Slot::new(Some(func)),
            args: Slot::new(Some(Value::from_ref(args))),
            keywords: Slot::new(Some(Value::from_ref(keywords))),
            open: Shared::new(count_open(args.as_slice())),
        },
    )
}

/// Whether a partial may have attributes of its own: then it is not merged into another.
fn has_attributes(th: &mut Thread, v: Value) -> R<bool> {
    Ok(!v.is_type(&PARTIAL) || attr::instance_dict(th, v)?.is_some_and(|d| d.len() != 0))
}

fn call(th: &mut Thread, v: Value, args: &[Value], kw: Option<Value>) -> R {
    let p = v.expect_native::<Partial>(th)?;
    let a = Args::new(args, kw);
    let Some(func) = p.func.get() else { return Ok(v) };
    let have = p.args.get().and_then(|t| t.cast::<Tuple>());
    let have = have.map_or(&[][..], |t| t.as_slice());
    let keywords = p.keywords.get().and_then(|k| k.cast::<Dict>()).filter(|d| d.len() != 0);
    let open = p.open.get() as usize;
    if a.pos.len() < open {
        let given = a.pos.len();
        return Err(th.type_error(format_args!(
            "missing positional arguments in 'partial' call; expected at least {open}, got {given}"
        )));
    }
    let mut all = RootVec::new(th);
    let rest = if open == 0 {
        all.extend(have);
        a.pos
    } else {
        let (fill, rest) = a.pos.split_at(open);
        let mut fill = fill.iter();
        for v in have {
            all.push(if is_placeholder(*v) { *fill.next().unwrap_or(v) } else { *v });
        }
        rest
    };
    all.extend(rest);
    let Some(own) = keywords else {
        all.extend(a.kwvalues);
        return ops::call(th, func, &all, kw);
    };
    if a.nkw() == 0 {
        let mut names = RootVec::new(th);
        let mut at = 0;
        while let Some((k, v)) = own.next(&mut at) {
            names.push(k);
            all.push(v);
        }
        let names = Tuple::new(th, &names)?;
        return ops::call(th, func, &all, Some(Value::from_ref(names)));
    }
    let merged = own.copy(th)?;
    for (k, v) in a.keywords() {
        merged.set_item(th, Value::from_ref(k), v)?;
    }
    let pos = Tuple::new(th, &all)?;
    ops::call_ex(th, func, pos, Some(merged))
}

fn repr(th: &mut Thread, v: Value) -> R {
    let p = v.expect_native::<Partial>(th)?;
    let text = ops::guarded_repr(th, v, |th| {
        let mut parts = String::new();
        let func = p.func.get().unwrap_or_else(Value::none);
        parts.push_str(&ops::repr(th, func)?.to_string_lossy());
        if let Some(t) = p.args.get().and_then(|t| t.cast::<Tuple>()) {
            for x in t.as_slice() {
                parts.push_str(", ");
                parts.push_str(&ops::repr(th, *x)?.to_string_lossy());
            }
        }
        if let Some(d) = p.keywords.get().and_then(|d| d.cast::<Dict>()) {
            let mut at = 0;
            while let Some((k, x)) = d.next(&mut at) {
                let k = ops::str(th, k)?.to_string_lossy();
                let x = ops::repr(th, x)?.to_string_lossy();
                parts.push_str(&format!(", {k}={x}"));
            }
        }
        Ok(parts)
    })?;
    let ty = v.type_of().value();
    let module = attr::getattr(th, ty, n().__module__)?;
    let module = ops::str(th, module)?.to_string_lossy();
    let name = attr::getattr(th, ty, n().__qualname__)?;
    let name = ops::str(th, name)?.to_string_lossy();
    let s = match text {
        Some(t) => format!("{module}.{name}({t})"),
        None => "...".to_owned(),
    };
    Str::new(th, &s).map(|s| Value::from_ref(s))
}

fn reduce(th: &mut Thread, v: Value) -> R {
    let p = v.expect_native::<Partial>(th)?;
    let none = Value::none();
    let func = p.func.get().unwrap_or(none);
    let first = Tuple::new(th, &[func])?;
    let dict = match attr::instance_dict(th, v)? {
        Some(d) if d.len() != 0 => Value::from_ref(d),
        _ => none,
    };
    let state = Tuple::new(
        th,
        &[func, p.args.get().unwrap_or(none), p.keywords.get().unwrap_or(none), dict],
    )?;
    Tuple::new(th, &[v.type_of().value(), Value::from_ref(first), Value::from_ref(state)])
        .map(|t| Value::from_ref(t))
}

fn setstate(th: &mut Thread, v: Value, state: Value) -> R {
    let p = v.expect_native::<Partial>(th)?;
    let parts = state.cast::<Tuple>().map(|t| t.as_slice());
    let Some(&[func, args, keywords, dict]) = parts else {
        return Err(th.type_error(format_args!("invalid partial state")));
    };
    let (Some(args), true) = (args.cast::<Tuple>(), ops::is_callable(func)) else {
        return Err(th.type_error(format_args!("invalid partial state")));
    };
    if !keywords.is_none() && keywords.cast::<Dict>().is_none() {
        return Err(th.type_error(format_args!("invalid partial state")));
    }
    if args.as_slice().last().is_some_and(|v| is_placeholder(*v)) {
        return Err(th.type_error(format_args!("trailing Placeholders are not allowed")));
    }
    let args = Tuple::new(th, args.as_slice())?;
    let keywords = match keywords.cast::<Dict>() {
        Some(d) => d.copy(th)?,
        None => Dict::new(th)?,
    };
    p.func.set(Some(func));
    p.args.set(Some(Value::from_ref(args)));
    p.keywords.set(Some(Value::from_ref(keywords)));
    p.open.set(count_open(args.as_slice()));
    if !dict.is_none() {
        attr::instance_set_dict(th, v, dict)?;
    }
    Ok(Value::none())
}

pub(super) static PARTIAL: StaticType = StaticType::new(TypeSpec {
    name: "functools.partial",
    doc: "Create a new function with partial application of the given arguments and keywords.",
    flags: flags::BASETYPE | flags::HAS_WEAKREF | flags::METHOD_DESCRIPTOR,
    slots: Slots {
        new: Some(partial_new),
        call: Some(call),
        repr: Some(repr),
        descr_get: Some(|th, v, obj, _| match obj {
            Some(o) if !o.is_none() => descr::BoundMethod::new(th, v, o),
            _ => Ok(v),
        }),
        ..Slots::NONE
    },
    methods: &[
        MethodDef::noargs("__reduce__", reduce, ""),
        MethodDef::one("__setstate__", setstate, ""),
        MethodDef::one("__class_getitem__", new_alias, "See PEP 585").class(),
    ],
    getset: &[
        GetSetDef::ro(
            "func",
            |th, v| Ok(v.expect_native::<Partial>(th)?.func.get().unwrap_or(v)),
            "function object to use in future partial calls",
        ),
        GetSetDef::ro(
            "args",
            |th, v| Ok(v.expect_native::<Partial>(th)?.args.get().unwrap_or(v)),
            "tuple of arguments to future partial calls",
        ),
        GetSetDef::ro(
            "keywords",
            |th, v| Ok(v.expect_native::<Partial>(th)?.keywords.get().unwrap_or(v)),
            "dictionary of keyword arguments to future partial calls",
        ),
    ],
    ..payload::spec_with_dict::<Partial>()
});

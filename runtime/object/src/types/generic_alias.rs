//! `types.GenericAlias`: `list[int]`. And what it shares with unions: type parameters, their substitution, type reprs.
//!
//! **Source:** PEP 585, PEP 646 (unpacking), CPython's `genericaliasobject.c` for the protocol with `typing`.

use crate::attr;
use crate::core::header::Header;
use crate::core::native::{Args, GetSetDef, MethodDef};
use crate::core::slot::Slot;
use crate::core::thread::Thread;
use crate::core::ty::{CompareOp, Slots, StaticType, TypeSpec, flags};
use crate::core::value::Value;
use crate::error::R;
use crate::heap::Tracer;
use crate::names::n;
use crate::ops;
use crate::payload;
use crate::types::exceptions as exc;
use crate::types::items::text;
use crate::types::iterators::builtin;
use crate::types::{List, NONE_TYPE, Str, Tuple};

/// Origin and arguments; `aux` of the header is 1 for `*tuple[int]`.
#[repr(C)]
pub struct GenericAlias {
    /// Cell header.
    pub header: Header,
    /// The generic class.
    pub origin: Slot,
    /// A tuple.
    pub args: Slot,
    /// `__parameters__`, once asked for.
    parameters: Slot,
}
payload!(GenericAlias, GENERIC_ALIAS);

unsafe fn trace(cell: *mut u8, t: &mut Tracer) {
    // SAFETY: called with such a cell.
    let a = unsafe { &*(cell as *const GenericAlias) };
    t.slot(&a.origin);
    t.slot(&a.args);
    t.slot(&a.parameters);
}

/// `types.GenericAlias`
pub static GENERIC_ALIAS: StaticType = StaticType::new(TypeSpec {
    name: "types.GenericAlias",
    basicsize: size_of::<GenericAlias>(),
    flags: flags::BASETYPE | flags::HAS_WEAKREF,
    doc: "Represent a PEP 585 generic type\n\nE.g. for t = list[int], t.__origin__ is list and t.__args__ is (int,).",
    trace,
    slots: Slots {
        new: Some(new),
        repr: Some(repr),
        hash: Some(hash),
        call: Some(call),
        getattro: Some(getattro),
        richcompare: Some(compare),
        iter: Some(|th, v| new_iterator(th, v)),
        getitem: Some(getitem),
        or: Some(crate::types::union::or),
        ..Slots::NONE
    },
    getset: &[
        GetSetDef::ro("__origin__", |_, v| Ok(origin(v)), ""),
        GetSetDef::ro("__args__", |_, v| Ok(args_value(v)), ""),
        GetSetDef::ro("__unpacked__", |_, v| Ok(Value::bool(starred(v))), ""),
        GetSetDef::ro("__parameters__", get_parameters, "Type variables in the GenericAlias."),
        GetSetDef::ro(
            "__typing_unpacked_tuple_args__",
            |_, v| {
                let of_tuple = origin(v) == crate::types::TUPLE.value();
                Ok(if starred(v) && of_tuple { args_value(v) } else { Value::none() })
            },
            "",
        ),
    ],
    methods: &[
        MethodDef::one(
            "__mro_entries__",
            |th, v, _| Ok(Value::from_ref(Tuple::new(th, &[origin(v)])?)),
            "",
        ),
        MethodDef::one(
            "__instancecheck__",
            |th, _, _| {
                Err(th.type_error(format_args!(
                    "isinstance() argument 2 cannot be a parameterized generic"
                )))
            },
            "",
        ),
        MethodDef::one(
            "__subclasscheck__",
            |th, _, _| {
                Err(th.type_error(format_args!(
                    "issubclass() argument 2 cannot be a parameterized generic"
                )))
            },
            "",
        ),
        MethodDef::noargs("__reduce__", reduce, ""),
        MethodDef::noargs("__dir__", dir, ""),
    ],
    ..TypeSpec::DEFAULT
});

/// Slots and methods are called with aliases only.
fn own(v: Value) -> &'static GenericAlias {
    // SAFETY: whoever calls a slot or method checked the type.
    unsafe { v.cast_unchecked() }
}

fn origin(v: Value) -> Value {
    own(v).origin.get().unwrap_or_else(Value::none)
}

fn args_value(v: Value) -> Value {
    own(v).args.get().unwrap_or_else(Value::none)
}

fn args(v: Value) -> &'static [Value] {
    args_value(v).cast::<Tuple>().map_or(&[], |t| t.as_slice())
}

fn starred(v: Value) -> bool {
    own(v).header.aux() != 0
}

/// `origin[args]`: what `__class_getitem__` of built-in classes gives.
pub fn new_alias(th: &mut Thread, origin: Value, args: Value) -> R {
    make(th, origin, args, false)
}

fn make(th: &mut Thread, origin: Value, args: Value, starred: bool) -> R {
    let args = match args.cast::<Tuple>() {
        Some(_) => args,
        None => Value::from_ref(Tuple::new(th, &[args])?),
    };
    let a =
        th.alloc::<GenericAlias>(GENERIC_ALIAS.shape(), starred as u32, |header| GenericAlias {
            header,
            origin: Slot::new(Some(origin)),
            args: Slot::new(Some(args)),
            parameters: Slot::empty(),
        })?;
    Ok(Value::from_ref(a))
}

fn new(th: &mut Thread, ty: Value, pos: &[Value], kw: Option<Value>) -> R {
    let a = Args::new(pos, kw);
    a.no_keywords(th, "GenericAlias")?;
    a.positional(th, "GenericAlias", 2, 2)?;
    let plain = make(th, a.pos[0], a.pos[1], false)?;
    match ty.cast_type() {
        Some(t) if !std::ptr::eq(t, GENERIC_ALIAS.ty()) => {
            let v = crate::ty::alloc_instance(th, t)?;
            own(v).origin.set(Some(origin(plain)));
            own(v).args.set(Some(args_value(plain)));
            Ok(v)
        }
        _ => Ok(plain),
    }
}

/// How a type is shown inside another: by its name, without `builtins`.
pub fn type_repr(th: &mut Thread, v: Value, out: &mut String) -> R<()> {
    if v == crate::core::statics::ELLIPSIS.value() {
        out.push_str("...");
        return Ok(());
    }
    if v == NONE_TYPE.value() {
        out.push_str("None");
        return Ok(());
    }
    let alias = attr::getattr_optional(th, v, n().__origin__)?.is_some()
        && attr::getattr_optional(th, v, n().__args__)?.is_some();
    if !alias
        && let Some(q) = attr::getattr_optional(th, v, n().__qualname__)?
        && let Some(m) = attr::getattr_optional(th, v, n().__module__)?
        && !m.is_none()
    {
        let (q, m) = (ops::str(th, q)?.to_string_lossy(), ops::str(th, m)?.to_string_lossy());
        if m != "builtins" {
            out.push_str(&m);
            out.push('.');
        }
        out.push_str(&q);
        return Ok(());
    }
    out.push_str(&ops::repr(th, v)?.to_string_lossy());
    Ok(())
}

/// As [`type_repr`], and a list of types shows its items.
fn arg_repr(th: &mut Thread, v: Value, out: &mut String) -> R<()> {
    let Some(l) = v.cast::<List>().filter(|_| v.is_exact::<List>()) else {
        return type_repr(th, v, out);
    };
    out.push('[');
    let mut i = 0;
    while let Some(x) = l.at(th, i) {
        if i != 0 {
            out.push_str(", ");
        }
        type_repr(th, x, out)?;
        i += 1;
    }
    out.push(']');
    Ok(())
}

fn repr(th: &mut Thread, v: Value) -> R {
    let mut s = String::new();
    if starred(v) {
        s.push('*');
    }
    type_repr(th, origin(v), &mut s)?;
    s.push('[');
    for (i, a) in args(v).iter().enumerate() {
        if i != 0 {
            s.push_str(", ");
        }
        arg_repr(th, *a, &mut s)?;
    }
    if args(v).is_empty() {
        s.push_str("()");
    }
    s.push(']');
    text(th, &s)
}

fn hash(th: &mut Thread, v: Value) -> R<i64> {
    let h = ops::hash(th, origin(v))? ^ ops::hash(th, args_value(v))?;
    Ok(if h == -1 { -2 } else { h })
}

fn compare(th: &mut Thread, a: Value, b: Value, op: CompareOp) -> R {
    if b.cast::<GenericAlias>().is_none() || !matches!(op, CompareOp::Eq | CompareOp::Ne) {
        return Ok(Value::not_implemented());
    }
    let eq = starred(a) == starred(b)
        && ops::equal(th, origin(a), origin(b))?
        && ops::equal(th, args_value(a), args_value(b))?;
    Ok(Value::bool(eq == (op == CompareOp::Eq)))
}

fn call(th: &mut Thread, v: Value, args: &[Value], kw: Option<Value>) -> R {
    let obj = ops::call(th, origin(v), args, kw)?;
    match attr::setattr(th, obj, n().__orig_class__, Some(v)) {
        Err(e) if th.catch(e, &exc::ATTRIBUTE_ERROR) || th.catch(e, &exc::TYPE_ERROR) => Ok(obj),
        r => r.map(|()| obj),
    }
}

/// All attributes but a few are those of the origin.
fn getattro(th: &mut Thread, v: Value, name: Value) -> R {
    let name = attr::attr_name(th, name)?;
    let names = n();
    let own_attrs = [
        names.__class__,
        names.__origin__,
        names.__args__,
        names.__unpacked__,
        names.__parameters__,
        names.__typing_unpacked_tuple_args__,
        names.__mro_entries__,
        names.__reduce_ex__,
        names.__reduce__,
        // These are never passed on.
        names.__bases__,
        names.__copy__,
        names.__deepcopy__,
    ];
    if own_attrs.iter().any(|x| std::ptr::eq(*x, name)) {
        return attr::generic_getattr(th, v, Value::from_ref(name));
    }
    attr::getattr(th, origin(v), name)
}

fn dir(th: &mut Thread, v: Value) -> R {
    let d = crate::names::intern_str(th, "dir")?;
    let f = builtin(th, &d.to_string_lossy())?;
    let names = ops::call1(th, f, origin(v))?;
    let l = ops::to_list(th, names)?;
    for extra in [
        "__origin__",
        "__args__",
        "__parameters__",
        "__mro_entries__",
        "__reduce_ex__",
        "__reduce__",
        "__copy__",
        "__deepcopy__",
        "__unpacked__",
        "__typing_unpacked_tuple_args__",
        "__class__",
    ] {
        let s = Value::from_ref(Str::new(th, extra)?);
        if !ops::contains(th, Value::from_ref(l), s)? {
            l.push(th, s)?;
        }
    }
    Ok(Value::from_ref(l))
}

fn reduce(th: &mut Thread, v: Value) -> R {
    let parts = Tuple::new(th, &[origin(v), args_value(v)])?;
    if !starred(v) {
        let r = Tuple::new(th, &[v.type_of().value(), Value::from_ref(parts)])?;
        return Ok(Value::from_ref(r));
    }
    let plain = make(th, origin(v), args_value(v), false)?;
    let it = new_iterator(th, plain)?;
    let next = builtin(th, "next")?;
    let args = Tuple::new(th, &[it])?;
    Ok(Value::from_ref(Tuple::new(th, &[next, Value::from_ref(args)])?))
}

// ---- type parameters and their substitution; shared with unions

/// The type parameters in `args`, each once, in order. **Escapes:** yes.
pub fn parameters_of(th: &mut Thread, args: &[Value]) -> R<&'static Tuple> {
    let found = List::new(th, &[])?;
    collect_parameters(th, args, found)?;
    found.snapshot(th)
}

fn collect_parameters(th: &mut Thread, args: &[Value], found: &'static List) -> R<()> {
    th.enter_call("")?;
    let r = (|| {
        for a in args {
            // Classes have no parameters of their own, even when their instances do.
            if a.cast_type().is_some() {
                continue;
            }
            if let Some(t) = a.cast::<Tuple>() {
                collect_parameters(th, t.as_slice(), found)?;
                continue;
            }
            if let Some(l) = a.cast::<List>() {
                let t = l.snapshot(th)?;
                collect_parameters(th, t.as_slice(), found)?;
                continue;
            }
            if attr::getattr_optional(th, *a, n().__typing_subst__)?.is_some() {
                add_once(th, found, *a)?;
                continue;
            }
            let sub = attr::getattr_optional(th, *a, n().__parameters__)?;
            if let Some(t) = sub.and_then(|t| t.cast::<Tuple>()) {
                for p in t.as_slice() {
                    add_once(th, found, *p)?;
                }
            }
        }
        Ok(())
    })();
    th.leave_call();
    r
}

fn add_once(th: &mut Thread, found: &'static List, p: Value) -> R<()> {
    for i in 0..found.len() {
        if found.get(i) == Some(p) {
            return Ok(());
        }
    }
    found.push(th, p)
}

fn get_parameters(th: &mut Thread, v: Value) -> R {
    let a = own(v);
    if let Some(p) = a.parameters.get() {
        return Ok(p);
    }
    let p = Value::from_ref(parameters_of(th, args(v))?);
    a.parameters.set(Some(p));
    Ok(p)
}

/// The items of an index expression, with unpacked tuples of known length in place.
fn unpack_args(th: &mut Thread, item: Value) -> R<&'static Tuple> {
    let items = match item.cast::<Tuple>() {
        Some(t) => t,
        None => Tuple::new(th, &[item])?,
    };
    let out = List::new(th, &[])?;
    for x in items.as_slice() {
        let sub = match x.cast_type() {
            Some(_) => None,
            None => attr::getattr_optional(th, *x, n().__typing_unpacked_tuple_args__)?,
        };
        let dots = crate::core::statics::ELLIPSIS.value();
        match sub.and_then(|s| s.cast::<Tuple>()) {
            Some(t) if t.as_slice().last() != Some(&dots) => out.extend(th, t.as_slice())?,
            _ => out.push(th, *x)?,
        }
    }
    out.snapshot(th)
}

/// `args` with its type parameters replaced by the items of an index expression. `v` is named in errors.
///
/// **Escapes:** yes.
pub fn substitute(
    th: &mut Thread,
    v: Value,
    args: &'static [Value],
    params: &'static Tuple,
    item: Value,
) -> R<&'static Tuple> {
    let params = params.as_slice();
    if params.is_empty() {
        let r = ops::repr(th, v)?.to_string_lossy();
        return Err(th.type_error(format_args!("{r} is not a generic class")));
    }
    let mut items = unpack_args(th, item)?;
    for p in params {
        let prepare = attr::getattr_optional(th, *p, n().__typing_prepare_subst__)?;
        if let Some(f) = prepare.filter(|f| !f.is_none()) {
            let r = ops::call(th, f, &[v, Value::from_ref(items)], None)?;
            items = ops::to_tuple(th, r)?;
        }
    }
    let items = items.as_slice();
    if items.len() != params.len() {
        let word = if items.len() > params.len() { "many" } else { "few" };
        let r = ops::repr(th, v)?.to_string_lossy();
        let (have, want) = (items.len(), params.len());
        return Err(th.type_error(format_args!(
            "Too {word} arguments for {r}; actual {have}, expected {want}"
        )));
    }
    substitute_in(th, args, params, items)
}

fn substitute_in(
    th: &mut Thread,
    args: &'static [Value],
    params: &'static [Value],
    items: &'static [Value],
) -> R<&'static Tuple> {
    th.enter_call("")?;
    let r = substitute_each(th, args, params, items);
    th.leave_call();
    r
}

fn substitute_each(
    th: &mut Thread,
    args: &'static [Value],
    params: &'static [Value],
    items: &'static [Value],
) -> R<&'static Tuple> {
    let out = List::new(th, &[])?;
    for a in args {
        if a.cast_type().is_some() {
            out.push(th, *a)?;
            continue;
        }
        if let Some(t) = a.cast::<Tuple>() {
            let t = substitute_in(th, t.as_slice(), params, items)?;
            out.push(th, Value::from_ref(t))?;
            continue;
        }
        if let Some(l) = a.cast::<List>() {
            let t = l.snapshot(th)?;
            let t = substitute_in(th, t.as_slice(), params, items)?;
            let l = List::new(th, t.as_slice())?;
            out.push(th, Value::from_ref(l))?;
            continue;
        }
        let unpacked =
            match attr::getattr_optional(th, *a, n().__typing_is_unpacked_typevartuple__)? {
                Some(f) => ops::is_true(th, f)?,
                None => false,
            };
        let new = match attr::getattr_optional(th, *a, n().__typing_subst__)? {
            Some(f) => {
                let at = params.iter().position(|p| p == a);
                let item = at.and_then(|i| items.get(i)).copied().unwrap_or(*a);
                ops::call1(th, f, item)?
            }
            None => substitute_nested(th, *a, params, items)?,
        };
        match new.cast::<Tuple>().filter(|_| unpacked) {
            Some(t) => out.extend(th, t.as_slice())?,
            None if unpacked => {
                let (want, have) = ("tuple", new.type_of().name());
                return Err(th.type_error(format_args!(
                    "expected __typing_subst__ of {have} objects to return a {want}, not {have}"
                )));
            }
            None => out.push(th, new)?,
        }
    }
    out.snapshot(th)
}

/// A generic thing inside the arguments is indexed with what its own parameters become.
fn substitute_nested(
    th: &mut Thread,
    v: Value,
    params: &'static [Value],
    items: &'static [Value],
) -> R {
    let sub = attr::getattr_optional(th, v, n().__parameters__)?.and_then(|p| p.cast::<Tuple>());
    let Some(sub) = sub.filter(|t| t.len() != 0) else { return Ok(v) };
    let new = List::new(th, &[])?;
    for p in sub.as_slice() {
        match params.iter().position(|q| q == p) {
            Some(i) => {
                let item = items[i];
                // A type variable tuple stands for several.
                match item.cast::<Tuple>() {
                    Some(t) if p.type_of().slots().iter.is_some() => {
                        new.extend(th, t.as_slice())?
                    }
                    _ => new.push(th, item)?,
                }
            }
            None => new.push(th, *p)?,
        }
    }
    let key = new.snapshot(th)?;
    ops::getitem(th, v, Value::from_ref(key))
}

fn getitem(th: &mut Thread, v: Value, item: Value) -> R {
    let params = get_parameters(th, v)?;
    let Some(params) = params.cast::<Tuple>() else { return Ok(v) };
    let new = substitute(th, v, args(v), params, item)?;
    make(th, origin(v), Value::from_ref(new), starred(v))
}

// ---- `*tuple[int]`

/// Gives the starred alias, once.
#[repr(C)]
pub struct AliasIter {
    /// Cell header.
    pub header: Header,
    alias: Slot,
}
payload!(AliasIter, ALIAS_ITER);

unsafe fn trace_iter(cell: *mut u8, t: &mut Tracer) {
    // SAFETY: called with such a cell.
    t.slot(&unsafe { &*(cell as *const AliasIter) }.alias);
}

/// `types.generic_alias_iterator`
pub static ALIAS_ITER: StaticType = StaticType::new(TypeSpec {
    name: "builtins.generic_alias_iterator",
    basicsize: size_of::<AliasIter>(),
    flags: flags::DISALLOW_INSTANTIATION,
    trace: trace_iter,
    slots: Slots {
        iter: Some(|_, v| Ok(v)),
        iternext: Some(|th, v| {
            let Some(a) = v.cast::<AliasIter>().and_then(|it| it.alias.swap(None)) else {
                return Ok(None);
            };
            make(th, origin(a), args_value(a), true).map(Some)
        }),
        ..Slots::NONE
    },
    methods: &[MethodDef::noargs(
        "__reduce__",
        |th, v| {
            let f = builtin(th, "iter")?;
            let what = match v.cast::<AliasIter>().and_then(|it| it.alias.get()) {
                Some(a) => a,
                None => Value::from_ref(Tuple::new(th, &[])?),
            };
            let args = Tuple::new(th, &[what])?;
            Ok(Value::from_ref(Tuple::new(th, &[f, Value::from_ref(args)])?))
        },
        "",
    )],
    ..TypeSpec::DEFAULT
});

fn new_iterator(th: &mut Thread, v: Value) -> R {
    let it = th.alloc::<AliasIter>(ALIAS_ITER.shape(), 0, |header| AliasIter {
        header,
        alias: Slot::new(Some(v)),
    })?;
    Ok(Value::from_ref(it))
}

//! `TypeVar`, `ParamSpec`, `TypeVarTuple`, and the two parts of a `ParamSpec`.

use super::{
    Lazy, attribute, is_no_default, iter_of_one, no_default, or_none, set_module, type_check,
    typing, unpack,
};
use heddle_object::core::native::Args;
use heddle_object::core::payload::{self, Native};
use heddle_object::heap::{RootVec, Tracer};
use heddle_object::types::{Str, Tuple, union};
use heddle_object::{
    CompareOp, GetSetDef, MethodDef, Params, R, Slot, Slots, StaticType, Thread, TypeSpec, Value,
    attr, flags, ops,
};

/// What the three kinds of parameters have in common. `KIND`: 0 `TypeVar`, 1 `ParamSpec`, 2 `TypeVarTuple`.
struct Param<const KIND: u8> {
    name: Slot,
    bound: Lazy,
    constraints: Lazy,
    default: Lazy,
    covariant: bool,
    contravariant: bool,
    infer: bool,
}

impl<const KIND: u8> Native for Param<KIND> {
    fn static_type() -> &'static StaticType {
        [&TYPEVAR, &PARAMSPEC, &TYPEVARTUPLE][KIND as usize]
    }
    fn trace(&self, t: &mut Tracer) {
        t.slot(&self.name);
        for l in [&self.bound, &self.constraints, &self.default] {
            l.trace(t);
        }
    }
}

/// What a constructor found out.
struct Made {
    name: Value,
    bound: Lazy,
    constraints: Lazy,
    default: Option<Value>,
    variance: (bool, bool, bool),
}

fn make<const KIND: u8>(th: &mut Thread, m: Made) -> R {
    payload::alloc(
        th,
        Param::<KIND>::static_type().ty(),
        Param::<KIND> {
            name: Slot::new(Some(m.name)),
            bound: m.bound,
            constraints: m.constraints,
            default: Lazy::new(m.default.filter(|d| !is_no_default(*d)), None),
            covariant: m.variance.0,
            contravariant: m.variance.1,
            infer: m.variance.2,
        },
    )
}

fn plain(name: Value) -> Made {
    Made {
        name,
        bound: Lazy::new(None, None),
        constraints: Lazy::new(None, None),
        default: None,
        variance: (false, false, true),
    }
}

/// A `TypeVar` of a type parameter list, with the functions for its bound or its constraints.
pub(super) fn new_typevar(
    th: &mut Thread,
    name: Value,
    bound: Option<Value>,
    constraints: Option<Value>,
) -> R {
    let m = Made {
        bound: Lazy::new(None, bound),
        constraints: Lazy::new(None, constraints),
        ..plain(name)
    };
    make::<0>(th, m)
}

/// A `ParamSpec` of a type parameter list.
pub(super) fn new_paramspec(th: &mut Thread, name: Value) -> R {
    make::<1>(th, plain(name))
}

/// A `TypeVarTuple` of a type parameter list.
pub(super) fn new_typevartuple(th: &mut Thread, name: Value) -> R {
    make::<2>(th, plain(name))
}

/// Gives a parameter the function for its default.
pub(super) fn set_default(th: &mut Thread, p: Value, evaluate: Value) -> R {
    let slot = if let Some(p) = p.native::<Param<0>>() {
        &p.default.evaluate
    } else if let Some(p) = p.native::<Param<1>>() {
        &p.default.evaluate
    } else if let Some(p) = p.native::<Param<2>>() {
        &p.default.evaluate
    } else {
        let tn = p.type_of().name();
        return Err(th.type_error(format_args!("Expected a type param, got {tn}")));
    };
    slot.set(Some(evaluate));
    Ok(p)
}

fn flag(th: &mut Thread, v: Option<Value>) -> R<bool> {
    match v {
        Some(v) => ops::is_true(th, v),
        None => Ok(false),
    }
}

fn variance(
    th: &mut Thread,
    co: Option<Value>,
    contra: Option<Value>,
    infer: Option<Value>,
) -> R<(bool, bool, bool)> {
    let (co, contra, infer) = (flag(th, co)?, flag(th, contra)?, flag(th, infer)?);
    if co && contra {
        return Err(th.value_error(format_args!("Bivariant types are not supported.")));
    }
    if infer && (co || contra) {
        return Err(
            th.value_error(format_args!("Variance cannot be specified with infer_variance."))
        );
    }
    Ok((co, contra, infer))
}

fn expect_name(th: &mut Thread, fname: &str, name: Option<Value>) -> R {
    let name = or_none(name);
    if name.cast::<Str>().is_some() {
        return Ok(name);
    }
    let tn = name.type_of().name();
    Err(th.type_error(format_args!("{fname}() argument 'name' must be str, not {tn}")))
}

fn bound_of(th: &mut Thread, bound: Option<Value>) -> R<Lazy> {
    Ok(match bound.filter(|b| !b.is_none()) {
        Some(b) => Lazy::new(Some(type_check(th, b, "Bound must be a type.")?), None),
        None => Lazy::new(None, None),
    })
}

fn typevar_new(th: &mut Thread, _: Value, args: &[Value], kw: Option<Value>) -> R {
    const P: Params<6> = Params::new(
        ["name", "bound", "default", "covariant", "contravariant", "infer_variance"],
        1,
    )
    .kwonly(1);
    let a = Args::new(args, kw);
    let (first, rest) = a.pos.split_at(a.pos.len().min(1));
    let [name, bound, default, co, contra, infer] =
        a.with_positional(first).bind(th, "typevar", &P)?;
    let name = expect_name(th, "typevar", name)?;
    let variance = variance(th, co, contra, infer)?;
    let bound = bound_of(th, bound)?;
    let has_bound = bound.value.get().is_some();
    let mut constraints = None;
    match rest.len() {
        0 => {}
        1 => return Err(th.type_error(format_args!("A single constraint is not allowed"))),
        _ if has_bound => {
            return Err(
                th.type_error(format_args!("Constraints cannot be combined with bound=..."))
            );
        }
        _ => {
            let mut all = RootVec::new(th);
            for c in rest {
                let c = type_check(
                    th,
                    *c,
                    "TypeVar(name, constraint, ...): constraints must be types.",
                )?;
                all.push(c);
            }
            constraints = Some(Value::from_ref(Tuple::new(th, &all)?));
        }
    }
    let m = Made { name, bound, constraints: Lazy::new(constraints, None), default, variance };
    let v = make::<0>(th, m)?;
    set_module(th, v)?;
    Ok(v)
}

fn paramspec_new(th: &mut Thread, _: Value, args: &[Value], kw: Option<Value>) -> R {
    const P: Params<6> = Params::new(
        ["name", "bound", "default", "covariant", "contravariant", "infer_variance"],
        1,
    )
    .kwonly(1);
    let [name, bound, default, co, contra, infer] =
        Args::new(args, kw).bind(th, "paramspec", &P)?;
    let name = expect_name(th, "paramspec", name)?;
    let variance = variance(th, co, contra, infer)?;
    let bound = bound_of(th, bound)?;
    let m = Made { name, bound, constraints: Lazy::new(None, None), default, variance };
    let v = make::<1>(th, m)?;
    set_module(th, v)?;
    Ok(v)
}

fn typevartuple_new(th: &mut Thread, _: Value, args: &[Value], kw: Option<Value>) -> R {
    const P: Params<2> = Params::new(["name", "default"], 1).kwonly(1);
    let [name, default] = Args::new(args, kw).bind(th, "typevartuple", &P)?;
    let name = expect_name(th, "typevartuple", name)?;
    let v = make::<2>(th, Made { default, ..plain(name) })?;
    set_module(th, v)?;
    Ok(v)
}

// ---- what they answer

fn own<const K: u8>(th: &mut Thread, v: Value) -> R<&'static Param<K>> {
    v.expect_native::<Param<K>>(th)
}

fn name<const K: u8>(th: &mut Thread, v: Value) -> R {
    Ok(or_none(own::<K>(th, v)?.name.get()))
}

fn repr<const K: u8>(th: &mut Thread, v: Value) -> R {
    let p = own::<K>(th, v)?;
    let sign = match (p.infer || K == 2, p.covariant, p.contravariant) {
        (true, _, _) => "",
        (_, true, _) => "+",
        (_, _, true) => "-",
        _ => "~",
    };
    let name =
        p.name.get().and_then(|n| n.cast::<Str>()).map(|s| s.to_string_lossy()).unwrap_or_default();
    Str::new(th, &format!("{sign}{name}")).map(|s| Value::from_ref(s))
}

fn default<const K: u8>(th: &mut Thread, v: Value) -> R {
    let p = own::<K>(th, v)?;
    match p.default.get(th)? {
        Some(d) => Ok(d),
        None => no_default(th),
    }
}

fn has_default<const K: u8>(th: &mut Thread, v: Value) -> R {
    let d = &own::<K>(th, v)?.default;
    Ok(Value::bool(d.value.get().is_some() || d.evaluate.get().is_some()))
}

fn evaluate_default<const K: u8>(th: &mut Thread, v: Value) -> R {
    let p = own::<K>(th, v)?;
    if p.default.value.get().is_none() && p.default.evaluate.get().is_none() {
        return Ok(Value::none());
    }
    p.default.evaluator(th)
}

fn bound<const K: u8>(th: &mut Thread, v: Value) -> R {
    let p = own::<K>(th, v)?;
    p.bound.get(th).map(or_none)
}

fn no_subclass<const K: u8>(th: &mut Thread, _: Value, _: Value) -> R {
    let what = ["TypeVar", "ParamSpec", "TypeVarTuple"][K as usize];
    Err(th.type_error(format_args!("Cannot subclass an instance of {what}")))
}

fn prepare_typevar(th: &mut Thread, v: Value, a: &[Value]) -> R {
    let (alias, args) = (a[0], a[1]);
    let params = attr::getattr(th, alias, heddle_object::names::n().__parameters__)?;
    let params = ops::to_tuple(th, params)?;
    let index = params.as_slice().iter().position(|p| *p == v).unwrap_or(params.len());
    let Some(have) = args.cast::<Tuple>() else {
        let tn = args.type_of().name();
        return Err(
            th.type_error(format_args!("__typing_prepare_subst__ args must be a tuple, not {tn}"))
        );
    };
    if index < have.len() {
        return Ok(args);
    }
    if index == have.len()
        && let Some(d) = own::<0>(th, v)?.default.get(th)?
    {
        let mut all = RootVec::with(th, have.as_slice());
        all.push(d);
        return Tuple::new(th, &all).map(|t| Value::from_ref(t));
    }
    let text = ops::str(th, alias)?.to_string_lossy();
    Err(th.type_error(format_args!("Too few arguments for {text}")))
}

macro_rules! common_methods {
    ($k:literal, $($extra:expr),* $(,)?) => {
        &[
            MethodDef::noargs("__reduce__", name::<$k>, "__reduce__($self, /)\n--\n\n"),
            MethodDef::noargs("has_default", has_default::<$k>, "has_default($self, /)\n--\n\n"),
            MethodDef::one("__mro_entries__", no_subclass::<$k>, "__mro_entries__($self, object, /)\n--\n\n"),
            $($extra),*
        ]
    };
}

macro_rules! variance_attributes {
    ($k:literal, $($extra:expr),* $(,)?) => {
        &[
            attribute("__name__", name::<$k>),
            attribute("__bound__", bound::<$k>),
            attribute("__default__", default::<$k>),
            attribute("evaluate_default", evaluate_default::<$k>),
            attribute("__covariant__", |th, v| Ok(Value::bool(own::<$k>(th, v)?.covariant))),
            attribute("__contravariant__", |th, v| Ok(Value::bool(own::<$k>(th, v)?.contravariant))),
            attribute("__infer_variance__", |th, v| Ok(Value::bool(own::<$k>(th, v)?.infer))),
            $($extra),*
        ]
    };
}

pub(super) static TYPEVAR: StaticType = StaticType::new(TypeSpec {
    name: "typing.TypeVar",
    doc: "Type variable.\n\nThe preferred way to construct a type variable is via the dedicated\nsyntax for generic functions, classes, and type aliases::\n\n    class Sequence[T]:  # T is a TypeVar\n        ...\n",
    flags: flags::HAS_WEAKREF,
    slots: Slots {
        new: Some(typevar_new),
        repr: Some(repr::<0>),
        or: Some(union::or),
        ..Slots::NONE
    },
    methods: common_methods![
        0,
        MethodDef::one(
            "__typing_subst__",
            |th, v, a| typing(th, "_typevar_subst", &[v, a]),
            "__typing_subst__($self, arg, /)\n--\n\n"
        ),
        MethodDef::fast(
            "__typing_prepare_subst__",
            2,
            2,
            prepare_typevar,
            "__typing_prepare_subst__($self, alias, args, /)\n--\n\n"
        ),
    ],
    getset: variance_attributes![
        0,
        attribute("__constraints__", |th, v| {
            let p = own::<0>(th, v)?;
            match p.constraints.get(th)? {
                Some(c) => Ok(c),
                None => Tuple::new(th, &[]).map(|t| Value::from_ref(t)),
            }
        }),
        attribute("evaluate_bound", |th, v| own::<0>(th, v)?.bound.evaluator(th)),
        attribute("evaluate_constraints", |th, v| own::<0>(th, v)?.constraints.evaluator(th)),
    ],
    ..payload::spec_with_dict::<Param<0>>()
});

pub(super) static PARAMSPEC: StaticType = StaticType::new(TypeSpec {
    name: "typing.ParamSpec",
    doc: "Parameter specification variable.\n\nThe preferred way to construct a parameter specification is via the\ndedicated syntax for generic functions, classes, and type aliases,\nwhere the use of '**' creates a parameter specification::\n\n    type IntFunc[**P] = Callable[P, int]\n",
    flags: flags::HAS_WEAKREF,
    slots: Slots {
        new: Some(paramspec_new),
        repr: Some(repr::<1>),
        or: Some(union::or),
        ..Slots::NONE
    },
    methods: common_methods![
        1,
        MethodDef::one(
            "__typing_subst__",
            |th, v, a| typing(th, "_paramspec_subst", &[v, a]),
            "__typing_subst__($self, arg, /)\n--\n\n"
        ),
        MethodDef::fast(
            "__typing_prepare_subst__",
            2,
            2,
            |th, v, a| { typing(th, "_paramspec_prepare_subst", &[v, a[0], a[1]]) },
            "__typing_prepare_subst__($self, alias, args, /)\n--\n\n"
        ),
    ],
    getset: variance_attributes![
        1,
        GetSetDef::ro(
            "args",
            |th, v| {
                payload::alloc(
                    th,
                    PARAMSPEC_ARGS.ty(),
                    Part::<false> { origin: Slot::new(Some(v)) },
                )
            },
            "Represents positional arguments."
        ),
        GetSetDef::ro(
            "kwargs",
            |th, v| {
                payload::alloc(
                    th,
                    PARAMSPEC_KWARGS.ty(),
                    Part::<true> { origin: Slot::new(Some(v)) },
                )
            },
            "Represents keyword arguments."
        ),
    ],
    ..payload::spec_with_dict::<Param<1>>()
});

pub(super) static TYPEVARTUPLE: StaticType = StaticType::new(TypeSpec {
    name: "typing.TypeVarTuple",
    doc: "Type variable tuple. A specialized form of type variable that enables\nvariadic generics.\n\nThe preferred way to construct a type variable tuple is via the\ndedicated syntax for generic functions, classes, and type aliases,\nwhere a single '*' indicates a type variable tuple::\n\n    def move_first_element_to_last[T, *Ts](tup: tuple[T, *Ts]) -> tuple[*Ts, T]:\n        return (*tup[1:], tup[0])\n",
    flags: flags::HAS_WEAKREF,
    slots: Slots {
        new: Some(typevartuple_new),
        repr: Some(repr::<2>),
        iter: Some(|th, v| {
            let u = unpack(th, v)?;
            iter_of_one(th, u)
        }),
        ..Slots::NONE
    },
    methods: common_methods![
        2,
        MethodDef::one(
            "__typing_subst__",
            |th, _, _| {
                Err(th
                    .type_error(format_args!("Substitution of bare TypeVarTuple is not supported")))
            },
            "__typing_subst__($self, arg, /)\n--\n\n"
        ),
        MethodDef::fast(
            "__typing_prepare_subst__",
            2,
            2,
            |th, v, a| { typing(th, "_typevartuple_prepare_subst", &[v, a[0], a[1]]) },
            "__typing_prepare_subst__($self, alias, args, /)\n--\n\n"
        ),
    ],
    getset: &[
        attribute("__name__", name::<2>),
        attribute("__default__", default::<2>),
        attribute("evaluate_default", evaluate_default::<2>),
    ],
    ..payload::spec_with_dict::<Param<2>>()
});

// ---- P.args and P.kwargs

/// `P.args`, or `P.kwargs`.
struct Part<const KW: bool> {
    origin: Slot,
}

impl<const KW: bool> Native for Part<KW> {
    fn static_type() -> &'static StaticType {
        if KW { &PARAMSPEC_KWARGS } else { &PARAMSPEC_ARGS }
    }
    fn trace(&self, t: &mut Tracer) {
        t.slot(&self.origin);
    }
}

const fn part<const KW: bool>(name: &'static str, doc: &'static str) -> TypeSpec {
    TypeSpec {
        name,
        doc,
        flags: flags::HAS_WEAKREF,
        slots: Slots {
            new: Some(part_new::<KW>),
            repr: Some(part_repr::<KW>),
            richcompare: Some(part_compare::<KW>),
            hash: Some(ops::hash_not_implemented),
            ..Slots::NONE
        },
        ..payload::spec::<Part<KW>>()
    }
}

fn part_new<const KW: bool>(th: &mut Thread, ty: Value, args: &[Value], kw: Option<Value>) -> R {
    const P: Params<1> = Params::new(["origin"], 1);
    let [origin] =
        Args::new(args, kw).bind(th, if KW { "paramspeckwargs" } else { "paramspecargs" }, &P)?;
    let Some(t) = ty.cast_type() else { return Ok(ty) };
    payload::alloc(th, t, Part::<KW> { origin: Slot::new(origin) })
}

fn part_origin<const KW: bool>(th: &mut Thread, v: Value) -> R {
    Ok(or_none(v.expect_native::<Part<KW>>(th)?.origin.get()))
}

fn part_repr<const KW: bool>(th: &mut Thread, v: Value) -> R {
    let o = part_origin::<KW>(th, v)?;
    let text = match o.native::<Param<1>>() {
        Some(p) => ops::str(th, or_none(p.name.get()))?,
        None => ops::repr(th, o)?,
    };
    let end = if KW { "kwargs" } else { "args" };
    let s = format!("{}.{end}", text.to_string_lossy());
    Str::new(th, &s).map(|s| Value::from_ref(s))
}

fn part_compare<const KW: bool>(th: &mut Thread, a: Value, b: Value, op: CompareOp) -> R {
    let (Some(x), Some(y)) = (a.native::<Part<KW>>(), b.native::<Part<KW>>()) else {
        return Ok(Value::not_implemented());
    };
    match op {
        CompareOp::Eq | CompareOp::Ne => {
            ops::compare(th, or_none(x.origin.get()), or_none(y.origin.get()), op)
        }
        _ => Ok(Value::not_implemented()),
    }
}

fn part_no_subclass<const KW: bool>(th: &mut Thread, _: Value, _: Value) -> R {
    let what = if KW { "ParamSpecKwargs" } else { "ParamSpecArgs" };
    Err(th.type_error(format_args!("Cannot subclass an instance of {what}")))
}

pub(super) static PARAMSPEC_ARGS: StaticType = StaticType::new(TypeSpec {
    methods: &[MethodDef::one("__mro_entries__", part_no_subclass::<false>, "")],
    getset: &[attribute("__origin__", part_origin::<false>)],
    ..part::<false>(
        "typing.ParamSpecArgs",
        "The args for a ParamSpec object.\n\nGiven a ParamSpec object P, P.args returns an instance of ParamSpecArgs.\n\nParamSpecArgs objects have a reference back to their ParamSpec::\n\n    >>> P = ParamSpec(\"P\")\n    >>> P.args.__origin__ is P\n    True\n",
    )
});

pub(super) static PARAMSPEC_KWARGS: StaticType = StaticType::new(TypeSpec {
    methods: &[MethodDef::one("__mro_entries__", part_no_subclass::<true>, "")],
    getset: &[attribute("__origin__", part_origin::<true>)],
    ..part::<true>(
        "typing.ParamSpecKwargs",
        "The kwargs for a ParamSpec object.\n\nGiven a ParamSpec object P, P.kwargs returns an instance of ParamSpecKwargs.\n\nParamSpecKwargs objects have a reference back to their ParamSpec::\n\n    >>> P = ParamSpec(\"P\")\n    >>> P.kwargs.__origin__ is P\n    True\n",
    )
});

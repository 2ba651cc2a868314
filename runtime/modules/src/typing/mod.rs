//! `_typing`: type parameters and aliases (PEP 484, 612, 646, 695, 696), made by the library's `typing` and by the
//! compiler's instructions for `def f[T]`, `class C[T]` and `type A = ...`.
//!
//! Bounds, constraints, defaults and the values of aliases are evaluated when they are first asked for; until then the
//! object holds the function that evaluates them.

mod alias;
mod anext;
mod params;

use heddle_object::core::payload::{self, Native};
use heddle_object::heap::{RootVec, Tracer};
use heddle_object::names::intern_str;
use heddle_object::types::{Module, NONE_TYPE, Str, Tuple, generic_alias, union};
use heddle_object::{
    Args, GetSetDef, MethodDef, ModuleDef, R, Slot, Slots, StaticType, Thread, TypeSpec, Value,
    attr, flags, ops,
};

/// The module. The functions with `_make` in their names are for the interpreter.
pub static MODULE: ModuleDef = ModuleDef {
    name: "_typing",
    doc: "Primitives and accelerators for the typing module.\n",
    methods: &[
        MethodDef::one("_idfunc", |_, _, x| Ok(x), "_idfunc($module, x, /)\n--\n\n"),
        MethodDef::one(
            "_make_typevar",
            |th, _, name| params::new_typevar(th, name, None, None),
            "",
        ),
        MethodDef::fast(
            "_make_typevar_with_bound",
            2,
            2,
            |th, _, a| params::new_typevar(th, a[0], Some(a[1]), None),
            "",
        ),
        MethodDef::fast(
            "_make_typevar_with_constraints",
            2,
            2,
            |th, _, a| params::new_typevar(th, a[0], None, Some(a[1])),
            "",
        ),
        MethodDef::one("_make_paramspec", |th, _, name| params::new_paramspec(th, name), ""),
        MethodDef::one("_make_typevartuple", |th, _, name| params::new_typevartuple(th, name), ""),
        MethodDef::fast(
            "_set_typeparam_default",
            2,
            2,
            |th, _, a| params::set_default(th, a[0], a[1]),
            "",
        ),
        MethodDef::fast(
            "_make_typealias",
            3,
            3,
            |th, _, a| alias::make_lazy(th, a[0], a[1], a[2]),
            "",
        ),
        MethodDef::one("_subscript_generic", subscript_generic, ""),
        MethodDef::fast("_anext_default", 2, 2, |th, _, a| anext::new(th, a[0], a[1]), ""),
    ],
    types: &[
        &params::TYPEVAR,
        &params::PARAMSPEC,
        &params::PARAMSPEC_ARGS,
        &params::PARAMSPEC_KWARGS,
        &params::TYPEVARTUPLE,
        &alias::TYPE_ALIAS,
        &GENERIC,
        &union::UNION,
    ],
    init,
};

fn init(th: &mut Thread, m: &'static Module) -> R<()> {
    for t in [&NO_DEFAULT_TYPE, &CONST_EVALUATOR, &anext::ANEXT] {
        heddle_object::ty::ready_static(th, t)?;
    }
    let v = payload::alloc(th, NO_DEFAULT_TYPE.ty(), NoDefault)?;
    let name = intern_str(th, "_instance")?;
    heddle_object::ty::new::type_setattr(th, NO_DEFAULT_TYPE.ty(), name, Some(v))?;
    m.set(th, "NoDefault", v)
}

/// Calls a function of the library's `typing`.
fn typing(th: &mut Thread, name: &str, args: &[Value]) -> R {
    let m = (th.hooks.import)(th, "typing")?;
    let f = attr::getattr_str(th, m, name)?;
    ops::call(th, f, args, None)
}

/// `typing._type_check`, with None for its type.
fn type_check(th: &mut Thread, v: Value, msg: &str) -> R {
    if v.is_none() {
        return Ok(NONE_TYPE.value());
    }
    let msg = Value::from_ref(Str::new(th, msg)?);
    typing(th, "_type_check", &[v, msg])
}

/// Remembers in which module an object was made.
fn set_module(th: &mut Thread, v: Value) -> R<()> {
    if let Some(m) = (th.hooks.current_module_name)(th) {
        attr::instance_set(th, v, heddle_object::names::n().__module__, Some(m))?;
    }
    Ok(())
}

/// `typing.Unpack[v]`
fn unpack(th: &mut Thread, v: Value) -> R {
    let m = (th.hooks.import)(th, "typing")?;
    let u = attr::getattr_str(th, m, "Unpack")?;
    ops::getitem(th, u, v)
}

/// The parameters with every `TypeVarTuple` unpacked.
fn unpacked(th: &mut Thread, params: &'static Tuple) -> R<&'static Tuple> {
    let mut out = RootVec::new(th);
    for p in params.as_slice() {
        let p = if p.is_type(&params::TYPEVARTUPLE) { unpack(th, *p)? } else { *p };
        out.push(p);
    }
    Tuple::new(th, &out)
}

/// `Generic[...]` of a class statement with type parameters.
fn subscript_generic(th: &mut Thread, _: Value, p: Value) -> R {
    let Some(t) = p.cast::<Tuple>() else {
        return Err(th.type_error(format_args!("type parameters must be a tuple")));
    };
    let t = unpacked(th, t)?;
    typing(th, "_GenericAlias", &[GENERIC.value(), Value::from_ref(t)])
}

/// An iterator over one value.
fn iter_of_one(th: &mut Thread, v: Value) -> R {
    let t = Tuple::new(th, &[v])?;
    ops::iter(th, Value::from_ref(t))
}

/// `typing.Generic`
pub(super) static GENERIC: StaticType = StaticType::new(TypeSpec {
    name: "typing.Generic",
    flags: flags::BASETYPE | flags::HAS_WEAKREF,
    doc: "Abstract base class for generic types\n\nOn Python 3.12 and newer, generic classes implicitly inherit from\nGeneric when they declare a parameter list after the class's name::\n\n    class Mapping[KT, VT]:\n        def __getitem__(self, key: KT) -> VT:\n            ...\n            # Etc.\n\nOn older versions of Python, however, generic classes have to\nexplicitly inherit from Generic.\n\nAfter a class has been declared to be generic, it can then be used as\nfollows::\n\n    def lookup_name[KT, VT](mapping: Mapping[KT, VT], key: KT, default: VT) -> VT:\n        try:\n            return mapping[key]\n        except KeyError:\n            return default\n",
    methods: &[
        MethodDef::kw("__class_getitem__", |th, cls, a| with_class(th, "_generic_class_getitem", cls, a), "Parameterizes a generic class.\n\nAt least, parameterizing a generic class is the *main* thing this\nmethod does. For example, for some generic class `Foo`, this is called\nwhen we do `Foo[int]` - there, with `cls=Foo` and `args=int`.\n\nHowever, note that this method is also called when defining generic\nclasses in the first place with `class Foo[T]: ...`.\n").class(),
        MethodDef::kw("__init_subclass__", |th, cls, a| with_class(th, "_generic_init_subclass", cls, a), "Function to initialize subclasses.").class(),
    ],
    ..TypeSpec::DEFAULT
});

/// `typing.<name>(cls, *args, **kwargs)`
fn with_class(th: &mut Thread, name: &str, cls: Value, a: &Args) -> R {
    let m = (th.hooks.import)(th, "typing")?;
    let f = attr::getattr_str(th, m, name)?;
    let mut all = RootVec::with(th, &[cls]);
    all.extend(a.pos);
    all.extend(a.kwvalues);
    ops::call(th, f, &all, a.kwnames().map(|k| Value::from_ref(k)))
}

// ---- NoDefault

/// `typing.NoDefault`
struct NoDefault;

impl Native for NoDefault {
    fn static_type() -> &'static StaticType {
        &NO_DEFAULT_TYPE
    }
    fn trace(&self, _: &mut Tracer) {}
}

static NO_DEFAULT_TYPE: StaticType = StaticType::new(TypeSpec {
    name: "NoDefaultType",
    doc: "The type of the NoDefault singleton.",
    slots: Slots {
        new: Some(|th, _, args, kw| {
            if !args.is_empty() || kw.is_some() {
                return Err(th.type_error(format_args!("NoDefaultType takes no arguments")));
            }
            no_default(th)
        }),
        repr: Some(|th, _| Str::new(th, "typing.NoDefault").map(|s| Value::from_ref(s))),
        ..Slots::NONE
    },
    methods: &[MethodDef::noargs(
        "__reduce__",
        |th, _| Str::new(th, "NoDefault").map(|s| Value::from_ref(s)),
        "",
    )],
    ..payload::spec::<NoDefault>()
});

fn no_default(th: &mut Thread) -> R {
    attr::getattr_str(th, NO_DEFAULT_TYPE.value(), "_instance")
}

fn is_no_default(v: Value) -> bool {
    v.native::<NoDefault>().is_some()
}

// ---- evaluation

/// A function that gives the same value in every format.
struct ConstEvaluator {
    value: Slot,
}
crate::native!(ConstEvaluator, CONST_EVALUATOR, [value]);

/// `annotationlib.Format.STRING`
const FORMAT_STRING: i64 = 4;

static CONST_EVALUATOR: StaticType = StaticType::new(TypeSpec {
    name: "_typing._ConstEvaluator",
    doc: "Internal type for implementing evaluation functions.",
    flags: flags::DISALLOW_INSTANTIATION,
    slots: Slots {
        call: Some(|th, v, args, kw| {
            let a = Args::new(args, kw);
            a.no_keywords(th, "constevaluator.__call__")?;
            a.positional(th, "constevaluator.__call__", 1, 1)?;
            let format = heddle_object::types::int::as_i64(th, a.pos[0])?;
            let value =
                v.expect_native::<ConstEvaluator>(th)?.value.get().unwrap_or_else(Value::none);
            if format != FORMAT_STRING {
                return Ok(value);
            }
            let mut out = String::new();
            match value.cast::<Tuple>() {
                Some(t) => {
                    out.push('(');
                    for (i, x) in t.as_slice().iter().enumerate() {
                        if i > 0 {
                            out.push_str(", ");
                        }
                        generic_alias::type_repr(th, *x, &mut out)?;
                    }
                    out.push(')');
                }
                None => generic_alias::type_repr(th, value, &mut out)?,
            }
            Str::new(th, &out).map(|s| Value::from_ref(s))
        }),
        repr: Some(|th, v| {
            let value =
                v.expect_native::<ConstEvaluator>(th)?.value.get().unwrap_or_else(Value::none);
            let r = ops::repr(th, value)?.to_string_lossy();
            Str::new(th, &format!("<constevaluator {r}>")).map(|s| Value::from_ref(s))
        }),
        ..Slots::NONE
    },
    ..payload::spec::<ConstEvaluator>()
});

/// Something that is known, or known how to evaluate.
struct Lazy {
    value: Slot,
    evaluate: Slot,
}

impl Lazy {
    fn new(value: Option<Value>, evaluate: Option<Value>) -> Lazy {
        Lazy { value: Slot::new(value), evaluate: Slot::new(evaluate) }
    }
    fn trace(&self, t: &mut Tracer) {
        t.slot(&self.value);
        t.slot(&self.evaluate);
    }
    /// The value, evaluated if that was not done yet.
    fn get(&self, th: &mut Thread) -> R<Option<Value>> {
        if let Some(v) = self.value.get() {
            return Ok(Some(v));
        }
        let Some(f) = self.evaluate.get() else { return Ok(None) };
        let v = ops::call1(th, f, Value::small_int(1))?;
        self.value.compare_exchange(None, Some(v));
        Ok(self.value.get())
    }
    /// The function that evaluates it; None when there is neither.
    fn evaluator(&self, th: &mut Thread) -> R {
        match (self.evaluate.get(), self.value.get()) {
            (Some(f), _) => Ok(f),
            (None, Some(v)) => payload::alloc(
                th,
                CONST_EVALUATOR.ty(),
                ConstEvaluator { value: Slot::new(Some(v)) },
            ),
            (None, None) => Ok(Value::none()),
        }
    }
}

/// A getter of a word in a slot.
fn or_none(v: Option<Value>) -> Value {
    v.unwrap_or_else(Value::none)
}

/// Read-only attributes, for the types of this module.
const fn attribute(name: &'static str, get: fn(&mut Thread, Value) -> R) -> GetSetDef {
    GetSetDef::ro(name, get, "")
}

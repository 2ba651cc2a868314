//! `TypeAliasType`: what `type A[T] = ...` makes.

use super::{Lazy, attribute, iter_of_one, or_none, unpack, unpacked};
use heddle_object::core::native::Args;
use heddle_object::core::payload::{self, Native};
use heddle_object::heap::Tracer;
use heddle_object::names::n;
use heddle_object::types::{Str, Tuple, generic_alias, union};
use heddle_object::{
    GetSetDef, MethodDef, Params, R, Slot, Slots, StaticType, Thread, TypeSpec, Value, attr, flags,
    ops,
};

/// An alias: its name, its type parameters (empty for none), its value.
struct TypeAlias {
    name: Slot,
    params: Slot,
    value: Lazy,
    module: Slot,
}

impl Native for TypeAlias {
    fn static_type() -> &'static StaticType {
        &TYPE_ALIAS
    }
    fn trace(&self, t: &mut Tracer) {
        for s in [&self.name, &self.params, &self.module] {
            t.slot(s);
        }
        self.value.trace(t);
    }
}

fn make(
    th: &mut Thread,
    name: Value,
    params: Option<Value>,
    value: Lazy,
    module: Option<Value>,
) -> R {
    payload::alloc(
        th,
        TYPE_ALIAS.ty(),
        TypeAlias {
            name: Slot::new(Some(name)),
            params: Slot::new(params),
            value,
            module: Slot::new(module),
        },
    )
}

/// The alias of a `type` statement.
pub(super) fn make_lazy(th: &mut Thread, name: Value, params: Value, evaluate: Value) -> R {
    let params = Some(params).filter(|p| !p.is_none());
    make(th, name, params, Lazy::new(None, Some(evaluate)), None)
}

fn new(th: &mut Thread, _: Value, args: &[Value], kw: Option<Value>) -> R {
    const P: Params<3> = Params::new(["name", "value", "type_params"], 2).kwonly(2);
    let [name, value, params] = Args::new(args, kw).bind(th, "typealias", &P)?;
    let name = or_none(name);
    if name.cast::<Str>().is_none() {
        let tn = name.type_of().name();
        return Err(
            th.type_error(format_args!("typealias() argument 'name' must be str, not {tn}"))
        );
    }
    let params = match params {
        Some(p) => {
            let Some(t) = p.cast::<Tuple>() else {
                return Err(th.type_error(format_args!("type_params must be a tuple")));
            };
            check_params(th, t)?;
            Some(p).filter(|_| t.len() != 0)
        }
        None => None,
    };
    let module = (th.hooks.current_module_name)(th);
    make(th, name, params, Lazy::new(value, None), module)
}

/// Type parameters without a default do not follow those with one.
fn check_params(th: &mut Thread, t: &'static Tuple) -> R<()> {
    let mut seen = false;
    for p in t.as_slice() {
        let typelike =
            [&super::params::TYPEVAR, &super::params::PARAMSPEC, &super::params::TYPEVARTUPLE];
        if !typelike.iter().any(|k| p.is_type(k)) {
            // Parameters from elsewhere (typing_extensions) are taken as they are.
            continue;
        }
        let f = attr::getattr_str(th, *p, "has_default")?;
        let has = ops::call0(th, f)?;
        if ops::is_true(th, has)? {
            seen = true;
        } else if seen {
            let r = ops::repr(th, *p)?.to_string_lossy();
            return Err(th.type_error(format_args!(
                "non-default type parameter '{r}' follows default type parameter"
            )));
        }
    }
    Ok(())
}

fn own(th: &mut Thread, v: Value) -> R<&'static TypeAlias> {
    v.expect_native::<TypeAlias>(th)
}

fn params(th: &mut Thread, v: Value) -> R<&'static Tuple> {
    match own(th, v)?.params.get().and_then(|p| p.cast::<Tuple>()) {
        Some(t) => Ok(t),
        None => Tuple::new(th, &[]),
    }
}

pub(super) static TYPE_ALIAS: StaticType = StaticType::new(TypeSpec {
    name: "typing.TypeAliasType",
    doc: "Type alias.\n\nType aliases are created through the type statement::\n\n    type Alias = int\n\nIn this example, Alias and int will be treated equivalently by static\ntype checkers.\n",
    flags: flags::HAS_WEAKREF,
    slots: Slots {
        new: Some(new),
        repr: Some(|th, v| Ok(or_none(own(th, v)?.name.get()))),
        or: Some(union::or),
        iter: Some(|th, v| {
            let u = unpack(th, v)?;
            iter_of_one(th, u)
        }),
        getitem: Some(|th, v, args| {
            if own(th, v)?.params.get().is_none() {
                return Err(
                    th.type_error(format_args!("Only generic type aliases are subscriptable"))
                );
            }
            generic_alias::new_alias(th, v, args)
        }),
        ..Slots::NONE
    },
    methods: &[MethodDef::noargs(
        "__reduce__",
        |th, v| Ok(or_none(own(th, v)?.name.get())),
        "__reduce__($self, /)\n--\n\n",
    )],
    getset: &[
        attribute("__name__", |th, v| Ok(or_none(own(th, v)?.name.get()))),
        attribute("__type_params__", |th, v| params(th, v).map(|t| Value::from_ref(t))),
        attribute("__parameters__", |th, v| {
            let p = params(th, v)?;
            unpacked(th, p).map(|t| Value::from_ref(t))
        }),
        attribute("__value__", |th, v| {
            let a = own(th, v)?;
            a.value.get(th).map(or_none)
        }),
        attribute("evaluate_value", |th, v| {
            let a = own(th, v)?;
            a.value.evaluator(th)
        }),
        GetSetDef::ro(
            "__module__",
            |th, v| {
                let a = own(th, v)?;
                if let Some(m) = a.module.get() {
                    return Ok(m);
                }
                match a.value.evaluate.get() {
                    Some(f) => attr::getattr(th, f, n().__module__),
                    None => Ok(Value::none()),
                }
            },
            "",
        ),
    ],
    ..payload::spec::<TypeAlias>()
});

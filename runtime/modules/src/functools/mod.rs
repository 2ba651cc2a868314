//! `_functools`: `partial`, `reduce`, `cmp_to_key`, and the cache behind `functools.lru_cache`.

mod lru;
mod partial;

use heddle_object::core::payload;
use heddle_object::types::{Module, exceptions as exc};
use heddle_object::{
    Args, GetSetDef, MethodDef, ModuleDef, Params, R, Slot, Slots, StaticType, Thread, TypeSpec,
    Value, ops,
};

/// The module.
pub static MODULE: ModuleDef = ModuleDef {
    name: "_functools",
    doc: "Tools that operate on functions.",
    methods: &[
        MethodDef::kw(
            "reduce",
            reduce,
            "reduce($module, function, iterable, /, initial=<unrepresentable>)\n--\n\nApply a function of two arguments cumulatively to the items of an iterable, from left to right.\n\nThis effectively reduces the iterable to a single value.  If initial is present,\nit is placed before the items of the iterable in the calculation, and serves as\na default when the iterable is empty.\n\nFor example, reduce(lambda x, y: x+y, [1, 2, 3, 4, 5])\ncalculates ((((1 + 2) + 3) + 4) + 5).",
        ),
        MethodDef::kw(
            "cmp_to_key",
            |th, _, a| {
                const P: Params<1> = Params::new(["mycmp"], 1);
                let [cmp] = a.bind(th, "cmp_to_key", &P)?;
                payload::alloc(th, KEY.ty(), Key { cmp: Slot::new(cmp), obj: Slot::empty() })
            },
            "cmp_to_key($module, /, mycmp)\n--\n\nConvert a cmp= function into a key= function.\n\n  mycmp\n    Function that compares two objects.",
        ),
    ],
    types: &[&partial::PARTIAL, &partial::PLACEHOLDER_TYPE, &lru::WRAPPER],
    init,
};

fn init(th: &mut Thread, m: &'static Module) -> R<()> {
    heddle_object::ty::ready_static(th, &KEY)?;
    heddle_object::ty::ready_static(th, &lru::LINK)?;
    let p = partial::make_placeholder(th)?;
    m.set(th, "Placeholder", p)
}

fn reduce(th: &mut Thread, _: Value, a: &Args) -> R {
    const P: Params<3> = Params::new(["", "", "initial"], 2).posonly(2);
    let [f, it, initial] = a.bind(th, "reduce", &P)?;
    let (Some(f), Some(seq)) = (f, it) else { return Ok(Value::none()) };
    let it = match ops::iter(th, seq) {
        Ok(it) => it,
        Err(e) if th.catch(e, &exc::TYPE_ERROR) => {
            return Err(th.type_error(format_args!("reduce() arg 2 must support iteration")));
        }
        Err(e) => return Err(e),
    };
    let mut total = initial;
    while let Some(x) = ops::next(th, it)? {
        total = Some(match total {
            None => x,
            Some(t) => ops::call(th, f, &[t, x], None)?,
        });
    }
    match total {
        Some(t) => Ok(t),
        None => {
            Err(th.type_error(format_args!("reduce() of empty iterable with no initial value")))
        }
    }
}

/// What `cmp_to_key` gives: called with an object it makes a key that compares by the function.
struct Key {
    cmp: Slot,
    obj: Slot,
}
crate::native!(Key, KEY, [cmp, obj]);

static KEY: StaticType = StaticType::new(TypeSpec {
    name: "functools.KeyWrapper",
    flags: heddle_object::flags::DISALLOW_INSTANTIATION,
    slots: Slots {
        call: Some(|th, v, args, kw| {
            const P: Params<1> = Params::new(["obj"], 1);
            let [obj] = Args::new(args, kw).bind(th, "K", &P)?;
            let k = v.expect_native::<Key>(th)?;
            payload::alloc(th, KEY.ty(), Key { cmp: Slot::new(k.cmp.get()), obj: Slot::new(obj) })
        }),
        hash: Some(ops::hash_not_implemented),
        richcompare: Some(|th, a, b, op| {
            let (Some(x), Some(y)) = (a.native::<Key>(), b.native::<Key>()) else {
                return Err(th.type_error(format_args!("other argument must be K instance")));
            };
            let (Some(cmp), Some(p), Some(q)) = (x.cmp.get(), x.obj.get(), y.obj.get()) else {
                return Err(th.attribute_error(format_args!("object")));
            };
            let r = ops::call(th, cmp, &[p, q], None)?;
            ops::compare(th, r, Value::small_int(0), op)
        }),
        ..Slots::NONE
    },
    getset: &[GetSetDef::rw(
        "obj",
        |th, v| match v.expect_native::<Key>(th)?.obj.get() {
            Some(o) => Ok(o),
            None => Err(th.attribute_error(format_args!("obj"))),
        },
        |th, v, x| {
            v.expect_native::<Key>(th)?.obj.set(x);
            Ok(())
        },
        "Value wrapped by a key function.",
    )],
    ..payload::spec::<Key>()
});

//! `_collections`: `deque`, `defaultdict`, `OrderedDict`, and two helpers of the library's `collections`.

mod deque;

use heddle_object::core::payload;
use heddle_object::names::n;
use heddle_object::types::dict::default::DEFAULT_DICT;
use heddle_object::types::dict::ordered;
use heddle_object::types::{DICT, Dict, Str, Tuple};
use heddle_object::{
    Args, GetSetDef, MethodDef, ModuleDef, Params, R, Slot, Slots, StaticType, Thread, TypeSpec,
    Value, attr, ops,
};

/// The module.
pub static MODULE: ModuleDef = ModuleDef {
    name: "_collections",
    doc: "High performance data structures.\n- deque:        ordered collection accessible from endpoints only\n- defaultdict:  dict subclass with a default value factory\n",
    methods: &[MethodDef::fast(
        "_count_elements",
        2,
        2,
        count_elements,
        "_count_elements($module, mapping, iterable, /)\n--\n\nCount elements in the iterable, updating the mapping",
    )],
    types: &[
        &deque::DEQUE,
        &DEFAULT_DICT,
        &ordered::ORDERED_DICT,
        &deque::ITER,
        &deque::REVERSE_ITER,
        &GETTER,
    ],
    init: |th, _| {
        for t in ordered::TYPES {
            heddle_object::ty::ready_static(th, t)?;
        }
        Ok(())
    },
};

fn count_elements(th: &mut Thread, _: Value, a: &[Value]) -> R {
    let (mapping, it) = (a[0], a[1]);
    let plain = |th: &mut Thread, name: &'static Str| {
        let mine = heddle_object::ty::lookup(th, mapping.type_of(), name);
        mine == heddle_object::ty::lookup(th, DICT.ty(), name)
    };
    let (get, set) = (n().get, n().__setitem__);
    if let Some(d) = mapping.cast::<Dict>()
        && plain(th, get)
        && plain(th, set)
    {
        ops::for_each(th, it, |th, x| {
            let hash = ops::hash(th, x)?;
            let new = match d.get_hashed(th, x, hash)? {
                Some(old) => match old.as_small_int().map(|i| Value::try_small_int(i + 1)) {
                    Some(Some(v)) => v,
                    _ => ops::binary_op(th, old, Value::small_int(1), ops::BinOp::Add)?,
                },
                None => Value::small_int(1),
            };
            d.set_hashed(th, x, hash, new)
        })?;
        return Ok(Value::none());
    }
    let get = attr::getattr(th, mapping, get)?;
    ops::for_each(th, it, |th, x| {
        let old = ops::call(th, get, &[x, Value::small_int(0)], None)?;
        let new = ops::binary_op(th, old, Value::small_int(1), ops::BinOp::Add)?;
        ops::setitem(th, mapping, x, new)
    })?;
    Ok(Value::none())
}

/// The attributes of named tuples.
struct Getter {
    index: isize,
    doc: Slot,
}
crate::native!(Getter, GETTER, [doc]);

static GETTER: StaticType = StaticType::new(TypeSpec {
    name: "_collections._tuplegetter",
    slots: Slots {
        new: Some(|th, ty, args, kw| {
            const P: Params<2> = Params::new(["", ""], 2).posonly(2);
            let [index, doc] = Args::new(args, kw).bind(th, "_tuplegetter", &P)?;
            let index = ops::index_isize(th, index.unwrap_or_else(Value::none))?;
            let Some(t) = ty.cast_type() else { return Ok(ty) };
            payload::alloc(th, t, Getter { index, doc: Slot::new(doc) })
        }),
        descr_get: Some(|th, v, obj, _| {
            let g = v.expect_native::<Getter>(th)?;
            let Some(obj) = obj.filter(|o| !o.is_none()) else { return Ok(v) };
            let Some(t) = obj.cast::<Tuple>() else {
                let tn = obj.type_of().name();
                let i = g.index;
                return Err(th.type_error(format_args!(
                    "descriptor for index '{i}' for tuple subclasses doesn't apply to '{tn}' object"
                )));
            };
            match usize::try_from(g.index).ok().and_then(|i| t.get(i)) {
                Some(x) => Ok(x),
                None => Err(th.index_error(format_args!("tuple index out of range"))),
            }
        }),
        descr_set: Some(|th, _, _, x| {
            let what = if x.is_some() { "set" } else { "delete" };
            Err(th.attribute_error(format_args!("can't {what} attribute")))
        }),
        repr: Some(|th, v| {
            let g = v.expect_native::<Getter>(th)?;
            let doc = g.doc.get().unwrap_or_else(Value::none);
            let doc = ops::repr(th, doc)?.to_string_lossy();
            let name = v.type_of().name();
            let s = format!("{name}({}, {doc})", g.index);
            Str::new(th, &s).map(|s| Value::from_ref(s))
        }),
        ..Slots::NONE
    },
    methods: &[MethodDef::noargs(
        "__reduce__",
        |th, v| {
            let g = v.expect_native::<Getter>(th)?;
            let args = Tuple::new(
                th,
                &[Value::small_int(g.index as i64), g.doc.get().unwrap_or_else(Value::none)],
            )?;
            Tuple::new(th, &[v.type_of().value(), Value::from_ref(args)])
                .map(|t| Value::from_ref(t))
        },
        "",
    )],
    getset: &[GetSetDef::rw(
        "__doc__",
        |th, v| Ok(v.expect_native::<Getter>(th)?.doc.get().unwrap_or_else(Value::none)),
        |th, v, x| {
            v.expect_native::<Getter>(th)?.doc.set(x);
            Ok(())
        },
        "",
    )],
    ..payload::spec::<Getter>()
});

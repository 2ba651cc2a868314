//! Protocols and methods of `set` and `frozenset`.

use super::iter::new_set_iterator;
use super::{FROZENSET, SET, Set, any_set};
use crate::core::native::{Args, MethodDef};
use crate::core::thread::Thread;
use crate::core::ty::{CompareOp, Slots, StaticType};
use crate::core::value::Value;
use crate::error::R;
use crate::names::n;
use crate::ops;
use crate::types::exceptions as exc;
use crate::types::hashed::hash_key;
use crate::types::items::text;
use crate::types::{List, Tuple};

const COMMON: Slots = Slots {
    repr: Some(repr),
    richcompare: Some(compare),
    iter: Some(new_set_iterator),
    len: Some(|_, v| Ok(own(v).len())),
    contains: Some(contains),
    subtract: Some(|th, a, b| binary(th, a, b, |th, x, _, b| x.difference(th, b))),
    and: Some(|th, a, b| binary(th, a, b, |th, x, _, b| x.intersection(th, b))),
    xor: Some(|th, a, b| binary(th, a, b, symmetric)),
    or: Some(|th, a, b| {
        binary(th, a, b, |th, x, _, b| {
            let r = x.copy_as(th, x)?;
            r.update(th, b)?;
            Ok(r)
        })
    }),
    ..Slots::NONE
};

pub(super) const SET_SLOTS: Slots = Slots {
    hash: Some(ops::hash_not_implemented),
    new: Some(|th, ty, _, _| match ty.cast_type() {
        Some(t) => crate::ty::alloc_instance(th, t),
        None => Ok(ty),
    }),
    init: Some(init),
    inplace_subtract: Some(|th, a, b| {
        inplace(th, a, b, |th, x| {
            // Over a copy of the items when it is the set itself.
            x.difference_update(th, b)
        })
    }),
    inplace_and: Some(|th, a, b| {
        inplace(th, a, b, |th, x| {
            let r = x.intersection(th, b)?;
            x.replace_with(th, r);
            Ok(())
        })
    }),
    inplace_xor: Some(|th, a, b| inplace(th, a, b, |th, x| x.symmetric_difference_update(th, b))),
    inplace_or: Some(|th, a, b| inplace(th, a, b, |th, x| x.update(th, b))),
    ..COMMON
};

pub(super) const FROZENSET_SLOTS: Slots =
    Slots { hash: Some(|_, v| Ok(own(v).frozen_hash())), new: Some(frozenset_new), ..COMMON };

const COPY: MethodDef = MethodDef::noargs(
    "copy",
    |th, v| {
        if v.is_exact::<super::FrozenSet>() {
            return Ok(v);
        }
        let s = own(v);
        s.copy_as(th, s).map(|r| Value::from_ref(r))
    },
    "Return a shallow copy of a set.",
);
const DIFFERENCE: MethodDef = MethodDef::fast(
    "difference",
    0,
    u16::MAX,
    |th, v, args| {
        let s = own(v);
        let Some((first, rest)) = args.split_first() else {
            return s.copy_as(th, s).map(|r| Value::from_ref(r));
        };
        let r = s.difference(th, *first)?;
        for x in rest {
            r.difference_update(th, *x)?;
        }
        Ok(Value::from_ref(r))
    },
    "Return a new set with elements in the set that are not in the others.",
);
const INTERSECTION: MethodDef = MethodDef::fast(
    "intersection",
    0,
    u16::MAX,
    |th, v, args| intersection_of(th, own(v), args).map(|r| Value::from_ref(r)),
    "Return a new set with elements common to the set and all others.",
);
const ISDISJOINT: MethodDef =
    MethodDef::one("isdisjoint", isdisjoint, "Return True if two sets have a null intersection.");
const ISSUBSET: MethodDef = MethodDef::one(
    "issubset",
    |th, v, other| {
        let s = own(v);
        let r = match any_set(other) {
            Some(o) => s.is_subset_of(th, o)?,
            None => s.intersection(th, other)?.len() == s.len(),
        };
        Ok(Value::bool(r))
    },
    "Report whether another set contains this set.",
);
const ISSUPERSET: MethodDef = MethodDef::one(
    "issuperset",
    |th, v, other| {
        let s = own(v);
        if let Some(o) = any_set(other) {
            return o.is_subset_of(th, s).map(Value::bool);
        }
        let it = ops::iter(th, other)?;
        while let Some(x) = ops::next(th, it)? {
            if !s.contains(th, x)? {
                return Ok(Value::bool(false));
            }
        }
        Ok(Value::bool(true))
    },
    "Report whether this set contains another set.",
);
const SYMMETRIC_DIFFERENCE: MethodDef = MethodDef::one(
    "symmetric_difference",
    |th, v, other| {
        let s = own(v);
        let r = s.empty_alike(th)?;
        r.update(th, other)?;
        r.symmetric_difference_update(th, v)?;
        Ok(Value::from_ref(r))
    },
    "Return a new set with elements in either the set or other but not both.",
);
const UNION: MethodDef = MethodDef::fast(
    "union",
    0,
    u16::MAX,
    |th, v, args| {
        let s = own(v);
        let r = s.copy_as(th, s)?;
        for x in args {
            r.update(th, *x)?;
        }
        Ok(Value::from_ref(r))
    },
    "Return a new set with elements from the set and all others.",
);
const REDUCE: MethodDef =
    MethodDef::noargs("__reduce__", reduce, "Return state information for pickling.");
const SIZEOF: MethodDef = MethodDef::noargs(
    "__sizeof__",
    |_, v| {
        let s = own(v);
        let table = s.table.table().map_or(0, |t| t.bytes());
        Ok(Value::small_int((size_of::<Set>() + table) as i64))
    },
    "S.__sizeof__() -> size of S in memory, in bytes.",
);
const CLASS_GETITEM: MethodDef =
    MethodDef::one("__class_getitem__", crate::types::generic_alias::new_alias, "See PEP 585")
        .class();

pub(super) const FROZENSET_METHODS: &[MethodDef] = &[
    COPY,
    DIFFERENCE,
    INTERSECTION,
    ISDISJOINT,
    ISSUBSET,
    ISSUPERSET,
    SYMMETRIC_DIFFERENCE,
    UNION,
    REDUCE,
    SIZEOF,
    CLASS_GETITEM,
];

pub(super) const SET_METHODS: &[MethodDef] = &[
    COPY,
    DIFFERENCE,
    INTERSECTION,
    ISDISJOINT,
    ISSUBSET,
    ISSUPERSET,
    SYMMETRIC_DIFFERENCE,
    UNION,
    REDUCE,
    SIZEOF,
    CLASS_GETITEM,
    MethodDef::one(
        "add",
        |th, v, x| own(v).add(th, x).map(|_| Value::none()),
        "Add an element to a set.\n\nThis has no effect if the element is already present.",
    ),
    MethodDef::noargs(
        "clear",
        |th, v| {
            own(v).clear(th);
            Ok(Value::none())
        },
        "Remove all elements from this set.",
    ),
    MethodDef::one(
        "discard",
        |th, v, x| {
            let h = element_hash(th, x)?;
            own(v).discard_hashed(th, x, h).map(|_| Value::none())
        },
        "Remove an element from a set if it is a member.\n\nUnlike set.remove(), the discard() method does not raise\nan exception when an element is missing from the set.",
    ),
    MethodDef::one(
        "remove",
        |th, v, x| {
            let h = element_hash(th, x)?;
            match own(v).discard_hashed(th, x, h)? {
                true => Ok(Value::none()),
                false => Err(th.key_error(x)),
            }
        },
        "Remove an element from a set; it must be a member.\n\nIf the element is not a member, raise a KeyError.",
    ),
    MethodDef::noargs(
        "pop",
        |th, v| match own(v).pop(th) {
            Some(x) => Ok(x),
            None => {
                let msg = text(th, "pop from an empty set")?;
                Err(th.key_error(msg))
            }
        },
        "Remove and return an arbitrary set element.\n\nRaises KeyError if the set is empty.",
    ),
    MethodDef::fast(
        "update",
        0,
        u16::MAX,
        |th, v, args| {
            for x in args {
                own(v).update(th, *x)?;
            }
            Ok(Value::none())
        },
        "Update the set, adding elements from all others.",
    ),
    MethodDef::fast(
        "difference_update",
        0,
        u16::MAX,
        |th, v, args| {
            for x in args {
                own(v).difference_update(th, *x)?;
            }
            Ok(Value::none())
        },
        "Update the set, removing elements found in others.",
    ),
    MethodDef::fast(
        "intersection_update",
        0,
        u16::MAX,
        |th, v, args| {
            let s = own(v);
            let r = intersection_of(th, s, args)?;
            s.replace_with(th, r);
            Ok(Value::none())
        },
        "Update the set, keeping only elements found in it and all others.",
    ),
    MethodDef::one(
        "symmetric_difference_update",
        |th, v, other| own(v).symmetric_difference_update(th, other).map(|()| Value::none()),
        "Update the set, keeping only elements found in either set, but not in both.",
    ),
];

/// Slots and methods are called with sets and frozensets only.
#[inline(always)]
fn own(v: Value) -> &'static Set {
    // SAFETY: whoever calls a slot or method checked the type; both have this layout.
    unsafe { &*v.as_ptr::<Set>() }
}

/// The hash of what is looked for: a set stands for the frozenset of its items.
fn element_hash(th: &mut Thread, x: Value) -> R<i64> {
    match hash_key(th, x, "set element") {
        Err(e) => match x.cast::<Set>() {
            Some(s) if th.catch(e, &exc::TYPE_ERROR) => Ok(s.frozen_hash()),
            _ => Err(e),
        },
        h => h,
    }
}

fn contains(th: &mut Thread, v: Value, x: Value) -> R<bool> {
    let h = element_hash(th, x)?;
    own(v).contains_hashed(th, x, h)
}

fn binary(
    th: &mut Thread,
    a: Value,
    b: Value,
    f: impl FnOnce(&mut Thread, &'static Set, &'static Set, Value) -> R<&'static Set>,
) -> R {
    match (any_set(a), any_set(b)) {
        (Some(x), Some(y)) => f(th, x, y, b).map(|r| Value::from_ref(r)),
        _ => Ok(Value::not_implemented()),
    }
}

fn symmetric(th: &mut Thread, x: &'static Set, y: &'static Set, _: Value) -> R<&'static Set> {
    let r = y.copy_as(th, x)?;
    r.symmetric_difference_update(th, Value::from_ref(x))?;
    Ok(r)
}

fn inplace(
    th: &mut Thread,
    a: Value,
    b: Value,
    f: impl FnOnce(&mut Thread, &'static Set) -> R<()>,
) -> R {
    if any_set(b).is_none() {
        return Ok(Value::not_implemented());
    }
    f(th, own(a))?;
    Ok(a)
}

fn intersection_of(th: &mut Thread, s: &'static Set, args: &[Value]) -> R<&'static Set> {
    let Some((first, rest)) = args.split_first() else { return s.copy_as(th, s) };
    let mut r = s.intersection(th, *first)?;
    for x in rest {
        r = r.intersection(th, *x)?;
    }
    Ok(r)
}

fn isdisjoint(th: &mut Thread, v: Value, other: Value) -> R {
    let s = own(v);
    if let Some(o) = any_set(other) {
        if std::ptr::eq(o, s) {
            return Ok(Value::bool(s.len() == 0));
        }
        let (small, large) = if o.len() > s.len() { (s, o) } else { (o, s) };
        let mut found = false;
        small.for_each(th, |th, k, h| {
            found = large.contains_hashed(th, k, h)?;
            Ok(!found)
        })?;
        return Ok(Value::bool(!found));
    }
    let it = ops::iter(th, other)?;
    while let Some(x) = ops::next(th, it)? {
        if s.contains(th, x)? {
            return Ok(Value::bool(false));
        }
    }
    Ok(Value::bool(true))
}

/// A class that does not replace `__init__` takes no keywords.
fn check_args(th: &mut Thread, a: &Args, exact: bool, plain: bool, name: &str) -> R<()> {
    if a.nkw() != 0 && (exact || plain) {
        a.no_keywords(th, name)?;
    }
    a.positional(th, name, 0, 1)
}

fn same_init(v: &Slots, ty: &'static StaticType) -> bool {
    v.init.map(|f| f as usize) == ty.ty().slots().init.map(|f| f as usize)
}

fn init(th: &mut Thread, v: Value, args: &[Value], kw: Option<Value>) -> R<()> {
    let a = Args::new(args, kw);
    let plain = same_init(v.type_of().slots(), &SET);
    check_args(th, &a, v.is_exact::<Set>(), plain, "set")?;
    let s = own(v);
    if s.len() != 0 {
        s.clear(th);
    }
    match a.pos.first() {
        Some(it) => s.update(th, *it),
        None => Ok(()),
    }
}

fn frozenset_new(th: &mut Thread, ty: Value, args: &[Value], kw: Option<Value>) -> R {
    let Some(t) = ty.cast_type() else { return Ok(ty) };
    let a = Args::new(args, kw);
    let exact = std::ptr::eq(t, FROZENSET.ty());
    let plain = same_init(t.slots(), &FROZENSET);
    check_args(th, &a, exact, plain, "frozenset")?;
    if exact
        && let Some(x) = a.pos.first()
        && x.is_exact::<super::FrozenSet>()
    {
        return Ok(*x);
    }
    let s = Set::in_class(th, t)?;
    if let Some(x) = a.pos.first() {
        s.update(th, *x)?;
    }
    Ok(Value::from_ref(s))
}

fn repr(th: &mut Thread, v: Value) -> R {
    let s = own(v);
    let name = v.type_of().name();
    if s.len() == 0 {
        return text(th, &format!("{name}()"));
    }
    let inner = ops::guarded_repr(th, v, |th| {
        let items = s.items(th)?;
        let mut out = String::from("{");
        crate::types::items::repr_joined(th, items, &mut out)?;
        out.push('}');
        Ok(out)
    })?;
    match inner {
        Some(i) if v.is_exact::<Set>() => text(th, &i),
        Some(i) => text(th, &format!("{name}({i})")),
        None => text(th, &format!("{name}(...)")),
    }
}

fn compare(th: &mut Thread, a: Value, b: Value, op: CompareOp) -> R {
    let (Some(x), Some(y)) = (any_set(a), any_set(b)) else { return Ok(Value::not_implemented()) };
    let r = match op {
        CompareOp::Eq => x.len() == y.len() && x.is_subset_of(th, y)?,
        CompareOp::Ne => !(x.len() == y.len() && x.is_subset_of(th, y)?),
        CompareOp::Le => x.is_subset_of(th, y)?,
        CompareOp::Ge => y.is_subset_of(th, x)?,
        CompareOp::Lt => x.len() < y.len() && x.is_subset_of(th, y)?,
        CompareOp::Gt => x.len() > y.len() && y.is_subset_of(th, x)?,
    };
    Ok(Value::bool(r))
}

fn reduce(th: &mut Thread, v: Value) -> R {
    let items = own(v).items(th)?;
    let list = List::new(th, items.as_slice())?;
    let args = Tuple::new(th, &[Value::from_ref(list)])?;
    let state = ops::call_method(th, v, n().__getstate__, &[])?;
    let ty = v.type_of().value();
    Ok(Value::from_ref(Tuple::new(th, &[ty, Value::from_ref(args), state])?))
}

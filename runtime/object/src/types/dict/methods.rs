//! Protocols and methods of `dict`.

use super::iter::{What, new_dict_iterator};
use super::{DICT, Dict, views};
use crate::attr;
use crate::core::native::{Args, MethodDef};
use crate::core::thread::Thread;
use crate::core::ty::{CompareOp, Slots};
use crate::core::value::Value;
use crate::error::{R, Raised};
use crate::names::n;
use crate::ops;
use crate::types::exceptions as exc;
use crate::types::items::text;
use crate::types::{Str, Tuple};

pub(super) const SLOTS: Slots = Slots {
    repr: Some(repr),
    hash: Some(ops::hash_not_implemented),
    richcompare: Some(compare),
    iter: Some(|th, v| new_dict_iterator(th, v, What::Keys, false)),
    init: Some(init),
    new: Some(|th, ty, _, _| match ty.cast_type() {
        Some(t) => crate::ty::alloc_instance(th, t),
        None => Ok(ty),
    }),
    len: Some(|_, v| Ok(own(v).len())),
    getitem: Some(getitem),
    setitem: Some(setitem),
    contains: Some(|th, v, k| own(v).get_item(th, k).map(|x| x.is_some())),
    or: Some(or),
    inplace_or: Some(|th, v, x| update(th, own(v), x).map(|()| v)),
    ..Slots::NONE
};

pub(super) const METHODS: &[MethodDef] = &[
    MethodDef::fast(
        "get",
        1,
        2,
        |th, v, args| match own(v).get_item(th, args[0])? {
            Some(x) => Ok(x),
            None => Ok(args.get(1).copied().unwrap_or_else(Value::none)),
        },
        "get($self, key, default=None, /)\n--\n\nReturn the value for key if key is in the dictionary, else default.",
    ),
    MethodDef::fast(
        "setdefault",
        1,
        2,
        |th, v, args| {
            let default = args.get(1).copied().unwrap_or_else(Value::none);
            own(v).set_default(th, args[0], default)
        },
        "setdefault($self, key, default=None, /)\n--\n\nInsert key with a value of default if key is not in the dictionary.\n\nReturn the value for key if key is in the dictionary, else default.",
    ),
    MethodDef::fast(
        "pop",
        1,
        2,
        |th, v, args| match own(v).take(th, args[0])? {
            Some(x) => Ok(x),
            None => match args.get(1) {
                Some(d) => Ok(*d),
                None => Err(th.key_error(args[0])),
            },
        },
        "D.pop(k[,d]) -> v, remove specified key and return the corresponding value.\n\nIf the key is not found, return the default if given; otherwise,\nraise a KeyError.",
    ),
    MethodDef::noargs(
        "popitem",
        |th, v| match own(v).pop_item(th) {
            Some((k, x)) => Ok(Value::from_ref(Tuple::new(th, &[k, x])?)),
            None => {
                let msg = text(th, "popitem(): dictionary is empty")?;
                Err(th.key_error(msg))
            }
        },
        "popitem($self, /)\n--\n\nRemove and return a (key, value) pair as a 2-tuple.\n\nPairs are returned in LIFO (last-in, first-out) order.\nRaises KeyError if the dict is empty.",
    ),
    MethodDef::noargs(
        "keys",
        |th, v| views::new_view(th, &views::DICT_KEYS, v),
        "keys($self, /)\n--\n\nReturn a set-like object providing a view on the dict's keys.",
    ),
    MethodDef::noargs(
        "items",
        |th, v| views::new_view(th, &views::DICT_ITEMS, v),
        "items($self, /)\n--\n\nReturn a set-like object providing a view on the dict's items.",
    ),
    MethodDef::noargs(
        "values",
        |th, v| views::new_view(th, &views::DICT_VALUES, v),
        "values($self, /)\n--\n\nReturn an object providing a view on the dict's values.",
    ),
    MethodDef::kw(
        "update",
        |th, v, a| {
            update_args(th, own(v), a, "update")?;
            Ok(Value::none())
        },
        "D.update([E, ]**F) -> None.  Update D from mapping/iterable E and F.\nIf E is present and has a .keys() method, then does:  for k in E.keys(): D[k] = E[k]\nIf E is present and lacks a .keys() method, then does:  for k, v in E: D[k] = v\nIn either case, this is followed by: for k in F:  D[k] = F[k]",
    ),
    MethodDef::fast(
        "fromkeys",
        1,
        2,
        fromkeys,
        "fromkeys($type, iterable, value=None, /)\n--\n\nCreate a new dictionary with keys from iterable and values set to value.",
    )
    .class(),
    MethodDef::noargs(
        "clear",
        |th, v| {
            own(v).clear(th);
            Ok(Value::none())
        },
        "clear($self, /)\n--\n\nRemove all items from the dict.",
    ),
    MethodDef::noargs(
        "copy",
        |th, v| own(v).copy(th).map(|d| Value::from_ref(d)),
        "copy($self, /)\n--\n\nReturn a shallow copy of the dict.",
    ),
    MethodDef::noargs(
        "__reversed__",
        |th, v| new_dict_iterator(th, v, What::Keys, true),
        "__reversed__($self, /)\n--\n\nReturn a reverse iterator over the dict keys.",
    ),
    MethodDef::noargs(
        "__sizeof__",
        |_, v| {
            let d = own(v);
            let table = d.table.table().map_or(0, |t| t.bytes());
            Ok(Value::small_int((size_of::<Dict>() + table) as i64))
        },
        "__sizeof__($self, /)\n--\n\nReturn the size of the dict in memory.",
    ),
    MethodDef::one(
        "__class_getitem__",
        crate::types::generic_alias::new_alias,
        "See PEP 585",
    )
    .class(),
];

/// Slots and methods are called with dicts only.
#[inline(always)]
fn own(v: Value) -> &'static Dict {
    // SAFETY: whoever calls a slot or method checked the type.
    unsafe { v.cast_unchecked() }
}

fn init(th: &mut Thread, v: Value, args: &[Value], kw: Option<Value>) -> R<()> {
    update_args(th, own(v), &Args::new(args, kw), "dict")
}

/// `d.update(E, **F)`
pub(super) fn update_args(th: &mut Thread, d: &'static Dict, a: &Args, fname: &str) -> R<()> {
    a.positional(th, fname, 0, 1)?;
    if let Some(x) = a.pos.first() {
        update(th, d, *x)?;
    }
    for (k, v) in a.keywords() {
        d.set_item(th, Value::from_ref(k), v)?;
    }
    Ok(())
}

/// `d.update(x)`: from a mapping, or from an iterable of pairs.
pub fn update(th: &mut Thread, d: &'static Dict, x: Value) -> R<()> {
    if x.is_exact::<Dict>() || attr::getattr_optional(th, x, n().keys)?.is_some() {
        return merge(th, d, x);
    }
    merge_pairs(th, d, x)
}

/// Adds all entries of a mapping, replacing those that are there.
pub fn merge(th: &mut Thread, d: &'static Dict, x: Value) -> R<()> {
    if let Some(src) = x.cast::<Dict>()
        && plain_iteration(x)
    {
        if std::ptr::eq(src, d) || (d.len() == 0 && src.copy_table_to(th, d)?) {
            return Ok(());
        }
        let stamp = src.table.stamp();
        return src.for_each(th, |th, k, v, h| {
            d.set_hashed(th, k, h, v)?;
            if src.table.stamp() != stamp && !k.is_exact::<Str>() {
                return Err(th.runtime_error(format_args!("dict mutated during update")));
            }
            Ok(())
        });
    }
    let keys = ops::call_method(th, x, n().keys, &[])?;
    ops::for_each(th, keys, |th, k| {
        let v = ops::getitem(th, x, k)?;
        d.set_item(th, k, v)
    })
}

/// Whether iterating a dict (subclass) gives its keys as they are.
fn plain_iteration(x: Value) -> bool {
    x.is_exact::<Dict>()
        || x.type_of().slots().iter.map(|f| f as usize)
            == DICT.ty().slots().iter.map(|f| f as usize)
}

fn merge_pairs(th: &mut Thread, d: &'static Dict, x: Value) -> R<()> {
    let it = ops::iter(th, x)?;
    let mut i = 0usize;
    while let Some(pair) = ops::next(th, it)? {
        let items = match pair_items(th, pair) {
            Ok(t) => t,
            Err(e) => return Err(pair_error(th, e, i)),
        };
        match items.as_slice() {
            [k, v] => d.set_item(th, *k, *v)?,
            other => {
                let len = other.len();
                return Err(th.value_error(format_args!(
                    "dictionary update sequence element #{i} has length {len}; 2 is required"
                )));
            }
        }
        i += 1;
    }
    Ok(())
}

fn pair_items(th: &mut Thread, pair: Value) -> R<&'static Tuple> {
    if pair.type_of().slots().iter.is_none() && !ops::is_sequence(pair) {
        return Err(th.type_error(format_args!("object is not iterable")));
    }
    ops::to_tuple(th, pair)
}

#[cold]
fn pair_error(th: &mut Thread, e: Raised, i: usize) -> Raised {
    if !th.exception_is(&exc::TYPE_ERROR) {
        return e;
    }
    let x = th.take_exception(e);
    let note =
        text(th, &format!("Cannot convert dictionary update sequence element #{i} to a sequence"));
    let add = crate::names::intern_str(th, "add_note");
    let done = match (note, add) {
        (Ok(note), Ok(add)) => ops::call_method(th, x, add, &[note]).map(|_| ()),
        (Err(e), _) | (_, Err(e)) => Err(e),
    };
    match done {
        Ok(()) => th.restore_exception(x),
        Err(e) => e,
    }
}

fn repr(th: &mut Thread, v: Value) -> R {
    let d = own(v);
    if d.len() == 0 {
        return text(th, "{}");
    }
    let s = ops::guarded_repr(th, v, |th| {
        let mut s = String::from("{");
        let mut pos = 0;
        let mut first = true;
        while let Some((k, x)) = d.next(&mut pos) {
            if !first {
                s.push_str(", ");
            }
            first = false;
            s.push_str(&ops::repr(th, k)?.to_string_lossy());
            s.push_str(": ");
            s.push_str(&ops::repr(th, x)?.to_string_lossy());
        }
        s.push('}');
        Ok(s)
    })?;
    text(th, s.as_deref().unwrap_or("{...}"))
}

fn compare(th: &mut Thread, a: Value, b: Value, op: CompareOp) -> R {
    let (Some(x), Some(y)) = (a.cast::<Dict>(), b.cast::<Dict>()) else {
        return Ok(Value::not_implemented());
    };
    if !matches!(op, CompareOp::Eq | CompareOp::Ne) {
        return Ok(Value::not_implemented());
    }
    let eq = equal(th, x, y)?;
    Ok(Value::bool(eq == (op == CompareOp::Eq)))
}

fn equal(th: &mut Thread, x: &'static Dict, y: &'static Dict) -> R<bool> {
    if x.len() != y.len() {
        return Ok(false);
    }
    let Some(t) = x.table.table() else { return Ok(true) };
    let mut place = 0;
    while let Some((k, v, h)) = super::Hashed::<0>::next_in(t, &mut place) {
        match y.get_hashed(th, k, h)? {
            Some(w) if ops::equal(th, w, v)? => {}
            _ => return Ok(false),
        }
    }
    Ok(true)
}

fn getitem(th: &mut Thread, v: Value, key: Value) -> R {
    match own(v).get_item(th, key)? {
        Some(x) => Ok(x),
        None => missing(th, v, key),
    }
}

#[cold]
#[inline(never)]
fn missing(th: &mut Thread, v: Value, key: Value) -> R {
    if !v.is_exact::<Dict>()
        && let Some(r) = ops::call_special(th, v, n().__missing__, &[key])?
    {
        return Ok(r);
    }
    Err(th.key_error(key))
}

fn setitem(th: &mut Thread, v: Value, key: Value, x: Option<Value>) -> R<()> {
    let d = own(v);
    match x {
        Some(x) => d.set_item(th, key, x),
        None => match d.del_item(th, key)? {
            true => Ok(()),
            false => Err(th.key_error(key)),
        },
    }
}

fn or(th: &mut Thread, a: Value, b: Value) -> R {
    let (Some(x), Some(_)) = (a.cast::<Dict>(), b.cast::<Dict>()) else {
        return Ok(Value::not_implemented());
    };
    let r = x.copy(th)?;
    update(th, r, b)?;
    Ok(Value::from_ref(r))
}

/// `cls.fromkeys(iterable, value)`
pub fn fromkeys(th: &mut Thread, cls: Value, args: &[Value]) -> R {
    let value = args.get(1).copied().unwrap_or_else(Value::none);
    let r = ops::call0(th, cls)?;
    let exact = if r.is_exact::<Dict>() { r.cast::<Dict>() } else { None };
    let it = ops::iter(th, args[0])?;
    while let Some(k) = ops::next(th, it)? {
        match exact {
            Some(d) => d.set_item(th, k, value)?,
            None => ops::setitem(th, r, k, value)?,
        }
    }
    Ok(r)
}

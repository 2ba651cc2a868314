//! `dict_keys`, `dict_values` and `dict_items`: live views. The set operations work on any iterable, through a new set.

use super::Dict;
use super::iter::{What, new_dict_iterator};
use crate::core::header::Header;
use crate::core::native::{GetSetDef, MethodDef};
use crate::core::slot::Slot;
use crate::core::thread::Thread;
use crate::core::ty::{CompareOp, Slots, StaticType, TypeSpec, flags};
use crate::core::value::{Cell, Value};
use crate::error::R;
use crate::heap::Tracer;
use crate::ops;
use crate::payload;
use crate::types::items::text;
use crate::types::set::{Set, any_set};
use crate::types::{List, Tuple};

/// The layout of all three.
#[repr(C)]
pub struct DictView {
    /// Cell header.
    pub header: Header,
    /// The dictionary.
    pub dict: Slot,
}
// SAFETY: repr(C), header first.
unsafe impl Cell for DictView {}

unsafe fn trace(cell: *mut u8, t: &mut Tracer) {
    // SAFETY: called with such a cell.
    t.slot(&unsafe { &*(cell as *const DictView) }.dict);
}

macro_rules! view {
    ($(#[$doc:meta])* $name:ident, $static:ident) => {
        $(#[$doc])*
        #[repr(C)]
        pub struct $name(pub DictView);
        payload!($name, $static);
    };
}
view!(
    /// `dict_keys`
    DictKeys, DICT_KEYS
);
view!(
    /// `dict_values`
    DictValues, DICT_VALUES
);
view!(
    /// `dict_items`
    DictItems, DICT_ITEMS
);

pub(super) const COMMON: TypeSpec = TypeSpec {
    basicsize: size_of::<DictView>(),
    flags: flags::DISALLOW_INSTANTIATION,
    trace,
    getset: &[GetSetDef::ro(
        "mapping",
        |th, v| match own(v).dict.get() {
            Some(d) => crate::types::mapping_proxy::new_mapping_proxy(th, d),
            None => Ok(Value::none()),
        },
        "dictionary that this view refers to",
    )],
    ..TypeSpec::DEFAULT
};

const fn set_like(iter: crate::core::ty::UnaryFn, contains: crate::core::ty::ContainsFn) -> Slots {
    Slots {
        repr: Some(repr),
        richcompare: Some(compare),
        hash: Some(ops::hash_not_implemented),
        iter: Some(iter),
        contains: Some(contains),
        len: Some(|_, v| Ok(dict(v).map_or(0, |d| d.len()))),
        subtract: Some(subtract),
        and: Some(and),
        xor: Some(xor),
        or: Some(or),
        ..Slots::NONE
    }
}

/// `dict_keys`
pub static DICT_KEYS: StaticType = StaticType::new(TypeSpec {
    name: "dict_keys",
    slots: set_like(|th, v| iterate(th, v, What::Keys, false), keys_contains),
    methods: &[
        ISDISJOINT,
        MethodDef::noargs(
            "__reversed__",
            |th, v| iterate(th, v, What::Keys, true),
            "Return a reverse iterator over the dict keys.",
        ),
    ],
    ..COMMON
});

/// `dict_items`
pub static DICT_ITEMS: StaticType = StaticType::new(TypeSpec {
    name: "dict_items",
    slots: set_like(|th, v| iterate(th, v, What::Items, false), items_contains),
    methods: &[
        ISDISJOINT,
        MethodDef::noargs(
            "__reversed__",
            |th, v| iterate(th, v, What::Items, true),
            "Return a reverse iterator over the dict items.",
        ),
    ],
    ..COMMON
});

/// `dict_values`
pub static DICT_VALUES: StaticType = StaticType::new(TypeSpec {
    name: "dict_values",
    slots: Slots {
        repr: Some(repr),
        iter: Some(|th, v| iterate(th, v, What::Values, false)),
        len: Some(|_, v| Ok(dict(v).map_or(0, |d| d.len()))),
        ..Slots::NONE
    },
    methods: &[MethodDef::noargs(
        "__reversed__",
        |th, v| iterate(th, v, What::Values, true),
        "Return a reverse iterator over the dict values.",
    )],
    ..COMMON
});

const ISDISJOINT: MethodDef = MethodDef::one(
    "isdisjoint",
    isdisjoint,
    "Return True if the view and the given iterable have a null intersection.",
);

/// Slots and methods are called with views only.
#[inline(always)]
fn own(v: Value) -> &'static DictView {
    // SAFETY: whoever calls a slot or method checked the type; all have this layout.
    unsafe { &*v.as_ptr::<DictView>() }
}

fn dict(v: Value) -> Option<&'static Dict> {
    own(v).dict.get().and_then(|d| d.cast::<Dict>())
}

/// The dictionary behind a view.
pub(super) fn dict_value(v: Value) -> Option<Value> {
    own(v).dict.get()
}

fn is_set_like_view(v: Value) -> bool {
    v.cast::<DictKeys>().is_some() || v.cast::<DictItems>().is_some()
}

/// A view of `dict` of one of the three types.
pub fn new_view(th: &mut Thread, ty: &'static StaticType, dict: Value) -> R {
    let v = th.alloc::<DictView>(ty.shape(), 0, |header| DictView {
        header,
        dict: Slot::new(Some(dict)),
    })?;
    Ok(Value::from_ref(v))
}

fn iterate(th: &mut Thread, v: Value, what: What, back: bool) -> R {
    let d = own(v).dict.get().unwrap_or_else(Value::none);
    new_dict_iterator(th, d, what, back)
}

fn keys_contains(th: &mut Thread, v: Value, k: Value) -> R<bool> {
    match dict(v) {
        Some(d) => d.get_item(th, k).map(|x| x.is_some()),
        None => Ok(false),
    }
}

fn items_contains(th: &mut Thread, v: Value, pair: Value) -> R<bool> {
    let (Some(d), Some(t)) = (dict(v), pair.cast::<Tuple>()) else { return Ok(false) };
    let [k, x] = t.as_slice() else { return Ok(false) };
    match d.get_item(th, *k)? {
        Some(found) => ops::equal(th, found, *x),
        None => Ok(false),
    }
}

fn repr(th: &mut Thread, v: Value) -> R {
    let s = ops::guarded_repr(th, v, |th| {
        let l = List::new(th, &[])?;
        crate::types::list::extend(th, l, v)?;
        let inner = ops::repr(th, Value::from_ref(l))?.to_string_lossy();
        Ok(format!("{}({inner})", v.type_of().name()))
    })?;
    text(th, s.as_deref().unwrap_or("..."))
}

/// Whether every item of `a` is in `b`.
fn all_in(th: &mut Thread, a: Value, b: Value) -> R<bool> {
    let it = ops::iter(th, a)?;
    while let Some(x) = ops::next(th, it)? {
        if !ops::contains(th, b, x)? {
            return Ok(false);
        }
    }
    Ok(true)
}

fn compare(th: &mut Thread, a: Value, b: Value, op: CompareOp) -> R {
    if any_set(b).is_none() && !is_set_like_view(b) {
        return Ok(Value::not_implemented());
    }
    let (n, m) = (ops::len(th, a)?, ops::len(th, b)?);
    let r = match op {
        CompareOp::Eq => n == m && all_in(th, a, b)?,
        CompareOp::Ne => !(n == m && all_in(th, a, b)?),
        CompareOp::Lt => n < m && all_in(th, a, b)?,
        CompareOp::Le => n <= m && all_in(th, a, b)?,
        CompareOp::Gt => n > m && all_in(th, b, a)?,
        CompareOp::Ge => n >= m && all_in(th, b, a)?,
    };
    Ok(Value::bool(r))
}

fn new_set(th: &mut Thread, v: Value) -> R<&'static Set> {
    let s = Set::new(th)?;
    s.update(th, v)?;
    Ok(s)
}

fn subtract(th: &mut Thread, a: Value, b: Value) -> R {
    let s = new_set(th, a)?;
    s.difference_update(th, b)?;
    Ok(Value::from_ref(s))
}

fn and(th: &mut Thread, a: Value, b: Value) -> R {
    // Either side may be the view.
    let (view, other) = if is_set_like_view(a) { (a, b) } else { (b, a) };
    let (view, other) = if is_set_like_view(other) && ops::len(th, other)? > ops::len(th, view)? {
        (other, view)
    } else {
        (view, other)
    };
    let r = Set::new(th)?;
    let it = ops::iter(th, other)?;
    while let Some(x) = ops::next(th, it)? {
        if ops::contains(th, view, x)? {
            r.add(th, x)?;
        }
    }
    Ok(Value::from_ref(r))
}

fn or(th: &mut Thread, a: Value, b: Value) -> R {
    let s = new_set(th, a)?;
    s.update(th, b)?;
    Ok(Value::from_ref(s))
}

fn xor(th: &mut Thread, a: Value, b: Value) -> R {
    let s = new_set(th, a)?;
    s.symmetric_difference_update(th, b)?;
    Ok(Value::from_ref(s))
}

fn isdisjoint(th: &mut Thread, v: Value, other: Value) -> R {
    if v == other {
        return Ok(Value::bool(ops::len(th, v)? == 0));
    }
    let (mut small, mut large) = (other, v);
    if (any_set(other).is_some() || is_set_like_view(other))
        && ops::len(th, other)? > ops::len(th, v)?
    {
        (small, large) = (v, other);
    }
    let it = ops::iter(th, small)?;
    while let Some(x) = ops::next(th, it)? {
        if ops::contains(th, large, x)? {
            return Ok(Value::bool(false));
        }
    }
    Ok(Value::bool(true))
}

//! `collections.OrderedDict`: a dict that can be reordered, and that compares by order.
//!
//! Dictionaries are ordered already; this one adds moving a key to either end and taking the first entry. It remembers
//! where the first entry is likely to be, so that a queue of entries does not search what was taken before.

use super::views::{self, DICT_ITEMS, DICT_KEYS, DICT_VALUES, new_view};
use super::{DICT, Dict, trace_dict};
use crate::attr;
use crate::core::header::Header;
use crate::core::native::{Args, MethodDef, Params};
use crate::core::slot::Slot;
use crate::core::thread::Thread;
use crate::core::ty::{CompareOp, Slots, StaticType, TypeSpec, flags};
use crate::core::value::Value;
use crate::error::R;
use crate::heap::Tracer;
use crate::names::n;
use crate::ops;
use crate::payload;
use crate::types::hashed::hash_key;
use crate::types::items::text;
use crate::types::{List, Tuple};
use heddle_sync::prim::{AtomicU64, AtomicUsize, ord};

/// A dict, instance attributes, and where its first entry may be.
#[repr(C)]
pub struct OrderedDict {
    /// The dict.
    pub dict: Dict,
    attrs: Slot,
    /// No live entry lies below this place...
    head: AtomicU64,
    /// ... in the table at this address.
    head_table: AtomicUsize,
}
payload!(OrderedDict, ORDERED_DICT);

unsafe fn trace(cell: *mut u8, t: &mut Tracer) {
    // SAFETY: called with such a cell, which begins with a dict.
    unsafe {
        trace_dict(cell, t);
        t.slot(&(*(cell as *const OrderedDict)).attrs);
    }
}

/// `collections.OrderedDict`
pub static ORDERED_DICT: StaticType = StaticType::new(TypeSpec {
    name: "collections.OrderedDict",
    base: Some(&DICT),
    basicsize: size_of::<OrderedDict>(),
    flags: flags::BASETYPE | flags::HAS_WEAKREF,
    doc: "Dictionary that remembers insertion order",
    trace,
    dict_offset: std::mem::offset_of!(OrderedDict, attrs),
    slots: Slots {
        init: Some(|th, v, args, kw| update_args(th, v, &Args::new(args, kw))),
        repr: Some(repr),
        iter: Some(|th, v| new_iterator(th, v, KEYS)),
        richcompare: Some(compare),
        hash: Some(ops::hash_not_implemented),
        or: Some(or),
        inplace_or: Some(|th, v, x| {
            update(th, v, x)?;
            Ok(v)
        }),
        ..Slots::NONE
    },
    methods: &[
        MethodDef::kw(
            "fromkeys",
            |th, cls, a| {
                let [it, value] = a.bind(th, "fromkeys", &FROMKEYS)?;
                let none = Value::none();
                super::fromkeys(th, cls, &[it.unwrap_or(none), value.unwrap_or(none)])
            },
            "fromkeys($type, /, iterable, value=None)\n--\n\nCreate a new ordered dictionary with keys from iterable and values set to value.",
        )
        .class(),
        MethodDef::kw(
            "setdefault",
            setdefault,
            "setdefault($self, /, key, default=None)\n--\n\nInsert key with a value of default if key is not in the dictionary.\n\nReturn the value for key if key is in the dictionary, else default.",
        ),
        MethodDef::kw(
            "pop",
            pop,
            "pop($self, /, key, default=<unrepresentable>)\n--\n\nod.pop(key[,default]) -> v, remove specified key and return the corresponding value.\n\nIf the key is not found, return the default if given; otherwise,\nraise a KeyError.",
        ),
        MethodDef::kw(
            "popitem",
            popitem,
            "popitem($self, /, last=True)\n--\n\nRemove and return a (key, value) pair from the dictionary.\n\nPairs are returned in LIFO order if last is true or FIFO order if false.",
        ),
        MethodDef::kw(
            "move_to_end",
            |th, v, a| {
                let [key, last] = a.bind(th, "move_to_end", &MOVE)?;
                let key = key.unwrap_or_else(Value::none);
                let last = truth(th, last)?;
                match own(v).move_to_end(th, key, last)? {
                    true => Ok(Value::none()),
                    false => Err(th.key_error(key)),
                }
            },
            "move_to_end($self, /, key, last=True)\n--\n\nMove an existing element to the end (or beginning if last is false).\n\nRaise KeyError if the element does not exist.",
        ),
        MethodDef::kw(
            "update",
            |th, v, a| update_args(th, v, a).map(|()| Value::none()),
            "D.update([E, ]**F) -> None.  Update D from mapping/iterable E and F.",
        ),
        MethodDef::noargs("copy", copy, "od.copy() -> a shallow copy of od"),
        MethodDef::noargs("keys", |th, v| new_view(th, &ODICT_KEYS, v), ""),
        MethodDef::noargs("values", |th, v| new_view(th, &ODICT_VALUES, v), ""),
        MethodDef::noargs("items", |th, v| new_view(th, &ODICT_ITEMS, v), ""),
        MethodDef::noargs(
            "__reversed__",
            |th, v| new_iterator(th, v, KEYS | BACK),
            "od.__reversed__() <==> reversed(od)",
        ),
        MethodDef::noargs("__reduce__", reduce, "Return state information for pickling"),
    ],
    ..TypeSpec::DEFAULT
});

const FROMKEYS: Params<2> = Params::new(["iterable", "value"], 1);
const SETDEFAULT: Params<2> = Params::new(["key", "default"], 1);
const MOVE: Params<2> = Params::new(["key", "last"], 1);
const POPITEM: Params<1> = Params::new(["last"], 0);

/// Slots and methods are called with instances only.
fn own(v: Value) -> &'static OrderedDict {
    // SAFETY: whoever calls a slot or method checked the type.
    unsafe { v.cast_unchecked() }
}

fn truth(th: &mut Thread, v: Option<Value>) -> R<bool> {
    match v {
        Some(v) => ops::is_true(th, v),
        None => Ok(true),
    }
}

impl OrderedDict {
    /// An empty one.
    ///
    /// **Errors:** MemoryError. **Threads:** the type is ready (`ready_static`). **Escapes:** no.
    pub fn new(th: &mut Thread) -> R<&'static OrderedDict> {
        let v = crate::ty::alloc_instance(th, ORDERED_DICT.ty())?;
        Ok(own(v))
    }

    /// Makes a key the last (or the first); false when it is not there. **Escapes:** yes (`__hash__`, `__eq__`).
    pub fn move_to_end(&self, th: &mut Thread, key: Value, last: bool) -> R<bool> {
        let hash = hash_key(th, key, "dict key")?;
        self.dict.hashed().move_to_end(th, key, hash, last)
    }

    /// Removes and gives the first entry. **Escapes:** no.
    pub fn pop_first(&self, th: &mut Thread) -> Option<(Value, Value)> {
        th.critical_leaf(&self.dict.header, || {
            let t = self.dict.table.own()?;
            let address = t as *const _ as usize;
            // ORDERING: Relaxed all; only used inside the section.
            let known = self.head_table.load(ord!("odict.head_table", Relaxed)) == address;
            let first = if known { self.head.load(ord!("odict.head", Relaxed)) as u32 } else { 0 };
            for place in first..t.nentries() {
                let Some((key, value, _)) = t.entry(place) else { continue };
                t.delete(place);
                self.head.store(place as u64 + 1, ord!("odict.set_head", Relaxed));
                self.head_table.store(address, ord!("odict.set_head_table", Relaxed));
                // SAFETY: tables hold value words; those of live entries are not 0.
                return unsafe { Some((Value::from_slot(key)?, Value::from_slot(value)?)) };
            }
            None
        })
    }
}

fn repr(th: &mut Thread, v: Value) -> R {
    let name = v.type_of().name();
    if own(v).dict.len() == 0 {
        return text(th, &format!("{name}()"));
    }
    let inner = ops::guarded_repr(th, v, |th| {
        let d = if v.is_exact::<OrderedDict>() {
            own(v).dict.copy(th)?
        } else {
            let items = ops::call_method(th, v, n().items, &[])?;
            let d = Dict::new(th)?;
            super::update(th, d, items)?;
            d
        };
        Ok(ops::repr(th, Value::from_ref(d))?.to_string_lossy().into_owned())
    })?;
    match inner {
        Some(s) => text(th, &format!("{name}({s})")),
        None => text(th, "..."),
    }
}

fn compare(th: &mut Thread, a: Value, b: Value, op: CompareOp) -> R {
    if !matches!(op, CompareOp::Eq | CompareOp::Ne) || b.cast::<Dict>().is_none() {
        return Ok(Value::not_implemented());
    }
    let Some(base) = DICT.ty().slots().richcompare else { return Ok(Value::not_implemented()) };
    let r = base(th, a, b, CompareOp::Eq)?;
    if r.is_not_implemented() {
        return Ok(r);
    }
    let mut eq = ops::is_true(th, r)?;
    if eq && b.cast::<OrderedDict>().is_some() {
        let (x, y) = (own(a).dict.keys_tuple(th)?, own(b).dict.keys_tuple(th)?);
        for (p, q) in x.as_slice().iter().zip(y.as_slice()) {
            if !ops::equal(th, *p, *q)? {
                eq = false;
                break;
            }
        }
    }
    Ok(Value::bool(eq == (op == CompareOp::Eq)))
}

/// Stores as `self[key] = value` would.
fn store(th: &mut Thread, v: Value, key: Value, x: Value) -> R<()> {
    if v.is_exact::<OrderedDict>() {
        return own(v).dict.set_item(th, key, x);
    }
    ops::setitem(th, v, key, x)
}

fn update_args(th: &mut Thread, v: Value, a: &Args) -> R<()> {
    if a.pos.len() > 1 {
        let k = a.pos.len();
        return Err(
            th.type_error(format_args!("update() takes at most 1 positional argument ({k} given)"))
        );
    }
    if let Some(x) = a.pos.first() {
        update(th, v, *x)?;
    }
    for (k, x) in a.keywords() {
        store(th, v, Value::from_ref(k), x)?;
    }
    Ok(())
}

fn update(th: &mut Thread, v: Value, x: Value) -> R<()> {
    if x.is_exact::<Dict>()
        && let Some(d) = x.cast::<Dict>()
    {
        return d.for_each(th, |th, k, x, _| store(th, v, k, x));
    }
    if attr::getattr_optional(th, x, n().keys)?.is_some() {
        let keys = ops::call_method(th, x, n().keys, &[])?;
        return ops::for_each(th, keys, |th, k| {
            let item = ops::getitem(th, x, k)?;
            store(th, v, k, item)
        });
    }
    let pairs = match attr::getattr_optional(th, x, n().items)? {
        Some(f) => ops::call0(th, f)?,
        None => x,
    };
    ops::for_each(th, pairs, |th, pair| {
        let t = ops::to_tuple(th, pair)?;
        match t.as_slice() {
            [k, x] => store(th, v, *k, *x),
            [] | [_] => {
                let have = t.len();
                let s = if have == 1 { "" } else { "s" };
                Err(th.value_error(format_args!("need more than {have} value{s} to unpack")))
            }
            _ => Err(th.value_error(format_args!("too many values to unpack (expected 2)"))),
        }
    })
}

fn setdefault(th: &mut Thread, v: Value, a: &Args) -> R {
    let [key, default] = a.bind(th, "setdefault", &SETDEFAULT)?;
    let key = key.unwrap_or_else(Value::none);
    let default = default.unwrap_or_else(Value::none);
    if v.is_exact::<OrderedDict>() {
        return own(v).dict.set_default(th, key, default);
    }
    if ops::contains(th, v, key)? {
        return ops::getitem(th, v, key);
    }
    ops::setitem(th, v, key, default)?;
    Ok(default)
}

fn pop(th: &mut Thread, v: Value, a: &Args) -> R {
    let [key, default] = a.bind(th, "pop", &SETDEFAULT)?;
    let key = key.unwrap_or_else(Value::none);
    let found = if v.is_exact::<OrderedDict>() {
        own(v).dict.take(th, key)?
    } else if ops::contains(th, v, key)? {
        // Through the methods that a subclass may have replaced.
        let x = ops::getitem(th, v, key)?;
        ops::delitem(th, v, key)?;
        Some(x)
    } else if default.is_none()
        && let Some(x) = ops::call_special(th, v, n().__missing__, &[key])?
    {
        Some(x)
    } else {
        None
    };
    match found.or(default) {
        Some(x) => Ok(x),
        None => Err(th.key_error(key)),
    }
}

fn popitem(th: &mut Thread, v: Value, a: &Args) -> R {
    let [last] = a.bind(th, "popitem", &POPITEM)?;
    let last = truth(th, last)?;
    let od = own(v);
    let e = if last { od.dict.pop_item(th) } else { od.pop_first(th) };
    match e {
        Some((k, x)) => Ok(Value::from_ref(Tuple::new(th, &[k, x])?)),
        None => {
            let msg = text(th, "dictionary is empty")?;
            Err(th.key_error(msg))
        }
    }
}

fn copy(th: &mut Thread, v: Value) -> R {
    let new = ops::call0(th, v.type_of().value())?;
    if v.is_exact::<OrderedDict>() {
        own(v).dict.copy_table_to(th, &own(new).dict)?;
        return Ok(new);
    }
    let keys = own(v).dict.keys_tuple(th)?;
    for k in keys.as_slice() {
        let x = ops::getitem(th, v, *k)?;
        ops::setitem(th, new, *k, x)?;
    }
    Ok(new)
}

fn reduce(th: &mut Thread, v: Value) -> R {
    let state = ops::call_method(th, v, n().__getstate__, &[])?;
    let args = Tuple::new(th, &[])?;
    let items = ops::call_method(th, v, n().items, &[])?;
    let it = ops::iter(th, items)?;
    let parts = [v.type_of().value(), Value::from_ref(args), state, Value::none(), it];
    Ok(Value::from_ref(Tuple::new(th, &parts)?))
}

fn or(th: &mut Thread, a: Value, b: Value) -> R {
    if a.cast::<Dict>().is_none() || b.cast::<Dict>().is_none() {
        return Ok(Value::not_implemented());
    }
    let ty = if a.cast::<OrderedDict>().is_some() { a.type_of() } else { b.type_of() };
    let new = ops::call1(th, ty.value(), a)?;
    update(th, new, b)?;
    Ok(new)
}

// ---- iteration

const KEYS: u32 = 0;
const VALUES: u32 = 1;
const ITEMS: u32 = 2;
const WHAT: u32 = 3;
const BACK: u32 = 4;

/// `odict_iterator`; `aux` says what it gives and in which direction.
#[repr(C)]
pub struct OdictIter {
    /// Cell header.
    pub header: Header,
    dict: Slot,
    place: AtomicUsize,
    /// What the table was at the start: its address, places and keys.
    table: AtomicUsize,
    places: AtomicUsize,
    used: AtomicUsize,
}
payload!(OdictIter, ODICT_ITER);

unsafe fn trace_iter(cell: *mut u8, t: &mut Tracer) {
    // SAFETY: called with such a cell.
    t.slot(&unsafe { &*(cell as *const OdictIter) }.dict);
}

/// `odict_iterator`
pub static ODICT_ITER: StaticType = StaticType::new(TypeSpec {
    name: "odict_iterator",
    basicsize: size_of::<OdictIter>(),
    flags: flags::DISALLOW_INSTANTIATION,
    trace: trace_iter,
    slots: Slots { iter: Some(|_, v| Ok(v)), iternext: Some(next), ..Slots::NONE },
    methods: &[MethodDef::noargs(
        "__reduce__",
        |th, v| {
            let rest = List::new(th, &[])?;
            let f = crate::types::iterators::builtin(th, "iter")?;
            crate::types::list::extend(th, rest, v)?;
            let args = Tuple::new(th, &[Value::from_ref(rest)])?;
            Ok(Value::from_ref(Tuple::new(th, &[f, Value::from_ref(args)])?))
        },
        "Return state information for pickling",
    )],
    ..TypeSpec::DEFAULT
});

fn stamp(d: &Dict) -> (usize, usize, usize) {
    match d.core().table() {
        Some(t) => (t as *const _ as usize, t.nentries() as usize, t.used()),
        None => (0, 0, 0),
    }
}

fn new_iterator(th: &mut Thread, v: Value, how: u32) -> R {
    let d = v.cast::<Dict>();
    let (table, places, used) = d.map_or((0, 0, 0), stamp);
    let place = if how & BACK != 0 { places } else { 0 };
    let it = th.alloc::<OdictIter>(ODICT_ITER.shape(), how, |header| OdictIter {
        header,
        dict: Slot::new(Some(v)),
        place: AtomicUsize::new(place),
        table: AtomicUsize::new(table),
        places: AtomicUsize::new(places),
        used: AtomicUsize::new(used),
    })?;
    Ok(Value::from_ref(it))
}

fn next(th: &mut Thread, v: Value) -> R<Option<Value>> {
    let Some(it) = v.cast::<OdictIter>() else { return Ok(None) };
    let Some(dict) = it.dict.get() else { return Ok(None) };
    let Some(d) = dict.cast::<Dict>() else { return Ok(None) };
    // ORDERING: Relaxed all; the words stand for themselves, see the head of `iterators`.
    let load = |w: &AtomicUsize| w.load(ord!("odictiter.load", Relaxed));
    if stamp(d) != (load(&it.table), load(&it.places), load(&it.used)) {
        it.dict.set(None);
        return Err(th.runtime_error(format_args!("OrderedDict mutated during iteration")));
    }
    let how = it.header.aux();
    let mut place = load(&it.place);
    let e = if how & BACK != 0 { d.next_back(&mut place) } else { d.next(&mut place) };
    it.place.store(place, ord!("odictiter.store", Relaxed));
    let Some((k, x)) = e else {
        it.dict.set(None);
        return Ok(None);
    };
    // A subclass may have its own idea of the values.
    let x = if how & WHAT != KEYS && !dict.is_exact::<OrderedDict>() {
        ops::getitem(th, dict, k)?
    } else {
        x
    };
    Ok(Some(match how & WHAT {
        KEYS => k,
        VALUES => x,
        _ => Value::from_ref(Tuple::new(th, &[k, x])?),
    }))
}

macro_rules! odict_views {
    ($($(#[$doc:meta])* $static:ident, $name:literal, $base:ident, $what:ident;)*) => {$(
        $(#[$doc])*
        pub static $static: StaticType = StaticType::new(TypeSpec {
            name: $name,
            base: Some(&$base),
            slots: Slots {
                iter: Some(|th, v| view_iterator(th, v, $what)),
                ..Slots::NONE
            },
            methods: &[MethodDef::noargs(
                "__reversed__",
                |th, v| view_iterator(th, v, $what | BACK),
                "",
            )],
            getset: &[],
            ..views::COMMON
        });
    )*};
}

odict_views! {
    /// `odict_keys`
    ODICT_KEYS, "odict_keys", DICT_KEYS, KEYS;
    /// `odict_values`
    ODICT_VALUES, "odict_values", DICT_VALUES, VALUES;
    /// `odict_items`
    ODICT_ITEMS, "odict_items", DICT_ITEMS, ITEMS;
}

fn view_iterator(th: &mut Thread, v: Value, how: u32) -> R {
    match views::dict_value(v) {
        Some(d) => new_iterator(th, d, how),
        None => Ok(v),
    }
}

/// All types of this file, bases first, for the module that shows them.
pub const TYPES: [&StaticType; 5] =
    [&ORDERED_DICT, &ODICT_ITER, &ODICT_KEYS, &ODICT_VALUES, &ODICT_ITEMS];

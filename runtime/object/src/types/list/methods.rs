//! Protocols and methods of `list`.

use super::List;
use crate::core::native::{Args, MethodDef, Params};
use crate::core::thread::Thread;
use crate::core::ty::{CompareOp, Slots};
use crate::core::value::Value;
use crate::error::R;
use crate::ops;
use crate::types::items;
use crate::types::iterators;
use crate::types::slice::Slice;
use crate::types::{Dict, Tuple, ValueArray, int};

pub(super) const SLOTS: Slots = Slots {
    repr: Some(repr),
    hash: Some(ops::hash_not_implemented),
    richcompare: Some(compare),
    iter: Some(iterators::new_list_iterator),
    init: Some(init),
    new: Some(|th, ty, _, _| match ty.cast_type() {
        Some(t) => crate::ty::alloc_instance(th, t),
        None => Ok(ty),
    }),
    len: Some(|_, v| Ok(own(v).len())),
    getitem: Some(getitem),
    setitem: Some(setitem),
    contains: Some(|th, v, x| items::contains(th, own(v), x)),
    concat: Some(concat),
    repeat: Some(repeat),
    inplace_concat: Some(|th, v, x| extend(th, own(v), x).map(|()| v)),
    inplace_repeat: Some(inplace_repeat),
    ..Slots::NONE
};

pub(super) const METHODS: &[MethodDef] = &[
    MethodDef::noargs(
        "clear",
        |th, v| {
            own(v).clear(th);
            Ok(Value::none())
        },
        "clear($self, /)\n--\n\nRemove all items from list.",
    ),
    MethodDef::noargs(
        "copy",
        |th, v| own(v).copy(th).map(|l| Value::from_ref(l)),
        "copy($self, /)\n--\n\nReturn a shallow copy of the list.",
    ),
    MethodDef::one(
        "append",
        |th, v, x| own(v).push(th, x).map(|()| Value::none()),
        "append($self, object, /)\n--\n\nAppend object to the end of the list.",
    ),
    MethodDef::fast(
        "insert",
        2,
        2,
        |th, v, args| {
            let i = index_arg(th, args[0])?;
            own(v).insert(th, i, args[1]).map(|()| Value::none())
        },
        "insert($self, index, object, /)\n--\n\nInsert object before index.",
    ),
    MethodDef::one(
        "extend",
        |th, v, x| extend(th, own(v), x).map(|()| Value::none()),
        "extend($self, iterable, /)\n--\n\nExtend list by appending elements from the iterable.",
    ),
    MethodDef::fast(
        "pop",
        0,
        1,
        pop,
        "pop($self, index=-1, /)\n--\n\nRemove and return item at index (default last).\n\nRaises IndexError if list is empty or index is out of range.",
    ),
    MethodDef::one(
        "remove",
        remove,
        "remove($self, value, /)\n--\n\nRemove first occurrence of value.\n\nRaises ValueError if the value is not present.",
    ),
    MethodDef::fast(
        "index",
        1,
        3,
        |th, v, args| match items::index(th, own(v), args)? {
            Some(i) => Ok(Value::small_int(i as i64)),
            None => Err(th.value_error(format_args!("list.index(x): x not in list"))),
        },
        "index($self, value, start=0, stop=sys.maxsize, /)\n--\n\nReturn first index of value.\n\nRaises ValueError if the value is not present.",
    ),
    MethodDef::one(
        "count",
        |th, v, x| items::count(th, own(v), x),
        "count($self, value, /)\n--\n\nReturn number of occurrences of value.",
    ),
    MethodDef::noargs(
        "reverse",
        |th, v| {
            own(v).reverse(th);
            Ok(Value::none())
        },
        "reverse($self, /)\n--\n\nReverse *IN PLACE*.",
    ),
    MethodDef::kw(
        "sort",
        sort,
        "sort($self, /, *, key=None, reverse=False)\n--\n\nSort the list in ascending order and return None.\n\nThe sort is in-place (i.e. the list itself is modified) and stable (i.e. the\norder of two equal elements is maintained).\n\nIf a key function is given, apply it once to each list item and sort them,\nascending or descending, according to their function values.\n\nThe reverse flag can be set to sort in descending order.",
    ),
    MethodDef::noargs(
        "__reversed__",
        iterators::new_list_reverse_iterator,
        "__reversed__($self, /)\n--\n\nReturn a reverse iterator over the list.",
    ),
    MethodDef::noargs(
        "__sizeof__",
        |_, v| {
            let l = own(v);
            Ok(Value::small_int((size_of::<List>() + 8 * l.vec.capacity()) as i64))
        },
        "__sizeof__($self, /)\n--\n\nReturn the size of the list in memory, in bytes.",
    ),
    MethodDef::one("__class_getitem__", crate::types::generic_alias::new_alias, "See PEP 585")
        .class(),
];

/// Slots and methods are called with lists only.
#[inline(always)]
fn own(v: Value) -> &'static List {
    // SAFETY: whoever calls a slot or method checked the type.
    unsafe { v.cast_unchecked() }
}

/// An argument that must be an index fitting the machine word; OverflowError otherwise.
fn index_arg(th: &mut Thread, v: Value) -> R<isize> {
    let i = ops::index(th, v)?;
    match int::to_i64(i) {
        Some(i) => Ok(i as isize),
        None => {
            Err(th.overflow_error(format_args!("Python int too large to convert to C ssize_t")))
        }
    }
}

fn init(th: &mut Thread, v: Value, args: &[Value], kw: Option<Value>) -> R<()> {
    let a = Args::new(args, kw);
    if a.nkw() != 0 {
        let own_init = v.type_of().slots().init.map(|f| f as usize)
            == super::LIST.ty().slots().init.map(|f| f as usize);
        if v.is_exact::<List>() || own_init {
            a.no_keywords(th, "list")?;
        }
    }
    a.positional(th, "list", 0, 1)?;
    let l = own(v);
    if l.len() != 0 {
        l.clear(th);
    }
    match a.pos.first() {
        Some(it) => extend(th, l, *it),
        None => Ok(()),
    }
}

/// Appends the items of any iterable.
pub fn extend(th: &mut Thread, l: &'static List, it: Value) -> R<()> {
    if it.is_exact::<Tuple>()
        && let Some(t) = it.cast::<Tuple>()
    {
        return l.extend(th, t.as_slice());
    }
    if it.is_exact::<List>()
        && let Some(src) = it.cast::<List>()
    {
        if src.len() == 0 {
            return Ok(());
        }
        let t = src.snapshot(th)?;
        return l.extend(th, t.as_slice());
    }
    if it.is_exact::<Dict>()
        && let Some(d) = it.cast::<Dict>()
    {
        let t = d.keys_tuple(th)?;
        return l.extend(th, t.as_slice());
    }
    let it2 = ops::iter(th, it)?;
    let hint = ops::length_hint(th, it, 8)?;
    if hint > 8 && hint < 1 << 32 {
        th.critical(&l.header, |th| l.reserve(th, l.len() + hint))?;
    }
    while let Some(x) = ops::next(th, it2)? {
        l.push(th, x)?;
    }
    Ok(())
}

fn repr(th: &mut Thread, v: Value) -> R {
    let l = own(v);
    if l.len() == 0 {
        return items::text(th, "[]");
    }
    let s = ops::guarded_repr(th, v, |th| {
        let mut s = String::from("[");
        items::repr_joined(th, l, &mut s)?;
        s.push(']');
        Ok(s)
    })?;
    items::text(th, s.as_deref().unwrap_or("[...]"))
}

fn compare(th: &mut Thread, a: Value, b: Value, op: CompareOp) -> R {
    let (Some(x), Some(y)) = (a.cast::<List>(), b.cast::<List>()) else {
        return Ok(Value::not_implemented());
    };
    if x.len() != y.len() && matches!(op, CompareOp::Eq | CompareOp::Ne) {
        return Ok(Value::bool(op == CompareOp::Ne));
    }
    items::compare(th, x, y, op)
}

/// Whether a subscript can be an index at all.
fn is_index(key: Value) -> bool {
    key.is_small_int() || int::check(key) || key.type_of().slots().index.is_some()
}

fn getitem(th: &mut Thread, v: Value, key: Value) -> R {
    let l = own(v);
    if let Some(i) = key.as_small_int() {
        return match items::place(i as isize, l.len()).and_then(|i| l.at(th, i)) {
            Some(x) => Ok(x),
            None => Err(th.index_error(format_args!("list index out of range"))),
        };
    }
    if let Some(s) = key.cast::<Slice>() {
        let bounds = s.unpack(th)?;
        let r = l.select(th, |len| {
            let sel = bounds.clip(len);
            (sel.start, sel.step, sel.len)
        })?;
        return Ok(Value::from_ref(r));
    }
    if !is_index(key) {
        let tn = key.type_of().name();
        return Err(
            th.type_error(format_args!("list indices must be integers or slices, not {tn}"))
        );
    }
    let i = ops::index_isize(th, key)?;
    match items::place(i, l.len()).and_then(|i| l.at(th, i)) {
        Some(x) => Ok(x),
        None => Err(th.index_error(format_args!("list index out of range"))),
    }
}

fn setitem(th: &mut Thread, v: Value, key: Value, x: Option<Value>) -> R<()> {
    let l = own(v);
    if let Some(s) = key.cast::<Slice>() {
        return match x {
            Some(x) => set_slice(th, l, s, x),
            None => del_slice(th, l, s),
        };
    }
    if !is_index(key) {
        let tn = key.type_of().name();
        return Err(
            th.type_error(format_args!("list indices must be integers or slices, not {tn}"))
        );
    }
    let i = ops::index_isize(th, key)?;
    let done = match x {
        Some(x) => items::place(i, l.len()).is_some_and(|i| l.set(th, i, x)),
        None => l.pop_at(th, i).is_some(),
    };
    if done {
        return Ok(());
    }
    Err(th.index_error(format_args!("list assignment index out of range")))
}

/// The items to assign to a slice, taken before anything changes.
fn assigned(th: &mut Thread, x: Value, msg: &str) -> R<&'static Tuple> {
    if x.type_of().slots().iter.is_none() && !ops::is_sequence(x) {
        return Err(th.type_error(format_args!("{msg}")));
    }
    ops::to_tuple(th, x)
}

fn set_slice(th: &mut Thread, l: &'static List, s: &Slice, x: Value) -> R<()> {
    let bounds = s.unpack(th)?;
    if bounds.step == 1 {
        let new = assigned(th, x, "can only assign an iterable")?;
        return l.splice(
            th,
            |len| {
                let sel = bounds.clip(len);
                (sel.start as usize, sel.stop as usize)
            },
            new.as_slice(),
        );
    }
    let new = assigned(th, x, "must assign iterable to extended slice")?;
    let wrong = th.critical_leaf(&l.header, || {
        let sel = bounds.clip(l.len());
        if sel.len != new.len() {
            return Some(sel.len);
        }
        for (i, v) in sel.indices().zip(new.as_slice()) {
            l.vec.set(i, v.word());
            l.barrier(*v);
        }
        None
    });
    match wrong {
        None => Ok(()),
        // An empty selection with an explicit step of -1 and the like is an error, too, as in CPython.
        Some(want) => {
            let have = new.len();
            Err(th.value_error(format_args!(
                "attempt to assign sequence of size {have} to extended slice of size {want}"
            )))
        }
    }
}

fn del_slice(th: &mut Thread, l: &'static List, s: &Slice) -> R<()> {
    let bounds = s.unpack(th)?;
    th.critical_leaf(&l.header, || {
        let sel = bounds.clip(l.len());
        if sel.len == 0 {
            return;
        }
        if sel.step == 1 {
            l.vec.remove(sel.start as usize, sel.len);
        } else if sel.step > 0 {
            l.remove_stepped(sel.start as usize, sel.step as usize, sel.len);
        } else {
            let first = sel.start + (sel.len as isize - 1) * sel.step;
            l.remove_stepped(first as usize, sel.step.unsigned_abs(), sel.len);
        }
    });
    Ok(())
}

fn concat(th: &mut Thread, a: Value, b: Value) -> R {
    let x = own(a);
    let Some(y) = b.cast::<List>() else {
        let tn = b.type_of().name();
        return Err(th.type_error(format_args!("can only concatenate list (not \"{tn}\") to list")));
    };
    let r = th.critical2(&x.header, &y.header, |th| {
        let (n, m) = (x.len(), y.len());
        if n + m == 0 {
            return List::new(th, &[]);
        }
        let array = ValueArray::new(th, n + m)?;
        let slots = array.slots();
        for (i, slot) in slots[..n].iter().enumerate() {
            slot.set(x.get(i));
        }
        for (i, slot) in slots[n..].iter().enumerate() {
            slot.set(y.get(i));
        }
        List::from_array(th, array, n + m)
    })?;
    Ok(Value::from_ref(r))
}

fn repeat(th: &mut Thread, v: Value, n: Value) -> R {
    let l = own(v);
    let r = th.critical(&l.header, |th| {
        let len = l.len();
        let (_, total) = items::repeat_count(th, n, len)?;
        if total == 0 {
            return List::new(th, &[]);
        }
        let array = ValueArray::new(th, total)?;
        let mut at = 0;
        for slot in array.slots() {
            slot.set(l.get(at));
            at += 1;
            if at == len {
                at = 0;
            }
        }
        List::from_array(th, array, total)
    })?;
    Ok(Value::from_ref(r))
}

fn inplace_repeat(th: &mut Thread, v: Value, n: Value) -> R {
    let l = own(v);
    th.critical(&l.header, |th| -> R<()> {
        let len = l.len();
        let (n, total) = items::repeat_count(th, n, len)?;
        if total == 0 {
            l.vec.truncate(0);
            return Ok(());
        }
        l.reserve(th, total)?;
        for _ in 1..n {
            for i in 0..len {
                if let Some(x) = l.get(i) {
                    l.vec.push_in_capacity(x.word());
                }
            }
        }
        Ok(())
    })?;
    Ok(v)
}

fn pop(th: &mut Thread, v: Value, args: &[Value]) -> R {
    let l = own(v);
    let r = match args.first() {
        None => l.pop_last(th),
        Some(i) => {
            let i = index_arg(th, *i)?;
            l.pop_at(th, i)
        }
    };
    match r {
        Some(x) => Ok(x),
        None if l.len() == 0 => Err(th.index_error(format_args!("pop from empty list"))),
        None => Err(th.index_error(format_args!("pop index out of range"))),
    }
}

fn remove(th: &mut Thread, v: Value, x: Value) -> R {
    let l = own(v);
    let mut i = 0;
    while let Some(y) = l.at(th, i) {
        if ops::equal(th, y, x)? {
            // The comparison may have changed the list; CPython then removes whatever lies at that place.
            if !l.remove_if(th, i, y) {
                l.pop_at(th, i as isize);
            }
            return Ok(Value::none());
        }
        i += 1;
    }
    Err(th.value_error(format_args!("list.remove(x): x not in list")))
}

const SORT: Params<2> = Params::new(["key", "reverse"], 0).kwonly(0);

fn sort(th: &mut Thread, v: Value, a: &Args) -> R {
    let [key, reverse] = a.bind(th, "sort", &SORT)?;
    let reverse = match reverse {
        Some(r) => ops::is_true(th, r)?,
        None => false,
    };
    super::sort_list(th, own(v), key.filter(|k| !k.is_none()), reverse)?;
    Ok(Value::none())
}

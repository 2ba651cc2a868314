//! Protocols and methods of `tuple`.

use super::{TUPLE, Tuple};
use crate::core::native::{Args, MethodDef};
use crate::core::thread::Thread;
use crate::core::ty::{CompareOp, Slots};
use crate::core::value::Value;
use crate::error::R;
use crate::num::hash::TupleHasher;
use crate::ops;
use crate::types::items;
use crate::types::iterators;
use crate::types::slice::Slice;

pub(super) const SLOTS: Slots = Slots {
    repr: Some(repr),
    hash: Some(hash),
    richcompare: Some(compare),
    iter: Some(iterators::new_tuple_iterator),
    new: Some(new),
    len: Some(|_, v| Ok(own(v).len())),
    getitem: Some(getitem),
    contains: Some(|th, v, x| items::contains(th, own(v), x)),
    concat: Some(concat),
    repeat: Some(repeat),
    ..Slots::NONE
};

pub(super) const METHODS: &[MethodDef] = &[
    MethodDef::fast(
        "index",
        1,
        3,
        index,
        "index($self, value, start=0, stop=sys.maxsize, /)\n--\n\nReturn first index of value.\n\nRaises ValueError if the value is not present.",
    ),
    MethodDef::one(
        "count",
        |th, v, x| items::count(th, own(v), x),
        "count($self, value, /)\n--\n\nReturn number of occurrences of value.",
    ),
    MethodDef::noargs(
        "__getnewargs__",
        |th, v| {
            let copy = Tuple::new(th, own(v).as_slice())?;
            Ok(Value::from_ref(Tuple::new(th, &[Value::from_ref(copy)])?))
        },
        "__getnewargs__($self, /)\n--\n\n",
    ),
    MethodDef::noargs(
        "__sizeof__",
        |_, v| Ok(Value::small_int((size_of::<Tuple>() + 8 * own(v).len()) as i64)),
        "__sizeof__($self, /)\n--\n\nSize of object in memory, in bytes.",
    ),
    MethodDef::one("__class_getitem__", crate::types::generic_alias::new_alias, "See PEP 585")
        .class(),
];

/// Slots and methods are called with tuples only.
#[inline(always)]
fn own(v: Value) -> &'static Tuple {
    // SAFETY: whoever calls a slot or method checked the type.
    unsafe { v.cast_unchecked() }
}

fn new(th: &mut Thread, ty: Value, args: &[Value], kw: Option<Value>) -> R {
    let Some(t) = ty.cast_type() else { return Ok(ty) };
    let exact = std::ptr::eq(t, TUPLE.ty());
    let a = Args::new(args, kw);
    // A subclass may have an `__init__` that takes keywords.
    if a.nkw() != 0 {
        let own_init =
            t.slots().init.map(|f| f as usize) == TUPLE.ty().slots().init.map(|f| f as usize);
        if exact || own_init {
            a.no_keywords(th, "tuple")?;
        }
    }
    a.positional(th, "tuple", 0, 1)?;
    let items = match a.pos.first() {
        Some(it) => ops::to_tuple(th, *it)?,
        None => Tuple::new(th, &[])?,
    };
    if exact {
        return Ok(Value::from_ref(items));
    }
    Ok(Value::from_ref(Tuple::new_in_class(th, t, items.as_slice())?))
}

fn repr(th: &mut Thread, v: Value) -> R {
    let t = own(v);
    if t.len() == 0 {
        return items::text(th, "()");
    }
    let s = ops::guarded_repr(th, v, |th| {
        let mut s = String::from("(");
        items::repr_joined(th, t, &mut s)?;
        s.push_str(if t.len() == 1 { ",)" } else { ")" });
        Ok(s)
    })?;
    items::text(th, s.as_deref().unwrap_or("(...)"))
}

fn hash(th: &mut Thread, v: Value) -> R<i64> {
    let t = own(v);
    let mut h = TupleHasher::new();
    th.enter_call("")?;
    let mut r = Ok(());
    for x in t.as_slice() {
        match ops::hash(th, *x) {
            Ok(one) => h.write(one),
            Err(e) => {
                r = Err(e);
                break;
            }
        }
    }
    th.leave_call();
    r.map(|()| h.finish(t.len()))
}

fn compare(th: &mut Thread, a: Value, b: Value, op: CompareOp) -> R {
    match (a.cast::<Tuple>(), b.cast::<Tuple>()) {
        (Some(x), Some(y)) => items::compare(th, x, y, op),
        _ => Ok(Value::not_implemented()),
    }
}

fn index(th: &mut Thread, v: Value, args: &[Value]) -> R {
    match items::index(th, own(v), args)? {
        Some(i) => Ok(Value::small_int(i as i64)),
        None => Err(th.value_error(format_args!("tuple.index(x): x not in tuple"))),
    }
}

fn getitem(th: &mut Thread, v: Value, key: Value) -> R {
    let t = own(v);
    if let Some(s) = key.cast::<Slice>() {
        let sel = s.resolve(th, t.len())?;
        if sel.len == t.len() && sel.step == 1 && v.is_exact::<Tuple>() {
            return Ok(v);
        }
        let src = t.as_slice();
        let r = Tuple::from_fn(th, sel.len, |i| src[(sel.start + i as isize * sel.step) as usize])?;
        return Ok(Value::from_ref(r));
    }
    if key.as_small_int().is_none()
        && !crate::types::int::check(key)
        && key.type_of().slots().index.is_none()
    {
        let tn = key.type_of().name();
        return Err(
            th.type_error(format_args!("tuple indices must be integers or slices, not {tn}"))
        );
    }
    let i = ops::index_isize(th, key)?;
    match items::place(i, t.len()).and_then(|i| t.get(i)) {
        Some(x) => Ok(x),
        None => Err(th.index_error(format_args!("tuple index out of range"))),
    }
}

fn concat(th: &mut Thread, a: Value, b: Value) -> R {
    let x = own(a);
    let Some(y) = b.cast::<Tuple>() else {
        let tn = b.type_of().name();
        return Err(
            th.type_error(format_args!("can only concatenate tuple (not \"{tn}\") to tuple"))
        );
    };
    if x.len() == 0 && b.is_exact::<Tuple>() {
        return Ok(b);
    }
    if y.len() == 0 && a.is_exact::<Tuple>() {
        return Ok(a);
    }
    let (p, q) = (x.as_slice(), y.as_slice());
    let r =
        Tuple::from_fn(th, p.len() + q.len(), |i| if i < p.len() { p[i] } else { q[i - p.len()] })?;
    Ok(Value::from_ref(r))
}

fn repeat(th: &mut Thread, v: Value, n: Value) -> R {
    let t = own(v);
    let (n, total) = items::repeat_count(th, n, t.len())?;
    if (n == 1 || t.len() == 0) && v.is_exact::<Tuple>() {
        return Ok(v);
    }
    let (p, mut at) = (t.as_slice(), 0);
    let r = Tuple::from_fn(th, total, |_| {
        let x = p[at];
        at += 1;
        if at == p.len() {
            at = 0;
        }
        x
    })?;
    Ok(Value::from_ref(r))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support::{check_repr, ok, raises, with_thread};

    fn ints(th: &mut Thread, xs: &[i64]) -> Value {
        let v: Vec<Value> = xs.iter().map(|i| Value::small_int(*i)).collect();
        Value::from_ref(Tuple::new(th, &v).expect("memory"))
    }

    #[test]
    fn behaves_as_a_tuple() {
        with_thread(|th| {
            let t = ints(th, &[1, 2, 3]);
            check_repr(th, t, "(1, 2, 3)");
            let one = ints(th, &[1]);
            check_repr(th, one, "(1,)");
            let none = ints(th, &[]);
            check_repr(th, none, "()");
            let r = ops::binary_op(th, t, one, ops::BinOp::Add);
            let s = ok(th, r);
            check_repr(th, s, "(1, 2, 3, 1)");
            let r = ops::binary_op(th, Value::small_int(2), one, ops::BinOp::Multiply);
            let s = ok(th, r);
            check_repr(th, s, "(1, 1)");
            let r = getitem(th, t, Value::small_int(-1));
            assert_eq!(ok(th, r), Value::small_int(3));
            let r = getitem(th, t, Value::small_int(3));
            raises(th, r, "IndexError: tuple index out of range");
            let r = getitem(th, t, Value::none());
            raises(th, r, "TypeError: tuple indices must be integers or slices, not NoneType");
            let r = ops::binary_op(th, t, Value::none(), ops::BinOp::Add);
            raises(th, r, "TypeError: can only concatenate tuple (not \"NoneType\") to tuple");
            let u = ints(th, &[1, 2, 4]);
            let r = ops::compare_bool(th, t, u, CompareOp::Lt);
            assert!(ok(th, r));
            let r = index(th, t, &[Value::small_int(9)]);
            raises(th, r, "ValueError: tuple.index(x): x not in tuple");
        })
    }

    /// Numbers from CPython 3.14.
    #[test]
    fn hashes_as_cpython() {
        with_thread(|th| {
            for (xs, want) in [
                (&[][..], 5740354900026072187),
                (&[0], -8753497827991233192),
                (&[1, 2, 3], 529344067295497451),
            ] {
                let t = ints(th, xs);
                let r = ops::hash(th, t);
                assert_eq!(ok(th, r), want);
            }
        })
    }
}

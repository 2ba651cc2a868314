use super::*;
use crate::core::ty::CompareOp;
use crate::ops::{self, BinOp};
use crate::test_support::{check_repr, ok, raises, with_thread};
use crate::types::set::Set;
use crate::types::{List, Str};

fn int(i: i64) -> Value {
    Value::small_int(i)
}

fn s(th: &mut Thread, t: &str) -> Value {
    let r = Str::new(th, t);
    Value::from_ref(ok(th, r))
}

fn dict(th: &mut Thread, pairs: &[(i64, i64)]) -> &'static Dict {
    let r = Dict::new(th);
    let d = ok(th, r);
    for (k, v) in pairs {
        let r = d.set_item(th, int(*k), int(*v));
        ok(th, r);
    }
    d
}

#[test]
fn keeps_insertion_order_through_growth_and_deletion() {
    with_thread(|th| {
        let d = dict(th, &[]);
        for i in 0..1000 {
            let k = s(th, &format!("k{i}"));
            let r = d.set_item(th, k, int(i));
            ok(th, r);
        }
        for i in (0..1000).step_by(2) {
            let k = s(th, &format!("k{i}"));
            let r = d.take(th, k);
            assert_eq!(ok(th, r), Some(int(i)));
        }
        assert_eq!(d.len(), 500);
        let mut pos = 0;
        for i in (1..1000).step_by(2) {
            assert_eq!(d.next(&mut pos).map(|e| e.1), Some(int(i)));
        }
        assert!(d.next(&mut pos).is_none());
        assert_eq!(d.pop_item(th).map(|e| e.1), Some(int(999)));
        let k = s(th, "k1");
        let r = d.get_item(th, k);
        assert_eq!(ok(th, r), Some(int(1)));
    })
}

#[test]
fn equal_keys_of_different_types_are_one_key() {
    with_thread(|th| {
        let d = dict(th, &[(1, 10)]);
        let one = Value::try_flonum(1.0).expect("fits");
        let r = d.set_item(th, one, int(11));
        ok(th, r);
        let r = d.set_item(th, Value::bool(true), int(12));
        ok(th, r);
        check_repr(th, Value::from_ref(d), "{1: 12}");
    })
}

#[test]
fn errors_have_cpythons_words() {
    with_thread(|th| {
        let d = dict(th, &[]);
        let v = Value::from_ref(d);
        let r = List::new(th, &[]);
        let l = Value::from_ref(ok(th, r));
        let r = ops::setitem(th, v, l, int(1));
        raises(th, r, "TypeError: cannot use 'list' as a dict key (unhashable type: 'list')");
        let r = ops::getitem(th, v, int(5));
        raises(th, r, "KeyError: 5");
        let r = ops::delitem(th, v, int(5));
        raises(th, r, "KeyError: 5");
        let t = s(th, "abc");
        let r = update(th, d, int(3));
        raises(th, r, "TypeError: 'int' object is not iterable");
        let r = List::new(th, &[int(3)]);
        let l = Value::from_ref(ok(th, r));
        let r = update(th, d, l);
        raises(th, r, "TypeError: object is not iterable");
        let r = Tuple::new(th, &[t]);
        let pair = Value::from_ref(ok(th, r));
        let r = List::new(th, &[pair]);
        let l = Value::from_ref(ok(th, r));
        let r = update(th, d, l);
        raises(
            th,
            r,
            "ValueError: dictionary update sequence element #0 has length 1; 2 is required",
        );
        let it = ops::iter(th, v);
        let it = ok(th, it);
        let r = d.set_item(th, int(1), int(1));
        ok(th, r);
        let r = ops::next(th, it);
        raises(th, r, "RuntimeError: dictionary changed size during iteration");
    })
}

#[test]
fn views_are_sets() {
    with_thread(|th| {
        let d = dict(th, &[(1, 10), (2, 20)]);
        let e = dict(th, &[(2, 20), (3, 30)]);
        let kd = views::new_view(th, &views::DICT_KEYS, Value::from_ref(d));
        let kd = ok(th, kd);
        let ke = views::new_view(th, &views::DICT_KEYS, Value::from_ref(e));
        let ke = ok(th, ke);
        check_repr(th, kd, "dict_keys([1, 2])");
        for (op, want) in [
            (BinOp::And, "{2}"),
            (BinOp::Or, "{1, 2, 3}"),
            (BinOp::Subtract, "{1}"),
            (BinOp::Xor, "{1, 3}"),
        ] {
            let r = ops::binary_op(th, kd, ke, op);
            let r = ok(th, r);
            check_repr(th, r, want);
        }
        let items = views::new_view(th, &views::DICT_ITEMS, Value::from_ref(d));
        let items = ok(th, items);
        check_repr(th, items, "dict_items([(1, 10), (2, 20)])");
        let r = ops::compare_bool(th, kd, ke, CompareOp::Eq);
        assert!(!ok(th, r));
        let r = ops::binary_op(th, Value::from_ref(d), Value::from_ref(e), BinOp::Or);
        let r = ok(th, r);
        check_repr(th, r, "{1: 10, 2: 20, 3: 30}");
    })
}

/// Orders that CPython 3.14 shows.
#[test]
fn sets_walk_in_cpythons_order() {
    with_thread(|th| {
        for (items, want) in [
            (&[3, 1, 2][..], "{1, 2, 3}"),
            (&[8, 0, 16, 1], "{8, 0, 16, 1}"),
            (&[100, 7, 33, 2, 65, 1, 40], "{65, 33, 2, 100, 1, 7, 40}"),
            (&[-1, -2, 5, 9, 13], "{5, 9, 13, -2, -1}"),
        ] {
            let r = Set::new(th);
            let set = ok(th, r);
            for i in items {
                let r = set.add(th, int(*i));
                ok(th, r);
            }
            check_repr(th, Value::from_ref(set), want);
        }
    })
}

#[test]
fn sets_operate() {
    with_thread(|th| {
        let r = Set::frozen_of(th, &[int(1), int(2), int(3)]);
        let a = Value::from_ref(ok(th, r));
        let r = Set::new(th);
        let b = ok(th, r);
        for i in [2, 3, 4] {
            let r = b.add(th, int(i));
            ok(th, r);
        }
        let bv = Value::from_ref(b);
        let r = ops::hash(th, a);
        assert_eq!(ok(th, r), -272375401224217160);
        for (op, want) in [
            (BinOp::And, "frozenset({2, 3})"),
            (BinOp::Or, "frozenset({1, 2, 3, 4})"),
            (BinOp::Subtract, "frozenset({1})"),
            (BinOp::Xor, "frozenset({1, 4})"),
        ] {
            let r = ops::binary_op(th, a, bv, op);
            let r = ok(th, r);
            check_repr(th, r, want);
        }
        let r = ops::compare_bool(th, a, bv, CompareOp::Le);
        assert!(!ok(th, r));
        let r = ops::hash(th, bv);
        raises(th, r, "TypeError: unhashable type: 'set'");
        let r = b.add(th, bv);
        raises(th, r, "TypeError: cannot use 'set' as a set element (unhashable type: 'set')");
        assert_eq!(b.pop(th), Some(int(2)));
        let it = ops::iter(th, bv);
        let it = ok(th, it);
        b.clear(th);
        let r = ops::next(th, it);
        raises(th, r, "RuntimeError: Set changed size during iteration");
    })
}

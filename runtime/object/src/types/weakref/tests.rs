//! Weak references and proxies on real collections.

use super::*;
use crate::attr;
use crate::heap::{RootVec, gc};
use crate::names::intern_str;
use crate::test_support::{ok, raises, with_thread};
use crate::types::{Dict, TYPE, Tuple};

/// An empty class of that name.
fn class(th: &mut Thread, name: &str) -> Value {
    let name = ok_of(th, |th| Str::new(th, name).map(|s| Value::from_ref(s)));
    let bases = ok_of(th, |th| Tuple::new(th, &[]).map(|t| Value::from_ref(t)));
    let ns = ok_of(th, Dict::new);
    let key = ok_of(th, |th| intern_str(th, "__module__"));
    let here = ok_of(th, |th| Str::new(th, "m"));
    ok_of(th, |th| ns.set_item(th, Value::from_ref(key), Value::from_ref(here)));
    ok_of(th, |th| ops::call(th, TYPE.value(), &[name, bases, Value::from_ref(ns)], None))
}

#[track_caller]
fn ok_of<T>(th: &mut Thread, f: impl FnOnce(&mut Thread) -> R<T>) -> T {
    let r = f(th);
    ok(th, r)
}

/// Overwrites what earlier calls left on the stack, which is scanned.
#[inline(never)]
fn scrub() {
    let mut junk = [0usize; 8192];
    std::hint::black_box(&mut junk);
}

/// Thirty references with callbacks that append them to `log`; the referents are garbage afterwards.
#[inline(never)]
fn make_dying(th: &mut Thread, cls: Value, log: Value, refs: &mut RootVec) {
    let append = ok_of(th, |th| attr::getattr_str(th, log, "append"));
    for _ in 0..30 {
        let o = ok_of(th, |th| ops::call0(th, cls));
        let r = ok_of(th, |th| ops::call(th, REF.value(), &[o, append], None));
        refs.push(r);
    }
}

#[test]
fn callbacks_run_once_after_their_object_died() {
    with_thread(|th| {
        let cls = class(th, "Dying");
        let log = ok_of(th, |th| List::new(th, &[]));
        let mut refs = RootVec::new(th);
        make_dying(th, cls, Value::from_ref(log), &mut refs);
        scrub();
        gc::collect(th);
        // Other tests' threads may run the callbacks of this one's collection.
        while th.rt.heap.pending_len() != 0 {
            crate::heap::run_pending(th);
        }
        let dead = refs.iter().filter(|r| own(**r).get().is_none()).count();
        assert!(dead >= 28, "{dead}");
        assert!(log.len() <= dead);
        for r in refs.as_slice() {
            if own(*r).get().is_none() && own(*r).callback().is_none() {
                let text = ok_of(th, |th| ops::repr(th, *r)).to_string_lossy();
                assert!(text.starts_with("<weakref at 0x") && text.ends_with("; dead>"), "{text}");
            }
        }
    });
}

#[test]
fn references_share_compare_and_hash() {
    with_thread(|th| {
        let cls = class(th, "Living");
        let o = ok_of(th, |th| ops::call0(th, cls));
        let a = ok_of(th, |th| ops::call(th, REF.value(), &[o], None));
        let b = ok_of(th, |th| ops::call(th, REF.value(), &[o, Value::none()], None));
        assert_eq!(a, b);
        assert_eq!(ok_of(th, |th| ops::call0(th, a)), o);
        assert_eq!(ok_of(th, |th| ops::hash(th, a)), ok_of(th, |th| ops::hash(th, o)));
        assert!(ok_of(th, |th| ops::equal(th, a, b)));
        let p = ok_of(th, |th| proxy::new(th, o, None));
        assert_eq!(ok_of(th, |th| list_of(th, o)).len(), 2);
        assert_eq!(first_of(th, o), a);
        let name = ok_of(th, |th| intern_str(th, "x"));
        ok_of(th, |th| attr::setattr(th, p, name, Some(Value::small_int(7))));
        assert_eq!(ok_of(th, |th| attr::getattr(th, o, name)), Value::small_int(7));
        let text = ok_of(th, |th| ops::repr(th, a)).to_string_lossy();
        assert!(text.contains("; to 'm.Living' at 0x"), "{text}");
        assert!(ops::hash(th, p).is_err());
        th.exception = None;
        let r = ops::call(th, REF.value(), &[Value::small_int(1)], None);
        raises(th, r, "TypeError: cannot create weak reference to 'int' object");
        own(a).clear(th);
        assert!(own(a).get().is_none());
        assert_eq!(ok_of(th, |th| list_of(th, o)).len(), 1);
    });
}

#[inline(never)]
fn make_proxy(th: &mut Thread, cls: Value) -> Value {
    let o = ok_of(th, |th| ops::call0(th, cls));
    ok_of(th, |th| proxy::new(th, o, None))
}

#[test]
fn a_dead_proxy_raises() {
    with_thread(|th| {
        let cls = class(th, "Gone");
        let mut all = RootVec::new(th);
        for _ in 0..10 {
            let p = make_proxy(th, cls);
            all.push(p);
        }
        scrub();
        gc::collect(th);
        let p = all.iter().copied().find(|p| own(*p).get().is_none()).expect("most are dead");
        let r = attr::getattr_str(th, p, "x");
        raises(th, r, "ReferenceError: weakly-referenced object no longer exists");
    });
}

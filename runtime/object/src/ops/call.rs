//! Calling.

use crate::attr;
use crate::core::thread::Thread;
use crate::core::value::Value;
use crate::error::R;
use crate::types::{Dict, Str, Tuple};

/// Calls anything callable. `kwnames`: a tuple of str naming the last arguments.
#[inline]
pub fn call(th: &mut Thread, callable: Value, args: &[Value], kwnames: Option<Value>) -> R {
    match callable.type_of().slots().call {
        Some(f) => f(th, callable, args, kwnames),
        None => Err(not_callable(th, callable)),
    }
}

#[cold]
#[inline(never)]
fn not_callable(th: &mut Thread, callable: Value) -> crate::error::Raised {
    let tn = callable.type_of().name();
    th.type_error(format_args!("'{tn}' object is not callable"))
}

/// Whether `v` can be called.
pub fn is_callable(v: Value) -> bool {
    v.type_of().slots().call.is_some()
}

/// Calls with no arguments.
pub fn call0(th: &mut Thread, callable: Value) -> R {
    call(th, callable, &[], None)
}

/// Calls with one argument.
pub fn call1(th: &mut Thread, callable: Value, a: Value) -> R {
    call(th, callable, &[a], None)
}

/// Calls with a tuple of positional arguments and a dict of keyword arguments.
pub fn call_ex(
    th: &mut Thread,
    callable: Value,
    args: &'static Tuple,
    kwargs: Option<&'static Dict>,
) -> R {
    match kwargs {
        Some(d) if d.len() != 0 => {
            let mut flat = crate::heap::RootVec::with(th, args.as_slice());
            let mut names = crate::heap::RootVec::with(th, &[]);
            let mut pos = 0;
            while let Some((k, v)) = d.next(&mut pos) {
                if k.cast::<Str>().is_none() {
                    return Err(th.type_error(format_args!("keywords must be strings")));
                }
                names.push(k);
                flat.push(v);
            }
            let kwnames = Tuple::new(th, names.as_slice())?;
            call(th, callable, flat.as_slice(), Some(Value::from_ref(kwnames)))
        }
        _ => call(th, callable, args.as_slice(), None),
    }
}

/// `obj.name(*args)` with an interned name.
pub fn call_method(th: &mut Thread, obj: Value, name: &'static Str, args: &[Value]) -> R {
    let (f, bound) = attr::get_method(th, obj, name)?;
    call_bound(th, f, bound.then_some(obj), args)
}

/// Calls `f` with `first` in front of the arguments, if there is one.
pub fn call_bound(th: &mut Thread, f: Value, first: Option<Value>, args: &[Value]) -> R {
    match (first, args) {
        (None, a) => call(th, f, a, None),
        (Some(s), []) => call(th, f, &[s], None),
        (Some(s), [a]) => call(th, f, &[s, *a], None),
        (Some(s), [a, b]) => call(th, f, &[s, *a, *b], None),
        (Some(s), [a, b, c]) => call(th, f, &[s, *a, *b, *c], None),
        (Some(s), a) => {
            let mut v = crate::heap::RootVec::with(th, &[s]);
            v.extend(a);
            call(th, f, v.as_slice(), None)
        }
    }
}

/// As [`call_bound`], with keywords.
pub fn call_bound_kw(
    th: &mut Thread,
    f: Value,
    first: Option<Value>,
    args: &[Value],
    kwnames: Option<Value>,
) -> R {
    match first {
        None => call(th, f, args, kwnames),
        Some(s) => {
            let mut v = crate::heap::RootVec::with(th, &[s]);
            v.extend(args);
            call(th, f, v.as_slice(), kwnames)
        }
    }
}

/// Calls a special method looked up on the type; nothing when the type has none.
pub fn call_special(
    th: &mut Thread,
    obj: Value,
    name: &'static Str,
    args: &[Value],
) -> R<Option<Value>> {
    match crate::ty::lookup_special(th, obj, name)? {
        Some((f, bound)) => call_bound(th, f, bound.then_some(obj), args).map(Some),
        None => Ok(None),
    }
}

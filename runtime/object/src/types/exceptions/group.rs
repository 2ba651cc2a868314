//! `subgroup`, `split` and `derive` of exception groups.

use super::{BASE_EXCEPTION_GROUP, Exception};
use crate::core::native::MethodDef;
use crate::core::thread::Thread;
use crate::core::ty::flags;
use crate::core::value::Value;
use crate::error::R;
use crate::heap::RootVec;
use crate::names::{self, n};
use crate::types::{List, Tuple};
use crate::{attr, ops};

/// The methods of `BaseExceptionGroup`.
pub const METHODS: &[MethodDef] = &[
    MethodDef::one("derive", derive, "derive($self, excs, /)\n--\n\n"),
    MethodDef::one(
        "split",
        |th, e, matcher| {
            let wanted = Matcher::new(th, matcher)?;
            let (yes, no) = split(th, e, &wanted, true)?;
            let pair = [yes.unwrap_or_else(Value::none), no.unwrap_or_else(Value::none)];
            Ok(Value::from_ref(Tuple::new(th, &pair)?))
        },
        "split($self, matcher_value, /)\n--\n\n",
    ),
    MethodDef::one(
        "subgroup",
        |th, e, matcher| {
            let wanted = Matcher::new(th, matcher)?;
            Ok(split(th, e, &wanted, false)?.0.unwrap_or_else(Value::none))
        },
        "subgroup($self, matcher_value, /)\n--\n\n",
    ),
    MethodDef::one(
        "__class_getitem__",
        |th, class, item| crate::types::generic_alias::new_alias(th, class, item),
        "See PEP 585",
    )
    .class(),
];

fn derive(th: &mut Thread, e: Value, parts: Value) -> R {
    let message = message(e);
    ops::call(th, BASE_EXCEPTION_GROUP.value(), &[message, parts], None)
}

fn message(e: Value) -> Value {
    e.cast::<Exception>().and_then(|x| x.field(0)).unwrap_or_else(Value::none)
}

/// What the caller looks for.
enum Matcher {
    /// An exception type or a tuple of them.
    Types(Value),
    /// A predicate.
    Test(Value),
}

impl Matcher {
    fn new(th: &mut Thread, v: Value) -> R<Matcher> {
        let is_type = |v: Value| v.cast_type().is_some_and(|t| t.has(flags::BASE_EXC));
        if is_type(v) || v.cast::<Tuple>().is_some_and(|t| t.as_slice().iter().all(|t| is_type(*t)))
        {
            return Ok(Matcher::Types(v));
        }
        if v.cast_type().is_none() && ops::is_callable(v) {
            return Ok(Matcher::Test(v));
        }
        Err(th.type_error(format_args!(
            "expected an exception type, a tuple of exception types, or a callable (other than a class)"
        )))
    }

    fn takes(&self, th: &mut Thread, e: Value) -> R<bool> {
        match self {
            Matcher::Types(v) => match v.cast::<Tuple>() {
                Some(t) => Ok(t.as_slice().iter().any(|t| derives(e, *t))),
                None => Ok(derives(e, *v)),
            },
            Matcher::Test(f) => {
                let r = ops::call1(th, *f, e)?;
                ops::is_true(th, r)
            }
        }
    }
}

fn derives(e: Value, class: Value) -> bool {
    class.cast_type().is_some_and(|t| e.type_of().is_subtype(t))
}

/// The parts of `e` that the matcher takes and leaves; what it leaves only with `both`.
fn split(
    th: &mut Thread,
    e: Value,
    wanted: &Matcher,
    both: bool,
) -> R<(Option<Value>, Option<Value>)> {
    if wanted.takes(th, e)? {
        return Ok((Some(e), None));
    }
    if !e.is_instance(&BASE_EXCEPTION_GROUP) {
        return Ok((None, both.then_some(e)));
    }
    let inner = e.cast::<Exception>().and_then(|x| x.field(1)).and_then(|t| t.cast::<Tuple>());
    let Some(inner) = inner else { return Ok((None, both.then_some(e))) };
    let (mut yes, mut no) = (RootVec::with(th, &[]), RootVec::with(th, &[]));
    for part in inner.as_slice() {
        let what =
            if both { " in exceptiongroup_split_recursive" } else { " in exceptiongroup_subgroup" };
        th.enter_call(what)?;
        let halves = split(th, *part, wanted, both);
        th.leave_call();
        let (y, n) = halves?;
        if let Some(y) = y {
            yes.push(y);
        }
        if let Some(n) = n {
            no.push(n);
        }
    }
    let yes = subset(th, e, yes.as_slice())?;
    let no = if both { subset(th, e, no.as_slice())? } else { None };
    Ok((yes, no))
}

/// A group like `orig` of only these exceptions: made by its `derive`, with its traceback, chain and notes.
pub fn subset(th: &mut Thread, orig: Value, parts: &[Value]) -> R<Option<Value>> {
    if parts.is_empty() {
        return Ok(None);
    }
    let list = Value::from_ref(List::new(th, parts)?);
    let name = names::intern_str(th, "derive")?;
    let made = ops::call_method(th, orig, name, &[list])?;
    if !made.is_instance(&BASE_EXCEPTION_GROUP) {
        return Err(
            th.type_error(format_args!("derive must return an instance of BaseExceptionGroup"))
        );
    }
    if let (Some(g), Some(o)) = (made.cast::<Exception>(), orig.cast::<Exception>()) {
        g.traceback.set(o.traceback.get());
        g.context.set(o.context.get());
        g.cause.set(o.cause.get());
        g.header.set_aux(g.header.aux() & !1 | o.header.aux() & 1);
    }
    if let Some(notes) = attr::getattr_optional(th, orig, n().__notes__)?
        && ops::is_sequence(notes)
    {
        let copy = ops::to_list(th, notes)?;
        attr::setattr(th, made, n().__notes__, Some(Value::from_ref(copy)))?;
    }
    Ok(Some(made))
}

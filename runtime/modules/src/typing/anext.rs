//! `anext(it, default)`: the awaitable that gives the default where the asynchronous iterator ends.

use heddle_object::core::payload;
use heddle_object::names::n;
use heddle_object::types::exceptions as exc;
use heddle_object::{MethodDef, R, Slot, Slots, StaticType, Thread, TypeSpec, Value, flags, ops};

/// The awaitable of `__anext__`, and what to give at the end.
pub(super) struct Anext {
    wrapped: Slot,
    default: Slot,
}
crate::native!(Anext, ANEXT, [wrapped, default]);

/// The awaitable.
pub(super) fn new(th: &mut Thread, wrapped: Value, default: Value) -> R {
    payload::alloc(
        th,
        ANEXT.ty(),
        Anext { wrapped: Slot::new(Some(wrapped)), default: Slot::new(Some(default)) },
    )
}

fn own(th: &mut Thread, v: Value) -> R<&'static Anext> {
    v.expect_native::<Anext>(th)
}

/// The iterator behind the awaitable.
fn source(th: &mut Thread, v: Value) -> R {
    let w = own(th, v)?.wrapped.get().unwrap_or_else(Value::none);
    match w.type_of().slots().await_ {
        Some(f) => f(th, w),
        None if w.type_of().slots().iternext.is_some() => Ok(w),
        None => {
            let tn = w.type_of().name();
            Err(th.type_error(format_args!("object {tn} can't be used in 'await' expression")))
        }
    }
}

/// Turns the end of the asynchronous iterator into the end of the awaitable.
fn ended(th: &mut Thread, v: Value, r: R<Option<Value>>) -> R<Option<Value>> {
    match r {
        Err(e) if th.exception_is(&exc::STOP_ASYNC_ITERATION) => {
            th.catch(e, &exc::STOP_ASYNC_ITERATION);
            let d = own(th, v)?.default.get().unwrap_or_else(Value::none);
            Err(th.stop_iteration(d))
        }
        r => r,
    }
}

fn proxy(th: &mut Thread, v: Value, name: &str, args: &[Value]) -> R {
    let it = source(th, v)?;
    let name = heddle_object::names::intern_str(th, name)?;
    let r = ops::call_method(th, it, name, args).map(Some);
    ended(th, v, r).map(|x| x.unwrap_or_else(Value::none))
}

pub(super) static ANEXT: StaticType = StaticType::new(TypeSpec {
    name: "anext_awaitable",
    flags: flags::DISALLOW_INSTANTIATION,
    slots: Slots {
        await_: Some(|_, v| Ok(v)),
        iter: Some(|_, v| Ok(v)),
        iternext: Some(|th, v| {
            let it = source(th, v)?;
            let r = match it.type_of().slots().iternext {
                Some(f) => f(th, it),
                None => ops::call_method(th, it, n().__next__, &[]).map(Some),
            };
            ended(th, v, r)
        }),
        ..Slots::NONE
    },
    methods: &[
        MethodDef::one(
            "send",
            |th, v, x| proxy(th, v, "send", &[x]),
            "send(arg) -> send 'arg' into the wrapped iterator,\nreturn next yielded value or raise StopIteration.",
        ),
        MethodDef::fast(
            "throw",
            1,
            3,
            |th, v, a| proxy(th, v, "throw", a),
            "throw(value)\nthrow(typ[,val[,tb]])\n\nraise exception in the wrapped iterator, return next yielded value\nor raise StopIteration.",
        ),
        MethodDef::noargs(
            "close",
            |th, v| proxy(th, v, "close", &[]),
            "close() -> raise GeneratorExit inside generator.",
        ),
    ],
    ..payload::spec::<Anext>()
});

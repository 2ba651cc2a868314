//! Asynchronous generators, and the awaitables that their methods give.
//!
//! A value that the generator yields to whoever iterates it comes wrapped, to tell it from one that passes through to
//! the event loop. **Source:** CPython's `genobject.c`, PEP 525.

use super::generator::{
    self, COMPLETED, CREATED, Generator, REPR, Resumed, opt, set_name, set_qualname, this,
    trace_generator,
};
use crate::thread::VmThread;
use heddle_object::core::header::Header;
use heddle_object::core::native::SendResult;
use heddle_object::heap::Tracer;
use heddle_object::types::Tuple;
use heddle_object::types::exceptions as exc;
use heddle_object::{
    GetSetDef, MethodDef, R, Raised, Slot, Slots, StaticType, Thread, TypeSpec, Value, flags, ops,
    payload,
};

/// The hooks of the event loop have been called.
const HOOKS_CALLED: u64 = 1;
/// Closed.
const CLOSED: u64 = 2;
/// One of the awaitables runs.
const RUNNING: u64 = 4;

/// `async_generator`
pub static ASYNC_GENERATOR: StaticType = StaticType::new(TypeSpec {
    name: "async_generator",
    basicsize: size_of::<Generator>(),
    flags: flags::DISALLOW_INSTANTIATION | flags::HAS_WEAKREF,
    trace: trace_generator,
    var_size: generator::GENERATOR.spec.var_size,
    slots: Slots {
        repr: Some(REPR),
        aiter: Some(|_, v| Ok(v)),
        anext: Some(|th, v| {
            init_hooks(th, v)?;
            Asend::new(th, v, None)
        }),
        finalize: Some(generator::finalize),
        ..Slots::NONE
    },
    getset: &[
        GetSetDef::rw(
            "__name__",
            |_, v| opt(&this(v).name),
            set_name,
            "name of the async generator",
        ),
        GetSetDef::rw(
            "__qualname__",
            |_, v| opt(&this(v).qualname),
            set_qualname,
            "qualified name of the async generator",
        ),
        GetSetDef::ro(
            "ag_await",
            |_, v| Ok(this(v).delegate().unwrap_or_else(Value::none)),
            "object being awaited on, or None",
        ),
        GetSetDef::ro("ag_running", |_, v| Ok(Value::bool(flag(v, RUNNING))), ""),
        GetSetDef::ro(
            "ag_suspended",
            |_, v| {
                Ok(Value::bool(matches!(
                    this(v).state(),
                    generator::SUSPENDED | generator::DELEGATING
                )))
            },
            "",
        ),
        GetSetDef::ro("ag_frame", |th, v| this(v).frame_object(th), ""),
        GetSetDef::ro("ag_code", |_, v| Ok(Value::from_ref(this(v).code())), ""),
    ],
    methods: &[
        MethodDef::one(
            "asend",
            |th, v, x| {
                init_hooks(th, v)?;
                Asend::new(th, v, Some(x))
            },
            "asend(v) -> send 'v' in generator.",
        ),
        MethodDef::fast(
            "athrow",
            1,
            3,
            athrow,
            "athrow(value)\nathrow(type[,value[,tb]])\n\nraise exception in generator.",
        ),
        MethodDef::noargs(
            "aclose",
            |th, v| {
                init_hooks(th, v)?;
                Athrow::new(th, v, None)
            },
            "aclose() -> raise GeneratorExit inside generator.",
        ),
        MethodDef::one("__class_getitem__", crate::compat::generic_alias, "").class(),
    ],
    ..TypeSpec::DEFAULT
});

fn flags_of(v: Value) -> &'static mut u64 {
    // SAFETY: only the thread that drives the generator's awaitables touches the word, as with CPython's fields.
    unsafe { &mut *(&raw const (*v.as_ptr::<Generator>()).async_flags as *mut u64) }
}

fn flag(v: Value, bit: u64) -> bool {
    *flags_of(v) & bit != 0
}

/// Tells the event loop of a generator at its first use.
fn init_hooks(th: &mut Thread, v: Value) -> R<()> {
    if flag(v, HOOKS_CALLED) {
        return Ok(());
    }
    *flags_of(v) |= HOOKS_CALLED;
    let vm = VmThread::of(th);
    let (first, finalizer) = (vm.asyncgen_firstiter.get(), vm.asyncgen_finalizer.get());
    if let Some(f) = finalizer {
        this(v).origin.set(Some(f));
    }
    if let Some(f) = first {
        ops::call1(th, f, v)?;
    }
    Ok(())
}

/// A value that an asynchronous generator yields to whoever iterates it.
#[repr(C)]
pub struct Wrapped {
    /// Cell header.
    pub header: Header,
    value: Slot,
}
payload!(Wrapped, WRAPPED_VALUE);

unsafe fn trace_wrapped(cell: *mut u8, t: &mut Tracer) {
    // SAFETY: called with a cell of that layout.
    t.word(Value::slot_word(unsafe { &*(cell as *const Wrapped) }.value.get()));
}

/// `async_generator_wrapped_value`
pub static WRAPPED_VALUE: StaticType = StaticType::new(TypeSpec {
    name: "async_generator_wrapped_value",
    basicsize: size_of::<Wrapped>(),
    flags: flags::DISALLOW_INSTANTIATION,
    trace: trace_wrapped,
    ..TypeSpec::DEFAULT
});

/// Wraps a value before it is yielded.
pub fn wrap(th: &mut Thread, v: Value) -> R {
    th.alloc::<Wrapped>(WRAPPED_VALUE.shape(), 0, |header| Wrapped {
        header,
        value: Slot::new(Some(v)),
    })
    .map(|w| Value::from_ref(w))
}

/// Not used yet.
const INIT: u32 = 0;
/// In use.
const ITER: u32 = 1;
/// Finished.
const DONE: u32 = 2;

/// What a step of the generator means for its awaitable.
fn unwrap(th: &mut Thread, g: Value, r: R<Resumed>) -> R<SendResult> {
    match r {
        Ok(Resumed::Yielded(v)) => match v.cast::<Wrapped>() {
            Some(w) => {
                *flags_of(g) &= !RUNNING;
                Ok(SendResult::Return(w.value.get().unwrap_or_else(Value::none)))
            }
            None => Ok(SendResult::Yield(v)),
        },
        Ok(Resumed::Returned(_)) => {
            *flags_of(g) |= CLOSED;
            *flags_of(g) &= !RUNNING;
            Err(th.raise_with(&exc::STOP_ASYNC_ITERATION, &[]))
        }
        Err(e) => {
            if th.exception_is(&exc::STOP_ASYNC_ITERATION) || th.exception_is(&exc::GENERATOR_EXIT)
            {
                *flags_of(g) |= CLOSED;
            }
            *flags_of(g) &= !RUNNING;
            Err(e)
        }
    }
}

fn busy(th: &mut Thread, what: &str) -> Raised {
    th.runtime_error(format_args!("{what}: asynchronous generator is already running"))
}

macro_rules! awaitable {
    ($(#[$doc:meta])* $t:ident, $st:ident, $name:literal, $trace:ident, $send:ident, $throw:ident, $close:ident) => {
        $(#[$doc])*
        #[repr(C)]
        pub struct $t {
            /// Cell header; `aux` is its own state.
            pub header: Header,
            generator: Slot,
            args: Slot,
        }
        payload!($t, $st);
        unsafe fn $trace(cell: *mut u8, t: &mut Tracer) {
            // SAFETY: called with a cell of that layout.
            let a = unsafe { &*(cell as *const $t) };
            t.word(Value::slot_word(a.generator.get()));
            t.word(Value::slot_word(a.args.get()));
        }
        $(#[$doc])*
        pub static $st: StaticType = StaticType::new(TypeSpec {
            name: $name,
            basicsize: size_of::<$t>(),
            flags: flags::DISALLOW_INSTANTIATION,
            trace: $trace,
            slots: Slots {
                iter: Some(|_, v| Ok(v)),
                await_: Some(|_, v| Ok(v)),
                iternext: Some(|th, v| match $send(th, v, Value::none())? {
                    SendResult::Yield(v) => Ok(Some(v)),
                    SendResult::Return(v) if v.is_none() => Ok(None),
                    SendResult::Return(v) => Err(th.stop_iteration(v)),
                }),
                send: Some($send),
                ..Slots::NONE
            },
            methods: &[
                MethodDef::one("send", |th, v, x| { let r = $send(th, v, x)?; finish(th, r) }, ""),
                MethodDef::fast("throw", 1, 3, |th, v, a| { let r = $throw(th, v, a)?; finish(th, r) }, ""),
                MethodDef::noargs("close", $close, ""),
            ],
            ..TypeSpec::DEFAULT
        });
        impl $t {
            fn new(th: &mut Thread, g: Value, args: Option<Value>) -> R {
                th.alloc::<$t>($st.shape(), INIT, |header| $t {
                    header,
                    generator: Slot::new(Some(g)),
                    args: Slot::new(args),
                })
                .map(|a| Value::from_ref(a))
            }
            fn of(v: Value) -> (&'static $t, Value) {
                // SAFETY: slots of the type are called with its instances only.
                let a = unsafe { v.cast_unchecked::<$t>() };
                (a, a.generator.get().unwrap_or(v))
            }
        }
    };
}

fn finish(th: &mut Thread, r: SendResult) -> R {
    match r {
        SendResult::Yield(v) => Ok(v),
        SendResult::Return(v) => Err(th.stop_iteration(v)),
    }
}

awaitable! {
    /// `__anext__()` and `asend()`.
    Asend, ASEND, "async_generator_asend", trace_asend, asend_send, asend_throw, asend_close
}
awaitable! {
    /// `athrow()` and `aclose()`; the latter without arguments.
    Athrow, ATHROW, "async_generator_athrow", trace_athrow, athrow_send, athrow_throw, athrow_close
}

fn asend_send(th: &mut Thread, v: Value, x: Value) -> R<SendResult> {
    let (a, g) = Asend::of(v);
    if a.header.aux() == DONE {
        return Err(
            th.runtime_error(format_args!("cannot reuse already awaited __anext__()/asend()"))
        );
    }
    let mut x = x;
    if a.header.aux() == INIT {
        if flag(g, RUNNING) {
            a.header.set_aux(DONE);
            return Err(busy(th, "anext()"));
        }
        if x.is_none()
            && let Some(first) = a.args.get()
        {
            x = first;
        }
        a.header.set_aux(ITER);
    }
    *flags_of(g) |= RUNNING;
    let r = generator::resume_with(VmThread::of(th), this(g), x);
    let r = unwrap(th, g, r);
    if !matches!(r, Ok(SendResult::Yield(_))) {
        a.header.set_aux(DONE);
    }
    r
}

fn asend_throw(th: &mut Thread, v: Value, args: &[Value]) -> R<SendResult> {
    let (a, g) = Asend::of(v);
    if a.header.aux() == DONE {
        return Err(
            th.runtime_error(format_args!("cannot reuse already awaited __anext__()/asend()"))
        );
    }
    if a.header.aux() == INIT {
        if flag(g, RUNNING) {
            a.header.set_aux(DONE);
            return Err(busy(th, "anext()"));
        }
        a.header.set_aux(ITER);
        *flags_of(g) |= RUNNING;
    }
    let r = generator::throw(VmThread::of(th), this(g), args);
    let r = unwrap(th, g, r);
    if !matches!(r, Ok(SendResult::Yield(_))) {
        a.header.set_aux(DONE);
    }
    r
}

fn close_by_throw(th: &mut Thread, r: R<SendResult>) -> R {
    match r {
        Ok(SendResult::Yield(_)) => {
            Err(th.runtime_error(format_args!("coroutine ignored GeneratorExit")))
        }
        Ok(SendResult::Return(_)) => Ok(Value::none()),
        Err(e) => {
            let fine = th.exception_is(&exc::STOP_ITERATION)
                || th.exception_is(&exc::STOP_ASYNC_ITERATION)
                || th.exception_is(&exc::GENERATOR_EXIT);
            if fine {
                th.take_exception(e);
                return Ok(Value::none());
            }
            Err(e)
        }
    }
}

fn asend_close(th: &mut Thread, v: Value) -> R {
    if Asend::of(v).0.header.aux() == DONE {
        return Ok(Value::none());
    }
    let r = asend_throw(th, v, &[exc::GENERATOR_EXIT.value()]);
    close_by_throw(th, r)
}

fn athrow(th: &mut Thread, v: Value, args: &[Value]) -> R {
    if args.len() > 1 {
        (th.hooks.warn)(
            th,
            &exc::DEPRECATION_WARNING,
            "the (type, exc, tb) signature of athrow() is deprecated, use the single-arg signature instead.",
        )?;
    }
    init_hooks(th, v)?;
    let t = Tuple::new(th, args)?;
    Athrow::new(th, v, Some(Value::from_ref(t)))
}

fn athrow_send(th: &mut Thread, v: Value, x: Value) -> R<SendResult> {
    let (a, g) = Athrow::of(v);
    let closing = a.args.get().is_none();
    if a.header.aux() == DONE {
        return Err(
            th.runtime_error(format_args!("cannot reuse already awaited aclose()/athrow()"))
        );
    }
    let gen_ = this(g);
    if a.header.aux() == INIT {
        if flag(g, RUNNING) {
            a.header.set_aux(DONE);
            return Err(busy(th, if closing { "aclose()" } else { "athrow()" }));
        }
        if flag(g, CLOSED) || gen_.state() == COMPLETED {
            a.header.set_aux(DONE);
            if closing {
                return Ok(SendResult::Return(Value::none()));
            }
            return Err(th.raise_with(&exc::STOP_ASYNC_ITERATION, &[]));
        }
        if !x.is_none() {
            return Err(th.runtime_error(format_args!(
                "can't send non-None value to a just-started coroutine"
            )));
        }
        a.header.set_aux(ITER);
        *flags_of(g) |= RUNNING;
        if closing {
            *flags_of(g) |= CLOSED;
            if gen_.state() == CREATED {
                a.header.set_aux(DONE);
                *flags_of(g) &= !RUNNING;
                generator::close(VmThread::of(th), gen_)?;
                return Ok(SendResult::Return(Value::none()));
            }
            let r = generator::throw(VmThread::of(th), gen_, &[exc::GENERATOR_EXIT.value()]);
            return closing_step(th, a, g, r);
        }
        let args = a.args.get().and_then(|t| t.cast::<Tuple>()).map_or(&[][..], |t| t.as_slice());
        let r = generator::throw(VmThread::of(th), gen_, args);
        let r = unwrap(th, g, r);
        if !matches!(r, Ok(SendResult::Yield(_))) {
            a.header.set_aux(DONE);
        }
        return r;
    }
    let r = generator::resume_with(VmThread::of(th), gen_, x);
    if closing {
        return closing_step(th, a, g, r);
    }
    let r = unwrap(th, g, r);
    if !matches!(r, Ok(SendResult::Yield(_))) {
        a.header.set_aux(DONE);
    }
    r
}

/// A step of a generator that is being closed: it may await, but not yield.
fn closing_step(th: &mut Thread, a: &'static Athrow, g: Value, r: R<Resumed>) -> R<SendResult> {
    match r {
        Ok(Resumed::Yielded(v)) if v.cast::<Wrapped>().is_none() => {
            return Ok(SendResult::Yield(v));
        }
        _ => {}
    }
    a.header.set_aux(DONE);
    *flags_of(g) &= !RUNNING;
    match r {
        Ok(Resumed::Yielded(_)) => {
            Err(th.runtime_error(format_args!("async generator ignored GeneratorExit")))
        }
        Ok(Resumed::Returned(_)) => Ok(SendResult::Return(Value::none())),
        Err(e) => {
            if th.exception_is(&exc::STOP_ASYNC_ITERATION) || th.exception_is(&exc::GENERATOR_EXIT)
            {
                th.take_exception(e);
                return Ok(SendResult::Return(Value::none()));
            }
            Err(e)
        }
    }
}

fn athrow_throw(th: &mut Thread, v: Value, args: &[Value]) -> R<SendResult> {
    let (a, g) = Athrow::of(v);
    let closing = a.args.get().is_none();
    if a.header.aux() == DONE {
        return Err(
            th.runtime_error(format_args!("cannot reuse already awaited aclose()/athrow()"))
        );
    }
    if a.header.aux() == INIT {
        if flag(g, RUNNING) {
            a.header.set_aux(DONE);
            return Err(busy(th, if closing { "aclose()" } else { "athrow()" }));
        }
        a.header.set_aux(ITER);
        *flags_of(g) |= RUNNING;
    }
    let r = generator::throw(VmThread::of(th), this(g), args);
    if closing {
        return closing_step(th, a, g, r);
    }
    let r = unwrap(th, g, r);
    if !matches!(r, Ok(SendResult::Yield(_))) {
        a.header.set_aux(DONE);
    }
    r
}

fn athrow_close(th: &mut Thread, v: Value) -> R {
    if Athrow::of(v).0.header.aux() == DONE {
        return Ok(Value::none());
    }
    let r = athrow_throw(th, v, &[exc::GENERATOR_EXIT.value()]);
    close_by_throw(th, r)
}

/// `GET_AITER`
pub fn get_aiter(th: &mut VmThread, v: Value) -> R {
    let th = &mut th.base;
    let Some(f) = v.type_of().slots().aiter else {
        let tn = v.type_of().name();
        return Err(th.type_error(format_args!(
            "'async for' requires an object with __aiter__ method, got {tn}"
        )));
    };
    let it = f(th, v)?;
    if it.type_of().slots().anext.is_none() {
        let tn = it.type_of().name();
        return Err(th.type_error(format_args!(
            "'async for' received an object from __aiter__ that does not implement __anext__: {tn}"
        )));
    }
    Ok(it)
}

/// `GET_ANEXT`
pub fn get_anext(th: &mut VmThread, v: Value) -> R {
    let Some(f) = v.type_of().slots().anext else {
        let tn = v.type_of().name();
        return Err(th.base.type_error(format_args!(
            "'async for' requires an iterator with __anext__ method, got {tn}"
        )));
    };
    let a = f(&mut th.base, v)?;
    if v.is_type(&ASYNC_GENERATOR) {
        return Ok(a);
    }
    match super::coroutine::awaitable(th, a, 0) {
        Ok(it) => Ok(it),
        Err(e) => {
            let cause = th.base.take_exception(e);
            let tn = a.type_of().name();
            let e = th.base.type_error(format_args!(
                "'async for' received an invalid object from __anext__: {tn}"
            ));
            let new = th.base.take_exception(e);
            if let Some(x) = new.cast::<heddle_object::types::Exception>() {
                x.cause.set(Some(cause));
                x.header.set_aux(x.header.aux() | 1);
            }
            Err(th.base.restore_exception(new))
        }
    }
}

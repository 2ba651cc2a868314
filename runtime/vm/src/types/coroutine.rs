//! Coroutines: generators that are awaited, the iterator that `__await__` gives, and `await` itself.

use super::generator::{
    self, EXECUTING, Generator, METHODS, REPR, opt, send_slot, set_name, set_qualname, this,
    trace_generator,
};
use crate::thread::VmThread;
use heddle_object::core::header::Header;
use heddle_object::heap::Tracer;
use heddle_object::names::n;
use heddle_object::types::Tuple;
use heddle_object::{
    GetSetDef, MethodDef, R, Slot, Slots, StaticType, Thread, TypeSpec, Value, flags, ops, payload,
};
use heddle_tlbc::defs::operands::co;

/// `coroutine`
pub static COROUTINE: StaticType = StaticType::new(TypeSpec {
    name: "coroutine",
    basicsize: size_of::<Generator>(),
    flags: flags::DISALLOW_INSTANTIATION | flags::HAS_WEAKREF,
    trace: trace_generator,
    var_size: generator::GENERATOR.spec.var_size,
    slots: Slots {
        repr: Some(REPR),
        await_: Some(new_wrapper),
        send: Some(send_slot),
        finalize: Some(generator::finalize),
        ..Slots::NONE
    },
    getset: &[
        GetSetDef::rw("__name__", |_, v| opt(&this(v).name), set_name, "name of the coroutine"),
        GetSetDef::rw(
            "__qualname__",
            |_, v| opt(&this(v).qualname),
            set_qualname,
            "qualified name of the coroutine",
        ),
        GetSetDef::ro(
            "cr_await",
            |_, v| Ok(this(v).delegate().unwrap_or_else(Value::none)),
            "object being awaited on, or None",
        ),
        GetSetDef::ro("cr_running", |_, v| Ok(Value::bool(this(v).state() == EXECUTING)), ""),
        GetSetDef::ro(
            "cr_suspended",
            |_, v| {
                Ok(Value::bool(matches!(
                    this(v).state(),
                    generator::SUSPENDED | generator::DELEGATING
                )))
            },
            "",
        ),
        GetSetDef::ro("cr_frame", |th, v| this(v).frame_object(th), ""),
        GetSetDef::ro("cr_code", |_, v| Ok(Value::from_ref(this(v).code())), ""),
        GetSetDef::ro("cr_origin", |_, v| opt(&this(v).origin), ""),
    ],
    methods: METHODS,
    ..TypeSpec::DEFAULT
});

/// The iterator over a coroutine that `__await__` gives.
#[repr(C)]
pub struct Wrapper {
    /// Cell header.
    pub header: Header,
    coroutine: Slot,
}
payload!(Wrapper, COROUTINE_WRAPPER);

unsafe fn trace_wrapper(cell: *mut u8, t: &mut Tracer) {
    // SAFETY: called with a cell of that layout.
    t.word(Value::slot_word(unsafe { &*(cell as *const Wrapper) }.coroutine.get()));
}

/// `coroutine_wrapper`
pub static COROUTINE_WRAPPER: StaticType = StaticType::new(TypeSpec {
    name: "coroutine_wrapper",
    basicsize: size_of::<Wrapper>(),
    flags: flags::DISALLOW_INSTANTIATION,
    doc: "A wrapper object implementing __await__ for coroutines.",
    trace: trace_wrapper,
    slots: Slots {
        iter: Some(|_, v| Ok(v)),
        iternext: Some(|th, v| generator::next(th, inner(v))),
        send: Some(|th, v, x| send_slot(th, inner(v), x)),
        ..Slots::NONE
    },
    methods: &[
        MethodDef::one("send", |th, v, x| generator::send_method(th, inner(v), x), ""),
        MethodDef::fast("throw", 1, 3, |th, v, a| generator::throw_method(th, inner(v), a), ""),
        MethodDef::noargs("close", |th, v| generator::close_method(th, inner(v)), ""),
    ],
    ..TypeSpec::DEFAULT
});

fn inner(v: Value) -> Value {
    // SAFETY: slots of the type are called with its instances only.
    unsafe { v.cast_unchecked::<Wrapper>() }.coroutine.get().unwrap_or(v)
}

fn new_wrapper(th: &mut Thread, v: Value) -> R {
    th.alloc::<Wrapper>(COROUTINE_WRAPPER.shape(), 0, |header| Wrapper {
        header,
        coroutine: Slot::new(Some(v)),
    })
    .map(|w| Value::from_ref(w))
}

/// `cr_origin` of a new coroutine: where it was made, when `sys.set_coroutine_origin_tracking_depth` asks for it.
pub fn origin(th: &mut VmThread) -> R<Option<Value>> {
    let depth = th.origin_depth;
    if depth == 0 {
        return Ok(None);
    }
    let mut out = heddle_object::heap::RootVec::with(&th.base, &[]);
    // SAFETY: the running frame is the coroutine's own: its caller makes it.
    let mut fp = crate::frame::skip_incomplete(unsafe { (*th.frame).prev });
    for _ in 0..depth {
        // SAFETY: live frames of this thread.
        let Some(f) = (unsafe { fp.as_ref() }) else { break };
        let code = f.code();
        let line = f.line().map_or_else(Value::none, |l| Value::small_int(l.into()));
        let items = [
            code.filename.get().unwrap_or_else(Value::none),
            line,
            code.name.get().unwrap_or_else(Value::none),
        ];
        let t = Tuple::new(&mut th.base, &items)?;
        out.push(Value::from_ref(t));
        fp = crate::frame::skip_incomplete(f.prev);
    }
    Tuple::new(&mut th.base, out.as_slice()).map(|t| Some(Value::from_ref(t)))
}

/// Warns of a coroutine that died without having been awaited.
pub fn never_awaited(th: &mut VmThread, g: &'static Generator) {
    let r = (|| -> R<()> {
        let m = (th.base.hooks.import)(&mut th.base, "warnings")?;
        let f = heddle_object::attr::getattr(&mut th.base, m, n()._warn_unawaited_coroutine)?;
        ops::call1(&mut th.base, f, g.value()).map(|_| ())
    })();
    if let Err(e) = r {
        (th.base.hooks.unraisable)(&mut th.base, e, "Exception ignored in", Some(g.value()));
    }
}

/// The iterator of an awaitable, as `GET_AWAITABLE` wants it.
pub fn awaitable(th: &mut VmThread, v: Value, what: u32) -> R {
    let th = &mut th.base;
    if v.is_type(&COROUTINE) {
        let g = this(v);
        if g.delegate().is_some() {
            return Err(th.runtime_error(format_args!("coroutine is being awaited already")));
        }
        return Ok(v);
    }
    if v.is_exact::<Generator>() && this(v).code().flags & co::ITERABLE_COROUTINE != 0 {
        return Ok(v);
    }
    let Some(f) = v.type_of().slots().await_ else {
        let tn = v.type_of().name();
        return Err(match what {
            1 => th.type_error(format_args!(
                "'async with' received an object from __aenter__ that does not implement __await__: {tn}"
            )),
            2 => th.type_error(format_args!(
                "'async with' received an object from __aexit__ that does not implement __await__: {tn}"
            )),
            _ => th.type_error(format_args!("'{tn}' object can't be awaited")),
        });
    };
    let it = f(th, v)?;
    if it.is_type(&COROUTINE)
        || (it.is_exact::<Generator>() && this(it).code().flags & co::ITERABLE_COROUTINE != 0)
    {
        return Err(th.type_error(format_args!("__await__() returned a coroutine")));
    }
    if it.type_of().slots().iternext.is_none() {
        let tn = it.type_of().name();
        return Err(th.type_error(format_args!("__await__() returned non-iterator of type '{tn}'")));
    }
    Ok(it)
}

//! `_ThreadHandle`: a thread's identifier and its end.

use super::{ident, this};
use heddle_object::core::payload::{self, Native, Shared};
use heddle_object::core::thread::ThreadStart;
use heddle_object::heap::Tracer;
use heddle_object::types::{Dict, Str, Tuple, exceptions as exc};
use heddle_object::{
    Args, GetSetDef, MethodDef, Params, R, Slots, StaticType, Thread, TypeSpec, Value, ops,
};
use heddle_sync::event::Event;
use std::sync::Arc;

/// States, as CPython's `ThreadHandleState`.
const NOT_STARTED: u64 = 1;
const STARTING: u64 = 2;
const RUNNING: u64 = 3;
const DONE: u64 = 4;

/// What the handle object and the running thread share.
pub struct Shared2 {
    state: Shared,
    ident: Shared,
    done: Event,
}

/// `_thread._ThreadHandle`
pub struct Handle(pub Arc<Shared2>);

impl Native for Handle {
    fn static_type() -> &'static StaticType {
        &HANDLE
    }
    fn trace(&self, _: &mut Tracer) {}
}

impl Handle {
    fn fresh() -> Handle {
        Handle(Arc::new(Shared2 {
            state: Shared::new(NOT_STARTED),
            ident: Shared::new(0),
            done: Event::new(),
        }))
    }
    /// A handle of a thread that has not started.
    pub fn new_object(th: &mut Thread) -> R {
        payload::alloc(th, HANDLE.ty(), Handle::fresh())
    }
}

/// `_thread._ThreadHandle`
pub static HANDLE: StaticType = StaticType::new(TypeSpec {
    name: "_thread._ThreadHandle",
    doc: "",
    slots: Slots {
        new: Some(|th, _, _, _| Handle::new_object(th)),
        repr: Some(|th, v| {
            let h = this::<Handle>(th, v)?;
            let s = format!("<_ThreadHandle object: ident={}>", h.0.ident.get());
            Ok(Value::from_ref(Str::new(th, &s)?))
        }),
        ..Slots::NONE
    },
    getset: &[GetSetDef::ro(
        "ident",
        |th, v| Ok(Value::small_int(this::<Handle>(th, v)?.0.ident.get() as i64)),
        "",
    )],
    methods: &[
        MethodDef::fast("join", 0, 1, join, "join($self, timeout=None, /)\n--\n\n"),
        MethodDef::noargs(
            "_set_done",
            |th, v| {
                let h = this::<Handle>(th, v)?;
                finish(&h.0);
                Ok(Value::none())
            },
            "",
        ),
        MethodDef::noargs(
            "is_done",
            |th, v| Ok(Value::bool(this::<Handle>(th, v)?.0.done.is_set())),
            "",
        ),
    ],
    ..payload::spec::<Handle>()
});

fn finish(h: &Shared2) {
    h.state.set(DONE);
    h.done.set();
}

/// A handle of a running thread that was started elsewhere.
pub fn make(th: &mut Thread, _: Value, id: Value) -> R {
    let i = ops::index_isize(th, id)?;
    let h = Handle::fresh();
    h.0.state.set(RUNNING);
    h.0.ident.set(i as u64);
    payload::alloc(th, HANDLE.ty(), h)
}

fn join(th: &mut Thread, v: Value, a: &[Value]) -> R {
    let h = this::<Handle>(th, v)?.0.clone();
    // A negative timeout waits for ever, as in `Thread.join`.
    let deadline = match a.first() {
        Some(t) if !t.is_none() => {
            let s = heddle_object::types::float::as_f64(th, *t)?;
            if s.is_nan() {
                return Err(th.value_error(format_args!("Invalid value NaN (not a number)")));
            }
            if s > 9223372036.0 {
                return Err(th.overflow_error(format_args!("timeout value is too large")));
            }
            (s >= 0.0).then(|| std::time::Instant::now() + std::time::Duration::from_secs_f64(s))
        }
        _ => None,
    };
    if h.state.get() == NOT_STARTED {
        return Err(th.runtime_error(format_args!("thread not started")));
    }
    if h.state.get() == RUNNING && h.ident.get() == ident(th) as u64 {
        return Err(th.runtime_error(format_args!("Cannot join current thread")));
    }
    loop {
        if h.done.is_set() {
            return Ok(Value::none());
        }
        let now = std::time::Instant::now();
        if deadline.is_some_and(|d| d <= now) {
            return Ok(Value::none());
        }
        let look = now + std::time::Duration::from_millis(50);
        let until = deadline.map_or(look, |d| d.min(look));
        let rt = th.rt;
        h.done.wait_until(&rt.world, &th.slot, until);
        th.poll()?;
    }
}

const START: Params<3> = Params::new(["function", "handle", "daemon"], 1);

/// `start_joinable_thread(function, handle=None, daemon=True)`
pub fn start_joinable(th: &mut Thread, m: Value, a: &Args) -> R {
    let [f, h, daemon] = a.bind(th, "start_joinable_thread", &START)?;
    let f = f.unwrap_or_else(Value::none);
    if !ops::is_callable(f) {
        return Err(th.type_error(format_args!("thread function must be callable")));
    }
    let h = match h.filter(|h| !h.is_none()) {
        Some(h) if h.native::<Handle>().is_some() => h,
        Some(_) => return Err(th.type_error(format_args!("'handle' must be a _ThreadHandle"))),
        None => Handle::new_object(th)?,
    };
    let daemon = match daemon {
        Some(d) => ops::is_true(th, d)?,
        None => true,
    };
    let args = Tuple::new(th, &[])?;
    let size = heddle_object::attr::getattr_str(th, m, "_stack_size")?.as_small_int().unwrap_or(0);
    start(th, h, f, args, None, daemon, size as usize)?;
    Ok(h)
}

/// Starts a thread that calls `f(*args, **kwargs)`; gives its identifier.
pub fn start(
    th: &mut Thread,
    handle: Value,
    f: Value,
    args: &'static Tuple,
    kwargs: Option<&'static Dict>,
    daemon: bool,
    stack_bytes: usize,
) -> R {
    let h = this::<Handle>(th, handle)?.0.clone();
    if h.state.get() != NOT_STARTED {
        return Err(th.runtime_error(format_args!("thread already started")));
    }
    if (th.hooks.is_finalizing)(th) {
        return Err(th.raise(
            &exc::PYTHON_FINALIZATION_ERROR,
            format_args!("can't create new thread at interpreter shutdown"),
        ));
    }
    h.state.set(STARTING);
    let (begin, end) = (h.clone(), h.clone());
    let start = ThreadStart {
        function: f,
        args,
        kwargs,
        daemon,
        stack_bytes,
        begun: Box::new(move |t: &Thread| {
            begin.ident.set(ident(t) as u64);
            begin.state.set(RUNNING);
        }),
        ended: Box::new(move || finish(&end)),
    };
    match (th.hooks.start_thread)(th, start) {
        Ok(id) => Ok(Value::small_int(id as i64)),
        Err(e) => {
            h.state.set(NOT_STARTED);
            Err(e)
        }
    }
}

//! `_thread`: locks, handles and the start of threads. `threading` is the library's own on top of it.

mod handle;
mod local;
mod lock;

use heddle_object::core::payload::Native;
use heddle_object::types::structseq::{StructSeq, make_type};
use heddle_object::types::{Dict, Module, Str, Tuple, exceptions as exc, float, int};
use heddle_object::{Args, MethodDef, ModuleDef, Params, R, Thread, Value, attr, ops};

pub use handle::Handle;
pub use lock::{Lock, RLock};

/// The module.
pub static MODULE: ModuleDef = ModuleDef {
    name: "_thread",
    doc: "This module provides primitive operations to write multi-threaded programs.\nThe 'threading' module provides a more convenient interface.",
    methods: &[
        MethodDef::kw(
            "start_new_thread",
            start_new_thread,
            "start_new_thread($module, function, args, kwargs={}, /)\n--\n\nStart a new thread and return its identifier.",
        ),
        MethodDef::kw("start_new", start_new_thread, "An obsolete synonym of start_new_thread()."),
        MethodDef::kw(
            "start_joinable_thread",
            handle::start_joinable,
            "start_joinable_thread($module, /, function, handle=None, daemon=True)\n--\n\n*For internal use only*: start a new thread.",
        ),
        MethodDef::noargs(
            "daemon_threads_allowed",
            |_, _| Ok(Value::bool(true)),
            "daemon_threads_allowed($module, /)\n--\n\nReturn True if daemon threads are allowed in the current interpreter.",
        ),
        MethodDef::noargs(
            "allocate_lock",
            |th, _| lock::new_lock(th),
            "allocate_lock($module, /)\n--\n\nCreate a new lock object.",
        ),
        MethodDef::noargs(
            "allocate",
            |th, _| lock::new_lock(th),
            "allocate($module, /)\n--\n\nAn obsolete synonym of allocate_lock().",
        ),
        MethodDef::noargs(
            "exit",
            exit,
            "exit($module, /)\n--\n\nThis is synonymous to ``raise SystemExit''.",
        ),
        MethodDef::noargs(
            "exit_thread",
            exit,
            "exit_thread($module, /)\n--\n\nAn obsolete synonym of exit().",
        ),
        MethodDef::fast(
            "interrupt_main",
            0,
            1,
            interrupt_main,
            "interrupt_main($module, signum=signal.SIGINT, /)\n--\n\nSimulate the arrival of the given signal in the main thread.",
        ),
        MethodDef::noargs(
            "get_ident",
            |th, _| Ok(Value::small_int(ident(th))),
            "get_ident($module, /)\n--\n\nReturn a non-zero integer that uniquely identifies the current thread.",
        ),
        MethodDef::noargs(
            "_get_main_thread_ident",
            |th, _| Ok(Value::small_int((th.hooks.main_ident)(th) as i64)),
            "_get_main_thread_ident($module, /)\n--\n\nReturn the identifier of the main thread.",
        ),
        MethodDef::noargs(
            "get_native_id",
            |_, _| Ok(Value::small_int(rustix::thread::gettid().as_raw_nonzero().get() as i64)),
            "get_native_id($module, /)\n--\n\nReturn a non-negative integer identifying the thread as reported by the OS.",
        ),
        MethodDef::noargs(
            "_count",
            |th, _| Ok(Value::small_int(th.rt.world.thread_count() as i64 - 1)),
            "_count($module, /)\n--\n\nReturn the number of currently running Python threads, excluding the main thread.",
        ),
        MethodDef::fast(
            "stack_size",
            0,
            1,
            stack_size,
            "stack_size($module, size=0, /)\n--\n\nReturn the thread stack size used when creating new threads.",
        ),
        MethodDef::one(
            "_excepthook",
            excepthook,
            "_excepthook($module, (exc_type, exc_value, exc_traceback, thread), /)\n--\n\nHandle uncaught Thread.run() exception.",
        ),
        MethodDef::noargs(
            "_is_main_interpreter",
            |_, _| Ok(Value::bool(true)),
            "_is_main_interpreter($module, /)\n--\n\nReturn True if the current interpreter is the main Python interpreter.",
        ),
        MethodDef::noargs(
            "_shutdown",
            |th, _| (th.hooks.join_threads)(th).map(|()| Value::none()),
            "_shutdown($module, /)\n--\n\nWait for all non-daemon threads (other than the calling thread) to stop.",
        ),
        MethodDef::one(
            "_make_thread_handle",
            handle::make,
            "_make_thread_handle($module, ident, /)\n--\n\nInternal only. Make a thread handle for threads not spawned by the _thread or threading module.",
        ),
        MethodDef::one(
            "set_name",
            set_name,
            "set_name($module, name, /)\n--\n\nSet the name of the current thread.",
        ),
    ],
    types: &[&lock::LOCK, &lock::RLOCK, &handle::HANDLE, &local::LOCAL],
    init,
};

fn init(th: &mut Thread, m: &'static Module) -> R<()> {
    // A wait longer than this cannot be asked for, as in CPython.
    let max = float::new(th, 9223372036.0)?;
    m.set(th, "TIMEOUT_MAX", max)?;
    m.set(th, "error", exc::RUNTIME_ERROR.value())?;
    m.set(th, "LockType", lock::LOCK.value())?;
    static ARGS: StructSeq = StructSeq {
        name: "_thread._ExceptHookArgs",
        doc: "ExceptHookArgs - Type used to pass arguments to threading.excepthook.",
        fields: &["exc_type", "exc_value", "exc_traceback", "thread"],
        visible: 4,
    };
    let t = make_type(th, &ARGS)?;
    m.set(th, "_ExceptHookArgs", t.value())?;
    m.set(th, "_stack_size", Value::small_int(0))
}

/// The identifier of the calling thread: the address of its state, which is unique among those that are alive.
pub fn ident(th: &Thread) -> i64 {
    th as *const Thread as i64
}

fn exit(th: &mut Thread, _: Value) -> R {
    Err(th.raise_with(&exc::SYSTEM_EXIT, &[]))
}

fn interrupt_main(th: &mut Thread, _: Value, a: &[Value]) -> R {
    let n = match a.first() {
        Some(v) => int::as_i32(th, *v)?,
        None => libc::SIGINT,
    };
    if !(1..65).contains(&n) {
        return Err(th.value_error(format_args!("signal number out of range")));
    }
    (th.hooks.trip_signal)(th, n);
    Ok(Value::none())
}

fn stack_size(th: &mut Thread, m: Value, a: &[Value]) -> R {
    let old = attr::getattr_str(th, m, "_stack_size")?;
    if let Some(v) = a.first() {
        let n = ops::index_isize(th, *v)?;
        if n < 0 {
            return Err(th.value_error(format_args!("size must be 0 or a positive value")));
        }
        if n != 0 && n < 32768 {
            return Err(th.value_error(format_args!("size not valid: {n} bytes")));
        }
        if let Some(m) = m.cast::<Module>() {
            m.set(th, "_stack_size", *v)?;
        }
    }
    Ok(old)
}

fn set_name(th: &mut Thread, _: Value, name: Value) -> R {
    let Some(s) = name.cast::<Str>() else {
        let tn = name.type_of().name();
        return Err(th.type_error(format_args!("set_name() argument 'name' must be str, not {tn}")));
    };
    // The system keeps 15 bytes.
    let text = s.to_string_lossy();
    let mut end = text.len().min(15);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    if let Ok(c) = std::ffi::CString::new(&text[..end]) {
        let _ = rustix::thread::set_name(&c);
    }
    Ok(Value::none())
}

/// `start_new_thread(function, args[, kwargs])`
fn start_new_thread(th: &mut Thread, m: Value, a: &Args) -> R {
    a.no_keywords(th, "start_new_thread")?;
    a.positional(th, "start_new_thread", 2, 3)?;
    let f = a.pos[0];
    if !ops::is_callable(f) {
        return Err(th.type_error(format_args!("first arg must be callable")));
    }
    let Some(args) = a.pos[1].cast::<Tuple>() else {
        return Err(th.type_error(format_args!("2nd arg must be a tuple")));
    };
    let kwargs = match a.pos.get(2) {
        Some(k) => match k.cast::<Dict>() {
            Some(d) => Some(d),
            None => {
                return Err(th.type_error(format_args!("optional 3rd arg must be a dictionary")));
            }
        },
        None => None,
    };
    let h = Handle::new_object(th)?;
    let size = attr::getattr_str(th, m, "_stack_size")?.as_small_int().unwrap_or(0);
    handle::start(th, h, f, args, kwargs, true, size as usize)
}

/// `threading.excepthook`: prints the exception with the thread's name; SystemExit is silent.
fn excepthook(th: &mut Thread, _: Value, args: Value) -> R {
    let get = |th: &mut Thread, k: &str| attr::getattr_str(th, args, k);
    let (ty, value, tb, thread) = (
        get(th, "exc_type")?,
        get(th, "exc_value")?,
        get(th, "exc_traceback")?,
        get(th, "thread")?,
    );
    if ty == exc::SYSTEM_EXIT.value() {
        return Ok(Value::none());
    }
    let Some(err) =
        (th.hooks.sys_get)(th, heddle_object::names::n().stderr).filter(|e| !e.is_none())
    else {
        return Ok(Value::none());
    };
    let name = if thread.is_none() {
        ident(th).to_string()
    } else {
        let n = attr::getattr_str(th, thread, "name")?;
        ops::str(th, n)?.to_string_lossy().into_owned()
    };
    let s = Str::new(th, &format!("Exception in thread {name}:\n"))?;
    ops::call_method(th, err, heddle_object::names::n().write, &[Value::from_ref(s)])?;
    (th.hooks.print_exception)(th, value, tb)?;
    ops::call_method(th, err, heddle_object::names::n().flush, &[])?;
    Ok(Value::none())
}

/// Seconds as a duration, with the messages of `Lock.acquire`.
pub(crate) fn timeout(th: &mut Thread, v: Value, what: &str) -> R<Option<std::time::Duration>> {
    let s = float::as_f64(th, v)?;
    if s.is_nan() {
        return Err(th.value_error(format_args!("Invalid value NaN (not a number)")));
    }
    if s == -1.0 {
        return Ok(None);
    }
    if s < 0.0 {
        return Err(th.value_error(format_args!("{what} must be a non-negative number")));
    }
    if s > 9223372036.0 {
        return Err(th.overflow_error(format_args!("timeout value is too large")));
    }
    Ok(Some(std::time::Duration::from_secs_f64(s)))
}

/// Parameters of `acquire`.
pub(crate) const ACQUIRE: Params<2> = Params::new(["blocking", "timeout"], 0);

/// The deadline that `acquire(blocking, timeout)` asks for: `None` to wait for ever, `Some(None)` to try once.
pub(crate) fn acquire_args(th: &mut Thread, a: &Args) -> R<Wait> {
    let [blocking, time] = a.bind(th, "acquire", &ACQUIRE)?;
    let blocking = match blocking {
        Some(b) => ops::is_true(th, b)?,
        None => true,
    };
    let given = match time {
        Some(t) => Some(float::as_f64(th, t)?),
        None => None,
    };
    if !blocking && given.is_some_and(|t| t != -1.0) {
        return Err(th.value_error(format_args!("can't specify a timeout for a non-blocking call")));
    }
    if given.is_some_and(|t| t < 0.0 && t != -1.0) {
        return Err(th.value_error(format_args!("timeout value must be a non-negative number")));
    }
    let d = match time {
        Some(t) => timeout(th, t, "timeout value")?,
        None => None,
    };
    Ok(match (blocking, d) {
        (false, _) => Wait::Try,
        (true, Some(d)) => Wait::Until(std::time::Instant::now() + d),
        (true, None) => Wait::Forever,
    })
}

/// How long to wait for a lock.
#[derive(Clone, Copy)]
pub(crate) enum Wait {
    /// Not at all.
    Try,
    /// Until then.
    Until(std::time::Instant),
    /// For ever.
    Forever,
}

/// Takes a lock as asked.
pub(crate) fn take(
    th: &mut Thread,
    l: &heddle_object::core::payload::ThreadLock,
    w: Wait,
) -> R<bool> {
    match w {
        Wait::Try => Ok(l.try_acquire()),
        Wait::Until(d) => l.acquire(th, Some(d)),
        Wait::Forever => l.acquire(th, None),
    }
}

/// The Rust part of an object of one of our types (methods check their owner before they run).
pub(crate) fn this<T: Native>(th: &mut Thread, v: Value) -> R<&'static T> {
    v.expect_native::<T>(th)
}

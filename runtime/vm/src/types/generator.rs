//! Generators, and what coroutines and asynchronous generators share with them: a frame in a cell.
//!
//! States (in the header's `aux`): created, suspended, suspended in a delegation, executing, completed. Whoever resumes a
//! generator moves it to *executing* inside a critical section on it, so of two threads one is refused; it leaves that
//! state only by the thread that runs it. The frame's words belong to that thread meanwhile.
//!
//! **Source:** CPython's `genobject.c`.

use crate::frame::{self, Frame, GENERATOR as GENERATOR_FLAG, HEADER_WORDS, Stack};
use crate::thread::VmThread;
use crate::types::code::CodeObject;
use crate::types::function::Function;
use crate::uops::Regs;
use heddle_object::core::header::Header;
use heddle_object::core::native::SendResult;
use heddle_object::core::thread::ExcItem;
use heddle_object::heap::Tracer;
use heddle_object::types::exceptions as exc;
use heddle_object::types::{Str, Tuple};
use heddle_object::{
    GetSetDef, MethodDef, R, Raised, Slot, Slots, StaticType, Thread, TypeSpec, Value, flags,
    payload,
};
use heddle_tlbc::defs::operands::{co, resume};

/// Not started.
pub const CREATED: u32 = 0;
/// At a `yield`.
pub const SUSPENDED: u32 = 1;
/// At a `yield from` or `await`.
pub const DELEGATING: u32 = 2;
/// Running, in some thread.
pub const EXECUTING: u32 = 3;
/// Returned, raised or closed.
pub const COMPLETED: u32 = 4;

/// A generator, coroutine or asynchronous generator. The frame is last: its fast variables and stack lie behind it.
#[repr(C)]
pub struct Generator {
    /// Cell header; `aux` is the state.
    pub header: Header,
    /// Its level of exceptions being handled.
    pub exc: ExcItem,
    /// `__name__`
    pub name: Slot,
    /// `__qualname__`
    pub qualname: Slot,
    /// `cr_origin`; finalizer of an asynchronous generator.
    pub origin: Slot,
    /// Asynchronous generators: bit 0 hooks were called, bit 1 closed, bit 2 an `asend` or the like runs.
    pub async_flags: u64,
    /// Words of the frame.
    pub words: u64,
    /// The frame's header.
    pub frame: Frame,
}
payload!(Generator, GENERATOR);

/// Reports a generator-like cell.
///
/// # Safety
/// - `cell` is a [`Generator`].
pub unsafe fn trace_generator(cell: *mut u8, t: &mut Tracer) {
    // SAFETY: the caller's promise; the world is stopped, so the saved `sp` is current.
    unsafe {
        let g = &*(cell as *const Generator);
        for s in [&g.name, &g.qualname, &g.origin, &g.exc.value] {
            t.word(Value::slot_word(s.get()));
        }
        if g.state() != COMPLETED {
            trace_frame(&g.frame, t);
        } else {
            t.word(g.frame.code as u64);
            t.word(g.frame.frame_obj);
        }
    }
}

/// Reports the values of a frame, fast variables and stack up to `sp`.
///
/// # Safety
/// - The frame is not running at this moment (its thread is stopped), or has saved its `sp`.
pub unsafe fn trace_frame(f: &Frame, t: &mut Tracer) {
    for w in [f.code as u64, f.func, f.globals as u64, f.builtins, f.locals, f.frame_obj] {
        t.word(w);
    }
    let from = f.local_ptr(0);
    // SAFETY: words between the first fast variable and `sp` are values or 0.
    unsafe { t.words(from, f.sp.depth(Stack(from))) };
}

/// `generator`
pub static GENERATOR: StaticType = StaticType::new(TypeSpec {
    name: "generator",
    basicsize: size_of::<Generator>(),
    flags: flags::DISALLOW_INSTANTIATION | flags::HAS_WEAKREF,
    trace: trace_generator,
    var_size: Some(generator_bytes),
    slots: Slots {
        repr: Some(repr),
        iter: Some(|_, v| Ok(v)),
        iternext: Some(next),
        send: Some(send_slot),
        finalize: Some(finalize),
        ..Slots::NONE
    },
    getset: &[
        GetSetDef::rw("__name__", |_, v| opt(&this(v).name), set_name, "name of the generator"),
        GetSetDef::rw(
            "__qualname__",
            |_, v| opt(&this(v).qualname),
            set_qualname,
            "qualified name of the generator",
        ),
        GetSetDef::ro(
            "gi_yieldfrom",
            |_, v| Ok(this(v).delegate().unwrap_or_else(Value::none)),
            "object being iterated by yield from, or None",
        ),
        GetSetDef::ro("gi_running", |_, v| Ok(Value::bool(this(v).state() == EXECUTING)), ""),
        GetSetDef::ro(
            "gi_suspended",
            |_, v| Ok(Value::bool(matches!(this(v).state(), SUSPENDED | DELEGATING))),
            "",
        ),
        GetSetDef::ro("gi_frame", |th, v| this(v).frame_object(th), ""),
        GetSetDef::ro("gi_code", |_, v| Ok(Value::from_ref(this(v).code())), ""),
    ],
    methods: METHODS,
    ..TypeSpec::DEFAULT
});

/// `send`, `throw` and `close`, for generators and coroutines.
pub const METHODS: &[MethodDef] = &[
    MethodDef::one(
        "send",
        send_method,
        "send($self, value, /)\n--\n\nSend 'value' into generator.\n\nReturn next yielded value or raise StopIteration.",
    ),
    MethodDef::fast(
        "throw",
        1,
        3,
        throw_method,
        "throw(value)\nthrow(type[,value[,tb]])\n\nRaise exception in generator, return next yielded value or raise\nStopIteration.",
    ),
    MethodDef::noargs(
        "close",
        close_method,
        "close($self, /)\n--\n\nRaise GeneratorExit inside generator.",
    ),
];

unsafe fn generator_bytes(cell: *const u8) -> usize {
    // SAFETY: called with a cell of that layout.
    FRAME_AT + 8 * unsafe { (*(cell as *const Generator)).words } as usize
}

const FRAME_AT: usize = std::mem::offset_of!(Generator, frame);

pub(super) fn this(v: Value) -> &'static Generator {
    // SAFETY: slots of the three types are called with their instances only, which all have this layout.
    unsafe { &*v.as_ptr::<Generator>() }
}

pub(super) fn opt(s: &Slot) -> R {
    Ok(s.get().unwrap_or_else(Value::none))
}

/// What resuming a generator gave.
#[derive(Clone, Copy)]
pub enum Resumed {
    /// A value was yielded.
    Yielded(Value),
    /// It returned.
    Returned(Value),
}

/// Why a generator could not be entered.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Refused {
    /// It runs already.
    Executing,
    /// It is done.
    Completed,
}

impl Generator {
    /// The generator in whose cell a frame with the flag `GENERATOR` lies.
    ///
    /// # Safety
    /// - The frame has that flag.
    #[inline(always)]
    pub unsafe fn of_frame(fp: *mut Frame) -> &'static Generator {
        // SAFETY: the frame lies at that offset.
        unsafe { &*((fp as *mut u8).sub(FRAME_AT) as *const Generator) }
    }

    /// The object.
    #[inline(always)]
    pub fn value(&'static self) -> Value {
        Value::from_ref(self)
    }

    /// The state.
    #[inline(always)]
    pub fn state(&self) -> u32 {
        self.header.aux()
    }

    /// The frame.
    #[inline(always)]
    pub fn frame_ptr(&self) -> *mut Frame {
        &raw const self.frame as *mut Frame
    }

    /// The code object.
    pub fn code(&self) -> &'static CodeObject {
        self.frame.code()
    }

    /// Whether it is an asynchronous generator.
    pub fn is_async_gen(&self) -> bool {
        self.code().flags & co::ASYNC_GENERATOR != 0
    }

    /// Moves to *executing*, unless it runs or is done.
    #[inline(always)]
    pub fn begin(&self, th: &mut VmThread) -> Result<u32, Refused> {
        th.base.critical(&self.header, |_| match self.state() {
            EXECUTING => Err(Refused::Executing),
            COMPLETED => Err(Refused::Completed),
            s => {
                self.header.set_aux(EXECUTING);
                Ok(s)
            }
        })
    }

    /// Makes the generator's frame the running one, called from `prev`. After [`begin`](Generator::begin).
    #[inline(always)]
    pub fn link(&self, th: &mut VmThread, prev: *mut Frame) {
        let fp = self.frame_ptr();
        let exc = &raw const self.exc as *mut ExcItem;
        // SAFETY: this thread executes the generator, so frame and level are its own.
        unsafe {
            (*fp).prev = prev;
            (*exc).prev = th.base.exc_info;
        }
        th.base.exc_info = exc;
        th.base.recursion_remaining -= 1;
        th.frame = fp;
    }

    /// The reverse of [`link`](Generator::link).
    #[inline(always)]
    pub fn unlink(&self, th: &mut VmThread) {
        let exc = &raw const self.exc as *mut ExcItem;
        // SAFETY: as above.
        unsafe {
            th.base.exc_info = (*exc).prev;
            (*exc).prev = std::ptr::null_mut();
        }
        th.base.recursion_remaining += 1;
    }

    /// The frame has returned or raised: nothing of it is needed any more. The caller sets `th.frame`.
    #[inline(never)]
    pub fn finish(&self, th: &mut VmThread) {
        self.unlink(th);
        self.exc.value.set(None);
        let fp = self.frame_ptr();
        // SAFETY: this thread executes the generator.
        unsafe {
            if (*fp).frame_obj != 0 {
                crate::types::frame::detach(th, fp);
            }
            (*fp).flags = GENERATOR_FLAG;
            (*fp).prev = std::ptr::null_mut();
        }
        self.header.set_aux(COMPLETED);
    }

    /// What it delegates to (`yield from`, `await`).
    pub fn delegate(&self) -> Option<Value> {
        if self.state() != DELEGATING {
            return None;
        }
        // The receiver lies on top of the suspended stack.
        self.frame.sp.opt(1)
    }

    /// `gi_frame`
    pub fn frame_object(&self, th: &mut Thread) -> R {
        if self.state() == COMPLETED {
            return Ok(Value::none());
        }
        crate::types::frame::object(VmThread::of(th), self.frame_ptr())
    }
}

/// Makes the generator for the running frame, which is copied into it, as `RETURN_GENERATOR` does. The copy goes on
/// behind that instruction.
pub fn from_frame(th: &mut VmThread, fp: *mut Frame) -> R<&'static Generator> {
    // SAFETY: the running frame.
    let f = unsafe { &*fp };
    let code = f.code();
    let words = code.frame_words as usize;
    let st = if code.flags & co::COROUTINE != 0 {
        &super::coroutine::COROUTINE
    } else if code.flags & co::ASYNC_GENERATOR != 0 {
        &super::async_gen::ASYNC_GENERATOR
    } else {
        &GENERATOR
    };
    let origin = if code.flags & co::COROUTINE != 0 { super::coroutine::origin(th)? } else { None };
    let (name, qualname) = match f.func() {
        Some(func) => (func.name(), func.qualname()),
        None => (
            code.name.get().unwrap_or_else(Value::none),
            code.qualname.get().unwrap_or_else(Value::none),
        ),
    };
    let p = th.base.alloc_bytes(FRAME_AT + 8 * words)? as *mut Generator;
    // SAFETY: fresh memory of that size; the frame's words are copied whole.
    unsafe {
        (&raw mut (*p).header).write(Header::new(st.shape(), th.base.slot.owner(), CREATED));
        (&raw mut (*p).exc).write(ExcItem::new());
        (&raw mut (*p).name).write(Slot::new(Some(name)));
        (&raw mut (*p).qualname).write(Slot::new(Some(qualname)));
        (&raw mut (*p).origin).write(Slot::new(origin));
        (&raw mut (*p).async_flags).write(0);
        (&raw mut (*p).words).write(words as u64);
        let to = &raw mut (*p).frame;
        std::ptr::copy_nonoverlapping(
            fp as *const u64,
            to as *mut u64,
            HEADER_WORDS + code.nlocalsplus as usize,
        );
        (*to).prev = std::ptr::null_mut();
        (*to).frame_obj = 0;
        (*to).flags = GENERATOR_FLAG;
        (*to).sp = (*to).stack_base();
        // The finalizer closes a generator that is suspended inside `try`.
        th.base.register_special(st.shape(), p as *mut u8)?;
        Ok(&*p)
    }
}

/// Resumes with a value, from native code.
///
/// **Errors:** what the generator raises; ValueError when it runs already. **Escapes:** yes.
pub fn resume_with(th: &mut VmThread, g: &'static Generator, value: Value) -> R<Resumed> {
    match g.begin(th) {
        Err(Refused::Executing) => Err(already_executing(th, g)),
        Err(Refused::Completed) => {
            if g.code().flags & co::COROUTINE != 0 {
                return Err(th
                    .base
                    .runtime_error(format_args!("cannot reuse already awaited coroutine")));
            }
            Ok(Resumed::Returned(Value::none()))
        }
        Ok(state) => {
            if state == CREATED && !value.is_none() {
                g.header.set_aux(CREATED);
                let what = kind(g);
                return Err(th.base.type_error(format_args!(
                    "can't send non-None value to a just-started {what}"
                )));
            }
            let regs = prepare(g, value);
            // SAFETY: the generator frame is linked and flagged by `run_generator`.
            run_generator(th, g, |th| unsafe { crate::dispatch::enter(th, regs) })
        }
    }
}

/// Pushes the sent value and gives the registers with which execution goes on. After [`Generator::begin`].
#[inline(always)]
pub fn prepare(g: &Generator, value: Value) -> Regs {
    let fp = g.frame_ptr();
    // SAFETY: the caller executes the generator; its frame has room for the value that a suspension popped.
    unsafe {
        let mut r = Regs { ip: (*fp).ip.add(1), sp: (*fp).sp, fp };
        r.push(value);
        r
    }
}

fn run_generator(
    th: &mut VmThread,
    g: &'static Generator,
    enter: impl FnOnce(&mut VmThread) -> u64,
) -> R<Resumed> {
    let prev = th.frame;
    let low = th.base.native_stack_low() || th.base.recursion_remaining <= 0;
    g.link(th, prev);
    if low {
        g.unlink(th);
        th.frame = prev;
        g.header.set_aux(SUSPENDED);
        return Err(frame::overflow(th));
    }
    // SAFETY: this thread executes the generator.
    unsafe { (*g.frame_ptr()).flags |= frame::ENTRY };
    let word = enter(th);
    let v = frame::result(th, word)?;
    Ok(if g.state() == COMPLETED { Resumed::Returned(v) } else { Resumed::Yielded(v) })
}

/// Raises the current exception inside the generator, at its suspension.
pub fn raise_into(th: &mut VmThread, g: &'static Generator, e: Raised) -> R<Resumed> {
    match g.begin(th) {
        Err(Refused::Executing) => {
            th.base.take_exception(e);
            Err(already_executing(th, g))
        }
        Err(Refused::Completed) => {
            if g.code().flags & co::COROUTINE != 0 {
                th.base.take_exception(e);
                return Err(th
                    .base
                    .runtime_error(format_args!("cannot reuse already awaited coroutine")));
            }
            Err(e)
        }
        Ok(_) => {
            let fp = g.frame_ptr();
            // A frame may have been suspended in another thread's copy of the code.
            crate::uops::flow::relocate(th, fp)?;
            // SAFETY: this thread executes the generator.
            let regs = unsafe { Regs { ip: (*fp).ip, sp: (*fp).sp, fp } };
            // SAFETY: the generator frame is linked and flagged by `run_generator`.
            run_generator(th, g, |th| unsafe { crate::dispatch::enter_raising(th, regs) })
        }
    }
}

#[cold]
fn already_executing(th: &mut VmThread, g: &Generator) -> Raised {
    let what = kind(g);
    th.base.value_error(format_args!("{what} already executing"))
}

fn kind(g: &Generator) -> &'static str {
    let f = g.code().flags;
    if f & co::COROUTINE != 0 {
        "coroutine"
    } else if f & co::ASYNC_GENERATOR != 0 {
        "async generator"
    } else {
        "generator"
    }
}

// ---- the protocol

/// `next(g)`
pub fn next(th: &mut Thread, v: Value) -> R<Option<Value>> {
    let th = VmThread::of(th);
    match resume_with(th, this(v), Value::none())? {
        Resumed::Yielded(v) => Ok(Some(v)),
        Resumed::Returned(v) if v.is_none() => Ok(None),
        Resumed::Returned(v) => Err(th.base.stop_iteration(v)),
    }
}

/// The send slot.
pub fn send_slot(th: &mut Thread, v: Value, x: Value) -> R<SendResult> {
    match resume_with(VmThread::of(th), this(v), x)? {
        Resumed::Yielded(v) => Ok(SendResult::Yield(v)),
        Resumed::Returned(v) => Ok(SendResult::Return(v)),
    }
}

/// A value, or StopIteration with what it returned.
pub(super) fn yielded(th: &mut Thread, r: Resumed) -> R {
    match r {
        Resumed::Yielded(v) => Ok(v),
        Resumed::Returned(v) => Err(th.stop_iteration(v)),
    }
}

/// `g.send(x)`
pub fn send_method(th: &mut Thread, v: Value, x: Value) -> R {
    let r = resume_with(VmThread::of(th), this(v), x)?;
    yielded(th, r)
}

/// `g.throw(...)`
pub fn throw_method(th: &mut Thread, v: Value, args: &[Value]) -> R {
    if args.len() > 1 {
        (th.hooks.warn)(
            th,
            &exc::DEPRECATION_WARNING,
            "the (type, exc, tb) signature of throw() is deprecated, use the single-arg signature instead.",
        )?;
    }
    let r = throw(VmThread::of(th), this(v), args)?;
    yielded(th, r)
}

/// Makes the exception that `throw(type, value, traceback)` raises and sets it.
pub(super) fn set_thrown(th: &mut Thread, args: &[Value]) -> R<Raised> {
    let (ty, value) = (args[0], args.get(1).copied().filter(|v| !v.is_none()));
    let tb = args.get(2).copied().filter(|v| !v.is_none());
    if let Some(tb) = tb
        && !tb.is_exact::<super::traceback::Traceback>()
    {
        return Err(
            th.type_error(format_args!("throw() third argument must be a traceback object"))
        );
    }
    let e = if let Some(t) = ty.cast_type().filter(|t| t.is_subtype(exc::BASE_EXCEPTION.ty())) {
        match value {
            Some(v) if v.type_of().is_subtype(t) => v,
            Some(v) => match v.cast::<Tuple>() {
                Some(t) => heddle_object::ops::call::call(th, ty, t.as_slice(), None)?,
                None => heddle_object::ops::call1(th, ty, v)?,
            },
            None => heddle_object::ops::call0(th, ty)?,
        }
    } else if ty.is_instance(&exc::BASE_EXCEPTION) {
        if value.is_some() {
            return Err(
                th.type_error(format_args!("instance exception may not have a separate value"))
            );
        }
        ty
    } else {
        let tn = ty.type_of().name();
        return Err(th.type_error(format_args!(
            "exceptions must be classes or instances deriving from BaseException, not {tn}"
        )));
    };
    if let (Some(tb), Some(x)) = (tb, e.cast::<heddle_object::types::Exception>()) {
        x.traceback.set(Some(tb));
    }
    Ok(th.restore_exception(e))
}

/// `throw`: into the delegate first, if there is one.
pub fn throw(th: &mut VmThread, g: &'static Generator, args: &[Value]) -> R<Resumed> {
    if let Some(d) = g.delegate() {
        let is_exit = args[0].cast_type().is_some_and(|t| t.is_subtype(exc::GENERATOR_EXIT.ty()))
            || args[0].is_instance(&exc::GENERATOR_EXIT);
        if is_exit {
            if g.begin(th).is_err() {
                return Err(already_executing(th, g));
            }
            let closed = close_delegate(th, d);
            g.header.set_aux(DELEGATING);
            if let Err(e) = closed {
                return raise_into(th, g, e);
            }
        } else {
            if g.begin(th).is_err() {
                return Err(already_executing(th, g));
            }
            let r = throw_delegate(th, g, d, args);
            if g.state() == EXECUTING {
                g.header.set_aux(DELEGATING);
            }
            match r {
                Err(e) => return delegate_raised(th, g, e),
                Ok(Some(v)) => return Ok(Resumed::Yielded(v)),
                // The delegate cannot be thrown into: raise here.
                Ok(None) => {}
            }
        }
    }
    let e = set_thrown(&mut th.base, args)?;
    raise_into(th, g, e)
}

/// Throws into what a generator delegates to; nothing when it has no `throw`.
fn throw_delegate(
    th: &mut VmThread,
    g: &'static Generator,
    d: Value,
    args: &[Value],
) -> R<Option<Value>> {
    // The delegating frame belongs to the chain meanwhile, for tracebacks and `sys._getframe`.
    let prev = th.frame;
    g.link(th, prev);
    let r = throw_delegate_inner(th, d, args);
    g.unlink(th);
    th.frame = prev;
    r
}

fn throw_delegate_inner(th: &mut VmThread, d: Value, args: &[Value]) -> R<Option<Value>> {
    if d.is_exact::<Generator>() || d.is_type(&super::coroutine::COROUTINE) {
        let r = throw(th, this(d), args)?;
        return yielded(&mut th.base, r).map(Some);
    }
    let name = heddle_object::names::n().throw;
    match heddle_object::attr::getattr_optional(&mut th.base, d, name)? {
        Some(m) => heddle_object::ops::call::call(&mut th.base, m, args, None).map(Some),
        None => Ok(None),
    }
}

/// The delegate finished or raised while something was thrown into it.
fn delegate_raised(th: &mut VmThread, g: &'static Generator, e: Raised) -> R<Resumed> {
    // `yield from` sees the exception at its `SEND`: the handler there turns StopIteration into the value.
    raise_into(th, g, e)
}

/// Closes what a generator delegates to.
fn close_delegate(th: &mut VmThread, d: Value) -> R<()> {
    if d.is_exact::<Generator>() || d.is_type(&super::coroutine::COROUTINE) {
        return close(th, this(d)).map(|_| ());
    }
    let name = heddle_object::names::n().close;
    match heddle_object::attr::getattr_optional(&mut th.base, d, name) {
        Ok(Some(m)) => heddle_object::ops::call0(&mut th.base, m).map(|_| ()),
        Ok(None) => Ok(()),
        Err(e) => {
            report_unraisable(&mut th.base, e, d);
            Ok(())
        }
    }
}

fn report_unraisable(th: &mut Thread, e: Raised, v: Value) {
    (th.hooks.unraisable)(th, e, "Exception ignored in", Some(v));
}

/// `g.close()`
pub fn close(th: &mut VmThread, g: &'static Generator) -> R {
    match g.state() {
        CREATED => {
            if g.begin(th).is_ok() {
                g.header.set_aux(COMPLETED);
            }
            return Ok(Value::none());
        }
        COMPLETED => return Ok(Value::none()),
        EXECUTING => return Err(already_executing(th, g)),
        _ => {}
    }
    let mut delegate_error = None;
    if let Some(d) = g.delegate() {
        if g.begin(th).is_err() {
            return Err(already_executing(th, g));
        }
        let r = close_delegate(th, d);
        g.header.set_aux(DELEGATING);
        delegate_error = r.err();
    }
    let e = match delegate_error {
        Some(e) => e,
        None => th.base.raise_with(&exc::GENERATOR_EXIT, &[]),
    };
    match raise_into(th, g, e) {
        Ok(Resumed::Yielded(_)) => {
            let what = kind(g);
            Err(th.base.runtime_error(format_args!("{what} ignored GeneratorExit")))
        }
        Ok(Resumed::Returned(v)) => Ok(v),
        Err(e) => {
            if th.base.exception_is(&exc::STOP_ITERATION)
                || th.base.exception_is(&exc::GENERATOR_EXIT)
            {
                th.base.take_exception(e);
                return Ok(Value::none());
            }
            Err(e)
        }
    }
}

/// `g.close()` as a method.
pub fn close_method(th: &mut Thread, v: Value) -> R {
    close(VmThread::of(th), this(v))
}

/// What the collector calls before it frees a generator: runs its `finally` blocks.
pub fn finalize(th: &mut Thread, v: Value) -> R<()> {
    let g = this(v);
    if matches!(g.state(), COMPLETED | EXECUTING) {
        return Ok(());
    }
    let th = VmThread::of(th);
    if g.code().flags & co::COROUTINE != 0 && g.state() == CREATED {
        super::coroutine::never_awaited(th, g);
        return Ok(());
    }
    if g.state() == CREATED {
        return Ok(());
    }
    if g.is_async_gen()
        && let Some(f) = g.origin.get()
    {
        // The event loop's hook closes it.
        return heddle_object::ops::call1(&mut th.base, f, v).map(|_| ());
    }
    close(th, g).map(|_| ())
}

fn repr(th: &mut Thread, v: Value) -> R {
    let g = this(v);
    let q = g
        .qualname
        .get()
        .and_then(|q| q.cast::<Str>())
        .map_or_else(String::new, |s| s.to_string_lossy().into_owned());
    let text = format!("<{} object {q} at {:#x}>", v.type_of().name(), v.word());
    Str::new(th, &text).map(|s| Value::from_ref(s))
}

/// `__repr__` for the other two types.
pub(super) const REPR: fn(&mut Thread, Value) -> R = repr;

pub(super) fn set_name(th: &mut Thread, v: Value, x: Option<Value>) -> R<()> {
    match x {
        Some(s) if s.cast::<Str>().is_some() => {
            this(v).name.set(x);
            Ok(())
        }
        _ => Err(th.type_error(format_args!("__name__ must be set to a string object"))),
    }
}

pub(super) fn set_qualname(th: &mut Thread, v: Value, x: Option<Value>) -> R<()> {
    match x {
        Some(s) if s.cast::<Str>().is_some() => {
            this(v).qualname.set(x);
            Ok(())
        }
        _ => Err(th.type_error(format_args!("__qualname__ must be set to a string object"))),
    }
}

/// The state that `YIELD_VALUE` leaves, from what the `RESUME` behind it says.
pub fn state_after_yield(resume_arg: u32) -> u32 {
    if resume_arg & resume::LOCATION_MASK >= resume::AFTER_YIELD_FROM {
        DELEGATING
    } else {
        SUSPENDED
    }
}

/// For the list of types: functions whose calls make one.
pub fn is_generator_function(f: &Function) -> bool {
    f.code().flags & co::GENERATOR != 0
}

//! `frame`: a frame as Python code sees it.
//!
//! The object is made when somebody asks for it and points at the live frame. When that frame ends, its words move into
//! the room that the object has for them, so nothing but a copy happens then.

use crate::frame::{self, Frame, HEADER_WORDS, Stack};
use crate::thread::VmThread;
use crate::types::cell::CellObject;
use crate::types::code::CodeObject;
use heddle_object::core::header::Header;
use heddle_object::heap::Tracer;
use heddle_object::types::{Dict, Str};
use heddle_object::{
    GetSetDef, MethodDef, R, Slot, Slots, StaticType, Thread, TypeSpec, Value, flags, ops, payload,
};
use heddle_sync::ord;
use heddle_sync::prim::AtomicPtr;
use heddle_tlbc::defs::operands::{co, fast};

mod proxy;
pub use proxy::LOCALS_PROXY;

/// See the module's text. Room for the frame's fast variables lies behind the struct.
#[repr(C)]
pub struct FrameObject {
    /// Cell header.
    pub header: Header,
    /// The frame: the live one, or `copy`.
    frame: AtomicPtr<Frame>,
    /// `f_back`, known once the frame has ended.
    back: Slot,
    /// `f_trace`
    pub trace: Slot,
    /// Names that were added to `f_locals` and are no variables.
    pub extra: Slot,
    /// `f_trace_lines`, `f_trace_opcodes` as bits 0 and 1.
    trace_flags: Slot,
    words: u64,
    copy: Frame,
}
payload!(FrameObject, FRAME);

const COPY_AT: usize = std::mem::offset_of!(FrameObject, copy);

unsafe fn trace(cell: *mut u8, t: &mut Tracer) {
    // SAFETY: called with a frame object; a live frame is reported by its thread or its generator, which the interior
    // pointer keeps alive.
    unsafe {
        let f = &*(cell as *const FrameObject);
        for s in [&f.back, &f.trace, &f.extra, &f.trace_flags] {
            t.word(Value::slot_word(s.get()));
        }
        let fp = f.fp();
        if f.is_detached() {
            super::generator::trace_frame(&*fp, t);
        } else {
            t.interior(fp);
        }
        t.word(f.copy.code as u64);
    }
}

/// `frame`
pub static FRAME: StaticType = StaticType::new(TypeSpec {
    name: "frame",
    basicsize: size_of::<FrameObject>(),
    flags: flags::DISALLOW_INSTANTIATION,
    trace,
    var_size: Some(bytes),
    slots: Slots { repr: Some(repr), ..Slots::NONE },
    getset: &[
        GetSetDef::ro("f_back", |th, v| this(v).back(VmThread::of(th)), ""),
        GetSetDef::ro("f_code", |_, v| Ok(Value::from_ref(this(v).code())), ""),
        GetSetDef::ro("f_globals", |_, v| Ok(this(v).frame().globals_value()), ""),
        GetSetDef::ro("f_builtins", |_, v| Ok(this(v).frame().builtins()), ""),
        GetSetDef::ro("f_locals", f_locals, ""),
        GetSetDef::ro("f_lasti", |_, v| Ok(Value::small_int(2 * this(v).frame().pc() as i64)), ""),
        GetSetDef::rw("f_lineno", f_lineno, set_lineno, ""),
        GetSetDef::rw(
            "f_trace",
            |_, v| Ok(this(v).trace.get().unwrap_or_else(Value::none)),
            set_trace,
            "",
        ),
        GetSetDef::rw(
            "f_trace_lines",
            |_, v| Ok(Value::bool(!this(v).flag(1))),
            |th, v, x| this(v).set_flag(th, 1, x, true),
            "",
        ),
        GetSetDef::rw(
            "f_trace_opcodes",
            |_, v| Ok(Value::bool(this(v).flag(2))),
            |th, v, x| this(v).set_flag(th, 2, x, false),
            "",
        ),
        GetSetDef::ro("f_generator", f_generator, ""),
    ],
    methods: &[MethodDef::noargs(
        "clear",
        clear,
        "clear($self, /)\n--\n\nClear all references held by the frame.",
    )],
    ..TypeSpec::DEFAULT
});

unsafe fn bytes(cell: *const u8) -> usize {
    // SAFETY: called with a frame object.
    COPY_AT + 8 * unsafe { (*(cell as *const FrameObject)).words } as usize
}

fn this(v: Value) -> &'static FrameObject {
    // SAFETY: slots of the type are called with its instances only; it has no subclasses.
    unsafe { v.cast_unchecked::<FrameObject>() }
}

impl FrameObject {
    /// The frame, live or ended.
    pub fn fp(&self) -> *mut Frame {
        // ORDERING: Acquire; pairs with the Release in `detach`. Carries: the copied words.
        self.frame.load(ord!("frame.fp", Acquire))
    }
    /// The same as a reference.
    pub fn frame(&self) -> &'static Frame {
        // SAFETY: live as long as the object points to it, or inside the object.
        unsafe { &*self.fp() }
    }
    /// Whether the frame has ended.
    pub fn is_detached(&self) -> bool {
        std::ptr::eq(self.fp(), &self.copy)
    }
    /// The code object.
    pub fn code(&self) -> &'static CodeObject {
        self.copy.code()
    }
    fn flag(&self, bit: i64) -> bool {
        self.trace_flags.get().and_then(|v| v.as_small_int()).unwrap_or(0) & bit != 0
    }
    fn set_flag(&self, th: &mut Thread, bit: i64, v: Option<Value>, inverted: bool) -> R<()> {
        let on = match v {
            Some(v) if v.is_true_singleton() || v.is_false_singleton() => v.is_true_singleton(),
            Some(v) => ops::is_true(th, v)?,
            None => return Err(th.attribute_error(format_args!("cannot delete attribute"))),
        };
        let old = self.trace_flags.get().and_then(|v| v.as_small_int()).unwrap_or(0);
        let new = if on != inverted { old | bit } else { old & !bit };
        self.trace_flags.set(Some(Value::small_int(new)));
        Ok(())
    }
    /// `f_back`
    pub fn back(&self, th: &mut VmThread) -> R {
        if self.is_detached() {
            return Ok(self.back.get().unwrap_or_else(Value::none));
        }
        let prev = frame::skip_incomplete(self.frame().prev);
        if prev.is_null() { Ok(Value::none()) } else { object(th, prev) }
    }
}

/// The object of a frame, made when there is none yet.
///
/// **Errors:** MemoryError. **Escapes:** no.
pub fn object(th: &mut VmThread, fp: *mut Frame) -> R {
    // SAFETY: a live frame of this thread, or of a generator that does not run elsewhere.
    unsafe {
        if let Some(v) = Value::from_slot((*fp).frame_obj) {
            return Ok(v);
        }
        let words = HEADER_WORDS + (*fp).code().nlocalsplus as usize;
        let p = th.base.alloc_zeroed(COPY_AT + 8 * words)? as *mut FrameObject;
        (&raw mut (*p).header).write(Header::new(FRAME.shape(), th.base.slot.owner(), 0));
        (&raw mut (*p).frame).write(AtomicPtr::new(fp));
        (&raw mut (*p).words).write(words as u64);
        (*p).copy.code = (*fp).code;
        let v = Value::from_ptr(p);
        (*fp).frame_obj = v.word();
        Ok(v)
    }
}

/// Moves the words of a frame that ends into its object.
#[cold]
#[inline(never)]
pub fn detach(th: &mut VmThread, fp: *mut Frame) {
    // SAFETY: the frame that ends, of this thread.
    unsafe {
        let Some(v) = Value::from_slot((*fp).frame_obj) else { return };
        let o = this(v);
        (*fp).sp = (*fp).stack_base();
        // The caller's object is needed for `f_back`; that it cannot be made must not stop the return.
        let prev = frame::skip_incomplete((*fp).prev);
        if !prev.is_null() {
            let pending = th.base.exception.take();
            if let Ok(b) = object(th, prev) {
                o.back.set(Some(b));
            }
            th.base.exception = pending;
        }
        let to = &raw const o.copy as *mut Frame;
        std::ptr::copy_nonoverlapping(fp as *const u64, to as *mut u64, o.words as usize);
        (*to).prev = std::ptr::null_mut();
        (*to).frame_obj = 0;
        (*to).flags = 0;
        (*to).sp = Stack((to as *mut u64).add(o.words as usize));
        (*fp).frame_obj = 0;
        // ORDERING: Release; pairs with the Acquire in `fp`.
        o.frame.store(to, ord!("frame.detach", Release));
        heddle_object::heap::write_barrier(o as *const FrameObject as *const u8, 0);
    }
}

fn repr(th: &mut Thread, v: Value) -> R {
    let o = this(v);
    let code = o.code();
    let line = o.frame().line().map_or("None".to_string(), |l| l.to_string());
    let file = Str::new(th, &code.filename_text())?;
    let file = ops::repr(th, Value::from_ref(file))?.to_string_lossy();
    let text =
        format!("<frame at {:#x}, file {file}, line {line}, code {}>", v.word(), code.name_text());
    Str::new(th, &text).map(|s| Value::from_ref(s))
}

fn f_lineno(_: &mut Thread, v: Value) -> R {
    Ok(this(v).frame().line().map_or_else(Value::none, |l| Value::small_int(l.into())))
}

fn set_lineno(th: &mut Thread, _v: Value, _x: Option<Value>) -> R<()> {
    Err(th.value_error(format_args!("f_lineno can only be set in a trace function")))
}

fn set_trace(_: &mut Thread, v: Value, x: Option<Value>) -> R<()> {
    this(v).trace.set(x.filter(|x| !x.is_none()));
    Ok(())
}

fn f_generator(_: &mut Thread, v: Value) -> R {
    let o = this(v);
    if !o.is_detached() && o.frame().flags & frame::GENERATOR != 0 {
        // SAFETY: the flag says so.
        return Ok(unsafe { super::generator::Generator::of_frame(o.fp()) }.value());
    }
    Ok(Value::none())
}

fn f_locals(th: &mut Thread, v: Value) -> R {
    let o = this(v);
    if o.code().flags & co::OPTIMIZED == 0
        && let Some(l) = o.frame().locals()
    {
        return Ok(l);
    }
    proxy::new(th, v)
}

fn clear(th: &mut Thread, v: Value) -> R {
    let o = this(v);
    if !o.is_detached() {
        let f = o.frame();
        if f.flags & frame::GENERATOR == 0 {
            return Err(th.runtime_error(format_args!("cannot clear an executing frame")));
        }
        // SAFETY: the flag says so.
        let g = unsafe { super::generator::Generator::of_frame(o.fp()) };
        if g.state() == super::generator::EXECUTING {
            return Err(th.runtime_error(format_args!("cannot clear an executing frame")));
        }
        if matches!(g.state(), super::generator::SUSPENDED | super::generator::DELEGATING) {
            return Err(th.runtime_error(format_args!("cannot clear a suspended frame")));
        }
        super::generator::close(VmThread::of(th), g)?;
        return Ok(Value::none());
    }
    for i in 0..o.code().nlocalsplus as usize {
        o.frame().set_local(i, None);
    }
    o.trace.set(None);
    Ok(Value::none())
}

/// The value of fast variable `i` as `locals()` shows it: through its cell; nothing when unbound or hidden.
pub fn visible_local(f: &Frame, i: usize) -> Option<Value> {
    let kind = f.code().local_kind(i);
    if kind & fast::HIDDEN != 0 {
        return None;
    }
    let v = match f.local(i) {
        Some(v) => v,
        // A generator or function whose cells are not copied yet.
        None if kind & fast::FREE != 0 => {
            let code = f.code();
            let first = code.nlocalsplus as usize - code.nfrees as usize;
            *f.func()?.closure()?.as_slice().get(i - first)?
        }
        None => return None,
    };
    if kind & (fast::CELL | fast::FREE) != 0
        && let Some(c) = v.cast::<CellObject>()
    {
        return c.get();
    }
    Some(v)
}

/// `locals()` of a frame: its mapping, or a fresh dict of its variables.
pub fn locals(th: &mut VmThread, fp: *mut Frame) -> R {
    // SAFETY: a live frame of this thread.
    let f = unsafe { &*fp };
    if let Some(l) = f.locals() {
        return Ok(l);
    }
    let d = Dict::new(&mut th.base)?;
    for i in 0..f.code().nlocalsplus as usize {
        if let Some(v) = visible_local(f, i) {
            d.set_item(&mut th.base, Value::from_ref(f.code().local_name(i)), v)?;
        }
    }
    // SAFETY: 0 or a frame object.
    if let Some(o) = unsafe { Value::from_slot(f.frame_obj) }
        && let Some(extra) = this(o).extra.get().and_then(|e| e.cast::<Dict>())
    {
        let mut pos = 0;
        while let Some((k, v)) = extra.next(&mut pos) {
            d.set_item(&mut th.base, k, v)?;
        }
    }
    Ok(Value::from_ref(d))
}

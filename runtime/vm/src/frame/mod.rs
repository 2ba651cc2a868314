//! Frames: what a running piece of Python code consists of.
//!
//! Owns the layout of a frame and the stack that frames of functions lie on. A frame is a header of words, then the fast
//! variables (`localsplus`), then the evaluation stack; the same layout lies at the end of a generator's cell. `fp`
//! points to the header wherever it is.
//!
//! Invariants: words of `localsplus` and of the stack below `sp` are values or 0 (absent). `ip` and `sp` of a frame are
//! current whenever its thread may be looked at: at calls, and before anything that may allocate. So the collector scans
//! each frame up to its saved `sp`.
//!
//! Read next: `stack`, then `uops` for what runs on it. **Source:** CPython's `pycore_interpframe.h`.

pub mod stack;

use crate::thread::VmThread;
use crate::types::code::CodeObject;
use crate::types::function::Function;
use heddle_object::types::Dict;
use heddle_object::{R, Value};
use heddle_tlbc::Unit;
use std::cell::UnsafeCell;

/// The evaluator returns to native code when this frame returns.
pub const ENTRY: u16 = 1;
/// The frame lies in a generator, coroutine or asynchronous generator.
pub const GENERATOR: u16 = 2;
/// `__init__` run by a call of a class: what it returns must be None and is dropped.
pub const INIT: u16 = 4;

/// Header of a frame.
#[repr(C)]
pub struct Frame {
    /// The caller's frame.
    pub prev: *mut Frame,
    /// The instruction that runs or ran last.
    pub ip: *const Unit,
    /// One past the top of the evaluation stack, when the frame is not the running one or has saved it.
    pub sp: Stack,
    /// The code object.
    pub code: *const CodeObject,
    /// The function, or 0.
    pub func: u64,
    /// Global names.
    pub globals: *const Dict,
    /// Built-in names: a dict, or any mapping.
    pub builtins: u64,
    /// Local names of a class or module body; 0 where locals are fast variables.
    pub locals: u64,
    /// The frame object, once somebody asked for it.
    pub frame_obj: u64,
    /// Which copy of the bytecode `ip` points into.
    pub tlbc: u32,
    /// `ENTRY`, `GENERATOR`, `INIT`.
    pub flags: u16,
    /// Units from `ip` to where execution goes on when the callee returns.
    pub ret: u16,
    /// Fast variables and stack begin here. That they are cells tells the compiler that they change behind shared
    /// references to the header.
    words: [UnsafeCell<u64>; 0],
}

/// Words of the header.
pub const HEADER_WORDS: usize = size_of::<Frame>() / 8;
const _: () = assert!(size_of::<Frame>().is_multiple_of(8));

impl Frame {
    /// The code object.
    #[inline(always)]
    pub fn code(&self) -> &'static CodeObject {
        // SAFETY: frames are made with a code object, which they keep alive.
        unsafe { &*self.code }
    }

    /// Global names.
    #[inline(always)]
    pub fn globals(&self) -> &'static Dict {
        // SAFETY: frames are made with a globals dict, which they keep alive.
        unsafe { &*self.globals }
    }

    /// Global names, for code that may run any mapping's methods.
    #[inline(always)]
    pub fn globals_value(&self) -> Value {
        Value::from_ref(self.globals())
    }

    /// Built-in names.
    #[inline(always)]
    pub fn builtins(&self) -> Value {
        // SAFETY: frames are made with a value here.
        unsafe { Value::from_word(self.builtins) }
    }

    /// The mapping of local names, if the frame has one.
    #[inline(always)]
    pub fn locals(&self) -> Option<Value> {
        // SAFETY: a value or 0.
        unsafe { Value::from_slot(self.locals) }
    }

    /// The function, if the frame has one.
    #[inline(always)]
    pub fn func(&self) -> Option<&'static Function> {
        // SAFETY: 0 or a function.
        unsafe { (self.func as *const Function).as_ref() }
    }

    /// Address of fast variable `i`.
    #[inline(always)]
    pub fn local_ptr(&self, i: usize) -> *mut u64 {
        // SAFETY: the fast variables lie behind the header; `i` is in range by the code's making.
        unsafe { (self as *const Frame as *mut u64).add(HEADER_WORDS + i) }
    }

    /// Fast variable `i`.
    #[inline(always)]
    pub fn local(&self, i: usize) -> Option<Value> {
        // SAFETY: words of fast variables are values or 0.
        unsafe { Value::from_slot(*self.local_ptr(i)) }
    }

    /// Sets fast variable `i`.
    #[inline(always)]
    pub fn set_local(&self, i: usize, v: Option<Value>) {
        // SAFETY: as `local_ptr`; only the frame's own thread writes, or the world is stopped.
        unsafe { *self.local_ptr(i) = Value::slot_word(v) }
    }

    /// Bottom of the evaluation stack.
    #[inline(always)]
    pub fn stack_base(&self) -> Stack {
        Stack(self.local_ptr(self.code().nlocalsplus as usize))
    }

    /// First unit of the copy that `ip` points into.
    #[inline(always)]
    pub fn base(&self) -> *const Unit {
        let code = self.code();
        if self.tlbc == 0 { code.main } else { code.code().base(self.tlbc).unwrap_or(code.main) }
    }

    /// Index of the unit of the current instruction.
    #[inline]
    pub fn pc(&self) -> usize {
        // SAFETY: `ip` points into the copy named by `tlbc`.
        unsafe { self.ip.offset_from(self.base()) }.max(0) as usize
    }

    /// The line being executed.
    pub fn line(&self) -> Option<u32> {
        self.code().line_at(self.pc())
    }

    /// Whether the code before the first `RESUME` is still running: such a frame is not shown to anybody.
    pub fn is_incomplete(&self) -> bool {
        self.flags & GENERATOR == 0 && self.pc() < self.code().code().first_traceable()
    }
}

/// One past the top of an evaluation stack.
#[derive(Clone, Copy, PartialEq, Eq)]
#[repr(transparent)]
pub struct Stack(pub *mut u64);

impl Stack {
    /// The n-th word from the top (1 is the top).
    #[inline(always)]
    pub fn word(self, n: usize) -> u64 {
        // SAFETY: the code's stack depth covers it.
        unsafe { *self.0.sub(n) }
    }
    /// The n-th value from the top (1 is the top), which is there.
    #[inline(always)]
    pub fn get(self, n: usize) -> Value {
        debug_assert!(self.word(n) != 0);
        // SAFETY: words of the stack are values or 0, and the caller knows that this one is a value.
        unsafe { Value::from_word(self.word(n)) }
    }
    /// The n-th value from the top, or nothing.
    #[inline(always)]
    pub fn opt(self, n: usize) -> Option<Value> {
        // SAFETY: words of the stack are values or 0.
        unsafe { Value::from_slot(self.word(n)) }
    }
    /// Replaces the n-th value from the top.
    #[inline(always)]
    pub fn set(self, n: usize, v: Value) {
        // SAFETY: as `word`.
        unsafe { *self.0.sub(n) = v.word() }
    }
    /// Replaces the n-th word from the top.
    #[inline(always)]
    pub fn set_word(self, n: usize, w: u64) {
        // SAFETY: as `word`.
        unsafe { *self.0.sub(n) = w }
    }
    /// The top `n` values, lowest first, all of which are there.
    #[inline(always)]
    pub fn top(self, n: usize) -> &'static [Value] {
        // SAFETY: `Value` is one word that is not 0; the caller knows that these are values.
        unsafe { std::slice::from_raw_parts(self.0.sub(n) as *const Value, n) }
    }
    /// The stack without its top `n` words.
    #[inline(always)]
    pub fn down(self, n: usize) -> Stack {
        // SAFETY: stays within the frame.
        Stack(unsafe { self.0.sub(n) })
    }
    /// The stack with `n` words more.
    #[inline(always)]
    pub fn up(self, n: usize) -> Stack {
        // SAFETY: stays within the frame: the code's stack size is what the compiler computed.
        Stack(unsafe { self.0.add(n) })
    }
    /// Words above `base`.
    #[inline(always)]
    pub fn depth(self, base: Stack) -> usize {
        // SAFETY: both lie in one frame.
        unsafe { self.0.offset_from_unsigned(base.0) }
    }
}

/// Pushes a frame for `func` with unset fast variables; null when the stack or the recursion limit is used up.
///
/// The caller fills *all* fast variables before anything that may allocate.
#[inline(always)]
pub fn push(th: &mut VmThread, func: &Function, code: &CodeObject, prev: *mut Frame) -> *mut Frame {
    let fp = th.top as *mut Frame;
    // SAFETY: the region reaches `limit` and a page beyond it; a frame's size is checked when its code is made.
    let end = unsafe { th.top.add(code.frame_words as usize) };
    if end > th.limit || th.base.recursion_remaining <= 0 {
        return std::ptr::null_mut();
    }
    th.base.recursion_remaining -= 1;
    th.top = end;
    let index = th.tlbc_index;
    let (base, tlbc) = if index == 0 {
        (code.main, 0)
    } else {
        match code.code().base(index) {
            Some(b) => (b, index),
            None => (code.main, 0),
        }
    };
    // SAFETY: fresh memory of the frame stack.
    unsafe {
        fp.write(Frame {
            prev,
            ip: base,
            sp: Stack((fp as *mut u64).add(HEADER_WORDS + code.nlocalsplus as usize)),
            code,
            func: func as *const Function as u64,
            globals: func.globals_ptr(),
            builtins: func.builtins_word(),
            locals: 0,
            frame_obj: 0,
            tlbc,
            flags: 0,
            ret: 0,
            words: [],
        });
    }
    fp
}

/// Takes the top frame of the frame stack off.
///
/// # Safety
/// - `fp` is the top frame of the frame stack, not one in a generator.
#[inline(always)]
pub unsafe fn pop(th: &mut VmThread, fp: *mut Frame) {
    // SAFETY: the caller's promise.
    if unsafe { (*fp).frame_obj } != 0 {
        crate::types::frame::detach(th, fp);
    }
    th.top = fp as *mut u64;
    th.base.recursion_remaining += 1;
}

/// Raises RecursionError after [`push`] gave null.
#[cold]
#[inline(never)]
pub fn overflow(th: &mut VmThread) -> heddle_object::Raised {
    // Room for the handlers, as CPython gives.
    th.base.recursion_remaining += 50;
    let e = th.base.recursion_error(format_args!("maximum recursion depth exceeded"));
    th.base.recursion_remaining -= 50;
    e
}

/// The frame of Python code that runs now, without those that have not begun; null when there is none.
pub fn current(th: &VmThread) -> *mut Frame {
    skip_incomplete(th.frame)
}

/// `fp`, or the nearest caller that has begun.
pub fn skip_incomplete(mut fp: *mut Frame) -> *mut Frame {
    // SAFETY: frames of the chain are alive.
    while let Some(f) = unsafe { fp.as_ref() } {
        if !f.is_incomplete() {
            break;
        }
        fp = f.prev;
    }
    fp
}

/// Value or error of a word that an evaluator returned.
#[inline(always)]
pub fn result(th: &VmThread, word: u64) -> R {
    // SAFETY: evaluators return values, or 0 with an exception set.
    match unsafe { Value::from_slot(word) } {
        Some(v) => Ok(v),
        None => match th.base.pending() {
            Some(e) => Err(e),
            None => unreachable_exit(),
        },
    }
}

#[cold]
fn unreachable_exit() -> R {
    // An evaluator that returns nothing without an exception is a bug of ours that must not corrupt anything.
    panic!("the evaluator returned neither a value nor an exception")
}

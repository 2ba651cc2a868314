//! The bodies of all instructions, one each, for whichever engine runs them.
//!
//! A body works on [`Regs`] and says with [`Ctl`] where to go on. It is inlined into each engine's handler, so it keeps
//! no value with a destructor and lends no local's address to a function that is not inlined: slow work is done by
//! functions that take and return registers (`Stack` is one). Bodies are grouped by file:
//!
//! `stack` moves values; `names` variables; `attr` attributes; `operator` arithmetic, comparison, truth, subscription;
//! `build` containers and strings; `call` calls; `iter` loops, generators, suspension; `exc` exceptions and `with`;
//! `matching` patterns; `flow` jumps, `RESUME`, imports; `instrumented` the twins.

pub mod attr;
pub mod build;
pub mod call;
pub mod exc;
pub mod flow;
pub mod instrumented;
pub mod iter;
pub mod matching;
pub mod names;
pub mod operator;
pub mod stack;

use crate::frame::{Frame, Stack};
use crate::thread::VmThread;
use heddle_object::Value;
use heddle_tlbc::Unit;

/// Where execution goes on after a body. Falling through and jumping stay apart: merged, they become a conditional move
/// and cost 15 %.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum Ctl {
    /// At the next instruction.
    Next,
    /// At `regs.ip`, maybe in another frame.
    Jump,
    /// At the same instruction, read again (it was specialized).
    Again,
    /// At the generic form of this instruction, with the stack as it was.
    Deopt,
    /// In the handler for the exception that is set; this frame is added to the traceback.
    Error,
    /// The same without an entry in the traceback.
    Reraise,
    /// Out of the evaluator, with `th.result`.
    Exit,
}

/// The registers of the evaluator.
#[derive(Clone, Copy)]
#[repr(C)]
pub struct Regs {
    /// The instruction being executed.
    pub ip: *const Unit,
    /// The stack.
    pub sp: Stack,
    /// The frame.
    pub fp: *mut Frame,
}

impl Regs {
    /// Registers that name nothing.
    pub const NONE: Regs =
        Regs { ip: std::ptr::null(), sp: Stack(std::ptr::null_mut()), fp: std::ptr::null_mut() };

    /// The frame.
    #[inline(always)]
    pub fn frame(&self) -> &'static mut Frame {
        // SAFETY: registers name a live frame of this thread; nobody else writes its header while it runs.
        unsafe { &mut *self.fp }
    }
    /// Saves `ip` and `sp` to the frame: before anything that may allocate, call or be looked at.
    #[inline(always)]
    pub fn save(&self) {
        let f = self.frame();
        f.ip = self.ip;
        f.sp = self.sp;
    }
    /// Pushes a value.
    #[inline(always)]
    pub fn push(&mut self, v: Value) {
        self.push_word(v.word());
    }
    /// Pushes a word that may be 0.
    #[inline(always)]
    pub fn push_word(&mut self, w: u64) {
        self.sp = self.sp.up(1);
        self.sp.set_word(1, w);
    }
    /// Pops a value.
    #[inline(always)]
    pub fn pop(&mut self) -> Value {
        let v = self.sp.get(1);
        self.sp = self.sp.down(1);
        v
    }
    /// Drops `n` words.
    #[inline(always)]
    pub fn drop(&mut self, n: usize) {
        self.sp = self.sp.down(n);
    }
    /// The n-th value from the top (1 is the top).
    #[inline(always)]
    pub fn peek(&self, n: usize) -> Value {
        self.sp.get(n)
    }
    /// Drops `n` words and pushes a value.
    #[inline(always)]
    pub fn replace(&mut self, n: usize, v: Value) {
        self.sp = self.sp.down(n).up(1);
        self.sp.set(1, v);
    }
    /// Word of fast variable `i`.
    #[inline(always)]
    pub fn local(&self, i: u32) -> u64 {
        // SAFETY: words behind the header; the compiler's index is in range.
        unsafe { *self.frame().local_ptr(i as usize) }
    }
    /// Sets fast variable `i`.
    #[inline(always)]
    pub fn set_local(&self, i: u32, w: u64) {
        // SAFETY: as in `local`.
        unsafe { *self.frame().local_ptr(i as usize) = w }
    }
    /// Makes `ip` point `n` units further.
    #[inline(always)]
    pub fn skip(&mut self, n: usize) {
        // SAFETY: stays within the copy: distances come from the compiler.
        self.ip = unsafe { self.ip.add(n) };
    }
    /// Makes `ip` point `n` units back.
    #[inline(always)]
    pub fn back(&mut self, n: usize) {
        // SAFETY: as in `skip`.
        self.ip = unsafe { self.ip.sub(n) };
    }
    /// The counter unit of this instruction.
    #[inline(always)]
    pub fn counter(&self) -> &'static Unit {
        // SAFETY: asked only by instructions with caches.
        unsafe { &*self.ip.add(1) }
    }
    /// The name with this index, interned.
    #[inline(always)]
    pub fn name(&self, i: u32) -> &'static heddle_object::types::Str {
        self.frame().code().name(i as usize)
    }
}

/// The body of an instruction.
pub trait Body {
    /// Executes it.
    fn run(r: &mut Regs, th: &mut VmThread, a: u32) -> Ctl;
}

/// One unit struct an instruction, to hang bodies on.
pub mod op {
    macro_rules! marks {
        ($( #[doc = $doc:literal] $name:ident = $number:literal $text:literal
            ($n:ident: $pops:expr => $pushes:expr) cache $cache:literal of $base:ident [$($flag:ident)*]; )*) => {
            $( #[doc = $doc] pub struct $name; )*
        };
    }
    heddle_tlbc::for_each_opcode!(marks);
}

/// Defines bodies: `body! { Name |regs, thread, argument| { .. } .. }`.
macro_rules! body {
    ($( $(#[$meta:meta])* $name:ident |$r:ident, $th:ident, $a:ident| $code:block )*) => {
        $(
            $(#[$meta])*
            impl $crate::uops::Body for $crate::uops::op::$name {
                #[inline(always)]
                #[allow(unused_variables)]
                fn run($r: &mut $crate::uops::Regs, $th: &mut $crate::thread::VmThread, $a: u32) -> $crate::uops::Ctl $code
            }
        )*
    };
}
pub(crate) use body;

/// Unwraps a result, or goes to the exception handler.
macro_rules! tri {
    ($e:expr) => {
        match $e {
            Ok(v) => v,
            Err(_) => return $crate::uops::Ctl::Error,
        }
    };
}
pub(crate) use tri;

/// Counts the execution of an adaptive instruction; specializes it when the counter has run down.
macro_rules! adapt {
    ($r:ident, $th:ident, $a:ident, $specialize:path) => {
        if heddle_tlbc::counter::tick($r.counter()) {
            $specialize($th, $r.ip, $r.sp, $r.fp, $a);
            return $crate::uops::Ctl::Again;
        }
    };
}
pub(crate) use adapt;

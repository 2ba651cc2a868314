//! Dispatch: one handler an instruction, each ending in a call of the next one through a table.
//!
//! With optimization those calls become jumps (`.ci/check-dispatch` looks at the machine code), so a handler must leave
//! nothing on the native stack: see `uops` for what bodies may do. `th.table` chooses the handlers; recording a trace is
//! another table over the same bodies. Handlers have at most six arguments, all in registers.

use crate::frame::{Frame, Stack};
use crate::thread::VmThread;
use crate::unwind;
use crate::uops::{Body, Ctl, Regs, op};
use heddle_tlbc::Unit;

/// Machine code of an instruction: instruction, stack, frame, thread, argument; gives the evaluator's result.
pub type Handler =
    unsafe extern "C" fn(*const Unit, *mut u64, *mut Frame, &mut VmThread, u64) -> u64;

/// Handlers by opcode number.
pub type Table = [Handler; 256];

/// Goes on at `ip`.
///
/// # Safety
/// - The registers describe a frame of this thread at an instruction boundary.
#[inline(always)]
unsafe fn go(ip: *const Unit, sp: *mut u64, fp: *mut Frame, th: &mut VmThread) -> u64 {
    // SAFETY: `ip` is within a copy of the code; the table has a handler for every number.
    unsafe {
        let word = (*ip).load();
        let handler = *th.table.add(word.op() as usize);
        handler(ip, sp, fp, th, word.arg() as u64)
    }
}

/// Goes on at the same instruction, whose opcode may have changed, with its whole argument.
///
/// # Safety
/// - As [`go`].
#[inline(always)]
unsafe fn again(
    ip: *const Unit,
    sp: *mut u64,
    fp: *mut Frame,
    th: &mut VmThread,
    oparg: u64,
) -> u64 {
    // SAFETY: as in `go`.
    unsafe {
        let handler = *th.table.add((*ip).load().op() as usize);
        handler(ip, sp, fp, th, oparg)
    }
}

macro_rules! handlers {
    ($( #[doc = $doc:literal] $name:ident = $number:literal $text:literal
        ($n:ident: $pops:expr => $pushes:expr) cache $cache:literal of $base:ident [$($flag:ident)*]; )*) => {
        #[allow(non_snake_case)]
        mod handler {
            use super::*;
            $(
                #[doc = $doc]
                pub(super) unsafe extern "C" fn $name(
                    ip: *const Unit,
                    sp: *mut u64,
                    fp: *mut Frame,
                    th: &mut VmThread,
                    oparg: u64,
                ) -> u64 {
                    let mut r = Regs { ip, sp: Stack(sp), fp };
                    let ctl = <op::$name as Body>::run(&mut r, th, oparg as u32);
                    // SAFETY: bodies leave the registers at an instruction boundary.
                    unsafe {
                        match ctl {
                            Ctl::Next => go(r.ip.add(1 + $cache), r.sp.0, r.fp, th),
                            Ctl::Jump => go(r.ip, r.sp.0, r.fp, th),
                            Ctl::Again => again(ip, sp, fp, th, oparg),
                            Ctl::Deopt => super::generic::$base(ip, sp, fp, th, oparg),
                            Ctl::Error => raise(r.ip, r.sp.0, r.fp, th, 0),
                            Ctl::Reraise => reraise(r.ip, r.sp.0, r.fp, th, 0),
                            Ctl::Exit => th.result,
                        }
                    }
                }
            )*
        }
        /// What a failed guard goes on with.
        #[allow(non_snake_case)]
        mod generic {
            pub(super) use super::handler::*;
        }
        static PLAIN: Table = {
            let mut table: Table = [unknown; 256];
            $( table[$number] = handler::$name; )*
            table[heddle_tlbc::Opcode::ExtendedArg as usize] = extended_arg;
            table
        };
    };
}
heddle_tlbc::for_each_opcode!(handlers);

/// The handlers of normal execution.
pub fn plain() -> *const Handler {
    PLAIN.as_ptr()
}

/// A number that no instruction has.
unsafe extern "C" fn unknown(
    ip: *const Unit,
    sp: *mut u64,
    fp: *mut Frame,
    th: &mut VmThread,
    oparg: u64,
) -> u64 {
    // SAFETY: as any handler; `CACHE` raises.
    unsafe { handler::Cache(ip, sp, fp, th, oparg) }
}

/// `EXTENDED_ARG`: shifts the argument and goes on with the next instruction's handler.
unsafe extern "C" fn extended_arg(
    ip: *const Unit,
    sp: *mut u64,
    fp: *mut Frame,
    th: &mut VmThread,
    oparg: u64,
) -> u64 {
    // SAFETY: a prefix is followed by an instruction.
    unsafe {
        let ip = ip.add(1);
        let word = (*ip).load();
        let handler = *th.table.add(word.op() as usize);
        handler(ip, sp, fp, th, oparg << 8 | word.arg() as u64)
    }
}

/// Finds the handler of the exception that is set, after adding this frame to its traceback.
#[cold]
unsafe extern "C" fn raise(
    ip: *const Unit,
    _sp: *mut u64,
    fp: *mut Frame,
    th: &mut VmThread,
    _oparg: u64,
) -> u64 {
    if unwind::unwind(th, ip, fp, true) {
        let r = th.regs;
        // SAFETY: the unwinder found an instruction of a live frame.
        unsafe { go(r.ip, r.sp.0, r.fp, th) }
    } else {
        0
    }
}

/// The same without an entry in the traceback.
#[cold]
unsafe extern "C" fn reraise(
    ip: *const Unit,
    _sp: *mut u64,
    fp: *mut Frame,
    th: &mut VmThread,
    _oparg: u64,
) -> u64 {
    if unwind::unwind(th, ip, fp, false) {
        let r = th.regs;
        // SAFETY: as above.
        unsafe { go(r.ip, r.sp.0, r.fp, th) }
    } else {
        0
    }
}

/// Runs from these registers until the frame with the flag `ENTRY` returns: the word of its value, 0 when it raised.
///
/// # Safety
/// - The registers describe a frame of this thread, which is `th.frame`, at an instruction boundary, and this frame has
///   the flag `ENTRY`.
#[inline(never)]
pub unsafe fn enter(th: &mut VmThread, r: Regs) -> u64 {
    // SAFETY: the caller's promise.
    unsafe { go(r.ip, r.sp.0, r.fp, th) }
}

/// As [`enter`], with the exception that is set raised at the current instruction.
///
/// # Safety
/// - As [`enter`].
#[inline(never)]
pub unsafe fn enter_raising(th: &mut VmThread, r: Regs) -> u64 {
    // SAFETY: the caller's promise.
    unsafe { raise(r.ip, r.sp.0, r.fp, th, 0) }
}

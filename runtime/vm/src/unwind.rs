//! The way of an exception: to the handler in this frame, or out of frame after frame.

use crate::frame::{self, ENTRY, Frame, GENERATOR};
use crate::thread::VmThread;
use crate::types::generator::Generator;
use crate::types::traceback;
use crate::uops::Regs;
use heddle_object::Value;
use heddle_tlbc::{Unit, tables};

/// Finds the handler for the exception that is set, which was raised by the instruction at `ip` in `fp`.
///
/// True: go on with `th.regs`. False: the frame that the evaluator was entered with has been left.
#[cold]
#[inline(never)]
pub fn unwind(th: &mut VmThread, ip: *const Unit, fp: *mut Frame, add_traceback: bool) -> bool {
    let (mut ip, mut fp, mut add) = (ip, fp, add_traceback);
    loop {
        // SAFETY: frames of this evaluator, from the running one outwards.
        let f = unsafe { &mut *fp };
        if add {
            f.ip = ip;
            // What lies on the stack is not needed any more, but may be half pushed.
            f.sp = f.stack_base();
            if !f.is_incomplete() {
                traceback::add(th, fp);
            }
        }
        let base = f.base();
        // SAFETY: `ip` points into the copy that begins at `base`.
        let pc = unsafe { ip.offset_from(base) }.max(0) as usize;
        if let Some(h) = tables::find_handler(&f.code().image().exceptiontable, pc) {
            let mut r = Regs { ip: base, sp: f.stack_base().up(h.depth as usize), fp };
            r.skip(h.target);
            if h.lasti {
                r.push(Value::small_int(f.pc() as i64));
            }
            let e = match th.base.exception.take() {
                Some(e) => e,
                None => heddle_object::types::exceptions::preallocated_memory_error(),
            };
            r.push(e);
            th.regs = r;
            return true;
        }
        let (prev, flags) = (f.prev, f.flags);
        if flags & GENERATOR != 0 {
            // SAFETY: the flag says so.
            unsafe { Generator::of_frame(fp) }.finish(th);
        } else {
            // SAFETY: the running frame is the top one.
            unsafe { frame::pop(th, fp) };
        }
        th.frame = prev;
        if flags & ENTRY != 0 {
            return false;
        }
        fp = prev;
        // SAFETY: a frame without `ENTRY` was called by one of this evaluator.
        ip = unsafe { (*prev).ip };
        add = true;
    }
}

//! Where instrumentation meets the evaluator.
//!
//! `RESUME` compares the version that a code object implements with the thread's and calls [`bring_up_to_date`];
//! instrumented instructions call [`fire`].

use crate::frame::{Frame, Stack};
use crate::thread::VmThread;
use heddle_object::R;
use heddle_tlbc::Opcode;

/// Makes the code of a frame implement the thread's instrumentation version.
pub fn bring_up_to_date(th: &mut VmThread, fp: *mut Frame) -> R<()> {
    // SAFETY: the running frame.
    let code = unsafe { &*fp }.code().code();
    let version = th.base.slot.breaker.version();
    let mut edit = code.edit();
    edit.publish(version);
    Ok(())
}

/// Fires the events of an instruction that is about to run.
pub fn fire(_th: &mut VmThread, _fp: *mut Frame, _sp: Stack, _op: Opcode, _a: u32) -> R<()> {
    Ok(())
}

//! The instrumented twins: they fire events, then do what their plain twin does.

use super::{Body, Ctl, body, op};

/// A twin: `before` fires what is due before the plain body.
macro_rules! twins {
    ($($twin:ident of $plain:ident;)*) => {
        body! {
            $(
                $twin |r, th, a| {
                    r.save();
                    if crate::instrument::fire(th, r.fp, r.sp, heddle_tlbc::Opcode::$plain, a).is_err() {
                        return Ctl::Error;
                    }
                    <op::$plain as Body>::run(r, th, a)
                }
            )*
        }
    };
}

twins! {
    InstrumentedEndFor of EndFor;
    InstrumentedPopIter of PopIter;
    InstrumentedEndSend of EndSend;
    InstrumentedForIter of ForIter;
    InstrumentedJumpForward of JumpForward;
    InstrumentedNotTaken of NotTaken;
    InstrumentedPopJumpIfTrue of PopJumpIfTrue;
    InstrumentedPopJumpIfFalse of PopJumpIfFalse;
    InstrumentedPopJumpIfNone of PopJumpIfNone;
    InstrumentedPopJumpIfNotNone of PopJumpIfNotNone;
    InstrumentedResume of Resume;
    InstrumentedReturnValue of ReturnValue;
    InstrumentedYieldValue of YieldValue;
    InstrumentedEndAsyncFor of EndAsyncFor;
    InstrumentedLoadSuperAttr of LoadSuperAttr;
    InstrumentedCall of Call;
    InstrumentedCallKw of CallKw;
    InstrumentedCallFunctionEx of CallFunctionEx;
    InstrumentedJumpBackward of JumpBackward;
}

body! {
    /// Handled by the engines themselves: they run the instruction that it hides.
    InstrumentedInstruction |r, th, a| { Ctl::Next }
    /// As above.
    InstrumentedLine |r, th, a| { Ctl::Next }
}

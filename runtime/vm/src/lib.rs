//! What running means: frames, dispatch, calls, exceptions, specialization, instrumentation, threads, import.
//!
//! Order of reading: `frame`, `uops` (the bodies of instructions), `dispatch` (how one follows another), `unwind`, `call`,
//! `specialize`; `types` has the objects that hold frames; `thread` is what it all hangs on.

pub mod call;
pub mod compat;
pub mod dispatch;
pub mod frame;
pub mod hooks;
pub mod import;
pub mod instrument;
pub mod report;
pub mod run;
pub mod signal;
pub mod specialize;
pub mod stdio;
pub mod suggest;
pub mod thread;
pub mod threads;
pub mod traceback;
pub mod types;
pub mod unwind;
pub mod uops;

pub use heddle_tlbc::Knobs;
pub use thread::{Config, LibraryModule, Vm, VmThread};

//! Everything that orders one thread against another, and the only crate that names raw atomics and locks.
//!
//! `prim` is the facade that every other module and crate goes through, so that the same source runs in production and
//! under the checkers. Above it stand the protocols, one file each; each has a model of its name in `loom-tests`.

#![cfg_attr(not(any(heddle_loom, heddle_shuttle, heddle_wm)), warn(missing_docs))]

pub mod array;
pub mod bias;
pub mod breaker;
pub mod critical;
pub mod event;
pub mod gil;
pub mod handshake;
pub mod header;
pub mod index;
pub mod mutex;
pub mod once;
pub mod prim;
pub mod probe;
pub mod publish;
pub mod reclaim;
pub mod seqlock;
pub mod stats;
pub mod stw;
pub mod table;
pub mod thread;

pub use breaker::EvalBreaker;
pub use header::HeaderWord;
pub use stats::Reason;
pub use stw::{Pause, World};
pub use thread::Slot;

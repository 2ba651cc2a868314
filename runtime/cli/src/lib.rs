//! The command: its flags, and how a program is started from them.

#![forbid(unsafe_code)]

pub mod flags;
pub mod start;

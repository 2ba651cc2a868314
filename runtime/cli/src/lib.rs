//! The command: its flags, and how a program is started from them.

pub mod flags;

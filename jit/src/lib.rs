//! Recorded steps to machine code and safely back out.
//!
//! Empty: the trace-recording JIT is the subject of an issue of its own. What it will be triggered by exists: the
//! counters of backward jumps in `heddle-tlbc`, and `JUMP_BACKWARD_JIT`, which nothing selects yet.

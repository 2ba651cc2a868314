//! The settings of adaptive counters and copies, one item each.
//!
//! A [`Knobs`] is read once, when a code object is made; code objects made later see later values.

use crate::counter::Counter;

/// How code specializes and copies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Knobs {
    /// Whether threads get copies (`-X tlbc`). Without copies nothing specializes either.
    pub copies: bool,
    /// Whether instructions specialize (`-X specialize`).
    pub specialize: bool,
    /// First value of an adaptive counter: the second execution specializes.
    pub warmup: Counter,
    /// After a specialization that worked: 53 misses (a prime, so that no loop is in step with it), then another try.
    pub cooldown: Counter,
    /// First value of a backward jump. Must outlast `cooldown`, or a trace is made before its loop has re-specialized.
    /// CPython 3.15's number; 16 is the first design's, and catches loops that would have ended by themselves.
    pub jump: Counter,
    /// First value of a trace's side exit.
    pub side_exit: Counter,
}

impl Knobs {
    /// What holds unless somebody asks for something else.
    pub const DEFAULT: Knobs = Knobs {
        copies: true,
        specialize: true,
        warmup: Counter::new(1, 1),
        cooldown: Counter::new(52, 0),
        jump: Counter::new(4000, 6),
        side_exit: Counter::new(4000, 6),
    };

    /// Whether counters count at all.
    pub const fn adapts(&self) -> bool {
        self.copies && self.specialize
    }

    /// The first value of adaptive counters, unreachable when nothing may specialize.
    pub const fn first_warmup(&self) -> Counter {
        if self.adapts() { self.warmup } else { Counter::UNREACHABLE }
    }

    /// The first value of backward jumps, unreachable when nothing may specialize.
    pub const fn first_jump(&self) -> Counter {
        if self.adapts() { self.jump } else { Counter::UNREACHABLE }
    }
}

impl Default for Knobs {
    fn default() -> Knobs {
        Knobs::DEFAULT
    }
}

impl Knobs {
    /// First content of the first cache unit of a generic instruction; `None` when that is no counter.
    pub(crate) fn first_counter(&self, op: crate::defs::Opcode) -> Option<u16> {
        if op.is_adaptive() {
            Some(self.first_warmup().0)
        } else if op == crate::defs::Opcode::JumpBackward {
            Some(self.first_jump().0)
        } else if op.has_branch_history() {
            Some(crate::counter::BRANCH_HISTORY)
        } else {
            None
        }
    }
}

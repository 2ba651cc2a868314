//! Code units: sixteen bits, opcode in the low byte, argument in the high byte.
//!
//! [`Word`] is the value, [`Unit`] the place in a copy of the bytecode that threads share. An argument above 255 is
//! spread over `EXTENDED_ARG` instructions in front, most significant byte first.
//!
//! Who writes a [`Unit`]: the owner of the copy (specialization, caches, counters) and the instrumenter (opcodes of
//! any copy, and the counter behind one that it changes). All writes to instructions go through `write.rs`.

use crate::defs::{BASE, CACHES, Opcode};
use crate::prim::{AtomicU16, ord};

/// The value of a code unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(transparent)]
pub struct Word(pub u16);

impl Word {
    /// From opcode number and argument byte.
    #[inline]
    pub const fn new(op: u8, arg: u8) -> Word {
        Word(op as u16 | (arg as u16) << 8)
    }

    /// From an opcode and an argument byte.
    #[inline]
    pub const fn of(op: Opcode, arg: u8) -> Word {
        Word::new(op as u8, arg)
    }

    /// The opcode's number.
    #[inline]
    pub const fn op(self) -> u8 {
        self.0 as u8
    }

    /// The argument byte.
    #[inline]
    pub const fn arg(self) -> u8 {
        (self.0 >> 8) as u8
    }

    /// The opcode; `None` for a number that no instruction has.
    #[inline]
    pub const fn opcode(self) -> Option<Opcode> {
        Opcode::from_u8(self.op())
    }

    /// The same argument with another opcode.
    #[inline]
    pub const fn with_op(self, op: u8) -> Word {
        Word::new(op, self.arg())
    }
}

/// A code unit in a copy of the bytecode.
#[repr(transparent)]
pub struct Unit(pub(crate) AtomicU16);

impl core::fmt::Debug for Unit {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        self.load().fmt(f)
    }
}

impl Unit {
    /// A unit holding `word`.
    #[inline]
    pub fn new(word: u16) -> Unit {
        Unit(AtomicU16::new(word))
    }

    /// What the unit holds. One load gives opcode and argument, so they belong together.
    #[inline(always)]
    pub fn load(&self) -> Word {
        // ORDERING: Relaxed; a thread may execute one stale instruction, and both are correct. The owner wrote the
        // caches behind a specialized opcode itself; the tables behind an instrumented one are reached through
        // `Code`'s instrumentation version, which is loaded with Acquire. Model: tlbc_write.
        Word(self.0.load(ord!("unit.load", Relaxed)))
    }
}

/// Steps over code given as words: `(index of the instruction's last prefix-free unit, opcode, full argument)`.
///
/// Cache units are skipped, `EXTENDED_ARG`s folded into the argument that follows them.
#[derive(Clone, Debug)]
pub struct Instructions<'a> {
    units: &'a [u16],
    at: usize,
}

/// One instruction with its prefixes folded in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Instruction {
    /// Index of the first unit, `EXTENDED_ARG`s included.
    pub start: usize,
    /// Index of the unit that holds the opcode.
    pub at: usize,
    /// Index of the unit after the caches.
    pub next: usize,
    /// The opcode's number.
    pub op: u8,
    /// The whole argument.
    pub oparg: u32,
}

impl Instruction {
    /// The opcode; `None` for a number that no instruction has.
    pub fn opcode(&self) -> Option<Opcode> {
        Opcode::from_u8(self.op)
    }

    /// Where the jump leads; `None` when this is no jump.
    pub fn jump_target(&self) -> Option<usize> {
        let op = Opcode::from_u8(BASE[self.op as usize])?;
        if !op.has(crate::defs::Flag::HasJump) {
            return None;
        }
        let distance = self.oparg as usize;
        if is_backward(op) { self.next.checked_sub(distance) } else { Some(self.next + distance) }
    }
}

/// Whether the jump distance of this generic instruction counts backwards.
pub fn is_backward(op: Opcode) -> bool {
    matches!(op, Opcode::JumpBackward | Opcode::JumpBackwardNoInterrupt | Opcode::EndAsyncFor)
}

/// The instructions of `units`.
pub fn instructions(units: &[u16]) -> Instructions<'_> {
    Instructions { units, at: 0 }
}

impl Iterator for Instructions<'_> {
    type Item = Instruction;

    fn next(&mut self) -> Option<Instruction> {
        let start = self.at;
        let mut oparg = 0u32;
        loop {
            let word = Word(*self.units.get(self.at)?);
            oparg = oparg << 8 | u32::from(word.arg());
            if word.op() != Opcode::ExtendedArg as u8 {
                let at = self.at;
                self.at += 1 + CACHES[word.op() as usize] as usize;
                return Some(Instruction { start, at, next: self.at, op: word.op(), oparg });
            }
            self.at += 1;
        }
    }
}

/// Number of units that the instruction takes: prefixes, itself, caches.
pub const fn encoded_len(op: Opcode, oparg: u32) -> usize {
    let prefixes = if oparg > 0xFF_FFFF {
        3
    } else if oparg > 0xFFFF {
        2
    } else if oparg > 0xFF {
        1
    } else {
        0
    };
    prefixes + 1 + crate::defs::caches_of(op)
}

/// Appends the instruction: prefixes as needed, itself, zeroed caches.
pub fn encode(units: &mut Vec<u16>, op: Opcode, oparg: u32) {
    for shift in [24, 16, 8] {
        if oparg >> shift != 0 {
            units.push(Word::of(Opcode::ExtendedArg, (oparg >> shift) as u8).0);
        }
    }
    units.push(Word::of(op, oparg as u8).0);
    units.resize(units.len() + op.caches(), 0);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_survive_encoding() {
        for oparg in [0, 1, 255, 256, 0xFFFF, 0x1_0000, 0xFF_FFFF, 0x100_0000, u32::MAX] {
            for op in [Opcode::LoadConst, Opcode::LoadAttr, Opcode::Call] {
                let mut units = vec![];
                encode(&mut units, op, oparg);
                assert_eq!(units.len(), encoded_len(op, oparg));
                encode(&mut units, Opcode::Nop, 0);
                let all: Vec<_> = instructions(&units).collect();
                assert_eq!(all.len(), 2);
                assert_eq!((all[0].op, all[0].oparg, all[0].start), (op as u8, oparg, 0));
                assert_eq!(all[0].next, all[1].start);
            }
        }
    }

    #[test]
    fn jumps_count_from_the_end_of_the_caches() {
        let mut units = vec![];
        encode(&mut units, Opcode::ForIter, 3);
        encode(&mut units, Opcode::JumpBackward, 4);
        let all: Vec<_> = instructions(&units).collect();
        assert_eq!(all[0].jump_target(), Some(5));
        assert_eq!(all[1].jump_target(), Some(0));
    }

    #[test]
    fn a_truncated_prefix_ends_the_iteration() {
        assert_eq!(instructions(&[Word::of(Opcode::ExtendedArg, 1).0]).count(), 0);
    }
}

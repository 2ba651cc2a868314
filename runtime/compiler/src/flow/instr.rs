//! Instructions before they are bytes: the real ones of the table and those that exist only here.

use heddle_tlbc::defs::Opcode;

use crate::ast::Loc;

macro_rules! ops {
    ($( #[doc = $doc:literal] $name:ident = $number:literal $text:literal
        ($n:ident: $pops:expr => $pushes:expr) cache $cache:literal of $base:ident [$($flag:ident)*]; )*) => {
        /// An instruction of the table, or one that only the compiler knows.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[repr(u16)]
        pub enum Op {
            $( #[doc = $doc] $name = $number, )*
            /// Opens a block whose handler starts with the exception.
            SetupFinally = 256,
            /// The same, and the place of the raise is kept under the exception.
            SetupCleanup,
            /// `SetupCleanup` below the result of an entered context manager.
            SetupWith,
            /// Closes the innermost open block.
            PopBlock,
            /// A jump in either direction.
            Jump,
            /// A jump in either direction that does not poll.
            JumpNoInterrupt,
            /// Jumps when the bool on top is False and leaves it there.
            JumpIfFalse,
            /// Jumps when the bool on top is True and leaves it there.
            JumpIfTrue,
            /// Binds a local to the top, which may be the empty word.
            StoreFastMaybeNull,
            /// Pushes the cell itself; argument as for `LOAD_DEREF`.
            LoadClosure,
            /// `LOAD_FAST_AND_CLEAR` of the slot that holds a cell.
            LoadCellAndClear,
            /// `StoreFastMaybeNull` to the slot that holds a cell.
            StoreCellMaybeNull,
        }

        impl Op {
            /// The opcode of the table, if this is one.
            #[inline]
            pub const fn real(self) -> Option<Opcode> {
                match self { $( Op::$name => Some(Opcode::$name), )* _ => None }
            }

            /// Values taken from the stack.
            pub fn pops(self, arg: u32) -> u32 {
                match self {
                    $( Op::$name => { let $n = arg; let _ = $n; $pops } )*
                    Op::StoreFastMaybeNull | Op::StoreCellMaybeNull => 1,
                    _ => 0,
                }
            }

            /// Values put on the stack, when no jump is taken.
            pub fn pushes(self, arg: u32) -> u32 {
                match self {
                    $( Op::$name => { let $n = arg; let _ = $n; $pushes } )*
                    Op::LoadClosure | Op::LoadCellAndClear => 1,
                    _ => 0,
                }
            }
        }
    };
}
heddle_tlbc::for_each_opcode!(ops);

impl Op {
    /// Instructions whose argument is a jump target.
    pub fn is_jump(self) -> bool {
        matches!(
            self,
            Op::Jump
                | Op::JumpNoInterrupt
                | Op::JumpIfFalse
                | Op::JumpIfTrue
                | Op::ForIter
                | Op::Send
                | Op::EndAsyncFor
                | Op::JumpForward
                | Op::JumpBackward
                | Op::JumpBackwardNoInterrupt
        ) || self.is_conditional()
    }

    /// `POP_JUMP_IF_*`
    pub fn is_conditional(self) -> bool {
        matches!(
            self,
            Op::PopJumpIfFalse | Op::PopJumpIfTrue | Op::PopJumpIfNone | Op::PopJumpIfNotNone
        )
    }

    /// Jumps that are always taken.
    pub fn is_unconditional(self) -> bool {
        matches!(
            self,
            Op::Jump
                | Op::JumpNoInterrupt
                | Op::JumpForward
                | Op::JumpBackward
                | Op::JumpBackwardNoInterrupt
        )
    }

    /// Instructions that open a block; their argument is its handler.
    pub fn is_block_push(self) -> bool {
        matches!(self, Op::SetupFinally | Op::SetupCleanup | Op::SetupWith)
    }

    /// Instructions that leave the code.
    pub fn is_exit(self) -> bool {
        matches!(self, Op::ReturnValue | Op::RaiseVarargs | Op::Reraise)
    }

    /// Instructions after which the next is not reached.
    pub fn no_fallthrough(self) -> bool {
        self.is_exit() || self.is_unconditional()
    }
}

/// One instruction; the argument of a jump is a label, later a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Instr {
    pub op: Op,
    pub arg: u32,
    pub loc: Loc,
}

/// A place that jumps can name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Label(pub u32);

/// A straight list of instructions and where its labels are.
#[derive(Clone, Debug, Default)]
pub struct Seq {
    pub code: Vec<Instr>,
    /// Index of the instruction after each label; `u32::MAX` until it is placed.
    pub labels: Vec<u32>,
}

impl Seq {
    /// A label not yet placed.
    pub fn label(&mut self) -> Label {
        self.labels.push(u32::MAX);
        Label(self.labels.len() as u32 - 1)
    }

    /// Places a label here.
    pub fn place(&mut self, l: Label) {
        self.labels[l.0 as usize] = self.code.len() as u32;
    }

    /// Appends.
    pub fn push(&mut self, op: Op, arg: u32, loc: Loc) {
        self.code.push(Instr { op, arg, loc });
    }

    /// Moves the instructions from `from` on, which hold no label, to index `to`.
    pub fn move_up(&mut self, from: usize, to: usize) {
        let n = self.code.len() - from;
        if n == 0 || from == to {
            return;
        }
        self.code[to..].rotate_right(n);
        for l in &mut self.labels {
            if *l != u32::MAX && *l as usize >= to && *l as usize <= from {
                *l += n as u32;
            }
        }
    }

    /// Inserts one instruction; labels at `at` stay before it only if they are further down.
    pub fn insert(&mut self, at: usize, i: Instr) {
        self.code.insert(at, i);
        for l in &mut self.labels {
            if *l != u32::MAX && *l as usize >= at {
                *l += 1;
            }
        }
    }
}

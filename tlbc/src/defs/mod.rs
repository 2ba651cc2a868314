//! What follows from the table of instructions: the enum, names, stack effects, flags, families.
//!
//! Read `ops.rs` first. Nothing here is written per instruction; adding one is adding its row.

pub mod operands;
pub mod ops;

pub use ops::{FIRST_INSTRUMENTED, FIRST_SPECIALIZED, HAVE_ARGUMENT};

/// A property of an instruction, one bit each in [`Opcode::flags`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Flag {
    /// The argument means something.
    HasArg,
    /// The argument is an index into the constants.
    HasConst,
    /// The argument is (shifted or not) an index into the names.
    HasName,
    /// The argument names one or two locals.
    HasLocal,
    /// The argument names a cell or free variable.
    HasFree,
    /// The argument is a distance in code units from the end of the instruction, caches included.
    HasJump,
    /// May leave through the exception table.
    MayRaise,
    /// May run arbitrary Python code.
    Escapes,
    /// A trace cannot go on past it.
    EndsTrace,
    /// Where it goes on depends on a value: calls, returns, resumptions.
    DynamicTarget,
    /// The next instruction is not reached from it, except by a jump.
    NoFallthrough,
    /// Polls the eval breaker.
    PollsBreaker,
}

/// A set of [`Flag`]s.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Flags(u16);

impl Flags {
    /// Whether `flag` is in the set.
    #[inline]
    pub const fn has(self, flag: Flag) -> bool {
        self.0 & (1 << flag as u8) != 0
    }
}

/// All that the table says about one opcode.
#[derive(Debug)]
pub struct Info {
    /// The name in CPython's spelling, such as `LOAD_FAST`.
    pub name: &'static str,
    /// Number of cache units that follow.
    pub caches: u8,
    /// The generic instruction: family head, plain twin, or itself.
    pub base: u8,
    /// Its properties.
    pub flags: Flags,
}

macro_rules! derive_from_rows {
    ($( #[doc = $doc:literal] $name:ident = $number:literal $text:literal
        ($n:ident: $pops:expr => $pushes:expr) cache $cache:literal of $base:ident [$($flag:ident)*]; )*) => {
        /// An instruction: generic, specialized or instrumented.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u8)]
        pub enum Opcode {
            $( #[doc = $doc] $name = $number, )*
        }

        impl Opcode {
            /// All opcodes in the order of the table.
            pub const ALL: &'static [Opcode] = &[$(Opcode::$name),*];

            /// How many values the instruction takes off the stack.
            pub fn pops(self, oparg: u32) -> u32 {
                match self { $( Opcode::$name => { let $n = oparg; let _ = $n; $pops } )* }
            }

            /// How many values the instruction puts on the stack.
            pub fn pushes(self, oparg: u32) -> u32 {
                match self { $( Opcode::$name => { let $n = oparg; let _ = $n; $pushes } )* }
            }

            /// One line about the instruction.
            pub fn doc(self) -> &'static str {
                match self { $( Opcode::$name => $doc.trim_ascii(), )* }
            }
        }

        /// What the table says, by opcode number; `None` where no opcode has the number.
        pub static INFO: [Option<Info>; 256] = {
            let mut table = [const { None }; 256];
            $( table[$number] = Some(Info {
                name: $text,
                caches: $cache,
                base: Opcode::$base as u8,
                flags: Flags(0 $(| 1 << Flag::$flag as u8)*),
            }); )*
            table
        };

        const CACHE_OF: [u8; 256] = {
            let mut table = [0; 256];
            $( table[$number] = $cache; )*
            table
        };

        const BASE_OF: [u8; 256] = {
            let mut table = [0; 256];
            let mut i = 0;
            while i < 256 { table[i] = i as u8; i += 1; }
            $( table[$number] = Opcode::$base as u8; )*
            table
        };
    };
}
crate::for_each_opcode!(derive_from_rows);

/// Number of cache units, by opcode number (0 for unused numbers).
pub static CACHES: [u8; 256] = CACHE_OF;

/// The generic opcode, by opcode number (itself for unused numbers).
pub static BASE: [u8; 256] = BASE_OF;

// All forms of an instruction have the caches of its generic form: a reader stepping through code may look up either.
const _: () = {
    let mut i = 0;
    while i < 256 {
        assert!(CACHE_OF[i] == CACHE_OF[BASE_OF[i] as usize]);
        i += 1;
    }
};

const DEFINED: [bool; 256] = {
    let mut table = [false; 256];
    let mut i = 0;
    while i < Opcode::ALL.len() {
        table[Opcode::ALL[i] as usize] = true;
        i += 1;
    }
    table
};

impl Opcode {
    /// The opcode with this number, if there is one.
    #[inline]
    pub const fn from_u8(number: u8) -> Option<Opcode> {
        if DEFINED[number as usize] {
            // SAFETY: `DEFINED` holds for the discriminants of the enum only, and the enum is `repr(u8)`.
            Some(unsafe { core::mem::transmute::<u8, Opcode>(number) })
        } else {
            None
        }
    }

    /// The opcode with the name in CPython's spelling.
    pub fn from_name(name: &str) -> Option<Opcode> {
        Opcode::ALL.iter().copied().find(|op| op.name() == name)
    }

    /// The row of the table.
    #[inline]
    pub fn info(self) -> &'static Info {
        INFO[self as usize].as_ref().expect("every variant comes from a row")
    }

    /// The name in CPython's spelling.
    pub fn name(self) -> &'static str {
        self.info().name
    }

    /// The generic instruction of this form or twin; itself for a generic one.
    #[inline]
    pub fn base(self) -> Opcode {
        Opcode::from_u8(BASE[self as usize]).expect("the table names an opcode")
    }

    /// Number of cache units after the instruction.
    #[inline]
    pub fn caches(self) -> usize {
        CACHES[self as usize] as usize
    }

    /// Its properties.
    #[inline]
    pub fn flags(self) -> Flags {
        self.info().flags
    }

    /// Whether it has the property.
    #[inline]
    pub fn has(self, flag: Flag) -> bool {
        self.flags().has(flag)
    }

    /// Values pushed less values popped.
    ///
    /// `jump` asks for the effect along the jump. For every real instruction both ways agree: the exhausted
    /// `FOR_ITER` is counted as pushing the value that the `END_FOR` at its target drops, although at run time it
    /// pushes nothing and skips the `END_FOR`.
    pub fn stack_effect(self, oparg: u32, jump: bool) -> i32 {
        let _ = jump;
        self.pushes(oparg) as i32 - self.pops(oparg) as i32
    }

    /// Whether it is a specialized form.
    #[inline]
    pub const fn is_specialized(self) -> bool {
        self as u8 >= FIRST_SPECIALIZED && (self as u8) < FIRST_INSTRUMENTED
    }

    /// Whether it is an instrumented twin, or one of the two instructions that hide another.
    #[inline]
    pub const fn is_instrumented(self) -> bool {
        self as u8 >= FIRST_INSTRUMENTED && (self as u8) < Opcode::EnterExecutor as u8
    }

    /// The specialized forms of this generic instruction.
    pub fn forms(self) -> impl Iterator<Item = Opcode> {
        Opcode::ALL.iter().copied().filter(move |op| op.is_specialized() && op.base() == self)
    }

    /// The instrumented twin of a generic instruction.
    pub fn instrumented(self) -> Option<Opcode> {
        let number = INSTRUMENTED[self as usize];
        if number == 0 { None } else { Opcode::from_u8(number) }
    }

    /// Whether the first cache unit is an adaptive counter: the instruction has caches, has specialized forms, and
    /// is not a backward jump, whose counter leads to a trace.
    #[inline]
    pub const fn is_adaptive(self) -> bool {
        ADAPTIVE[self as usize]
    }

    /// Whether the first cache unit records the last sixteen outcomes of a conditional jump.
    #[inline]
    pub const fn has_branch_history(self) -> bool {
        matches!(
            self,
            Opcode::PopJumpIfFalse
                | Opcode::PopJumpIfTrue
                | Opcode::PopJumpIfNone
                | Opcode::PopJumpIfNotNone
        )
    }
}

/// The instrumented twin, by number of the generic opcode; 0 where there is none.
static INSTRUMENTED: [u8; 256] = {
    let mut table = [0; 256];
    let base = BASE_OF;
    let mut i = FIRST_INSTRUMENTED as usize;
    while i < Opcode::EnterExecutor as usize {
        if base[i] as usize != i {
            table[base[i] as usize] = i as u8;
        }
        i += 1;
    }
    table
};

static ADAPTIVE: [bool; 256] = {
    let mut table = [false; 256];
    let mut i = FIRST_SPECIALIZED as usize;
    while i < FIRST_INSTRUMENTED as usize {
        let base = BASE_OF[i];
        if base as usize != i && CACHE_OF[base as usize] > 0 && base != Opcode::JumpBackward as u8 {
            table[base as usize] = true;
        }
        i += 1;
    }
    table
};

/// [`Opcode::caches`] for constants.
pub const fn caches_of(op: Opcode) -> usize {
    CACHE_OF[op as usize] as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_names_and_ranges_agree() {
        for &op in Opcode::ALL {
            assert_eq!(Opcode::from_u8(op as u8), Some(op));
            assert_eq!(Opcode::from_name(op.name()), Some(op));
            let spelt: String = op.name().split('_').map(capitalize).collect();
            assert_eq!(spelt, format!("{op:?}"));
            let hides = matches!(op, Opcode::InstrumentedLine | Opcode::InstrumentedInstruction);
            if op.is_specialized() {
                assert!(!op.base().is_specialized(), "{}", op.name());
                assert_ne!(op.base(), op);
            } else if op.is_instrumented() && !hides {
                assert_eq!(op.base().instrumented(), Some(op));
                assert_eq!(op.name(), format!("INSTRUMENTED_{}", op.base().name()));
            } else {
                assert_eq!(op.base(), op);
            }
        }
        assert_eq!(Opcode::from_u8(121), None);
        assert_eq!(Opcode::Resume as u8, 128);
    }

    fn capitalize(part: &str) -> String {
        let (first, rest) = part.split_at(1);
        first.to_string() + &rest.to_lowercase()
    }

    #[test]
    fn forms_have_the_stack_effect_of_their_family() {
        for &op in Opcode::ALL {
            for oparg in [2, 3] {
                let base = op.base().stack_effect(oparg, false);
                assert_eq!(op.stack_effect(oparg, false), base, "{}", op.name());
            }
        }
        assert_eq!(Opcode::Call.stack_effect(3, false), -4);
        assert_eq!(Opcode::UnpackEx.stack_effect(0x0102, false), 3);
        assert_eq!(Opcode::LoadAttr.stack_effect(1, false), 1);
    }

    #[test]
    fn an_argument_is_taken_above_have_argument_only() {
        for &op in Opcode::ALL {
            if (op as u8) < FIRST_SPECIALIZED {
                assert_eq!(op.has(Flag::HasArg), op as u8 > HAVE_ARGUMENT, "{}", op.name());
            }
        }
    }

    #[test]
    fn adaptive_instructions_have_a_counter() {
        assert!(Opcode::LoadAttr.is_adaptive() && Opcode::CallFunctionEx.is_adaptive());
        assert!(!Opcode::Resume.is_adaptive() && !Opcode::JumpBackward.is_adaptive());
        assert_eq!(Opcode::BinaryOp.forms().count(), 23);
    }

    /// The page is part of the documentation; `UPDATE_EXPECT=1` writes it anew.
    #[test]
    fn the_page_of_instructions_is_up_to_date() {
        use std::fmt::Write;
        let mut page = String::from(
            "# Instructions\n\nWritten by a test from `tlbc/src/defs/ops.rs`; change that.\n\n\
             | number | name | takes and gives | caches | generic | what it does | flags |\n|---|---|---|---|---|---|---|\n",
        );
        for &op in Opcode::ALL {
            let flags: Vec<_> =
                ALL_FLAGS.iter().filter(|&&f| op.has(f)).map(|f| format!("{f:?}")).collect();
            let effect = |oparg| format!("{} → {}", op.pops(oparg), op.pushes(oparg));
            let effect =
                if effect(2) == effect(3) { effect(2) } else { format!("{} (n = 2)", effect(2)) };
            let base = if op.base() == op { "" } else { op.base().name() };
            let (number, name, caches, doc) = (op as u8, op.name(), op.caches(), op.doc());
            let flags = flags.join(" ");
            writeln!(
                page,
                "| {number} | `{name}` | {effect} | {caches} | {base} | {doc} | {flags} |"
            )
            .unwrap();
        }
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/generated/opcodes.md");
        if std::env::var_os("UPDATE_EXPECT").is_some() {
            std::fs::write(path, &page).unwrap();
        }
        assert!(
            std::fs::read_to_string(path).is_ok_and(|found| found == page),
            "run the test with UPDATE_EXPECT=1 and commit docs/generated/opcodes.md"
        );
    }

    const ALL_FLAGS: [Flag; 12] = [
        Flag::HasArg,
        Flag::HasConst,
        Flag::HasName,
        Flag::HasLocal,
        Flag::HasFree,
        Flag::HasJump,
        Flag::MayRaise,
        Flag::Escapes,
        Flag::EndsTrace,
        Flag::DynamicTarget,
        Flag::NoFallthrough,
        Flag::PollsBreaker,
    ];
}

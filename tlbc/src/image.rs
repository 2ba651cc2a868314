//! What the compiler makes and the runtime turns into a code object: plain data, no pointers into the heap.
//!
//! An image is immutable. `code.rs` makes a [`Code`](crate::code::Code) from it: main copy, per-thread copies,
//! counters. `image/ser.rs` writes it to bytes and reads it back, for the standard library inside the binary.

pub mod ser;
mod text;

use std::hash::{Hash, Hasher};
use std::sync::Arc;

pub use text::PyText;

use crate::defs::operands::{co, fast};

/// A compiled code object.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct CodeImage {
    /// `co_name`.
    pub name: PyText,
    /// `co_qualname`.
    pub qualname: PyText,
    /// `co_filename`.
    pub filename: PyText,
    /// `co_firstlineno`.
    pub firstlineno: i32,
    /// Positional parameters, positional-only ones included, without `*args`.
    pub argcount: u32,
    /// Positional-only parameters.
    pub posonlyargcount: u32,
    /// Keyword-only parameters.
    pub kwonlyargcount: u32,
    /// `co_flags`, the bits of [`co`].
    pub flags: u32,
    /// Values that the evaluation stack must hold at most.
    pub stacksize: u32,
    /// Names of the fast variables: locals (parameters first), cells that are not parameters, free variables.
    pub localsplusnames: Vec<PyText>,
    /// Kind of each fast variable, the bits of [`fast`].
    pub localspluskinds: Vec<u8>,
    /// `co_names`.
    pub names: Vec<PyText>,
    /// `co_consts`.
    pub consts: Vec<Const>,
    /// The instructions, caches zeroed.
    pub units: Vec<u16>,
    /// `co_exceptiontable`.
    pub exceptiontable: Vec<u8>,
    /// `co_linetable`.
    pub linetable: Vec<u8>,
}

impl CodeImage {
    /// Number of fast variables: locals, cells, free variables.
    pub fn nlocalsplus(&self) -> usize {
        self.localsplusnames.len()
    }

    /// `co_nlocals`: the fast variables that are locals, cells or not.
    pub fn nlocals(&self) -> usize {
        self.count(fast::LOCAL)
    }

    /// Number of cell variables, parameters that are cells included.
    pub fn ncells(&self) -> usize {
        self.count(fast::CELL)
    }

    /// Number of free variables; they are the last fast variables.
    pub fn nfrees(&self) -> usize {
        self.count(fast::FREE)
    }

    fn count(&self, kind: u8) -> usize {
        self.localspluskinds.iter().filter(|&&k| k & kind != 0).count()
    }

    /// Number of parameters with their own fast variable, `*args` and `**kwargs` included.
    pub fn nparams(&self) -> usize {
        self.argcount as usize
            + self.kwonlyargcount as usize
            + usize::from(self.has(co::VARARGS))
            + usize::from(self.has(co::VARKEYWORDS))
    }

    /// Whether all bits of `flag` are set in `co_flags`.
    pub fn has(&self, flag: u32) -> bool {
        self.flags & flag == flag
    }

    /// The docstring: the first constant, when the flag says so.
    pub fn docstring(&self) -> Option<&Const> {
        if self.has(co::HAS_DOCSTRING) { self.consts.first() } else { None }
    }

    /// Values that a frame of this code holds: fast variables and stack.
    pub fn framesize(&self) -> usize {
        self.nlocalsplus() + self.stacksize as usize
    }
}

/// A constant. Equality and hash are those that let a compiler share two constants: by kind, and floats by their bits.
#[derive(Clone, Debug)]
pub enum Const {
    /// `None`.
    None,
    /// `True`.
    True,
    /// `False`.
    False,
    /// `...`.
    Ellipsis,
    /// An int that fits.
    Int(i64),
    /// An int that does not.
    BigInt(BigInt),
    /// A float.
    Float(f64),
    /// Real and imaginary part.
    Complex(f64, f64),
    /// A string.
    Str(PyText),
    /// A bytes object.
    Bytes(Box<[u8]>),
    /// A tuple.
    Tuple(Box<[Const]>),
    /// A frozenset, its elements in the order of the source.
    FrozenSet(Box<[Const]>),
    /// Start, stop and step of a slice.
    Slice(Box<[Const; 3]>),
    /// A nested code object.
    Code(Arc<CodeImage>),
}

/// An int of any size: sign and magnitude.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct BigInt {
    /// Whether it is below zero.
    pub negative: bool,
    /// Little-endian bytes without zeros at the end.
    pub magnitude: Box<[u8]>,
}

impl BigInt {
    /// From sign and little-endian bytes; zeros at the end are dropped.
    pub fn new(negative: bool, bytes: &[u8]) -> BigInt {
        let len = bytes.iter().rposition(|&b| b != 0).map_or(0, |last| last + 1);
        BigInt { negative, magnitude: bytes[..len].into() }
    }
}

impl PartialEq for Const {
    fn eq(&self, other: &Const) -> bool {
        match (self, other) {
            (Const::None, Const::None)
            | (Const::True, Const::True)
            | (Const::False, Const::False)
            | (Const::Ellipsis, Const::Ellipsis) => true,
            (Const::Int(a), Const::Int(b)) => a == b,
            (Const::BigInt(a), Const::BigInt(b)) => a == b,
            (Const::Float(a), Const::Float(b)) => a.to_bits() == b.to_bits(),
            (Const::Complex(a, b), Const::Complex(c, d)) => {
                a.to_bits() == c.to_bits() && b.to_bits() == d.to_bits()
            }
            (Const::Str(a), Const::Str(b)) => a == b,
            (Const::Bytes(a), Const::Bytes(b)) => a == b,
            (Const::Tuple(a), Const::Tuple(b)) | (Const::FrozenSet(a), Const::FrozenSet(b)) => {
                a == b
            }
            (Const::Slice(a), Const::Slice(b)) => a == b,
            (Const::Code(a), Const::Code(b)) => a == b,
            _ => false,
        }
    }
}

impl Eq for Const {}

impl Hash for Const {
    fn hash<H: Hasher>(&self, state: &mut H) {
        std::mem::discriminant(self).hash(state);
        match self {
            Const::None | Const::True | Const::False | Const::Ellipsis => {}
            Const::Int(i) => i.hash(state),
            Const::BigInt(i) => i.hash(state),
            Const::Float(f) => f.to_bits().hash(state),
            Const::Complex(re, im) => (re.to_bits(), im.to_bits()).hash(state),
            Const::Str(s) => s.hash(state),
            Const::Bytes(b) => b.hash(state),
            Const::Tuple(items) | Const::FrozenSet(items) => items.hash(state),
            Const::Slice(parts) => parts.hash(state),
            // Two code objects that are equal have equal names and lines; hashing all of one would be waste.
            Const::Code(code) => (&code.name, code.firstlineno, code.units.len()).hash(state),
        }
    }
}

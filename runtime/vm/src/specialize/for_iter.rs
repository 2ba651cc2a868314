//! `FOR_ITER`, `SEND` and `UNPACK_SEQUENCE`: iterators and sequences of built-in types.

use super::{Reason, fail, write_plain};
use crate::frame::{Frame, Stack};
use crate::thread::VmThread;
use crate::types::coroutine::COROUTINE;
use crate::types::generator::Generator;
use heddle_object::Value;
use heddle_object::types::iterators::{ListIter, TupleIter};
use heddle_object::types::range::RangeIter;
use heddle_object::types::{List, Tuple};
use heddle_tlbc::{Opcode, Unit};

/// What a step of an iterator gave.
pub enum Step {
    /// An item.
    Item(Value),
    /// The end.
    End,
    /// Not the type that the form is for.
    Other,
}

/// A step of an exact list iterator.
#[inline(always)]
pub fn list_next(th: &mut VmThread, it: Value) -> Step {
    if !it.is_exact::<ListIter>() {
        return Step::Other;
    }
    // SAFETY: tested just before.
    match unsafe { it.cast_unchecked::<ListIter>() }.advance(&mut th.base) {
        Some(v) => Step::Item(v),
        None => Step::End,
    }
}

/// A step of an exact tuple iterator.
#[inline(always)]
pub fn tuple_next(_th: &mut VmThread, it: Value) -> Step {
    if !it.is_exact::<TupleIter>() {
        return Step::Other;
    }
    // SAFETY: tested just before.
    match unsafe { it.cast_unchecked::<TupleIter>() }.advance() {
        Some(v) => Step::Item(v),
        None => Step::End,
    }
}

/// Specializes `FOR_ITER`.
#[cold]
#[inline(never)]
pub fn specialize(th: &mut VmThread, ip: *const Unit, sp: Stack, _fp: *mut Frame, _a: u32) {
    let it = sp.get(1);
    let form = if it.is_exact::<ListIter>() {
        Opcode::ForIterList
    } else if it.is_exact::<TupleIter>() {
        Opcode::ForIterTuple
    } else if it.is_exact::<RangeIter>() {
        Opcode::ForIterRange
    } else if it.is_exact::<Generator>() {
        Opcode::ForIterGen
    } else {
        return fail(ip, Reason::NoForm);
    };
    write_plain(th, ip, form)
}

/// Specializes `SEND`.
#[cold]
#[inline(never)]
pub fn specialize_send(th: &mut VmThread, ip: *const Unit, sp: Stack, _fp: *mut Frame, _a: u32) {
    let v = sp.get(2);
    if v.is_exact::<Generator>() || v.is_type(&COROUTINE) {
        write_plain(th, ip, Opcode::SendGen)
    } else {
        fail(ip, Reason::NoForm)
    }
}

/// Specializes `UNPACK_SEQUENCE`.
#[cold]
#[inline(never)]
pub fn specialize_unpack(th: &mut VmThread, ip: *const Unit, sp: Stack, _fp: *mut Frame, a: u32) {
    let v = sp.get(1);
    if v.is_exact::<Tuple>()
        && let Some(t) = v.cast::<Tuple>()
    {
        if t.len() != a as usize {
            return fail(ip, Reason::OutOfRange);
        }
        let form =
            if a == 2 { Opcode::UnpackSequenceTwoTuple } else { Opcode::UnpackSequenceTuple };
        return write_plain(th, ip, form);
    }
    if v.is_exact::<List>() {
        write_plain(th, ip, Opcode::UnpackSequenceList)
    } else {
        fail(ip, Reason::NoForm)
    }
}

//! `BINARY_OP`: forms for small integers, floats, strings and subscription.

use super::{Reason, fail, write, write_plain};
use crate::frame::{Frame, Stack};
use crate::thread::VmThread;
use crate::types::function::Function;
use heddle_object::names::n;
use heddle_object::types::{Dict, List, Slice, Str, Tuple};
use heddle_object::{Value, flags};
use heddle_tlbc::cache::BinaryOpCache;
use heddle_tlbc::defs::operands::BinaryOpKind as Op;
use heddle_tlbc::{Opcode, Unit};

/// The form for two small integers.
fn int_form(op: Op) -> Option<Opcode> {
    Some(match op {
        Op::Add | Op::InplaceAdd => Opcode::BinaryOpAddInt,
        Op::Subtract | Op::InplaceSubtract => Opcode::BinaryOpSubtractInt,
        Op::Multiply | Op::InplaceMultiply => Opcode::BinaryOpMultiplyInt,
        Op::FloorDivide | Op::InplaceFloorDivide => Opcode::BinaryOpFloordivInt,
        Op::Remainder | Op::InplaceRemainder => Opcode::BinaryOpModInt,
        Op::And | Op::InplaceAnd => Opcode::BinaryOpAndInt,
        Op::Or | Op::InplaceOr => Opcode::BinaryOpOrInt,
        Op::Xor | Op::InplaceXor => Opcode::BinaryOpXorInt,
        Op::LShift | Op::InplaceLShift => Opcode::BinaryOpLshiftInt,
        Op::RShift | Op::InplaceRShift => Opcode::BinaryOpRshiftInt,
        _ => return None,
    })
}

/// The form for two floats.
fn float_form(op: Op) -> Option<Opcode> {
    Some(match op {
        Op::Add | Op::InplaceAdd => Opcode::BinaryOpAddFloat,
        Op::Subtract | Op::InplaceSubtract => Opcode::BinaryOpSubtractFloat,
        Op::Multiply | Op::InplaceMultiply => Opcode::BinaryOpMultiplyFloat,
        Op::TrueDivide | Op::InplaceTrueDivide => Opcode::BinaryOpTrueDivideFloat,
        _ => return None,
    })
}

/// The form for subscription, if it has no cache.
fn subscr_form(c: Value, k: Value) -> Option<Opcode> {
    if c.is_exact::<Dict>() {
        return Some(Opcode::BinaryOpSubscrDict);
    }
    if c.is_exact::<List>() {
        if k.is_small_int() {
            return Some(Opcode::BinaryOpSubscrListInt);
        }
        return k.is_exact::<Slice>().then_some(Opcode::BinaryOpSubscrListSlice);
    }
    if k.is_small_int() {
        if c.is_exact::<Tuple>() {
            return Some(Opcode::BinaryOpSubscrTupleInt);
        }
        if c.is_exact::<Str>() {
            return Some(Opcode::BinaryOpSubscrStrInt);
        }
    }
    None
}

/// `__getitem__` of a class written in Python, if a call of it needs no binding.
fn python_getitem(th: &mut VmThread, c: Value) -> Option<&'static Function> {
    let t = c.type_of();
    if !t.has(flags::HEAPTYPE) {
        return None;
    }
    let f = heddle_object::ty::lookup(&mut th.base, t, n().__getitem__)?;
    let f = f.cast::<Function>().filter(|_| f.is_exact::<Function>())?;
    (f.code().simple_args == 2).then_some(f)
}

/// The guard of `BINARY_OP_SUBSCR_GETITEM`: the cache has room for one word, the function, whose own shape cannot vouch
/// for the class. So the class's slot is compared with the function by a lookup that the method cache answers.
#[inline(always)]
pub fn getitem_is(c: Value, word: u64) -> bool {
    let t = c.type_of();
    t.has(flags::HEAPTYPE) && lookup_getitem(t) == word
}

#[inline(never)]
fn lookup_getitem(t: &'static heddle_object::Type) -> u64 {
    Value::slot_word(heddle_object::ty::lookup_mro(t, n().__getitem__))
}

/// Specializes.
#[cold]
#[inline(never)]
pub fn specialize(th: &mut VmThread, ip: *const Unit, sp: Stack, _fp: *mut Frame, a: u32) {
    let (x, y) = (sp.get(2), sp.get(1));
    let Some(op) = Op::from_u8(a as u8) else { return fail(ip, Reason::NoForm) };
    let form = if op == Op::Subscr {
        if let Some(f) = python_getitem(th, x) {
            return write::<BinaryOpCache>(th, ip, Opcode::BinaryOpSubscrGetitem, |c| {
                c.set_word(Value::from_ref(f).word());
            });
        }
        subscr_form(x, y)
    } else if Value::both_small_int(x, y) {
        int_form(op)
    } else if heddle_object::types::float::check_exact(x)
        && heddle_object::types::float::check_exact(y)
    {
        float_form(op)
    } else if x.is_exact::<Str>() && y.is_exact::<Str>() && matches!(op, Op::Add | Op::InplaceAdd) {
        Some(Opcode::BinaryOpAddUnicode)
    } else if (x.is_small_int() && y.is_flonum()) || (x.is_flonum() && y.is_small_int()) {
        float_form(op).map(|_| Opcode::BinaryOpExtend)
    } else {
        None
    };
    match form {
        Some(f) => write_plain(th, ip, f),
        None => fail(ip, Reason::NoForm),
    }
}

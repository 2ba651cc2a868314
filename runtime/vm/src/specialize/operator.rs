//! Comparison, truth, membership and item assignment.

use super::{Reason, fail, write, write_plain};
use crate::frame::{Frame, Stack};
use crate::thread::VmThread;
use heddle_object::types::{Dict, List, Str, float};
use heddle_object::{Value, ty};
use heddle_tlbc::cache::ToBoolCache;
use heddle_tlbc::defs::operands::{COMPARE_BOOL, CompareKind};
use heddle_tlbc::{Opcode, Unit};

/// Specializes `COMPARE_OP`.
#[cold]
#[inline(never)]
pub fn compare_op(th: &mut VmThread, ip: *const Unit, sp: Stack, _fp: *mut Frame, a: u32) {
    let (x, y) = (sp.get(2), sp.get(1));
    let kind = CompareKind::from_u8((a >> 5) as u8);
    if Value::both_small_int(x, y) {
        write_plain(th, ip, Opcode::CompareOpInt)
    } else if float::check_exact(x) && float::check_exact(y) {
        write_plain(th, ip, Opcode::CompareOpFloat)
    } else if x.is_exact::<Str>()
        && y.is_exact::<Str>()
        && matches!(kind, Some(CompareKind::Eq | CompareKind::Ne))
    {
        let _ = COMPARE_BOOL;
        write_plain(th, ip, Opcode::CompareOpStr)
    } else {
        fail(ip, Reason::NoForm)
    }
}

/// Whether a value is an exact set or frozenset.
#[inline(always)]
pub fn is_exact_set(v: Value) -> bool {
    crate::compat::is_exact_set(v)
}

/// Specializes `CONTAINS_OP`.
#[cold]
#[inline(never)]
pub fn contains_op(th: &mut VmThread, ip: *const Unit, sp: Stack, _fp: *mut Frame, _a: u32) {
    let c = sp.get(1);
    if c.is_exact::<Dict>() {
        write_plain(th, ip, Opcode::ContainsOpDict)
    } else if is_exact_set(c) {
        write_plain(th, ip, Opcode::ContainsOpSet)
    } else {
        fail(ip, Reason::NoForm)
    }
}

/// Specializes `TO_BOOL`.
#[cold]
#[inline(never)]
pub fn to_bool(th: &mut VmThread, ip: *const Unit, sp: Stack, _fp: *mut Frame, _a: u32) {
    let v = sp.get(1);
    let form = if v.is_true_singleton() || v.is_false_singleton() {
        Opcode::ToBoolBool
    } else if v.is_small_int() {
        Opcode::ToBoolInt
    } else if v.is_none() {
        Opcode::ToBoolNone
    } else if v.is_exact::<List>() {
        Opcode::ToBoolList
    } else if v.is_exact::<Str>() {
        Opcode::ToBoolStr
    } else if crate::uops::operator::always_true(v) {
        let version = ty::assign_version(&mut th.base, v.shape());
        if version == 0 {
            return fail(ip, Reason::NoVersion);
        }
        return write::<ToBoolCache>(th, ip, Opcode::ToBoolAlwaysTrue, |c| {
            c.set_version(version);
        });
    } else {
        return fail(ip, Reason::NoForm);
    };
    write_plain(th, ip, form)
}

/// Specializes `STORE_SUBSCR`.
#[cold]
#[inline(never)]
pub fn store_subscr(th: &mut VmThread, ip: *const Unit, sp: Stack, _fp: *mut Frame, _a: u32) {
    let (c, k) = (sp.get(2), sp.get(1));
    if c.is_exact::<Dict>() {
        write_plain(th, ip, Opcode::StoreSubscrDict)
    } else if c.is_exact::<List>() && k.is_small_int() {
        write_plain(th, ip, Opcode::StoreSubscrListInt)
    } else {
        fail(ip, Reason::NoForm)
    }
}

//! Values moved between the stack, fast variables, cells and constants.

use super::{Ctl, body, tri};
use crate::frame::{Frame, Stack};
use crate::thread::VmThread;
use crate::types::cell::CellObject;
use heddle_object::{R, Raised, Value};

body! {
    Cache |r, th, a| { corrupt(th); Ctl::Error }
    Reserved |r, th, a| { corrupt(th); Ctl::Error }
    Nop |r, th, a| { Ctl::Next }
    NotTaken |r, th, a| { Ctl::Next }
    PopTop |r, th, a| { r.drop(1); Ctl::Next }
    PopIter |r, th, a| { r.drop(1); Ctl::Next }
    EndFor |r, th, a| { r.drop(1); Ctl::Next }
    EndSend |r, th, a| { let v = r.peek(1); r.replace(2, v); Ctl::Next }
    PushNull |r, th, a| { r.push_word(0); Ctl::Next }
    Copy |r, th, a| { let w = r.sp.word(a as usize); r.push_word(w); Ctl::Next }
    Swap |r, th, a| {
        let (top, other) = (r.sp.word(1), r.sp.word(a as usize));
        r.sp.set_word(1, other);
        r.sp.set_word(a as usize, top);
        Ctl::Next
    }
    LoadConst |r, th, a| { let v = r.frame().code().constant(a as usize); r.push(v); Ctl::Next }
    LoadSmallInt |r, th, a| { r.push(Value::small_int(a as i64)); Ctl::Next }
    LoadCommonConstant |r, th, a| { let v = th.vm.common_constant(a); r.push(v); Ctl::Next }

    LoadFast |r, th, a| { let w = r.local(a); r.push_word(w); Ctl::Next }
    LoadFastBorrow |r, th, a| { let w = r.local(a); r.push_word(w); Ctl::Next }
    LoadFastLoadFast |r, th, a| {
        let (x, y) = (r.local(a >> 4), r.local(a & 15));
        r.push_word(x);
        r.push_word(y);
        Ctl::Next
    }
    LoadFastBorrowLoadFastBorrow |r, th, a| {
        let (x, y) = (r.local(a >> 4), r.local(a & 15));
        r.push_word(x);
        r.push_word(y);
        Ctl::Next
    }
    LoadFastCheck |r, th, a| {
        let w = r.local(a);
        if w == 0 {
            unbound_fast(th, r.fp, a);
            return Ctl::Error;
        }
        r.push_word(w);
        Ctl::Next
    }
    LoadFastAndClear |r, th, a| { let w = r.local(a); r.set_local(a, 0); r.push_word(w); Ctl::Next }
    StoreFast |r, th, a| { let w = r.sp.word(1); r.drop(1); r.set_local(a, w); Ctl::Next }
    StoreFastLoadFast |r, th, a| {
        let w = r.sp.word(1);
        r.set_local(a >> 4, w);
        let v = r.local(a & 15);
        r.sp.set_word(1, v);
        Ctl::Next
    }
    StoreFastStoreFast |r, th, a| {
        let (top, under) = (r.sp.word(1), r.sp.word(2));
        r.drop(2);
        r.set_local(a >> 4, top);
        r.set_local(a & 15, under);
        Ctl::Next
    }
    DeleteFast |r, th, a| {
        if r.local(a) == 0 {
            unbound_fast(th, r.fp, a);
            return Ctl::Error;
        }
        r.set_local(a, 0);
        Ctl::Next
    }

    MakeCell |r, th, a| {
        r.save();
        tri!(make_cell(th, r.fp, a));
        Ctl::Next
    }
    CopyFreeVars |r, th, a| { copy_free_vars(r.fp, a); Ctl::Next }
    LoadDeref |r, th, a| {
        match cell(r.fp, a).get() {
            Some(v) => {
                r.push(v);
                Ctl::Next
            }
            None => {
                r.save();
                unbound_deref(th, r.fp, a);
                Ctl::Error
            }
        }
    }
    StoreDeref |r, th, a| { let v = r.pop(); cell(r.fp, a).set(Some(v)); Ctl::Next }
    DeleteDeref |r, th, a| {
        if cell(r.fp, a).get().is_none() {
            unbound_deref(th, r.fp, a);
            return Ctl::Error;
        }
        cell(r.fp, a).set(None);
        Ctl::Next
    }
    LoadFromDictOrDeref |r, th, a| {
        r.save();
        let v = tri!(from_dict_or_deref(th, r.fp, r.sp, a));
        r.replace(1, v);
        Ctl::Next
    }
}

/// The cell in fast variable `i`.
#[inline(always)]
fn cell(fp: *mut Frame, i: u32) -> &'static CellObject {
    // SAFETY: the compiler uses these instructions on variables that hold cells.
    unsafe { &*(*(*fp).local_ptr(i as usize) as *const CellObject) }
}

#[cold]
#[inline(never)]
fn corrupt(th: &mut VmThread) {
    th.base.system_error(format_args!("unknown opcode"));
}

#[inline(never)]
fn make_cell(th: &mut VmThread, fp: *mut Frame, i: u32) -> R<()> {
    // SAFETY: the running frame.
    let f = unsafe { &*fp };
    let c = CellObject::new(&mut th.base, f.local(i as usize))?;
    f.set_local(i as usize, Some(Value::from_ref(c)));
    Ok(())
}

#[inline(always)]
fn copy_free_vars(fp: *mut Frame, count: u32) {
    // SAFETY: the running frame; the compiler emits this only for functions with a closure of that size.
    let f = unsafe { &*fp };
    let Some(closure) = f.func().and_then(|func| func.closure()) else { return };
    let first = f.code().nlocalsplus as usize - count as usize;
    for (i, c) in closure.as_slice().iter().enumerate() {
        f.set_local(first + i, Some(*c));
    }
}

#[cold]
#[inline(never)]
pub(super) fn unbound_fast(th: &mut VmThread, fp: *mut Frame, i: u32) -> Raised {
    // SAFETY: the running frame.
    let name = unsafe { &*fp }.code().local_name(i as usize).to_string_lossy();
    let e = th.base.unbound_local_error(format_args!(
        "cannot access local variable '{name}' where it is not associated with a value"
    ));
    set_exception_name(th, e, &name);
    e
}

fn set_exception_name(th: &mut VmThread, e: Raised, name: &str) {
    let exc = th.base.take_exception(e);
    if let Ok(n) = heddle_object::names::intern_str(&mut th.base, name) {
        heddle_object::types::exceptions::set_name(exc, Value::from_ref(n));
    }
    th.base.restore_exception(exc);
}

#[cold]
#[inline(never)]
fn unbound_deref(th: &mut VmThread, fp: *mut Frame, i: u32) -> Raised {
    // SAFETY: the running frame.
    let code = unsafe { &*fp }.code();
    let name = code.local_name(i as usize).to_string_lossy();
    if (i as usize) < code.nlocalsplus as usize - code.nfrees as usize {
        let e = th.base.unbound_local_error(format_args!(
            "cannot access local variable '{name}' where it is not associated with a value"
        ));
        set_exception_name(th, e, &name);
        e
    } else {
        let e = th.base.name_error(format_args!(
            "cannot access free variable '{name}' where it is not associated with a value in enclosing scope"
        ));
        set_exception_name(th, e, &name);
        e
    }
}

#[inline(never)]
fn from_dict_or_deref(th: &mut VmThread, fp: *mut Frame, sp: Stack, i: u32) -> R {
    // SAFETY: the running frame.
    let name = unsafe { &*fp }.code().local_name(i as usize);
    let name = name.interned(&mut th.base)?;
    if let Some(v) = super::names::mapping_get(&mut th.base, sp.get(1), name)? {
        return Ok(v);
    }
    match cell(fp, i).get() {
        Some(v) => Ok(v),
        None => Err(unbound_deref(th, fp, i)),
    }
}

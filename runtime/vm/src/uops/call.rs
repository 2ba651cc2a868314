//! Calls and returns.
//!
//! A call finds on the stack: callable, self or null, arguments. A call of Python code pushes a frame and goes on in it;
//! the native stack does not grow. What is native is called with a view of the arguments where they lie.

use super::{Ctl, Regs, adapt, body, tri};
use crate::call::bind;
use crate::frame::{self, ENTRY, Frame, GENERATOR, INIT, Stack};
use crate::thread::VmThread;
use crate::types::code::CodeObject;
use crate::types::function::Function;
use crate::types::generator::Generator;
use heddle_object::types::descr::BoundMethod as Method;
use heddle_object::types::{Dict, Tuple};
use heddle_object::{R, Value, ops};
use heddle_tlbc::Opcode;
use heddle_tlbc::cache::{BinaryOpCache, CallCache, CallKwCache, Layout};
use heddle_tlbc::defs::caches_of;

const AFTER_CALL: u16 = 1 + caches_of(Opcode::Call) as u16;
const AFTER_CALL_KW: u16 = 1 + caches_of(Opcode::CallKw) as u16;
const AFTER_CALL_EX: u16 = 1 + caches_of(Opcode::CallFunctionEx) as u16;
const AFTER_BINARY: u16 = 1 + caches_of(Opcode::BinaryOp) as u16;

/// What a helper that may call did.
#[derive(Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Outcome {
    /// The result is in the place of the callable.
    Done,
    /// A frame was pushed: go on with `th.regs`.
    Entered,
    /// The evaluator is left, with `th.result`.
    Exit,
    /// An exception is set; the frame is that of `th.regs` when it changed.
    Raised,
}

/// Goes on after a helper that replaces `$n` words by a result.
macro_rules! after {
    ($r:ident, $th:ident, $outcome:expr, $n:expr) => {
        match $outcome {
            Outcome::Done => {
                $r.drop($n - 1);
                Ctl::Next
            }
            Outcome::Entered => {
                *$r = $th.regs;
                Ctl::Jump
            }
            Outcome::Exit => Ctl::Exit,
            Outcome::Raised => Ctl::Error,
        }
    };
}
pub(crate) use after;

/// Enters `$func` with the `$count` words below the top of the stack as its arguments: guards passed already.
macro_rules! enter_exact {
    ($r:ident, $th:ident, $func:expr, $count:expr, $drop:expr, $ret:expr) => {{
        let (func, count): (&'static Function, usize) = ($func, $count);
        let code = func.code();
        if code.simple_args as usize != count {
            return Ctl::Deopt;
        }
        $r.save();
        let fp = frame::push($th, func, code, $r.fp);
        if fp.is_null() {
            frame::overflow($th);
            return Ctl::Error;
        }
        fill_exact(fp, code, $r.sp, count);
        let caller = $r.frame();
        caller.sp = $r.sp.down($drop);
        caller.ret = $ret;
        $th.frame = fp;
        // SAFETY: the new frame.
        unsafe { *$r = Regs { ip: (*fp).ip, sp: (*fp).sp, fp } };
        Ctl::Jump
    }};
}

/// Copies `count` arguments from the stack to the fast variables, unsets the others.
#[inline(always)]
fn fill_exact(fp: *mut Frame, code: &CodeObject, sp: Stack, count: usize) {
    // SAFETY: the new frame has `nlocalsplus` fast variables, at least as many as parameters.
    unsafe {
        let to = (*fp).local_ptr(0);
        let from = sp.0.sub(count);
        for i in 0..count {
            *to.add(i) = *from.add(i);
        }
        for i in count..code.nlocalsplus as usize {
            *to.add(i) = 0;
        }
    }
}

/// What a bound method is bound to.
#[inline(always)]
fn receiver(m: &Method) -> Value {
    // SAFETY: both slots are set when a method is made and never changed.
    unsafe { Value::from_word(Value::slot_word(m.slf.get())) }
}

/// The function of a bound method.
#[inline(always)]
fn func(m: &Method) -> Value {
    // SAFETY: as above.
    unsafe { Value::from_word(Value::slot_word(m.func.get())) }
}

/// The function of this version at the n-th place from the top.
#[inline(always)]
fn function_of_version(v: Value, version: u32) -> Option<&'static Function> {
    if !v.is_exact::<Function>() {
        return None;
    }
    // SAFETY: tested just before.
    let f = unsafe { v.cast_unchecked::<Function>() };
    (f.version() == version).then_some(f)
}

/// Enters the function in an inline cache with one or two arguments in place of `drop` words of the stack.
#[inline(always)]
pub(super) fn enter_cached(
    r: &mut Regs,
    th: &mut VmThread,
    word: u64,
    first: Value,
    second: u64,
    drop: usize,
    ret: u16,
) -> Ctl {
    // SAFETY: the specializer stored a function with that many simple parameters, alive while the version stands.
    let func = unsafe { &*(word as *const Function) };
    let code = func.code();
    let count = if second == 0 { 1 } else { 2 };
    if code.simple_args != count {
        return Ctl::Deopt;
    }
    r.save();
    let fp = frame::push(th, func, code, r.fp);
    if fp.is_null() {
        frame::overflow(th);
        return Ctl::Error;
    }
    // SAFETY: the new frame has at least that many fast variables.
    unsafe {
        let to = (*fp).local_ptr(0);
        *to = first.word();
        if second != 0 {
            *to.add(1) = second;
        }
        for i in count as usize..code.nlocalsplus as usize {
            *to.add(i) = 0;
        }
    }
    let caller = r.frame();
    caller.sp = r.sp.down(drop);
    caller.ret = ret;
    th.frame = fp;
    // SAFETY: the new frame.
    unsafe { *r = Regs { ip: (*fp).ip, sp: (*fp).sp, fp } };
    Ctl::Jump
}

body! {
    Call |r, th, a| {
        adapt!(r, th, a, crate::specialize::call::specialize);
        r.save();
        after!(r, th, call(th, r.sp, r.fp, a), a as usize + 2)
    }
    CallPyExactArgs |r, th, a| {
        // SAFETY: a specialized instruction of this thread's copy.
        let c = unsafe { CallCache::at(r.ip) };
        let n = a as usize;
        let Some(func) = function_of_version(r.peek(n + 2), c.version()) else { return Ctl::Deopt };
        let count = n + usize::from(r.sp.word(n + 1) != 0);
        enter_exact!(r, th, func, count, n + 2, AFTER_CALL)
    }
    CallBoundMethodExactArgs |r, th, a| {
        // SAFETY: a specialized instruction of this thread's copy.
        let c = unsafe { CallCache::at(r.ip) };
        let n = a as usize;
        let m = r.peek(n + 2);
        if r.sp.word(n + 1) != 0 || !m.is_exact::<Method>() {
            return Ctl::Deopt;
        }
        // SAFETY: tested just before.
        let m = unsafe { m.cast_unchecked::<Method>() };
        let Some(func) = function_of_version(func(m), c.version()) else { return Ctl::Deopt };
        if func.code().simple_args as usize != n + 1 {
            return Ctl::Deopt;
        }
        r.sp.set(n + 1, receiver(m));
        enter_exact!(r, th, func, n + 1, n + 2, AFTER_CALL)
    }
    CallPyGeneral |r, th, a| {
        // SAFETY: a specialized instruction of this thread's copy.
        let c = unsafe { CallCache::at(r.ip) };
        if function_of_version(r.peek(a as usize + 2), c.version()).is_none() {
            return Ctl::Deopt;
        }
        r.save();
        after!(r, th, call(th, r.sp, r.fp, a), a as usize + 2)
    }
    CallBoundMethodGeneral |r, th, a| {
        // SAFETY: a specialized instruction of this thread's copy.
        let c = unsafe { CallCache::at(r.ip) };
        let n = a as usize;
        let m = r.peek(n + 2);
        if r.sp.word(n + 1) != 0 || !m.is_exact::<Method>() {
            return Ctl::Deopt;
        }
        // SAFETY: tested just before.
        let m = unsafe { m.cast_unchecked::<Method>() };
        if function_of_version(func(m), c.version()).is_none() {
            return Ctl::Deopt;
        }
        r.save();
        after!(r, th, call(th, r.sp, r.fp, a), a as usize + 2)
    }
    CallAllocAndEnterInit |r, th, a| {
        // SAFETY: a specialized instruction of this thread's copy.
        let c = unsafe { CallCache::at(r.ip) };
        let n = a as usize;
        let Some(class) = r.peek(n + 2).cast_type() else { return Ctl::Deopt };
        if r.sp.word(n + 1) != 0 || class.version() != c.version() {
            return Ctl::Deopt;
        }
        r.save();
        match crate::specialize::call::alloc_for_init(th, r.sp, n) {
            Ok(true) => {}
            Ok(false) => return Ctl::Deopt,
            Err(_) => return Ctl::Error,
        }
        // Instance and `__init__` took the places of null and class.
        // SAFETY: `alloc_for_init` put a function there.
        let func = unsafe { r.peek(n + 2).cast_unchecked::<Function>() };
        let this = r.peek(n + 1);
        let code = func.code();
        let fp = frame::push(th, func, code, r.fp);
        if fp.is_null() {
            frame::overflow(th);
            return Ctl::Error;
        }
        fill_exact(fp, code, r.sp, n + 1);
        // The instance stays on the caller's stack as the result.
        r.sp.set(n + 2, this);
        let caller = r.frame();
        caller.sp = r.sp.down(n + 1);
        caller.ret = AFTER_CALL;
        th.frame = fp;
        // SAFETY: the new frame.
        unsafe {
            (*fp).flags = INIT;
            *r = Regs { ip: (*fp).ip, sp: (*fp).sp, fp };
        }
        Ctl::Jump
    }
    CallKw |r, th, a| {
        adapt!(r, th, a, crate::specialize::call::specialize_kw);
        r.save();
        after!(r, th, call_kw(th, r.sp, r.fp, a), a as usize + 3)
    }
    CallKwPy |r, th, a| {
        // SAFETY: a specialized instruction of this thread's copy.
        let c = unsafe { CallKwCache::at(r.ip) };
        if function_of_version(r.peek(a as usize + 3), c.version()).is_none() {
            return Ctl::Deopt;
        }
        r.save();
        after!(r, th, call_kw(th, r.sp, r.fp, a), a as usize + 3)
    }
    CallKwBoundMethod |r, th, a| {
        // SAFETY: a specialized instruction of this thread's copy.
        let c = unsafe { CallKwCache::at(r.ip) };
        let n = a as usize;
        let m = r.peek(n + 3);
        if r.sp.word(n + 2) != 0 || !m.is_exact::<Method>() {
            return Ctl::Deopt;
        }
        // SAFETY: tested just before.
        if function_of_version(func(unsafe { m.cast_unchecked::<Method>() }), c.version()).is_none() {
            return Ctl::Deopt;
        }
        r.save();
        after!(r, th, call_kw(th, r.sp, r.fp, a), a as usize + 3)
    }
    CallKwNonPy |r, th, a| {
        let f = r.peek(a as usize + 3);
        if f.is_exact::<Function>() || f.is_exact::<Method>() {
            return Ctl::Deopt;
        }
        r.save();
        after!(r, th, call_kw(th, r.sp, r.fp, a), a as usize + 3)
    }
    CallFunctionEx |r, th, a| {
        adapt!(r, th, a, crate::specialize::call::specialize_ex);
        r.save();
        after!(r, th, call_ex(th, r.sp, r.fp), 4)
    }
    CallExPy |r, th, a| {
        if !r.peek(4).is_exact::<Function>() {
            return Ctl::Deopt;
        }
        r.save();
        after!(r, th, call_ex(th, r.sp, r.fp), 4)
    }
    CallExNonPyGeneral |r, th, a| {
        if r.peek(4).is_exact::<Function>() {
            return Ctl::Deopt;
        }
        r.save();
        after!(r, th, call_ex(th, r.sp, r.fp), 4)
    }
    BinaryOpSubscrGetitem |r, th, a| {
        // SAFETY: a specialized instruction of this thread's copy.
        let c = unsafe { BinaryOpCache::at(r.ip) };
        let (container, key) = (r.peek(2), r.peek(1));
        if !crate::specialize::binary_op::getitem_is(container, c.word()) {
            return Ctl::Deopt;
        }
        enter_cached(r, th, c.word(), container, key.word(), 2, AFTER_BINARY)
    }

    ReturnValue |r, th, a| {
        let w = r.sp.word(1);
        let f = r.frame();
        if f.flags != 0 {
            return match return_special(th, r.fp, w) {
                Outcome::Exit => Ctl::Exit,
                Outcome::Raised => {
                    *r = th.regs;
                    Ctl::Error
                }
                _ => {
                    *r = th.regs;
                    Ctl::Jump
                }
            };
        }
        let prev = f.prev;
        // SAFETY: a frame without flags is the top one of the frame stack, and has a caller.
        unsafe {
            frame::pop(th, r.fp);
            th.frame = prev;
            *r = Regs { ip: (*prev).ip.add((*prev).ret as usize), sp: (*prev).sp, fp: prev };
        }
        r.push_word(w);
        Ctl::Jump
    }
    InterpreterExit |r, th, a| {
        th.result = r.sp.word(1);
        Ctl::Exit
    }
    ExitInitCheck |r, th, a| {
        let v = r.peek(1);
        if !v.is_none() {
            r.save();
            init_returned(th, v);
            return Ctl::Error;
        }
        r.drop(1);
        Ctl::Next
    }
}

#[cold]
#[inline(never)]
fn init_returned(th: &mut VmThread, v: Value) {
    let tn = v.type_of().name();
    th.base.type_error(format_args!("__init__() should return None, not '{tn}'"));
}

/// Returns from a frame with flags.
#[inline(never)]
pub(crate) fn return_special(th: &mut VmThread, fp: *mut Frame, w: u64) -> Outcome {
    // SAFETY: the running frame, and callers that called it.
    unsafe {
        let flags = (*fp).flags;
        let prev = (*fp).prev;
        if flags & GENERATOR != 0 {
            Generator::of_frame(fp).finish(th);
        } else {
            frame::pop(th, fp);
        }
        th.frame = prev;
        if flags & ENTRY != 0 {
            th.result = w;
            return Outcome::Exit;
        }
        th.regs = Regs { ip: (*prev).ip, sp: (*prev).sp, fp: prev };
        if flags & INIT != 0 {
            let v = Value::from_word(w);
            if !v.is_none() {
                init_returned(th, v);
                return Outcome::Raised;
            }
        } else {
            th.regs.push_word(w);
        }
        th.regs.ip = th.regs.ip.add((*prev).ret as usize);
    }
    Outcome::Entered
}

/// Goes on in a frame that [`bind::enter`] made.
fn entered(th: &mut VmThread, new: *mut Frame, caller: *mut Frame, sp: Stack, ret: u16) -> Outcome {
    if new.is_null() {
        return Outcome::Raised;
    }
    // SAFETY: both are live frames of this thread.
    unsafe {
        (*caller).sp = sp;
        (*caller).ret = ret;
        th.frame = new;
        th.regs = Regs { ip: (*new).ip, sp: (*new).sp, fp: new };
    }
    Outcome::Entered
}

/// Puts the function and receiver of a bound method into the two places under the arguments.
#[inline(always)]
fn unfold(sp: Stack, n: usize) -> (Value, usize) {
    let callable = sp.get(n + 2);
    if sp.word(n + 1) != 0 {
        return (callable, n + 1);
    }
    if callable.is_exact::<Method>() {
        // SAFETY: tested just before.
        let m = unsafe { callable.cast_unchecked::<Method>() };
        sp.set(n + 1, receiver(m));
        sp.set(n + 2, func(m));
        return (func(m), n + 1);
    }
    (callable, n)
}

#[inline(never)]
pub(crate) fn call(th: &mut VmThread, sp: Stack, fp: *mut Frame, a: u32) -> Outcome {
    let n = a as usize;
    let (callable, count) = unfold(sp, n);
    let args = sp.top(count);
    if callable.is_exact::<Function>()
        && let Some(f) = callable.cast::<Function>()
    {
        let new = bind::enter(th, f, args, None, fp);
        return entered(th, new, fp, sp.down(n + 2), AFTER_CALL);
    }
    match ops::call::call(&mut th.base, callable, args, None) {
        Ok(v) => {
            sp.set(n + 2, v);
            Outcome::Done
        }
        Err(_) => Outcome::Raised,
    }
}

#[inline(never)]
pub(crate) fn call_kw(th: &mut VmThread, sp: Stack, fp: *mut Frame, a: u32) -> Outcome {
    let n = a as usize;
    let names = sp.get(1);
    let sp = sp.down(1);
    let (callable, count) = unfold(sp, n);
    let args = sp.top(count);
    if callable.is_exact::<Function>()
        && let Some(f) = callable.cast::<Function>()
    {
        let new = bind::enter(th, f, args, names.cast::<Tuple>(), fp);
        return entered(th, new, fp, sp.down(n + 2), AFTER_CALL_KW);
    }
    match ops::call::call(&mut th.base, callable, args, Some(names)) {
        Ok(v) => {
            sp.set(n + 2, v);
            Outcome::Done
        }
        Err(_) => Outcome::Raised,
    }
}

#[inline(never)]
pub(crate) fn call_ex(th: &mut VmThread, sp: Stack, fp: *mut Frame) -> Outcome {
    match call_ex_inner(th, sp, fp) {
        Ok(o) => o,
        Err(_) => Outcome::Raised,
    }
}

fn call_ex_inner(th: &mut VmThread, sp: Stack, fp: *mut Frame) -> R<Outcome> {
    let callable = sp.get(4);
    if !sp.get(2).is_exact::<Tuple>() {
        let v = sp.get(2);
        if v.type_of().slots().iter.is_none() && !ops::iter::is_sequence(v) {
            let f = crate::call::describe(&mut th.base, callable);
            let tn = v.type_of().name();
            return Err(th
                .base
                .type_error(format_args!("{f} argument after * must be an iterable, not {tn}")));
        }
        let t = ops::to_tuple(&mut th.base, v)?;
        sp.set(2, Value::from_ref(t));
    }
    if let Some(kw) = sp.opt(1)
        && !kw.is_exact::<Dict>()
    {
        let d = Dict::new(&mut th.base)?;
        super::build::merge_keywords(&mut th.base, d, kw, callable)?;
        sp.set(1, Value::from_ref(d));
    }
    // SAFETY: made sure of just before.
    let args = unsafe { sp.get(2).cast_unchecked::<Tuple>() };
    let kwargs = sp.opt(1).and_then(|d| d.cast::<Dict>());
    let first = sp.opt(3);
    if callable.is_exact::<Function>()
        && let Some(f) = callable.cast::<Function>()
        && first.is_none()
    {
        let new = match kwargs {
            Some(d) if d.len() != 0 => {
                let (flat, names) = crate::call::flatten(&mut th.base, args.as_slice(), d)?;
                bind::enter(th, f, flat.as_slice(), Some(names), fp)
            }
            _ => bind::enter(th, f, args.as_slice(), None, fp),
        };
        return Ok(entered(th, new, fp, sp.down(4), AFTER_CALL_EX));
    }
    let v = match first {
        None => ops::call::call_ex(&mut th.base, callable, args, kwargs)?,
        Some(s) => {
            let mut all = heddle_object::heap::RootVec::with(&th.base, &[s]);
            all.extend(args.as_slice());
            let t = Tuple::new(&mut th.base, all.as_slice())?;
            ops::call::call_ex(&mut th.base, callable, t, kwargs)?
        }
    };
    sp.set(4, v);
    Ok(Outcome::Done)
}

// ---- forms for native callables

use crate::specialize::call as native;

body! {
    CallType1 |r, th, a| {
        if r.sp.word(2) != 0 || r.peek(3) != heddle_object::types::TYPE.value() {
            return Ctl::Deopt;
        }
        let t = r.peek(1).type_of().value();
        r.replace(3, t);
        Ctl::Next
    }
    CallStr1 |r, th, a| {
        if r.sp.word(2) != 0 || r.peek(3) != heddle_object::types::STR.value() {
            return Ctl::Deopt;
        }
        r.save();
        let v = tri!(native::str1(th, r.sp));
        r.replace(3, v);
        Ctl::Next
    }
    CallTuple1 |r, th, a| {
        if r.sp.word(2) != 0 || r.peek(3) != heddle_object::types::TUPLE.value() {
            return Ctl::Deopt;
        }
        r.save();
        let v = tri!(native::tuple1(th, r.sp));
        r.replace(3, v);
        Ctl::Next
    }
    CallBuiltinClass |r, th, a| {
        let n = a as usize;
        if r.sp.word(n + 1) != 0 || !native::is_builtin_class(r.peek(n + 2)) {
            return Ctl::Deopt;
        }
        r.save();
        let v = tri!(native::call_class(th, r.sp, a));
        r.replace(n + 2, v);
        Ctl::Next
    }
    CallBuiltinO |r, th, a| {
        if r.sp.word(2) != 0 {
            return Ctl::Deopt;
        }
        let Some((f, slf)) = native::builtin_one(r.peek(3)) else { return Ctl::Deopt };
        r.save();
        let v = tri!(f(&mut th.base, slf, r.peek(1)));
        r.replace(3, v);
        Ctl::Next
    }
    CallBuiltinFast |r, th, a| {
        let n = a as usize;
        if r.sp.word(n + 1) != 0 {
            return Ctl::Deopt;
        }
        let Some((f, slf)) = native::builtin_fast(r.peek(n + 2), n) else { return Ctl::Deopt };
        r.save();
        let v = tri!(f(&mut th.base, slf, r.sp.top(n)));
        r.replace(n + 2, v);
        Ctl::Next
    }
    CallBuiltinFastWithKeywords |r, th, a| {
        let n = a as usize;
        if r.sp.word(n + 1) != 0 || !native::is_builtin_kw(r.peek(n + 2)) {
            return Ctl::Deopt;
        }
        r.save();
        let v = tri!(native::call_builtin_kw(th, r.sp, a));
        r.replace(n + 2, v);
        Ctl::Next
    }
    CallLen |r, th, a| {
        if r.sp.word(2) != 0 || r.peek(3).word() != th.vm.len_function() {
            return Ctl::Deopt;
        }
        r.save();
        let v = tri!(native::len(th, r.sp));
        r.replace(3, v);
        Ctl::Next
    }
    CallIsinstance |r, th, a| {
        if r.sp.word(3) != 0 || r.peek(4).word() != th.vm.isinstance_function() {
            return Ctl::Deopt;
        }
        let (v, c) = (r.peek(2), r.peek(1));
        if v.type_of().value() == c {
            r.replace(4, Value::bool(true));
            return Ctl::Next;
        }
        r.save();
        let b = tri!(native::isinstance(th, r.sp));
        r.replace(4, Value::bool(b));
        Ctl::Next
    }
    CallListAppend |r, th, a| {
        // The specializer saw that a POP_TOP follows; its work is done here as well.
        if r.peek(3).word() != th.vm.list_append() {
            return Ctl::Deopt;
        }
        let Some(l) = r.sp.opt(2) else { return Ctl::Deopt };
        if !l.is_exact::<heddle_object::types::List>() {
            return Ctl::Deopt;
        }
        r.save();
        tri!(native::append(th, r.sp));
        r.drop(3);
        r.skip(AFTER_CALL as usize + 1);
        Ctl::Jump
    }
    CallMethodDescriptorO |r, th, a| {
        let n = a as usize;
        let Some(f) = native::method_one(r.peek(n + 2), r.sp, n) else { return Ctl::Deopt };
        r.save();
        let v = tri!(f(&mut th.base, r.peek(2), r.peek(1)));
        r.replace(n + 2, v);
        Ctl::Next
    }
    CallMethodDescriptorNoargs |r, th, a| {
        let n = a as usize;
        let Some(f) = native::method_noargs(r.peek(n + 2), r.sp, n) else { return Ctl::Deopt };
        r.save();
        let v = tri!(f(&mut th.base, r.peek(1)));
        r.replace(n + 2, v);
        Ctl::Next
    }
    CallMethodDescriptorFast |r, th, a| {
        let n = a as usize;
        let Some((f, count)) = native::method_fast(r.peek(n + 2), r.sp, n) else { return Ctl::Deopt };
        r.save();
        let v = tri!(f(&mut th.base, r.peek(count + 1), r.sp.top(count)));
        r.replace(n + 2, v);
        Ctl::Next
    }
    CallMethodDescriptorFastWithKeywords |r, th, a| {
        let n = a as usize;
        if !native::is_method_kw(r.peek(n + 2), r.sp, n) {
            return Ctl::Deopt;
        }
        r.save();
        let v = tri!(native::call_method_kw(th, r.sp, a));
        r.replace(n + 2, v);
        Ctl::Next
    }
    CallNonPyGeneral |r, th, a| {
        let f = r.peek(a as usize + 2);
        if f.is_exact::<Function>() || f.is_exact::<Method>() {
            return Ctl::Deopt;
        }
        r.save();
        after!(r, th, call(th, r.sp, r.fp, a), a as usize + 2)
    }
}

//! Loops, generators, suspension: whatever takes one value after another.

use super::call::{Outcome, after};
use super::{Ctl, Regs, adapt, body, tri};
use crate::frame::{self, ENTRY, Frame, Stack};
use crate::thread::VmThread;
use crate::types::generator::{self, CREATED, Generator};
use crate::types::{async_gen, coroutine};
use heddle_object::core::native::SendResult;
use heddle_object::types::exceptions as exc;
use heddle_object::types::range::RangeIter;
use heddle_object::types::{List, Tuple};
use heddle_object::{R, Value, ops};
use heddle_tlbc::Opcode;
use heddle_tlbc::defs::caches_of;

/// Units of `SEND` and of `FOR_ITER`, which must agree: a yield goes on behind whichever resumed the generator.
const AFTER_SEND: usize = 1 + caches_of(Opcode::Send);
const _: () = assert!(AFTER_SEND == 1 + caches_of(Opcode::ForIter));

/// Enters a generator in place: pushes `$value` on its stack, makes its frame the running one.
macro_rules! enter_generator {
    ($r:ident, $th:ident, $gen:expr, $value:expr, $sp:expr, $ret:expr) => {{
        let g: &'static Generator = $gen;
        let value: Value = $value;
        if $th.base.recursion_remaining <= 0 {
            return Ctl::Deopt;
        }
        let state = match g.begin($th) {
            Ok(s) => s,
            Err(_) => return Ctl::Deopt,
        };
        if state == CREATED && !value.is_none() {
            g.header.set_aux(CREATED);
            return Ctl::Deopt;
        }
        $r.save();
        let caller = $r.frame();
        caller.sp = $sp;
        caller.ret = $ret as u16;
        g.link($th, $r.fp);
        *$r = generator::prepare(g, value);
        Ctl::Jump
    }};
}

body! {
    GetIter |r, th, a| { r.save(); let v = tri!(get_iter(th, r.sp)); r.replace(1, v); Ctl::Next }
    GetYieldFromIter |r, th, a| { r.save(); let v = tri!(get_yield_from_iter(th, r.fp, r.sp)); r.replace(1, v); Ctl::Next }
    GetAwaitable |r, th, a| { r.save(); let v = tri!(get_awaitable(th, r.sp, a)); r.replace(1, v); Ctl::Next }
    GetAiter |r, th, a| { r.save(); let v = tri!(get_aiter(th, r.sp)); r.replace(1, v); Ctl::Next }
    GetAnext |r, th, a| { r.save(); let v = tri!(get_anext(th, r.sp)); r.push(v); Ctl::Next }
    GetLen |r, th, a| { r.save(); let v = tri!(get_len(th, r.sp)); r.push(v); Ctl::Next }

    ForIter |r, th, a| {
        adapt!(r, th, a, crate::specialize::for_iter::specialize);
        r.save();
        match for_iter(th, r.sp) {
            Ok(Some(v)) => {
                r.push(v);
                Ctl::Next
            }
            Ok(None) => {
                // Behind the END_FOR.
                r.skip(AFTER_SEND + a as usize + 1);
                Ctl::Jump
            }
            Err(_) => Ctl::Error,
        }
    }
    ForIterList |r, th, a| {
        let it = r.peek(1);
        match crate::specialize::for_iter::list_next(th, it) {
            crate::specialize::for_iter::Step::Item(v) => {
                r.push(v);
                Ctl::Next
            }
            crate::specialize::for_iter::Step::End => {
                r.skip(AFTER_SEND + a as usize + 1);
                Ctl::Jump
            }
            crate::specialize::for_iter::Step::Other => Ctl::Deopt,
        }
    }
    ForIterTuple |r, th, a| {
        let it = r.peek(1);
        match crate::specialize::for_iter::tuple_next(th, it) {
            crate::specialize::for_iter::Step::Item(v) => {
                r.push(v);
                Ctl::Next
            }
            crate::specialize::for_iter::Step::End => {
                r.skip(AFTER_SEND + a as usize + 1);
                Ctl::Jump
            }
            crate::specialize::for_iter::Step::Other => Ctl::Deopt,
        }
    }
    ForIterRange |r, th, a| {
        let it = r.peek(1);
        if !it.is_exact::<RangeIter>() {
            return Ctl::Deopt;
        }
        // SAFETY: tested just before.
        match unsafe { it.cast_unchecked::<RangeIter>() }.advance() {
            Some(v) => {
                r.push(v);
                Ctl::Next
            }
            None => {
                r.skip(AFTER_SEND + a as usize + 1);
                Ctl::Jump
            }
        }
    }
    ForIterGen |r, th, a| {
        let it = r.peek(1);
        if !it.is_exact::<Generator>() {
            return Ctl::Deopt;
        }
        // A return goes to the END_FOR, which drops the value.
        // SAFETY: tested just before.
        enter_generator!(r, th, unsafe { it.cast_unchecked::<Generator>() }, Value::none(), r.sp, AFTER_SEND + a as usize)
    }
    Send |r, th, a| {
        adapt!(r, th, a, crate::specialize::for_iter::specialize_send);
        r.save();
        match send(th, r.sp) {
            Ok(true) => Ctl::Next,
            Ok(false) => {
                r.skip(AFTER_SEND + a as usize);
                Ctl::Jump
            }
            Err(_) => Ctl::Error,
        }
    }
    SendGen |r, th, a| {
        let (receiver, v) = (r.peek(2), r.peek(1));
        if !receiver.is_exact::<Generator>() && !receiver.is_type(&coroutine::COROUTINE) {
            return Ctl::Deopt;
        }
        // SAFETY: both types have this layout.
        let g = unsafe { &*receiver.as_ptr::<Generator>() };
        enter_generator!(r, th, g, v, r.sp.down(1), AFTER_SEND + a as usize)
    }
    YieldValue |r, th, a| {
        let v = r.pop();
        let f = r.frame();
        f.ip = r.ip;
        f.sp = r.sp;
        // SAFETY: only frames of generators yield; the unit behind is the RESUME, which says where this is.
        let (g, where_) = unsafe { (Generator::of_frame(r.fp), (*r.ip.add(1)).load().arg()) };
        g.unlink(th);
        let prev = f.prev;
        f.prev = std::ptr::null_mut();
        let was_entry = f.flags & ENTRY != 0;
        f.flags &= !ENTRY;
        th.frame = prev;
        g.header.set_aux(generator::state_after_yield(where_ as u32));
        if was_entry {
            th.result = v.word();
            return Ctl::Exit;
        }
        // SAFETY: the caller's frame.
        unsafe { *r = Regs { ip: (*prev).ip.add(AFTER_SEND), sp: (*prev).sp, fp: prev } };
        r.push(v);
        Ctl::Jump
    }
    ReturnGenerator |r, th, a| {
        r.save();
        after!(r, th, return_generator(th, r.fp), 1)
    }
    EndAsyncFor |r, th, a| {
        r.save();
        if tri!(ends_async_for(r.peek(1))) {
            r.drop(2);
            return Ctl::Next;
        }
        let e = r.pop();
        th.base.restore_exception(e);
        Ctl::Reraise
    }
    CleanupThrow |r, th, a| {
        let e = r.peek(1);
        match stop_value(e) {
            Some(v) => {
                // Sub-iterator, last sent value, exception: None and the value take their places.
                r.drop(3);
                r.push(Value::none());
                r.push(v);
                Ctl::Next
            }
            None => {
                th.base.restore_exception(e);
                Ctl::Reraise
            }
        }
    }
    UnpackSequence |r, th, a| {
        adapt!(r, th, a, crate::specialize::for_iter::specialize_unpack);
        r.save();
        tri!(unpack_sequence(th, r.sp, a));
        r.sp = r.sp.down(1).up(a as usize);
        Ctl::Next
    }
    UnpackSequenceTwoTuple |r, th, a| {
        let v = r.peek(1);
        if !v.is_exact::<Tuple>() {
            return Ctl::Deopt;
        }
        // SAFETY: tested just before.
        match unsafe { v.cast_unchecked::<Tuple>() }.as_slice() {
            [x, y] => {
                r.replace(1, *y);
                r.push(*x);
                Ctl::Next
            }
            _ => Ctl::Deopt,
        }
    }
    UnpackSequenceTuple |r, th, a| {
        let v = r.peek(1);
        if !v.is_exact::<Tuple>() {
            return Ctl::Deopt;
        }
        // SAFETY: tested just before.
        let items = unsafe { v.cast_unchecked::<Tuple>() }.as_slice();
        if items.len() != a as usize {
            return Ctl::Deopt;
        }
        r.drop(1);
        for x in items.iter().rev() {
            r.push(*x);
        }
        Ctl::Next
    }
    UnpackSequenceList |r, th, a| {
        let v = r.peek(1);
        if !v.is_exact::<List>() || !unpack_list(th, r.sp, a) {
            return Ctl::Deopt;
        }
        r.sp = r.sp.down(1).up(a as usize);
        Ctl::Next
    }
    UnpackEx |r, th, a| {
        r.save();
        tri!(unpack_ex(th, r.sp, a));
        r.sp = r.sp.up((a & 0xFF) as usize + (a >> 8) as usize);
        Ctl::Next
    }
}

fn ends_async_for(e: Value) -> R<bool> {
    Ok(e.is_instance(&exc::STOP_ASYNC_ITERATION))
}

fn stop_value(e: Value) -> Option<Value> {
    if !e.is_instance(&exc::STOP_ITERATION) {
        return None;
    }
    let x = e.cast::<heddle_object::types::Exception>()?;
    Some(x.field(0).unwrap_or_else(Value::none))
}

#[inline(never)]
fn get_iter(th: &mut VmThread, sp: Stack) -> R {
    ops::iter::iter(&mut th.base, sp.get(1))
}

#[inline(never)]
fn get_len(th: &mut VmThread, sp: Stack) -> R {
    let n = ops::len(&mut th.base, sp.get(1))?;
    heddle_object::types::int::from_usize(&mut th.base, n)
}

#[inline(never)]
fn get_yield_from_iter(th: &mut VmThread, fp: *mut Frame, sp: Stack) -> R {
    use heddle_tlbc::defs::operands::co;
    let v = sp.get(1);
    if v.is_exact::<Generator>() {
        return Ok(v);
    }
    if v.is_type(&coroutine::COROUTINE) {
        // SAFETY: the running frame.
        let flags = unsafe { &*fp }.code().flags;
        if flags & (co::COROUTINE | co::ITERABLE_COROUTINE) == 0 {
            return Err(th.base.type_error(format_args!(
                "cannot 'yield from' a coroutine object in a non-coroutine generator"
            )));
        }
        return Ok(v);
    }
    ops::iter::iter(&mut th.base, v)
}

#[inline(never)]
fn get_awaitable(th: &mut VmThread, sp: Stack, a: u32) -> R {
    coroutine::awaitable(th, sp.get(1), a)
}

#[inline(never)]
fn get_aiter(th: &mut VmThread, sp: Stack) -> R {
    async_gen::get_aiter(th, sp.get(1))
}

#[inline(never)]
fn get_anext(th: &mut VmThread, sp: Stack) -> R {
    async_gen::get_anext(th, sp.get(1))
}

#[inline(never)]
fn for_iter(th: &mut VmThread, sp: Stack) -> R<Option<Value>> {
    match ops::iter::next(&mut th.base, sp.get(1)) {
        Err(e) if th.base.catch(e, &exc::STOP_ITERATION) => Ok(None),
        r => r,
    }
}

/// Sends the top to what is below it; the answer takes the top's place. True when it was yielded.
#[inline(never)]
fn send(th: &mut VmThread, sp: Stack) -> R<bool> {
    let (receiver, v) = (sp.get(2), sp.get(1));
    let slots = receiver.type_of().slots();
    let answer = if let Some(f) = slots.send {
        f(&mut th.base, receiver, v)
    } else if let (true, Some(next)) = (v.is_none(), slots.iternext) {
        // The slot itself, not `ops::next`: a StopIteration carries the value.
        match next(&mut th.base, receiver) {
            Ok(Some(v)) => Ok(SendResult::Yield(v)),
            Ok(None) => Ok(SendResult::Return(Value::none())),
            Err(e) => Err(e),
        }
    } else {
        ops::call::call_method(&mut th.base, receiver, heddle_object::names::n().send, &[v])
            .map(SendResult::Yield)
    };
    match answer {
        Ok(SendResult::Yield(v)) => {
            sp.set(1, v);
            Ok(true)
        }
        Ok(SendResult::Return(v)) => {
            sp.set(1, v);
            Ok(false)
        }
        Err(e) => {
            if let Some(v) = th.base.exception.and_then(stop_value) {
                th.base.take_exception(e);
                sp.set(1, v);
                return Ok(false);
            }
            Err(e)
        }
    }
}

/// Makes the generator of the running frame and returns it to the caller.
#[inline(never)]
fn return_generator(th: &mut VmThread, fp: *mut Frame) -> Outcome {
    let g = match generator::from_frame(th, fp) {
        Ok(g) => g,
        Err(_) => return Outcome::Raised,
    };
    // SAFETY: the running frame and its caller; a fresh generator's frame is not linked anywhere.
    unsafe {
        let (prev, flags) = ((*fp).prev, (*fp).flags);
        frame::pop(th, fp);
        th.frame = prev;
        if flags & ENTRY != 0 {
            th.result = g.value().word();
            return Outcome::Exit;
        }
        th.regs = Regs { ip: (*prev).ip.add((*prev).ret as usize), sp: (*prev).sp, fp: prev };
        th.regs.push(g.value());
    }
    Outcome::Entered
}

#[inline(never)]
fn unpack_list(th: &mut VmThread, sp: Stack, a: u32) -> bool {
    // SAFETY: the caller tested it.
    let l = unsafe { sp.get(1).cast_unchecked::<List>() };
    let n = a as usize;
    let base = sp.down(1).up(n);
    th.base.critical(&l.header, |_| {
        if l.len() != n {
            return false;
        }
        for i in 0..n {
            match l.get(i) {
                Some(v) => base.set(i + 1, v),
                None => return false,
            }
        }
        true
    })
}

/// Unpacks the top into `a` values, the first on top.
#[inline(never)]
fn unpack_sequence(th: &mut VmThread, sp: Stack, a: u32) -> R<()> {
    unpack(th, sp, a as usize, None)
}

#[inline(never)]
fn unpack_ex(th: &mut VmThread, sp: Stack, a: u32) -> R<()> {
    unpack(th, sp, (a & 0xFF) as usize, Some((a >> 8) as usize))
}

fn unpack(th: &mut VmThread, sp: Stack, before: usize, after: Option<usize>) -> R<()> {
    let v = sp.get(1);
    let th = &mut th.base;
    if v.type_of().slots().iter.is_none() && !ops::iter::is_sequence(v) {
        let tn = v.type_of().name();
        return Err(th.type_error(format_args!("cannot unpack non-iterable {tn} object")));
    }
    let it = ops::iter::iter(th, v)?;
    let mut got = heddle_object::heap::RootVec::with(th, &[]);
    while got.as_slice().len() < before {
        match ops::iter::next(th, it)? {
            Some(x) => got.push(x),
            None => {
                let have = got.as_slice().len();
                return Err(match after {
                    None => th.value_error(format_args!(
                        "not enough values to unpack (expected {before}, got {have})"
                    )),
                    Some(n) => th.value_error(format_args!(
                        "not enough values to unpack (expected at least {}, got {have})",
                        before + n
                    )),
                });
            }
        }
    }
    let Some(after) = after else {
        if ops::iter::next(th, it)?.is_some() {
            let known = if v.is_exact::<List>()
                || v.is_exact::<Tuple>()
                || v.is_exact::<heddle_object::types::Dict>()
            {
                Some(ops::len(th, v)?)
            } else {
                None
            };
            return Err(match known.filter(|n| *n > before) {
                Some(n) => th.value_error(format_args!(
                    "too many values to unpack (expected {before}, got {n})"
                )),
                None => {
                    th.value_error(format_args!("too many values to unpack (expected {before})"))
                }
            });
        }
        let base = sp.down(1).up(before);
        for (i, x) in got.as_slice().iter().enumerate() {
            base.set(i + 1, *x);
        }
        return Ok(());
    };
    let rest = ops::to_list(th, it)?;
    let n = rest.len();
    if n < after {
        return Err(th.value_error(format_args!(
            "not enough values to unpack (expected at least {}, got {})",
            before + after,
            before + n
        )));
    }
    for i in n - after..n {
        let x = rest.get(i).unwrap_or_else(Value::none);
        got.push(x);
    }
    for _ in 0..after {
        rest.pop_last(th);
    }
    // From the top: the values before, the list, the values after.
    let top = sp.up(before + after);
    let got = got.as_slice();
    for (i, x) in got[..before].iter().enumerate() {
        top.set(i + 1, *x);
    }
    top.set(before + 1, Value::from_ref(rest));
    for (i, x) in got[before..].iter().enumerate() {
        top.set(before + 2 + i, *x);
    }
    Ok(())
}

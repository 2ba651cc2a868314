//! Calls from native code into Python code, and what all calls share.
//!
//! `bind` sorts arguments into parameters. [`run`] is the one way from native code into the evaluator.

pub mod bind;

use crate::dispatch;
use crate::frame::{self, ENTRY, Frame};
use crate::thread::VmThread;
use crate::types::function::Function;
use heddle_object::heap::RootVec;
use heddle_object::names::n;
use heddle_object::types::{Dict, Str, Tuple};
use heddle_object::{R, Thread, Value, attr};

/// Runs a frame that was pushed until it returns.
///
/// **Errors:** whatever the code raises; RecursionError when the native stack is nearly used up.
/// **Threads:** attached. **Escapes:** yes.
pub fn run(th: &mut VmThread, fp: *mut Frame) -> R {
    // SAFETY: the caller has just pushed it.
    unsafe {
        (*fp).flags |= ENTRY;
        if th.base.native_stack_low() {
            return Err(native_overflow(th, fp));
        }
        th.frame = fp;
        let word = dispatch::enter(th, crate::uops::Regs { ip: (*fp).ip, sp: (*fp).sp, fp });
        frame::result(th, word)
    }
}

#[cold]
fn native_overflow(th: &mut VmThread, fp: *mut Frame) -> heddle_object::Raised {
    // SAFETY: the frame has just been pushed.
    unsafe { frame::pop(th, fp) };
    // SAFETY: the frame below, or null.
    th.frame = unsafe { (*fp).prev };
    let low = th.base.native_limit;
    th.base.native_limit = low.saturating_sub(64 << 10);
    let e = th.base.recursion_error(format_args!("maximum recursion depth exceeded"));
    th.base.native_limit = low;
    e
}

/// The call slot of Python functions.
pub fn function_call(
    th: &mut Thread,
    callable: Value,
    args: &[Value],
    kwnames: Option<Value>,
) -> R {
    let th = VmThread::of(th);
    // SAFETY: the slot belongs to functions only.
    let f = unsafe { callable.cast_unchecked::<Function>() };
    let prev = th.frame;
    let fp = bind::enter(th, f, args, kwnames.and_then(|k| k.cast::<Tuple>()), prev);
    if fp.is_null() {
        return Err(crate::thread::pending(th));
    }
    run(th, fp)
}

/// Runs a code object that takes no arguments with these names: modules, class bodies, `exec`, `eval`.
///
/// `func` carries globals, built-ins and closure; `locals` is the mapping of local names.
pub fn run_code(th: &mut VmThread, func: &'static Function, locals: Option<Value>) -> R {
    let code = func.code();
    let prev = th.frame;
    let fp = frame::push(th, func, code, prev);
    if fp.is_null() {
        return Err(frame::overflow(th));
    }
    // SAFETY: the frame pushed just now.
    unsafe {
        for i in 0..code.nlocalsplus as usize {
            *(*fp).local_ptr(i) = 0;
        }
        (*fp).locals = Value::slot_word(locals);
    }
    run(th, fp)
}

/// `f()` as error messages of calls name a callable.
pub fn describe(th: &mut Thread, callable: Value) -> String {
    let got = attr::getattr_optional(th, callable, n().__qualname__);
    let Ok(Some(q)) = got else {
        th.exception = None;
        return match heddle_object::ops::str(th, callable) {
            Ok(s) => s.to_string_lossy().into_owned(),
            Err(e) => {
                th.take_exception(e);
                String::new()
            }
        };
    };
    let q = match q.cast::<Str>() {
        Some(q) => q.to_string_lossy().into_owned(),
        None => return String::new(),
    };
    match attr::getattr_optional(th, callable, n().__module__) {
        Ok(Some(m)) => match m.cast::<Str>() {
            Some(m) if !m.eq_str("builtins") => format!("{}.{q}()", m.to_string_lossy()),
            _ => format!("{q}()"),
        },
        _ => {
            th.exception = None;
            format!("{q}()")
        }
    }
}

/// Positional arguments and a dict of keywords as the arguments of a vectorcall.
pub fn flatten(
    th: &mut Thread,
    args: &[Value],
    kwargs: &'static Dict,
) -> R<(RootVec, &'static Tuple)> {
    let mut flat = RootVec::with(th, args);
    let mut names = RootVec::with(th, &[]);
    let mut pos = 0;
    while let Some((k, v)) = kwargs.next(&mut pos) {
        if k.cast::<Str>().is_none() {
            return Err(th.type_error(format_args!("keywords must be strings")));
        }
        names.push(k);
        flat.push(v);
    }
    let names = Tuple::new(th, names.as_slice())?;
    Ok((flat, names))
}

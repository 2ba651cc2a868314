//! `CALL`, `CALL_KW` and `CALL_FUNCTION_EX`: Python functions by version, native ones by the form of their code.

use super::{Reason, fail, write, write_plain};
use crate::frame::{Frame, Stack};
use crate::thread::VmThread;
use crate::types::function::Function;
use heddle_object::core::native::{MethodDef, NativeFn};
use heddle_object::names::n;
use heddle_object::types::descr::{
    BoundMethod, BuiltinFunction, METHOD_DESCRIPTOR, MethodDescriptor,
};
use heddle_object::types::{LIST, List, STR, TUPLE, TYPE, Tuple};
use heddle_object::{R, Thread, Type, Value, flags, ops, ty};
use heddle_tlbc::cache::{CallCache, CallKwCache};
use heddle_tlbc::{Opcode, Unit};

type One = fn(&mut Thread, Value, Value) -> R;
type NoArgs = fn(&mut Thread, Value) -> R;
type Fast = fn(&mut Thread, Value, &[Value]) -> R;

// ---- guards, used by the specializers too

/// Whether a value is a native class that is called through its own `__new__` and `__init__`.
#[inline(always)]
pub fn is_builtin_class(v: Value) -> bool {
    match v.cast_type() {
        Some(t) => {
            !t.has(flags::HEAPTYPE)
                && std::ptr::eq(v.type_of(), TYPE.ty())
                && !std::ptr::eq(t, TYPE.ty())
        }
        None => false,
    }
}

#[inline(always)]
fn builtin(v: Value) -> Option<&'static BuiltinFunction> {
    if v.is_exact::<BuiltinFunction>() {
        // SAFETY: tested just before.
        Some(unsafe { v.cast_unchecked::<BuiltinFunction>() })
    } else {
        None
    }
}

/// Native code of one argument, and its self.
#[inline(always)]
pub fn builtin_one(v: Value) -> Option<(One, Value)> {
    let b = builtin(v)?;
    match b.def.func {
        NativeFn::One(f) => Some((f, b.bound_self())),
        _ => None,
    }
}

/// Native code that takes `count` positional arguments, and its self.
#[inline(always)]
pub fn builtin_fast(v: Value, count: usize) -> Option<(Fast, Value)> {
    let b = builtin(v)?;
    match b.def.func {
        NativeFn::Fast { f, min, max } if count >= min as usize && count <= max as usize => {
            Some((f, b.bound_self()))
        }
        _ => None,
    }
}

/// Native code that would take keywords.
#[inline(always)]
pub fn is_builtin_kw(v: Value) -> bool {
    builtin(v).is_some_and(|b| matches!(b.def.func, NativeFn::Kw(_)))
}

/// The declaration of a native method whose first argument, with `count` on the stack, fits its class.
#[inline(always)]
fn method(v: Value, sp: Stack, n: usize) -> Option<(&'static MethodDef, usize)> {
    if !v.has_shape(METHOD_DESCRIPTOR.shape()) {
        return None;
    }
    let count = n + usize::from(sp.word(n + 1) != 0);
    if count == 0 {
        return None;
    }
    // SAFETY: tested just before.
    let d = unsafe { &*v.as_ptr::<MethodDescriptor>() };
    let t = sp.get(count).type_of();
    if !std::ptr::eq(t, d.owner()) && !t.is_subtype(d.owner()) {
        return None;
    }
    Some((d.what, count))
}

/// Native method of self and one argument.
#[inline(always)]
pub fn method_one(v: Value, sp: Stack, n: usize) -> Option<One> {
    match method(v, sp, n)? {
        (MethodDef { func: NativeFn::One(f), .. }, 2) => Some(*f),
        _ => None,
    }
}

/// Native method of self alone.
#[inline(always)]
pub fn method_noargs(v: Value, sp: Stack, n: usize) -> Option<NoArgs> {
    match method(v, sp, n)? {
        (MethodDef { func: NativeFn::NoArgs(f), .. }, 1) => Some(*f),
        _ => None,
    }
}

/// Native method of positional arguments, and their number without self.
#[inline(always)]
pub fn method_fast(v: Value, sp: Stack, n: usize) -> Option<(Fast, usize)> {
    match method(v, sp, n)? {
        (MethodDef { func: NativeFn::Fast { f, min, max }, .. }, count)
            if count > *min as usize && count <= *max as usize + 1 =>
        {
            Some((*f, count - 1))
        }
        _ => None,
    }
}

/// Whether it is a native method that would take keywords.
#[inline(always)]
pub fn is_method_kw(v: Value, sp: Stack, n: usize) -> bool {
    matches!(method(v, sp, n), Some((MethodDef { func: NativeFn::Kw(_), .. }, _)))
}

// ---- what the forms do

/// `str(x)`
#[inline(never)]
pub fn str1(th: &mut VmThread, sp: Stack) -> R {
    ops::str(&mut th.base, sp.get(1)).map(|s| Value::from_ref(s))
}

/// `tuple(x)`
#[inline(never)]
pub fn tuple1(th: &mut VmThread, sp: Stack) -> R {
    let v = sp.get(1);
    if v.is_exact::<Tuple>() {
        return Ok(v);
    }
    ops::to_tuple(&mut th.base, v).map(|t| Value::from_ref(t))
}

/// A native class, called.
#[inline(never)]
pub fn call_class(th: &mut VmThread, sp: Stack, a: u32) -> R {
    ops::call::call(&mut th.base, sp.get(a as usize + 2), sp.top(a as usize), None)
}

/// A native function that would take keywords, called without.
#[inline(never)]
pub fn call_builtin_kw(th: &mut VmThread, sp: Stack, a: u32) -> R {
    ops::call::call(&mut th.base, sp.get(a as usize + 2), sp.top(a as usize), None)
}

/// A native method that would take keywords, called without.
#[inline(never)]
pub fn call_method_kw(th: &mut VmThread, sp: Stack, a: u32) -> R {
    let n = a as usize;
    let count = n + usize::from(sp.word(n + 1) != 0);
    ops::call::call(&mut th.base, sp.get(n + 2), sp.top(count), None)
}

/// `len(x)`
#[inline(never)]
pub fn len(th: &mut VmThread, sp: Stack) -> R {
    let n = ops::len(&mut th.base, sp.get(1))?;
    heddle_object::types::int::from_usize(&mut th.base, n)
}

/// `isinstance(x, c)`
#[inline(never)]
pub fn isinstance(th: &mut VmThread, sp: Stack) -> R<bool> {
    ops::is_instance(&mut th.base, sp.get(2), sp.get(1))
}

/// `l.append(x)`
#[inline(never)]
pub fn append(th: &mut VmThread, sp: Stack) -> R<()> {
    // SAFETY: the guard tested it.
    unsafe { sp.get(2).cast_unchecked::<List>() }.push(&mut th.base, sp.get(1))
}

/// `__init__` of a class whose calls do nothing but allocate and run it; `n` arguments besides self.
fn simple_init(th: &mut VmThread, class: &'static Type, n: usize) -> Option<&'static Function> {
    if !class.has(flags::HEAPTYPE) || !std::ptr::eq(class.value().type_of(), TYPE.ty()) {
        return None;
    }
    let (new, base_new) = (class.slots().new?, heddle_object::types::OBJECT.ty().slots().new?);
    if !std::ptr::fn_addr_eq(new, base_new) || class.has(flags::ABSTRACT) {
        return None;
    }
    if !std::ptr::eq(class.layout(), &raw const heddle_object::types::OBJECT) {
        return None;
    }
    let init = ty::lookup(&mut th.base, class, n_init())?;
    let f = init.cast::<Function>().filter(|_| init.is_exact::<Function>())?;
    (f.code().simple_args == n as i32 + 1).then_some(f)
}

fn n_init() -> &'static heddle_object::types::Str {
    n().__init__
}

/// Allocates the instance for `CALL_ALLOC_AND_ENTER_INIT`: `__init__` takes the place of the class, the instance that of
/// null. False when the class does not fit any more.
#[inline(never)]
pub fn alloc_for_init(th: &mut VmThread, sp: Stack, n: usize) -> R<bool> {
    let Some(class) = sp.get(n + 2).cast_type() else { return Ok(false) };
    let Some(f) = simple_init(th, class, n) else { return Ok(false) };
    let v = ty::alloc_instance(&mut th.base, class)?;
    sp.set(n + 1, v);
    sp.set(n + 2, Value::from_ref(f));
    Ok(true)
}

// ---- the specializers

/// Specializes `CALL`.
#[cold]
#[inline(never)]
pub fn specialize(th: &mut VmThread, ip: *const Unit, sp: Stack, _fp: *mut Frame, a: u32) {
    let n = a as usize;
    let (callable, has_self) = (sp.get(n + 2), sp.word(n + 1) != 0);
    if let Some(f) = callable.cast::<Function>().filter(|_| callable.is_exact::<Function>()) {
        return python(th, ip, f, n + usize::from(has_self), false);
    }
    if callable.is_exact::<BoundMethod>() && !has_self {
        let func = BoundMethod::parts(callable)
            .and_then(|(f, _)| f.cast::<Function>().filter(|_| f.is_exact::<Function>()));
        return match func {
            Some(f) => python(th, ip, f, n + 1, true),
            None => fail(ip, Reason::NoForm),
        };
    }
    if callable.cast_type().is_some() {
        return class(th, ip, sp, n, has_self);
    }
    native(th, ip, sp, n, has_self)
}

fn python(th: &mut VmThread, ip: *const Unit, f: &'static Function, count: usize, bound: bool) {
    let version = f.version_or_new(&th.base);
    if version == 0 {
        return fail(ip, Reason::NoVersion);
    }
    let form = match (f.code().simple_args == count as i32, bound) {
        (true, false) => Opcode::CallPyExactArgs,
        (true, true) => Opcode::CallBoundMethodExactArgs,
        (false, false) => Opcode::CallPyGeneral,
        (false, true) => Opcode::CallBoundMethodGeneral,
    };
    write::<CallCache>(th, ip, form, |c| {
        c.set_version(version);
    });
}

fn class(th: &mut VmThread, ip: *const Unit, sp: Stack, n: usize, has_self: bool) {
    let callable = sp.get(n + 2);
    let Some(t) = callable.cast_type().filter(|_| !has_self) else {
        return fail(ip, Reason::NoForm);
    };
    if n == 1 && callable == TYPE.value() {
        return write_plain(th, ip, Opcode::CallType1);
    }
    if n == 1 && callable == STR.value() {
        return write_plain(th, ip, Opcode::CallStr1);
    }
    if n == 1 && callable == TUPLE.value() {
        return write_plain(th, ip, Opcode::CallTuple1);
    }
    if is_builtin_class(callable) {
        return write_plain(th, ip, Opcode::CallBuiltinClass);
    }
    if simple_init(th, t, n).is_some() {
        let version = ty::assign_type_version(&mut th.base, t);
        if version == 0 {
            return fail(ip, Reason::NoVersion);
        }
        return write::<CallCache>(th, ip, Opcode::CallAllocAndEnterInit, |c| {
            c.set_version(version);
        });
    }
    write_plain(th, ip, Opcode::CallNonPyGeneral)
}

fn native(th: &mut VmThread, ip: *const Unit, sp: Stack, n: usize, has_self: bool) {
    let callable = sp.get(n + 2);
    let w = callable.word();
    if builtin(callable).is_some() && !has_self {
        let form = if n == 1 && w == th.vm.len_function() {
            Opcode::CallLen
        } else if n == 2 && w == th.vm.isinstance_function() {
            Opcode::CallIsinstance
        } else if n == 1 && builtin_one(callable).is_some() {
            Opcode::CallBuiltinO
        } else if builtin_fast(callable, n).is_some() {
            Opcode::CallBuiltinFast
        } else if is_builtin_kw(callable) {
            Opcode::CallBuiltinFastWithKeywords
        } else {
            Opcode::CallNonPyGeneral
        };
        return write_plain(th, ip, form);
    }
    if w == th.vm.list_append()
        && n == 1
        && has_self
        && sp.get(2).is_exact::<List>()
        && pops_after(ip)
    {
        return write_plain(th, ip, Opcode::CallListAppend);
    }
    let form = if method_one(callable, sp, n).is_some() {
        Opcode::CallMethodDescriptorO
    } else if method_noargs(callable, sp, n).is_some() {
        Opcode::CallMethodDescriptorNoargs
    } else if method_fast(callable, sp, n).is_some() {
        Opcode::CallMethodDescriptorFast
    } else if is_method_kw(callable, sp, n) {
        Opcode::CallMethodDescriptorFastWithKeywords
    } else {
        Opcode::CallNonPyGeneral
    };
    let _ = &LIST;
    write_plain(th, ip, form)
}

/// Whether a POP_TOP follows the call.
fn pops_after(ip: *const Unit) -> bool {
    // SAFETY: a call is never the last instruction of its code.
    let next = unsafe { (*ip.add(1 + heddle_tlbc::defs::caches_of(Opcode::Call))).load() };
    next.op() == Opcode::PopTop as u8
}

/// Specializes `CALL_KW`.
#[cold]
#[inline(never)]
pub fn specialize_kw(th: &mut VmThread, ip: *const Unit, sp: Stack, _fp: *mut Frame, a: u32) {
    let n = a as usize;
    let (callable, has_self) = (sp.get(n + 3), sp.word(n + 2) != 0);
    let (f, form) = if callable.is_exact::<Function>() {
        (callable.cast::<Function>(), Opcode::CallKwPy)
    } else if callable.is_exact::<BoundMethod>() && !has_self {
        let f = BoundMethod::parts(callable)
            .and_then(|(f, _)| f.cast::<Function>().filter(|_| f.is_exact::<Function>()));
        (f, Opcode::CallKwBoundMethod)
    } else if callable.is_exact::<BoundMethod>() {
        (None, Opcode::CallKwPy)
    } else {
        return write_plain(th, ip, Opcode::CallKwNonPy);
    };
    let Some(f) = f else { return fail(ip, Reason::NoForm) };
    let version = f.version_or_new(&th.base);
    if version == 0 {
        return fail(ip, Reason::NoVersion);
    }
    write::<CallKwCache>(th, ip, form, |c| {
        c.set_version(version);
    });
}

/// Specializes `CALL_FUNCTION_EX`.
#[cold]
#[inline(never)]
pub fn specialize_ex(th: &mut VmThread, ip: *const Unit, sp: Stack, _fp: *mut Frame, _a: u32) {
    let form = if sp.get(4).is_exact::<Function>() {
        Opcode::CallExPy
    } else {
        Opcode::CallExNonPyGeneral
    };
    write_plain(th, ip, form)
}

//! Exceptions, `with`, and the two intrinsic instructions.

use super::{Ctl, body, tri};
use crate::frame::{Frame, Stack};
use crate::thread::VmThread;
use crate::types::function::Function;
use heddle_object::names::n;
use heddle_object::types::exceptions as exc;
use heddle_object::types::{Dict, Exception, Str, Tuple};
use heddle_object::{R, Thread, Value, attr, ops};
use heddle_tlbc::defs::operands::{Intrinsic1, Intrinsic2, SpecialMethod};

body! {
    PushExcInfo |r, th, a| {
        let e = r.peek(1);
        let item = handled(th);
        let old = item.value.get().unwrap_or_else(Value::none);
        r.replace(1, old);
        r.push(e);
        item.value.set(Some(e));
        Ctl::Next
    }
    PopExcept |r, th, a| {
        let old = r.pop();
        handled(th).value.set(if old.is_none() { None } else { Some(old) });
        Ctl::Next
    }
    CheckExcMatch |r, th, a| {
        r.save();
        let hit = tri!(check_exc_match(th, r.sp));
        r.replace(1, Value::bool(hit));
        Ctl::Next
    }
    CheckEgMatch |r, th, a| {
        r.save();
        tri!(check_eg_match(th, r.sp));
        Ctl::Next
    }
    RaiseVarargs |r, th, a| {
        r.save();
        if raise(th, r.sp, a) { Ctl::Reraise } else { Ctl::Error }
    }
    Reraise |r, th, a| {
        let e = r.pop();
        r.save();
        if a != 0 {
            // The exception came through a `finally` or `with`: the place where it was raised is shown.
            let lasti = r.sp.get(a as usize);
            restore_lasti(r.fp, lasti);
        }
        th.base.restore_exception(e);
        Ctl::Reraise
    }
    WithExceptStart |r, th, a| {
        r.save();
        let v = tri!(with_except_start(th, r.sp));
        r.push(v);
        Ctl::Next
    }
    LoadSpecial |r, th, a| {
        r.save();
        tri!(load_special(th, r.sp, a));
        r.sp = r.sp.up(1);
        Ctl::Next
    }
    CallIntrinsic1 |r, th, a| {
        r.save();
        let v = tri!(intrinsic_1(th, r.fp, r.sp, a));
        r.replace(1, v);
        Ctl::Next
    }
    CallIntrinsic2 |r, th, a| {
        r.save();
        let v = tri!(intrinsic_2(th, r.sp, a));
        r.replace(2, v);
        Ctl::Next
    }
}

/// The level of exceptions being handled on top.
#[inline(always)]
fn handled(th: &VmThread) -> &'static heddle_object::core::thread::ExcItem {
    // SAFETY: the chain ends with the thread's own level, which is never taken off.
    unsafe { &*th.base.exc_info }
}

#[inline(never)]
fn restore_lasti(fp: *mut Frame, lasti: Value) {
    // SAFETY: the frame that runs.
    let f = unsafe { &mut *fp };
    let pc = lasti.as_small_int().unwrap_or(0).max(0) as usize;
    // SAFETY: the handler table stored an offset within this code.
    f.ip = unsafe { f.base().add(pc) };
}

const NOT_EXCEPTIONS: &str =
    "catching classes that do not inherit from BaseException is not allowed";

fn is_exception_class(v: Value) -> bool {
    v.cast_type().is_some_and(|t| t.has(heddle_object::flags::BASE_EXC))
}

fn check_classes(th: &mut Thread, c: Value) -> R<()> {
    let ok = match c.cast::<Tuple>() {
        Some(t) => t.as_slice().iter().all(|c| is_exception_class(*c)),
        None => is_exception_class(c),
    };
    if ok { Ok(()) } else { Err(th.type_error(format_args!("{NOT_EXCEPTIONS}"))) }
}

/// Whether an exception is an instance of a class or of one of a tuple.
pub(crate) fn matches(e: Value, c: Value) -> bool {
    match c.cast::<Tuple>() {
        Some(t) => t.as_slice().iter().any(|c| matches(e, *c)),
        None => c.cast_type().is_some_and(|t| e.type_of().is_subtype(t)),
    }
}

#[inline(never)]
fn check_exc_match(th: &mut VmThread, sp: Stack) -> R<bool> {
    check_classes(&mut th.base, sp.get(1))?;
    Ok(matches(sp.get(2), sp.get(1)))
}

/// Exception and classes become what is left and what matched (None where there is nothing).
#[inline(never)]
fn check_eg_match(th: &mut VmThread, sp: Stack) -> R<()> {
    let (e, c) = (sp.get(2), sp.get(1));
    let th = &mut th.base;
    check_classes(th, c)?;
    let group =
        |c: Value| c.cast_type().is_some_and(|t| t.is_subtype(exc::BASE_EXCEPTION_GROUP.ty()));
    let bad = match c.cast::<Tuple>() {
        Some(t) => t.as_slice().iter().any(|c| group(*c)),
        None => group(c),
    };
    if bad {
        return Err(th.type_error(format_args!(
            "catching ExceptionGroup with except* is not allowed. Use except instead."
        )));
    }
    let (rest, found) = if matches(e, c) {
        if e.is_instance(&exc::BASE_EXCEPTION_GROUP) {
            (Value::none(), e)
        } else {
            // A naked exception is wrapped, with its traceback.
            let empty = Value::from_ref(Str::new(th, "")?);
            let list = Tuple::new(th, &[e])?;
            let g = ops::call::call(
                th,
                exc::BASE_EXCEPTION_GROUP.value(),
                &[empty, Value::from_ref(list)],
                None,
            )?;
            if let (Some(g), Some(x)) = (g.cast::<Exception>(), e.cast::<Exception>()) {
                g.traceback.set(x.traceback.get());
            }
            (Value::none(), g)
        }
    } else if e.is_instance(&exc::BASE_EXCEPTION_GROUP) {
        let name = heddle_object::names::intern_str(th, "split")?;
        let pair = ops::call::call_method(th, e, name, &[c])?;
        match pair.cast::<Tuple>().map(|t| t.as_slice()) {
            Some([found, rest, ..]) => (*rest, *found),
            _ => {
                let (en, pn) = (e.type_of().name(), pair.type_of().name());
                return Err(th.type_error(format_args!("{en}.split must return a tuple, not {pn}")));
            }
        }
    } else {
        (e, Value::none())
    };
    if !found.is_none() {
        th.exc_info_set(found);
    }
    sp.set(2, rest);
    sp.set(1, found);
    Ok(())
}

/// `raise`. True for a bare one, which raises the handled exception again as it is.
#[inline(never)]
fn raise(th: &mut VmThread, sp: Stack, a: u32) -> bool {
    let th = &mut th.base;
    match a {
        0 => match exc::handled_exception(th) {
            Some(e) => {
                th.restore_exception(e);
                true
            }
            None => {
                th.runtime_error(format_args!("No active exception to reraise"));
                false
            }
        },
        _ => {
            // An error on the way is raised instead.
            let _ = raise_value(th, sp.get(a as usize), (a == 2).then(|| sp.get(1)));
            false
        }
    }
}

fn instantiate(th: &mut Thread, v: Value, what: &str) -> R {
    if is_exception_class(v) {
        let e = ops::call0(th, v)?;
        if !e.is_instance(&exc::BASE_EXCEPTION) {
            let (c, tn) = (ops::repr(th, v)?.to_string_lossy(), e.type_of().name());
            return Err(th.type_error(format_args!(
                "calling {c} should have returned an instance of BaseException, not <class '{tn}'>"
            )));
        }
        return Ok(e);
    }
    if v.is_instance(&exc::BASE_EXCEPTION) {
        return Ok(v);
    }
    Err(th.type_error(format_args!("{what}")))
}

/// Raises an exception, or an instance of an exception class, with a cause.
pub(crate) fn raise_value(th: &mut Thread, v: Value, cause: Option<Value>) -> R<()> {
    let e = instantiate(th, v, "exceptions must derive from BaseException")?;
    if let Some(c) = cause {
        let c = if c.is_none() {
            None
        } else {
            Some(instantiate(th, c, "exception causes must derive from BaseException")?)
        };
        if let Some(x) = e.cast::<Exception>() {
            x.cause.set(c);
            x.header.set_aux(x.header.aux() | 1);
        }
    }
    Err(th.set_exception(e))
}

/// Stack from below: exit function, self or null, offset, previous exception, exception.
#[inline(never)]
fn with_except_start(th: &mut VmThread, sp: Stack) -> R {
    let e = sp.get(1);
    let tb = e.cast::<Exception>().and_then(|x| x.traceback.get()).unwrap_or_else(Value::none);
    let args = [e.type_of().value(), e, tb];
    ops::call::call_bound(&mut th.base, sp.get(5), sp.opt(4), &args)
}

/// The special method of the top, and self or null over it.
#[inline(never)]
fn load_special(th: &mut VmThread, sp: Stack, a: u32) -> R<()> {
    let th = &mut th.base;
    let v = sp.get(1);
    let special = SpecialMethod::from_u8(a as u8).unwrap_or(SpecialMethod::Enter);
    let name = match special {
        SpecialMethod::Enter => n().__enter__,
        SpecialMethod::Exit => n().__exit__,
        SpecialMethod::AEnter => heddle_object::names::intern_str(th, "__aenter__")?,
        SpecialMethod::AExit => heddle_object::names::intern_str(th, "__aexit__")?,
    };
    match heddle_object::ty::lookup_special(th, v, name)? {
        Some((f, bound)) => {
            sp.set(1, f);
            sp.up(1).set_word(1, if bound { v.word() } else { 0 });
            Ok(())
        }
        None => Err(no_special(th, v, special)),
    }
}

#[cold]
fn no_special(th: &mut Thread, v: Value, special: SpecialMethod) -> heddle_object::Raised {
    let tn = v.type_of().name();
    let has = |th: &mut Thread, name: &str| match heddle_object::names::intern_str(th, name) {
        Ok(name) => heddle_object::ty::lookup(th, v.type_of(), name).is_some(),
        Err(_) => false,
    };
    let asynchronous = has(th, "__aenter__") && has(th, "__aexit__");
    let plain = has(th, "__enter__") && has(th, "__exit__");
    match special {
        SpecialMethod::Enter | SpecialMethod::Exit => {
            let lacks = if special == SpecialMethod::Exit {
                " (missed __exit__ method)"
            } else {
                " (missed __enter__ method)"
            };
            if asynchronous {
                return th.type_error(format_args!(
                    "'{tn}' object does not support the context manager protocol{lacks} but it supports the asynchronous context manager protocol. Did you mean to use 'async with'?"
                ));
            }
            th.type_error(format_args!(
                "'{tn}' object does not support the context manager protocol{lacks}"
            ))
        }
        SpecialMethod::AEnter | SpecialMethod::AExit => {
            let lacks = if special == SpecialMethod::AExit {
                " (missed __aexit__ method)"
            } else {
                " (missed __aenter__ method)"
            };
            if plain {
                return th.type_error(format_args!(
                    "'{tn}' object does not support the asynchronous context manager protocol{lacks} but it supports the context manager protocol. Did you mean to use 'with'?"
                ));
            }
            th.type_error(format_args!(
                "'{tn}' object does not support the asynchronous context manager protocol{lacks}"
            ))
        }
    }
}

#[inline(never)]
fn intrinsic_1(th: &mut VmThread, fp: *mut Frame, sp: Stack, a: u32) -> R {
    let v = sp.get(1);
    match Intrinsic1::from_u8(a as u8) {
        Some(Intrinsic1::Print) => {
            let name = heddle_object::names::intern_str(&mut th.base, "displayhook")?;
            let hook = (th.base.hooks.sys_get)(&mut th.base, name);
            match hook {
                Some(h) => ops::call1(&mut th.base, h, v),
                None => Err(th.base.runtime_error(format_args!("lost sys.displayhook"))),
            }
        }
        Some(Intrinsic1::ImportStar) => {
            super::flow::import_star(th, fp, v)?;
            Ok(Value::none())
        }
        Some(Intrinsic1::StopIterationError) => stop_iteration_error(th, fp, v),
        Some(Intrinsic1::AsyncGenWrap) => crate::types::async_gen::wrap(&mut th.base, v),
        Some(Intrinsic1::UnaryPositive) => ops::binary::positive(&mut th.base, v),
        Some(Intrinsic1::ListToTuple) => ops::to_tuple(&mut th.base, v).map(|t| Value::from_ref(t)),
        Some(Intrinsic1::TypeVar) => typing(th, "_make_typevar", &[v]),
        Some(Intrinsic1::ParamSpec) => typing(th, "_make_paramspec", &[v]),
        Some(Intrinsic1::TypeVarTuple) => typing(th, "_make_typevartuple", &[v]),
        Some(Intrinsic1::SubscriptGeneric) => typing(th, "_subscript_generic", &[v]),
        Some(Intrinsic1::TypeAlias) => match v.cast::<Tuple>() {
            Some(t) => typing(th, "_make_typealias", t.as_slice()),
            None => Ok(v),
        },
        Some(Intrinsic1::Invalid) | None => {
            Err(th.base.system_error(format_args!("invalid intrinsic")))
        }
    }
}

/// Calls a function of the `_typing` module, which makes the objects of PEP 695.
fn typing(th: &mut VmThread, name: &str, args: &[Value]) -> R {
    let f = th.vm.hook_value(&mut th.base, "_typing", name)?;
    ops::call::call(&mut th.base, f, args, None)
}

#[inline(never)]
fn intrinsic_2(th: &mut VmThread, sp: Stack, a: u32) -> R {
    let (x, y) = (sp.get(2), sp.get(1));
    match Intrinsic2::from_u8(a as u8) {
        Some(Intrinsic2::PrepReraiseStar) => prep_reraise_star(th, x, y),
        Some(Intrinsic2::TypeVarWithBound) => typing(th, "_make_typevar_with_bound", &[x, y]),
        Some(Intrinsic2::TypeVarWithConstraints) => {
            typing(th, "_make_typevar_with_constraints", &[x, y])
        }
        Some(Intrinsic2::SetFunctionTypeParams) => {
            if let Some(f) = x.cast::<Function>() {
                f.type_params.set(Some(y));
            }
            Ok(x)
        }
        Some(Intrinsic2::SetTypeParamDefault) => typing(th, "_set_typeparam_default", &[x, y]),
        Some(Intrinsic2::Invalid) | None => {
            Err(th.base.system_error(format_args!("invalid intrinsic")))
        }
    }
}

/// A StopIteration that escapes from a generator becomes RuntimeError (PEP 479).
fn stop_iteration_error(th: &mut VmThread, fp: *mut Frame, e: Value) -> R {
    use heddle_tlbc::defs::operands::co;
    // SAFETY: the running frame.
    let flags = unsafe { &*fp }.code().flags;
    let text = if e.is_instance(&exc::STOP_ITERATION) {
        if flags & co::ASYNC_GENERATOR != 0 {
            "async generator raised StopIteration"
        } else if flags & co::COROUTINE != 0 {
            "coroutine raised StopIteration"
        } else {
            "generator raised StopIteration"
        }
    } else if flags & co::ASYNC_GENERATOR != 0 && e.is_instance(&exc::STOP_ASYNC_ITERATION) {
        "async generator raised StopAsyncIteration"
    } else {
        return Ok(e);
    };
    let text = Value::from_ref(Str::new(&mut th.base, text)?);
    let new = exc::new_exception(&mut th.base, exc::RUNTIME_ERROR.ty(), &[text])?;
    if let Some(x) = new.cast::<Exception>() {
        x.cause.set(Some(e));
        x.context.set(Some(e));
        x.header.set_aux(x.header.aux() | 1);
    }
    Ok(new)
}

/// What is raised again after the clauses of an `except*`: the exceptions that nobody took and those raised meanwhile.
fn prep_reraise_star(th: &mut VmThread, orig: Value, list: Value) -> R {
    let th = &mut th.base;
    let raised = ops::to_list(th, list)?;
    let mut all = heddle_object::heap::RootVec::with(th, &[]);
    for i in 0..raised.len() {
        if let Some(e) = raised.get(i)
            && !e.is_none()
        {
            all.push(e);
        }
    }
    if all.as_slice().is_empty() {
        return Ok(Value::none());
    }
    if !orig.is_instance(&exc::BASE_EXCEPTION_GROUP) {
        // A naked exception was caught: what is left is it or what replaced it.
        if let [one] = all.as_slice() {
            return Ok(*one);
        }
    }
    // Parts of the original keep its nesting; others are new.
    let orig_tb = orig.cast::<Exception>().and_then(|x| x.traceback.get());
    let (mut reraised, mut new) = (Vec::new(), Vec::new());
    for e in all.as_slice() {
        let same = e.cast::<Exception>().is_some_and(|x| {
            x.traceback.get() == orig_tb
                && (e.is_instance(&exc::BASE_EXCEPTION_GROUP))
                && orig.cast::<Exception>().is_some_and(|o| {
                    o.cause.get() == x.cause.get() && o.context.get() == x.context.get()
                })
        });
        if same { reraised.push(*e) } else { new.push(*e) }
    }
    let mut parts = heddle_object::heap::RootVec::with(th, &new);
    if !reraised.is_empty() {
        let t = Tuple::new(th, &reraised)?;
        let leaves = th_leaf_ids(th, Value::from_ref(t))?;
        let part = subgroup(th, orig, leaves)?;
        parts.push(part);
    }
    if let [one] = parts.as_slice()
        && new.is_empty()
    {
        return Ok(*one);
    }
    let text = Value::from_ref(Str::new(th, "")?);
    let t = Tuple::new(th, parts.as_slice())?;
    ops::call::call(th, exc::BASE_EXCEPTION_GROUP.value(), &[text, Value::from_ref(t)], None)
}

/// The exceptions at the leaves of groups, as a dict keyed by address.
fn th_leaf_ids(th: &mut Thread, groups: Value) -> R<&'static Dict> {
    let d = Dict::new(th)?;
    fn walk(th: &mut Thread, e: Value, d: &'static Dict) -> R<()> {
        if e.is_instance(&exc::BASE_EXCEPTION_GROUP) {
            let name = n().exceptions;
            let inner = attr::getattr(th, e, name)?;
            return ops::iter::for_each(th, inner, |th, e| walk(th, e, d));
        }
        let id = heddle_object::types::int::from_usize(th, e.word() as usize)?;
        d.set_item(th, id, e)
    }
    ops::iter::for_each(th, groups, |th, e| walk(th, e, d))?;
    Ok(d)
}

/// The part of `orig` whose leaves are in `keep`.
fn subgroup(th: &mut Thread, orig: Value, keep: &'static Dict) -> R {
    let inner = attr::getattr(th, orig, n().exceptions)?;
    let mut parts = heddle_object::heap::RootVec::with(th, &[]);
    let items = ops::to_tuple(th, inner)?;
    for e in items.as_slice() {
        if e.is_instance(&exc::BASE_EXCEPTION_GROUP) {
            let s = subgroup(th, *e, keep)?;
            if !s.is_none() {
                parts.push(s);
            }
        } else {
            let id = heddle_object::types::int::from_usize(th, e.word() as usize)?;
            if keep.get_item(th, id)?.is_some() {
                parts.push(*e);
            }
        }
    }
    if parts.as_slice().is_empty() {
        return Ok(Value::none());
    }
    let list = Tuple::new(th, parts.as_slice())?;
    let derive = heddle_object::names::intern_str(th, "derive")?;
    let made = ops::call::call_method(th, orig, derive, &[Value::from_ref(list)])?;
    if let (Some(g), Some(o)) = (made.cast::<Exception>(), orig.cast::<Exception>()) {
        g.traceback.set(o.traceback.get());
        g.context.set(o.context.get());
        g.cause.set(o.cause.get());
    }
    Ok(made)
}

/// Makes `e` the exception being handled on the current level.
trait SetHandled {
    fn exc_info_set(&mut self, e: Value);
}
impl SetHandled for Thread {
    fn exc_info_set(&mut self, e: Value) {
        // SAFETY: the chain ends with the thread's own level, which is never taken off.
        unsafe { &*self.exc_info }.value.set(Some(e));
    }
}

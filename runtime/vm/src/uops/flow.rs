//! Jumps, `RESUME`, imports, and the instructions that lead to other engines.

use super::{Ctl, Regs, body, tri};
use crate::frame::{Frame, Stack};
use crate::thread::VmThread;
use heddle_object::names::n;
use heddle_object::types::{Dict, Str};
use heddle_object::{R, Raised, Value, attr, ops};
use heddle_sync::breaker;
use heddle_tlbc::defs::caches_of;
use heddle_tlbc::defs::operands::resume;
use heddle_tlbc::{Opcode, write};

const AFTER_JUMP_IF: usize = 1 + caches_of(Opcode::PopJumpIfTrue);
const AFTER_JUMP_BACKWARD: usize = 1 + caches_of(Opcode::JumpBackward);

/// Jumps when `$cond`.
macro_rules! jump_if {
    ($r:ident, $a:ident, $cond:expr) => {{
        let jumps = $cond;
        $r.drop(1);
        if jumps {
            $r.skip(AFTER_JUMP_IF + $a as usize);
            Ctl::Jump
        } else {
            Ctl::Next
        }
    }};
}

body! {
    PopJumpIfFalse |r, th, a| { jump_if!(r, a, r.peek(1).is_false_singleton()) }
    PopJumpIfTrue |r, th, a| { jump_if!(r, a, r.peek(1).is_true_singleton()) }
    PopJumpIfNone |r, th, a| { jump_if!(r, a, r.peek(1).is_none()) }
    PopJumpIfNotNone |r, th, a| { jump_if!(r, a, !r.peek(1).is_none()) }
    JumpForward |r, th, a| { r.skip(1 + a as usize); Ctl::Jump }
    JumpBackwardNoInterrupt |r, th, a| { r.skip(1); r.back(a as usize); Ctl::Jump }
    JumpBackward |r, th, a| {
        let form = if th.vm.tracing { Opcode::JumpBackwardJit } else { Opcode::JumpBackwardNoJit };
        specialize_jump(r, form);
        jump_back(r, th, a)
    }
    JumpBackwardNoJit |r, th, a| { jump_back(r, th, a) }
    JumpBackwardJit |r, th, a| { jump_back(r, th, a) }

    Resume |r, th, a| {
        if r.frame().tlbc != th.tlbc_index {
            r.save();
            tri!(relocate(th, r.fp));
            r.ip = r.frame().ip;
            return Ctl::Jump;
        }
        let word = th.base.slot.breaker.load_relaxed();
        let code = r.frame().code().code();
        if word & !breaker::EVENTS != code.instrumentation_version() {
            r.save();
            tri!(crate::instrument::bring_up_to_date(th, r.fp));
            return Ctl::Again;
        }
        if word & breaker::EVENTS != 0 && a & resume::LOCATION_MASK < resume::AFTER_YIELD_FROM {
            r.save();
            tri!(poll(th));
        }
        specialize_jump(r, Opcode::ResumeCheck);
        Ctl::Next
    }
    ResumeCheck |r, th, a| {
        let f = r.frame();
        let word = th.base.slot.breaker.load_relaxed();
        if word != f.code().code().instrumentation_version() || f.tlbc != th.tlbc_index {
            return Ctl::Deopt;
        }
        Ctl::Next
    }

    ImportName |r, th, a| { r.save(); let v = tri!(import_name(th, r.fp, r.sp, a)); r.replace(2, v); Ctl::Next }
    ImportFrom |r, th, a| { r.save(); let v = tri!(import_from(th, r.fp, r.sp, a)); r.push(v); Ctl::Next }

    /// Handled by the engines themselves, since it needs the next instruction's handler.
    ExtendedArg |r, th, a| { Ctl::Next }
    EnterExecutor |r, th, a| { no_executor(th); Ctl::Error }
    TraceRecord |r, th, a| { no_executor(th); Ctl::Error }
}

#[cold]
#[inline(never)]
fn no_executor(th: &mut VmThread) {
    th.base.system_error(format_args!("there is no executor here"));
}

#[inline(always)]
fn jump_back(r: &mut Regs, th: &mut VmThread, a: u32) -> Ctl {
    if th.base.slot.breaker.events() != 0 {
        r.save();
        if poll(th).is_err() {
            return Ctl::Error;
        }
    }
    r.skip(AFTER_JUMP_BACKWARD);
    r.back(a as usize);
    Ctl::Jump
}

#[inline(always)]
fn specialize_jump(r: &Regs, form: Opcode) {
    quicken(r.ip, form);
}

#[inline(never)]
fn quicken(ip: *const heddle_tlbc::Unit, form: Opcode) {
    // SAFETY: an instruction of the family, in the copy that this thread executes.
    let _ = unsafe { write::set_form(ip, form) };
}

/// Handles events of the eval breaker.
#[cold]
#[inline(never)]
pub(crate) fn poll(th: &mut VmThread) -> R<()> {
    let hook = th.base.hooks.poll;
    hook(&mut th.base)
}

/// Moves a frame into this thread's copy of its code, which is made when missing.
#[cold]
#[inline(never)]
pub(crate) fn relocate(th: &mut VmThread, fp: *mut Frame) -> R<()> {
    // SAFETY: the running frame, or that of a generator which this thread executes.
    let f = unsafe { &mut *fp };
    if f.tlbc == th.tlbc_index {
        return Ok(());
    }
    let code = f.code().code();
    let pc = f.pc();
    match code.get_or_create(th.tlbc_index, &th.base.rt.world.graveyard) {
        Ok(base) => {
            // SAFETY: copies have the same length.
            f.ip = unsafe { base.add(pc) };
            f.tlbc = th.tlbc_index;
            Ok(())
        }
        Err(_) => Err(th.base.memory_error()),
    }
}

// ---- imports

#[inline(never)]
fn import_name(th: &mut VmThread, fp: *mut Frame, sp: Stack, a: u32) -> R {
    // SAFETY: the running frame.
    let f = unsafe { &*fp };
    let name = f.code().name(a as usize);
    let (level, fromlist) = (sp.get(2), sp.get(1));
    let import = super::names::mapping_get(&mut th.base, f.builtins(), n().__import__)?;
    let Some(import) = import else {
        return Err(th.base.import_error(format_args!("__import__ not found")));
    };
    let locals = f.locals().unwrap_or_else(Value::none);
    if import.word() == th.vm.import_function() {
        let level = heddle_object::types::int::as_i64(&mut th.base, level)?;
        return crate::import::import(
            th,
            Value::from_ref(name),
            f.globals_value(),
            locals,
            fromlist,
            level,
        );
    }
    let args = [Value::from_ref(name), f.globals_value(), locals, fromlist, level];
    ops::call::call(&mut th.base, import, &args, None)
}

#[inline(never)]
fn import_from(th: &mut VmThread, fp: *mut Frame, sp: Stack, a: u32) -> R {
    // SAFETY: the running frame.
    let name = unsafe { &*fp }.code().name(a as usize);
    let module = sp.get(1);
    if let Some(v) = attr::getattr_optional(&mut th.base, module, name)? {
        return Ok(v);
    }
    // A circular import: the submodule may be in sys.modules already.
    let modname =
        attr::getattr_optional(&mut th.base, module, n().__name__)?.and_then(|v| v.cast::<Str>());
    if let Some(m) = modname {
        let full = format!("{}.{}", m.to_string_lossy(), name.to_string_lossy());
        let full = heddle_object::names::intern_str(&mut th.base, &full)?;
        if let Some(modules) = crate::import::modules(th)
            && let Some(v) = modules.get_item(&mut th.base, Value::from_ref(full))?
        {
            return Ok(v);
        }
    }
    Err(cannot_import(th, module, modname, name))
}

#[cold]
fn cannot_import(
    th: &mut VmThread,
    module: Value,
    modname: Option<&'static Str>,
    name: &'static Str,
) -> Raised {
    match cannot_import_inner(th, module, modname, name) {
        Ok(e) | Err(e) => e,
    }
}

fn cannot_import_inner(
    th: &mut VmThread,
    module: Value,
    modname: Option<&'static Str>,
    name: &'static Str,
) -> R<Raised> {
    let th = &mut th.base;
    let what = name.to_string_lossy();
    let from = match modname {
        Some(m) => m.to_string_lossy().into_owned(),
        None => "<unknown module name>".into(),
    };
    let file =
        attr::getattr_optional(th, module, n().__file__)?.filter(|f| f.cast::<Str>().is_some());
    let place = match file.and_then(|f| f.cast::<Str>()) {
        Some(f) => f.to_string_lossy().into_owned(),
        None => "unknown location".into(),
    };
    let initializing = (th.hooks.module_is_initializing)(th, module);
    let e = if initializing {
        th.import_error(format_args!(
            "cannot import name '{what}' from partially initialized module '{from}' (most likely due to a circular import) ({place})"
        ))
    } else {
        th.import_error(format_args!("cannot import name '{what}' from '{from}' ({place})"))
    };
    let exc = th.take_exception(e);
    if let Some(x) = exc.cast::<heddle_object::types::Exception>() {
        let from = Str::new(th, &from)?;
        x.fields[1].set(Some(Value::from_ref(from)));
        x.fields[2].set(file);
        x.fields[3].set(Some(Value::from_ref(name)));
    }
    Ok(th.restore_exception(exc))
}

/// `from module import *`
pub(super) fn import_star(th: &mut VmThread, fp: *mut Frame, module: Value) -> R<()> {
    // SAFETY: the running frame.
    let f = unsafe { &*fp };
    let th = &mut th.base;
    let Some(target) = f.locals() else {
        return Err(th.system_error(format_args!("no locals found during 'import *'")));
    };
    let (names, all) = match attr::getattr_optional(th, module, n().__all__)? {
        Some(a) => (a, true),
        None => {
            let Some(d) = attr::getattr_optional(th, module, n().__dict__)? else {
                return Err(th.import_error(format_args!(
                    "from-import-* object has no __dict__ and no __all__"
                )));
            };
            (ops::call::call_method(th, d, n().keys, &[])?, false)
        }
    };
    let names = ops::to_tuple(th, names)?;
    for name in names.as_slice() {
        let Some(s) = name.cast::<Str>() else {
            let m = attr::getattr(th, module, n().__name__)?;
            let m = ops::str(th, m)?.to_string_lossy();
            let tn = name.type_of().name();
            return Err(if all {
                th.type_error(format_args!("Item in {m}.__all__ must be str, not {tn}"))
            } else {
                th.type_error(format_args!("Key in {m}.__dict__ must be str, not {tn}"))
            });
        };
        if !all && s.len() > 0 && s.code_point(0) == u32::from('_') {
            continue;
        }
        let s = s.interned(th)?;
        let v = attr::getattr(th, module, s)?;
        match target.cast::<Dict>() {
            Some(d) if target.is_exact::<Dict>() => d.set_item(th, Value::from_ref(s), v)?,
            _ => ops::sequence::setitem(th, target, Value::from_ref(s), v)?,
        }
    }
    Ok(())
}

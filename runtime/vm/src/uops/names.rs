//! Names that are looked up in mappings: globals, built-ins, locals of class and module bodies.

use super::{Ctl, adapt, body, tri};
use crate::frame::{Frame, Stack};
use crate::thread::VmThread;
use heddle_object::names::n;
use heddle_object::types::{Dict, Str};
use heddle_object::{R, Raised, Thread, Value, ops};
use heddle_tlbc::cache::{Layout, LoadGlobalCache};

body! {
    LoadGlobal |r, th, a| {
        adapt!(r, th, a, crate::specialize::load_global::specialize);
        r.save();
        let v = tri!(load_global(th, r.fp, a >> 1));
        r.push(v);
        if a & 1 != 0 {
            r.push_word(0);
        }
        Ctl::Next
    }
    LoadGlobalModule |r, th, a| {
        // SAFETY: a specialized instruction of this thread's copy.
        let c = unsafe { LoadGlobalCache::at(r.ip) };
        let Some(t) = r.frame().globals().core().table() else { return Ctl::Deopt };
        if t.version() != c.module_version() {
            return Ctl::Deopt;
        }
        let w = t.value(c.index() as u32);
        if w == 0 {
            return Ctl::Deopt;
        }
        r.push_word(w);
        if a & 1 != 0 {
            r.push_word(0);
        }
        Ctl::Next
    }
    LoadGlobalBuiltin |r, th, a| {
        // SAFETY: a specialized instruction of this thread's copy.
        let c = unsafe { LoadGlobalCache::at(r.ip) };
        let Some(t) = r.frame().globals().core().table() else { return Ctl::Deopt };
        if t.version() != c.module_version() {
            return Ctl::Deopt;
        }
        // SAFETY: the specializer saw a dict here; frames of one code with other builtins are told apart by the shape.
        let b = r.frame().builtins();
        if !b.is_exact::<Dict>() {
            return Ctl::Deopt;
        }
        // SAFETY: tested just before.
        let Some(t) = unsafe { b.cast_unchecked::<Dict>() }.core().table() else { return Ctl::Deopt };
        if t.version() != c.builtins_version() {
            return Ctl::Deopt;
        }
        let w = t.value(c.index() as u32);
        if w == 0 {
            return Ctl::Deopt;
        }
        r.push_word(w);
        if a & 1 != 0 {
            r.push_word(0);
        }
        Ctl::Next
    }
    LoadName |r, th, a| {
        r.save();
        let v = tri!(load_name(th, r.fp, a));
        r.push(v);
        Ctl::Next
    }
    LoadFromDictOrGlobals |r, th, a| {
        r.save();
        let v = tri!(from_dict_or_globals(th, r.fp, r.sp, a));
        r.replace(1, v);
        Ctl::Next
    }
    LoadLocals |r, th, a| {
        r.save();
        let v = tri!(load_locals(th, r.fp));
        r.push(v);
        Ctl::Next
    }
    LoadBuildClass |r, th, a| {
        r.save();
        let v = tri!(load_build_class(th, r.fp));
        r.push(v);
        Ctl::Next
    }
    StoreName |r, th, a| {
        r.save();
        tri!(store_name(th, r.fp, r.sp, a));
        r.drop(1);
        Ctl::Next
    }
    DeleteName |r, th, a| {
        r.save();
        tri!(delete_name(th, r.fp, a));
        Ctl::Next
    }
    StoreGlobal |r, th, a| {
        r.save();
        tri!(store_global(th, r.fp, r.sp, a));
        r.drop(1);
        Ctl::Next
    }
    DeleteGlobal |r, th, a| {
        r.save();
        tri!(delete_global(th, r.fp, a));
        Ctl::Next
    }
    SetupAnnotations |r, th, a| {
        r.save();
        tri!(setup_annotations(th, r.fp));
        Ctl::Next
    }
}

/// A name from a mapping; nothing when it lacks it.
pub(super) fn mapping_get(th: &mut Thread, m: Value, name: &'static Str) -> R<Option<Value>> {
    if m.is_exact::<Dict>()
        && let Some(d) = m.cast::<Dict>()
    {
        return d.get_item(th, Value::from_ref(name));
    }
    match ops::getitem(th, m, Value::from_ref(name)) {
        Ok(v) => Ok(Some(v)),
        Err(e) if th.catch(e, &heddle_object::types::exceptions::KEY_ERROR) => Ok(None),
        Err(e) => Err(e),
    }
}

#[cold]
#[inline(never)]
pub(crate) fn name_error(th: &mut Thread, name: &'static Str) -> Raised {
    let text = name.to_string_lossy();
    let e = th.name_error(format_args!("name '{text}' is not defined"));
    let exc = th.take_exception(e);
    heddle_object::types::exceptions::set_name(exc, Value::from_ref(name));
    th.restore_exception(exc)
}

fn global_or_builtin(th: &mut Thread, f: &Frame, name: &'static Str) -> R {
    if let Some(v) = f.globals().get_item(th, Value::from_ref(name))? {
        return Ok(v);
    }
    match mapping_get(th, f.builtins(), name)? {
        Some(v) => Ok(v),
        None => Err(name_error(th, name)),
    }
}

#[inline(never)]
fn load_global(th: &mut VmThread, fp: *mut Frame, i: u32) -> R {
    // SAFETY: the running frame.
    let f = unsafe { &*fp };
    global_or_builtin(&mut th.base, f, f.code().name(i as usize))
}

#[inline(never)]
fn load_name(th: &mut VmThread, fp: *mut Frame, i: u32) -> R {
    // SAFETY: the running frame.
    let f = unsafe { &*fp };
    let name = f.code().name(i as usize);
    let Some(locals) = f.locals() else { return Err(no_locals(th, "loading", name)) };
    match mapping_get(&mut th.base, locals, name)? {
        Some(v) => Ok(v),
        None => global_or_builtin(&mut th.base, f, name),
    }
}

#[cold]
fn no_locals(th: &mut VmThread, doing: &str, name: &'static Str) -> Raised {
    let name = name.to_string_lossy();
    th.base.system_error(format_args!("no locals found when {doing} '{name}'"))
}

#[inline(never)]
fn from_dict_or_globals(th: &mut VmThread, fp: *mut Frame, sp: Stack, i: u32) -> R {
    // SAFETY: the running frame.
    let f = unsafe { &*fp };
    let name = f.code().name(i as usize);
    match mapping_get(&mut th.base, sp.get(1), name)? {
        Some(v) => Ok(v),
        None => global_or_builtin(&mut th.base, f, name),
    }
}

#[inline(never)]
fn load_locals(th: &mut VmThread, fp: *mut Frame) -> R {
    // SAFETY: the running frame.
    match unsafe { &*fp }.locals() {
        Some(v) => Ok(v),
        None => Err(th.base.system_error(format_args!("no locals"))),
    }
}

#[inline(never)]
fn load_build_class(th: &mut VmThread, fp: *mut Frame) -> R {
    // SAFETY: the running frame.
    let b = unsafe { &*fp }.builtins();
    match mapping_get(&mut th.base, b, n().__build_class__)? {
        Some(v) => Ok(v),
        None => Err(th.base.name_error(format_args!("__build_class__ not found"))),
    }
}

#[inline(never)]
fn store_name(th: &mut VmThread, fp: *mut Frame, sp: Stack, i: u32) -> R<()> {
    // SAFETY: the running frame.
    let f = unsafe { &*fp };
    let name = f.code().name(i as usize);
    match f.locals() {
        Some(l) if l.is_exact::<Dict>() => match l.cast::<Dict>() {
            Some(d) => d.set_item(&mut th.base, Value::from_ref(name), sp.get(1)),
            None => Ok(()),
        },
        Some(l) => ops::setitem(&mut th.base, l, Value::from_ref(name), sp.get(1)),
        None => Err(no_locals(th, "storing", name)),
    }
}

#[inline(never)]
fn delete_name(th: &mut VmThread, fp: *mut Frame, i: u32) -> R<()> {
    // SAFETY: the running frame.
    let f = unsafe { &*fp };
    let name = f.code().name(i as usize);
    let Some(l) = f.locals() else { return Err(no_locals(th, "deleting", name)) };
    match ops::delitem(&mut th.base, l, Value::from_ref(name)) {
        Err(e) if th.base.catch(e, &heddle_object::types::exceptions::KEY_ERROR) => {
            Err(name_error(&mut th.base, name))
        }
        r => r,
    }
}

#[inline(never)]
fn store_global(th: &mut VmThread, fp: *mut Frame, sp: Stack, i: u32) -> R<()> {
    // SAFETY: the running frame.
    let f = unsafe { &*fp };
    f.globals().set_item(&mut th.base, Value::from_ref(f.code().name(i as usize)), sp.get(1))
}

#[inline(never)]
fn delete_global(th: &mut VmThread, fp: *mut Frame, i: u32) -> R<()> {
    // SAFETY: the running frame.
    let f = unsafe { &*fp };
    let name = f.code().name(i as usize);
    if f.globals().del_item(&mut th.base, Value::from_ref(name))? {
        return Ok(());
    }
    Err(name_error(&mut th.base, name))
}

#[inline(never)]
fn setup_annotations(th: &mut VmThread, fp: *mut Frame) -> R<()> {
    // SAFETY: the running frame.
    let f = unsafe { &*fp };
    let name = n().__annotations__;
    let Some(l) = f.locals() else { return Err(no_locals(th, "setting up", name)) };
    if mapping_get(&mut th.base, l, name)?.is_none() {
        let d = Dict::new(&mut th.base)?;
        ops::setitem(&mut th.base, l, Value::from_ref(name), Value::from_ref(d))?;
    }
    Ok(())
}

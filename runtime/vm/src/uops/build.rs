//! Containers, strings and functions made from what is on the stack.

use super::{Ctl, body, tri};
use crate::frame::{Frame, Stack};
use crate::thread::VmThread;
use crate::types::function::Function;
use heddle_object::names::n;
use heddle_object::types::{Dict, List, Str, Tuple};
use heddle_object::{R, Raised, Thread, Value, ops};
use heddle_tlbc::defs::operands::{Conversion, FunctionAttribute};

body! {
    BuildTuple |r, th, a| { r.save(); let v = tri!(build_tuple(th, r.sp, a)); r.replace(a as usize, v); Ctl::Next }
    BuildList |r, th, a| { r.save(); let v = tri!(build_list(th, r.sp, a)); r.replace(a as usize, v); Ctl::Next }
    BuildSet |r, th, a| { r.save(); let v = tri!(build_set(th, r.sp, a)); r.replace(a as usize, v); Ctl::Next }
    BuildMap |r, th, a| { r.save(); let v = tri!(build_map(th, r.sp, a)); r.replace(2 * a as usize, v); Ctl::Next }
    BuildSlice |r, th, a| { r.save(); let v = tri!(build_slice(th, r.sp, a)); r.replace(a as usize, v); Ctl::Next }
    BuildString |r, th, a| { r.save(); let v = tri!(build_string(th, r.sp, a)); r.replace(a as usize, v); Ctl::Next }
    BuildTemplate |r, th, a| { r.save(); let v = tri!(build_template(th, r.sp)); r.replace(2, v); Ctl::Next }
    BuildInterpolation |r, th, a| {
        r.save();
        let v = tri!(build_interpolation(th, r.sp, a));
        r.replace(2 + (a & 1) as usize, v);
        Ctl::Next
    }
    ListAppend |r, th, a| { r.save(); tri!(list_append(th, r.sp, a)); r.drop(1); Ctl::Next }
    ListExtend |r, th, a| { r.save(); tri!(list_extend(th, r.sp, a)); r.drop(1); Ctl::Next }
    SetAdd |r, th, a| { r.save(); tri!(set_add(th, r.sp, a)); r.drop(1); Ctl::Next }
    SetUpdate |r, th, a| { r.save(); tri!(set_update(th, r.sp, a)); r.drop(1); Ctl::Next }
    MapAdd |r, th, a| { r.save(); tri!(map_add(th, r.sp, a)); r.drop(2); Ctl::Next }
    DictUpdate |r, th, a| { r.save(); tri!(dict_update(th, r.sp, a)); r.drop(1); Ctl::Next }
    DictMerge |r, th, a| { r.save(); tri!(dict_merge(th, r.sp, a)); r.drop(1); Ctl::Next }
    FormatSimple |r, th, a| {
        let v = r.peek(1);
        if v.is_exact::<Str>() {
            return Ctl::Next;
        }
        r.save();
        let v = tri!(format(th, v, None));
        r.replace(1, v);
        Ctl::Next
    }
    FormatWithSpec |r, th, a| {
        r.save();
        let v = tri!(format(th, r.peek(2), Some(r.peek(1))));
        r.replace(2, v);
        Ctl::Next
    }
    ConvertValue |r, th, a| { r.save(); let v = tri!(convert(th, r.sp, a)); r.replace(1, v); Ctl::Next }
    MakeFunction |r, th, a| { r.save(); let v = tri!(make_function(th, r.fp, r.sp)); r.replace(1, v); Ctl::Next }
    SetFunctionAttribute |r, th, a| {
        set_function_attribute(r.sp, a);
        let f = r.peek(1);
        r.replace(2, f);
        Ctl::Next
    }
}

#[inline(never)]
fn build_tuple(th: &mut VmThread, sp: Stack, count: u32) -> R {
    Tuple::new(&mut th.base, sp.top(count as usize)).map(|t| Value::from_ref(t))
}

#[inline(never)]
fn build_list(th: &mut VmThread, sp: Stack, count: u32) -> R {
    List::new(&mut th.base, sp.top(count as usize)).map(|l| Value::from_ref(l))
}

#[inline(never)]
fn build_set(th: &mut VmThread, sp: Stack, count: u32) -> R {
    crate::compat::set(&mut th.base, sp.top(count as usize))
}

#[inline(never)]
fn build_map(th: &mut VmThread, sp: Stack, pairs: u32) -> R {
    let d = Dict::new(&mut th.base)?;
    for kv in sp.top(2 * pairs as usize).chunks_exact(2) {
        d.set_item(&mut th.base, kv[0], kv[1])?;
    }
    Ok(Value::from_ref(d))
}

/// `slice(start, stop, step)`
pub(crate) fn new_slice(th: &mut Thread, start: Value, stop: Value, step: Value) -> R {
    heddle_object::types::slice::Slice::new(th, start, stop, step).map(|s| Value::from_ref(s))
}

#[inline(never)]
fn build_slice(th: &mut VmThread, sp: Stack, count: u32) -> R {
    let v = sp.top(count as usize);
    new_slice(&mut th.base, v[0], v[1], v.get(2).copied().unwrap_or_else(Value::none))
}

#[inline(never)]
fn build_string(th: &mut VmThread, sp: Stack, count: u32) -> R {
    crate::compat::concat_all(&mut th.base, sp.top(count as usize))
}

#[inline(never)]
fn build_template(th: &mut VmThread, sp: Stack) -> R {
    let (strings, interpolations) = (sp.get(2), sp.get(1));
    let make = th.vm.hook_value(&mut th.base, "string.templatelib", "_build_template")?;
    ops::call::call(&mut th.base, make, &[strings, interpolations], None)
}

#[inline(never)]
fn build_interpolation(th: &mut VmThread, sp: Stack, a: u32) -> R {
    let with_format = a & 1 != 0;
    let base = if with_format { 3 } else { 2 };
    let (value, text) = (sp.get(base), sp.get(base - 1));
    let spec = if with_format { sp.get(1) } else { Value::from_ref(Str::new(&mut th.base, "")?) };
    let conversion = match Conversion::from_u8((a >> 2) as u8) {
        Some(Conversion::Str) => Value::from_ref(Str::new(&mut th.base, "s")?),
        Some(Conversion::Repr) => Value::from_ref(Str::new(&mut th.base, "r")?),
        Some(Conversion::Ascii) => Value::from_ref(Str::new(&mut th.base, "a")?),
        _ => Value::none(),
    };
    let make = th.vm.hook_value(&mut th.base, "string.templatelib", "Interpolation")?;
    ops::call::call(&mut th.base, make, &[value, text, conversion, spec], None)
}

/// The container `n` below the top after the top has been taken.
fn below<T: heddle_object::Payload>(sp: Stack, a: u32) -> &'static T {
    // SAFETY: the compiler put a container of that type there.
    unsafe { sp.get(1 + a as usize).cast_unchecked::<T>() }
}

#[inline(never)]
fn list_append(th: &mut VmThread, sp: Stack, a: u32) -> R<()> {
    below::<List>(sp, a).push(&mut th.base, sp.get(1))
}

#[inline(never)]
fn list_extend(th: &mut VmThread, sp: Stack, a: u32) -> R<()> {
    let l = below::<List>(sp, a);
    let v = sp.get(1);
    if v.type_of().slots().iter.is_none() && !ops::iter::is_sequence(v) {
        let tn = v.type_of().name();
        return Err(th
            .base
            .type_error(format_args!("Value after * must be an iterable, not {tn}")));
    }
    heddle_object::types::list::extend(&mut th.base, l, v)
}

#[inline(never)]
fn set_add(th: &mut VmThread, sp: Stack, a: u32) -> R<()> {
    crate::compat::set_add(&mut th.base, sp.get(1 + a as usize), sp.get(1))
}

#[inline(never)]
fn set_update(th: &mut VmThread, sp: Stack, a: u32) -> R<()> {
    below::<heddle_object::types::set::Set>(sp, a).update(&mut th.base, sp.get(1))
}

#[inline(never)]
fn map_add(th: &mut VmThread, sp: Stack, a: u32) -> R<()> {
    // SAFETY: the compiler put a dict there.
    let d = unsafe { sp.get(2 + a as usize).cast_unchecked::<Dict>() };
    d.set_item(&mut th.base, sp.get(2), sp.get(1))
}

/// Calls `f` with the keys and values of a mapping.
///
/// **Escapes:** yes. **Errors:** AttributeError from a missing `keys`, unchanged.
pub(crate) fn each_pair(
    th: &mut Thread,
    m: Value,
    mut f: impl FnMut(&mut Thread, Value, Value) -> R<()>,
) -> R<()> {
    if m.is_exact::<Dict>()
        && let Some(d) = m.cast::<Dict>()
    {
        let mut pos = 0;
        while let Some((k, v)) = d.next(&mut pos) {
            f(th, k, v)?;
        }
        return Ok(());
    }
    let keys = ops::call::call_method(th, m, n().keys, &[])?;
    ops::iter::for_each(th, keys, |th, k| {
        let v = ops::sequence::getitem(th, m, k)?;
        f(th, k, v)
    })
}

/// Whether `each_pair` failed for want of a mapping's methods; the exception is cleared then.
fn not_a_mapping(th: &mut Thread, e: Raised) -> bool {
    th.catch(e, &heddle_object::types::exceptions::ATTRIBUTE_ERROR)
}

#[inline(never)]
fn dict_update(th: &mut VmThread, sp: Stack, a: u32) -> R<()> {
    let d = below::<Dict>(sp, a);
    let m = sp.get(1);
    match each_pair(&mut th.base, m, |th, k, v| d.set_item(th, k, v)) {
        Err(e) if not_a_mapping(&mut th.base, e) => {
            let tn = m.type_of().name();
            Err(th.base.type_error(format_args!("'{tn}' object is not a mapping")))
        }
        r => r,
    }
}

#[inline(never)]
fn dict_merge(th: &mut VmThread, sp: Stack, a: u32) -> R<()> {
    let d = below::<Dict>(sp, a);
    let m = sp.get(1);
    // Callable, self or null, positional arguments lie under the dict.
    let callable = sp.get(4 + a as usize);
    merge_keywords(&mut th.base, d, m, callable)
}

/// Adds the keywords of a mapping to a call's; a keyword given twice raises.
pub(crate) fn merge_keywords(
    th: &mut Thread,
    d: &'static Dict,
    m: Value,
    callable: Value,
) -> R<()> {
    let r = each_pair(th, m, |th, k, v| {
        if d.get_item(th, k)?.is_some() {
            let f = crate::call::describe(th, callable);
            let k = ops::str(th, k)?.to_string_lossy();
            return Err(
                th.type_error(format_args!("{f} got multiple values for keyword argument '{k}'"))
            );
        }
        d.set_item(th, k, v)
    });
    match r {
        Err(e) if not_a_mapping(th, e) => {
            let f = crate::call::describe(th, callable);
            let tn = m.type_of().name();
            Err(th.type_error(format_args!("{f} argument after ** must be a mapping, not {tn}")))
        }
        r => r,
    }
}

#[inline(never)]
fn format(th: &mut VmThread, v: Value, spec: Option<Value>) -> R {
    ops::format(&mut th.base, v, spec).map(|s| Value::from_ref(s))
}

#[inline(never)]
fn convert(th: &mut VmThread, sp: Stack, a: u32) -> R {
    let v = sp.get(1);
    let s = match Conversion::from_u8(a as u8) {
        Some(Conversion::Repr) => ops::repr(&mut th.base, v)?,
        Some(Conversion::Ascii) => ops::ascii(&mut th.base, v)?,
        _ => ops::str(&mut th.base, v)?,
    };
    Ok(Value::from_ref(s))
}

#[inline(never)]
fn make_function(th: &mut VmThread, fp: *mut Frame, sp: Stack) -> R {
    // SAFETY: the running frame.
    let f = unsafe { &*fp };
    // SAFETY: the compiler put a code object there.
    let code = unsafe { sp.get(1).cast_unchecked::<crate::types::code::CodeObject>() };
    Function::new(&mut th.base, code, f.globals_value(), f.builtins()).map(|f| Value::from_ref(f))
}

#[inline(never)]
fn set_function_attribute(sp: Stack, a: u32) {
    // SAFETY: the compiler put a function on top.
    let f = unsafe { sp.get(1).cast_unchecked::<Function>() };
    let v = Some(sp.get(2));
    match FunctionAttribute::from_u8(a as u8) {
        Some(FunctionAttribute::Defaults) => f.defaults.set(v),
        Some(FunctionAttribute::KwDefaults) => f.kwdefaults.set(v),
        Some(FunctionAttribute::Annotations) => f.annotations.set(v),
        Some(FunctionAttribute::Closure) => f.closure.set(v),
        Some(FunctionAttribute::Annotate) => f.annotate.set(v),
        None => {}
    }
}

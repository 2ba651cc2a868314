//! Arguments into parameters: positional, keyword, defaults, `*args`, `**kwargs`, and CPython's messages when they do not
//! fit. **Source:** `initialize_locals` in CPython's `ceval.c`.

use crate::frame::{self, Frame};
use crate::thread::VmThread;
use crate::types::code::CodeObject;
use crate::types::function::Function;
use heddle_object::types::{Dict, Str, Tuple};
use heddle_object::{R, Raised, Thread, Value, ops};
use heddle_tlbc::defs::operands::co;

/// Pushes a frame for `func` with its parameters bound; null with an exception set when they do not fit.
///
/// The new frame's caller is `prev`; the evaluator is not entered and `th.frame` is left alone.
#[inline]
pub fn enter(
    th: &mut VmThread,
    func: &'static Function,
    args: &[Value],
    kwnames: Option<&'static Tuple>,
    prev: *mut Frame,
) -> *mut Frame {
    let code = func.code();
    let fp = frame::push(th, func, code, prev);
    if fp.is_null() {
        frame::overflow(th);
        return fp;
    }
    // SAFETY: the new frame has at least as many fast variables as parameters.
    unsafe {
        let to = (*fp).local_ptr(0);
        if kwnames.is_none() && code.simple_args >= 0 && code.simple_args as usize == args.len() {
            std::ptr::copy_nonoverlapping(args.as_ptr() as *const u64, to, args.len());
            for i in args.len()..code.nlocalsplus as usize {
                *to.add(i) = 0;
            }
            return fp;
        }
        for i in 0..code.nlocalsplus as usize {
            *to.add(i) = 0;
        }
    }
    // Binding allocates: the half-filled frame must be seen by the collector.
    th.frame = fp;
    let r = bind(&mut th.base, func, code, args, kwnames, fp);
    th.frame = prev;
    match r {
        Ok(()) => fp,
        Err(_) => {
            // SAFETY: pushed above.
            unsafe { frame::pop(th, fp) };
            std::ptr::null_mut()
        }
    }
}

fn bind(
    th: &mut Thread,
    func: &'static Function,
    code: &'static CodeObject,
    args: &[Value],
    kwnames: Option<&'static Tuple>,
    fp: *mut Frame,
) -> R<()> {
    // SAFETY: the frame being filled.
    let f = unsafe { &*fp };
    let nkw = kwnames.map_or(0, |k| k.len());
    let npos = args.len() - nkw;
    let argcount = code.argcount as usize;
    let named = argcount + code.kwonlyargcount as usize;
    let has_varargs = code.flags & co::VARARGS != 0;
    let varkw_at = named + usize::from(has_varargs);
    let kwdict = if code.flags & co::VARKEYWORDS != 0 {
        let d = Dict::new(th)?;
        f.set_local(varkw_at, Some(Value::from_ref(d)));
        Some(d)
    } else {
        None
    };
    let direct = npos.min(argcount);
    for (i, v) in args[..direct].iter().enumerate() {
        f.set_local(i, Some(*v));
    }
    if has_varargs {
        let rest = Tuple::new(th, &args[direct..npos])?;
        f.set_local(named, Some(Value::from_ref(rest)));
    }
    if let Some(names) = kwnames {
        for (name, v) in names.as_slice().iter().zip(&args[npos..]) {
            keyword(th, func, code, f, *name, *v, kwdict, named, names)?;
        }
    }
    if npos > argcount && !has_varargs {
        return Err(too_many_positional(th, func, code, npos, f));
    }
    if npos < argcount {
        let defaults = func.defaults();
        let ndef = defaults.map_or(0, |d| d.len());
        let required = argcount - ndef.min(argcount);
        let missing = (npos..required).filter(|&i| f.local(i).is_none()).count();
        if missing > 0 {
            return Err(missing_arguments(th, func, code, 0..required, "positional", f));
        }
        if let Some(d) = defaults {
            let d = d.as_slice();
            // More defaults than parameters is possible when somebody sets them.
            let skip = ndef.saturating_sub(argcount);
            for (i, v) in d[skip..].iter().enumerate() {
                if f.local(required + i).is_none() {
                    f.set_local(required + i, Some(*v));
                }
            }
        }
    }
    if code.kwonlyargcount > 0 {
        let kwdefaults = func.kwdefaults();
        let mut missing = false;
        for i in argcount..named {
            if f.local(i).is_some() {
                continue;
            }
            let default = match kwdefaults {
                Some(d) => d.get_item(th, Value::from_ref(code.local_name(i)))?,
                None => None,
            };
            match default {
                Some(v) => f.set_local(i, Some(v)),
                None => missing = true,
            }
        }
        if missing {
            return Err(missing_arguments(th, func, code, argcount..named, "keyword-only", f));
        }
    }
    Ok(())
}

#[allow(clippy::too_many_arguments)]
fn keyword(
    th: &mut Thread,
    func: &'static Function,
    code: &'static CodeObject,
    f: &Frame,
    name: Value,
    v: Value,
    kwdict: Option<&'static Dict>,
    named: usize,
    all: &'static Tuple,
) -> R<()> {
    let posonly = code.posonlyargcount as usize;
    if name.cast::<Str>().is_none() {
        let q = func.qualname_text();
        return Err(th.type_error(format_args!("{q}() keywords must be strings")));
    }
    // By identity first: names of keywords and parameters are interned.
    let mut at = (posonly..named).find(|&i| Value::from_ref(code.local_name(i)) == name);
    if at.is_none() {
        for i in posonly..named {
            if ops::compare::equal(th, name, Value::from_ref(code.local_name(i)))? {
                at = Some(i);
                break;
            }
        }
    }
    match (at, kwdict) {
        (Some(i), _) => {
            if f.local(i).is_some() {
                let q = func.qualname_text();
                let n = ops::str(th, name)?.to_string_lossy();
                return Err(
                    th.type_error(format_args!("{q}() got multiple values for argument '{n}'"))
                );
            }
            f.set_local(i, Some(v));
            Ok(())
        }
        (None, Some(d)) => d.set_item(th, name, v),
        (None, None) => {
            if let Some(e) = posonly_as_keyword(th, func, code, all)? {
                return Err(e);
            }
            let q = func.qualname_text();
            let n = ops::str(th, name)?.to_string_lossy().into_owned();
            let known: Vec<String> = (posonly..named)
                .map(|i| code.local_name(i).to_string_lossy().into_owned())
                .collect();
            match crate::suggest::closest(&n, known.iter().map(|s| s.as_str())) {
                Some(s) => Err(th.type_error(format_args!(
                    "{q}() got an unexpected keyword argument '{n}'. Did you mean '{s}'?"
                ))),
                None => {
                    Err(th
                        .type_error(format_args!("{q}() got an unexpected keyword argument '{n}'")))
                }
            }
        }
    }
}

fn posonly_as_keyword(
    th: &mut Thread,
    func: &'static Function,
    code: &'static CodeObject,
    names: &'static Tuple,
) -> R<Option<Raised>> {
    let mut found = Vec::new();
    for i in 0..code.posonlyargcount as usize {
        let p = code.local_name(i);
        for k in names.as_slice() {
            if *k == Value::from_ref(p) || ops::compare::equal(th, *k, Value::from_ref(p))? {
                found.push(p.to_string_lossy().into_owned());
                break;
            }
        }
    }
    if found.is_empty() {
        return Ok(None);
    }
    let q = func.qualname_text();
    let list = found.join(", ");
    Ok(Some(th.type_error(format_args!(
        "{q}() got some positional-only arguments passed as keyword arguments: '{list}'"
    ))))
}

#[cold]
fn too_many_positional(
    th: &mut Thread,
    func: &'static Function,
    code: &'static CodeObject,
    given: usize,
    f: &Frame,
) -> Raised {
    let argcount = code.argcount as usize;
    let named = argcount + code.kwonlyargcount as usize;
    let kwonly_given = (argcount..named).filter(|&i| f.local(i).is_some()).count();
    let ndef = func.defaults().map_or(0, |d| d.len());
    let (sig, plural) = if ndef > 0 {
        (format!("from {} to {argcount}", argcount.saturating_sub(ndef)), true)
    } else {
        (argcount.to_string(), argcount != 1)
    };
    let kwonly_text = if kwonly_given > 0 {
        format!(
            " positional argument{} (and {kwonly_given} keyword-only argument{})",
            if given != 1 { "s" } else { "" },
            if kwonly_given != 1 { "s" } else { "" }
        )
    } else {
        String::new()
    };
    let q = func.qualname_text();
    th.type_error(format_args!(
        "{q}() takes {sig} positional argument{} but {given}{kwonly_text} {} given",
        if plural { "s" } else { "" },
        if given == 1 && kwonly_given == 0 { "was" } else { "were" }
    ))
}

#[cold]
fn missing_arguments(
    th: &mut Thread,
    func: &'static Function,
    code: &'static CodeObject,
    range: std::ops::Range<usize>,
    kind: &str,
    f: &Frame,
) -> Raised {
    let names: Vec<String> = range
        .filter(|&i| f.local(i).is_none())
        .map(|i| format!("'{}'", code.local_name(i).to_string_lossy()))
        .collect();
    let list = match names.as_slice() {
        [] => String::new(),
        [one] => one.clone(),
        [a, b] => format!("{a} and {b}"),
        [init @ .., last] => format!("{}, and {last}", init.join(", ")),
    };
    let q = func.qualname_text();
    let s = if names.len() == 1 { "" } else { "s" };
    th.type_error(format_args!("{q}() missing {} required {kind} argument{s}: {list}", names.len()))
}

//! Structural pattern matching.

use super::{Ctl, body, tri};
use crate::frame::Stack;
use crate::thread::VmThread;
use heddle_object::names::n;
use heddle_object::types::{Dict, Str, Tuple};
use heddle_object::{R, Thread, Value, attr, flags, ops};

body! {
    MatchMapping |r, th, a| {
        let hit = r.peek(1).type_of().has(flags::MAPPING);
        r.push(Value::bool(hit));
        Ctl::Next
    }
    MatchSequence |r, th, a| {
        let hit = r.peek(1).type_of().has(flags::SEQUENCE);
        r.push(Value::bool(hit));
        Ctl::Next
    }
    MatchKeys |r, th, a| {
        r.save();
        let v = tri!(match_keys(th, r.sp));
        r.push(v);
        Ctl::Next
    }
    MatchClass |r, th, a| {
        r.save();
        let v = tri!(match_class(th, r.sp, a));
        r.replace(3, v);
        Ctl::Next
    }
}

/// The values of the keys, or None when one is missing.
#[inline(never)]
fn match_keys(th: &mut VmThread, sp: Stack) -> R {
    let th = &mut th.base;
    let subject = sp.get(2);
    // SAFETY: the compiler puts a tuple of keys there.
    let keys = unsafe { sp.get(1).cast_unchecked::<Tuple>() }.as_slice();
    let mut values = heddle_object::heap::RootVec::with(th, &[]);
    if !keys.is_empty() {
        let seen = Dict::new(th)?;
        let get = attr::getattr(th, subject, n().get)?;
        // A value that no mapping holds tells a missing key from one that is None.
        let missing = Value::from_ref(Dict::new(th)?);
        for k in keys {
            if seen.get_item(th, *k)?.is_some() {
                let r = ops::repr(th, *k)?.to_string_lossy();
                return Err(
                    th.value_error(format_args!("mapping pattern checks duplicate key ({r})"))
                );
            }
            seen.set_item(th, *k, Value::none())?;
            let v = ops::call::call(th, get, &[*k, missing], None)?;
            if v == missing {
                return Ok(Value::none());
            }
            values.push(v);
        }
    }
    Tuple::new(th, values.as_slice()).map(|t| Value::from_ref(t))
}

fn class_attribute(
    th: &mut Thread,
    subject: Value,
    class: &str,
    name: Value,
    seen: &'static Dict,
) -> R<Option<Value>> {
    let Some(name) = name.cast::<Str>() else { return Ok(None) };
    if seen.get_item(th, Value::from_ref(name))?.is_some() {
        let r = ops::repr(th, Value::from_ref(name))?.to_string_lossy();
        return Err(
            th.type_error(format_args!("{class}() got multiple sub-patterns for attribute {r}"))
        );
    }
    seen.set_item(th, Value::from_ref(name), Value::none())?;
    let name = name.interned(th)?;
    attr::getattr_optional(th, subject, name)
}

/// The attributes that positional and keyword patterns name, or None when the subject does not match.
#[inline(never)]
fn match_class(th: &mut VmThread, sp: Stack, positional: u32) -> R {
    let th = &mut th.base;
    let (subject, class, names) = (sp.get(3), sp.get(2), sp.get(1));
    let Some(t) = class.cast_type() else {
        return Err(th.type_error(format_args!("called match pattern must be a class")));
    };
    if !ops::is_instance(th, subject, class)? {
        return Ok(Value::none());
    }
    let cn = t.name();
    let count = positional as usize;
    let seen = Dict::new(th)?;
    let mut found = heddle_object::heap::RootVec::with(th, &[]);
    if count > 0 {
        let args = attr::getattr_optional(th, class, n().__match_args__)?;
        let mut match_self = false;
        let list: &[Value] = match args {
            Some(a) => match a.cast::<Tuple>() {
                Some(t) => t.as_slice(),
                None => {
                    let tn = a.type_of().name();
                    return Err(th.type_error(format_args!(
                        "{cn}.__match_args__ must be a tuple (got {tn})"
                    )));
                }
            },
            None => {
                match_self = t.has(flags::MATCH_SELF);
                &[]
            }
        };
        let allowed = if match_self { 1 } else { list.len() };
        if allowed < count {
            let s = if allowed == 1 { "" } else { "s" };
            return Err(th.type_error(format_args!(
                "{cn}() accepts {allowed} positional sub-pattern{s} ({count} given)"
            )));
        }
        if match_self {
            found.push(subject);
        } else {
            for name in &list[..count] {
                if name.cast::<Str>().is_none() {
                    let tn = name.type_of().name();
                    return Err(th.type_error(format_args!(
                        "__match_args__ elements must be strings (got {tn})"
                    )));
                }
                match class_attribute(th, subject, &cn, *name, seen)? {
                    Some(v) => found.push(v),
                    None => return Ok(Value::none()),
                }
            }
        }
    }
    // SAFETY: the compiler puts a tuple of names there.
    for name in unsafe { names.cast_unchecked::<Tuple>() }.as_slice() {
        match class_attribute(th, subject, &cn, *name, seen)? {
            Some(v) => found.push(v),
            None => return Ok(Value::none()),
        }
    }
    Tuple::new(th, found.as_slice()).map(|t| Value::from_ref(t))
}

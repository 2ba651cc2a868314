//! `str.translate` and `str.maketrans`.

use super::Str;
use super::convert::str_arg;
use super::ops::own;
use crate::core::thread::Thread;
use crate::core::value::Value;
use crate::error::R;
use crate::ops;
use crate::text::StrBuilder;
use crate::types::exceptions::LOOKUP_ERROR;
use crate::types::{Dict, int};

/// What a table says about a code point.
#[derive(Clone, Copy)]
enum Entry {
    /// Not asked yet (in the cache only).
    Unknown,
    Keep,
    Delete,
    One(u32),
    Text(&'static Str),
}

fn ask(th: &mut Thread, table: Value, c: u32) -> R<Entry> {
    let x = match ops::getitem(th, table, Value::small_int(i64::from(c))) {
        Ok(x) => x,
        Err(e) if th.exception_is(&LOOKUP_ERROR) => {
            th.take_exception(e);
            return Ok(Entry::Keep);
        }
        Err(e) => return Err(e),
    };
    if x.is_none() {
        return Ok(Entry::Delete);
    }
    if let Some(s) = x.cast::<Str>() {
        return Ok(if s.len() == 1 { Entry::One(s.code_point(0)) } else { Entry::Text(s) });
    }
    if int::check(x) {
        return match int::to_i64(x).and_then(|i| u32::try_from(i).ok()).filter(|&c| c < 0x11_0000) {
            Some(c) => Ok(Entry::One(c)),
            None => {
                Err(th.value_error(format_args!("character mapping must be in range(0x110000)")))
            }
        };
    }
    Err(th.type_error(format_args!("character mapping must return integer, None or str")))
}

pub(super) fn translate(th: &mut Thread, v: Value, table: Value) -> R {
    let s = own(v);
    let text = s.view();
    let mut out = StrBuilder::with_kind(text.kind(), text.len());
    // Answers of one code point are remembered for the narrow half of the text; longer ones are asked for again, since
    // only the mapping keeps them alive.
    let mut cache = [Entry::Unknown; 128];
    let mut changed = false;
    for c in text.chars() {
        let entry = match cache.get(c as usize) {
            Some(Entry::Unknown) => {
                let entry = ask(th, table, c)?;
                if !matches!(entry, Entry::Text(_)) {
                    cache[c as usize] = entry;
                }
                entry
            }
            Some(known) => *known,
            None => ask(th, table, c)?,
        };
        changed |= !matches!(entry, Entry::Keep);
        match entry {
            Entry::Keep | Entry::Unknown => out.push(c),
            Entry::Delete => {}
            Entry::One(c) => out.push(c),
            Entry::Text(s) => out.push_ref(s.view()),
        }
    }
    if !changed {
        return Ok(Value::from_ref(s.exact(th)?));
    }
    Ok(Value::from_ref(Str::from_buf(th, &out.finish())?))
}

pub(super) fn maketrans(th: &mut Thread, _: Value, args: &[Value]) -> R {
    let table = Dict::new(th)?;
    if args.len() > 1 {
        let Some(x) = args[0].cast::<Str>() else {
            // The types of the later arguments are looked at first.
            str_arg(th, "maketrans", 2, args[1])?;
            return Err(th.type_error(format_args!(
                "first maketrans argument must be a string if there is a second argument"
            )));
        };
        let y = str_arg(th, "maketrans", 2, args[1])?;
        let z = args.get(2).map(|z| str_arg(th, "maketrans", 3, *z)).transpose()?;
        if x.len() != y.len() {
            return Err(th.value_error(format_args!(
                "the first two maketrans arguments must have equal length"
            )));
        }
        for (from, to) in x.view().chars().zip(y.view().chars()) {
            let to = Value::small_int(i64::from(to));
            table.set_item(th, Value::small_int(i64::from(from)), to)?;
        }
        for from in z.iter().flat_map(|z| z.view().chars()) {
            table.set_item(th, Value::small_int(i64::from(from)), Value::none())?;
        }
        return Ok(Value::from_ref(table));
    }
    let Some(from) = args[0].cast::<Dict>() else {
        return Err(th.type_error(format_args!(
            "if you give only one argument to maketrans it must be a dict"
        )));
    };
    let mut pos = 0;
    while let Some((key, value)) = from.next(&mut pos) {
        let key = if let Some(s) = key.cast::<Str>() {
            if s.len() != 1 {
                return Err(th.value_error(format_args!(
                    "string keys in translatetable must be of length 1"
                )));
            }
            Value::small_int(i64::from(s.code_point(0)))
        } else if int::check(key) {
            key
        } else {
            // Sic: CPython's message lacks a blank.
            return Err(
                th.type_error(format_args!("keys in translate table mustbe strings or integers"))
            );
        };
        table.set_item(th, key, value)?;
    }
    Ok(Value::from_ref(table))
}

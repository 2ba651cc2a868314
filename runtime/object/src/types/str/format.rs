//! `str.format` and `str.format_map`.

use super::Str;
use super::ops::own;
use crate::attr;
use crate::core::native::Args;
use crate::core::thread::Thread;
use crate::core::value::Value;
use crate::error::{R, Raised};
use crate::ops;
use crate::text::field::{self, Field, First, Part, Pieces};
use crate::text::{StrBuilder, StrRef};

/// Where fields get their values.
enum Fields<'a> {
    /// `format(*args, **kwargs)`
    Args(&'a Args<'a>),
    /// `format_map(mapping)`
    Map(Value),
}

/// How fields are numbered: what was seen first decides.
#[derive(Clone, Copy, PartialEq)]
enum Numbering {
    Open,
    Manual,
    Automatic(usize),
}

/// How deep specifiers may nest fields: CPython's limit.
const DEPTH: u32 = 2;

pub(super) fn format_method(th: &mut Thread, v: Value, args: &Args) -> R {
    format(th, own(v), &Fields::Args(args))
}

pub(super) fn format_map(th: &mut Thread, v: Value, mapping: Value) -> R {
    format(th, own(v), &Fields::Map(mapping))
}

fn format(th: &mut Thread, s: &'static Str, fields: &Fields<'_>) -> R {
    let mut out = StrBuilder::with_capacity(s.len() + 16);
    let mut numbering = Numbering::Open;
    fill(th, s.view(), fields, &mut numbering, DEPTH, &mut out)?;
    Ok(Value::from_ref(Str::from_buf(th, &out.finish())?))
}

#[cold]
fn wrong(th: &mut Thread, message: &str) -> Raised {
    th.value_error(format_args!("{message}"))
}

fn fill(
    th: &mut Thread,
    text: StrRef<'_>,
    fields: &Fields<'_>,
    numbering: &mut Numbering,
    depth: u32,
    out: &mut StrBuilder,
) -> R<()> {
    if depth == 0 {
        return Err(wrong(th, "Max string recursion exceeded"));
    }
    for piece in Pieces::new(text, 0, text.len()) {
        let piece = match piece {
            Ok(piece) => piece,
            Err(message) => return Err(wrong(th, message)),
        };
        out.push_ref(text.slice(piece.literal.0, piece.literal.1));
        if let Some(f) = piece.field {
            one(th, text, &f, fields, numbering, depth, out)?;
        }
    }
    Ok(())
}

fn one(
    th: &mut Thread,
    text: StrRef<'_>,
    f: &Field,
    fields: &Fields<'_>,
    numbering: &mut Numbering,
    depth: u32,
    out: &mut StrBuilder,
) -> R<()> {
    let mut value = lookup(th, text.slice(f.name.0, f.name.1), fields, numbering)?;
    if let Some(c) = f.conversion {
        value = Value::from_ref(convert(th, value, c)?);
    }
    let spec = text.slice(f.spec.0, f.spec.1);
    if spec.is_empty()
        && value.is_exact::<Str>()
        && let Some(s) = value.cast::<Str>()
    {
        out.push_ref(s.view());
        return Ok(());
    }
    let spec = if f.nested {
        let mut inner = StrBuilder::new();
        fill(th, spec, fields, numbering, depth - 1, &mut inner)?;
        Str::from_buf(th, &inner.finish())?
    } else {
        Str::from_view(th, spec)?
    };
    let shown = ops::format(th, value, Some(Value::from_ref(spec)))?;
    out.push_ref(shown.view());
    Ok(())
}

/// `!r`, `!s`, `!a`
fn convert(th: &mut Thread, v: Value, c: u32) -> R<&'static Str> {
    match char::from_u32(c) {
        Some('r') => ops::repr(th, v),
        Some('s') => ops::str(th, v),
        Some('a') => ops::ascii(th, v),
        Some(c @ '!'..='~') => {
            Err(th.value_error(format_args!("Unknown conversion specifier {c}")))
        }
        _ => Err(th.value_error(format_args!("Unknown conversion specifier \\x{c:x}"))),
    }
}

fn lookup(th: &mut Thread, name: StrRef<'_>, fields: &Fields<'_>, numbering: &mut Numbering) -> R {
    let (first, mut at) = match field::first_part(name) {
        Ok(first) => first,
        Err(message) => return Err(wrong(th, message)),
    };
    let mut value = match first {
        First::Name(len) => {
            let key = Str::from_view(th, name.slice(0, len))?;
            by_name(th, key, fields)?
        }
        First::Index(i) => {
            if matches!(numbering, Numbering::Automatic(_)) {
                return Err(wrong(
                    th,
                    "cannot switch from automatic field numbering to manual field specification",
                ));
            }
            *numbering = Numbering::Manual;
            by_index(th, i, fields)?
        }
        First::Auto => {
            let i = match *numbering {
                Numbering::Open => 0,
                Numbering::Automatic(i) => i,
                Numbering::Manual => {
                    return Err(wrong(
                        th,
                        "cannot switch from manual field specification to automatic field numbering",
                    ));
                }
            };
            *numbering = Numbering::Automatic(i + 1);
            by_index(th, i, fields)?
        }
    };
    loop {
        match field::next_part(name, at) {
            Ok(None) => return Ok(value),
            Ok(Some((part, next))) => {
                at = next;
                value = step(th, value, name, part)?;
            }
            Err(message) => return Err(wrong(th, message)),
        }
    }
}

fn by_name(th: &mut Thread, key: &'static Str, fields: &Fields<'_>) -> R {
    match fields {
        Fields::Map(m) => ops::getitem(th, *m, Value::from_ref(key)),
        Fields::Args(args) => match args.keywords().find(|(k, _)| k.eq(key)) {
            Some((_, v)) => Ok(v),
            None => Err(th.key_error(Value::from_ref(key))),
        },
    }
}

fn by_index(th: &mut Thread, i: usize, fields: &Fields<'_>) -> R {
    match fields {
        Fields::Map(_) => Err(wrong(th, "Format string contains positional fields")),
        Fields::Args(args) => match args.pos.get(i) {
            Some(v) => Ok(*v),
            None => Err(th.index_error(format_args!(
                "Replacement index {i} out of range for positional args tuple"
            ))),
        },
    }
}

fn step(th: &mut Thread, v: Value, name: StrRef<'_>, part: Part) -> R {
    match part {
        Part::Attribute(a, b) => {
            let key = Str::from_view(th, name.slice(a, b))?;
            let key = key.interned(th)?;
            attr::getattr(th, v, key)
        }
        Part::Index(i) => {
            let i = crate::types::int::from_usize(th, i)?;
            ops::getitem(th, v, i)
        }
        Part::Key(a, b) => {
            let key = Str::from_view(th, name.slice(a, b))?;
            ops::getitem(th, v, Value::from_ref(key))
        }
    }
}

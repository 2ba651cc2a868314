//! `%` with a string on the left, and what it shares with `%` on bytes: arguments and numbers.

use super::{LEN_MAX, Str};
use crate::core::thread::Thread;
use crate::core::value::Value;
use crate::error::{R, Raised};
use crate::num::format::{Percent, percent_float, percent_int};
use crate::ops;
use crate::text::percent::{Conversion, Count, conversion};
use crate::text::{StrBuilder, StrRef};
use crate::types::exceptions::TYPE_ERROR;
use crate::types::{Tuple, float, int};

/// The values on the right of `%`, taken one by one or by key.
pub(crate) struct Source {
    tuple: Option<&'static Tuple>,
    /// The one value, when there is no tuple.
    single: Value,
    taken: usize,
    mapping: Option<Value>,
}

impl Source {
    /// The values in `args`; `text` tells whether a value is of the types that format strings have, which are no
    /// mappings here.
    pub(crate) fn new(args: Value, text: bool) -> Source {
        let tuple = args.cast::<Tuple>();
        let subscriptable = args.type_of().slots().getitem.is_some();
        let mapping = (subscriptable && tuple.is_none() && !text).then_some(args);
        Source { tuple, single: args, taken: 0, mapping }
    }

    fn count(&self) -> usize {
        self.tuple.map_or(1, Tuple::len)
    }

    /// The next value.
    pub(crate) fn next(&mut self, th: &mut Thread) -> R {
        let v = match self.tuple {
            Some(t) => t.as_slice().get(self.taken).copied(),
            None => (self.taken == 0).then_some(self.single),
        };
        self.taken += 1;
        v.ok_or_else(|| th.type_error(format_args!("not enough arguments for format string")))
    }

    /// Makes the value of a key the next one.
    pub(crate) fn select(&mut self, th: &mut Thread, key: impl FnOnce(&mut Thread) -> R) -> R<()> {
        let Some(m) = self.mapping else {
            return Err(th.type_error(format_args!("format requires a mapping")));
        };
        let key = key(th)?;
        self.single = ops::getitem(th, m, key)?;
        self.tuple = None;
        self.taken = 0;
        Ok(())
    }

    /// Complains about values that were not used.
    pub(crate) fn finish(&self, th: &mut Thread, what: &str) -> R<()> {
        if self.taken < self.count() && self.mapping.is_none() {
            return Err(
                th.type_error(format_args!("not all arguments converted during {what} formatting"))
            );
        }
        Ok(())
    }

    /// Takes the arguments that stand for width and precision.
    pub(crate) fn resolve(&mut self, th: &mut Thread, c: &Conversion) -> R<Percent> {
        let mut p = Percent {
            left: c.left,
            plus: c.sign,
            space: c.blank,
            alternate: c.alt,
            zero: c.zero,
            ..Percent::default()
        };
        match c.width {
            Count::None => {}
            Count::Is(n) => p.width = n,
            Count::Arg => {
                let v = self.next(th)?;
                if !int::check(v) {
                    return Err(th.type_error(format_args!("* wants int")));
                }
                let n = int::as_isize(th, v)?;
                p.left |= n < 0;
                p.width = n.unsigned_abs();
            }
        }
        match c.precision {
            Count::None => {}
            Count::Is(n) => p.precision = Some(n),
            Count::Arg => {
                let v = self.next(th)?;
                if !int::check(v) {
                    return Err(th.type_error(format_args!("* wants int")));
                }
                match int::to_i64(v).and_then(|n| i32::try_from(n).ok()) {
                    Some(n) => p.precision = Some(n.max(0) as usize),
                    None => {
                        return Err(th.overflow_error(format_args!(
                            "Python int too large to convert to C int"
                        )));
                    }
                }
            }
        }
        if p.width > LEN_MAX {
            return Err(th.memory_error());
        }
        Ok(p)
    }
}

/// `%d`, `%i`, `%u`, `%o`, `%x`, `%X`
pub(crate) fn integer(th: &mut Thread, letter: char, v: Value, p: &Percent) -> R<String> {
    let hexadecimal = matches!(letter, 'o' | 'x' | 'X');
    let number = if int::check(v) {
        v
    } else {
        let s = v.type_of().slots();
        let converted = if hexadecimal {
            if s.index.is_none() { None } else { Some(ops::index(th, v)) }
        } else if s.index.is_some() || s.int.is_some() {
            Some(int::new::from_object(th, v))
        } else {
            None
        };
        match converted {
            Some(Ok(i)) => i,
            Some(Err(e)) if !th.catch(e, &TYPE_ERROR) => return Err(e),
            _ => {
                let tn = v.type_of().name();
                let want = if hexadecimal { "an integer" } else { "a real number" };
                return Err(
                    th.type_error(format_args!("%{letter} format: {want} is required, not {tn}"))
                );
            }
        }
    };
    let Some(i) = int::int_ref(number) else { return Ok(String::new()) };
    percent_int(i, letter, p, int::max_str_digits()).map_err(|e| int::raise(th, e))
}

/// `%e`, `%f`, `%g` and their capitals.
pub(crate) fn real(letter: char, x: f64, p: &Percent) -> String {
    percent_float(x, letter, p)
}

/// "unsupported format character ..."
#[cold]
pub(crate) fn unsupported(th: &mut Thread, c: &Conversion) -> Raised {
    let shown = match c.letter {
        32..127 => char::from_u32(c.letter).unwrap_or('?'),
        _ => '?',
    };
    let (code, at) = (c.letter, c.letter_at);
    th.value_error(format_args!(
        "unsupported format character '{shown}' (0x{code:x}) at index {at}"
    ))
}

/// `a % b` with a string on the left.
pub fn remainder(th: &mut Thread, a: Value, b: Value) -> R {
    match a.cast::<Str>() {
        Some(s) => Ok(Value::from_ref(format(th, s, b)?)),
        None => Ok(Value::not_implemented()),
    }
}

/// The string with its conversions filled in.
pub fn format(th: &mut Thread, s: &'static Str, args: Value) -> R<&'static Str> {
    let text = s.view();
    let mut source = Source::new(args, args.cast::<Str>().is_some());
    let mut out = StrBuilder::with_kind(text.kind(), text.len() + 16);
    let mut at = 0;
    while at < text.len() {
        let rest = text.len();
        let hit =
            crate::text::search::str_find(text, StrRef::Ascii(b"%"), at, rest).unwrap_or(rest);
        out.push_ref(text.slice(at, hit));
        if hit == rest {
            break;
        }
        let (c, end) = match conversion(text, hit + 1) {
            Ok(parsed) => parsed,
            Err(message) => return Err(th.value_error(format_args!("{message}"))),
        };
        at = end;
        if let Some((a, b)) = c.key {
            source.select(th, |th| Ok(Value::from_ref(Str::from_view(th, text.slice(a, b))?)))?;
        }
        let p = source.resolve(th, &c)?;
        if c.letter == u32::from(b'%') {
            out.push(c.letter);
            continue;
        }
        let v = source.next(th)?;
        one(th, &c, &p, v, &mut out)?;
    }
    source.finish(th, "string")?;
    Str::from_buf(th, &out.finish())
}

fn one(th: &mut Thread, c: &Conversion, p: &Percent, v: Value, out: &mut StrBuilder) -> R<()> {
    let letter = char::from_u32(c.letter).unwrap_or('\u{fffd}');
    match letter {
        's' | 'r' | 'a' => {
            let s = match letter {
                's' => ops::str(th, v)?,
                'r' => ops::repr(th, v)?,
                _ => ops::ascii(th, v)?,
            };
            let view = s.view();
            push_padded(out, view.slice(0, p.precision.unwrap_or(usize::MAX).min(view.len())), p);
        }
        'd' | 'i' | 'u' | 'o' | 'x' | 'X' => {
            let text = integer(th, letter, v, p)?;
            out.push_str(&text);
        }
        'e' | 'E' | 'f' | 'F' | 'g' | 'G' => {
            let x = float::as_f64(th, v)?;
            out.push_str(&real(letter, x, p));
        }
        'c' => {
            let code = [character(th, v)?];
            push_padded(out, StrRef::Ucs4(&code), p);
        }
        _ => return Err(unsupported(th, c)),
    }
    Ok(())
}

fn push_padded(out: &mut StrBuilder, s: StrRef<'_>, p: &Percent) {
    let fill = p.width.saturating_sub(s.len());
    out.push_n(0x20, if p.left { 0 } else { fill });
    out.push_ref(s);
    out.push_n(0x20, if p.left { fill } else { 0 });
}

fn character(th: &mut Thread, v: Value) -> R<u32> {
    const WANT: &str = "%c requires an int or a unicode character, not";
    if let Some(s) = v.cast::<Str>() {
        if s.len() == 1 {
            return Ok(s.code_point(0));
        }
        let n = s.len();
        return Err(th.type_error(format_args!("{WANT} a string of length {n}")));
    }
    let i = match ops::index_opt(th, v)? {
        Some(i) => i,
        None => {
            let tn = v.type_of().name();
            return Err(th.type_error(format_args!("{WANT} {tn}")));
        }
    };
    match int::to_i64(i).and_then(|i| u32::try_from(i).ok()).filter(|&c| c < 0x11_0000) {
        Some(c) => Ok(c),
        None => Err(th.overflow_error(format_args!("%c arg not in range(0x110000)"))),
    }
}

//! Universal newlines: the translation itself, and `IncrementalNewlineDecoder`.

use super::base::expect_str;
use crate::host;
use heddle_object::core::payload::{self, Guarded, Native};
use heddle_object::core::slot::Slot;
use heddle_object::each_kind;
use heddle_object::heap::Tracer;
use heddle_object::names::n;
use heddle_object::text::{StrBuf, StrBuilder, StrRef};
use heddle_object::types::{Str, Tuple, int};
use heddle_object::{
    Args, GetSetDef, MethodDef, Params, R, Slots, StaticType, Thread, TypeSpec, Value, flags, ops,
};

/// Line ends seen so far: bit 0 `\n`, bit 1 `\r`, bit 2 `\r\n`.
pub type Seen = u8;
/// `\n`
pub const LF: Seen = 1;
/// `\r`
pub const CR: Seen = 2;
/// `\r\n`
pub const CRLF: Seen = 4;

/// What happens to line ends on the way in.
#[derive(Clone, Copy, Default, Debug)]
pub struct Newlines {
    /// They all become `\n`.
    pub translate: bool,
    /// The last input ended in a `\r` that was held back: a `\n` may follow.
    pub pending_cr: bool,
    /// What was met.
    pub seen: Seen,
}

impl Newlines {
    /// Takes the next piece of text. `end`: no more will follow.
    pub fn feed(&mut self, text: StrRef<'_>, end: bool) -> Option<StrBuf> {
        // The common case first: nothing held back and no `\r` at all, so nothing changes.
        if !self.pending_cr && !has(text, b'\r') {
            if self.seen & LF == 0 && has(text, b'\n') {
                self.seen |= LF;
            }
            return None;
        }
        let units = text.len();
        let mut out = StrBuilder::with_capacity(units + 1);
        let mut i = 0;
        if std::mem::take(&mut self.pending_cr) {
            match text.get(0) {
                None if !end => {
                    self.pending_cr = true;
                    return Some(out.finish());
                }
                Some(10) => {
                    self.line_end(&mut out, CRLF);
                    i = 1;
                }
                _ => self.line_end(&mut out, CR),
            }
        }
        let stop = if !end && units > i && text.at(units - 1) == 13 {
            self.pending_cr = true;
            units - 1
        } else {
            units
        };
        let mut from = i;
        each_kind!(text, u => {
            while i < stop {
                let c = u32::from(u[i]);
                i += 1;
                if c == 13 || c == 10 {
                    out.push_ref(text.slice(from, i - 1));
                    let crlf = c == 13 && i < stop && u32::from(u[i]) == 10;
                    i += usize::from(crlf);
                    self.line_end(&mut out, if crlf { CRLF } else if c == 13 { CR } else { LF });
                    from = i;
                }
            }
        });
        out.push_ref(text.slice(from, stop));
        Some(out.finish())
    }

    fn line_end(&mut self, out: &mut StrBuilder, kind: Seen) {
        self.seen |= kind;
        match (self.translate, kind) {
            (true, _) | (false, LF) => out.push(10),
            (false, CR) => out.push(13),
            _ => out.push_ascii(b"\r\n"),
        }
    }

    /// `newlines`: None, a str, or a tuple of them.
    pub fn value(&self, th: &mut Thread) -> R {
        let mut all: Vec<&str> = Vec::new();
        for (bit, s) in [(CR, "\r"), (LF, "\n"), (CRLF, "\r\n")] {
            if self.seen & bit != 0 {
                all.push(s);
            }
        }
        match all.as_slice() {
            [] => Ok(Value::none()),
            [s] => host::text(th, s),
            many => {
                let mut v = heddle_object::heap::RootVec::new(th);
                for s in many {
                    let s = host::text(th, s)?;
                    v.push(s);
                }
                Tuple::new(th, v.as_slice()).map(|t| Value::from_ref(t))
            }
        }
    }
}

/// Whether an ASCII byte is in the text.
pub fn has(text: StrRef<'_>, b: u8) -> bool {
    match text {
        StrRef::Ascii(u) | StrRef::Latin1(u) => memchr::memchr(b, u).is_some(),
        StrRef::Ucs2(u) => u.contains(&u16::from(b)),
        StrRef::Ucs4(u) => u.contains(&u32::from(b)),
    }
}

/// The decoder object.
pub struct NewlineDecoder {
    decoder: Slot,
    errors: Slot,
    state: Guarded<Newlines>,
}

impl Native for NewlineDecoder {
    fn static_type() -> &'static StaticType {
        &NEWLINE_DECODER
    }
    fn trace(&self, t: &mut Tracer) {
        t.slot(&self.decoder);
        t.slot(&self.errors);
    }
}

/// `_io.IncrementalNewlineDecoder`
pub static NEWLINE_DECODER: StaticType = StaticType::new(TypeSpec {
    name: "_io.IncrementalNewlineDecoder",
    flags: flags::BASETYPE,
    doc: "Codec used when reading a file in universal newlines mode.\n\nIt wraps another incremental decoder, translating \\r\\n and \\r into \\n.",
    slots: Slots { new: Some(new), init: Some(init), ..Slots::NONE },
    methods: &[
        MethodDef::kw(
            "decode",
            |th, v, a| {
                let [input, last] = a.bind(th, "decode", &Params::new(["input", "final"], 1))?;
                let last = host::truth(th, last, false)?;
                decode(th, v, input.unwrap_or_else(Value::none), last)
            },
            "decode($self, /, input, final=False)\n--\n\n",
        ),
        MethodDef::noargs("getstate", getstate, "getstate($self, /)\n--\n\n"),
        MethodDef::one("setstate", setstate, "setstate($self, state, /)\n--\n\n"),
        MethodDef::noargs("reset", reset, "reset($self, /)\n--\n\n"),
    ],
    getset: &[
        GetSetDef::ro(
            "newlines",
            |th, v| {
                let d = own(th, v)?;
                let s = d.state.with(th, v, |_, s| *s);
                s.value(th)
            },
            "",
        ),
        GetSetDef::ro(
            "errors",
            |th, v| {
                let d = own(th, v)?;
                Ok(d.errors.get().unwrap_or_else(Value::none))
            },
            "",
        ),
        GetSetDef::ro(
            "decoder",
            |th, v| {
                let d = own(th, v)?;
                Ok(d.decoder.get().unwrap_or_else(Value::none))
            },
            "",
        ),
    ],
    ..payload::spec::<NewlineDecoder>()
});

fn own(th: &mut Thread, v: Value) -> R<&'static NewlineDecoder> {
    v.expect_native::<NewlineDecoder>(th)
}

fn new(th: &mut Thread, ty: Value, _: &[Value], _: Option<Value>) -> R {
    let ty = ty.cast_type().unwrap_or(NEWLINE_DECODER.ty());
    let d = NewlineDecoder {
        decoder: Slot::empty(),
        errors: Slot::empty(),
        state: Guarded::new(Newlines::default()),
    };
    payload::alloc(th, ty, d)
}

fn init(th: &mut Thread, v: Value, args: &[Value], kw: Option<Value>) -> R<()> {
    let p = Params::new(["decoder", "translate", "errors"], 2);
    let [decoder, translate, errors] =
        Args::new(args, kw).bind(th, "IncrementalNewlineDecoder", &p)?;
    let translate = host::truth(th, translate, false)?;
    let errors = match errors {
        Some(e) => e,
        None => host::text(th, "strict")?,
    };
    let d = own(th, v)?;
    d.decoder.set(decoder);
    d.errors.set(Some(errors));
    d.state.with(th, v, |_, s| *s = Newlines { translate, ..Newlines::default() });
    Ok(())
}

/// The wrapped decoder; nothing for None.
fn inner(th: &mut Thread, v: Value) -> R<Option<Value>> {
    match own(th, v)?.decoder.get() {
        Some(d) => Ok(Some(d).filter(|d| !d.is_none())),
        None => {
            Err(th.value_error(format_args!("IncrementalNewlineDecoder.__init__() not called")))
        }
    }
}

fn decode(th: &mut Thread, v: Value, input: Value, last: bool) -> R {
    let text = match inner(th, v)? {
        Some(d) => ops::call_method(th, d, n().decode, &[input, Value::bool(last)])?,
        None => input,
    };
    let Some(text) = text.cast::<Str>() else {
        return expect_str(th, text, "decoder").map(|s| Value::from_ref(s));
    };
    let d = own(th, v)?;
    match d.state.with(th, v, |_, s| s.feed(text.view(), last)) {
        None => Ok(Value::from_ref(text)),
        Some(b) => Str::from_buf(th, &b).map(|s| Value::from_ref(s)),
    }
}

fn getstate(th: &mut Thread, v: Value) -> R {
    let (buf, flag) = match inner(th, v)? {
        Some(d) => {
            let t = host::method(th, d, "getstate", &[])?;
            match t.cast::<Tuple>().map(|t| t.as_slice()) {
                Some([buf, flag]) => (*buf, int::as_i64(th, *flag)?),
                _ => return Err(th.type_error(format_args!("illegal decoder state"))),
            }
        }
        None => (host::buffer::bytes(th, b"")?, 0),
    };
    let d = own(th, v)?;
    let cr = d.state.with(th, v, |_, s| s.pending_cr);
    let flag = int::from_i64(th, flag << 1 | i64::from(cr))?;
    Tuple::new(th, &[buf, flag]).map(|t| Value::from_ref(t))
}

fn setstate(th: &mut Thread, v: Value, state: Value) -> R {
    let (buf, flag) = match state.cast::<Tuple>().map(|t| t.as_slice()) {
        Some([buf, flag]) => (*buf, int::as_i64(th, *flag)?),
        Some(_) => return Err(th.type_error(format_args!("setstate(): illegal state argument"))),
        None => return Err(th.type_error(format_args!("state argument must be a tuple"))),
    };
    let d = own(th, v)?;
    d.state.with(th, v, |_, s| s.pending_cr = flag & 1 != 0);
    if let Some(dec) = inner(th, v)? {
        let flag = int::from_i64(th, flag >> 1)?;
        let t = Value::from_ref(Tuple::new(th, &[buf, flag])?);
        host::method(th, dec, "setstate", &[t])?;
    }
    Ok(Value::none())
}

fn reset(th: &mut Thread, v: Value) -> R {
    let dec = inner(th, v)?;
    let d = own(th, v)?;
    d.state.with(th, v, |_, s| {
        s.seen = 0;
        s.pending_cr = false;
    });
    match dec {
        Some(d) => host::method(th, d, "reset", &[]),
        None => Ok(Value::none()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(translate: bool, parts: &[&str]) -> (String, Seen) {
        let mut n = Newlines { translate, ..Newlines::default() };
        let mut out = String::new();
        for (i, p) in parts.iter().enumerate() {
            let b = StrBuf::from(*p);
            match n.feed(b.view(), i + 1 == parts.len()) {
                Some(s) => out += &s.view().to_string_lossy(),
                None => out += p,
            }
        }
        (out, n.seen)
    }

    #[test]
    fn line_ends_are_translated_across_pieces() {
        assert_eq!(
            run(true, &["a\r", "\nb\r", "c\nd", "\r"]),
            ("a\nb\nc\nd\n".into(), LF | CR | CRLF)
        );
        assert_eq!(run(false, &["a\r", "\nb\r", "c"]), ("a\r\nb\rc".into(), CR | CRLF));
        assert_eq!(run(true, &["\r", "\r", "\n", ""]), ("\n\n".into(), CR | CRLF));
        assert_eq!(run(true, &["plain\n"]), ("plain\n".into(), LF));
        assert_eq!(
            run(true, &["\u{20ac}\r\n\u{1f600}\r", ""]),
            ("\u{20ac}\n\u{1f600}\n".into(), CR | CRLF)
        );
    }
}

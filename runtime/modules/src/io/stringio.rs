//! `StringIO`: text in memory.
//!
//! The text is a vector of units of the narrowest size that was ever needed ([`Text`]), so that appending ASCII to ASCII is
//! a copy, and a position is an index.

use super::base::{IoBase, TEXT_BASE};
use super::newline::Newlines;
use crate::host;
use heddle_object::core::payload::{self, Guarded, Native, spec_with_dict};
use heddle_object::heap::Tracer;
use heddle_object::text::{StrBuf, StrBuilder, StrRef};
use heddle_object::types::{Dict, Str, Tuple, int};
use heddle_object::{
    Args, GetSetDef, MethodDef, Params, R, Slots, StaticType, Thread, TypeSpec, Value, attr, flags,
    ops,
};

/// The stream.
#[repr(C)]
pub struct StringIo {
    base: IoBase<0>,
    state: Guarded<State>,
}

/// Code points, one, two or four bytes each.
enum Text {
    One(Vec<u8>),
    Two(Vec<u16>),
    Four(Vec<u32>),
}

struct State {
    text: Text,
    pos: usize,
    closed: bool,
    ready: bool,
    newline: Mode,
    seen: Newlines,
}

/// The `newline` argument.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// None: translate to `\n`.
    Universal,
    /// The empty string: recognise all, translate none.
    Verbatim,
    /// `\n`
    Lf,
    /// `\r`
    Cr,
    /// `\r\n`
    CrLf,
}

impl Mode {
    /// The mode for an argument; ValueError ("illegal newline value: 'x'") or TypeError.
    pub fn parse(th: &mut Thread, v: Option<Value>, fname: &str) -> R<Mode> {
        let Some(v) = v.filter(|v| !v.is_none()) else { return Ok(Mode::Universal) };
        let Some(s) = v.cast::<Str>() else {
            let tn = v.type_of().name();
            return Err(th.type_error(format_args!("{fname} must be str or None, not {tn}")));
        };
        Ok(match &*s.to_string_lossy() {
            "" => Mode::Verbatim,
            "\n" => Mode::Lf,
            "\r" => Mode::Cr,
            "\r\n" => Mode::CrLf,
            _ => {
                // StringIO shows the repr, the others the text itself.
                let shown = if fname.starts_with("StringIO") { ops::repr(th, v)? } else { s };
                return Err(th.value_error(format_args!(
                    "illegal newline value: {}",
                    shown.to_string_lossy()
                )));
            }
        })
    }

    /// What ends a line when reading; nothing for any of the three.
    pub fn terminator(self) -> Option<&'static [u8]> {
        match self {
            Mode::Universal | Mode::Lf => Some(b"\n"),
            Mode::Verbatim => None,
            Mode::Cr => Some(b"\r"),
            Mode::CrLf => Some(b"\r\n"),
        }
    }

    /// Whether line ends are looked at on the way in.
    pub fn universal(self) -> bool {
        matches!(self, Mode::Universal | Mode::Verbatim)
    }

    /// What `\n` becomes on the way out, when that is something else.
    pub fn written(self) -> Option<&'static [u8]> {
        match self {
            Mode::Cr => Some(b"\r"),
            Mode::CrLf => Some(b"\r\n"),
            _ => None,
        }
    }
}

impl Text {
    fn len(&self) -> usize {
        match self {
            Text::One(v) => v.len(),
            Text::Two(v) => v.len(),
            Text::Four(v) => v.len(),
        }
    }

    /// The text; its kind may be wider than it needs, as that of a slice.
    fn view(&self) -> StrRef<'_> {
        match self {
            Text::One(v) => StrRef::Latin1(v),
            Text::Two(v) => StrRef::Ucs2(v),
            Text::Four(v) => StrRef::Ucs4(v),
        }
    }

    fn truncate(&mut self, n: usize) {
        match self {
            Text::One(v) => v.truncate(n),
            Text::Two(v) => v.truncate(n),
            Text::Four(v) => v.truncate(n),
        }
    }

    /// Makes units wide enough for `s`.
    fn widen(&mut self, s: StrRef<'_>) {
        match (&mut *self, s) {
            (Text::One(v), StrRef::Ucs2(_)) => {
                *self = Text::Two(v.iter().map(|&c| u16::from(c)).collect())
            }
            (Text::One(v), StrRef::Ucs4(_)) => {
                *self = Text::Four(v.iter().map(|&c| u32::from(c)).collect())
            }
            (Text::Two(v), StrRef::Ucs4(_)) => {
                *self = Text::Four(v.iter().map(|&c| u32::from(c)).collect())
            }
            _ => {}
        }
    }

    /// Writes over what is at `pos` and appends; a gap becomes nulls.
    fn put(&mut self, pos: usize, s: StrRef<'_>) {
        fn over<U: Copy + Default>(
            v: &mut Vec<U>,
            pos: usize,
            n: usize,
            units: impl Iterator<Item = U>,
        ) {
            if pos == v.len() {
                v.extend(units);
                return;
            }
            if v.len() < pos + n {
                v.resize(pos + n, U::default());
            }
            for (slot, u) in v[pos..pos + n].iter_mut().zip(units) {
                *slot = u;
            }
        }
        self.widen(s);
        let n = s.len();
        match (self, s) {
            (Text::One(v), StrRef::Ascii(u) | StrRef::Latin1(u)) => {
                over(v, pos, n, u.iter().copied())
            }
            (Text::Two(v), StrRef::Ucs2(u)) => over(v, pos, n, u.iter().copied()),
            (Text::Four(v), StrRef::Ucs4(u)) => over(v, pos, n, u.iter().copied()),
            (Text::Two(v), s) => over(v, pos, n, s.chars().map(|c| c as u16)),
            (Text::Four(v), s) => over(v, pos, n, s.chars()),
            // Not reached: `widen` made room for these.
            (Text::One(v), s) => over(v, pos, n, s.chars().map(|c| c as u8)),
        }
    }
}

impl Native for StringIo {
    fn static_type() -> &'static StaticType {
        &STRING_IO
    }
    fn trace(&self, _: &mut Tracer) {}
}

/// `_io.StringIO`
pub static STRING_IO: StaticType = StaticType::new(TypeSpec {
    name: "_io.StringIO",
    base: Some(&TEXT_BASE),
    flags: flags::BASETYPE | flags::HAS_WEAKREF,
    doc: "Text I/O implementation using an in-memory buffer.\n\nThe initial_value argument sets the value of object.  The newline\nargument is like the one of TextIOWrapper's constructor.",
    slots: Slots {
        new: Some(new),
        init: Some(init),
        iter: Some(|th, v| {
            with(th, v, |_, _| Ok(()))?;
            Ok(v)
        }),
        iternext: Some(next),
        ..Slots::NONE
    },
    methods: &[
        MethodDef::noargs(
            "getvalue",
            |th, v| {
                with(th, v, |th, s| Str::from_view(th, s.text.view()).map(|s| Value::from_ref(s)))
            },
            "getvalue($self, /)\n--\n\nRetrieve the entire contents of the object.",
        ),
        MethodDef::one("write", write, "write($self, s, /)\n--\n\nWrite string to file."),
        MethodDef::fast(
            "read",
            0,
            1,
            read,
            "read($self, size=-1, /)\n--\n\nRead at most size characters, returned as a string.",
        ),
        MethodDef::fast(
            "readline",
            0,
            1,
            readline,
            "readline($self, size=-1, /)\n--\n\nRead until newline or EOF.",
        ),
        MethodDef::fast(
            "seek",
            1,
            2,
            seek,
            "seek($self, pos, whence=0, /)\n--\n\nChange stream position.",
        ),
        MethodDef::noargs(
            "tell",
            |th, v| {
                let p = with(th, v, |_, s| Ok(s.pos))?;
                int::from_usize(th, p)
            },
            "tell($self, /)\n--\n\nTell the current file position.",
        ),
        MethodDef::fast(
            "truncate",
            0,
            1,
            truncate,
            "truncate($self, pos=None, /)\n--\n\nTruncate size to pos.",
        ),
        MethodDef::noargs("close", close, "close($self, /)\n--\n\nClose the IO object."),
        MethodDef::noargs(
            "readable",
            |th, v| with(th, v, |_, _| Ok(Value::bool(true))),
            "readable($self, /)\n--\n\nReturns True if the IO object can be read.",
        ),
        MethodDef::noargs(
            "writable",
            |th, v| with(th, v, |_, _| Ok(Value::bool(true))),
            "writable($self, /)\n--\n\nReturns True if the IO object can be written.",
        ),
        MethodDef::noargs(
            "seekable",
            |th, v| with(th, v, |_, _| Ok(Value::bool(true))),
            "seekable($self, /)\n--\n\nReturns True if the IO object can be seeked.",
        ),
        MethodDef::noargs("__getstate__", getstate, ""),
        MethodDef::one("__setstate__", setstate, ""),
    ],
    getset: &[
        GetSetDef::ro(
            "closed",
            |th, v| {
                let b = own(th, v)?;
                Ok(Value::bool(b.state.with(th, v, |_, s| s.closed)))
            },
            "",
        ),
        GetSetDef::ro(
            "newlines",
            |th, v| {
                let n = with(th, v, |_, s| Ok(s.newline.universal().then_some(s.seen)))?;
                match n {
                    Some(n) => n.value(th),
                    None => Ok(Value::none()),
                }
            },
            "",
        ),
        GetSetDef::ro("line_buffering", |th, v| with(th, v, |_, _| Ok(Value::bool(false))), ""),
    ],
    ..spec_with_dict::<StringIo>()
});

fn own(th: &mut Thread, v: Value) -> R<&'static StringIo> {
    v.expect_native::<StringIo>(th)
}

fn with<U>(th: &mut Thread, v: Value, f: impl FnOnce(&mut Thread, &mut State) -> R<U>) -> R<U> {
    let b = own(th, v)?;
    b.state.with(th, v, |th, s| {
        if !s.ready {
            return Err(th.value_error(format_args!("I/O operation on uninitialized object")));
        }
        if s.closed {
            return Err(th.value_error(format_args!("I/O operation on closed file")));
        }
        f(th, s)
    })
}

fn fresh(newline: Mode, ready: bool) -> State {
    let seen = Newlines { translate: newline == Mode::Universal, ..Newlines::default() };
    State { text: Text::One(Vec::new()), pos: 0, closed: false, ready, newline, seen }
}

fn new(th: &mut Thread, ty: Value, _: &[Value], _: Option<Value>) -> R {
    let ty = ty.cast_type().unwrap_or(STRING_IO.ty());
    payload::alloc(
        th,
        ty,
        StringIo { base: IoBase::new(), state: Guarded::new(fresh(Mode::Lf, false)) },
    )
}

fn init(th: &mut Thread, v: Value, args: &[Value], kw: Option<Value>) -> R<()> {
    let p = Params::new(["initial_value", "newline"], 0);
    let [initial, newline] = Args::new(args, kw).bind(th, "StringIO", &p)?;
    let newline = match newline {
        Some(n) => Mode::parse(th, Some(n), "StringIO() argument 2")?,
        None => Mode::Lf,
    };
    let text = match initial.filter(|i| !i.is_none()) {
        Some(i) => match i.cast::<Str>() {
            Some(s) => Some(s),
            None => {
                let tn = i.type_of().name();
                return Err(
                    th.type_error(format_args!("initial_value must be str or None, not {tn}"))
                );
            }
        },
        None => None,
    };
    let b = own(th, v)?;
    b.state.with(th, v, |_, s| {
        *s = fresh(newline, true);
        if let Some(t) = text {
            put(s, t);
            s.pos = 0;
        }
    });
    Ok(())
}

/// `\n` replaced by what the stream ends lines with.
pub fn with_line_ends(text: StrRef<'_>, end: &[u8]) -> StrBuf {
    let mut out = StrBuilder::with_capacity(text.len() + 8);
    let mut from = 0;
    for (i, c) in text.chars().enumerate() {
        if c == 10 {
            out.push_ref(text.slice(from, i));
            out.push_ascii(end);
            from = i + 1;
        }
    }
    out.push_ref(text.slice(from, text.len()));
    out.finish()
}

fn put(s: &mut State, t: &Str) {
    let mut decoded = None;
    if s.newline.universal() {
        decoded = s.seen.feed(t.view(), true);
    } else if let Some(end) = s.newline.written()
        && super::newline::has(t.view(), b'\n')
    {
        decoded = Some(with_line_ends(t.view(), end));
    }
    let view = decoded.as_ref().map_or(t.view(), |d| d.view());
    if !view.is_empty() {
        s.text.put(s.pos, view);
        s.pos += view.len();
    }
}

fn write(th: &mut Thread, v: Value, text: Value) -> R {
    let Some(t) = text.cast::<Str>() else {
        let tn = text.type_of().name();
        return Err(th.type_error(format_args!("string argument expected, got '{tn}'")));
    };
    with(th, v, |_, s| {
        put(s, t);
        Ok(Value::small_int(t.len() as i64))
    })
}

fn slice(th: &mut Thread, s: &mut State, n: usize) -> R {
    let from = s.pos;
    s.pos += n;
    Str::from_view(th, s.text.view().slice(from, from + n)).map(|s| Value::from_ref(s))
}

fn read(th: &mut Thread, v: Value, a: &[Value]) -> R {
    let size = host::optional_size(th, a.first().copied())?;
    with(th, v, |th, s| {
        let left = s.text.len().saturating_sub(s.pos);
        let k = if size < 0 { left } else { left.min(size as usize) };
        if k == 0 { host::text(th, "") } else { slice(th, s, k) }
    })
}

/// Length of the line at the front of `text`, its end included; nothing when no line ends there.
pub fn line_length(text: StrRef<'_>, end: Option<&[u8]>) -> Option<usize> {
    match (text, end) {
        (StrRef::Ascii(u) | StrRef::Latin1(u), Some([b])) => memchr::memchr(*b, u).map(|i| i + 1),
        (StrRef::Ucs2(u), Some([b])) => u.iter().position(|&c| c == u16::from(*b)).map(|i| i + 1),
        (StrRef::Ucs4(u), Some([b])) => u.iter().position(|&c| c == u32::from(*b)).map(|i| i + 1),
        (t, Some(_)) => {
            let mut last = 0;
            t.chars().position(|c| std::mem::replace(&mut last, c) == 13 && c == 10).map(|i| i + 1)
        }
        (t, None) => {
            let i = t.chars().position(|c| c == 10 || c == 13)?;
            let crlf = t.at(i) == 13 && t.get(i + 1) == Some(10);
            Some(i + 1 + usize::from(crlf))
        }
    }
}

fn line(th: &mut Thread, s: &mut State, limit: isize) -> R<Option<Value>> {
    let end = s.text.len();
    if s.pos >= end {
        return Ok(None);
    }
    let rest = s.text.view().slice(s.pos, end);
    let mut k = line_length(rest, s.newline.terminator()).unwrap_or(rest.len());
    if limit >= 0 {
        k = k.min(limit as usize);
    }
    slice(th, s, k).map(Some)
}

fn readline(th: &mut Thread, v: Value, a: &[Value]) -> R {
    let limit = host::optional_size(th, a.first().copied())?;
    match with(th, v, |th, s| line(th, s, limit))? {
        Some(l) => Ok(l),
        None => host::text(th, ""),
    }
}

fn next(th: &mut Thread, v: Value) -> R<Option<Value>> {
    if !v.has_shape(STRING_IO.shape()) {
        with(th, v, |_, _| Ok(()))?;
        return super::base::next(th, v);
    }
    with(th, v, |th, s| line(th, s, -1))
}

fn seek(th: &mut Thread, v: Value, a: &[Value]) -> R {
    let i = ops::index(th, a[0])?;
    let pos = int::as_isize(th, i)?;
    let whence = match a.get(1) {
        Some(w) => host::c_int(th, *w)?,
        None => 0,
    };
    let at = with(th, v, |th, s| {
        if !(0..=2).contains(&whence) {
            return Err(
                th.value_error(format_args!("Invalid whence ({whence}, should be 0, 1 or 2)"))
            );
        }
        if pos < 0 && whence == 0 {
            return Err(th.value_error(format_args!("Negative seek position {pos}")));
        }
        if whence != 0 && pos != 0 {
            return Err(th.os_error(format_args!("Can't do nonzero cur-relative seeks")));
        }
        s.pos = match whence {
            0 => pos as usize,
            1 => s.pos,
            _ => s.text.len(),
        };
        Ok(s.pos)
    })?;
    int::from_usize(th, at)
}

fn truncate(th: &mut Thread, v: Value, a: &[Value]) -> R {
    let size = match a.first().filter(|x| !x.is_none()) {
        Some(x) => {
            let i = ops::index(th, *x)?;
            Some(int::as_isize(th, i)?)
        }
        None => None,
    };
    let k = with(th, v, |th, s| {
        let size = size.unwrap_or(s.pos as isize);
        if size < 0 {
            return Err(th.value_error(format_args!("Negative size value {size}")));
        }
        s.text.truncate(size as usize);
        Ok(size as usize)
    })?;
    int::from_usize(th, k)
}

fn close(th: &mut Thread, v: Value) -> R {
    let b = own(th, v)?;
    b.state.with(th, v, |_, s| {
        s.closed = true;
        s.text = Text::One(Vec::new());
    });
    Ok(Value::none())
}

fn getstate(th: &mut Thread, v: Value) -> R {
    let (text, newline, pos) = with(th, v, |th, s| {
        Ok((Value::from_ref(Str::from_view(th, s.text.view())?), s.newline, s.pos))
    })?;
    let newline = match newline {
        Mode::Universal => Value::none(),
        Mode::Verbatim => host::text(th, "")?,
        Mode::Lf => host::text(th, "\n")?,
        Mode::Cr => host::text(th, "\r")?,
        Mode::CrLf => host::text(th, "\r\n")?,
    };
    let d = match attr::instance_dict(th, v)? {
        Some(d) if d.len() != 0 => {
            let copy = Dict::new(th)?;
            let mut at = 0;
            while let Some((k, x)) = d.next(&mut at) {
                copy.set_item(th, k, x)?;
            }
            Value::from_ref(copy)
        }
        _ => Value::none(),
    };
    let pos = int::from_usize(th, pos)?;
    Tuple::new(th, &[text, newline, pos, d]).map(|t| Value::from_ref(t))
}

fn setstate(th: &mut Thread, v: Value, state: Value) -> R {
    let tn = v.type_of().name();
    let Some([text, newline, pos, dict, ..]) = state.cast::<Tuple>().map(|t| t.as_slice()) else {
        let sn = state.type_of().name();
        return Err(
            th.type_error(format_args!("{tn}.__setstate__ argument should be 4-tuple, got {sn}"))
        );
    };
    // The text was translated once already.
    init(th, v, &[Value::none(), *newline], None)?;
    let Some(t) = text.cast::<Str>() else {
        let n = text.type_of().name();
        return Err(th.type_error(format_args!("initial_value must be str or None, not {n}")));
    };
    if !int::check(*pos) {
        let pn = pos.type_of().name();
        return Err(th.type_error(format_args!("third item of state must be an integer, got {pn}")));
    }
    let p = int::as_isize(th, *pos)?;
    if p < 0 {
        return Err(th.value_error(format_args!("position value cannot be negative")));
    }
    with(th, v, |_, s| {
        s.text = Text::One(Vec::new());
        s.text.put(0, t.view());
        s.pos = p as usize;
        Ok(())
    })?;
    if !dict.is_none() {
        let Some(d) = dict.cast::<Dict>() else {
            let dn = dict.type_of().name();
            return Err(
                th.type_error(format_args!("fourth item of state should be a dict, got a {dn}"))
            );
        };
        if let Some(own) = attr::instance_dict(th, v)? {
            let mut at = 0;
            while let Some((k, x)) = d.next(&mut at) {
                own.set_item(th, k, x)?;
            }
        }
    }
    Ok(Value::none())
}

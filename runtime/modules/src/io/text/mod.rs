//! `TextIOWrapper`: the type, its attributes, opening and closing. `coder` holds the codecs, `read`, `write` and `seek` the work.
//!
//! UTF-8, ASCII and Latin-1 with the built-in error handlers are encoded and decoded here; every other encoding goes
//! through its incremental coder from the `codecs` registry. Writing ASCII appends to the pending bytes inside a critical
//! section, and a line that is decoded already is cut off in one: neither calls anything.

pub mod coder;
mod read;
mod seek;
mod write;

pub use write::print_ascii;

use super::base::{self, IoBase, TEXT_BASE};
use super::buffered;
use super::exclusive::Exclusive;
use super::fileio::type_text;
use super::stringio::Mode;
use crate::host;
use coder::{Decoding, Encoding};
use heddle_object::core::payload::{self, Guarded, Native, spec_with_dict};
use heddle_object::core::slot::Slot;
use heddle_object::heap::Tracer;
use heddle_object::names::{intern_str, n};
use heddle_object::text::codec::Handler;
use heddle_object::text::{StrBuf, StrRef};
use heddle_object::types::{Str, exceptions as exc};
use heddle_object::{
    Args, GetSetDef, MethodDef, Params, R, Slots, StaticType, Thread, TypeSpec, Value, attr, flags,
    ops,
};

/// The stream.
#[repr(C)]
pub struct TextIo {
    base: IoBase<0>,
    /// What is below; empty before `__init__` and after `detach`.
    pub buffer: Slot,
    /// Name of the encoding.
    pub encoding: Slot,
    /// Name of the error handler.
    pub errors: Slot,
    /// Incremental encoder, for encodings that are not done here.
    pub encoder: Slot,
    /// Incremental decoder, likewise.
    pub decoder: Slot,
    /// The work in hand.
    pub ex: Exclusive<State>,
    /// Settings.
    pub facts: Guarded<Facts>,
}

/// Settings of a stream, copied out to be read.
#[derive(Clone, Copy)]
pub struct Facts {
    detached: bool,
    finalizing: bool,
    line_buffering: bool,
    write_through: bool,
    readable: bool,
    writable: bool,
    seekable: bool,
    has_read1: bool,
    chunk: usize,
    newline: Mode,
}

const NEW: Facts = Facts {
    detached: false,
    finalizing: false,
    line_buffering: false,
    write_through: false,
    readable: false,
    writable: false,
    seekable: false,
    has_read1: false,
    chunk: 8192,
    newline: Mode::Universal,
};

/// The work in hand: text decoded and not given out, bytes encoded and not written.
pub struct State {
    /// How text becomes bytes.
    pub out: Encoding,
    /// Bytes on their way to the buffer.
    pub pending: Vec<u8>,
    /// How bytes become text.
    pub inp: Decoding,
    /// Decoded text.
    pub decoded: StrBuf,
    /// How much of it was given out.
    pub used: usize,
    /// The decoder's flags before the last chunk, and that chunk with what the decoder held: what `tell` starts from.
    pub snapshot: Option<(i64, Vec<u8>)>,
    /// `tell` is possible (not inside an iteration).
    pub telling: bool,
    /// Wide line ends: copied from the settings so that short operations need not look there.
    pub newline: Mode,
    /// Every write is passed on: `write_through` or `line_buffering` is set.
    pub eager: bool,
    /// Most bytes that stay pending.
    pub chunk: usize,
}

impl State {
    fn new() -> State {
        State {
            out: Encoding::None,
            pending: Vec::new(),
            inp: Decoding::None,
            decoded: StrBuf::Ascii(Vec::new()),
            used: 0,
            snapshot: None,
            telling: false,
            newline: Mode::Universal,
            eager: false,
            chunk: NEW.chunk,
        }
    }

    /// Text decoded and not given out yet.
    #[inline]
    pub fn rest(&self) -> StrRef<'_> {
        let all = self.decoded.view();
        all.slice(self.used, all.len())
    }

    /// Puts new text in the place of what was decoded.
    pub fn set_decoded(&mut self, text: Option<StrBuf>) {
        self.decoded = text.unwrap_or(StrBuf::Ascii(Vec::new()));
        self.used = 0;
    }
}

impl Native for TextIo {
    fn static_type() -> &'static StaticType {
        &TEXT_IO
    }
    fn trace(&self, t: &mut Tracer) {
        for s in [&self.buffer, &self.encoding, &self.errors, &self.encoder, &self.decoder] {
            t.slot(s);
        }
    }
}

/// `_io.TextIOWrapper`
pub static TEXT_IO: StaticType = StaticType::new(TypeSpec {
    name: "_io.TextIOWrapper",
    base: Some(&TEXT_BASE),
    flags: flags::BASETYPE | flags::HAS_WEAKREF,
    doc: "Character and line based layer over a BufferedIOBase object, buffer.\n\nencoding gives the name of the encoding that the stream will be\ndecoded or encoded with. It defaults to locale.getencoding().",
    slots: Slots {
        new: Some(new),
        init: Some(init),
        repr: Some(repr),
        iternext: Some(read::next),
        ..Slots::NONE
    },
    methods: &[
        MethodDef::noargs("detach", detach, "detach($self, /)\n--\n\n"),
        MethodDef::kw(
            "reconfigure",
            reconfigure,
            "reconfigure($self, /, *, encoding=None, errors=None, newline=None,\n            line_buffering=None, write_through=None)\n--\n\nReconfigure the text stream with new parameters.",
        ),
        MethodDef::one("write", write::write, "write($self, text, /)\n--\n\n"),
        MethodDef::fast("read", 0, 1, read::read, "read($self, size=-1, /)\n--\n\n"),
        MethodDef::fast("readline", 0, 1, read::readline, "readline($self, size=-1, /)\n--\n\n"),
        MethodDef::noargs("flush", write::flush, "flush($self, /)\n--\n\n"),
        MethodDef::noargs("close", close, "close($self, /)\n--\n\n"),
        MethodDef::noargs("fileno", |th, v| ask(th, v, "fileno"), "fileno($self, /)\n--\n\n"),
        MethodDef::noargs("seekable", |th, v| ask(th, v, "seekable"), "seekable($self, /)\n--\n\n"),
        MethodDef::noargs("readable", |th, v| ask(th, v, "readable"), "readable($self, /)\n--\n\n"),
        MethodDef::noargs("writable", |th, v| ask(th, v, "writable"), "writable($self, /)\n--\n\n"),
        MethodDef::noargs("isatty", |th, v| ask(th, v, "isatty"), "isatty($self, /)\n--\n\n"),
        MethodDef::fast(
            "seek",
            1,
            2,
            seek::seek,
            "seek($self, cookie, whence=os.SEEK_SET, /)\n--\n\nSet the stream position, and return the new stream position.",
        ),
        MethodDef::noargs(
            "tell",
            seek::tell,
            "tell($self, /)\n--\n\nReturn the stream position as an opaque number.",
        ),
        MethodDef::fast("truncate", 0, 1, truncate, "truncate($self, pos=None, /)\n--\n\n"),
        MethodDef::noargs("__reduce__", base::no_pickle, ""),
        MethodDef::one("__reduce_ex__", |th, v, _| base::no_pickle(th, v), ""),
        MethodDef::noargs("__getstate__", base::no_pickle, ""),
    ],
    getset: &[
        GetSetDef::ro("buffer", |th, v| buffer(th, v), ""),
        GetSetDef::ro(
            "encoding",
            |th, v| own(th, v).map(|t| t.encoding.get().unwrap_or_else(Value::none)),
            "",
        ),
        GetSetDef::ro(
            "errors",
            |th, v| {
                buffer(th, v)?;
                own(th, v).map(|t| t.errors.get().unwrap_or_else(Value::none))
            },
            "",
        ),
        GetSetDef::ro(
            "name",
            |th, v| {
                let b = buffer(th, v)?;
                attr::getattr(th, b, n().name)
            },
            "",
        ),
        GetSetDef::ro(
            "closed",
            |th, v| {
                let b = buffer(th, v)?;
                attr::getattr(th, b, n().closed)
            },
            "",
        ),
        GetSetDef::ro("newlines", newlines, ""),
        GetSetDef::ro(
            "line_buffering",
            |th, v| facts(th, v).map(|f| Value::bool(f.line_buffering)),
            "",
        ),
        GetSetDef::ro(
            "write_through",
            |th, v| facts(th, v).map(|f| Value::bool(f.write_through)),
            "",
        ),
        GetSetDef::rw(
            "_finalizing",
            |th, v| facts(th, v).map(|f| Value::bool(f.finalizing)),
            |th, v, x| {
                let on = host::truth(th, x, false)?;
                change(th, v, |f| f.finalizing = on)
            },
            "",
        ),
        GetSetDef::rw(
            "_CHUNK_SIZE",
            |th, v| {
                buffer(th, v)?;
                facts(th, v).map(|f| Value::small_int(f.chunk as i64))
            },
            set_chunk,
            "",
        ),
    ],
    ..spec_with_dict::<TextIo>()
});

/// The stream behind a value.
#[inline]
pub fn own(th: &mut Thread, v: Value) -> R<&'static TextIo> {
    match v.native::<TextIo>() {
        Some(t) => Ok(t),
        None => v.expect_native::<TextIo>(th),
    }
}

/// The settings.
pub fn facts(th: &mut Thread, v: Value) -> R<Facts> {
    let t = own(th, v)?;
    Ok(t.facts.with(th, v, |_, f| *f))
}

fn change(th: &mut Thread, v: Value, f: impl FnOnce(&mut Facts)) -> R<()> {
    let t = own(th, v)?;
    t.facts.with(th, v, |_, x| f(x));
    Ok(())
}

/// What is below; ValueError when there is nothing (any more).
#[inline]
pub fn buffer(th: &mut Thread, v: Value) -> R {
    let t = own(th, v)?;
    if let Some(b) = t.buffer.get() {
        return Ok(b);
    }
    Err(if facts(th, v)?.detached {
        th.value_error(format_args!("underlying buffer has been detached"))
    } else {
        th.value_error(format_args!("I/O operation on uninitialized object"))
    })
}

/// ValueError when closed. Gives what is below.
#[inline]
pub fn check_open(th: &mut Thread, v: Value) -> R {
    let b = buffer(th, v)?;
    let shut = if v.has_shape(TEXT_IO.shape()) {
        match buffered::core_of(b) {
            Some(_) if b.type_of().has(flags::IMMUTABLE) => buffered::closed(th, b)?,
            _ => base::is_closed(th, b)?,
        }
    } else {
        base::is_closed(th, v)?
    };
    if shut { Err(base::closed_error(th)) } else { Ok(b) }
}

fn ask(th: &mut Thread, v: Value, name: &str) -> R {
    let b = buffer(th, v)?;
    host::method(th, b, name, &[])
}

fn new(th: &mut Thread, ty: Value, _: &[Value], _: Option<Value>) -> R {
    let ty = ty.cast_type().unwrap_or(TEXT_IO.ty());
    let t = TextIo {
        base: IoBase::new(),
        buffer: Slot::empty(),
        encoding: Slot::empty(),
        errors: Slot::empty(),
        encoder: Slot::empty(),
        decoder: Slot::empty(),
        ex: Exclusive::new(State::new()),
        facts: Guarded::new(NEW),
    };
    payload::alloc(th, ty, t)
}

const INIT: Params<6> =
    Params::new(["buffer", "encoding", "errors", "newline", "line_buffering", "write_through"], 1);

/// A str argument, or nothing for None.
pub fn optional_str(
    th: &mut Thread,
    v: Option<Value>,
    fname: &str,
    arg: &str,
) -> R<Option<&'static Str>> {
    match v {
        None => Ok(None),
        Some(v) if v.is_none() => Ok(None),
        Some(v) => match v.cast::<Str>() {
            Some(s) if (0..s.len()).any(|i| s.code_point(i) == 0) => {
                Err(th.value_error(format_args!("embedded null character")))
            }
            Some(s) => Ok(Some(s)),
            None => {
                let tn = v.type_of().name();
                Err(th.type_error(format_args!(
                    "{fname}() argument '{arg}' must be str or None, not {tn}"
                )))
            }
        },
    }
}

/// The encoding meant by no encoding.
pub fn default_encoding(th: &Thread) -> &'static str {
    if th.rt.options.utf8_mode { "utf-8" } else { "UTF-8" }
}

fn init(th: &mut Thread, v: Value, args: &[Value], kw: Option<Value>) -> R<()> {
    let [buf, encoding, errors, newline, line, through] =
        Args::new(args, kw).bind(th, "TextIOWrapper", &INIT)?;
    let buf = buf.unwrap_or_else(Value::none);
    let encoding = optional_str(th, encoding, "TextIOWrapper", "encoding")?;
    let errors = optional_str(th, errors, "TextIOWrapper", "errors")?;
    let newline = Mode::parse(th, newline, "TextIOWrapper() argument 'newline'")?;
    let line = host::truth(th, line, false)?;
    let through = host::truth(th, through, false)?;
    let t = own(th, v)?;
    t.buffer.set(None);
    change(th, v, |f| *f = NEW)?;
    if encoding.is_none() && th.rt.options.warn_default_encoding {
        (th.hooks.warn)(th, &exc::ENCODING_WARNING, "'encoding' argument not specified")?;
    }
    let encoding = match encoding {
        Some(e) if !e.eq_str("locale") => e,
        Some(_) => Str::new(th, "UTF-8")?,
        None => {
            let name = default_encoding(th);
            Str::new(th, name)?
        }
    };
    let errors = match errors {
        Some(e) => e,
        None => Str::new(th, "strict")?,
    };
    let readable = host::method(th, buf, "readable", &[])?;
    let readable = ops::is_true(th, readable)?;
    let writable = host::method(th, buf, "writable", &[])?;
    let writable = ops::is_true(th, writable)?;
    set_codec(th, v, encoding, errors, newline, readable, writable)?;
    let seekable = host::method(th, buf, "seekable", &[])?;
    let seekable = ops::is_true(th, seekable)?;
    let read1 = intern_str(th, "read1")?;
    let has_read1 = readable
        && (buffered::core_of(buf).is_some() || attr::getattr_optional(th, buf, read1)?.is_some());
    change(th, v, |f| {
        *f = Facts {
            line_buffering: line,
            write_through: through,
            readable,
            writable,
            seekable,
            has_read1,
            newline,
            ..NEW
        }
    })?;
    t.ex.long(th, v, |th, s| {
        s.pending.clear();
        s.set_decoded(None);
        s.snapshot = None;
        s.telling = seekable;
        s.newline = newline;
        s.eager = line || through;
        s.chunk = NEW.chunk;
        if seekable && writable {
            coder::fix_start(th, t, s, buf)?;
        }
        Ok(())
    })?;
    t.buffer.set(Some(buf));
    base::set_wrapped(th, buf, true);
    Ok(())
}

/// Finds encoder and decoder.
fn set_codec(
    th: &mut Thread,
    v: Value,
    encoding: &'static Str,
    errors: &'static Str,
    newline: Mode,
    readable: bool,
    writable: bool,
) -> R<()> {
    let t = own(th, v)?;
    let found = coder::find(th, encoding, errors)?;
    let (enc, encoder) =
        if writable { coder::encoding(th, &found, errors)? } else { (Encoding::None, None) };
    let (dec, decoder) = if readable {
        coder::decoding(th, &found, errors, newline)?
    } else {
        (Decoding::None, None)
    };
    t.encoder.set(encoder);
    t.decoder.set(decoder);
    t.encoding.set(Some(Value::from_ref(encoding)));
    t.errors.set(Some(Value::from_ref(errors)));
    t.ex.long(th, v, |_, s| {
        s.out = enc;
        s.inp = dec;
        Ok(())
    })
}

const RECONFIGURE: Params<5> =
    Params::new(["encoding", "errors", "newline", "line_buffering", "write_through"], 0).kwonly(0);

fn reconfigure(th: &mut Thread, v: Value, a: &Args) -> R {
    let [encoding, errors, newline, line, through] = a.bind(th, "reconfigure", &RECONFIGURE)?;
    let f = facts(th, v)?;
    let given = |x: Option<Value>| x.is_some_and(|x| !x.is_none());
    let encoding_given = optional_str(th, encoding, "reconfigure", "encoding")?;
    let errors_given = optional_str(th, errors, "reconfigure", "errors")?;
    let newline_given = match newline {
        Some(x) => Some(Mode::parse(th, Some(x), "reconfigure() argument 'newline'")?),
        None => None,
    };
    check_open(th, v)?;
    let t = own(th, v)?;
    if given(encoding) || given(errors) || newline.is_some() {
        let read = t.ex.short(th, v, |_, s| {
            Some(
                !s.decoded.view().is_empty()
                    || s.snapshot.as_ref().is_some_and(|x| !x.1.is_empty()),
            )
        });
        if f.readable && read.unwrap_or(true) {
            return Err(base::unsupported(
                th,
                "It is not possible to set the encoding or newline of stream after the first read",
            ));
        }
    }
    let line = match line.filter(|x| !x.is_none()) {
        Some(x) => ops::is_true(th, x)?,
        None => f.line_buffering,
    };
    let through = match through.filter(|x| !x.is_none()) {
        Some(x) => ops::is_true(th, x)?,
        None => f.write_through,
    };
    write::flush(th, v)?;
    let newline = newline_given.unwrap_or(f.newline);
    if encoding_given.is_some() || errors_given.is_some() || newline_given.is_some() {
        let old = |s: &Slot| s.get().and_then(|x| x.cast::<Str>());
        let strict = Str::new(th, "strict")?;
        let enc = match encoding_given {
            Some(e) if e.eq_str("locale") => Str::new(th, "UTF-8")?,
            Some(e) => e,
            None => old(&t.encoding).unwrap_or(strict),
        };
        let err = match (errors_given, encoding_given) {
            (Some(e), _) => e,
            (None, Some(_)) => strict,
            (None, None) => old(&t.errors).unwrap_or(strict),
        };
        set_codec(th, v, enc, err, newline, f.readable, f.writable)?;
    }
    change(th, v, |f| {
        f.newline = newline;
        f.line_buffering = line;
        f.write_through = through;
    })?;
    let buf = buffer(th, v)?;
    t.ex.long(th, v, |th, s| {
        s.newline = newline;
        s.eager = line || through;
        if f.seekable && f.writable && encoding_given.is_some() {
            coder::fix_start(th, t, s, buf)?;
        }
        Ok(Value::none())
    })
}

fn detach(th: &mut Thread, v: Value) -> R {
    buffer(th, v)?;
    ops::call_method(th, v, n().flush, &[])?;
    let b = buffer(th, v)?;
    let t = own(th, v)?;
    t.buffer.set(None);
    change(th, v, |f| f.detached = true)?;
    base::set_wrapped(th, b, false);
    Ok(b)
}

fn close(th: &mut Thread, v: Value) -> R {
    let b = buffer(th, v)?;
    if base::is_closed(th, b)? {
        return Ok(Value::none());
    }
    if facts(th, v)?.finalizing
        && let Err(e) = host::method(th, b, "_dealloc_warn", &[v])
    {
        th.take_exception(e);
    }
    let flushed = ops::call_method(th, v, n().flush, &[]);
    let first = th.exception.take();
    let done = ops::call_method(th, b, n().close, &[]);
    super::join_errors(th, flushed, first, done)
}

fn truncate(th: &mut Thread, v: Value, a: &[Value]) -> R {
    let b = check_open(th, v)?;
    ops::call_method(th, v, n().flush, &[])?;
    let size = a.first().copied().unwrap_or_else(Value::none);
    host::method(th, b, "truncate", &[size])
}

fn newlines(th: &mut Thread, v: Value) -> R {
    buffer(th, v)?;
    let t = own(th, v)?;
    let native = t.ex.short(th, v, |_, s| s.inp.newlines());
    match (native, t.decoder.get()) {
        (Some(nl), _) => nl.value(th),
        (None, Some(d)) => {
            let name = intern_str(th, "newlines")?;
            Ok(attr::getattr_optional(th, d, name)?.unwrap_or_else(Value::none))
        }
        _ => Ok(Value::none()),
    }
}

fn set_chunk(th: &mut Thread, v: Value, x: Option<Value>) -> R<()> {
    buffer(th, v)?;
    let Some(x) = x else {
        return Err(th.attribute_error(format_args!("cannot delete attribute")));
    };
    let k = ops::index_isize(th, x)?;
    if k <= 0 {
        return Err(th.value_error(format_args!("a strictly positive integer is required")));
    }
    change(th, v, |f| f.chunk = k as usize)?;
    own(th, v)?.ex.long(th, v, |_, s| {
        s.chunk = k as usize;
        Ok(())
    })
}

fn repr(th: &mut Thread, v: Value) -> R {
    let t = own(th, v)?;
    if t.encoding.get().is_none() {
        return Err(th.value_error(format_args!("I/O operation on uninitialized object")));
    }
    let mut s = format!("<{}", type_text(v));
    if let Some(name) = base::name_repr(th, v)? {
        s += &format!(" name={name}");
    }
    if let Some(m) = attr::getattr_optional(th, v, n().mode)? {
        let m = ops::repr(th, m)?;
        s += &format!(" mode={}", m.to_string_lossy());
    }
    let enc = t.encoding.get().unwrap_or_else(Value::none);
    let enc = ops::repr(th, enc)?;
    s += &format!(" encoding={}>", enc.to_string_lossy());
    host::text(th, &s)
}

/// The built-in handler of that name.
pub fn handler(name: &Str) -> Option<Handler> {
    Handler::named(&name.to_string_lossy())
}

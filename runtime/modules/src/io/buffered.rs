//! `BufferedReader`, `BufferedWriter`, `BufferedRandom`: the types, and what needs no buffer.
//!
//! One core serves all three. The buffer holds either bytes read ahead (`pos..end`, the raw position is that of `end`) or
//! bytes not written yet (`0..pending`, the raw position is that of 0), never both. When the raw stream is exactly a
//! `FileIO`, no Python call is made and no bytes object is built between it and the buffer.

use super::base::{self, BUFFERED_BASE, IoBase};
use super::core::{Core, Facts, State};
use super::exclusive::Exclusive;
use super::fileio::{self, type_text};
use super::{move_bytes, position};
use crate::host;
use heddle_object::core::payload::{self, Guarded, Native, spec_with_dict};
use heddle_object::core::slot::Slot;
use heddle_object::heap::Tracer;
use heddle_object::names::n;
use heddle_object::{
    Args, GetSetDef, MethodDef, Params, R, Slots, StaticType, Thread, TypeSpec, Value, attr, flags,
    ops,
};

/// A buffered stream; `K` tells which of the three it is.
#[repr(C)]
pub struct Buffered<const K: u8> {
    base: IoBase<0>,
    core: Core,
}

/// `Buffered<READER>`
pub const READER: u8 = 0;
/// `Buffered<WRITER>`
pub const WRITER: u8 = 1;
/// `Buffered<RANDOM>`
pub const RANDOM: u8 = 2;

impl<const K: u8> Native for Buffered<K> {
    fn static_type() -> &'static StaticType {
        match K {
            READER => &BUFFERED_READER,
            WRITER => &BUFFERED_WRITER,
            _ => &BUFFERED_RANDOM,
        }
    }
    fn trace(&self, t: &mut Tracer) {
        t.slot(&self.core.raw);
    }
}

/// The core of any of the three.
#[inline]
pub fn core_of(v: Value) -> Option<&'static Core> {
    if let Some(b) = v.native::<Buffered<READER>>() {
        return Some(&b.core);
    }
    if let Some(b) = v.native::<Buffered<WRITER>>() {
        return Some(&b.core);
    }
    v.native::<Buffered<RANDOM>>().map(|b| &b.core)
}

/// As [`core_of`], TypeError for anything else.
pub fn core(th: &mut Thread, v: Value) -> R<&'static Core> {
    match core_of(v) {
        Some(c) => Ok(c),
        None => {
            let tn = v.type_of().name();
            Err(th.type_error(format_args!("expected a buffered stream, got {tn}")))
        }
    }
}

/// The raw stream; ValueError when there is none (any more).
pub fn raw(th: &mut Thread, v: Value) -> R {
    let c = core(th, v)?;
    match c.raw.get() {
        Some(r) => Ok(r),
        None => Err(c.missing(th, v)),
    }
}

/// Whether the raw stream is closed.
pub fn closed(th: &mut Thread, v: Value) -> R<bool> {
    let r = raw(th, v)?;
    if fileio::direct(th, r).is_some() {
        return Ok(false);
    }
    base::is_closed(th, r)
}

/// ValueError ("write to closed file") when closed.
pub fn check_open(th: &mut Thread, v: Value, what: &str) -> R<()> {
    if closed(th, v)? {
        return Err(th.value_error(format_args!("{what} of closed file")));
    }
    Ok(())
}

fn new<const K: u8>(th: &mut Thread, ty: Value, _: &[Value], _: Option<Value>) -> R {
    let ty = ty.cast_type().unwrap_or(Buffered::<K>::static_type().ty());
    let core = Core {
        raw: Slot::empty(),
        ex: Exclusive::new(State::default()),
        facts: Guarded::new(Facts::default()),
    };
    payload::alloc(th, ty, Buffered::<K> { base: IoBase::new(), core })
}

const INIT: Params<2> = Params::new(["raw", "buffer_size"], 1);

fn init<const K: u8>(th: &mut Thread, v: Value, args: &[Value], kw: Option<Value>) -> R<()> {
    let name = Buffered::<K>::static_type().ty().name();
    let [raw, size] = Args::new(args, kw).bind(th, &name, &INIT)?;
    let raw = raw.unwrap_or_else(Value::none);
    let size = match size {
        Some(s) => ops::index_isize(th, s)?,
        None => super::BUFFER_BYTES as isize,
    };
    let c = core(th, v)?;
    c.raw.set(None);
    match fileio::direct(th, raw) {
        Some(d) if K != RANDOM && (if K == READER { d.readable } else { d.writable }) => {}
        _ => {
            if K == RANDOM {
                base::check_seekable(th, raw)?;
            }
            if K != WRITER {
                base::check_readable(th, raw)?;
            }
            if K != READER {
                base::check_writable(th, raw)?;
            }
        }
    }
    if size <= 0 {
        return Err(th.value_error(format_args!("buffer size must be strictly positive")));
    }
    let buf = super::fileio::reserved(th, size as usize)?;
    c.ex.long(th, v, |_, s| {
        *s = State { size: size as usize, buf, ..State::default() };
        Ok(())
    })?;
    c.facts.with(th, v, |_, f| {
        f.detached = false;
        f.readable = K != WRITER;
        f.writable = K != READER;
    });
    c.raw.set(Some(raw));
    base::set_wrapped(th, raw, true);
    Ok(())
}

/// Calls a method of the raw stream.
fn ask(th: &mut Thread, v: Value, name: &str) -> R {
    let r = raw(th, v)?;
    host::method(th, r, name, &[])
}

fn detach(th: &mut Thread, v: Value) -> R {
    raw(th, v)?;
    ops::call_method(th, v, n().flush, &[])?;
    let r = raw(th, v)?;
    let c = core(th, v)?;
    c.raw.set(None);
    c.facts.with(th, v, |_, f| f.detached = true);
    base::set_wrapped(th, r, false);
    Ok(r)
}

fn close(th: &mut Thread, v: Value) -> R {
    let r = raw(th, v)?;
    if closed(th, v)? {
        return Ok(Value::none());
    }
    let c = core(th, v)?;
    if c.facts.with(th, v, |_, f| f.finalizing) {
        dealloc_warn(th, v, v)?;
    }
    let flushed = ops::call_method(th, v, n().flush, &[]);
    let first = th.exception.take();
    let done = ops::call_method(th, r, n().close, &[]);
    c.ex.long(th, v, |_, s| {
        *s = State { size: s.size, ..State::default() };
        Ok(())
    })?;
    super::join_errors(th, flushed, first, done)
}

fn dealloc_warn(th: &mut Thread, v: Value, source: Value) -> R {
    if let Some(r) = core(th, v)?.raw.get()
        && let Err(e) = host::method(th, r, "_dealloc_warn", &[source])
    {
        th.take_exception(e);
    }
    Ok(Value::none())
}

fn repr(th: &mut Thread, v: Value) -> R {
    let tn = type_text(v);
    let shown = match base::name_repr(th, v)? {
        Some(name) => format!("<{tn} name={name}>"),
        None => format!("<{tn}>"),
    };
    host::text(th, &shown)
}

fn next(th: &mut Thread, v: Value) -> R<Option<Value>> {
    let exact = v.has_shape(BUFFERED_READER.shape()) || v.has_shape(BUFFERED_RANDOM.shape());
    if !exact {
        return base::next(th, v);
    }
    let line = move_bytes::readline(th, v, &[])?;
    Ok(if host::buffer::bytes_of(line).is_some_and(|b| b.is_empty()) { None } else { Some(line) })
}

const fn common(name: &'static str, f: fn(&mut Thread, Value) -> R) -> MethodDef {
    MethodDef::noargs(name, f, "")
}

macro_rules! methods {
    ($($more:expr),* $(,)?) => { &[
        common("detach", detach),
        common("close", close),
        common("seekable", |th, v| ask(th, v, "seekable")),
        common("fileno", |th, v| ask(th, v, "fileno")),
        common("isatty", |th, v| ask(th, v, "isatty")),
        common("tell", position::tell),
        MethodDef::fast("seek", 1, 2, position::seek, "seek($self, target, whence=0, /)\n--\n\n"),
        MethodDef::fast("truncate", 0, 1, position::truncate, "truncate($self, pos=None, /)\n--\n\n"),
        MethodDef::one("_dealloc_warn", dealloc_warn, ""),
        common("__reduce__", base::no_pickle),
        MethodDef::one("__reduce_ex__", |th, v, _| base::no_pickle(th, v), ""),
        common("__getstate__", base::no_pickle),
        $($more),*
    ] };
}

const READS: [MethodDef; 7] = [
    MethodDef::fast("read", 0, 1, move_bytes::read, "read($self, size=-1, /)\n--\n\n"),
    MethodDef::fast("read1", 0, 1, move_bytes::read1, "read1($self, size=-1, /)\n--\n\n"),
    MethodDef::fast("peek", 0, 1, move_bytes::peek, "peek($self, size=0, /)\n--\n\n"),
    MethodDef::one(
        "readinto",
        |th, v, b| move_bytes::readinto(th, v, b, false),
        "readinto($self, buffer, /)\n--\n\n",
    ),
    MethodDef::one(
        "readinto1",
        |th, v, b| move_bytes::readinto(th, v, b, true),
        "readinto1($self, buffer, /)\n--\n\n",
    ),
    MethodDef::fast("readline", 0, 1, move_bytes::readline, "readline($self, size=-1, /)\n--\n\n"),
    common("readable", |th, v| ask(th, v, "readable")),
];

const WRITES: [MethodDef; 3] = [
    MethodDef::one(
        "write",
        move_bytes::write,
        "write($self, buffer, /)\n--\n\nWrite the given buffer to the IO stream.",
    ),
    common("flush", position::flush),
    common("writable", |th, v| ask(th, v, "writable")),
];

const GETSET: &[GetSetDef] = &[
    GetSetDef::ro(
        "raw",
        |th, v| {
            let c = core(th, v)?;
            Ok(c.raw.get().unwrap_or_else(Value::none))
        },
        "",
    ),
    GetSetDef::ro(
        "closed",
        |th, v| {
            let r = raw(th, v)?;
            attr::getattr(th, r, n().closed)
        },
        "",
    ),
    GetSetDef::ro(
        "name",
        |th, v| {
            let r = raw(th, v)?;
            attr::getattr(th, r, n().name)
        },
        "",
    ),
    GetSetDef::ro(
        "mode",
        |th, v| {
            let r = raw(th, v)?;
            attr::getattr(th, r, n().mode)
        },
        "",
    ),
    GetSetDef::rw(
        "_finalizing",
        |th, v| {
            let c = core(th, v)?;
            Ok(Value::bool(c.facts.with(th, v, |_, f| f.finalizing)))
        },
        |th, v, x| {
            let on = host::truth(th, x, false)?;
            let c = core(th, v)?;
            c.facts.with(th, v, |_, f| f.finalizing = on);
            Ok(())
        },
        "",
    ),
];

/// `_io.BufferedReader`
pub static BUFFERED_READER: StaticType = StaticType::new(TypeSpec {
    name: "_io.BufferedReader",
    base: Some(&BUFFERED_BASE),
    flags: flags::BASETYPE | flags::HAS_WEAKREF,
    doc: "Create a new buffered reader using the given readable raw IO object.",
    slots: Slots {
        new: Some(new::<READER>),
        init: Some(init::<READER>),
        repr: Some(repr),
        iternext: Some(next),
        ..Slots::NONE
    },
    methods: methods![
        READS[0],
        READS[1],
        READS[2],
        READS[3],
        READS[4],
        READS[5],
        READS[6],
        common("flush", |th, v| {
            let r = raw(th, v)?;
            ops::call_method(th, r, n().flush, &[])
        }),
    ],
    getset: GETSET,
    ..spec_with_dict::<Buffered<READER>>()
});

/// `_io.BufferedWriter`
pub static BUFFERED_WRITER: StaticType = StaticType::new(TypeSpec {
    name: "_io.BufferedWriter",
    base: Some(&BUFFERED_BASE),
    flags: flags::BASETYPE | flags::HAS_WEAKREF,
    doc: "A buffer for a writeable sequential RawIO object.\n\nThe constructor creates a BufferedWriter for the given writeable raw\nstream. If the buffer_size is not given, it defaults to\nDEFAULT_BUFFER_SIZE.",
    slots: Slots {
        new: Some(new::<WRITER>),
        init: Some(init::<WRITER>),
        repr: Some(repr),
        ..Slots::NONE
    },
    methods: methods![WRITES[0], WRITES[1], WRITES[2]],
    getset: GETSET,
    ..spec_with_dict::<Buffered<WRITER>>()
});

/// `_io.BufferedRandom`
pub static BUFFERED_RANDOM: StaticType = StaticType::new(TypeSpec {
    name: "_io.BufferedRandom",
    base: Some(&BUFFERED_BASE),
    flags: flags::BASETYPE | flags::HAS_WEAKREF,
    doc: "A buffered interface to random access streams.\n\nThe constructor creates a reader and writer for a seekable stream,\nraw, given in the first argument. If the buffer_size is omitted it\ndefaults to DEFAULT_BUFFER_SIZE.",
    slots: Slots {
        new: Some(new::<RANDOM>),
        init: Some(init::<RANDOM>),
        repr: Some(repr),
        iternext: Some(next),
        ..Slots::NONE
    },
    methods: methods![
        READS[0], READS[1], READS[2], READS[3], READS[4], READS[5], READS[6], WRITES[0], WRITES[1],
        WRITES[2],
    ],
    getset: GETSET,
    ..spec_with_dict::<Buffered<RANDOM>>()
});

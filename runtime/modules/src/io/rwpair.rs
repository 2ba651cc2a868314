//! `BufferedRWPair`: a reader and a writer as one stream.

use super::base::{self, BUFFERED_BASE, IoBase};
use super::buffered::{BUFFERED_READER, BUFFERED_WRITER};
use crate::host;
use heddle_object::core::payload::{self, Native, spec_with_dict};
use heddle_object::core::slot::Slot;
use heddle_object::heap::Tracer;
use heddle_object::names::n;
use heddle_object::{
    Args, GetSetDef, MethodDef, Params, R, Slots, StaticType, Thread, TypeSpec, Value, attr, flags,
    ops,
};

/// The stream.
#[repr(C)]
pub struct RwPair {
    base: IoBase<0>,
    reader: Slot,
    writer: Slot,
}

impl Native for RwPair {
    fn static_type() -> &'static StaticType {
        &RW_PAIR
    }
    fn trace(&self, t: &mut Tracer) {
        t.slot(&self.reader);
        t.slot(&self.writer);
    }
}

/// `_io.BufferedRWPair`
pub static RW_PAIR: StaticType = StaticType::new(TypeSpec {
    name: "_io.BufferedRWPair",
    base: Some(&BUFFERED_BASE),
    flags: flags::BASETYPE | flags::HAS_WEAKREF,
    doc: "A buffered reader and writer object together.\n\nA buffered reader object and buffered writer object put together to\nform a sequential IO object that can read and write.",
    slots: Slots { new: Some(new), init: Some(init), ..Slots::NONE },
    methods: &[
        MethodDef::fast("read", 0, u16::MAX, |th, v, a| read_side(th, v, "read", a), ""),
        MethodDef::fast("peek", 0, u16::MAX, |th, v, a| read_side(th, v, "peek", a), ""),
        MethodDef::fast("read1", 0, u16::MAX, |th, v, a| read_side(th, v, "read1", a), ""),
        MethodDef::fast("readinto", 0, u16::MAX, |th, v, a| read_side(th, v, "readinto", a), ""),
        MethodDef::fast("readinto1", 0, u16::MAX, |th, v, a| read_side(th, v, "readinto1", a), ""),
        MethodDef::noargs("readable", |th, v| read_side(th, v, "readable", &[]), ""),
        MethodDef::fast("write", 0, u16::MAX, |th, v, a| write_side(th, v, "write", a), ""),
        MethodDef::noargs("flush", |th, v| write_side(th, v, "flush", &[]), ""),
        MethodDef::noargs("writable", |th, v| write_side(th, v, "writable", &[]), ""),
        MethodDef::noargs("close", close, ""),
        MethodDef::noargs(
            "isatty",
            |th, v| {
                let r = write_side(th, v, "isatty", &[])?;
                if r.is_true_singleton() { Ok(r) } else { read_side(th, v, "isatty", &[]) }
            },
            "",
        ),
    ],
    getset: &[GetSetDef::ro(
        "closed",
        |th, v| {
            let w = side(th, v, false)?;
            attr::getattr(th, w, n().closed)
        },
        "",
    )],
    ..spec_with_dict::<RwPair>()
});

fn new(th: &mut Thread, ty: Value, _: &[Value], _: Option<Value>) -> R {
    let ty = ty.cast_type().unwrap_or(RW_PAIR.ty());
    payload::alloc(
        th,
        ty,
        RwPair { base: IoBase::new(), reader: Slot::empty(), writer: Slot::empty() },
    )
}

const INIT: Params<3> = Params::new(["reader", "writer", "buffer_size"], 2).posonly(3);

fn init(th: &mut Thread, v: Value, args: &[Value], kw: Option<Value>) -> R<()> {
    let [reader, writer, size] = Args::new(args, kw).bind(th, "BufferedRWPair", &INIT)?;
    let (reader, writer) = (reader.unwrap_or_else(Value::none), writer.unwrap_or_else(Value::none));
    let size = size.unwrap_or(Value::small_int(super::BUFFER_BYTES as i64));
    base::check_readable(th, reader)?;
    base::check_writable(th, writer)?;
    let r = ops::call(th, BUFFERED_READER.value(), &[reader, size], None)?;
    let w = ops::call(th, BUFFERED_WRITER.value(), &[writer, size], None)?;
    let p = v.expect_native::<RwPair>(th)?;
    p.reader.set(Some(r));
    p.writer.set(Some(w));
    base::set_wrapped(th, r, true);
    base::set_wrapped(th, w, true);
    Ok(())
}

fn side(th: &mut Thread, v: Value, read: bool) -> R {
    let p = v.expect_native::<RwPair>(th)?;
    match if read { p.reader.get() } else { p.writer.get() } {
        Some(x) => Ok(x),
        None => Err(th.value_error(format_args!("I/O operation on uninitialized object"))),
    }
}

fn read_side(th: &mut Thread, v: Value, name: &str, a: &[Value]) -> R {
    let x = side(th, v, true)?;
    host::method(th, x, name, a)
}

fn write_side(th: &mut Thread, v: Value, name: &str, a: &[Value]) -> R {
    let x = side(th, v, false)?;
    host::method(th, x, name, a)
}

fn close(th: &mut Thread, v: Value) -> R {
    let w = write_side(th, v, "close", &[]);
    let first = th.exception.take();
    let r = read_side(th, v, "close", &[]);
    super::join_errors(th, w, first, r)
}

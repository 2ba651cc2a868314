//! `_struct`: values as packed bytes.
//!
//! `layout.rs` parses formats, `item.rs` packs and unpacks one value; here are the functions and the class `Struct`.

mod item;
mod layout;

use crate::host::errors;
use heddle_object::core::payload::{self, Guarded, Native};
use heddle_object::heap::Tracer;
use heddle_object::text::StrRef;
use heddle_object::types::bytes::{Borrowed, with_buffer};
use heddle_object::types::exceptions::EXCEPTION;
use heddle_object::types::{Bytes, Module, Str, Tuple, int};
use heddle_object::{
    Args, GetSetDef, MethodDef, ModuleDef, Params, R, Raised, Slot, Slots, StaticType, Thread,
    TypeSpec, Value, flags,
};
use layout::Layout;
use std::sync::Arc;

/// The module.
pub static MODULE: ModuleDef = ModuleDef {
    name: "_struct",
    doc: "Functions to convert between Python values and C structs.",
    methods: &[
        MethodDef::noargs(
            "_clearcache",
            |_, _| Ok(Value::none()),
            "_clearcache($module, /)\n--\n\nForget parsed formats; there are none.",
        ),
        MethodDef::one(
            "calcsize",
            |th, _, f| {
                let l = parse(th, "calcsize", f)?;
                int::from_usize(th, l.size)
            },
            "calcsize($module, format, /)\n--\n\nGive the size of a format in bytes.",
        ),
        MethodDef::fast(
            "iter_unpack",
            2,
            2,
            |th, _, a| {
                let l = parse(th, "iter_unpack", a[0])?;
                iter_unpack(th, Arc::new(l), a[1])
            },
            "iter_unpack($module, format, buffer, /)\n--\n\nUnpack one record after the other.",
        ),
        MethodDef::fast(
            "pack",
            1,
            u16::MAX,
            |th, _, a| {
                let l = parse(th, "pack", a[0])?;
                pack(th, &l, &a[1..])
            },
            "pack(format, v1, v2, ...) -> bytes",
        ),
        MethodDef::fast(
            "pack_into",
            3,
            u16::MAX,
            |th, _, a| {
                let l = parse(th, "pack_into", a[0])?;
                pack_into(th, &l, &a[1..])
            },
            "pack_into(format, buffer, offset, v1, v2, ...)",
        ),
        MethodDef::fast(
            "unpack",
            2,
            2,
            |th, _, a| {
                let l = parse(th, "unpack", a[0])?;
                unpack(th, &l, a[1])
            },
            "unpack($module, format, buffer, /)\n--\n\nUnpack a buffer of exactly the format's size.",
        ),
        MethodDef::kw(
            "unpack_from",
            |th, _, a| {
                const P: Params<3> = Params::new(["", "buffer", "offset"], 2).posonly(1);
                let [format, buffer, offset] = a.bind(th, "unpack_from", &P)?;
                let (Some(format), Some(buffer)) = (format, buffer) else {
                    return Ok(Value::none());
                };
                let l = parse(th, "unpack_from", format)?;
                unpack_from(th, &l, buffer, offset)
            },
            "unpack_from($module, format, /, buffer, offset=0)\n--\n\nUnpack from a place in a buffer.",
        ),
    ],
    types: &[&STRUCT],
    init: |th, m: &'static Module| {
        heddle_object::ty::ready_static(th, &UNPACK_ITER)?;
        errors::define(th, m, "struct", "error", EXCEPTION.value(), "").map(|_| ())
    },
};

/// A compiled format; `__init__` sets it.
struct Struct {
    layout: Guarded<Option<Arc<Layout>>>,
    format: Slot,
}

impl Native for Struct {
    fn static_type() -> &'static StaticType {
        &STRUCT
    }
    fn trace(&self, t: &mut Tracer) {
        t.slot(&self.format);
    }
}

/// `_struct.Struct`
pub static STRUCT: StaticType = StaticType::new(TypeSpec {
    name: "_struct.Struct",
    flags: flags::BASETYPE,
    doc: "Struct(fmt) --> compiled struct object",
    slots: Slots {
        new: Some(|th, ty, _, _| match ty.cast_type() {
            Some(ty) => {
                let s = Struct { layout: Guarded::new(None), format: Slot::empty() };
                payload::alloc(th, ty, s)
            }
            None => Ok(ty),
        }),
        init: Some(init),
        repr: Some(repr),
        ..Slots::NONE
    },
    methods: &[
        MethodDef::one(
            "iter_unpack",
            |th, v, b| {
                let l = compiled(th, v)?;
                iter_unpack(th, l, b)
            },
            "iter_unpack($self, buffer, /)\n--\n\nUnpack one record after the other.",
        ),
        MethodDef::fast(
            "pack",
            0,
            u16::MAX,
            |th, v, a| {
                let l = compiled(th, v)?;
                pack(th, &l, a)
            },
            "S.pack(v1, v2, ...) -> bytes",
        ),
        MethodDef::fast(
            "pack_into",
            2,
            u16::MAX,
            |th, v, a| {
                let l = compiled(th, v)?;
                pack_into(th, &l, a)
            },
            "S.pack_into(buffer, offset, v1, v2, ...)",
        ),
        MethodDef::one(
            "unpack",
            |th, v, b| {
                let l = compiled(th, v)?;
                unpack(th, &l, b)
            },
            "unpack($self, buffer, /)\n--\n\nUnpack a buffer of exactly the format's size.",
        ),
        MethodDef::kw(
            "unpack_from",
            |th, v, a| {
                let [buffer, offset] =
                    a.bind(th, "unpack_from", &Params::new(["buffer", "offset"], 1))?;
                let Some(buffer) = buffer else { return Ok(Value::none()) };
                let l = compiled(th, v)?;
                unpack_from(th, &l, buffer, offset)
            },
            "unpack_from($self, /, buffer, offset=0)\n--\n\nUnpack from a place in a buffer.",
        ),
        MethodDef::noargs(
            "__sizeof__",
            |th, v| {
                let l = compiled(th, v)?;
                int::from_usize(th, size_of::<Struct>() + size_of_val(l.fields.as_slice()))
            },
            "__sizeof__($self, /)\n--\n\nGive the size in memory, in bytes.",
        ),
    ],
    getset: &[
        GetSetDef::ro(
            "format",
            |th, v| {
                let s = v.expect_native::<Struct>(th)?;
                Ok(s.format.get().unwrap_or_else(Value::none))
            },
            "struct format string",
        ),
        GetSetDef::ro(
            "size",
            |th, v| {
                let l = compiled(th, v)?;
                int::from_usize(th, l.size)
            },
            "struct size in bytes",
        ),
    ],
    ..payload::spec::<Struct>()
});

#[cold]
fn error(th: &mut Thread, message: std::fmt::Arguments<'_>) -> Raised {
    errors::raise(th, "_struct", "error", message)
}

/// The format as ASCII.
fn format_text(th: &mut Thread, f: &str, v: Value) -> R<&'static [u8]> {
    if let Some(s) = v.cast::<Str>() {
        return match s.view() {
            StrRef::Ascii(b) => Ok(b),
            _ => {
                let ascii = Str::new(th, "ascii")?;
                heddle_object::types::str::codecs::encode(th, s, Some(ascii), None)?;
                Err(error(th, format_args!("bad char in struct format")))
            }
        };
    }
    if let Some(b) = v.cast::<Bytes>() {
        return Ok(b.as_slice());
    }
    let tn = v.type_of().name();
    Err(th.type_error(format_args!("{f}() argument 1 must be a str or bytes object, not {tn}")))
}

fn parse(th: &mut Thread, _: &str, format: Value) -> R<Layout> {
    let text = format_text(th, "Struct", format)?;
    match Layout::parse(text) {
        Ok(l) => Ok(l),
        Err(message) => Err(error(th, format_args!("{message}"))),
    }
}

fn init(th: &mut Thread, v: Value, args: &[Value], kwnames: Option<Value>) -> R<()> {
    let [format] = Args::new(args, kwnames).bind(th, "Struct", &Params::new(["format"], 1))?;
    let Some(format) = format else { return Ok(()) };
    let layout = parse(th, "Struct", format)?;
    let text = format_text(th, "Struct", format)?;
    let shown = Value::from_ref(Str::from_view(th, StrRef::Latin1(text))?);
    let s = v.expect_native::<Struct>(th)?;
    s.format.set(Some(shown));
    s.layout.with(th, v, |_, l| *l = Some(Arc::new(layout)));
    Ok(())
}

fn compiled(th: &mut Thread, v: Value) -> R<Arc<Layout>> {
    let s = v.expect_native::<Struct>(th)?;
    match s.layout.with(th, v, |_, l| l.clone()) {
        Some(l) => Ok(l),
        None => Err(th.runtime_error(format_args!("Struct object is not initialized"))),
    }
}

fn repr(th: &mut Thread, v: Value) -> R {
    let s = v.expect_native::<Struct>(th)?;
    let format = s.format.get().unwrap_or_else(Value::none);
    let shown = heddle_object::ops::repr(th, format)?.to_string_lossy();
    let name = v.type_of().name();
    Ok(Value::from_ref(Str::new(th, &format!("{name}({shown})"))?))
}

// ---- packing

fn pack_bytes(th: &mut Thread, l: &Layout, f: &str, values: &[Value]) -> R<Vec<u8>> {
    if values.len() != l.values {
        let (want, got) = (l.values, values.len());
        return Err(error(th, format_args!("{f} expected {want} items for packing (got {got})")));
    }
    if l.size > heddle_object::types::str::LEN_MAX {
        return Err(th.memory_error());
    }
    let mut out = vec![0; l.size];
    let mut values = values.iter();
    for f in &l.fields {
        for i in 0..f.count {
            let Some(v) = values.next() else { break };
            let at = f.offset + i * f.size;
            item::pack(th, l, f, *v, &mut out[at..at + f.size])?;
        }
    }
    Ok(out)
}

fn pack(th: &mut Thread, l: &Layout, values: &[Value]) -> R {
    let out = pack_bytes(th, l, "pack", values)?;
    Ok(Value::from_ref(Bytes::new(th, &out)?))
}

fn pack_into(th: &mut Thread, l: &Layout, args: &[Value]) -> R {
    let (target, values) = (args[0], &args[2..]);
    if values.len() != l.values {
        let (want, got) = (l.values, values.len());
        return Err(error(
            th,
            format_args!("pack_into expected {want} items for packing (got {got})"),
        ));
    }
    let offset = int::as_isize(th, args[1])?;
    let writable = match target.type_of().slots().buffer {
        Some(_) => target.cast::<Bytes>().is_none(),
        None => false,
    };
    if !writable {
        let tn = target.type_of().name();
        return Err(
            th.type_error(format_args!("argument must be read-write bytes-like object, not {tn}"))
        );
    }
    with_buffer(th, target, true, |th, buffer| {
        let at = place(th, l, offset, buffer.len(), true)?;
        let out = pack_bytes(th, l, "pack_into", values)?;
        buffer[at..at + l.size].copy_from_slice(&out);
        Ok(Value::none())
    })
}

/// Where a record lies in a buffer.
fn place(th: &mut Thread, l: &Layout, offset: isize, len: usize, packing: bool) -> R<usize> {
    let (f, verb) = if packing { ("pack_into", "packing") } else { ("unpack_from", "unpacking") };
    let size = l.size;
    let at = if offset < 0 {
        if offset + size as isize > 0 {
            return Err(error(
                th,
                format_args!(
                    "not enough data to {} {size} bytes at offset {offset}",
                    if packing { "pack" } else { "unpack" }
                ),
            ));
        }
        if offset + (len as isize) < 0 {
            return Err(error(
                th,
                format_args!("offset {offset} out of range for {len}-byte buffer"),
            ));
        }
        (offset + len as isize) as usize
    } else {
        offset as usize
    };
    if len.saturating_sub(at) < size || at > len {
        let need = at + size;
        return Err(error(
            th,
            format_args!(
                "{f} requires a buffer of at least {need} bytes for {verb} {size} bytes at offset {at} (actual buffer size is {len})"
            ),
        ));
    }
    Ok(at)
}

// ---- unpacking

fn unpack_record(th: &mut Thread, l: &Layout, data: &[u8]) -> R {
    /// Values that fit the stack, where the collector sees them. Arbitrary.
    const FEW: usize = 16;
    let mut few = [Value::none(); FEW];
    let mut many = (l.values > FEW).then(|| heddle_object::heap::RootVec::new(th));
    let mut n = 0;
    for f in &l.fields {
        for i in 0..f.count {
            let at = f.offset + i * f.size;
            let v = item::unpack(th, l, f, &data[at..at + f.size])?;
            match &mut many {
                Some(m) => m.push(v),
                None => few[n] = v,
            }
            n += 1;
        }
    }
    let t = match &many {
        Some(m) => Tuple::new(th, m.as_slice())?,
        None => Tuple::new(th, &few[..n])?,
    };
    Ok(Value::from_ref(t))
}

fn unpack(th: &mut Thread, l: &Layout, buffer: Value) -> R {
    let data = Borrowed::of(th, buffer)?;
    let data = data.as_slice();
    if data.len() != l.size {
        let n = l.size;
        return Err(error(th, format_args!("unpack requires a buffer of {n} bytes")));
    }
    unpack_record(th, l, data)
}

fn unpack_from(th: &mut Thread, l: &Layout, buffer: Value, offset: Option<Value>) -> R {
    let offset = match offset {
        Some(o) => int::as_isize(th, o)?,
        None => 0,
    };
    if let Some(b) = buffer.cast::<Bytes>() {
        let at = place(th, l, offset, b.len(), false)?;
        return unpack_record(th, l, &b.as_slice()[at..at + l.size]);
    }
    let record = with_buffer(th, buffer, false, |th, data| {
        let at = place(th, l, offset, data.len(), false)?;
        Ok(data[at..at + l.size].to_vec())
    })?;
    unpack_record(th, l, &record)
}

/// Walks over the records of a buffer.
struct UnpackIter {
    layout: Arc<Layout>,
    /// A `bytes`, or whatever has the buffer.
    source: Slot,
    at: payload::Shared,
}

impl Native for UnpackIter {
    fn static_type() -> &'static StaticType {
        &UNPACK_ITER
    }
    fn trace(&self, t: &mut Tracer) {
        t.slot(&self.source);
    }
}

/// `_struct.unpack_iterator`
pub static UNPACK_ITER: StaticType = StaticType::new(TypeSpec {
    name: "_struct.unpack_iterator",
    flags: flags::DISALLOW_INSTANTIATION,
    slots: Slots { iter: Some(|_, v| Ok(v)), iternext: Some(next_record), ..Slots::NONE },
    methods: &[MethodDef::noargs(
        "__length_hint__",
        |th, v| {
            let it = v.expect_native::<UnpackIter>(th)?;
            let Some(source) = it.source.get() else { return Ok(Value::small_int(0)) };
            let len = Borrowed::of(th, source)?.as_slice().len();
            let left = len.saturating_sub(it.at.get() as usize);
            Ok(Value::small_int((left / it.layout.size.max(1)) as i64))
        },
        "Private method returning an estimate of len(list(it)).",
    )],
    ..payload::spec::<UnpackIter>()
});

fn iter_unpack(th: &mut Thread, layout: Arc<Layout>, buffer: Value) -> R {
    if layout.size == 0 {
        return Err(error(th, format_args!("cannot iteratively unpack with a struct of length 0")));
    }
    let len = Borrowed::of(th, buffer)?.as_slice().len();
    let size = layout.size;
    if len % size != 0 {
        return Err(error(
            th,
            format_args!("iterative unpacking requires a buffer of a multiple of {size} bytes"),
        ));
    }
    let it = UnpackIter { layout, source: Slot::new(Some(buffer)), at: payload::Shared::new(0) };
    payload::alloc(th, UNPACK_ITER.ty(), it)
}

fn next_record(th: &mut Thread, v: Value) -> R<Option<Value>> {
    let it = v.expect_native::<UnpackIter>(th)?;
    let Some(source) = it.source.get() else { return Ok(None) };
    let (at, size) = (it.at.get() as usize, it.layout.size);
    let record = match source.cast::<Bytes>() {
        Some(b) => b.as_slice().get(at..at + size).map(<[u8]>::to_vec),
        None => with_buffer(th, source, false, |_, data| {
            Ok(data.get(at..at + size).map(<[u8]>::to_vec))
        })?,
    };
    match record {
        Some(r) => {
            it.at.set((at + size) as u64);
            unpack_record(th, &it.layout, &r).map(Some)
        }
        None => {
            it.source.set(None);
            Ok(None)
        }
    }
}

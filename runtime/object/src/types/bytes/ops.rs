//! The slots and the constructor of `bytes`, and what its constructor shares with that of `bytearray`.

use super::{BYTES, Borrowed, Bytes, DATA};
use crate::core::native::{Args, Buffer, Params};
use crate::core::thread::Thread;
use crate::core::ty::CompareOp;
use crate::core::value::Value;
use crate::error::{R, Raised};
use crate::names::n;
use crate::ops as abstract_ops;
use crate::text::escape;
use crate::types::exceptions::{BYTES_WARNING, TYPE_ERROR};
use crate::types::str::codecs;
use crate::types::str::convert::named_str_arg;
use crate::types::{ByteArray, List, Slice, Str, Tuple, int};

/// Slots and methods are called with bytes only.
#[inline(always)]
pub(crate) fn own(v: Value) -> &'static Bytes {
    debug_assert!(v.is_instance(&BYTES));
    // SAFETY: whoever calls a slot or method checks the type; subclasses begin with the same layout.
    unsafe { &*v.as_ptr::<Bytes>() }
}

/// `repr(a)`
pub fn repr(th: &mut Thread, v: Value) -> R {
    let text = escape::bytes_repr(own(v).as_slice());
    Ok(Value::from_ref(Str::from_buf(th, &text)?))
}

/// `str(a)`
pub fn str(th: &mut Thread, v: Value) -> R {
    warn(th, "str() on a bytes instance")?;
    repr(th, v)
}

/// The warnings of the option `-b`; an exception with `-bb`, by the filters.
pub(crate) fn warn(th: &mut Thread, text: &str) -> R<()> {
    if th.rt.options.bytes_warning == 0 {
        return Ok(());
    }
    (th.hooks.warn)(th, &BYTES_WARNING, text)
}

/// `hash(a)`
pub fn hash(_: &mut Thread, v: Value) -> R<i64> {
    Ok(own(v).hash())
}

/// `a op b`
pub fn compare(th: &mut Thread, a: Value, b: Value, op: CompareOp) -> R {
    let (Some(x), Some(y)) = (a.cast::<Bytes>(), b.cast::<Bytes>()) else {
        if th.rt.options.bytes_warning > 0 && matches!(op, CompareOp::Eq | CompareOp::Ne) {
            if b.cast::<Str>().is_some() {
                warn(th, "Comparison between bytes and string")?;
            } else if int::check(b) {
                warn(th, "Comparison between bytes and int")?;
            }
        }
        return Ok(Value::not_implemented());
    };
    let (x, y) = (x.as_slice(), y.as_slice());
    Ok(Value::bool(match op {
        CompareOp::Eq => x == y,
        CompareOp::Ne => x != y,
        _ => op.holds(x.cmp(y)),
    }))
}

/// `a[key]`
pub fn getitem(th: &mut Thread, a: Value, key: Value) -> R {
    let data = own(a).as_slice();
    let i = if let Some(slice) = key.cast::<Slice>() {
        let sel = slice.resolve(th, data.len())?;
        if sel.len == data.len() && sel.step == 1 && a.is_exact::<Bytes>() {
            return Ok(a);
        }
        let b = if sel.step == 1 {
            let start = sel.start as usize;
            Bytes::new(th, &data[start..start + sel.len])?
        } else {
            let picked = pick(data, sel.start, sel.step, sel.len);
            Bytes::new(th, &picked)?
        };
        return Ok(Value::from_ref(b));
    } else if int::check(key) || key.type_of().slots().index.is_some() {
        abstract_ops::index_isize(th, key)?
    } else {
        let tn = key.type_of().name();
        return Err(
            th.type_error(format_args!("byte indices must be integers or slices, not {tn}"))
        );
    };
    let i = if i < 0 { i.wrapping_add(data.len() as isize) } else { i };
    match data.get(i as usize) {
        Some(&b) => Ok(Value::small_int(i64::from(b))),
        None => Err(th.index_error(format_args!("index out of range"))),
    }
}

/// Every `step`-th byte.
pub(crate) fn pick(data: &[u8], start: isize, step: isize, n: usize) -> Vec<u8> {
    (0..n as isize).map(|i| data[(start + i * step) as usize]).collect()
}

/// The buffer protocol.
pub fn buffer(th: &mut Thread, v: Value, writable: bool) -> R<Buffer> {
    if writable {
        return Err(th.buffer_error(format_args!("Object is not writable.")));
    }
    let data = own(v).as_slice();
    Ok(Buffer {
        ptr: data.as_ptr() as *mut u8,
        len: data.len(),
        readonly: true,
        itemsize: 1,
        format: "B",
    })
}

pub(super) fn bytes_method(th: &mut Thread, v: Value) -> R {
    if v.is_exact::<Bytes>() {
        return Ok(v);
    }
    Ok(Value::from_ref(Bytes::new(th, own(v).as_slice())?))
}

pub(super) fn getnewargs(th: &mut Thread, v: Value) -> R {
    let b = Bytes::new(th, own(v).as_slice())?;
    Ok(Value::from_ref(Tuple::new(th, &[Value::from_ref(b)])?))
}

pub(super) fn sizeof(_: &mut Thread, v: Value) -> R {
    Ok(Value::small_int((DATA + own(v).len()) as i64))
}

// ---- the constructor

/// What `bytes(...)` and `bytearray(...)` are asked to hold.
pub(crate) enum Content {
    /// An object that is the answer already (for `bytes`).
    Done(&'static Bytes),
    /// These bytes.
    Data(Vec<u8>),
}

const NEW: Params<3> = Params::new(["source", "encoding", "errors"], 0);

/// `bytes.__new__`
pub fn new(th: &mut Thread, ty: Value, args: &[Value], kwnames: Option<Value>) -> R {
    let [source, encoding, errors] = Args::new(args, kwnames).bind(th, "bytes", &NEW)?;
    let content = content(th, "bytes", source, encoding, errors)?;
    let exact = ty == BYTES.value();
    match (content, ty.cast_type()) {
        (Content::Done(b), _) if exact => Ok(Value::from_ref(b)),
        (Content::Done(b), Some(ty)) => Bytes::in_class(th, ty, b.as_slice()),
        (Content::Data(d), Some(ty)) => Bytes::in_class(th, ty, &d),
        (_, None) => Ok(ty),
    }
}

/// Evaluates the arguments of a constructor.
pub(crate) fn content(
    th: &mut Thread,
    f: &'static str,
    source: Option<Value>,
    encoding: Option<Value>,
    errors: Option<Value>,
) -> R<Content> {
    let encoding = named_str_arg(th, f, "encoding", encoding)?;
    let errors = named_str_arg(th, f, "errors", errors)?;
    let text = source.and_then(|s| s.cast::<Str>());
    if encoding.is_some() || errors.is_some() {
        let Some(text) = text else {
            let which = if encoding.is_some() { "encoding" } else { "errors" };
            return Err(th.type_error(format_args!("{which} without a string argument")));
        };
        if encoding.is_none() {
            return Err(th.type_error(format_args!("string argument without an encoding")));
        }
        let encoded = codecs::encode(th, text, encoding, errors)?;
        return match encoded.cast::<Bytes>() {
            Some(b) => Ok(Content::Done(b)),
            None => Err(not_convertible(th, encoded, f)),
        };
    }
    let Some(source) = source else { return Ok(Content::Data(Vec::new())) };
    if f == "bytes" {
        if let Some(b) = source.cast::<Bytes>()
            && source.is_exact::<Bytes>()
        {
            return Ok(Content::Done(b));
        }
        if let Some(r) = abstract_ops::call_special(th, source, n().__bytes__, &[])? {
            return match r.cast::<Bytes>() {
                Some(b) => Ok(Content::Done(b)),
                None => {
                    let tn = r.type_of().name();
                    Err(th.type_error(format_args!("__bytes__ returned non-bytes (type {tn})")))
                }
            };
        }
    }
    if text.is_some() {
        return Err(th.type_error(format_args!("string argument without an encoding")));
    }
    if int::check(source) || source.type_of().slots().index.is_some() {
        match size(th, source) {
            Ok(n) => {
                let Ok(n) = usize::try_from(n) else {
                    return Err(th.value_error(format_args!("negative count")));
                };
                if n > crate::types::str::LEN_MAX {
                    return Err(th.memory_error());
                }
                return Ok(Content::Data(vec![0; n]));
            }
            Err(e) if th.catch(e, &TYPE_ERROR) => {}
            Err(e) => return Err(e),
        }
    }
    collect(th, f, source).map(Content::Data)
}

fn size(th: &mut Thread, v: Value) -> R<i64> {
    let i = abstract_ops::index(th, v)?;
    match int::to_i64(i) {
        Some(i) => Ok(i),
        None => {
            let tn = v.type_of().name();
            Err(th.overflow_error(format_args!("cannot fit '{tn}' into an index-sized integer")))
        }
    }
}

#[cold]
fn not_convertible(th: &mut Thread, v: Value, f: &str) -> Raised {
    let tn = v.type_of().name();
    th.type_error(format_args!("cannot convert '{tn}' object to {f}"))
}

/// The bytes of a buffer or of an iterable of ints.
pub(crate) fn collect(th: &mut Thread, f: &str, source: Value) -> R<Vec<u8>> {
    if source.type_of().slots().buffer.is_some() {
        if let Some(copy) = crate::types::memoryview::contiguous(th, source)? {
            return Ok(copy);
        }
        if let Borrowed::Copied(b) = Borrowed::of(th, source)? {
            return Ok(b);
        }
        if let Some(b) = source.cast::<Bytes>() {
            return Ok(b.as_slice().to_vec());
        }
    }
    let mut out = Vec::new();
    if source.is_exact::<Tuple>() || source.is_exact::<List>() {
        // A list is read as it is at each step: items may change it.
        let mut i = 0;
        loop {
            let item = match (source.cast::<Tuple>(), source.cast::<List>()) {
                (Some(t), _) => t.as_slice().get(i).copied(),
                (_, Some(l)) => l.get(i),
                _ => None,
            };
            let Some(item) = item else { return Ok(out) };
            out.push(byte(th, item, f)?);
            i += 1;
        }
    }
    let it = match abstract_ops::iter(th, source) {
        Ok(it) => it,
        Err(e) if th.catch(e, &TYPE_ERROR) => return Err(not_convertible(th, source, f)),
        Err(e) => return Err(e),
    };
    while let Some(item) = abstract_ops::next(th, it)? {
        out.push(byte(th, item, f)?);
    }
    Ok(out)
}

/// An item of an iterable as a byte. The two types word the error differently.
fn byte(th: &mut Thread, v: Value, f: &str) -> R<u8> {
    if let Some(i @ 0..=255) = v.as_small_int() {
        return Ok(i as u8);
    }
    let i = abstract_ops::index(th, v)?;
    match int::to_i64(i) {
        Some(i @ 0..=255) => Ok(i as u8),
        _ => {
            let what = if f == "bytes" { "bytes" } else { "byte" };
            Err(th.value_error(format_args!("{what} must be in range(0, 256)")))
        }
    }
}

/// An argument that is a byte: "byte must be in range(0, 256)".
pub(crate) fn byte_arg(th: &mut Thread, v: Value) -> R<u8> {
    byte(th, v, "bytearray")
}

/// Bytes as the type of `like`: a `bytearray` for one, else `bytes`.
pub(crate) fn like(th: &mut Thread, like: Value, data: &[u8]) -> R {
    if like.cast::<ByteArray>().is_some() {
        ByteArray::new(th, data).map(|b| Value::from_ref(b))
    } else {
        Bytes::new(th, data).map(|b| Value::from_ref(b))
    }
}

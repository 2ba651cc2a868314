//! The slots and methods of `bytearray` that `bytes` does not have.

use super::{BYTEARRAY, ByteArray, Change};
use crate::core::native::{Args, Buffer, MethodDef, Params};
use crate::core::thread::Thread;
use crate::core::ty::CompareOp;
use crate::core::value::Value;
use crate::error::{R, Raised};
use crate::names::n;
use crate::ops as abstract_ops;
use crate::text::escape;
use crate::types::bytes::ops::{Content, byte_arg, collect, content, pick, warn};
use crate::types::bytes::{self, Borrowed, Bytes, shared};
use crate::types::exceptions::TYPE_ERROR;
use crate::types::slice::Selection;
use crate::types::str::ops::repeat_count;
use crate::types::{Slice, Str, Tuple, int};

/// Slots and methods are called with bytearrays only.
#[inline(always)]
pub(crate) fn own(v: Value) -> &'static ByteArray {
    debug_assert!(v.is_instance(&BYTEARRAY));
    // SAFETY: whoever calls a slot or method checks the type; subclasses begin with the same layout.
    unsafe { &*v.as_ptr::<ByteArray>() }
}

const OWN: &[MethodDef] = &[
    MethodDef::noargs(
        "__alloc__",
        |th, v| Ok(Value::small_int(own(v).capacity(th) as i64 + 1)),
        "__alloc__($self, /)\n--\n\nTell how many bytes there is memory for.",
    ),
    MethodDef::noargs(
        "__reduce__",
        |th, v| reduce(th, v, 2),
        "__reduce__($self, /)\n--\n\nReturn state information for pickling.",
    ),
    MethodDef::fast(
        "__reduce_ex__",
        0,
        1,
        reduce_ex,
        "__reduce_ex__($self, proto=0, /)\n--\n\nReturn state information for pickling.",
    ),
    MethodDef::noargs(
        "__sizeof__",
        sizeof,
        "__sizeof__($self, /)\n--\n\nGive the size in memory, in bytes.",
    ),
    MethodDef::one("append", append, "append($self, item, /)\n--\n\nAdd one byte at the end."),
    MethodDef::noargs("clear", clear, "clear($self, /)\n--\n\nRemove all bytes."),
    MethodDef::noargs("copy", copy, "copy($self, /)\n--\n\nGive a copy."),
    MethodDef::one(
        "extend",
        extend,
        "extend($self, iterable_of_ints, /)\n--\n\nAdd all bytes of a buffer or an iterable at the end.",
    ),
    MethodDef::fast(
        "insert",
        2,
        2,
        insert,
        "insert($self, index, item, /)\n--\n\nPut one byte before the index.",
    ),
    MethodDef::fast(
        "pop",
        0,
        1,
        pop,
        "pop($self, index=-1, /)\n--\n\nRemove the byte at the index and give it.",
    ),
    MethodDef::one(
        "remove",
        remove,
        "remove($self, value, /)\n--\n\nRemove the first byte of that value.",
    ),
    MethodDef::one(
        "resize",
        resize,
        "resize($self, size, /)\n--\n\nMake it as long as that; what is added is zero.",
    ),
    MethodDef::noargs(
        "reverse",
        reverse,
        "reverse($self, /)\n--\n\nReverse the order of the bytes in place.",
    ),
];

/// All methods.
pub(super) static METHODS: [MethodDef; OWN.len() + shared::METHODS.len()] =
    bytes::concat(OWN, shared::METHODS);

// ---- making

/// `bytearray.__new__`: empty, `__init__` fills it.
pub fn new(th: &mut Thread, ty: Value, _: &[Value], _: Option<Value>) -> R {
    match ty.cast_type() {
        Some(ty) => crate::ty::alloc_instance(th, ty),
        None => Ok(ty),
    }
}

const INIT: Params<3> = Params::new(["source", "encoding", "errors"], 0);

/// `bytearray.__init__`
pub fn init(th: &mut Thread, v: Value, args: &[Value], kwnames: Option<Value>) -> R<()> {
    let [source, encoding, errors] = Args::new(args, kwnames).bind(th, "bytearray", &INIT)?;
    let made = content(th, "bytearray", source, encoding, errors)?;
    let data = match &made {
        Content::Done(b) => b.as_slice(),
        Content::Data(d) => d,
    };
    replace_all(th, own(v), data)
}

fn replace_all(th: &mut Thread, b: &ByteArray, data: &[u8]) -> R<()> {
    splice(th, b, |_| (0, usize::MAX), data)
}

// ---- showing and comparing

/// `repr(a)`
pub fn repr(th: &mut Thread, v: Value) -> R {
    let data = own(v).snapshot(th);
    let name = v.type_of().name();
    let inner = escape::bytearray_repr(&data);
    let text = format!("{name}({inner})");
    Ok(Value::from_ref(Str::new(th, &text)?))
}

/// `str(a)`
pub fn str(th: &mut Thread, v: Value) -> R {
    warn(th, "str() on a bytearray instance")?;
    repr(th, v)
}

/// `a op b`, where the other may be any buffer.
pub fn compare(th: &mut Thread, a: Value, b: Value, op: CompareOp) -> R {
    if b.cast::<Str>().is_some() && matches!(op, CompareOp::Eq | CompareOp::Ne) {
        warn(th, "Comparison between bytearray and string")?;
    }
    let Some(y) = Borrowed::try_of(th, b)? else { return Ok(Value::not_implemented()) };
    let y = y.as_slice();
    let order = own(a).read(th, |x| x.cmp(y));
    Ok(Value::bool(op.holds(order)))
}

// ---- items

enum Key {
    Index(isize),
    Slice(&'static Slice),
}

fn key(th: &mut Thread, key: Value) -> R<Key> {
    if let Some(s) = key.cast::<Slice>() {
        return Ok(Key::Slice(s));
    }
    if int::check(key) || key.type_of().slots().index.is_some() {
        return abstract_ops::index_isize(th, key).map(Key::Index);
    }
    let tn = key.type_of().name();
    Err(th.type_error(format_args!("bytearray indices must be integers or slices, not {tn}")))
}

fn place(i: isize, len: usize) -> Option<usize> {
    let i = if i < 0 { i.wrapping_add(len as isize) } else { i };
    (i >= 0 && (i as usize) < len).then_some(i as usize)
}

#[cold]
fn out_of_range(th: &mut Thread) -> Raised {
    th.index_error(format_args!("bytearray index out of range"))
}

/// `a[key]`
pub fn getitem(th: &mut Thread, v: Value, k: Value) -> R {
    let b = own(v);
    match key(th, k)? {
        Key::Index(i) => match b.read(th, |s| place(i, s.len()).map(|i| s[i])) {
            Some(byte) => Ok(Value::small_int(i64::from(byte))),
            None => Err(out_of_range(th)),
        },
        Key::Slice(s) => {
            let bounds = s.unpack(th)?;
            let picked = b.read(th, |data| {
                let sel = bounds.clip(data.len());
                if sel.step == 1 {
                    data[sel.start as usize..][..sel.len].to_vec()
                } else {
                    pick(data, sel.start, sel.step, sel.len)
                }
            });
            ByteArray::new(th, &picked).map(|b| b.value())
        }
    }
}

/// `a[key] = x`, `del a[key]`
pub fn setitem(th: &mut Thread, v: Value, k: Value, x: Option<Value>) -> R<()> {
    let b = own(v);
    match (key(th, k)?, x) {
        (Key::Index(i), Some(x)) => {
            let byte = byte_arg(th, x)?;
            let done = b.write(th, |s| match place(i, s.len()) {
                Some(i) => {
                    s[i] = byte;
                    true
                }
                None => false,
            });
            if done { Ok(()) } else { Err(out_of_range(th)) }
        }
        (Key::Index(i), None) => {
            if place(i, b.len()).is_none() {
                return Err(out_of_range(th));
            }
            splice(th, b, |len| place(i, len).map_or((0, 0), |i| (i, i + 1)), &[])
        }
        (Key::Slice(s), x) => {
            let data = match x {
                None => Vec::new(),
                Some(x) => assigned(th, x)?,
            };
            let bounds = s.unpack(th)?;
            if bounds.step == 1 {
                return splice(
                    th,
                    b,
                    |len| {
                        let sel = bounds.clip(len);
                        (sel.start as usize, sel.start.max(sel.stop) as usize)
                    },
                    &data,
                );
            }
            if x.is_none() {
                return remove_steps(th, b, |len| bounds.clip(len));
            }
            let (sel, done) = b.write(th, |s| {
                let sel = bounds.clip(s.len());
                if sel.len != data.len() {
                    return (sel, false);
                }
                for (i, byte) in data.iter().enumerate() {
                    s[(sel.start + i as isize * sel.step) as usize] = *byte;
                }
                (sel, true)
            });
            if done || data.is_empty() && sel.len == 0 {
                return Ok(());
            }
            if data.is_empty() {
                return remove_steps(th, b, |len| bounds.clip(len));
            }
            let (n, want) = (data.len(), sel.len);
            Err(th.value_error(format_args!(
                "attempt to assign bytes of size {n} to extended slice of size {want}"
            )))
        }
    }
}

/// What may be assigned to a slice.
fn assigned(th: &mut Thread, x: Value) -> R<Vec<u8>> {
    if x.cast::<Str>().is_some() || int::check(x) {
        return Err(th.type_error(format_args!(
            "can assign only bytes, buffers, or iterables of ints in range(0, 256)"
        )));
    }
    collect(th, "bytearray", x)
}

fn remove_steps(th: &mut Thread, b: &ByteArray, select: impl Fn(usize) -> Selection) -> R<()> {
    b.change(th, |th, b| {
        let sel = select(b.len());
        if sel.len == 0 {
            return Ok(Change::Done(()));
        }
        if b.is_held() {
            return Ok(Change::Held);
        }
        let data = b.bytes_mut();
        let mut gone = vec![false; data.len()];
        for i in 0..sel.len as isize {
            gone[(sel.start + i * sel.step) as usize] = true;
        }
        let mut to = 0;
        for from in 0..data.len() {
            if !gone[from] {
                data[to] = data[from];
                to += 1;
            }
        }
        b.resize(th, to)?;
        Ok(Change::Done(()))
    })
}

/// Puts `data` in the place of a range, which `range` computes from the length.
fn splice(
    th: &mut Thread,
    b: &ByteArray,
    range: impl Fn(usize) -> (usize, usize),
    data: &[u8],
) -> R<()> {
    b.change(th, |th, b| {
        let len = b.len();
        let (from, to) = range(len);
        let (from, to) = (from.min(len), to.min(len));
        let to = to.max(from);
        let removed = to - from;
        let Some(new) = (len - removed).checked_add(data.len()) else {
            return Err(th.memory_error());
        };
        if new != len && b.is_held() {
            return Ok(Change::Held);
        }
        if data.is_empty() && from == 0 && to < len {
            b.drop_front(to);
            return Ok(Change::Done(()));
        }
        if new < len {
            b.bytes_mut().copy_within(to..len, from + data.len());
        }
        if !b.resize(th, new)? {
            return Ok(Change::Held);
        }
        if new > len {
            b.bytes_mut().copy_within(to..len, from + data.len());
        }
        b.bytes_mut()[from..from + data.len()].copy_from_slice(data);
        Ok(Change::Done(()))
    })
}

// ---- growing and shrinking

fn add(th: &mut Thread, b: &ByteArray, data: &[u8]) -> R<()> {
    splice(th, b, |len| (len, len), data)
}

/// `a += x`
pub fn iadd(th: &mut Thread, v: Value, x: Value) -> R {
    let Some(data) = Borrowed::try_of(th, x)? else {
        let (a, b) = (x.type_of().name(), v.type_of().name());
        return Err(th.type_error(format_args!("can't concat {a} to {b}")));
    };
    add(th, own(v), data.as_slice())?;
    Ok(v)
}

/// `a *= n`
pub fn imul(th: &mut Thread, v: Value, count: Value) -> R {
    let count = repeat_count(th, count)?;
    own(v).change(th, |th, b| {
        let len = b.len();
        let Some(new) = len.checked_mul(count).filter(|&n| n <= isize::MAX as usize) else {
            return Err(th.memory_error());
        };
        if !b.resize(th, new)? {
            return Ok(Change::Held);
        }
        let data = b.bytes_mut();
        let mut done = len;
        while done < new {
            // Each copy doubles what is there.
            let n = done.min(new - done);
            data.copy_within(0..n, done);
            done += n;
        }
        Ok(Change::Done(()))
    })?;
    Ok(v)
}

fn append(th: &mut Thread, v: Value, x: Value) -> R {
    let byte = byte_arg(th, x)?;
    own(v).change(th, |th, b| {
        let len = b.len();
        if !b.resize(th, len + 1)? {
            return Ok(Change::Held);
        }
        b.bytes_mut()[len] = byte;
        Ok(Change::Done(()))
    })?;
    Ok(Value::none())
}

fn extend(th: &mut Thread, v: Value, x: Value) -> R {
    if x.type_of().slots().buffer.is_some() {
        iadd(th, v, x)?;
        return Ok(Value::none());
    }
    if x.cast::<Str>().is_some() {
        return Err(th.type_error(format_args!("expected iterable of integers; got: 'str'")));
    }
    let it = match abstract_ops::iter(th, x) {
        Ok(it) => it,
        Err(e) if th.catch(e, &TYPE_ERROR) => {
            let tn = x.type_of().name();
            return Err(th.type_error(format_args!("can't extend bytearray with {tn}")));
        }
        Err(e) => return Err(e),
    };
    let mut data = Vec::new();
    while let Some(item) = abstract_ops::next(th, it)? {
        data.push(byte_arg(th, item)?);
    }
    add(th, own(v), &data)?;
    Ok(Value::none())
}

fn insert(th: &mut Thread, v: Value, args: &[Value]) -> R {
    let at = int::as_isize(th, args[0])?;
    let byte = byte_arg(th, args[1])?;
    let at = move |len: usize| {
        let i = if at < 0 { (at + len as isize).max(0) } else { at };
        (i as usize).min(len)
    };
    splice(th, own(v), |len| (at(len), at(len)), &[byte])?;
    Ok(Value::none())
}

fn pop(th: &mut Thread, v: Value, args: &[Value]) -> R {
    let at = match args.first() {
        None => -1,
        Some(x) => int::as_isize(th, *x)?,
    };
    let byte = own(v).change(th, |th, b| {
        let len = b.len();
        if len == 0 {
            return Err(th.index_error(format_args!("pop from empty bytearray")));
        }
        let Some(i) = place(at, len) else {
            return Err(th.index_error(format_args!("pop index out of range")));
        };
        if b.is_held() {
            return Ok(Change::Held);
        }
        let data = b.bytes_mut();
        let byte = data[i];
        data.copy_within(i + 1.., i);
        b.resize(th, len - 1)?;
        Ok(Change::Done(byte))
    })?;
    Ok(Value::small_int(i64::from(byte)))
}

fn remove(th: &mut Thread, v: Value, x: Value) -> R {
    let byte = byte_arg(th, x)?;
    own(v).change(th, |th, b| {
        let len = b.len();
        let Some(i) = memchr::memchr(byte, b.bytes_mut()) else {
            return Err(th.value_error(format_args!("value not found in bytearray")));
        };
        if b.is_held() {
            return Ok(Change::Held);
        }
        b.bytes_mut().copy_within(i + 1.., i);
        b.resize(th, len - 1)?;
        Ok(Change::Done(()))
    })?;
    Ok(Value::none())
}

fn resize(th: &mut Thread, v: Value, size: Value) -> R {
    let size = int::as_isize(th, size)?;
    let Ok(new) = usize::try_from(size) else {
        return Err(th.value_error(format_args!("Can only resize to positive sizes, got {size}")));
    };
    own(v).change(th, |th, b| {
        let len = b.len();
        if !b.resize(th, new)? {
            return Ok(Change::Held);
        }
        if new > len {
            b.bytes_mut()[len..].fill(0);
        }
        Ok(Change::Done(()))
    })?;
    Ok(Value::none())
}

fn clear(th: &mut Thread, v: Value) -> R {
    replace_all(th, own(v), &[])?;
    Ok(Value::none())
}

fn copy(th: &mut Thread, v: Value) -> R {
    let data = own(v).snapshot(th);
    ByteArray::new(th, &data).map(|b| b.value())
}

fn reverse(th: &mut Thread, v: Value) -> R {
    own(v).write(th, <[u8]>::reverse);
    Ok(Value::none())
}

// ---- the rest

fn sizeof(th: &mut Thread, v: Value) -> R {
    let n = size_of::<ByteArray>() + own(v).capacity(th);
    Ok(Value::small_int(n as i64))
}

fn reduce_ex(th: &mut Thread, v: Value, args: &[Value]) -> R {
    let protocol = match args.first() {
        None => 0,
        Some(p) => int::as_i32(th, *p)?,
    };
    reduce(th, v, protocol)
}

fn reduce(th: &mut Thread, v: Value, protocol: i32) -> R {
    let data = own(v).snapshot(th);
    let state = abstract_ops::call_method(th, v, n().__getstate__, &[])?;
    let args = if data.is_empty() {
        Tuple::new(th, &[])?
    } else if protocol < 3 {
        let text = Str::from_view(th, crate::text::StrRef::Latin1(&data))?;
        let latin = Str::new(th, "latin-1")?;
        Tuple::new(th, &[Value::from_ref(text), Value::from_ref(latin)])?
    } else {
        let b = Bytes::new(th, &data)?;
        Tuple::new(th, &[Value::from_ref(b)])?
    };
    let items = [v.type_of().value(), Value::from_ref(args), state];
    Ok(Value::from_ref(Tuple::new(th, &items)?))
}

/// The buffer protocol.
pub fn buffer(th: &mut Thread, v: Value, _: bool) -> R<Buffer> {
    let (ptr, len) = own(v).hold(th);
    Ok(Buffer { ptr, len, readonly: false, itemsize: 1, format: "B" })
}

/// Ends a borrow.
pub fn release_buffer(th: &mut Thread, v: Value) {
    own(v).unhold(th);
}

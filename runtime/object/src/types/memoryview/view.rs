//! The slots and methods of `memoryview`.

use super::item::{self, pack, unpack};
use super::{MEMORYVIEW, MemoryView, Parts, of, released, to_bytes};
use crate::core::native::{Args, Buffer, GetSetDef, MethodDef, Params};
use crate::core::thread::Thread;
use crate::core::ty::CompareOp;
use crate::core::value::Value;
use crate::error::{R, Raised};
use crate::ops;
use crate::text::{StrRef, ascii};
use crate::types::bytes::shared::hex_args;
use crate::types::str::convert::list_of;
use crate::types::{Bytes, List, Slice, Str, Tuple, int};
use heddle_sync::prim::ord;

/// Slots and methods are called with views only.
fn own(v: Value) -> &'static MemoryView {
    debug_assert!(v.is_instance(&MEMORYVIEW));
    // SAFETY: whoever calls a slot or method checks the type.
    unsafe { &*v.as_ptr::<MemoryView>() }
}

/// The view, unless it was released.
fn live(th: &mut Thread, v: Value) -> R<&'static MemoryView> {
    let m = own(v);
    m.object(th)?;
    Ok(m)
}

/// The methods.
pub(super) const METHODS: &[MethodDef] = &[
    MethodDef::fast(
        "__enter__",
        0,
        0,
        |th, v, _| {
            live(th, v)?;
            Ok(v)
        },
        "__enter__($self, /)\n--\n\n",
    ),
    MethodDef::fast(
        "__exit__",
        0,
        u16::MAX,
        |th, v, _| {
            own(v).release(th)?;
            Ok(Value::none())
        },
        "__exit__($self, /, *exc)\n--\n\nRelease the view.",
    ),
    MethodDef::one("__class_getitem__", crate::types::generic_alias::new_alias, "See PEP 585")
        .class(),
    MethodDef::kw(
        "_from_flags",
        from_flags,
        "_from_flags($type, /, object, flags)\n--\n\nMake a view with buffer flags.",
    )
    .class(),
    MethodDef::kw(
        "cast",
        cast,
        "cast($self, /, format, shape=<unrepresentable>)\n--\n\nGive a view of the same memory with another format or shape.",
    ),
    MethodDef::one(
        "count",
        count,
        "count($self, value, /)\n--\n\nCount the items that are equal to the value.",
    ),
    MethodDef::kw(
        "hex",
        hex,
        "hex($self, sep=<unrepresentable>, bytes_per_sep=1)\n--\n\nGive the hexadecimal digits of the bytes, with separators if wanted.",
    ),
    MethodDef::fast(
        "index",
        1,
        3,
        index,
        "index($self, value, start=0, stop=sys.maxsize, /)\n--\n\nGive the first place of the value; ValueError if there is none.",
    ),
    MethodDef::noargs(
        "release",
        |th, v| {
            own(v).release(th)?;
            Ok(Value::none())
        },
        "release($self, /)\n--\n\nGive the buffer back; the view cannot be used any more.",
    ),
    MethodDef::kw(
        "tobytes",
        tobytes,
        "tobytes($self, /, order='C')\n--\n\nGive the items as bytes.",
    ),
    MethodDef::noargs(
        "tolist",
        tolist,
        "tolist($self, /)\n--\n\nGive the items as a list, nested when there are several dimensions.",
    ),
    MethodDef::noargs(
        "toreadonly",
        |th, v| {
            let m = live(th, v)?;
            m.derive(th, |p| p.readonly = true, m.shape(), m.strides()).map(|m| Value::from_ref(m))
        },
        "toreadonly($self, /)\n--\n\nGive a view that cannot be written to.",
    ),
];

/// The attributes.
pub(super) const GETSET: &[GetSetDef] = &[
    GetSetDef::ro(
        "c_contiguous",
        |th, v| Ok(Value::bool(live(th, v)?.is_c_contiguous())),
        "Whether the memory is contiguous in C order.",
    ),
    GetSetDef::ro(
        "contiguous",
        |th, v| {
            let m = live(th, v)?;
            Ok(Value::bool(m.is_c_contiguous() || m.is_f_contiguous()))
        },
        "Whether the memory is contiguous.",
    ),
    GetSetDef::ro(
        "f_contiguous",
        |th, v| Ok(Value::bool(live(th, v)?.is_f_contiguous())),
        "Whether the memory is contiguous in Fortran order.",
    ),
    GetSetDef::ro(
        "format",
        |th, v| match live(th, v)?.format.get() {
            Some(f) => Ok(f),
            None => Err(released(th)),
        },
        "The format of an item, as in the struct module.",
    ),
    GetSetDef::ro(
        "itemsize",
        |th, v| Ok(Value::small_int(live(th, v)?.itemsize as i64)),
        "Bytes of an item.",
    ),
    GetSetDef::ro(
        "nbytes",
        |th, v| Ok(Value::small_int(live(th, v)?.nbytes() as i64)),
        "Bytes of all items.",
    ),
    GetSetDef::ro(
        "ndim",
        |th, v| Ok(Value::small_int(live(th, v)?.ndim() as i64)),
        "Number of dimensions.",
    ),
    GetSetDef::ro("obj", |th, v| own(v).object(th), "The object whose memory it is."),
    GetSetDef::ro(
        "readonly",
        |th, v| Ok(Value::bool(live(th, v)?.readonly)),
        "Whether the memory cannot be written to.",
    ),
    GetSetDef::ro(
        "shape",
        |th, v| {
            let m = live(th, v)?;
            numbers(th, m.shape())
        },
        "Number of items in each dimension.",
    ),
    GetSetDef::ro(
        "strides",
        |th, v| {
            let m = live(th, v)?;
            numbers(th, m.strides())
        },
        "Bytes from one item to the next in each dimension.",
    ),
    GetSetDef::ro(
        "suboffsets",
        |th, v| {
            live(th, v)?;
            numbers(th, &[])
        },
        "Always empty: views have no indirect layout.",
    ),
];

fn numbers(th: &mut Thread, all: &[isize]) -> R {
    let values: Vec<Value> = all.iter().map(|&n| Value::small_int(n as i64)).collect();
    Ok(Value::from_ref(Tuple::new(th, &values)?))
}

// ---- making

/// `memoryview(object)`
pub fn new(th: &mut Thread, _: Value, args: &[Value], kwnames: Option<Value>) -> R {
    let [object] = Args::new(args, kwnames).bind(th, "memoryview", &Params::new(["object"], 1))?;
    match object {
        Some(object) => {
            let v = of(th, object);
            super::clear_stack_below();
            v
        }
        None => Ok(Value::none()),
    }
}

fn from_flags(th: &mut Thread, _: Value, args: &Args) -> R {
    let [object, flags] = args.bind(th, "_from_flags", &Params::new(["object", "flags"], 2))?;
    let (Some(object), Some(flags)) = (object, flags) else { return Ok(Value::none()) };
    let flags = int::as_i32(th, flags)?;
    checked(th, object, flags)
}

/// A view, if it can be what the flags ask for.
pub(super) fn checked(th: &mut Thread, object: Value, flags: i32) -> R {
    let v = of(th, object)?;
    /// `PyBUF_WRITABLE`
    const WRITABLE: i32 = 1;
    if flags & WRITABLE != 0 && own(v).readonly {
        own(v).release(th)?;
        return Err(th.buffer_error(format_args!("Object is not writable.")));
    }
    Ok(v)
}

fn cast(th: &mut Thread, v: Value, args: &Args) -> R {
    let [format, shape] = args.bind(th, "cast", &Params::new(["format", "shape"], 1))?;
    let Some(format) = format.and_then(|f| f.cast::<Str>()) else {
        let tn = format.map_or_else(String::new, |f| f.type_of().name());
        return Err(th.type_error(format_args!("cast() argument 'format' must be str, not {tn}")));
    };
    let m = live(th, v)?;
    if !m.is_c_contiguous() {
        return Err(
            th.type_error(format_args!("memoryview: casts are restricted to C-contiguous views"))
        );
    }
    let mut dims = None;
    if let Some(shape) = shape.filter(|s| !s.is_none()) {
        if shape.cast::<List>().is_none() && shape.cast::<Tuple>().is_none() {
            return Err(th.type_error(format_args!("shape must be a list or a tuple")));
        }
        let items = ops::to_tuple(th, shape)?;
        if items.len() > super::NDIM_MAX {
            return Err(
                th.value_error(format_args!("memoryview: number of dimensions must not exceed 64"))
            );
        }
        if m.ndim() != 1 && items.len() != 1 {
            return Err(
                th.type_error(format_args!("memoryview: cast must be 1D -> ND or ND -> 1D"))
            );
        }
        dims = Some(items);
    } else if m.ndim() != 1 && m.ndim() != 0 && shape.is_some() {
        return Err(th.type_error(format_args!("memoryview: cast must be 1D -> ND or ND -> 1D")));
    }
    let code = item::native_code(format);
    let Some(itemsize) = item::size(code) else {
        return Err(th.value_error(format_args!(
            "memoryview: destination format must be a native single character format prefixed with an optional '@'"
        )));
    };
    if m.code == 0 {
        return Err(th.value_error(format_args!(
            "memoryview: source format must be a native single character format prefixed with an optional '@'"
        )));
    }
    let is_byte = |c: u8| matches!(c, b'b' | b'B' | b'c');
    if !is_byte(code) && !is_byte(m.code) {
        return Err(
            th.type_error(format_args!("memoryview: cannot cast between two non-byte formats"))
        );
    }
    let bytes = m.nbytes();
    if bytes % itemsize != 0 {
        return Err(th.type_error(format_args!("memoryview: length is not a multiple of itemsize")));
    }
    let mut sizes = vec![(bytes / itemsize) as isize];
    if let Some(dims) = dims {
        sizes.clear();
        let mut product = itemsize;
        for d in dims.as_slice() {
            if !int::check(*d) {
                return Err(th.type_error(format_args!(
                    "memoryview.cast(): elements of shape must be integers"
                )));
            }
            let n = int::as_isize(th, *d)?;
            if n <= 0 {
                return Err(th.value_error(format_args!(
                    "memoryview.cast(): elements of shape must be integers > 0"
                )));
            }
            product = product.saturating_mul(n as usize);
            sizes.push(n);
        }
        if product != bytes {
            return Err(
                th.type_error(format_args!("memoryview: product(shape) * itemsize != buffer size"))
            );
        }
    }
    let strides = c_strides(&sizes, itemsize);
    let change = |p: &mut Parts<'_>| {
        p.format = format;
        p.itemsize = itemsize;
    };
    m.derive(th, change, &sizes, &strides).map(|m| Value::from_ref(m))
}

fn c_strides(shape: &[isize], itemsize: usize) -> Vec<isize> {
    let mut strides = vec![0; shape.len()];
    let mut step = itemsize as isize;
    for (s, n) in strides.iter_mut().zip(shape).rev() {
        *s = step;
        step *= n;
    }
    strides
}

// ---- showing and comparing

/// `repr(m)`
pub fn repr(th: &mut Thread, v: Value) -> R {
    let address = v.word();
    let text = match own(v).object.get() {
        Some(_) => format!("<memory at {address:#x}>"),
        None => format!("<released memory at {address:#x}>"),
    };
    Ok(Value::from_ref(Str::new(th, &text)?))
}

/// `hash(m)`
pub fn hash(th: &mut Thread, v: Value) -> R<i64> {
    let m = live(th, v)?;
    if !m.readonly {
        return Err(th.value_error(format_args!("cannot hash writable memoryview object")));
    }
    if !matches!(m.code, b'B' | b'b' | b'c') {
        return Err(th.value_error(format_args!(
            "memoryview: hashing is restricted to formats 'B', 'b' or 'c'"
        )));
    }
    let object = m.object(th)?;
    // The exporter must be hashable too: its memory could change otherwise.
    ops::hash(th, object)?;
    Ok(crate::names::hash_bytes(&m.to_vec()))
}

/// `m op x`: equality only.
pub fn compare(th: &mut Thread, a: Value, b: Value, op: CompareOp) -> R {
    if !matches!(op, CompareOp::Eq | CompareOp::Ne) {
        return Ok(Value::not_implemented());
    }
    let equal = match own(a).object.get() {
        None => a == b,
        Some(_) => {
            let other = match b.cast::<MemoryView>() {
                Some(m) if m.object.get().is_none() => return Ok(Value::bool(op == CompareOp::Ne)),
                Some(m) => m,
                None if b.type_of().slots().buffer.is_none() => return Ok(Value::not_implemented()),
                None => {
                    let view = of(th, b)?;
                    let m = own(view);
                    let equal = same(th, own(a), m);
                    m.release(th)?;
                    return Ok(Value::bool(equal? == (op == CompareOp::Eq)));
                }
            };
            same(th, own(a), other)?
        }
    };
    Ok(Value::bool(equal == (op == CompareOp::Eq)))
}

fn same(th: &mut Thread, a: &MemoryView, b: &MemoryView) -> R<bool> {
    if a.shape() != b.shape() {
        return Ok(false);
    }
    if a.code == 0 || b.code == 0 {
        // Formats that we cannot read compare by their bytes when they are the same text, else they differ.
        let texts = (a.format.get(), b.format.get());
        let alike =
            match (texts.0.and_then(|f| f.cast::<Str>()), texts.1.and_then(|f| f.cast::<Str>())) {
                (Some(x), Some(y)) => x.eq(y),
                _ => false,
            };
        return Ok(alike && a.to_vec() == b.to_vec());
    }
    if a.code == b.code && !matches!(a.code, b'e' | b'f' | b'd' | b'?') {
        return Ok(a.to_vec() == b.to_vec());
    }
    let (mut left, mut right) = (Vec::new(), Vec::new());
    a.each_item(|p| left.push(p));
    b.each_item(|p| right.push(p));
    for (p, q) in left.into_iter().zip(right) {
        // SAFETY: addresses of items of the two views, whose formats are known.
        let (x, y) = unsafe { (unpack(th, a.code, p)?, unpack(th, b.code, q)?) };
        // By value: a NaN differs from itself.
        if !ops::compare_bool(th, x, y, CompareOp::Eq)? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// `len(m)`
pub fn len(th: &mut Thread, v: Value) -> R<usize> {
    let m = live(th, v)?;
    match m.shape().first() {
        Some(n) => Ok(*n as usize),
        None => Err(th.type_error(format_args!("0-dim memory has no length"))),
    }
}

/// `iter(m)`
pub fn iter(th: &mut Thread, v: Value) -> R {
    let m = live(th, v)?;
    match m.ndim() {
        0 => return Err(th.type_error(format_args!("invalid indexing of 0-dim memory"))),
        1 => {}
        _ => {
            return Err(th.not_implemented_error(format_args!(
                "multi-dimensional sub-views are not implemented"
            )));
        }
    }
    known_format(th, m)?;
    crate::types::bytes::iter::iter_memory(th, v)
}

/// The item at `i` for an iterator; nothing behind the end.
pub fn item_at(th: &mut Thread, v: Value, i: usize) -> R<Option<Value>> {
    let m = live(th, v)?;
    if m.ndim() != 1 || i >= m.shape()[0] as usize {
        return Ok(None);
    }
    let p = m.ptr.wrapping_offset(i as isize * m.strides()[0]);
    // SAFETY: an item of the view.
    unsafe { unpack(th, m.code, p) }.map(Some)
}

// ---- items

fn known_format(th: &mut Thread, m: &MemoryView) -> R<()> {
    if m.code != 0 {
        return Ok(());
    }
    let format = m.format.get().and_then(|f| f.cast::<Str>());
    let text = format.map(|f| f.to_string_lossy()).unwrap_or_default();
    Err(th.not_implemented_error(format_args!("memoryview: format {text} not supported")))
}

#[cold]
fn out_of_bounds(th: &mut Thread, dim: usize) -> Raised {
    th.index_error(format_args!("index out of bounds on dimension {dim}"))
}

/// Address of an item by one index a dimension.
fn address(th: &mut Thread, m: &MemoryView, key: &[Value]) -> R<*mut u8> {
    if key.len() < m.ndim() {
        return Err(th.not_implemented_error(format_args!("sub-views are not implemented")));
    }
    if key.len() > m.ndim() {
        let (n, k) = (m.ndim(), key.len());
        return Err(
            th.type_error(format_args!("cannot index {n}-dimension view with {k}-element tuple"))
        );
    }
    let mut p = m.ptr;
    for (d, k) in key.iter().enumerate() {
        let i = ops::index_isize(th, *k)?;
        let n = m.shape()[d];
        let i = if i < 0 { i + n } else { i };
        if i < 0 || i >= n {
            return Err(out_of_bounds(th, d + 1));
        }
        p = p.wrapping_offset(i * m.strides()[d]);
    }
    Ok(p)
}

fn is_index(v: Value) -> bool {
    int::check(v) || v.type_of().slots().index.is_some()
}

/// The address that a key without slices names; nothing when the key holds a slice.
fn place(th: &mut Thread, m: &MemoryView, key: Value) -> R<Option<*mut u8>> {
    if is_index(key) {
        return match m.ndim() {
            0 => Err(th.type_error(format_args!("invalid indexing of 0-dim memory"))),
            1 => address(th, m, &[key]).map(Some),
            _ => Err(th.not_implemented_error(format_args!(
                "multi-dimensional sub-views are not implemented"
            ))),
        };
    }
    match key.cast::<Tuple>() {
        Some(t) if t.as_slice().iter().all(|k| is_index(*k)) => {
            address(th, m, t.as_slice()).map(Some)
        }
        Some(t) if t.as_slice().iter().all(|k| is_index(*k) || k.cast::<Slice>().is_some()) => Err(
            th.not_implemented_error(format_args!("multi-dimensional slicing is not implemented")),
        ),
        _ => Ok(None),
    }
}

fn slice(th: &mut Thread, m: &MemoryView, s: &Slice) -> R<&'static MemoryView> {
    let Some(&n) = m.shape().first() else {
        return Err(th.type_error(format_args!("invalid indexing of 0-dim memory")));
    };
    let sel = s.resolve(th, n as usize)?;
    let (mut shape, mut strides) = (m.shape().to_vec(), m.strides().to_vec());
    let offset = if sel.len == 0 { 0 } else { sel.start * strides[0] };
    shape[0] = sel.len as isize;
    strides[0] *= sel.step;
    m.derive(th, |p| p.ptr = p.ptr.wrapping_offset(offset), &shape, &strides)
}

/// `m[key]`
pub fn getitem(th: &mut Thread, v: Value, key: Value) -> R {
    let m = live(th, v)?;
    if m.ndim() == 0 {
        return match key.cast::<Tuple>() {
            Some(t) if t.len() == 0 => {
                known_format(th, m)?;
                // SAFETY: the only item of the view.
                unsafe { unpack(th, m.code, m.ptr) }
            }
            _ => Err(th.type_error(format_args!("invalid indexing of 0-dim memory"))),
        };
    }
    if let Some(s) = key.cast::<Slice>() {
        return slice(th, m, s).map(|m| Value::from_ref(m));
    }
    match place(th, m, key)? {
        Some(p) => {
            known_format(th, m)?;
            // The index may have run Python code that released the view.
            live(th, v)?;
            // SAFETY: an item of the view, of a known format.
            unsafe { unpack(th, m.code, p) }
        }
        None => Err(th.type_error(format_args!("memoryview: invalid slice key"))),
    }
}

/// `m[key] = x`
pub fn setitem(th: &mut Thread, v: Value, key: Value, x: Option<Value>) -> R<()> {
    let m = live(th, v)?;
    known_format(th, m)?;
    if m.readonly {
        return Err(th.type_error(format_args!("cannot modify read-only memory")));
    }
    let Some(x) = x else {
        return Err(th.type_error(format_args!("cannot delete memory")));
    };
    if let Some(s) = key.cast::<Slice>()
        && m.ndim() == 1
    {
        let target = slice(th, m, s)?;
        let done = assign(th, target, x);
        target.release(th)?;
        return done;
    }
    match place(th, m, key)? {
        Some(p) => {
            let (bytes, n) = pack(th, m.code, x)?;
            live(th, v)?;
            // SAFETY: an item of the view, which is writable and has `n` bytes.
            unsafe { std::ptr::copy_nonoverlapping(bytes.as_ptr(), p, n) };
            Ok(())
        }
        None if key.cast::<Slice>().is_some() => Err(th.not_implemented_error(format_args!(
            "memoryview slice assignments are currently restricted to ndim = 1"
        ))),
        None => Err(th.type_error(format_args!("memoryview: invalid slice key"))),
    }
}

fn assign(th: &mut Thread, target: &MemoryView, x: Value) -> R<()> {
    if x.type_of().slots().buffer.is_none() {
        return Err(crate::types::bytes::not_bytes_like(th, x));
    }
    let source = of(th, x)?;
    let s = own(source);
    let alike = s.ndim() == 1
        && s.shape() == target.shape()
        && s.itemsize == target.itemsize
        && s.code == target.code;
    let data = alike.then(|| s.to_vec());
    s.release(th)?;
    let Some(data) = data else {
        return Err(th.value_error(format_args!(
            "memoryview assignment: lvalue and rvalue have different structures"
        )));
    };
    let mut from = data.as_ptr();
    let n = target.itemsize;
    target.each_item(|p| {
        // SAFETY: an item of the writable view; the data has as many items of the same size.
        unsafe {
            std::ptr::copy_nonoverlapping(from, p, n);
            from = from.add(n);
        }
    });
    Ok(())
}

// ---- methods

fn tobytes(th: &mut Thread, v: Value, args: &Args) -> R {
    let [order] = args.bind(th, "tobytes", &Params::new(["order"], 0))?;
    let m = live(th, v)?;
    let order = match order.filter(|o| !o.is_none()) {
        None => 'C',
        Some(o) => match o.cast::<Str>().map(|s| s.to_string_lossy()) {
            Some(s) if matches!(&*s, "C" | "F" | "A") => s.chars().next().unwrap_or('C'),
            Some(_) => {
                return Err(th.value_error(format_args!("order must be 'C', 'F' or 'A'")));
            }
            None => {
                let tn = o.type_of().name();
                return Err(th.type_error(format_args!(
                    "tobytes() argument 'order' must be str or None, not {tn}"
                )));
            }
        },
    };
    let fortran = order == 'F' || order == 'A' && !m.is_c_contiguous() && m.is_f_contiguous();
    if !fortran {
        return Ok(Value::from_ref(to_bytes(th, m)?));
    }
    let (mut shape, mut strides) = (m.shape().to_vec(), m.strides().to_vec());
    shape.reverse();
    strides.reverse();
    let turned = m.derive(th, |_| {}, &shape, &strides)?;
    let b = to_bytes(th, turned)?;
    turned.release(th)?;
    Ok(Value::from_ref(b))
}

fn tolist(th: &mut Thread, v: Value) -> R {
    let m = live(th, v)?;
    known_format(th, m)?;
    fn level(th: &mut Thread, m: &MemoryView, p: *mut u8, d: usize) -> R {
        if d == m.ndim() {
            // SAFETY: an item of the view.
            return unsafe { unpack(th, m.code, p) };
        }
        let stride = m.strides()[d];
        list_of(th, m.shape()[d] as usize, |th, i| {
            level(th, m, p.wrapping_offset(i as isize * stride), d + 1)
        })
    }
    level(th, m, m.ptr, 0)
}

fn hex(th: &mut Thread, v: Value, args: &Args) -> R {
    let m = live(th, v)?;
    let (sep, group) = hex_args(th, args)?;
    let out = ascii::hex(&m.to_vec(), sep, group);
    Ok(Value::from_ref(Str::from_view(th, StrRef::Ascii(&out))?))
}

fn count(th: &mut Thread, v: Value, x: Value) -> R {
    let it = ops::iter(th, v)?;
    let mut n = 0;
    while let Some(item) = ops::next(th, it)? {
        n += i64::from(ops::equal(th, item, x)?);
    }
    Ok(Value::small_int(n))
}

fn index(th: &mut Thread, v: Value, args: &[Value]) -> R {
    let m = live(th, v)?;
    if m.ndim() != 1 {
        return Err(th.not_implemented_error(format_args!(
            "multi-dimensional sub-views are not implemented"
        )));
    }
    let n = m.shape()[0];
    let mut bound = |i: usize, default: isize| -> R<isize> {
        match args.get(i) {
            None => Ok(default),
            Some(x) => {
                let i = ops::index_clamped(th, *x)?;
                Ok(if i < 0 { (i + n).max(0) } else { i })
            }
        }
    };
    let (start, stop) = (bound(1, 0)?, bound(2, isize::MAX)?.min(n));
    for i in start..stop {
        if let Some(item) = item_at(th, v, i as usize)?
            && ops::equal(th, item, args[0])?
        {
            return Ok(Value::small_int(i as i64));
        }
    }
    Err(th.value_error(format_args!("memoryview.index(x): x not found")))
}

// ---- the buffer protocol

/// A buffer of the view's memory, which must be contiguous.
pub fn buffer(th: &mut Thread, v: Value, writable: bool) -> R<Buffer> {
    let m = live(th, v)?;
    if writable && m.readonly {
        return Err(th.buffer_error(format_args!("memoryview: underlying buffer is not writable")));
    }
    if !m.is_c_contiguous() {
        return Err(
            th.buffer_error(format_args!("memoryview: underlying buffer is not C-contiguous"))
        );
    }
    // ORDERING: Relaxed; a count, which orders nothing.
    m.exports.fetch_add(1, ord!("memoryview.export", Relaxed));
    Ok(Buffer {
        ptr: m.ptr,
        len: m.nbytes(),
        readonly: m.readonly,
        itemsize: m.itemsize,
        format: "B",
    })
}

/// Ends a borrow.
pub fn release_buffer(_: &mut Thread, v: Value) {
    // ORDERING: Relaxed; as above.
    own(v).exports.fetch_sub(1, ord!("memoryview.unexport", Relaxed));
}

/// The bytes of an item, for `bytes`.
pub fn bytes_of(th: &mut Thread, v: Value) -> R<&'static Bytes> {
    let m = live(th, v)?;
    to_bytes(th, m)
}

//! `int(...)`, and integers from and to text.

use super::{
    INT, check, check_exact, exact, from_int, int_ref, max_str_digits, new_in_class, raise,
};
use crate::core::native::{Args, Params};
use crate::core::thread::Thread;
use crate::core::ty::Type;
use crate::core::value::Value;
use crate::error::{R, Raised};
use crate::num::digits;
use crate::num::format::Rendered;
use crate::num::int::{self, ParseError, digits_limit_error};
use crate::ops;
use crate::types::Str;
use crate::types::exceptions::DEPRECATION_WARNING;

/// `repr(a)`
pub fn repr(th: &mut Thread, v: Value) -> R {
    let Some(i) = int_ref(v) else { return ops::repr(th, v).map(Value::from_ref) };
    match i.to_decimal_checked(max_str_digits()) {
        Ok(text) => ascii(th, &text),
        Err(e) => Err(raise(th, e)),
    }
}

/// A str of ASCII text.
pub(crate) fn ascii(th: &mut Thread, text: &str) -> R {
    Ok(Value::from_ref(Str::from_bytes(th, text.as_bytes(), true)?))
}

/// A str of a formatted value.
pub(crate) fn rendered(th: &mut Thread, r: Rendered) -> R {
    match r.into_text() {
        Ok(text) => Ok(Value::from_ref(Str::new(th, &text)?)),
        // The fill is a lone surrogate.
        Err(r) => {
            let points: Vec<u32> = r.code_points().collect();
            let kind = if points.iter().any(|&c| c > 0xffff) { 4 } else { 2 };
            // SAFETY: the data is written right away; the shape is that of str.
            let (s, p) =
                unsafe { Str::alloc(th, crate::types::STR.shape(), points.len(), kind, 0)? };
            for (i, &c) in points.iter().enumerate() {
                // SAFETY: the cell has room for all code points at this width.
                unsafe {
                    if kind == 4 {
                        (p as *mut u32).add(i).write(c);
                    } else {
                        (p as *mut u16).add(i).write(c as u16);
                    }
                }
            }
            Ok(Value::from_ref(s))
        }
    }
}

/// The code points of a str.
pub(crate) fn code_points(s: &Str) -> Vec<u32> {
    (0..s.len()).map(|i| s.code_point(i)).collect()
}

/// The ASCII form of a literal in a str.
pub(crate) fn literal(s: &Str) -> Vec<u8> {
    if s.is_ascii() && !s.data().iter().any(|c| (28..32).contains(c)) {
        return s.data().to_vec();
    }
    digits::to_ascii((0..s.len()).map(|i| s.code_point(i)))
}

/// `int.__new__`
pub fn new(th: &mut Thread, ty: Value, args: &[Value], kwnames: Option<Value>) -> R {
    if kwnames.is_none() && args.len() == 1 && ty == INT.value() {
        return from_object(th, args[0]);
    }
    const P: Params<2> = Params::new(["", "base"], 0).posonly(1);
    let [x, base] = Args::new(args, kwnames).bind(th, "int", &P)?;
    let i = match (x, base) {
        (None, None) => Value::small_int(0),
        (None, Some(_)) => return Err(th.type_error(format_args!("int() missing string argument"))),
        (Some(x), None) => from_object(th, x)?,
        (Some(x), Some(base)) => from_text(th, x, base)?,
    };
    if ty == INT.value() {
        return Ok(i);
    }
    match (ty.cast_type(), int_ref(i)) {
        (Some(ty), Some(i)) => new_in_class(th, ty, i),
        _ => Ok(i),
    }
}

fn from_text(th: &mut Thread, x: Value, base: Value) -> R {
    let base = ops::index_clamped(th, base)?;
    if base != 0 && !(2..=36).contains(&base) {
        return Err(th.value_error(format_args!("int() base must be >= 2 and <= 36, or 0")));
    }
    if let Some(s) = x.cast::<Str>() {
        return parse(th, &literal(s), base as u32, x);
    }
    // bytes and bytearray, but no other buffers.
    if let Some(bytes) = bytes_like(th, x, true)? {
        return parse(th, &bytes, base as u32, x);
    }
    Err(th.type_error(format_args!("int() can't convert non-string with explicit base")))
}

/// The bytes behind an object with a buffer.
pub fn bytes_like(th: &mut Thread, x: Value, only_bytes: bool) -> R<Option<Vec<u8>>> {
    let ty = x.type_of();
    let Some(get) = ty.slots().buffer else { return Ok(None) };
    if only_bytes && !matches!(ty.layout().spec.name, "bytes" | "bytearray") {
        return Ok(None);
    }
    let buffer = get(th, x, false)?;
    // SAFETY: the exporter keeps the memory until it is released below; it is copied before anything else runs.
    let bytes = unsafe { std::slice::from_raw_parts(buffer.ptr, buffer.len) }.to_vec();
    if let Some(release) = ty.slots().release_buffer {
        release(th, x);
    }
    Ok(Some(bytes))
}

fn parse(th: &mut Thread, text: &[u8], base: u32, original: Value) -> R {
    match int::parse_checked(text, base, max_str_digits()) {
        Ok(i) => from_int(th, i),
        Err(ParseError::TooManyDigits { digits, limit }) => {
            Err(raise(th, digits_limit_error(limit, Some(digits))))
        }
        Err(ParseError::Invalid) => Err(invalid(th, base, original)),
    }
}

#[cold]
fn invalid(th: &mut Thread, base: u32, original: Value) -> Raised {
    match ops::repr(th, original) {
        Ok(shown) => {
            let shown: String = shown.to_string_lossy().chars().take(200).collect();
            th.value_error(format_args!("invalid literal for int() with base {base}: {shown}"))
        }
        Err(e) => e,
    }
}

/// `int(x)` without a base: an exact `int`.
///
/// **Errors:** TypeError, ValueError. **Escapes:** yes.
pub fn from_object(th: &mut Thread, x: Value) -> R {
    if check_exact(x) {
        return Ok(x);
    }
    let ty = x.type_of();
    if let Some(f) = ty.slots().int {
        let r = f(th, x)?;
        if check_exact(r) {
            return Ok(r);
        }
        let tn = r.type_of().name();
        if !check(r) {
            return Err(th.type_error(format_args!("__int__ returned non-int (type {tn})")));
        }
        warn_subclass(th, "__int__", &tn)?;
        return exact(th, r);
    }
    if ty.slots().index.is_some() {
        let i = ops::index(th, x)?;
        return exact(th, i);
    }
    if let Some(s) = x.cast::<Str>() {
        return parse(th, &literal(s), 10, x);
    }
    if let Some(bytes) = bytes_like(th, x, false)? {
        return parse(th, &bytes, 10, x);
    }
    let tn = ty.name();
    Err(th.type_error(format_args!(
        "int() argument must be a string, a bytes-like object or a real number, not '{tn}'"
    )))
}

/// The warning about a conversion method that gave an instance of a strict subclass.
pub(crate) fn warn_subclass(th: &mut Thread, method: &str, tn: &str) -> R<()> {
    let kind = if method == "__float__" { "float" } else { "int" };
    let text = format!(
        "{method} returned non-{kind} (type {tn}).  The ability to return an instance of a strict subclass of {kind} is \
         deprecated, and may not be supported in a future version of Python."
    );
    (th.hooks.warn)(th, &DEPRECATION_WARNING, &text)
}

/// Whether the type is exactly `int`.
pub(crate) fn is_int_type(ty: &Type) -> bool {
    std::ptr::eq(ty, INT.ty())
}

//! Items of a buffer by their format: native single characters as in the `struct` module.

use crate::core::thread::Thread;
use crate::core::value::Value;
use crate::error::{R, Raised};
use crate::num::half;
use crate::ops;
use crate::types::exceptions::{OVERFLOW_ERROR, TYPE_ERROR};
use crate::types::{Bytes, Str, float, int};

/// The character of a native format, its `@` left out; 0 when it is none.
pub(super) fn native_code(format: &Str) -> u8 {
    let Some(text) = format.as_str() else { return 0 };
    let text = text.strip_prefix('@').unwrap_or(text);
    match text.as_bytes() {
        [c] if size(*c).is_some() => *c,
        _ => 0,
    }
}

/// Bytes of an item of a native format.
pub(super) fn size(code: u8) -> Option<usize> {
    Some(match code {
        b'c' | b'b' | b'B' | b'?' => 1,
        b'h' | b'H' | b'e' => 2,
        b'i' | b'I' | b'f' => 4,
        b'l' | b'L' | b'q' | b'Q' | b'n' | b'N' | b'P' | b'd' => 8,
        _ => return None,
    })
}

/// # Safety
/// - `p` points to `N` readable bytes.
unsafe fn read<const N: usize>(p: *const u8) -> [u8; N] {
    // SAFETY: the caller's promise; an array of bytes has no alignment.
    unsafe { p.cast::<[u8; N]>().read_unaligned() }
}

/// The item at `p`.
///
/// # Safety
/// - `p` points to as many readable bytes as [`size`] says.
pub(super) unsafe fn unpack(th: &mut Thread, code: u8, p: *const u8) -> R {
    // SAFETY: the caller's promise.
    unsafe {
        let small = |i: i64| Ok(Value::small_int(i));
        match code {
            b'B' => small(i64::from(*p)),
            b'b' => small(i64::from(*p as i8)),
            b'c' => Bytes::new(th, &[*p]).map(|b| Value::from_ref(b)),
            b'?' => Ok(Value::bool(*p != 0)),
            b'h' => small(i64::from(i16::from_ne_bytes(read(p)))),
            b'H' => small(i64::from(u16::from_ne_bytes(read(p)))),
            b'i' => small(i64::from(i32::from_ne_bytes(read(p)))),
            b'I' => small(i64::from(u32::from_ne_bytes(read(p)))),
            b'l' | b'q' | b'n' => int::from_i64(th, i64::from_ne_bytes(read(p))),
            b'L' | b'Q' | b'N' | b'P' => int::from_u64(th, u64::from_ne_bytes(read(p))),
            b'e' => float::new(th, half::to_f64(u16::from_ne_bytes(read(p)))),
            b'f' => float::new(th, f64::from(f32::from_ne_bytes(read(p)))),
            _ => float::new(th, f64::from_ne_bytes(read(p))),
        }
    }
}

/// An item to be written: its bytes, and how many.
pub(super) fn pack(th: &mut Thread, code: u8, v: Value) -> R<([u8; 8], usize)> {
    let n = size(code).unwrap_or(1);
    let mut out = [0; 8];
    match code {
        b'c' => match v.cast::<Bytes>().map(|b| b.as_slice()) {
            Some([b]) => out[0] = *b,
            Some(_) => return Err(bad_value(th, code)),
            None => return Err(bad_type(th, code)),
        },
        b'?' => out[0] = u8::from(ops::is_true(th, v)?),
        b'e' | b'f' | b'd' => {
            let x = match float::as_f64(th, v) {
                Ok(x) => x,
                Err(e) if th.catch(e, &TYPE_ERROR) => return Err(bad_type(th, code)),
                Err(e) if th.catch(e, &OVERFLOW_ERROR) => return Err(bad_value(th, code)),
                Err(e) => return Err(e),
            };
            match code {
                b'd' => out = x.to_ne_bytes(),
                b'f' => {
                    let y = x as f32;
                    if y.is_infinite() && x.is_finite() {
                        return Err(bad_value(th, code));
                    }
                    out[..4].copy_from_slice(&y.to_ne_bytes());
                }
                _ => match half::from_f64(x) {
                    Some(h) => out[..2].copy_from_slice(&h.to_ne_bytes()),
                    None => return Err(bad_value(th, code)),
                },
            }
        }
        _ => {
            let i = match ops::index(th, v) {
                Ok(i) => i,
                Err(e) if th.catch(e, &TYPE_ERROR) => return Err(bad_type(th, code)),
                Err(e) => return Err(e),
            };
            let signed = code.is_ascii_lowercase();
            let word = if signed {
                let min = i64::MIN >> (64 - 8 * n);
                int::to_i64(i).filter(|&i| i >= min && i <= !min).map(|i| i as u64)
            } else {
                int::to_u64(i).filter(|&i| n == 8 || i >> (8 * n) == 0)
            };
            let Some(word) = word else { return Err(bad_value(th, code)) };
            out = word.to_le_bytes();
            if cfg!(target_endian = "big") {
                out[..n].reverse();
            }
        }
    }
    Ok((out, n))
}

#[cold]
fn bad_type(th: &mut Thread, code: u8) -> Raised {
    let c = char::from(code);
    th.type_error(format_args!("memoryview: invalid type for format '{c}'"))
}

#[cold]
fn bad_value(th: &mut Thread, code: u8) -> Raised {
    let c = char::from(code);
    th.value_error(format_args!("memoryview: invalid value for format '{c}'"))
}

//! One value of a struct: to bytes and back.

use super::error;
use super::layout::{Field, Layout};
use heddle_object::num::half;
use heddle_object::types::exceptions::TYPE_ERROR;
use heddle_object::types::{ByteArray, Bytes, complex, float, int};
use heddle_object::{R, Raised, Thread, Value, ops};

/// Writes a value to its place, which is zero.
pub(super) fn pack(th: &mut Thread, l: &Layout, f: &Field, v: Value, out: &mut [u8]) -> R<()> {
    match f.code {
        b'c' => match v.cast::<Bytes>().map(|b| b.as_slice()) {
            Some([b]) => out[0] = *b,
            _ => {
                return Err(error(
                    th,
                    format_args!("char format requires a bytes object of length 1"),
                ));
            }
        },
        b'?' => out[0] = u8::from(ops::is_true(th, v)?),
        b's' | b'p' => {
            let data = match (v.cast::<Bytes>(), v.cast::<ByteArray>()) {
                (Some(b), _) => b.as_slice().to_vec(),
                (_, Some(b)) => b.snapshot(th),
                _ => {
                    let c = char::from(f.code);
                    return Err(error(
                        th,
                        format_args!("argument for '{c}' must be a bytes object"),
                    ));
                }
            };
            if f.code == b's' {
                let n = data.len().min(out.len());
                out[..n].copy_from_slice(&data[..n]);
            } else if let Some(room) = out.len().checked_sub(1) {
                let n = data.len().min(room);
                out[0] = n.min(255) as u8;
                out[1..1 + n].copy_from_slice(&data[..n]);
            }
        }
        b'e' | b'f' | b'd' => {
            let x = match float::as_f64(th, v) {
                Ok(x) => x,
                Err(e) if th.catch(e, &TYPE_ERROR) => {
                    return Err(error(th, format_args!("required argument is not a float")));
                }
                Err(e) => return Err(e),
            };
            real(th, l, f.code, x, out)?;
        }
        b'F' | b'D' => {
            let z = match complex::as_complex(th, v) {
                Ok(z) => z,
                Err(e) if th.catch(e, &TYPE_ERROR) => {
                    return Err(error(th, format_args!("required argument is not a complex")));
                }
                Err(e) => return Err(e),
            };
            let part = if f.code == b'F' { b'f' } else { b'd' };
            let half = out.len() / 2;
            real(th, l, part, z.re, &mut out[..half])?;
            real(th, l, part, z.im, &mut out[half..])?;
        }
        _ => integer(th, l, f, v, out)?,
    }
    Ok(())
}

#[cold]
fn too_large(th: &mut Thread, code: u8) -> Raised {
    let c = char::from(code);
    th.overflow_error(format_args!("float too large to pack with {c} format"))
}

fn real(th: &mut Thread, l: &Layout, code: u8, x: f64, out: &mut [u8]) -> R<()> {
    let word = match code {
        b'd' => x.to_bits(),
        b'f' => {
            let y = x as f32;
            if y.is_infinite() && x.is_finite() {
                return Err(too_large(th, code));
            }
            u64::from(y.to_bits())
        }
        _ => match half::from_f64(x) {
            Some(h) => u64::from(h),
            None => return Err(too_large(th, code)),
        },
    };
    store(l, word, out);
    Ok(())
}

fn store(l: &Layout, word: u64, out: &mut [u8]) {
    let n = out.len();
    if l.big {
        out.copy_from_slice(&word.to_be_bytes()[8 - n..]);
    } else {
        out.copy_from_slice(&word.to_le_bytes()[..n]);
    }
}

fn load(l: &Layout, data: &[u8]) -> u64 {
    let mut word = [0; 8];
    if l.big {
        word[8 - data.len()..].copy_from_slice(data);
        u64::from_be_bytes(word)
    } else {
        word[..data.len()].copy_from_slice(data);
        u64::from_le_bytes(word)
    }
}

fn integer(th: &mut Thread, l: &Layout, f: &Field, v: Value, out: &mut [u8]) -> R<()> {
    let i = if int::check(v) {
        v
    } else {
        match ops::index_opt(th, v)? {
            Some(i) => i,
            None => return Err(error(th, format_args!("required argument is not an integer"))),
        }
    };
    let bits = 8 * f.size as u32;
    let signed = f.code.is_ascii_lowercase();
    let word = if f.code == b'P' {
        // Addresses wrap.
        int::to_u64(i).or_else(|| int::to_i64(i).map(|i| i as u64))
    } else if signed {
        let min = i64::MIN >> (64 - bits);
        int::to_i64(i).filter(|&i| i >= min && i <= !min).map(|i| i as u64)
    } else {
        int::to_u64(i).filter(|&i| bits == 64 || i >> bits == 0)
    };
    match word {
        Some(word) => {
            store(l, word, out);
            Ok(())
        }
        None => Err(out_of_range(th, f.code, bits, signed)),
    }
}

#[cold]
fn out_of_range(th: &mut Thread, code: u8, bits: u32, signed: bool) -> Raised {
    let c = char::from(code);
    if code == b'P' {
        return th.overflow_error(format_args!("int too large to convert to C void *"));
    }
    if signed {
        let max = i64::MAX >> (64 - bits);
        let min = !max;
        error(th, format_args!("'{c}' format requires {min} <= number <= {max}"))
    } else {
        let max = u64::MAX >> (64 - bits);
        error(th, format_args!("'{c}' format requires 0 <= number <= {max}"))
    }
}

/// The value at a place.
pub(super) fn unpack(th: &mut Thread, l: &Layout, f: &Field, data: &[u8]) -> R {
    let number = |code: u8, data: &[u8]| -> f64 {
        let word = load(l, data);
        match code {
            b'e' => half::to_f64(word as u16),
            b'f' => f64::from(f32::from_bits(word as u32)),
            _ => f64::from_bits(word),
        }
    };
    match f.code {
        b'c' | b's' => Ok(Value::from_ref(Bytes::new(th, data)?)),
        b'p' => {
            let n = data.first().map_or(0, |&n| usize::from(n)).min(data.len().saturating_sub(1));
            let text = if data.is_empty() { data } else { &data[1..1 + n] };
            Ok(Value::from_ref(Bytes::new(th, text)?))
        }
        b'?' => Ok(Value::bool(data[0] != 0)),
        b'e' | b'f' | b'd' => float::new(th, number(f.code, data)),
        b'F' | b'D' => {
            let part = if f.code == b'F' { b'f' } else { b'd' };
            let (re, im) = data.split_at(data.len() / 2);
            complex::from_parts(th, number(part, re), number(part, im))
        }
        code => {
            let word = load(l, data);
            if code.is_ascii_lowercase() {
                let unused = 64 - 8 * data.len() as u32;
                int::from_i64(th, (word << unused) as i64 >> unused)
            } else {
                int::from_u64(th, word)
            }
        }
    }
}

//! `tell` and `seek` of text: positions are cookies that hold a byte position and, where that does not suffice, how to
//! get from there to the character: decoder flags, bytes to feed, characters to skip.

use super::coder::{self, Decoding, Native};
use super::{State, TextIo, check_open, facts, own, write};
use crate::host::{self, buffer};
use crate::io::{base, position};
use heddle_object::names::n;
use heddle_object::num::int::{Int, IntRef, Limbs};
use heddle_object::text::StrRef;
use heddle_object::types::int;
use heddle_object::{R, Thread, Value, ops};

/// The parts of a cookie, packed as CPython packs them: position in the lowest 64 bits, then 32 bits each.
#[derive(Default, Clone, Copy, Debug)]
struct Cookie {
    start: i64,
    flags: i64,
    feed: u32,
    skip: u32,
    need_eof: bool,
}

impl Cookie {
    fn pack(self, th: &mut Thread) -> R {
        let high = u128::from(self.flags as u32)
            | u128::from(self.feed) << 32
            | u128::from(self.skip) << 64
            | u128::from(u8::from(self.need_eof)) << 96;
        if high == 0 {
            return int::from_i64(th, self.start);
        }
        let mut limbs = Limbs::new();
        limbs.extend([self.start as u64, high as u64, (high >> 64) as u64]);
        int::from_int(th, Int::new(false, limbs))
    }

    fn unpack(v: Value) -> Option<Cookie> {
        let limbs: Vec<u64> = match int::int_ref(v)? {
            IntRef::Small(i) => vec![u64::try_from(i).ok()?],
            IntRef::Big { mag, .. } => mag.to_vec(),
        };
        let at = |i: usize| limbs.get(i).copied().unwrap_or(0);
        if limbs.len() > 3 || at(0) > i64::MAX as u64 {
            return None;
        }
        Some(Cookie {
            start: at(0) as i64,
            flags: (at(1) as u32) as i64,
            feed: (at(1) >> 32) as u32,
            skip: at(2) as u32,
            need_eof: at(2) >> 32 != 0,
        })
    }
}

/// Bytes of the text in UTF-8.
fn utf8_bytes(s: StrRef<'_>) -> usize {
    match s {
        StrRef::Ascii(u) => u.len(),
        s => s
            .chars()
            .map(|c| match c {
                0..0x80 => 1,
                0x80..0x800 => 2,
                0x800..0x1_0000 => 3,
                _ => 4,
            })
            .sum(),
    }
}

pub fn tell(th: &mut Thread, v: Value) -> R {
    let buf = check_open(th, v)?;
    let t = own(th, v)?;
    let f = facts(th, v)?;
    if !f.seekable {
        return Err(base::unsupported(th, "underlying stream is not seekable"));
    }
    t.ex.long(th, v, |th, s| {
        if !s.telling {
            return Err(th.os_error(format_args!("telling position disabled by next() call")));
        }
        write::pass_on(th, s, buf)?;
        position::flush_any(th, buf)?;
        let at = host::method(th, buf, "tell", &[])?;
        if matches!(s.inp, Decoding::None) || s.snapshot.is_none() {
            return Ok(at);
        }
        let at = host::c_off(th, at)?;
        let Some((flags, input)) = s.snapshot.clone() else { return int::from_i64(th, at) };
        let c = Cookie { start: at - input.len() as i64, flags, ..Cookie::default() };
        if s.used == 0 || s.decoded.view().is_empty() {
            // Nothing of the chunk was given out.
            let c = if s.decoded.view().is_empty() {
                Cookie { start: at, ..plain_state(th, t, s, c)? }
            } else {
                c
            };
            return c.pack(th);
        }
        if let Some(bytes) = direct(s, flags, &input) {
            return Cookie { start: c.start + bytes as i64, ..Cookie::default() }.pack(th);
        }
        let skip = s.used;
        match s.inp.clone() {
            Decoding::Native(mut d) => native_walk(th, &mut d, c, &input, skip)?.pack(th),
            _ => {
                let d = t.decoder.get().unwrap_or_else(Value::none);
                let saved = coder::python_state(th, d)?;
                let r = python_walk(th, d, c, &input, skip);
                let held = th.exception.take();
                coder::python_set_state(th, d, &saved.0, saved.1)?;
                th.exception = held;
                r?.pack(th)
            }
        }
    })
}

/// An empty chunk: the decoder may still hold bytes back, which belong behind the position.
fn plain_state(th: &mut Thread, t: &TextIo, s: &State, c: Cookie) -> R<Cookie> {
    let (_, flags) = coder::state(th, t, s)?;
    let _ = c;
    Ok(Cookie { flags, ..Cookie::default() })
}

/// Bytes before the character at `used`, when text and bytes correspond one to one in a known way.
fn direct(s: &State, flags: i64, input: &[u8]) -> Option<usize> {
    let Decoding::Native(d) = &s.inp else { return None };
    let (held, now) = d.state();
    if flags != 0 || now != 0 {
        return None;
    }
    let all = s.decoded.view();
    // What was dropped or replaced on the way (line ends, ill-formed bytes) shows in the totals.
    let total = if d.one_byte() { all.len() } else { utf8_bytes(all) };
    if total + held.len() != input.len() || (d.lossy() && !matches!(all, StrRef::Ascii(_))) {
        return None;
    }
    Some(if d.one_byte() { s.used } else { utf8_bytes(all.slice(0, s.used)) })
}

/// Finds the cookie for the character `skip` behind the snapshot by feeding a copy of the decoder byte by byte.
fn native_walk(
    th: &mut Thread,
    d: &mut Native,
    mut c: Cookie,
    input: &[u8],
    skip: usize,
) -> R<Cookie> {
    d.set_state(b"", c.flags);
    let mut left = skip;
    let (mut safe, mut fed, mut decoded) = (0, 0, 0);
    for i in 0..input.len() {
        fed += 1;
        decoded += d.decode(th, &input[i..=i], false)?.view().len();
        let (held, flags) = d.state();
        if held.is_empty() && decoded <= left {
            // A point to start from: nothing is held back here.
            left -= decoded;
            safe += fed;
            (fed, decoded) = (0, 0);
            c.flags = flags;
        }
        if decoded >= left && (decoded > 0 || left == 0) {
            break;
        }
    }
    c.start += safe as i64;
    c.skip = left as u32;
    c.feed = if left > 0 { fed as u32 } else { 0 };
    if left > 0 && decoded < left {
        let more = d.decode(th, b"", true)?.view().len();
        c.need_eof = true;
        if decoded + more < left {
            return Err(th.os_error(format_args!("can't reconstruct logical file position")));
        }
    }
    Ok(c)
}

/// The same with a Python decoder.
fn python_walk(th: &mut Thread, d: Value, mut c: Cookie, input: &[u8], skip: usize) -> R<Cookie> {
    coder::python_set_state(th, d, b"", c.flags)?;
    let mut left = skip;
    let (mut safe, mut fed, mut decoded) = (0, 0, 0);
    for i in 0..input.len() {
        fed += 1;
        let b = buffer::bytes(th, &input[i..=i])?;
        decoded += coder::decode_with(th, d, b, false)?.view().len();
        let (held, flags) = coder::python_state(th, d)?;
        if held.is_empty() && decoded <= left {
            left -= decoded;
            safe += fed;
            (fed, decoded) = (0, 0);
            c.flags = flags;
        }
        if decoded >= left && (decoded > 0 || left == 0) {
            break;
        }
    }
    c.start += safe as i64;
    c.skip = left as u32;
    c.feed = if left > 0 { fed as u32 } else { 0 };
    if left > 0 && decoded < left {
        let b = buffer::bytes(th, b"")?;
        let more = coder::decode_with(th, d, b, true)?.view().len();
        c.need_eof = true;
        if decoded + more < left {
            return Err(th.os_error(format_args!("can't reconstruct logical file position")));
        }
    }
    Ok(c)
}

pub fn seek(th: &mut Thread, v: Value, a: &[Value]) -> R {
    let whence = match a.get(1) {
        Some(w) => host::c_int(th, *w)?,
        None => 0,
    };
    let buf = check_open(th, v)?;
    let t = own(th, v)?;
    if !facts(th, v)?.seekable {
        return Err(base::unsupported(th, "underlying stream is not seekable"));
    }
    let mut cookie = a[0];
    let zero = |v: Value| v == Value::small_int(0);
    match whence {
        0 => {}
        1 => {
            if !zero(cookie) {
                return Err(base::unsupported(th, "can't do nonzero cur-relative seeks"));
            }
            // The position as a cookie, and going there drops what was read ahead.
            ops::call_method(th, v, n().flush, &[])?;
            cookie = host::method(th, v, "tell", &[])?;
        }
        2 => {
            if !zero(cookie) {
                return Err(base::unsupported(th, "can't do nonzero end-relative seeks"));
            }
            ops::call_method(th, v, n().flush, &[])?;
            return t.ex.long(th, v, |th, s| {
                s.set_decoded(None);
                s.snapshot = None;
                coder::set_state(th, t, s, b"", 0)?;
                let r = host::method(th, buf, "seek", &[Value::small_int(0), Value::small_int(2)])?;
                coder::reset_encoder(th, t, zero(r))?;
                Ok(r)
            });
        }
        _ => {
            return Err(
                th.value_error(format_args!("invalid whence ({whence}, should be 0, 1 or 2)"))
            );
        }
    }
    let cookie = ops::index(th, cookie)?;
    if int::is_negative(cookie) {
        let shown = ops::repr(th, cookie)?.to_string_lossy();
        return Err(th.value_error(format_args!("negative seek position {shown}")));
    }
    ops::call_method(th, v, n().flush, &[])?;
    let Some(c) = Cookie::unpack(cookie) else {
        return Err(th.overflow_error(format_args!("int too big to convert")));
    };
    t.ex.long(th, v, |th, s| {
        let start = int::from_i64(th, c.start)?;
        host::method(th, buf, "seek", &[start])?;
        s.set_decoded(None);
        s.snapshot = None;
        coder::set_state(th, t, s, b"", c.flags)?;
        if c.skip > 0 {
            let r = ops::call_method(th, buf, n().read, &[Value::small_int(i64::from(c.feed))])?;
            let Some(input) = buffer::bytes_of(r) else {
                let tn = r.type_of().name();
                return Err(th.type_error(format_args!(
                    "underlying read() should have returned a bytes object, not '{tn}'"
                )));
            };
            s.snapshot = Some((c.flags, input.to_vec()));
            let text = coder::decode(th, t, s, input, c.need_eof)?;
            if text.view().len() < c.skip as usize {
                return Err(th.os_error(format_args!("can't restore logical file position")));
            }
            s.set_decoded(Some(text));
            s.used = c.skip as usize;
        } else {
            s.snapshot = Some((c.flags, Vec::new()));
        }
        coder::reset_encoder(th, t, c.start == 0 && c.flags == 0)?;
        Ok(cookie)
    })
}

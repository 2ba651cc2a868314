//! Reading text: chunks, lines, everything.

use super::coder::{self, Decoding};
use super::{Facts, State, TEXT_IO, TextIo, check_open, facts, own, write};
use crate::host::{self, buffer};
use crate::io::stringio::line_length;
use crate::io::{base, move_bytes};
use heddle_object::names::n;
use heddle_object::text::{StrBuilder, StrRef};
use heddle_object::types::Str;
use heddle_object::{R, Thread, Value, ops};

fn string(th: &mut Thread, s: StrRef<'_>) -> R {
    Str::from_view(th, s).map(|s| Value::from_ref(s))
}

/// Cuts `k` code points off what is decoded.
fn cut(th: &mut Thread, s: &mut State, k: usize) -> R {
    let from = s.used;
    s.used += k;
    string(th, s.decoded.view().slice(from, from + k))
}

/// Reads and decodes a chunk of at least `hint` bytes. False at the end.
fn read_chunk(
    th: &mut Thread,
    t: &TextIo,
    s: &mut State,
    f: &Facts,
    buf: Value,
    hint: usize,
) -> R<bool> {
    if matches!(s.inp, Decoding::None) {
        return Err(base::unsupported(th, "not readable"));
    }
    let before = if s.telling { Some(coder::state(th, t, s)?) } else { None };
    let want = s.chunk.max(hint);
    let mut chunk = Vec::new();
    match move_bytes::read1_into(th, buf, want, &mut chunk) {
        Some(r) => r?,
        None => {
            let size = Value::small_int(want as i64);
            let name = if f.has_read1 { "read1" } else { "read" };
            let r = host::method(th, buf, name, &[size])?;
            if !buffer::has_buffer(r) {
                let tn = r.type_of().name();
                return Err(th.type_error(format_args!(
                    "underlying {name}() should have returned a bytes-like object, not '{tn}'"
                )));
            }
            chunk = buffer::to_vec(th, r)?;
        }
    }
    let end = chunk.is_empty();
    let text = coder::decode(th, t, s, &chunk, end)?;
    let some = !text.view().is_empty();
    s.set_decoded(Some(text));
    if let Some((mut held, flags)) = before {
        if held.is_empty() {
            held = chunk;
        } else {
            held.extend_from_slice(&chunk);
        }
        s.snapshot = Some((flags, held));
    }
    Ok(!end || some)
}

pub fn read(th: &mut Thread, v: Value, a: &[Value]) -> R {
    let size = host::optional_size(th, a.first().copied())?;
    let buf = check_open(th, v)?;
    let t = own(th, v)?;
    let f = facts(th, v)?;
    if !f.readable {
        return Err(base::unsupported(th, "not readable"));
    }
    t.ex.long(th, v, |th, s| {
        write::pass_on(th, s, buf)?;
        if size < 0 {
            return read_rest(th, t, s, buf);
        }
        let want = size as usize;
        let k = s.rest().len().min(want);
        if k == want {
            return cut(th, s, k);
        }
        let mut out = StrBuilder::with_capacity(want.min(1 << 16));
        loop {
            let k = s.rest().len().min(want - out.len());
            out.push_ref(s.rest().slice(0, k));
            s.used += k;
            if out.len() >= want {
                break;
            }
            let hint = want - out.len();
            if !read_chunk(th, t, s, &f, buf, hint)? {
                break;
            }
        }
        Str::from_buf(th, &out.finish()).map(|s| Value::from_ref(s))
    })
}

fn read_rest(th: &mut Thread, t: &TextIo, s: &mut State, buf: Value) -> R {
    let mut bytes = Vec::new();
    match move_bytes::read_all_into(th, buf, &mut bytes) {
        Some(r) => r?,
        None => {
            let r = ops::call_method(th, buf, n().read, &[])?;
            if r.is_none() {
                return Err(th.blocking_io_error(format_args!(
                    "Read returned None. Underlying stream has no data and is in non-blocking mode"
                )));
            }
            match buffer::bytes_of(r) {
                Some(b) => bytes = b.to_vec(),
                None if buffer::has_buffer(r) => bytes = buffer::to_vec(th, r)?,
                None => {
                    let tn = r.type_of().name();
                    return Err(th.type_error(format_args!(
                        "underlying read() should have returned a bytes-like object, not '{tn}'"
                    )));
                }
            }
        }
    }
    let text = coder::decode(th, t, s, &bytes, true)?;
    let r = if s.rest().is_empty() {
        Str::from_buf(th, &text)?
    } else {
        let mut out = StrBuilder::with_capacity(s.rest().len() + text.view().len());
        out.push_ref(s.rest());
        out.push_ref(text.view());
        Str::from_buf(th, &out.finish())?
    };
    s.set_decoded(None);
    s.snapshot = None;
    Ok(Value::from_ref(r))
}

/// The line at the front of what is decoded, in one critical section; nothing when more must be read.
#[inline]
fn quick_line(th: &mut Thread, t: &TextIo, v: Value, iterating: bool) -> Option<R> {
    t.ex.short(th, v, |th, s| {
        let k = line_length(s.rest(), s.newline.terminator())?;
        if !s.pending.is_empty() {
            return None;
        }
        if iterating {
            s.telling = false;
        }
        Some(cut(th, s, k))
    })
}

pub fn readline(th: &mut Thread, v: Value, a: &[Value]) -> R {
    let limit = match a.first() {
        Some(x) if x.is_none() => {
            return Err(th.type_error(format_args!(
                "'NoneType' object cannot be interpreted as an integer"
            )));
        }
        Some(x) => ops::index_isize(th, *x)?,
        None => -1,
    };
    let buf = check_open(th, v)?;
    let t = own(th, v)?;
    if limit < 0
        && let Some(r) = quick_line(th, t, v, false)
    {
        return r;
    }
    line(th, t, v, buf, limit, false)
}

fn line(th: &mut Thread, t: &TextIo, v: Value, buf: Value, limit: isize, iterating: bool) -> R {
    let f = facts(th, v)?;
    if !f.readable {
        return Err(base::unsupported(th, "not readable"));
    }
    t.ex.long(th, v, |th, s| {
        if iterating {
            s.telling = false;
        }
        write::pass_on(th, s, buf)?;
        let mut out: Option<StrBuilder> = None;
        let term = s.newline.terminator();
        loop {
            let have = out.as_ref().map_or(0, |o| o.len());
            let left = if limit < 0 { usize::MAX } else { limit as usize - have };
            let rest = s.rest();
            // `\r\n` as the only line end may be cut in two by the chunks.
            let split = term == Some(b"\r\n")
                && out.as_ref().is_some_and(|o| o.last() == Some(13))
                && rest.get(0) == Some(10);
            let found = if split { Some(1) } else { line_length(rest, term) };
            let k = found.unwrap_or(rest.len()).min(left);
            let done = found.is_some_and(|x| x <= left) || k == left;
            match (&mut out, done) {
                (None, true) => return cut(th, s, k),
                (Some(o), _) => o.push_ref(rest.slice(0, k)),
                (None, false) => {
                    let mut o = StrBuilder::with_capacity(k + 80);
                    o.push_ref(rest.slice(0, k));
                    out = Some(o);
                }
            }
            s.used += k;
            if done {
                break;
            }
            if !read_chunk(th, t, s, &f, buf, 0)? {
                s.set_decoded(None);
                s.snapshot = None;
                break;
            }
        }
        match out {
            Some(o) => Str::from_buf(th, &o.finish()).map(|s| Value::from_ref(s)),
            None => host::text(th, ""),
        }
    })
}

/// `__next__`: a line; `tell` is off until the end.
pub fn next(th: &mut Thread, v: Value) -> R<Option<Value>> {
    let t = own(th, v)?;
    let exact = v.has_shape(TEXT_IO.shape());
    if exact && let Some(r) = quick_line(th, t, v, true) {
        return r.map(Some);
    }
    super::buffer(th, v)?;
    let r = if exact {
        let buf = check_open(th, v)?;
        line(th, t, v, buf, -1, true)?
    } else {
        t.ex.long(th, v, |_, s| {
            s.telling = false;
            Ok(())
        })?;
        let r = ops::call_method(th, v, n().readline, &[])?;
        if r.cast::<Str>().is_none() {
            let tn = r.type_of().name();
            return Err(th.os_error(format_args!(
                "readline() should have returned a str object, not '{tn}'"
            )));
        }
        r
    };
    if r.cast::<Str>().is_some_and(|s| s.len() == 0) {
        let seekable = facts(th, v)?.seekable;
        t.ex.long(th, v, |_, s| {
            s.snapshot = None;
            s.telling = seekable;
            Ok(())
        })?;
        return Ok(None);
    }
    Ok(Some(r))
}

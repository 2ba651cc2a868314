//! Reading and writing through a buffer.

use super::buffered::{check_open, core};
use super::core::{Core, State, would_block};
use crate::host::{self, buffer};
use heddle_object::names::intern_str;
use heddle_object::types::int;
use heddle_object::{R, Thread, Value, attr, ops};

/// Before reading: what is pending goes out first.
fn settle(th: &mut Thread, c: &Core, v: Value, s: &mut State) -> R<()> {
    if s.pending != 0 { c.flush(th, v, s) } else { Ok(()) }
}

pub fn read(th: &mut Thread, v: Value, a: &[Value]) -> R {
    let size = host::optional_size(th, a.first().copied())?;
    if size < -1 {
        return Err(th.value_error(format_args!("read length must be non-negative or -1")));
    }
    check_open(th, v, "read")?;
    let c = core(th, v)?;
    if size >= 0 {
        let k = size as usize;
        let quick =
            c.ex.short(th, v, |th, s| (k <= s.ahead()).then(|| buffer::bytes(th, s.take(k))));
        if let Some(r) = quick {
            return r;
        }
        return c.ex.long(th, v, |th, s| {
            settle(th, c, v, s)?;
            let mut out = Vec::new();
            let blocked = read_some(th, c, v, s, k, &mut out)?;
            if blocked && out.is_empty() { Ok(Value::none()) } else { buffer::bytes(th, &out) }
        });
    }
    c.ex.long(th, v, |th, s| {
        settle(th, c, v, s)?;
        let mut out = Vec::new();
        match read_all(th, c, v, s, &mut out)? {
            true => buffer::bytes(th, &out),
            false => Ok(Value::none()),
        }
    })
}

/// Reads until `k` bytes are there, or the end, or it would block (then true).
fn read_some(
    th: &mut Thread,
    c: &Core,
    v: Value,
    s: &mut State,
    k: usize,
    out: &mut Vec<u8>,
) -> R<bool> {
    if out.try_reserve_exact(k).is_err() {
        return Err(th.memory_error());
    }
    out.extend_from_slice(s.take(k));
    while out.len() < k {
        let left = k - out.len();
        let got = if left >= s.size {
            // Whole buffers go straight to the result.
            s.drop_ahead();
            c.raw_read(th, v, s, out, left - left % s.size)?
        } else {
            let got = c.fill(th, v, s)?;
            out.extend_from_slice(s.take(left));
            got
        };
        match got {
            None => return Ok(true),
            Some(0) => return Ok(false),
            Some(_) => {}
        }
    }
    Ok(false)
}

/// Reads to the end. False when there was nothing and it would block.
fn read_all(th: &mut Thread, c: &Core, v: Value, s: &mut State, out: &mut Vec<u8>) -> R<bool> {
    out.extend_from_slice(s.take(usize::MAX));
    s.drop_ahead();
    s.at = None;
    let raw = c.raw(th, v)?;
    if super::fileio::direct(th, raw).is_some_and(|d| d.readable) {
        let some = !out.is_empty();
        return Ok(super::fileio::read_to_end(th, raw, out)? || some);
    }
    let name = intern_str(th, "readall")?;
    if let Some(f) = attr::getattr_optional(th, raw, name)? {
        let r = ops::call0(th, f)?;
        if r.is_none() {
            return Ok(!out.is_empty());
        }
        let Some(b) = buffer::bytes_of(r) else {
            return Err(th.type_error(format_args!("readall() should return bytes")));
        };
        out.extend_from_slice(b);
        return Ok(true);
    }
    loop {
        let r = host::method(th, raw, "read", &[])?;
        if r.is_none() {
            return Ok(!out.is_empty());
        }
        let Some(b) = buffer::bytes_of(r) else {
            return Err(th.type_error(format_args!("read() should return bytes")));
        };
        if b.is_empty() {
            return Ok(true);
        }
        out.extend_from_slice(b);
    }
}

pub fn read1(th: &mut Thread, v: Value, a: &[Value]) -> R {
    let size = match a.first() {
        Some(x) => ops::index_isize(th, *x)?,
        None => -1,
    };
    check_open(th, v, "read")?;
    let c = core(th, v)?;
    if size == 0 {
        return buffer::bytes(th, b"");
    }
    let quick = c.ex.short(th, v, |th, s| {
        let k = if size < 0 { s.size } else { size as usize };
        (s.ahead() > 0).then(|| buffer::bytes(th, s.take(k)))
    });
    if let Some(r) = quick {
        return r;
    }
    c.ex.long(th, v, |th, s| {
        settle(th, c, v, s)?;
        let k = if size < 0 { s.size } else { size as usize };
        let mut out = Vec::new();
        one_read(th, c, v, s, k, &mut out)?;
        buffer::bytes(th, &out)
    })
}

/// What is read ahead, or the result of one read of the raw stream. Nothing when it would block.
fn one_read(
    th: &mut Thread,
    c: &Core,
    v: Value,
    s: &mut State,
    k: usize,
    out: &mut Vec<u8>,
) -> R<Option<usize>> {
    if s.ahead() > 0 {
        let b = s.take(k);
        out.extend_from_slice(b);
        return Ok(Some(b.len()));
    }
    s.drop_ahead();
    if out.try_reserve_exact(k).is_err() {
        return Err(th.memory_error());
    }
    c.raw_read(th, v, s, out, k)
}

/// `read1(k)` of a stream of exactly our type, into a vector: what text streams read with. Nothing for other objects.
pub fn read1_into(th: &mut Thread, v: Value, k: usize, out: &mut Vec<u8>) -> Option<R<()>> {
    let exact = v.has_shape(super::buffered::BUFFERED_READER.shape())
        || v.has_shape(super::buffered::BUFFERED_RANDOM.shape());
    if !exact {
        return None;
    }
    let c = super::buffered::core_of(v)?;
    Some(check_open(th, v, "read").and_then(|()| {
        c.ex.long(th, v, |th, s| {
            settle(th, c, v, s)?;
            one_read(th, c, v, s, k, out).map(|_| ())
        })
    }))
}

/// `read()` of a stream of exactly our type, into a vector; as [`read1_into`].
pub fn read_all_into(th: &mut Thread, v: Value, out: &mut Vec<u8>) -> Option<R<()>> {
    let exact = v.has_shape(super::buffered::BUFFERED_READER.shape())
        || v.has_shape(super::buffered::BUFFERED_RANDOM.shape());
    if !exact {
        return None;
    }
    let c = super::buffered::core_of(v)?;
    Some(check_open(th, v, "read").and_then(|()| {
        c.ex.long(th, v, |th, s| {
            settle(th, c, v, s)?;
            read_all(th, c, v, s, out).map(|_| ())
        })
    }))
}

pub fn peek(th: &mut Thread, v: Value, _: &[Value]) -> R {
    check_open(th, v, "peek")?;
    let c = core(th, v)?;
    c.ex.long(th, v, |th, s| {
        settle(th, c, v, s)?;
        if s.ahead() == 0 {
            c.fill(th, v, s)?;
        }
        buffer::bytes(th, &s.buf[s.pos..s.end])
    })
}

pub fn readinto(th: &mut Thread, v: Value, target: Value, once: bool) -> R {
    let fname = if once { "readinto1" } else { "readinto" };
    check_open(th, v, "readinto")?;
    let c = core(th, v)?;
    buffer::with_write(th, target, fname, |th, b| {
        c.ex.long(th, v, |th, s| {
            settle(th, c, v, s)?;
            let mut done = 0;
            loop {
                let part = s.take(b.len() - done);
                b[done..done + part.len()].copy_from_slice(part);
                done += part.len();
                if done == b.len() || (once && done > 0) {
                    break;
                }
                let left = b.len() - done;
                let got = if left >= s.size {
                    let mut out = Vec::new();
                    s.drop_ahead();
                    let got = c.raw_read(th, v, s, &mut out, left)?;
                    b[done..done + out.len()].copy_from_slice(&out);
                    done += out.len();
                    got
                } else {
                    c.fill(th, v, s)?
                };
                match got {
                    None if done == 0 => return Ok(Value::none()),
                    None | Some(0) => break,
                    Some(_) if once && s.ahead() == 0 => break,
                    Some(_) => {}
                }
            }
            int::from_usize(th, done)
        })
    })
}

pub fn readline(th: &mut Thread, v: Value, a: &[Value]) -> R {
    let limit = host::optional_size(th, a.first().copied())?;
    check_open(th, v, "readline")?;
    let c = core(th, v)?;
    let quick = c.ex.short(th, v, |th, s| {
        let rest = &s.buf[s.pos..s.end];
        let most = if limit < 0 { rest.len() } else { rest.len().min(limit as usize) };
        match memchr::memchr(b'\n', &rest[..most]) {
            Some(i) => Some(buffer::bytes(th, s.take(i + 1))),
            None if limit >= 0 && most == limit as usize => Some(buffer::bytes(th, s.take(most))),
            None => None,
        }
    });
    if let Some(r) = quick {
        return r;
    }
    c.ex.long(th, v, |th, s| {
        settle(th, c, v, s)?;
        let mut out = Vec::new();
        loop {
            let rest = &s.buf[s.pos..s.end];
            let left = if limit < 0 { usize::MAX } else { limit as usize - out.len() };
            let most = rest.len().min(left);
            let found = memchr::memchr(b'\n', &rest[..most]);
            out.extend_from_slice(s.take(found.map_or(most, |i| i + 1)));
            if found.is_some() || most == left {
                break;
            }
            match c.fill(th, v, s)? {
                None | Some(0) => break,
                Some(_) => {}
            }
        }
        buffer::bytes(th, &out)
    })
}

pub fn write(th: &mut Thread, v: Value, data: Value) -> R {
    if data.cast::<heddle_object::types::Str>().is_some() {
        return Err(th.type_error(format_args!("a bytes-like object is required, not 'str'")));
    }
    buffer::with_read(th, data, |th, b| {
        let k = write_slice(th, v, b)?;
        int::from_usize(th, k)
    })
}

/// `write` of Rust bytes.
pub fn write_slice(th: &mut Thread, v: Value, b: &[u8]) -> R<usize> {
    if super::buffered::closed(th, v)? {
        return Err(th.value_error(format_args!("write to closed file")));
    }
    let c = core(th, v)?;
    if let Some(k) = c.ex.short(th, v, |_, s| s.append(b).then_some(b.len())) {
        return Ok(k);
    }
    c.ex.long(th, v, |th, s| write_slow(th, c, v, s, b))
}

fn write_slow(th: &mut Thread, c: &Core, v: Value, s: &mut State, b: &[u8]) -> R<usize> {
    if s.end != 0 {
        c.rewind(th, v, s)?;
    }
    if s.append(b) {
        return Ok(b.len());
    }
    if let Err(e) = c.flush(th, v, s) {
        if !th.exception_is(&heddle_object::types::exceptions::BLOCKING_IO_ERROR) || s.pending == 0
        {
            return Err(e);
        }
        // The raw stream takes no more for now: keep what there is room for.
        let room = s.size - s.pending;
        let k = room.min(b.len());
        s.append(&b[..k]);
        if k == b.len() {
            th.take_exception(e);
            return Ok(k);
        }
        th.take_exception(e);
        return Err(would_block(th, k));
    }
    let mut done = 0;
    while b.len() - done > s.size {
        match c.raw_write(th, v, s, &b[done..])? {
            Some(k) => done += k,
            None => {
                let k = s.size.min(b.len() - done);
                s.append(&b[done..done + k]);
                done += k;
                if done < b.len() {
                    return Err(would_block(th, done));
                }
                return Ok(done);
            }
        }
        th.poll()?;
    }
    s.append(&b[done..]);
    Ok(b.len())
}

//! Writing text.

use super::coder::{self, Encoding};
use super::{State, TEXT_IO, TextIo, check_open, facts, own};
use crate::host::buffer;
use crate::io::newline::has;
use crate::io::{base, buffered, fileio, move_bytes, position};
use heddle_object::names::n;
use heddle_object::text::codec::Codec;
use heddle_object::types::Str;
use heddle_object::{R, Thread, Value, ops};

/// Appends ASCII text in one critical section, when that is all there is to do.
#[inline]
fn quick(th: &mut Thread, t: &TextIo, v: Value, b: &[u8]) -> bool {
    t.ex.short(th, v, |_, s| {
        let plain =
            matches!(s.out, Encoding::Native(Codec::Utf8 | Codec::Ascii | Codec::Latin1, _))
                && !s.eager
                && s.newline.written().is_none()
                && s.snapshot.is_none()
                && s.decoded.view().is_empty()
                && s.pending.len() + b.len() < s.chunk;
        plain.then(|| s.pending.extend_from_slice(b))
    })
    .is_some()
}

pub fn write(th: &mut Thread, v: Value, text: Value) -> R {
    let Some(s) = text.cast::<Str>() else {
        let tn = text.type_of().name();
        return Err(th.type_error(format_args!("write() argument must be str, not {tn}")));
    };
    let buf = check_open(th, v)?;
    let t = own(th, v)?;
    let n = Value::small_int(s.len() as i64);
    if s.is_ascii() && quick(th, t, v, s.data()) {
        return Ok(n);
    }
    write_slow(th, t, v, buf, s)?;
    Ok(n)
}

#[inline(never)]
fn write_slow(th: &mut Thread, t: &TextIo, v: Value, buf: Value, text: &'static Str) -> R<()> {
    let f = facts(th, v)?;
    if !f.writable {
        return Err(base::unsupported(th, "not writable"));
    }
    let view = text.view();
    let flush_below = f.line_buffering && (has(view, b'\n') || has(view, b'\r'));
    t.ex.long(th, v, |th, s| {
        if s.pending.len() + view.len() > s.chunk {
            pass_on(th, s, buf)?;
        }
        coder::encode(th, t, s, text)?;
        if s.pending.len() >= s.chunk || flush_below || f.write_through {
            pass_on(th, s, buf)?;
        }
        if flush_below {
            position::flush_any(th, buf)?;
        }
        s.set_decoded(None);
        if s.snapshot.take().is_some() {
            coder::set_state(th, t, s, b"", 0)?;
        }
        Ok(())
    })
}

/// Hands the pending bytes to the buffer.
pub fn pass_on(th: &mut Thread, s: &mut State, buf: Value) -> R<()> {
    if s.pending.is_empty() {
        return Ok(());
    }
    let writer = buf.has_shape(buffered::BUFFERED_WRITER.shape())
        || buf.has_shape(buffered::BUFFERED_RANDOM.shape());
    if writer {
        // Kept on an error, as CPython does: the next flush tries again.
        move_bytes::write_slice(th, buf, &s.pending)?;
        s.pending.clear();
        return Ok(());
    }
    let b = buffer::bytes(th, &s.pending)?;
    s.pending.clear();
    loop {
        match ops::call_method(th, buf, n().write, &[b]) {
            Err(e) if th.catch(e, &heddle_object::types::exceptions::INTERRUPTED_ERROR) => {
                th.poll()?
            }
            r => return r.map(|_| ()),
        }
    }
}

pub fn flush(th: &mut Thread, v: Value) -> R {
    let buf = check_open(th, v)?;
    let t = own(th, v)?;
    let seekable = facts(th, v)?.seekable;
    t.ex.long(th, v, |th, s| {
        s.telling = seekable;
        pass_on(th, s, buf)?;
        position::flush_any(th, buf)?;
        Ok(Value::none())
    })
}

/// `v.write(text)` for ASCII text when that needs no call: true when it was done.
///
/// **Escapes:** no.
pub fn print_ascii(th: &mut Thread, v: Value, text: &[u8]) -> bool {
    if !v.has_shape(TEXT_IO.shape()) || heddle_object::attr::instance_get(v, n().write).is_some() {
        return false;
    }
    let Some(t) = v.native::<TextIo>() else { return false };
    let Some(buf) = t.buffer.get() else { return false };
    // Only over a file of ours, whose state can be read without a call.
    let raw = buffered::core_of(buf).and_then(|c| c.raw.get());
    if !raw.is_some_and(|r| fileio::direct(th, r).is_some()) {
        return false;
    }
    quick(th, t, v, text)
}

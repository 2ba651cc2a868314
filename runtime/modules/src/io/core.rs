//! The buffer under the buffered streams, and its traffic with the raw stream.

use super::exclusive::Exclusive;
use super::fileio;
use crate::host::{self, buffer};
use heddle_object::core::payload::Guarded;
use heddle_object::core::slot::Slot;
use heddle_object::names::n;
use heddle_object::types::{exceptions as exc, int};
use heddle_object::{R, Raised, Thread, Value, ops};

/// What a buffered stream has.
pub struct Core {
    /// The raw stream; empty before `__init__` and after `detach`.
    pub raw: Slot,
    /// The buffer.
    pub ex: Exclusive<State>,
    /// What can be asked while a long operation is under way.
    pub facts: Guarded<Facts>,
}

/// See [`Core::facts`].
#[derive(Clone, Copy, Default)]
pub struct Facts {
    /// `detach` was called.
    pub detached: bool,
    /// The garbage collector is closing the stream.
    pub finalizing: bool,
    /// Reads.
    pub readable: bool,
    /// Writes.
    pub writable: bool,
}

/// The buffer. `buf` has `size` bytes of room; either `end` or `pending` is 0.
#[derive(Default)]
pub struct State {
    /// Room, made at `__init__`; its length is what was read or is to be written.
    pub buf: Vec<u8>,
    /// `buffer_size`
    pub size: usize,
    /// Next byte to give out.
    pub pos: usize,
    /// End of what was read ahead.
    pub end: usize,
    /// Bytes of `buf` that are still to be written.
    pub pending: usize,
    /// Position of the raw stream, when known.
    pub at: Option<i64>,
}

impl State {
    /// Bytes read ahead.
    #[inline]
    pub fn ahead(&self) -> usize {
        self.end - self.pos
    }

    /// Takes up to `k` bytes of what was read ahead.
    #[inline]
    pub fn take(&mut self, k: usize) -> &[u8] {
        let k = k.min(self.ahead());
        self.pos += k;
        &self.buf[self.pos - k..self.pos]
    }

    /// Forgets what was read ahead.
    pub fn drop_ahead(&mut self) {
        (self.pos, self.end) = (0, 0);
    }

    /// Appends bytes to be written; false when there is no room or bytes are read ahead.
    #[inline]
    pub fn append(&mut self, b: &[u8]) -> bool {
        if self.end != 0 || self.pending + b.len() > self.size {
            return false;
        }
        self.buf.truncate(self.pending);
        self.buf.extend_from_slice(b);
        self.pending = self.buf.len();
        true
    }
}

impl Core {
    /// The error for a stream without raw stream.
    #[cold]
    pub fn missing(&self, th: &mut Thread, v: Value) -> Raised {
        if self.facts.with(th, v, |_, f| f.detached) {
            th.value_error(format_args!("raw stream has been detached"))
        } else {
            th.value_error(format_args!("I/O operation on uninitialized object"))
        }
    }

    /// The raw stream, inside a long operation.
    pub fn raw(&self, th: &mut Thread, v: Value) -> R {
        match self.raw.get() {
            Some(r) => Ok(r),
            None => Err(self.missing(th, v)),
        }
    }

    /// One read of the raw stream into the spare room of `out`, `most` bytes at most. Nothing when it would block.
    pub fn raw_read(
        &self,
        th: &mut Thread,
        v: Value,
        s: &mut State,
        out: &mut Vec<u8>,
        most: usize,
    ) -> R<Option<usize>> {
        let raw = self.raw(th, v)?;
        let got = match fileio::direct(th, raw).filter(|d| d.readable) {
            Some(d) => {
                let len = out.len();
                if out.capacity() - len < most {
                    if out.try_reserve(most).is_err() {
                        return Err(th.memory_error());
                    }
                }
                if out.capacity() - len == most {
                    fileio::read_into(th, d.fd, out)?
                } else {
                    // The vector's room is more than was asked for.
                    out.resize(len + most, 0);
                    let r = fileio::read_slice(th, d.fd, &mut out[len..]);
                    out.truncate(len + r.ok().flatten().unwrap_or(0));
                    r?
                }
            }
            None => {
                let b = buffer::bytearray(th, most)?;
                let view = buffer::memoryview(th, b)?;
                let r = loop {
                    match host::method(th, raw, "readinto", &[view]) {
                        Err(e) if th.catch(e, &exc::INTERRUPTED_ERROR) => th.poll()?,
                        r => break r?,
                    }
                };
                if r.is_none() {
                    None
                } else {
                    let k = match int::to_i64(r) {
                        Some(k) if int::check(r) => k,
                        _ => {
                            let e = th.os_error(format_args!("raw readinto() failed"));
                            return Err(e);
                        }
                    };
                    if k < 0 || k as usize > most {
                        return Err(th.os_error(format_args!(
                            "raw readinto() returned invalid length {k} (should have been between 0 and {most})"
                        )));
                    }
                    buffer::with_read(th, b, |_, b| {
                        out.extend_from_slice(&b[..(k as usize).min(b.len())]);
                        Ok(())
                    })?;
                    Some(k as usize)
                }
            }
        };
        if let (Some(k), Some(at)) = (got, s.at) {
            s.at = Some(at + k as i64);
        }
        Ok(got)
    }

    /// Fills the empty buffer with one read. Gives the number of bytes, nothing when it would block.
    pub fn fill(&self, th: &mut Thread, v: Value, s: &mut State) -> R<Option<usize>> {
        let mut buf = std::mem::take(&mut s.buf);
        buf.clear();
        s.drop_ahead();
        let r = self.raw_read(th, v, s, &mut buf, s.size);
        s.end = buf.len();
        s.buf = buf;
        r
    }

    /// One write to the raw stream. Nothing when it would block.
    pub fn raw_write(
        &self,
        th: &mut Thread,
        v: Value,
        s: &mut State,
        b: &[u8],
    ) -> R<Option<usize>> {
        let raw = self.raw(th, v)?;
        let done = match fileio::direct(th, raw).filter(|d| d.writable) {
            Some(d) => fileio::write_slice(th, d.fd, b)?,
            None => {
                let data = buffer::bytes(th, b)?;
                let r = loop {
                    match ops::call_method(th, raw, n().write, &[data]) {
                        Err(e) if th.catch(e, &exc::INTERRUPTED_ERROR) => th.poll()?,
                        r => break r?,
                    }
                };
                if r.is_none() {
                    None
                } else {
                    let k = ops::index_isize(th, r)?;
                    if k < 0 || k as usize > b.len() {
                        let most = b.len();
                        return Err(th.os_error(format_args!(
                            "raw write() returned invalid length {k} (should have been between 0 and {most})"
                        )));
                    }
                    Some(k as usize)
                }
            }
        };
        if let (Some(k), Some(at)) = (done, s.at) {
            s.at = Some(at + k as i64);
        }
        Ok(done)
    }

    /// Writes what is pending.
    ///
    /// **Errors:** BlockingIOError with `characters_written` 0 when the raw stream would block.
    pub fn flush(&self, th: &mut Thread, v: Value, s: &mut State) -> R<()> {
        if s.pending == 0 {
            return Ok(());
        }
        let buf = std::mem::take(&mut s.buf);
        let mut done = 0;
        let mut r = Ok(());
        while done < s.pending {
            match self.raw_write(th, v, s, &buf[done..s.pending]) {
                Ok(Some(k)) => done += k,
                Ok(None) => {
                    r = Err(would_block(th, 0));
                    break;
                }
                Err(e) => {
                    r = Err(e);
                    break;
                }
            }
            // A signal during a long write is handled between its parts.
            if let Err(e) = th.poll() {
                r = Err(e);
                break;
            }
        }
        s.buf = buf;
        s.buf.truncate(s.pending);
        s.buf.drain(..done);
        s.pending = s.buf.len();
        r
    }

    /// Where the raw stream is.
    pub fn raw_tell(&self, th: &mut Thread, v: Value, s: &mut State) -> R<i64> {
        let raw = self.raw(th, v)?;
        let at = match fileio::direct(th, raw) {
            Some(d) => fileio::lseek(th, d.fd, rustix::fs::SeekFrom::Current(0))?,
            None => {
                let r = host::method(th, raw, "tell", &[])?;
                host::c_off(th, r)?
            }
        };
        if at < 0 {
            return Err(th.os_error(format_args!("Raw stream returned invalid position {at}")));
        }
        s.at = Some(at);
        Ok(at)
    }

    /// Moves the raw stream.
    pub fn raw_seek(
        &self,
        th: &mut Thread,
        v: Value,
        s: &mut State,
        to: i64,
        whence: i32,
    ) -> R<i64> {
        let raw = self.raw(th, v)?;
        s.at = None;
        let at = match fileio::direct(th, raw) {
            Some(d) => {
                let to = fileio::seek_from(th, to, whence)?;
                fileio::lseek(th, d.fd, to)?
            }
            None => {
                let to = int::from_i64(th, to)?;
                let r = host::method(th, raw, "seek", &[to, Value::small_int(whence as i64)])?;
                host::c_off(th, r)?
            }
        };
        if at < 0 {
            return Err(th.os_error(format_args!("Raw stream returned invalid position {at}")));
        }
        s.at = Some(at);
        Ok(at)
    }

    /// Gives back what was read ahead: the raw stream stands where the program thinks it does.
    pub fn rewind(&self, th: &mut Thread, v: Value, s: &mut State) -> R<()> {
        let ahead = s.ahead();
        s.drop_ahead();
        if ahead > 0 {
            self.raw_seek(th, v, s, -(ahead as i64), 1)?;
        }
        Ok(())
    }
}

/// Raises `BlockingIOError(EAGAIN, "write could not complete without blocking", written)`.
#[cold]
pub fn would_block(th: &mut Thread, written: usize) -> Raised {
    let make = |th: &mut Thread| -> R {
        let msg = host::text(th, "write could not complete without blocking")?;
        let no = Value::small_int(i64::from(libc::EAGAIN));
        let e = exc::new_exception(th, exc::BLOCKING_IO_ERROR.ty(), &[no, msg])?;
        if let Some(x) = e.cast::<exc::Exception>() {
            // The field `characters_written`.
            x.fields[4].set(Some(Value::small_int(written as i64)));
        }
        Ok(e)
    };
    match make(th) {
        Ok(e) => th.set_exception(e),
        Err(e) => e,
    }
}

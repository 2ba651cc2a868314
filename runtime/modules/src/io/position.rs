//! Where a buffered stream is: `tell`, `seek`, `truncate`, `flush`.

use super::base;
use super::buffered::{check_open, core, raw};
use crate::host;
use heddle_object::names::n;
use heddle_object::types::int;
use heddle_object::{R, Thread, Value, ops};

pub fn tell(th: &mut Thread, v: Value) -> R {
    raw(th, v)?;
    let c = core(th, v)?;
    let at = c.ex.long(th, v, |th, s| {
        let raw = c.raw_tell(th, v, s)?;
        Ok(raw - s.ahead() as i64 + s.pending as i64)
    })?;
    int::from_i64(th, at.max(0))
}

pub fn seek(th: &mut Thread, v: Value, a: &[Value]) -> R {
    let whence = match a.get(1) {
        Some(w) => host::c_int(th, *w)?,
        None => 0,
    };
    if !(0..=4).contains(&whence) {
        return Err(th.value_error(format_args!("whence value {whence} unsupported")));
    }
    let r = raw(th, v)?;
    check_open(th, v, "seek")?;
    base::check_seekable(th, r)?;
    let target = host::c_off(th, a[0])?;
    let c = core(th, v)?;
    let readable = c.facts.with(th, v, |_, f| f.readable);
    let at = c.ex.long(th, v, |th, s| {
        if (whence == 0 || whence == 1) && readable && s.end > 0 {
            // Inside what was read ahead (or behind what was given out) no call is needed.
            let raw = match s.at {
                Some(at) => at,
                None => c.raw_tell(th, v, s)?,
            };
            let here = raw - s.ahead() as i64;
            let step = if whence == 0 { target.checked_sub(here) } else { Some(target) };
            if let Some(step) = step
                && step >= -(s.pos as i64)
                && step <= s.ahead() as i64
            {
                s.pos = (s.pos as i64 + step) as usize;
                return Ok(here + step);
            }
        }
        c.flush(th, v, s)?;
        let target = if whence == 1 { target - s.ahead() as i64 } else { target };
        let at = c.raw_seek(th, v, s, target, whence)?;
        s.drop_ahead();
        Ok(at)
    })?;
    int::from_i64(th, at)
}

/// Writes what is pending and gives back what was read ahead.
pub fn flush(th: &mut Thread, v: Value) -> R {
    raw(th, v)?;
    check_open(th, v, "flush")?;
    let c = core(th, v)?;
    c.ex.long(th, v, |th, s| {
        c.flush(th, v, s)?;
        c.rewind(th, v, s)
    })?;
    Ok(Value::none())
}

/// Writes what is pending to the raw stream, when the stream is a writer of ours. Nothing for other objects.
pub fn flush_native(th: &mut Thread, v: Value) -> Option<R<()>> {
    if !v.has_shape(super::buffered::BUFFERED_WRITER.shape()) {
        return None;
    }
    Some(flush(th, v).map(|_| ()))
}

pub fn truncate(th: &mut Thread, v: Value, a: &[Value]) -> R {
    let r = raw(th, v)?;
    check_open(th, v, "truncate")?;
    let c = core(th, v)?;
    if !c.facts.with(th, v, |_, f| f.writable) {
        return Err(base::unsupported(th, "truncate"));
    }
    let size = a.first().copied().unwrap_or_else(Value::none);
    c.ex.long(th, v, |th, s| {
        c.flush(th, v, s)?;
        c.rewind(th, v, s)?;
        let done = host::method(th, r, "truncate", &[size])?;
        s.at = None;
        Ok(done)
    })
}

/// `flush()` as any stream has it.
pub fn flush_any(th: &mut Thread, v: Value) -> R<()> {
    match flush_native(th, v) {
        Some(r) => r,
        None => ops::call_method(th, v, n().flush, &[]).map(|_| ()),
    }
}

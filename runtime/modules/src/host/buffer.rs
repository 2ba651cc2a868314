//! Bytes of Python objects: making them, borrowing memory through the buffer protocol.

use heddle_object::types::bytes::{Bytes, with_buffer};
use heddle_object::types::{bytearray::ByteArray, exceptions as exc, memoryview};
use heddle_object::{R, Thread, Value};

/// A bytes object.
pub fn bytes(th: &mut Thread, b: &[u8]) -> R {
    Bytes::new(th, b).map(|b| Value::from_ref(b))
}

/// The content of a bytes object or of an instance of a subclass.
#[inline]
pub fn bytes_of(v: Value) -> Option<&'static [u8]> {
    v.cast::<Bytes>().map(|b| b.as_slice())
}

/// A bytearray of that many zeros.
pub fn bytearray(th: &mut Thread, len: usize) -> R {
    let mut zeros = Vec::new();
    if zeros.try_reserve_exact(len).is_err() {
        return Err(th.memory_error());
    }
    zeros.resize(len, 0);
    ByteArray::new(th, &zeros).map(|b| Value::from_ref(b))
}

/// `memoryview(v)`
pub fn memoryview(th: &mut Thread, v: Value) -> R {
    memoryview::of(th, v)
}

/// Runs `f` on the bytes of an object that has the buffer protocol.
///
/// **Errors:** TypeError ("a bytes-like object is required, not 'int'"). **Escapes:** if `f` does, or for `__buffer__`.
pub fn with_read<T>(th: &mut Thread, v: Value, f: impl FnOnce(&mut Thread, &[u8]) -> R<T>) -> R<T> {
    match bytes_of(v) {
        Some(b) => f(th, b),
        None => with_buffer(th, v, false, |th, b| f(th, b)),
    }
}

/// Runs `f` on the writable bytes of an object.
///
/// **Errors:** TypeError ("readinto() argument must be read-write bytes-like object, not str").
pub fn with_write<T>(
    th: &mut Thread,
    v: Value,
    fname: &str,
    f: impl FnOnce(&mut Thread, &mut [u8]) -> R<T>,
) -> R<T> {
    let mut entered = false;
    let r = match v.type_of().slots().buffer {
        Some(_) if bytes_of(v).is_none() => with_buffer(th, v, true, |th, b| {
            entered = true;
            f(th, b)
        }),
        _ => Err(not_writable(th, v, fname)),
    };
    match r {
        Err(e) if !entered && th.catch(e, &exc::BUFFER_ERROR) => Err(not_writable(th, v, fname)),
        r => r,
    }
}

#[cold]
fn not_writable(th: &mut Thread, v: Value, fname: &str) -> heddle_object::Raised {
    let tn = v.type_of().name();
    th.type_error(format_args!("{fname}() argument must be read-write bytes-like object, not {tn}"))
}

/// Whether the object has the buffer protocol.
pub fn has_buffer(v: Value) -> bool {
    v.type_of().slots().buffer.is_some()
}

/// A copy of the bytes of an object.
pub fn to_vec(th: &mut Thread, v: Value) -> R<Vec<u8>> {
    with_read(th, v, |_, b| Ok(b.to_vec()))
}

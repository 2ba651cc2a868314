//! Strings of one code point.

use crate::core::thread::Thread;
use crate::error::R;
use crate::types::str::{ASCII, STR, Str};

/// The string of one code point, which may be a surrogate.
///
/// **Errors:** MemoryError. **Escapes:** no.
pub fn from_code_point(th: &mut Thread, c: u32) -> R<&'static Str> {
    let aux = match c {
        0..=0x7f => 1 | ASCII,
        0x80..=0xff => 1,
        0x100..=0xffff => 2,
        _ => 4,
    };
    // SAFETY: the data is written right away.
    let (s, p) = unsafe { Str::alloc(th, STR.shape(), 1, aux, 0)? };
    // SAFETY: room for one code point of that width, behind an 8-byte aligned fixed part.
    unsafe {
        match aux & 7 {
            1 => p.write(c as u8),
            2 => (p as *mut u16).write(c as u16),
            _ => (p as *mut u32).write(c),
        }
    }
    Ok(s)
}

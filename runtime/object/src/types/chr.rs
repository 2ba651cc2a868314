//! Strings of one code point.

use crate::core::thread::Thread;
use crate::error::R;
use crate::types::str::Str;

/// The string of one code point, which may be a surrogate.
///
/// **Errors:** MemoryError. **Escapes:** no.
#[inline]
pub fn from_code_point(th: &mut Thread, c: u32) -> R<&'static Str> {
    Str::from_code_point(th, c)
}

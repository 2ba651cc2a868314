//! UTF-7 (RFC 2152): runs of base 64 between `+` and `-`.

use super::super::{StrBuilder, StrRef};
use super::CodecError;

/// What a decoder remembers between two calls on one text: where in a run it stopped.
#[derive(Clone, Copy, Debug, Default)]
pub struct Utf7State {
    in_run: bool,
    /// Where the run's `+` stands.
    run_start: usize,
    /// Length of the output when the run began: an incomplete run is taken back to here.
    out_start: usize,
    bits: u32,
    bit_count: u32,
    high: u32,
}

fn base64_value(b: u8) -> Option<u32> {
    Some(match b {
        b'A'..=b'Z' => u32::from(b - b'A'),
        b'a'..=b'z' => u32::from(b - b'a') + 26,
        b'0'..=b'9' => u32::from(b - b'0') + 52,
        b'+' => 62,
        b'/' => 63,
        _ => return None,
    })
}

pub(super) fn decode(
    src: &[u8],
    from: usize,
    complete: bool,
    st: &mut Utf7State,
    out: &mut StrBuilder,
) -> Result<usize, CodecError> {
    let mut at = from;
    while let Some(&b) = src.get(at) {
        if st.in_run {
            if let Some(value) = base64_value(b) {
                st.bits = st.bits << 6 | value;
                st.bit_count += 6;
                at += 1;
                if st.bit_count >= 16 {
                    let unit = st.bits >> (st.bit_count - 16) & 0xFFFF;
                    st.bit_count -= 16;
                    st.bits &= (1 << st.bit_count) - 1;
                    if st.high != 0 {
                        if (0xDC00..0xE000).contains(&unit) {
                            out.push(0x1_0000 + ((st.high - 0xD800) << 10) + (unit - 0xDC00));
                            st.high = 0;
                            continue;
                        }
                        out.push(st.high);
                        st.high = 0;
                    }
                    if (0xD800..0xDC00).contains(&unit) {
                        st.high = unit;
                    } else {
                        out.push(unit);
                    }
                }
                continue;
            }
            st.in_run = false;
            let end = at + 1;
            let bad = if st.bit_count >= 6 {
                Some("partial character in base64 sequence")
            } else if st.bits != 0 {
                Some("non-zero padding bits in base64 sequence")
            } else {
                None
            };
            if let Some(reason) = bad {
                return Err(CodecError { start: st.run_start, end, reason });
            }
            if st.high != 0 && b != b'-' {
                out.push(st.high);
            }
            if b == b'-' {
                at += 1;
            } else if b >= 0x80 {
                let reason = "unexpected special character";
                return Err(CodecError { start: at, end, reason });
            }
            continue;
        }
        if b == b'+' {
            let start = at;
            at += 1;
            match src.get(at) {
                Some(b'-') => {
                    out.push(u32::from(b'+'));
                    at += 1;
                }
                Some(&next) if base64_value(next).is_none() => {
                    return Err(CodecError { start, end: at + 1, reason: "ill-formed sequence" });
                }
                _ => {
                    *st = Utf7State {
                        in_run: true,
                        run_start: start,
                        out_start: out.len(),
                        ..Utf7State::default()
                    };
                }
            }
        } else if b < 0x80 {
            out.push(u32::from(b));
            at += 1;
        } else {
            let reason = "unexpected special character";
            return Err(CodecError { start: at, end: at + 1, reason });
        }
    }
    if !st.in_run {
        return Ok(at);
    }
    if complete {
        if st.high != 0 || st.bit_count >= 6 || st.bits != 0 {
            st.in_run = false;
            let reason = "unterminated shift sequence";
            return Err(CodecError { start: st.run_start, end: src.len(), reason });
        }
        return Ok(at);
    }
    // Leave the whole run for the next piece.
    out.truncate(st.out_start);
    Ok(st.run_start)
}

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Code points that are written as they are: all printable ASCII but `\`, `~` and `+`.
fn is_direct(c: u32) -> bool {
    matches!(c, 9 | 10 | 13 | 0 | 0x20..0x7E) && c != 0x5C && c != 0x2B
}

pub(super) fn encode(text: StrRef<'_>, out: &mut Vec<u8>) {
    let (mut in_run, mut bits, mut count) = (false, 0u32, 0u32);
    for c in text.chars() {
        if in_run && is_direct(c) {
            if count > 0 {
                out.push(ALPHABET[(bits << (6 - count) & 63) as usize]);
                (bits, count) = (0, 0);
            }
            in_run = false;
            // The run must be ended expressly only before what could belong to it.
            if c < 0x80 && (base64_value(c as u8).is_some() || c == 0x2D) {
                out.push(b'-');
            }
        }
        if !in_run {
            if c == 0x2B {
                out.extend(b"+-");
                continue;
            }
            if is_direct(c) {
                out.push(c as u8);
                continue;
            }
            out.push(b'+');
            in_run = true;
        }
        let mut put = |unit: u32| {
            bits = bits << 16 | unit;
            count += 16;
            while count >= 6 {
                count -= 6;
                out.push(ALPHABET[(bits >> count & 63) as usize]);
            }
            bits &= (1 << count) - 1;
        };
        if c >= 0x1_0000 {
            put(0xD800 + ((c - 0x1_0000) >> 10));
            put(0xDC00 + (c & 0x3FF));
        } else {
            put(c);
        }
    }
    if count > 0 {
        out.push(ALPHABET[(bits << (6 - count) & 63) as usize]);
    }
    if in_run {
        out.push(b'-');
    }
}

//! `binascii`: bytes as ASCII text and back.

use crate::host::errors;
use heddle_object::text::StrRef;
use heddle_object::text::ascii;
use heddle_object::types::bytes::Borrowed;
use heddle_object::types::bytes::shared::hex_args;
use heddle_object::types::exceptions::{EXCEPTION, VALUE_ERROR};
use heddle_object::types::{Bytes, Module, Str, int};
use heddle_object::{Args, MethodDef, ModuleDef, Params, R, Raised, Thread, Value, ops};

/// The module.
pub static MODULE: ModuleDef = ModuleDef {
    name: "binascii",
    doc: "Conversion between binary data and ASCII",
    methods: &[
        MethodDef::kw(
            "a2b_base64",
            a2b_base64,
            "a2b_base64($module, data, /, *, strict_mode=False)\n--\n\nDecode a line of base64 data.",
        ),
        MethodDef::one(
            "a2b_hex",
            unhexlify,
            "a2b_hex($module, hexstr, /)\n--\n\nDecode pairs of hexadecimal digits.",
        ),
        MethodDef::kw(
            "a2b_qp",
            a2b_qp,
            "a2b_qp($module, /, data, header=False)\n--\n\nDecode quoted-printable data.",
        ),
        MethodDef::one(
            "a2b_uu",
            a2b_uu,
            "a2b_uu($module, data, /)\n--\n\nDecode a line of uuencoded data.",
        ),
        MethodDef::kw(
            "b2a_base64",
            b2a_base64,
            "b2a_base64($module, data, /, *, newline=True)\n--\n\nEncode data as a line of base64.",
        ),
        MethodDef::kw(
            "b2a_hex",
            hexlify,
            "b2a_hex($module, /, data, sep=<unrepresentable>, bytes_per_sep=1)\n--\n\nEncode data as hexadecimal digits.",
        ),
        MethodDef::kw(
            "b2a_qp",
            b2a_qp,
            "b2a_qp($module, /, data, quotetabs=False, istext=True, header=False)\n--\n\nEncode data as quoted-printable.",
        ),
        MethodDef::kw(
            "b2a_uu",
            b2a_uu,
            "b2a_uu($module, data, /, *, backtick=False)\n--\n\nEncode data as a line of uuencoded text.",
        ),
        MethodDef::fast(
            "crc32",
            1,
            2,
            crc32,
            "crc32($module, data, crc=0, /)\n--\n\nCompute CRC-32.",
        ),
        MethodDef::fast(
            "crc_hqx",
            2,
            2,
            crc_hqx,
            "crc_hqx($module, data, crc, /)\n--\n\nCompute CRC-CCITT.",
        ),
        MethodDef::kw(
            "hexlify",
            hexlify,
            "hexlify($module, /, data, sep=<unrepresentable>, bytes_per_sep=1)\n--\n\nEncode data as hexadecimal digits.",
        ),
        MethodDef::one(
            "unhexlify",
            unhexlify,
            "unhexlify($module, hexstr, /)\n--\n\nDecode pairs of hexadecimal digits.",
        ),
    ],
    init,
    ..ModuleDef::DEFAULT
};

fn init(th: &mut Thread, m: &'static Module) -> R<()> {
    errors::define(th, m, "binascii", "Error", VALUE_ERROR.value(), "")?;
    errors::define(th, m, "binascii", "Incomplete", EXCEPTION.value(), "")?;
    Ok(())
}

#[cold]
fn error(th: &mut Thread, message: &str) -> Raised {
    errors::raise(th, "binascii", "Error", format_args!("{message}"))
}

fn bytes(th: &mut Thread, data: &[u8]) -> R {
    Ok(Value::from_ref(Bytes::new(th, data)?))
}

/// Bytes, or a str that is ASCII.
fn ascii_data(th: &mut Thread, v: Value) -> R<Borrowed> {
    if let Some(s) = v.cast::<Str>() {
        return match s.view() {
            StrRef::Ascii(data) => Ok(Borrowed::Static(data)),
            _ => Err(th
                .value_error(format_args!("string argument should contain only ASCII characters"))),
        };
    }
    match Borrowed::try_of(th, v)? {
        Some(b) => Ok(b),
        None => {
            let tn = v.type_of().name();
            Err(th.type_error(format_args!(
                "argument should be bytes, buffer or ASCII string, not '{tn}'"
            )))
        }
    }
}

fn truth(th: &mut Thread, v: Option<Value>, default: bool) -> R<bool> {
    match v {
        Some(v) => ops::is_true(th, v),
        None => Ok(default),
    }
}

// ---- hexadecimal

fn hexlify(th: &mut Thread, _: Value, args: &Args) -> R {
    let [data, ..] = args.bind(th, "hexlify", &Params::new(["data", "sep", "bytes_per_sep"], 1))?;
    let Some(data) = data else { return Ok(Value::none()) };
    let data = Borrowed::of(th, data)?;
    // The rest is what `bytes.hex` takes.
    let by_position = args.pos.get(1..).unwrap_or(&[]);
    let rest = args.with_positional(by_position);
    let (sep, group) = if args.keyword("data").is_some() {
        let (s, n) = (args.keyword("sep"), args.keyword("bytes_per_sep"));
        match (s, n) {
            (None, _) => (b':', 0),
            (Some(s), None) => hex_args(th, &Args::new(&[s], None))?,
            (Some(s), Some(n)) => hex_args(th, &Args::new(&[s, n], None))?,
        }
    } else {
        hex_args(th, &rest)?
    };
    bytes(th, &ascii::hex(data.as_slice(), sep, group))
}

fn unhexlify(th: &mut Thread, _: Value, v: Value) -> R {
    let data = ascii_data(th, v)?;
    let data = data.as_slice();
    if data.len() % 2 != 0 {
        return Err(error(th, "Odd-length string"));
    }
    let mut out = Vec::with_capacity(data.len() / 2);
    for pair in data.chunks_exact(2) {
        let high = ascii::hex_value(u32::from(pair[0]));
        let low = ascii::hex_value(u32::from(pair[1]));
        let (Some(high), Some(low)) = (high, low) else {
            return Err(error(th, "Non-hexadecimal digit found"));
        };
        out.push(high << 4 | low);
    }
    bytes(th, &out)
}

// ---- base 64

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Value of each byte, 0xFF for those outside the alphabet.
const VALUES: [u8; 256] = {
    let mut t = [0xFF; 256];
    let mut i = 0;
    while i < 64 {
        t[ALPHABET[i] as usize] = i as u8;
        i += 1;
    }
    t
};

fn a2b_base64(th: &mut Thread, _: Value, args: &Args) -> R {
    const P: Params<2> = Params::new(["", "strict_mode"], 1).posonly(1).kwonly(1);
    let [data, strict] = args.bind(th, "a2b_base64", &P)?;
    let Some(data) = data else { return Ok(Value::none()) };
    let strict = truth(th, strict, false)?;
    let data = ascii_data(th, data)?;
    match decode_base64(data.as_slice(), strict) {
        Ok(out) => bytes(th, &out),
        Err(message) => Err(error(th, &message)),
    }
}

fn decode_base64(data: &[u8], strict: bool) -> Result<Vec<u8>, String> {
    let mut out = Vec::with_capacity(data.len() / 4 * 3 + 3);
    let (mut place, mut left, mut pads) = (0, 0u8, 0);
    if strict && data.first() == Some(&b'=') {
        return Err("Leading padding not allowed".into());
    }
    for (i, &b) in data.iter().enumerate() {
        if b == b'=' {
            pads += 1;
            if place >= 2 && place + pads >= 4 {
                // A full quad: done.
                if strict && i + 1 < data.len() {
                    let next = data[i + 1];
                    return Err(if next == b'=' {
                        "Excess padding not allowed".into()
                    } else {
                        "Excess data after padding".into()
                    });
                }
                return Ok(out);
            }
            if strict && place == 0 {
                return Err("Excess padding not allowed".into());
            }
            if strict && place == 1 {
                return Err(one_too_many(&out));
            }
            continue;
        }
        let value = VALUES[usize::from(b)];
        if value == 0xFF {
            if strict {
                return Err("Only base64 data is allowed".into());
            }
            continue;
        }
        if strict && pads > 0 && place >= 2 {
            return Err("Discontinuous padding not allowed".into());
        }
        pads = 0;
        match place {
            0 => left = value,
            1 => {
                out.push(left << 2 | value >> 4);
                left = value & 15;
            }
            2 => {
                out.push(left << 4 | value >> 2);
                left = value & 3;
            }
            _ => out.push(left << 6 | value),
        }
        place = (place + 1) % 4;
    }
    match place {
        0 => Ok(out),
        1 => Err(one_too_many(&out)),
        _ => Err("Incorrect padding".into()),
    }
}

fn one_too_many(out: &[u8]) -> String {
    let n = out.len() / 3 * 4 + 1;
    format!(
        "Invalid base64-encoded string: number of data characters ({n}) cannot be 1 more than a multiple of 4"
    )
}

fn b2a_base64(th: &mut Thread, _: Value, args: &Args) -> R {
    const P: Params<2> = Params::new(["", "newline"], 1).posonly(1).kwonly(1);
    let [data, newline] = args.bind(th, "b2a_base64", &P)?;
    let Some(data) = data else { return Ok(Value::none()) };
    let newline = truth(th, newline, true)?;
    let data = Borrowed::of(th, data)?;
    let data = data.as_slice();
    let mut out = Vec::with_capacity(data.len().div_ceil(3) * 4 + 1);
    for group in data.chunks(3) {
        let word = u32::from(group[0]) << 16
            | u32::from(group.get(1).copied().unwrap_or(0)) << 8
            | u32::from(group.get(2).copied().unwrap_or(0));
        for i in 0..4 {
            out.push(if i <= group.len() {
                ALPHABET[(word >> (18 - 6 * i) & 63) as usize]
            } else {
                b'='
            });
        }
    }
    if newline {
        out.push(b'\n');
    }
    bytes(th, &out)
}

// ---- uuencode

fn b2a_uu(th: &mut Thread, _: Value, args: &Args) -> R {
    const P: Params<2> = Params::new(["", "backtick"], 1).posonly(1).kwonly(1);
    let [data, backtick] = args.bind(th, "b2a_uu", &P)?;
    let Some(data) = data else { return Ok(Value::none()) };
    let zero = if truth(th, backtick, false)? { b'`' } else { b' ' };
    let data = Borrowed::of(th, data)?;
    let data = data.as_slice();
    if data.len() > 45 {
        return Err(error(th, "At most 45 bytes at once"));
    }
    let show = |six: u32| if six == 0 { zero } else { six as u8 + b' ' };
    let mut out = vec![show(data.len() as u32)];
    for group in data.chunks(3) {
        let word = u32::from(group[0]) << 16
            | u32::from(group.get(1).copied().unwrap_or(0)) << 8
            | u32::from(group.get(2).copied().unwrap_or(0));
        out.extend((0..4).map(|i| show(word >> (18 - 6 * i) & 63)));
    }
    out.push(b'\n');
    bytes(th, &out)
}

fn a2b_uu(th: &mut Thread, _: Value, v: Value) -> R {
    let data = ascii_data(th, v)?;
    let mut rest = data.as_slice();
    let Some((&first, tail)) = rest.split_first() else { return bytes(th, &[]) };
    rest = tail;
    let len = usize::from(first.wrapping_sub(b' ') & 63);
    let mut out = Vec::with_capacity(len);
    let (mut word, mut bits) = (0u32, 0);
    while out.len() < len {
        let six = match rest.split_first() {
            // Lines may have lost blanks at their end.
            None | Some((b'\n' | b'\r', _)) => 0,
            Some((&b, tail)) => {
                rest = tail;
                if !(b' '..=b' ' + 64).contains(&b) {
                    return Err(error(th, "Illegal char"));
                }
                u32::from(b - b' ') & 63
            }
        };
        word = word << 6 | six;
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            out.push((word >> bits) as u8);
            word &= (1 << bits) - 1;
        }
    }
    if rest.iter().any(|b| !matches!(b, b' ' | b'`' | b'\n' | b'\r')) {
        return Err(error(th, "Trailing garbage"));
    }
    bytes(th, &out)
}

// ---- quoted-printable

fn a2b_qp(th: &mut Thread, _: Value, args: &Args) -> R {
    let [data, header] = args.bind(th, "a2b_qp", &Params::new(["data", "header"], 1))?;
    let Some(data) = data else { return Ok(Value::none()) };
    let header = truth(th, header, false)?;
    let data = ascii_data(th, data)?;
    let data = data.as_slice();
    let mut out = Vec::with_capacity(data.len());
    let mut i = 0;
    while let Some(&b) = data.get(i) {
        i += 1;
        match b {
            b'=' => {
                let digit = |i: usize| data.get(i).and_then(|&b| ascii::hex_value(u32::from(b)));
                match data.get(i) {
                    None => break,
                    // A soft line break, with what is left of its line.
                    Some(b'\n' | b'\r') => {
                        while i < data.len() && data[i] != b'\n' {
                            i += 1;
                        }
                        i += 1;
                    }
                    // A broken case of wrongly quoted equals signs.
                    Some(b'=') => {
                        out.push(b'=');
                        i += 1;
                    }
                    _ => match (digit(i), digit(i + 1)) {
                        (Some(high), Some(low)) => {
                            out.push(high << 4 | low);
                            i += 2;
                        }
                        _ => out.push(b'='),
                    },
                }
            }
            b'_' if header => out.push(b' '),
            _ => out.push(b),
        }
    }
    bytes(th, &out)
}

/// Longest line, its soft break included.
const LINE_MAX: usize = 76;

fn b2a_qp(th: &mut Thread, _: Value, args: &Args) -> R {
    const P: Params<4> = Params::new(["data", "quotetabs", "istext", "header"], 1);
    let [data, tabs, text, header] = args.bind(th, "b2a_qp", &P)?;
    let Some(data) = data else { return Ok(Value::none()) };
    let tabs = truth(th, tabs, false)?;
    let text = truth(th, text, true)?;
    let header = truth(th, header, false)?;
    let data = Borrowed::of(th, data)?;
    let data = data.as_slice();
    // Breaks that are inserted are of the kind that the first line has.
    let crlf = memchr::memchr(b'\n', data).is_some_and(|i| i > 0 && data[i - 1] == b'\r');
    let mut out: Vec<u8> = Vec::with_capacity(data.len() * 2);
    let mut line = 0;
    let soft_break = |out: &mut Vec<u8>| out.extend(if crlf { &b"=\r\n"[..] } else { b"=\n" });
    let mut i = 0;
    while let Some(&b) = data.get(i) {
        let next = data.get(i + 1).copied();
        let at_end = i + 1 == data.len();
        let lone_dot = b == b'.' && line == 0 && matches!(next, None | Some(b'\n' | b'\r' | 0));
        let quoted = b > 126
            || b == b'='
            || header && b == b'_'
            || lone_dot
            || !text && matches!(b, b'\r' | b'\n')
            || matches!(b, b'\t' | b' ') && at_end
            || b < 33 && !matches!(b, b'\r' | b'\n' | b'\t' | b' ')
            || b < 33 && !matches!(b, b'\r' | b'\n') && (tabs || !tabs && header && b == b'\t');
        if quoted {
            if line + 3 >= LINE_MAX {
                soft_break(&mut out);
                line = 0;
            }
            out.push(b'=');
            out.extend(ascii::hex(&[b], b':', 0).to_ascii_uppercase());
            line += 3;
            i += 1;
            continue;
        }
        if text && (b == b'\n' || b == b'\r' && next == Some(b'\n')) {
            line = 0;
            // White space before a line's end must not be lost on the way.
            if let Some(last @ (b' ' | b'\t')) = out.last().copied() {
                out.pop();
                out.push(b'=');
                out.extend(ascii::hex(&[last], b':', 0).to_ascii_uppercase());
            }
            if crlf {
                out.push(b'\r');
            }
            out.push(b'\n');
            i += if b == b'\r' { 2 } else { 1 };
            continue;
        }
        if next.is_some_and(|n| n != b'\n') && line + 1 >= LINE_MAX {
            soft_break(&mut out);
            line = 0;
        }
        line += 1;
        out.push(if header && b == b' ' { b'_' } else { b });
        i += 1;
    }
    bytes(th, &out)
}

// ---- checksums

const fn crc32_tables() -> [[u32; 256]; 8] {
    let mut t = [[0; 256]; 8];
    let mut i = 0;
    while i < 256 {
        let mut c = i as u32;
        let mut k = 0;
        while k < 8 {
            c = if c & 1 != 0 { 0xEDB8_8320 ^ c >> 1 } else { c >> 1 };
            k += 1;
        }
        t[0][i] = c;
        i += 1;
    }
    i = 0;
    while i < 256 {
        let mut k = 1;
        while k < 8 {
            t[k][i] = t[k - 1][i] >> 8 ^ t[0][(t[k - 1][i] & 0xFF) as usize];
            k += 1;
        }
        i += 1;
    }
    t
}

static CRC32: [[u32; 256]; 8] = crc32_tables();

/// CRC-32, eight bytes a step ("slicing by 8").
pub fn crc32_of(data: &[u8], start: u32) -> u32 {
    let mut c = !start;
    let mut chunks = data.chunks_exact(8);
    for chunk in &mut chunks {
        let low = c ^ u32::from_le_bytes([chunk[0], chunk[1], chunk[2], chunk[3]]);
        c = CRC32[7][(low & 0xFF) as usize]
            ^ CRC32[6][(low >> 8 & 0xFF) as usize]
            ^ CRC32[5][(low >> 16 & 0xFF) as usize]
            ^ CRC32[4][(low >> 24) as usize]
            ^ CRC32[3][usize::from(chunk[4])]
            ^ CRC32[2][usize::from(chunk[5])]
            ^ CRC32[1][usize::from(chunk[6])]
            ^ CRC32[0][usize::from(chunk[7])];
    }
    for &b in chunks.remainder() {
        c = CRC32[0][((c ^ u32::from(b)) & 0xFF) as usize] ^ c >> 8;
    }
    !c
}

/// The low 32 bits of an int of any size.
fn low_bits(th: &mut Thread, v: Value) -> R<u32> {
    let v = ops::index(th, v)?;
    if let Some(i) = int::to_i64(v) {
        return Ok(i as u32);
    }
    let mask = Value::small_int(0xFFFF_FFFF);
    let low = ops::binary_op(th, v, mask, ops::BinOp::And)?;
    Ok(int::to_i64(low).unwrap_or(0) as u32)
}

fn crc32(th: &mut Thread, _: Value, args: &[Value]) -> R {
    let data = Borrowed::of(th, args[0])?;
    let start = match args.get(1) {
        Some(c) => low_bits(th, *c)?,
        None => 0,
    };
    Ok(Value::small_int(i64::from(crc32_of(data.as_slice(), start))))
}

fn crc_hqx(th: &mut Thread, _: Value, args: &[Value]) -> R {
    let data = Borrowed::of(th, args[0])?;
    let mut c = low_bits(th, args[1])? & 0xFFFF;
    for &b in data.as_slice() {
        c ^= u32::from(b) << 8;
        for _ in 0..8 {
            c = if c & 0x8000 != 0 { c << 1 ^ 0x1021 } else { c << 1 } & 0xFFFF;
        }
    }
    Ok(Value::small_int(i64::from(c)))
}

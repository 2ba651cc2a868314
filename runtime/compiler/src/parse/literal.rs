//! Escape sequences of string and bytes literals.
//!
//! The parser replaces surrogates by U+FFFD and tells nothing of unknown escapes, so literals with
//! a backslash are decoded again from the source.

/// Decodes the inside of one literal.
pub struct Decoder<'a> {
    pub text: &'a str,
    /// Inside an f-string: `{{` and `}}` are one brace.
    pub braces: bool,
    /// The first unknown escape: offset of its backslash, what follows it, whether it is octal.
    pub invalid: Option<(usize, String, bool)>,
}

/// Appends a code point, surrogates included (each on its own: Python never joins a pair).
pub fn push_code_point(out: &mut Vec<u8>, c: u32) {
    if let Some(ch) = char::from_u32(c) {
        let mut buf = [0; 4];
        out.extend_from_slice(ch.encode_utf8(&mut buf).as_bytes());
    } else {
        out.extend_from_slice(&[
            0xE0 | (c >> 12) as u8,
            0x80 | ((c >> 6) & 0x3F) as u8,
            0x80 | (c & 0x3F) as u8,
        ]);
    }
}

impl Decoder<'_> {
    fn note(&mut self, at: usize, what: &str, octal: bool) {
        if self.invalid.is_none() {
            self.invalid = Some((at, what.to_owned(), octal));
        }
    }

    /// As a `str` literal.
    pub fn decode_str(&mut self, out: &mut Vec<u8>) -> Result<(), String> {
        let text = self.text;
        let b = text.as_bytes();
        let mut i = 0;
        while i < b.len() {
            let c = b[i];
            if self.braces && (c == b'{' || c == b'}') && b.get(i + 1) == Some(&c) {
                out.push(c);
                i += 2;
                continue;
            }
            if c != b'\\' {
                let next = b[i + 1..]
                    .iter()
                    .position(|&x| x == b'\\' || (self.braces && (x == b'{' || x == b'}')))
                    .map_or(b.len(), |p| i + 1 + p);
                out.extend_from_slice(&b[i..next]);
                i = next;
                continue;
            }
            let start = i;
            i += 1;
            let Some(&e) = b.get(i) else {
                if self.braces {
                    // A field follows; the backslash is only itself.
                    out.push(b'\\');
                    self.note(start, "{", false);
                    break;
                }
                return Err(unicode_error(start, b.len() - 1, "\\ at end of string"));
            };
            i += 1;
            match e {
                b'\n' => {}
                b'\\' | b'\'' | b'"' => out.push(e),
                b'a' => out.push(7),
                b'b' => out.push(8),
                b'f' => out.push(12),
                b'n' => out.push(b'\n'),
                b'r' => out.push(b'\r'),
                b't' => out.push(b'\t'),
                b'v' => out.push(11),
                b'0'..=b'7' => {
                    let (v, n) = octal(&b[i - 1..]);
                    i += n - 1;
                    if v > 0o377 {
                        self.note(start, &text[start + 1..i], true);
                    }
                    push_code_point(out, v);
                }
                b'x' | b'u' | b'U' => {
                    let want = match e {
                        b'x' => 2,
                        b'u' => 4,
                        _ => 8,
                    };
                    let n = b[i..].iter().take(want).take_while(|c| c.is_ascii_hexdigit()).count();
                    if n < want {
                        let shape = match e {
                            b'x' => "\\xXX",
                            b'u' => "\\uXXXX",
                            _ => "\\UXXXXXXXX",
                        };
                        return Err(unicode_error(
                            start,
                            i + n - 1,
                            &format!("truncated {shape} escape"),
                        ));
                    }
                    let v = u32::from_str_radix(&text[i..i + want], 16).unwrap_or(u32::MAX);
                    i += want;
                    if v > 0x10_FFFF {
                        return Err(unicode_error(start, i - 1, "illegal Unicode character"));
                    }
                    push_code_point(out, v);
                }
                b'N' => {
                    if b.get(i) != Some(&b'{') {
                        return Err(unicode_error(start, i - 1, "malformed \\N character escape"));
                    }
                    let Some(close) = b[i..].iter().position(|&c| c == b'}') else {
                        return Err(unicode_error(
                            start,
                            b.len() - 1,
                            "malformed \\N character escape",
                        ));
                    };
                    let name = &text[i + 1..i + close];
                    i += close + 1;
                    if name.is_empty() {
                        return Err(unicode_error(start, i - 1, "malformed \\N character escape"));
                    }
                    match character(name) {
                        Some(s) => out.extend_from_slice(s.as_bytes()),
                        None => {
                            return Err(unicode_error(
                                start,
                                i - 1,
                                "unknown Unicode character name",
                            ));
                        }
                    }
                }
                _ => {
                    out.push(b'\\');
                    let len = utf8_len(e);
                    self.note(start, &text[i - 1..i - 1 + len], false);
                    if self.braces && (e == b'{' || e == b'}') {
                        i -= 1;
                        continue;
                    }
                    out.extend_from_slice(&b[i - 1..i - 1 + len]);
                    i += len - 1;
                }
            }
        }
        Ok(())
    }

    /// As a `bytes` literal.
    pub fn decode_bytes(&mut self, out: &mut Vec<u8>) -> Result<(), String> {
        let text = self.text;
        let b = text.as_bytes();
        let mut i = 0;
        while i < b.len() {
            if b[i] != b'\\' {
                out.push(b[i]);
                i += 1;
                continue;
            }
            let start = i;
            i += 1;
            let Some(&e) = b.get(i) else {
                return Err("(value error) Trailing \\ in string".to_owned());
            };
            i += 1;
            match e {
                b'\n' => {}
                b'\\' | b'\'' | b'"' => out.push(e),
                b'a' => out.push(7),
                b'b' => out.push(8),
                b'f' => out.push(12),
                b'n' => out.push(b'\n'),
                b'r' => out.push(b'\r'),
                b't' => out.push(b'\t'),
                b'v' => out.push(11),
                b'0'..=b'7' => {
                    let (v, n) = octal(&b[i - 1..]);
                    i += n - 1;
                    if v > 0o377 {
                        self.note(start, &text[start + 1..i], true);
                    }
                    out.push(v as u8);
                }
                b'x' => {
                    let v = text.get(i..i + 2).and_then(|t| u8::from_str_radix(t, 16).ok());
                    match v {
                        Some(v) if b[i].is_ascii_hexdigit() => out.push(v),
                        _ => {
                            return Err(format!(
                                "(value error) invalid \\x escape at position {start}"
                            ));
                        }
                    }
                    i += 2;
                }
                _ => {
                    out.push(b'\\');
                    out.push(e);
                    self.note(start, &text[i - 1..i - 1 + utf8_len(e)], false);
                }
            }
        }
        Ok(())
    }
}

fn utf8_len(first: u8) -> usize {
    match first {
        0..=0xBF => 1,
        0xC0..=0xDF => 2,
        0xE0..=0xEF => 3,
        _ => 4,
    }
}

fn octal(b: &[u8]) -> (u32, usize) {
    let mut v = 0;
    let mut n = 0;
    while n < 3 && n < b.len() && (b'0'..=b'7').contains(&b[n]) {
        v = v * 8 + u32::from(b[n] - b'0');
        n += 1;
    }
    (v, n)
}

fn unicode_error(start: usize, end: usize, what: &str) -> String {
    if start == end {
        // A one-byte range is told without its end.
        return format!(
            "(unicode error) 'unicodeescape' codec can't decode byte 0x5c in position {start}: {what}"
        );
    }
    format!(
        "(unicode error) 'unicodeescape' codec can't decode bytes in position {start}-{end}: {what}"
    )
}

/// The character or named sequence called `name`.
fn character(name: &str) -> Option<String> {
    unicode_names2::character(name).map(String::from)
}

/// Where the text of an f-string field ends: before `!`, `:` or `}`; with the `=` of the
/// self-documenting form included.
pub fn field_text_end(src: &str, expr_end: usize, debug: bool) -> usize {
    let b = src.as_bytes();
    let mut i = expr_end;
    let mut seen_eq = false;
    while i < b.len() {
        match b[i] {
            b'#' => {
                while i < b.len() && b[i] != b'\n' {
                    i += 1;
                }
            }
            b'=' if debug && !seen_eq => {
                seen_eq = true;
                i += 1;
            }
            b'!' | b':' | b'}' => return i,
            _ => i += 1,
        }
    }
    i
}

/// A field's text without the comments that a multi-line field may hold.
pub fn strip_comments(text: &str) -> String {
    if !text.contains('#') {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len());
    let mut quote: Option<char> = None;
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match (quote, c) {
            (Some(q), _) => {
                if c == q {
                    quote = None;
                }
                out.push(c);
            }
            (None, '\'' | '"') => {
                quote = Some(c);
                out.push(c);
            }
            (None, '#') => {
                while chars.peek().is_some_and(|&c| c != '\n') {
                    chars.next();
                }
            }
            _ => out.push(c),
        }
    }
    out
}

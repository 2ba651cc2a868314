//! A second look at the characters of a program that does not parse.
//!
//! Python's tokenizer has errors of its own (numbers, strings, brackets, indentation, stray
//! characters), and they win over whatever the grammar complains of. This scanner finds the first.

use crate::error::{CompileError, ErrorKind};
use crate::source::LineIndex;

/// What the scan found out.
pub struct Scan {
    /// The tokenizer's error.
    pub error: Option<CompileError>,
    /// Brackets still open at the end: character and offset.
    pub open: Vec<(u8, usize)>,
}

/// An f- or t-string that the scanner is in.
struct Fmt {
    quote: u8,
    triple: bool,
    raw: bool,
    letter: char,
    start: usize,
    /// Brackets open when the string began; one more is the field itself.
    base: usize,
    /// For each open field: brackets open inside it, and whether its format is being read.
    fields: Vec<Field>,
}

struct Field {
    depth: usize,
    in_spec: bool,
}

struct Scanner<'a> {
    src: &'a str,
    b: &'a [u8],
    i: usize,
    lines: &'a LineIndex,
    open: Vec<(u8, usize)>,
    fmts: Vec<Fmt>,
    indents: Vec<(usize, usize)>,
}

type Res<T = ()> = Result<T, CompileError>;

/// Scans the whole text.
pub fn scan(src: &str, lines: &LineIndex) -> Scan {
    let mut s = Scanner {
        src,
        b: src.as_bytes(),
        i: 0,
        lines,
        open: Vec::new(),
        fmts: Vec::new(),
        indents: vec![(0, 0)],
    };
    let error = s.run().err();
    Scan { error, open: s.open }
}

impl Scanner<'_> {
    fn peek(&self, k: usize) -> u8 {
        self.b.get(self.i + k).copied().unwrap_or(0)
    }

    /// Line from 1 and column in code points from 1 of an offset.
    fn place(&self, at: usize) -> (u32, i32) {
        place(self.src, self.lines, at)
    }

    /// An error at the character at `at`, as the tokenizer reports it: both ends the same.
    fn at<T>(&self, at: usize, msg: impl Into<String>) -> Res<T> {
        let (line, col) = self.place(at);
        Err(CompileError::raw(ErrorKind::Syntax, msg, line, col, line, col))
    }

    /// An error whose range the tokenizer leaves open.
    fn open_end<T>(&self, kind: ErrorKind, at: usize, add: i32, end: i32, msg: &str) -> Res<T> {
        let (line, col) = self.place(at);
        Err(CompileError::raw(kind, msg, line, col + add, line, end))
    }

    fn run(&mut self) -> Res {
        let mut line_start = true;
        while self.i < self.b.len() {
            if self.in_text() {
                self.middle()?;
                continue;
            }
            if line_start && self.open.is_empty() && self.fmts.is_empty() {
                line_start = false;
                if self.indentation()? {
                    line_start = true;
                    continue;
                }
                if self.i >= self.b.len() {
                    break;
                }
            }
            match self.b[self.i] {
                b'\n' => {
                    line_start = true;
                    self.i += 1;
                }
                b' ' | b'\t' | b'\x0c' => self.i += 1,
                b'#' => {
                    while self.i < self.b.len() && self.b[self.i] != b'\n' {
                        self.i += 1;
                    }
                }
                b'\\' => self.continuation()?,
                b'0'..=b'9' => self.number()?,
                b'.' if self.peek(1).is_ascii_digit() => self.number()?,
                b'\'' | b'"' => self.string(self.i)?,
                c if c.is_ascii_alphabetic() || c == b'_' || c >= 0x80 => self.word()?,
                b'(' | b'[' | b'{' => {
                    self.open.push((self.b[self.i], self.i));
                    self.i += 1;
                }
                c @ (b')' | b']' | b'}') => self.close(c)?,
                b':' if self.at_field_level() => {
                    if let Some(x) = self.fmts.last_mut().and_then(|f| f.fields.last_mut()) {
                        x.in_spec = true;
                    }
                    self.i += 1;
                }
                c if c < 0x20 || c == 0x7F => {
                    return self.at(self.i, format!("invalid non-printable character U+{c:04X}"));
                }
                _ => self.i += 1,
            }
        }
        match self.fmts.last() {
            Some(_) if self.in_text() => self.unterminated_fmt(),
            _ => Ok(()),
        }
    }

    /// In the literal part of an f-string, or in a format.
    fn in_text(&self) -> bool {
        self.fmts.last().is_some_and(|f| {
            f.fields.last().is_none_or(|x| x.in_spec && self.open.len() == x.depth)
        })
    }

    fn at_field_level(&self) -> bool {
        self.fmts
            .last()
            .is_some_and(|f| f.fields.last().is_some_and(|x| self.open.len() == x.depth))
    }

    /// Whether the line is blank.
    fn indentation(&mut self) -> Res<bool> {
        let (mut col, mut alt, mut continued) = (0usize, 0usize, None);
        loop {
            match self.peek(0) {
                b' ' => {
                    col += 1;
                    alt += 1;
                }
                b'\t' => {
                    col = (col / 8 + 1) * 8;
                    alt += 1;
                }
                b'\x0c' => {
                    col = 0;
                    alt = 0;
                }
                b'\\' if self.peek(1) == b'\n' => {
                    // A line that is continued counts with its own indentation.
                    if continued.is_none() && col > 0 {
                        continued = Some((col, alt));
                    }
                    self.continuation()?;
                    (col, alt) = (0, 0);
                    continue;
                }
                _ => break,
            }
            self.i += 1;
        }
        match self.peek(0) {
            b'\n' => {
                self.i += 1;
                return Ok(true);
            }
            b'#' => return Ok(false),
            _ if self.i >= self.b.len() => return Ok(false),
            _ => {}
        }
        if let Some(c) = continued {
            (col, alt) = c;
        }
        let tab_error = |s: &Self| {
            let (line, _) = s.place(s.i);
            Err(CompileError::raw(
                ErrorKind::Tab,
                "inconsistent use of tabs and spaces in indentation",
                line,
                1,
                line,
                0,
            ))
        };
        let (top, top_alt) = self.indents.last().copied().unwrap_or_default();
        if col == top {
            if alt != top_alt {
                return tab_error(self);
            }
        } else if col > top {
            if alt <= top_alt {
                return tab_error(self);
            }
            self.indents.push((col, alt));
        } else {
            while self.indents.last().is_some_and(|x| x.0 > col) {
                self.indents.pop();
            }
            let (top, top_alt) = self.indents.last().copied().unwrap_or_default();
            if col != top {
                let l = self.lines.line(self.i);
                let text = self.lines.text(self.src, l).trim_end_matches('\n');
                let n = text.chars().count() as i32 + 1;
                let line = l as u32 + 1;
                return Err(CompileError::raw(
                    ErrorKind::Indentation,
                    "unindent does not match any outer indentation level",
                    line,
                    n,
                    line,
                    -1,
                ));
            }
            if alt != top_alt {
                return tab_error(self);
            }
        }
        Ok(false)
    }

    fn continuation(&mut self) -> Res {
        let next = self.i + 1;
        if next >= self.b.len() || (self.b[next] == b'\n' && next + 1 >= self.b.len()) {
            return self.open_end(ErrorKind::Syntax, self.i, 1, -1, "unexpected EOF while parsing");
        }
        if self.b[next] != b'\n' {
            return self.open_end(
                ErrorKind::Syntax,
                self.i,
                1,
                0,
                "unexpected character after line continuation character",
            );
        }
        self.i += 2;
        Ok(())
    }

    // ---- numbers ----

    fn digits(&mut self, ok: fn(u8) -> bool, what: &str) -> Res {
        loop {
            while ok(self.peek(0)) {
                self.i += 1;
            }
            if self.peek(0) != b'_' {
                return Ok(());
            }
            self.i += 1;
            if !ok(self.peek(0)) {
                return self.bad_number(what);
            }
        }
    }

    fn bad_number<T>(&self, what: &str) -> Res<T> {
        let d = self.peek(0);
        if d.is_ascii_digit() && matches!(what, "octal" | "binary") {
            return self.at(self.i, format!("invalid digit '{}' in {what} literal", d as char));
        }
        self.at(self.i - 1, format!("invalid {what} literal"))
    }

    fn end_of_number(&self, what: &str) -> Res {
        let rest = &self.b[self.i..];
        let keywords: [&[u8]; 8] = [b"and", b"else", b"for", b"if", b"in", b"is", b"or", b"not"];
        if keywords.iter().any(|k| rest.starts_with(k)) {
            return Ok(());
        }
        let c = self.peek(0);
        if c.is_ascii_alphanumeric() || c == b'_' {
            return self.at(self.i - 1, format!("invalid {what} literal"));
        }
        Ok(())
    }

    fn number(&mut self) -> Res {
        let start = self.i;
        if self.peek(0) == b'0' {
            type Digit = fn(u8) -> bool;
            let based: Option<(Digit, &str)> = match self.peek(1) | 0x20 {
                b'x' => Some((|c| c.is_ascii_hexdigit(), "hexadecimal")),
                b'o' => Some((|c| (b'0'..b'8').contains(&c), "octal")),
                b'b' => Some((|c| c == b'0' || c == b'1', "binary")),
                _ => None,
            };
            if let Some((ok, what)) = based {
                self.i += 2;
                if self.peek(0) == b'_' {
                    self.i += 1;
                }
                if !ok(self.peek(0)) {
                    return self.bad_number(what);
                }
                self.digits(ok, what)?;
                if self.peek(0).is_ascii_digit() {
                    return self.bad_number(what);
                }
                return self.end_of_number(what);
            }
            let mut zeros = self.i;
            while matches!(self.b.get(zeros), Some(b'0' | b'_')) {
                zeros += 1;
            }
            self.digits(|c| c.is_ascii_digit(), "decimal")?;
            let nonzero = zeros < self.i;
            if nonzero && !matches!(self.peek(0) | 0x20, b'.' | b'e' | b'j') {
                let (line, col) = self.place(start);
                let (_, end) = self.place(zeros);
                return Err(CompileError::raw(
                    ErrorKind::Syntax,
                    "leading zeros in decimal integer literals are not permitted; use an 0o prefix for octal integers",
                    line,
                    col,
                    line,
                    end,
                ));
            }
        } else {
            self.digits(|c| c.is_ascii_digit(), "decimal")?;
        }
        if self.peek(0) == b'.' {
            self.i += 1;
            if self.peek(0).is_ascii_digit() {
                self.digits(|c| c.is_ascii_digit(), "decimal")?;
            }
        }
        if self.peek(0) | 0x20 == b'e' {
            let mut k = 1;
            let sign = matches!(self.peek(1), b'+' | b'-');
            if sign {
                k = 2;
            }
            if self.peek(k).is_ascii_digit() {
                self.i += k;
                self.digits(|c| c.is_ascii_digit(), "decimal")?;
            } else if sign {
                self.i += 2;
                return self.bad_number("decimal");
            } else {
                return self.end_of_number("decimal");
            }
        }
        if self.peek(0) | 0x20 == b'j' {
            self.i += 1;
            return self.end_of_number("imaginary");
        }
        self.end_of_number("decimal")
    }

    // ---- words and strings ----

    fn word(&mut self) -> Res {
        let start = self.i;
        let mut seen: Vec<u8> = Vec::new();
        while seen.len() < 5 {
            let c = self.peek(seen.len()) | 0x20;
            if !matches!(c, b'b' | b'u' | b'r' | b'f' | b't') || seen.contains(&c) {
                break;
            }
            seen.push(c);
        }
        if matches!(self.peek(seen.len()), b'\'' | b'"') && !seen.is_empty() {
            let pairs = [
                (b'u', b'b'),
                (b'u', b'r'),
                (b'u', b'f'),
                (b'u', b't'),
                (b'b', b'f'),
                (b'b', b't'),
                (b'f', b't'),
            ];
            for (x, y) in pairs {
                if seen.contains(&x) && seen.contains(&y) {
                    let (line, col) = self.place(start);
                    let msg =
                        format!("'{}' and '{}' prefixes are incompatible", x as char, y as char);
                    return Err(CompileError::raw(
                        ErrorKind::Syntax,
                        msg,
                        line,
                        col,
                        line,
                        col + seen.len() as i32,
                    ));
                }
            }
            self.i += seen.len();
            let letter = seen.iter().copied().find(|c| matches!(c, b'f' | b't'));
            return match letter {
                Some(l) => {
                    self.open_fmt(start, l as char, seen.contains(&b'r'));
                    Ok(())
                }
                None => self.string(start),
            };
        }
        while self.i < self.b.len() {
            let c = self.b[self.i];
            if c.is_ascii_alphanumeric() || c == b'_' || c >= 0x80 {
                self.i += 1;
            } else {
                break;
            }
        }
        let text = &self.src[start..self.i];
        if text.is_ascii() {
            return Ok(());
        }
        for (k, c) in text.char_indices() {
            let ok = if k == 0 {
                c == '_' || unicode_ident::is_xid_start(c)
            } else {
                unicode_ident::is_xid_continue(c)
            };
            if ok {
                continue;
            }
            let at = start + k;
            let printable = !(c.is_control()
                || c.is_whitespace()
                || matches!(c, '\u{ad}' | '\u{feff}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}')
                || matches!(c, '\u{e000}'..='\u{f8ff}'));
            let n = c as u32;
            return if printable {
                self.at(at, format!("invalid character '{c}' (U+{n:04X})"))
            } else {
                self.at(at, format!("invalid non-printable character U+{n:04X}"))
            };
        }
        Ok(())
    }

    fn string(&mut self, start: usize) -> Res {
        let q = self.b[self.i];
        let triple = self.peek(1) == q && self.peek(2) == q;
        let size = if triple { 3 } else { 1 };
        let mut k = self.i + size;
        let mut escaped_quote = false;
        loop {
            let c = self.b.get(k).copied();
            match c {
                Some(b'\\') => {
                    if self.b.get(k + 1) == Some(&q) {
                        escaped_quote = true;
                    }
                    k += 2;
                }
                Some(c) if c == q && (!triple || self.b[k..].starts_with(&[q, q, q])) => {
                    self.i = k + size;
                    return Ok(());
                }
                Some(b'\n') if !triple => break,
                Some(_) => k += 1,
                None => break,
            }
        }
        if let Some(f) = self.fmts.last()
            && f.quote == q
            && f.triple == triple
        {
            // The quote was meant to end the string around it.
            return self.at(self.i, format!("{}-string: expecting '}}'", f.letter));
        }
        let end = k.min(self.b.len());
        let line = self.lines.line(end) + 1;
        let line = if triple && end == self.b.len() && self.b.last() == Some(&b'\n') {
            line - 1
        } else {
            line
        };
        let msg = if triple {
            format!("unterminated triple-quoted string literal (detected at line {line})")
        } else if escaped_quote {
            format!(
                "unterminated string literal (detected at line {line}); perhaps you escaped the end quote?"
            )
        } else {
            format!("unterminated string literal (detected at line {line})")
        };
        self.at(start, msg)
    }

    fn open_fmt(&mut self, start: usize, letter: char, raw: bool) {
        let q = self.b[self.i];
        let triple = self.peek(1) == q && self.peek(2) == q;
        self.i += if triple { 3 } else { 1 };
        let base = self.open.len();
        self.fmts.push(Fmt { quote: q, triple, raw, letter, start, base, fields: Vec::new() });
    }

    fn unterminated_fmt<T>(&self) -> Res<T> {
        let Some(f) = self.fmts.last() else {
            return self.at(self.i, "unterminated string literal");
        };
        let end = self.i.min(self.b.len());
        let mut line = self.lines.line(end) + 1;
        if f.triple && end == self.b.len() && self.b.last() == Some(&b'\n') {
            line -= 1;
        }
        let kind = if f.triple { "triple-quoted " } else { "" };
        let msg =
            format!("unterminated {kind}{}-string literal (detected at line {line})", f.letter);
        self.at(f.start, msg)
    }

    /// The literal part of an f-string up to a field or its end.
    fn middle(&mut self) -> Res {
        let Some(f) = self.fmts.last() else { return Ok(()) };
        let (q, triple, raw, letter, base) = (f.quote, f.triple, f.raw, f.letter, f.base);
        let in_spec = !f.fields.is_empty();
        while self.i < self.b.len() {
            let c = self.b[self.i];
            if c == q && (!triple || self.b[self.i..].starts_with(&[q, q, q])) {
                if in_spec {
                    return self
                        .at(self.i, format!("{letter}-string: expecting '}}', or format specs"));
                }
                self.i += if triple { 3 } else { 1 };
                self.fmts.pop();
                self.open.truncate(base);
                return Ok(());
            }
            match c {
                b'\n' if !triple => {
                    if in_spec {
                        return self.at(
                            self.i,
                            format!(
                                "{letter}-string: newlines are not allowed in format specifiers for single quoted {letter}-strings"
                            ),
                        );
                    }
                    return self.unterminated_fmt();
                }
                b'\\' => {
                    let next = self.peek(1);
                    if next == b'{' || next == b'}' {
                        self.i += 1;
                    } else if next == b'N' && self.peek(2) == b'{' && !raw {
                        self.i += 3;
                        while self.i < self.b.len()
                            && !matches!(self.b[self.i], b'}' | b'\n')
                            && self.b[self.i] != q
                        {
                            self.i += 1;
                        }
                        if self.peek(0) == b'}' {
                            self.i += 1;
                        }
                    } else {
                        self.i += 2;
                    }
                }
                b'{' if !in_spec && self.peek(1) == b'{' => self.i += 2,
                b'{' => {
                    self.open.push((b'{', self.i));
                    let depth = self.open.len();
                    if let Some(f) = self.fmts.last_mut() {
                        f.fields.push(Field { depth, in_spec: false });
                    }
                    self.i += 1;
                    return Ok(());
                }
                b'}' if in_spec => {
                    self.open.pop();
                    if let Some(f) = self.fmts.last_mut() {
                        f.fields.pop();
                    }
                    self.i += 1;
                    return Ok(());
                }
                b'}' if self.peek(1) == b'}' => self.i += 2,
                b'}' => {
                    return self.at(self.i, format!("{letter}-string: single '}}' is not allowed"));
                }
                _ => self.i += 1,
            }
        }
        self.unterminated_fmt()
    }

    fn close(&mut self, c: u8) -> Res {
        let at = self.i;
        let Some(&(opening, where_)) = self.open.last() else {
            return self.at(at, format!("unmatched '{}'", c as char));
        };
        let field = self.fmts.last().and_then(|f| f.fields.last().map(|x| (x.depth, f.letter)));
        let matches = matches!((opening, c), (b'(', b')') | (b'[', b']') | (b'{', b'}'));
        if !matches {
            if let Some((depth, letter)) = field
                && self.open.len() == depth
            {
                return self.at(at, format!("{letter}-string: unmatched '{}'", c as char));
            }
            let (line, _) = self.place(at);
            let (open_line, _) = self.place(where_);
            let mut msg = format!(
                "closing parenthesis '{}' does not match opening parenthesis '{}'",
                c as char, opening as char
            );
            if line != open_line {
                msg.push_str(&format!(" on line {open_line}"));
            }
            return self.at(at, msg);
        }
        if let Some((depth, _)) = field
            && self.open.len() == depth
            && let Some(f) = self.fmts.last_mut()
        {
            f.fields.pop();
        }
        self.open.pop();
        self.i += 1;
        Ok(())
    }
}

/// Line from 1 and column in code points from 1 of an offset, which may lie within a character.
pub fn place(src: &str, lines: &LineIndex, at: usize) -> (u32, i32) {
    let mut at = at.min(src.len());
    while !src.is_char_boundary(at) {
        at -= 1;
    }
    let l = lines.line(at);
    let col = src[lines.start(l)..at].chars().count() as i32 + 1;
    (l as u32 + 1, col)
}

/// The bracket that was never closed.
pub fn never_closed(src: &str, lines: &LineIndex, open: (u8, usize)) -> CompileError {
    let (line, col) = place(src, lines, open.1);
    let msg = format!("'{}' was never closed", open.0 as char);
    CompileError::raw(ErrorKind::Syntax, msg, line, col, line, 0)
}

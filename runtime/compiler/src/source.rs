//! From bytes to text: byte-order mark, coding cookie (PEP 263), newlines, and where lines start.

use crate::ast::Loc;
use crate::error::{CompileError, ErrorKind};

/// Start offsets of all lines.
#[derive(Debug)]
pub struct LineIndex {
    starts: Vec<u32>,
}

impl LineIndex {
    /// Lines end at `\n` only: [`normalize`] has replaced the rest.
    pub fn new(src: &str) -> Self {
        let mut starts = Vec::with_capacity(src.len() / 32 + 1);
        starts.push(0);
        for (i, &b) in src.as_bytes().iter().enumerate() {
            if b == b'\n' {
                starts.push(i as u32 + 1);
            }
        }
        LineIndex { starts }
    }

    /// Line (from 0) of a byte offset.
    pub fn line(&self, offset: usize) -> usize {
        self.starts.partition_point(|&s| s as usize <= offset) - 1
    }

    /// As [`line`](Self::line), quick when offsets come in nearly ascending order.
    pub fn line_near(&self, offset: usize, hint: &mut usize) -> usize {
        let mut l = (*hint).min(self.starts.len() - 1);
        if self.starts[l] as usize <= offset {
            for _ in 0..8 {
                match self.starts.get(l + 1) {
                    Some(&s) if s as usize <= offset => l += 1,
                    _ => {
                        *hint = l;
                        return l;
                    }
                }
            }
        }
        l = self.line(offset);
        *hint = l;
        l
    }

    /// Offset at which a line (from 0) starts.
    pub fn start(&self, line: usize) -> usize {
        self.starts.get(line).map_or(0, |&s| s as usize)
    }

    /// Number of lines.
    pub fn count(&self) -> usize {
        self.starts.len()
    }

    /// Text of a line (from 0) with its newline.
    pub fn text<'a>(&self, src: &'a str, line: usize) -> &'a str {
        let Some(&start) = self.starts.get(line) else { return "" };
        let end = self.starts.get(line + 1).map_or(src.len(), |&e| e as usize);
        &src[start as usize..end]
    }

    /// The location of a byte range.
    pub fn loc(&self, start: usize, end: usize) -> Loc {
        let l = self.line(start);
        let e = self.line(end);
        Loc {
            line: l as u32 + 1,
            end_line: e as u32 + 1,
            col: (start - self.start(l)) as u32,
            end_col: (end - self.start(e)) as u32,
        }
    }
}

/// `\r\n` and `\r` become `\n`, as Python's tokenizer does before it looks at anything.
pub fn normalize(src: &str) -> std::borrow::Cow<'_, str> {
    if !src.as_bytes().contains(&b'\r') {
        return src.into();
    }
    src.replace("\r\n", "\n").replace('\r', "\n").into()
}

/// The name in a coding cookie, if `line` has one.
fn cookie(line: &[u8]) -> Option<String> {
    let hash = line.iter().position(|&b| !matches!(b, b' ' | b'\t' | b'\x0c'))?;
    if line[hash] != b'#' {
        return None;
    }
    let rest = &line[hash..];
    let mut from = 0;
    while let Some(p) = rest[from..].windows(6).position(|w| w == b"coding") {
        let mut i = from + p + 6;
        from = i;
        if !matches!(rest.get(i), Some(b':' | b'=')) {
            continue;
        }
        i += 1;
        while matches!(rest.get(i), Some(b' ' | b'\t')) {
            i += 1;
        }
        let name: String = rest[i..]
            .iter()
            .take_while(|&&b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'))
            .map(|&b| b as char)
            .collect();
        if !name.is_empty() {
            return Some(normal_name(&name));
        }
    }
    None
}

/// utf-8 and latin-1 under all their spellings; others as they are.
fn normal_name(name: &str) -> String {
    let n: String = name
        .chars()
        .take(12)
        .map(|c| if c == '_' { '-' } else { c.to_ascii_lowercase() })
        .collect();
    if n == "utf-8" || n.starts_with("utf-8-") {
        return "utf-8".to_owned();
    }
    for l in ["latin-1", "iso-8859-1", "iso-latin-1"] {
        if n == l || n.starts_with(&format!("{l}-")) {
            return "iso-8859-1".to_owned();
        }
    }
    name.to_owned()
}

fn plain(msg: String) -> CompileError {
    CompileError::plain(ErrorKind::Syntax, msg)
}

/// The encoding that the first two lines declare, and whether a byte-order mark was there.
fn declared(bytes: &[u8]) -> Option<String> {
    let mut rest = bytes;
    for _ in 0..2 {
        let end = rest.iter().position(|&b| b == b'\n' || b == b'\r').unwrap_or(rest.len());
        let line = &rest[..end];
        if let Some(c) = cookie(line) {
            return Some(c);
        }
        // A second line counts only after a blank or comment line.
        let first = line.iter().find(|&&b| !matches!(b, b' ' | b'\t' | b'\x0c'));
        if first.is_some_and(|&b| b != b'#') {
            return None;
        }
        let skip = if rest[end..].starts_with(b"\r\n") { 2 } else { 1 };
        rest = rest.get(end + skip..).unwrap_or_default();
    }
    None
}

/// Source bytes to text, as Python reads a file or a bytes argument of `compile()`.
pub fn decode(bytes: &[u8]) -> Result<String, CompileError> {
    let (body, bom) = match bytes.strip_prefix(b"\xef\xbb\xbf") {
        Some(rest) => (rest, true),
        None => (bytes, false),
    };
    if body.contains(&0) {
        return Err(plain("source code string cannot contain null bytes".into()));
    }
    let name = declared(body);
    if bom
        && let Some(n) = &name
        && n != "utf-8"
    {
        return Err(plain(format!("encoding problem: {n} with BOM")));
    }
    let text = match name.as_deref() {
        None | Some("utf-8") => match std::str::from_utf8(body) {
            Ok(s) => s.to_owned(),
            Err(e) => return Err(not_utf8(body, e, name.is_some() || bom)),
        },
        Some("iso-8859-1") => body.iter().map(|&b| b as char).collect(),
        Some(n) if matches!(&*n.to_ascii_lowercase(), "ascii" | "us-ascii") => {
            match body.iter().position(|b| !b.is_ascii()) {
                None => body.iter().map(|&b| b as char).collect(),
                Some(p) => {
                    return Err(plain(format!(
                        "(unicode error) 'ascii' codec can't decode byte 0x{:02x} in position {p}: \
                         ordinal not in range(128)",
                        body[p]
                    )));
                }
            }
        }
        Some(n) => match encoding_rs::Encoding::for_label(n.replace('_', "-").as_bytes()) {
            // windows-1252 also answers to latin labels, which were taken above.
            Some(enc) => match enc.decode_without_bom_handling_and_without_replacement(body) {
                Some(s) => s.into_owned(),
                None => {
                    return Err(plain(format!(
                        "(unicode error) '{n}' codec can't decode bytes: illegal multibyte sequence"
                    )));
                }
            },
            None => return Err(plain(format!("unknown encoding: {n}"))),
        },
    };
    Ok(match normalize(&text) {
        std::borrow::Cow::Borrowed(_) => text,
        std::borrow::Cow::Owned(s) => s,
    })
}

fn not_utf8(body: &[u8], e: std::str::Utf8Error, declared: bool) -> CompileError {
    let at = e.valid_up_to();
    let bad = body[at];
    let line = 1 + body[..at].iter().filter(|&&b| b == b'\n').count() as u32;
    if declared {
        let why = if at + 1 >= body.len() || (e.error_len().is_none()) {
            "unexpected end of data"
        } else if matches!(bad, 0x80..=0xC1 | 0xF5..) {
            "invalid start byte"
        } else {
            "invalid continuation byte"
        };
        return CompileError::kind_at(
            ErrorKind::Syntax,
            format!(
                "(unicode error) 'utf-8' codec can't decode byte 0x{bad:02x} in position {at}: {why}"
            ),
            Loc::NONE,
        );
    }
    let mut err = plain(format!(
        "Non-UTF-8 code starting with '\\x{bad:02x}' on line {line}, but no encoding declared; \
         see https://peps.python.org/pep-0263/ for details"
    ));
    err.line = line;
    err.end_line = line;
    err
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cookies() {
        assert_eq!(
            decode(b"# -*- coding: latin-1 -*-\n'\xe9'").unwrap(),
            "# -*- coding: latin-1 -*-\n'\u{e9}'"
        );
        assert_eq!(
            decode(b"\n# vim: fileencoding=utf_8\nx").unwrap(),
            "\n# vim: fileencoding=utf_8\nx"
        );
        assert_eq!(decode(b"x = 1\r\ny\rz").unwrap(), "x = 1\ny\nz");
        assert_eq!(decode(b"\xef\xbb\xbfx").unwrap(), "x");
        assert!(decode(b"\xef\xbb\xbf# coding: ascii\n").unwrap_err().msg.contains("with BOM"));
        assert!(
            decode(b"# coding: nonsense\n").unwrap_err().msg.contains("unknown encoding: nonsense")
        );
        let e = decode(b"x\ny = '\xff'").unwrap_err();
        assert_eq!(
            e.msg,
            "Non-UTF-8 code starting with '\\xff' on line 2, but no encoding declared; \
             see https://peps.python.org/pep-0263/ for details"
        );
    }

    #[test]
    fn lines() {
        let l = LineIndex::new("ab\ncd\n\nx");
        assert_eq!(l.count(), 4);
        assert_eq!((l.line(0), l.line(2), l.line(3), l.line(6), l.line(7)), (0, 0, 1, 2, 3));
        let mut hint = 0;
        for o in [0, 5, 7, 1, 3] {
            assert_eq!(l.line_near(o, &mut hint), l.line(o));
        }
        assert_eq!(l.text("ab\ncd\n\nx", 1), "cd\n");
    }
}

//! The grammar of `str.format`: literal text, replacement fields, and the names in them.

use super::StrRef;
use super::unicode::decimal;

/// A piece of a format string. Ranges are places in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Piece {
    /// Literal text before the field.
    pub literal: (usize, usize),
    /// The field, if one follows.
    pub field: Option<Field>,
}

/// A replacement field: `{name!conversion:spec}`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Field {
    /// The name, with attributes and indices.
    pub name: (usize, usize),
    /// What comes after the colon.
    pub spec: (usize, usize),
    /// Whether the spec itself holds fields.
    pub nested: bool,
    /// The letter after `!`.
    pub conversion: Option<u32>,
}

/// Walks over the pieces of a format string; a `ValueError` text when it is ill-formed.
pub struct Pieces<'a> {
    text: StrRef<'a>,
    at: usize,
    end: usize,
}

const OPEN: u32 = b'{' as u32;
const CLOSE: u32 = b'}' as u32;

impl<'a> Pieces<'a> {
    /// The pieces of the part `start..end` of `text`.
    pub fn new(text: StrRef<'a>, start: usize, end: usize) -> Pieces<'a> {
        Pieces { text, at: start, end }
    }

    /// Where the next piece begins.
    pub fn place(&self) -> usize {
        self.at
    }

    fn next_char(&mut self) -> Option<u32> {
        if self.at >= self.end {
            return None;
        }
        let c = self.text.at(self.at);
        self.at += 1;
        Some(c)
    }

    fn parse(&mut self) -> Result<Piece, &'static str> {
        let start = self.at;
        let brace = loop {
            match self.next_char() {
                None => return Ok(Piece { literal: (start, self.at), field: None }),
                Some(c @ (OPEN | CLOSE)) => break c,
                Some(_) => {}
            }
        };
        let next = (self.at < self.end).then(|| self.text.at(self.at));
        if next == Some(brace) {
            // A doubled brace: one of the two belongs to the literal text.
            let literal = (start, self.at);
            self.at += 1;
            return Ok(Piece { literal, field: None });
        }
        if brace == CLOSE {
            return Err("Single '}' encountered in format string");
        }
        if next.is_none() {
            return Err("Single '{' encountered in format string");
        }
        let literal = (start, self.at - 1);
        Ok(Piece { literal, field: Some(self.field()?) })
    }

    fn field(&mut self) -> Result<Field, &'static str> {
        let start = self.at;
        let mut bracket = false;
        let stop = loop {
            match self.next_char() {
                None => return Err("expected '}' before end of string"),
                Some(0x5D) if bracket => bracket = false,
                Some(_) if bracket => {}
                Some(OPEN) => return Err("unexpected '{' in field name"),
                Some(0x5B) => bracket = true,
                Some(c @ (CLOSE | 0x3A | 0x21)) => break c,
                Some(_) => {}
            }
        };
        let name = (start, self.at - 1);
        let mut field = Field { name, spec: (0, 0), nested: false, conversion: None };
        if stop == CLOSE {
            return Ok(field);
        }
        if stop == 0x21 {
            let Some(c) = self.next_char() else {
                return Err("end of string while looking for conversion specifier");
            };
            field.conversion = Some(c);
            match self.next_char() {
                Some(CLOSE) => return Ok(field),
                Some(0x3A) => {}
                Some(_) => return Err("expected ':' after conversion specifier"),
                None => return Err("unmatched '{' in format spec"),
            }
        }
        let spec = self.at;
        let mut depth = 1;
        while let Some(c) = self.next_char() {
            match c {
                OPEN => {
                    field.nested = true;
                    depth += 1;
                }
                CLOSE => {
                    depth -= 1;
                    if depth == 0 {
                        field.spec = (spec, self.at - 1);
                        return Ok(field);
                    }
                }
                _ => {}
            }
        }
        Err("unmatched '{' in format spec")
    }
}

impl Iterator for Pieces<'_> {
    type Item = Result<Piece, &'static str>;
    fn next(&mut self) -> Option<Self::Item> {
        (self.at < self.end).then(|| self.parse())
    }
}

/// The first part of a field name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum First {
    /// Nothing: the next argument.
    Auto,
    /// An argument by number.
    Index(usize),
    /// An argument by name: the first so many code points.
    Name(usize),
}

/// A further part of a field name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// `.name`
    Attribute(usize, usize),
    /// `[number]`
    Index(usize),
    /// `[text]`
    Key(usize, usize),
}

/// Why a field name is wrong; all are `ValueError`s.
pub const TOO_MANY_DIGITS: &str = "Too many decimal digits in format string";

fn number(text: StrRef<'_>) -> Result<Option<usize>, &'static str> {
    if text.is_empty() {
        return Ok(None);
    }
    let mut n = 0usize;
    for c in text.chars() {
        let Some(d) = decimal(c) else { return Ok(None) };
        n = n
            .checked_mul(10)
            .and_then(|n| n.checked_add(d as usize))
            .filter(|&n| n <= isize::MAX as usize)
            .ok_or(TOO_MANY_DIGITS)?;
    }
    Ok(Some(n))
}

/// Splits a field name; the second result is where its further parts begin.
pub fn first_part(name: StrRef<'_>) -> Result<(First, usize), &'static str> {
    let len = name.chars().position(|c| c == 0x2E || c == 0x5B).unwrap_or(name.len());
    if len == 0 {
        return Ok((First::Auto, 0));
    }
    let first = match number(name.slice(0, len))? {
        Some(n) => First::Index(n),
        None => First::Name(len),
    };
    Ok((first, len))
}

/// The part of a field name at `at`, and where the next begins; None at the end.
pub fn next_part(name: StrRef<'_>, at: usize) -> Result<Option<(Part, usize)>, &'static str> {
    let n = name.len();
    if at >= n {
        return Ok(None);
    }
    match name.at(at) {
        0x2E => {
            let end = (at + 1..n).find(|&i| matches!(name.at(i), 0x2E | 0x5B)).unwrap_or(n);
            if end == at + 1 {
                return Err("Empty attribute in format string");
            }
            Ok(Some((Part::Attribute(at + 1, end), end)))
        }
        0x5B => {
            let Some(end) = (at + 1..n).find(|&i| name.at(i) == 0x5D) else {
                return Err("Missing ']' in format string");
            };
            if end == at + 1 {
                return Err("Empty attribute in format string");
            }
            let part = match number(name.slice(at + 1, end))? {
                Some(i) => Part::Index(i),
                None => Part::Key(at + 1, end),
            };
            Ok(Some((part, end + 1)))
        }
        _ => Err("Only '.' or '[' may follow ']' in format field specifier"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(s: &str) -> Result<Vec<Piece>, &'static str> {
        Pieces::new(StrRef::ascii(s), 0, s.len()).collect()
    }

    #[test]
    fn pieces() {
        let p = all("a{0.x[1]!r:>{w}}b{{").unwrap();
        assert_eq!(p.len(), 2);
        let f = p[0].field.unwrap();
        assert_eq!((f.name, f.spec, f.nested, f.conversion), ((2, 8), (11, 15), true, Some(0x72)));
        assert_eq!(p[1], Piece { literal: (16, 18), field: None });
        assert_eq!(all("{"), Err("Single '{' encountered in format string"));
        assert_eq!(all("}"), Err("Single '}' encountered in format string"));
        assert_eq!(all("{a"), Err("expected '}' before end of string"));
        assert_eq!(all("{!"), Err("end of string while looking for conversion specifier"));
        assert_eq!(all("{!rx}"), Err("expected ':' after conversion specifier"));
        assert_eq!(all("{a:{b}"), Err("unmatched '{' in format spec"));
        assert_eq!(all("{a{b}}"), Err("unexpected '{' in field name"));
    }

    #[test]
    fn names() {
        let s = StrRef::ascii("12.ab[3][k]");
        assert_eq!(first_part(s), Ok((First::Index(12), 2)));
        assert_eq!(next_part(s, 2), Ok(Some((Part::Attribute(3, 5), 5))));
        assert_eq!(next_part(s, 5), Ok(Some((Part::Index(3), 8))));
        assert_eq!(next_part(s, 8), Ok(Some((Part::Key(9, 10), 11))));
        assert_eq!(next_part(s, 11), Ok(None));
        assert_eq!(first_part(StrRef::ascii("[a]")), Ok((First::Auto, 0)));
    }
}

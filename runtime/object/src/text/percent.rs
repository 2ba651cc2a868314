//! The grammar of `%` formatting: `%(key)-+ #0width.precision` and a letter.

use super::StrRef;

/// A number in a conversion, or a `*` that takes it from the arguments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Count {
    /// Not given.
    None,
    /// Given in the text.
    Is(usize),
    /// The next argument.
    Arg,
}

/// One conversion.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Conversion {
    /// The key of the mapping, without its parentheses.
    pub key: Option<(usize, usize)>,
    /// `-`: on the left.
    pub left: bool,
    /// `+`: always a sign.
    pub sign: bool,
    /// A blank for a plus.
    pub blank: bool,
    /// `#`: the alternate form.
    pub alt: bool,
    /// `0`: fill with zeros.
    pub zero: bool,
    /// Least width.
    pub width: Count,
    /// Precision.
    pub precision: Count,
    /// The letter.
    pub letter: u32,
    /// Where the letter stands.
    pub letter_at: usize,
}

/// What is wrong with a conversion; all are `ValueError`s.
pub type Wrong = &'static str;

/// Parses the conversion after a `%`, which stands before `at`. Gives it and where it ends. The
/// parse itself takes no argument: a `*` is reported in order, width before precision.
pub fn conversion(text: StrRef<'_>, at: usize) -> Result<(Conversion, usize), Wrong> {
    let n = text.len();
    let mut i = at;
    let mut c = Conversion {
        key: None,
        left: false,
        sign: false,
        blank: false,
        alt: false,
        zero: false,
        width: Count::None,
        precision: Count::None,
        letter: 0,
        letter_at: 0,
    };
    if text.get(i) == Some(0x28) {
        let start = i + 1;
        let mut depth = 1;
        i = start;
        while depth > 0 {
            match text.get(i) {
                None => return Err("incomplete format key"),
                Some(0x28) => depth += 1,
                Some(0x29) => depth -= 1,
                Some(_) => {}
            }
            i += 1;
        }
        c.key = Some((start, i - 1));
    }
    loop {
        match text.get(i) {
            Some(0x2D) => c.left = true,
            Some(0x2B) => c.sign = true,
            Some(0x20) => c.blank = true,
            Some(0x23) => c.alt = true,
            Some(0x30) => c.zero = true,
            _ => break,
        }
        i += 1;
    }
    c.width = count(text, &mut i, isize::MAX as usize, "width too big")?;
    if text.get(i) == Some(0x2E) {
        i += 1;
        c.precision = match count(text, &mut i, i32::MAX as usize, "precision too big")? {
            Count::None => Count::Is(0),
            given => given,
        };
    }
    if matches!(text.get(i), Some(0x68 | 0x6C | 0x4C)) {
        i += 1;
    }
    if i >= n {
        return Err("incomplete format");
    }
    c.letter = text.at(i);
    c.letter_at = i;
    Ok((c, i + 1))
}

fn count(text: StrRef<'_>, i: &mut usize, most: usize, too_big: Wrong) -> Result<Count, Wrong> {
    if text.get(*i) == Some(0x2A) {
        *i += 1;
        return Ok(Count::Arg);
    }
    let mut value = None;
    while let Some(c @ 0x30..=0x39) = text.get(*i) {
        let digit = (c - 0x30) as usize;
        let next = value
            .unwrap_or(0usize)
            .checked_mul(10)
            .and_then(|v| v.checked_add(digit))
            .filter(|&v| v <= most)
            .ok_or(too_big)?;
        value = Some(next);
        *i += 1;
    }
    Ok(value.map_or(Count::None, Count::Is))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parses() {
        let (c, end) = conversion(StrRef::ascii("%(a(b))-05.*lf!"), 1).unwrap();
        assert_eq!(c.key, Some((2, 6)));
        assert!(c.left && c.zero && !c.alt);
        assert_eq!((c.width, c.precision), (Count::Is(5), Count::Arg));
        assert_eq!((c.letter, end), (0x66, 14));
        assert_eq!(conversion(StrRef::ascii("%(a"), 1), Err("incomplete format key"));
        assert_eq!(conversion(StrRef::ascii("%5"), 1), Err("incomplete format"));
        let big = StrRef::ascii("%99999999999999999999d");
        assert_eq!(conversion(big, 1), Err("width too big"));
    }
}

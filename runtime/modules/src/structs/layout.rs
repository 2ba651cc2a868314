//! Format strings of `_struct`: what is where.

/// One field, or pad bytes.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    /// The format character.
    pub code: u8,
    /// Where it lies.
    pub offset: usize,
    /// Bytes of one item; of the whole for `s` and `p`.
    pub size: usize,
    /// Items in a row; 1 for `s` and `p`.
    pub count: usize,
}

/// A parsed format.
#[derive(Clone, Debug)]
pub struct Layout {
    /// The fields with values, in order.
    pub fields: Vec<Field>,
    /// Bytes in all.
    pub size: usize,
    /// Values in all.
    pub values: usize,
    /// Whether the bytes of a number go from the most significant one down.
    pub big: bool,
}

fn size_of(code: u8, native: bool) -> Option<usize> {
    Some(match code {
        b'x' | b'c' | b'b' | b'B' | b'?' | b's' | b'p' => 1,
        b'h' | b'H' | b'e' => 2,
        b'i' | b'I' | b'f' => 4,
        b'l' | b'L' if !native => 4,
        b'l' | b'L' | b'q' | b'Q' | b'd' | b'F' => 8,
        b'n' | b'N' | b'P' if native => 8,
        b'D' => 16,
        _ => return None,
    })
}

fn alignment(code: u8, size: usize) -> usize {
    match code {
        b's' | b'p' => 1,
        b'F' => 4,
        b'D' => 8,
        _ => size,
    }
}

impl Layout {
    /// Parses a format; the text of a `struct.error` when it is wrong.
    pub fn parse(format: &[u8]) -> Result<Layout, &'static str> {
        let (mode, mut rest) = match format.split_first() {
            Some((&m @ (b'@' | b'=' | b'<' | b'>' | b'!'), rest)) => (m, rest),
            _ => (b'@', format),
        };
        let native = mode == b'@';
        let big = match mode {
            b'>' | b'!' => true,
            b'<' => false,
            _ => cfg!(target_endian = "big"),
        };
        let mut out = Layout { fields: Vec::new(), size: 0, values: 0, big };
        while let Some((&b, tail)) = rest.split_first() {
            rest = tail;
            if matches!(b, b' ' | 9..=13) {
                continue;
            }
            let mut count = 1usize;
            let mut code = b;
            if b.is_ascii_digit() {
                count = usize::from(b - b'0');
                loop {
                    let Some((&d, tail)) = rest.split_first() else {
                        return Err("repeat count given without format specifier");
                    };
                    rest = tail;
                    if !d.is_ascii_digit() {
                        code = d;
                        break;
                    }
                    count = count
                        .checked_mul(10)
                        .and_then(|n| n.checked_add(usize::from(d - b'0')))
                        .filter(|&n| n <= isize::MAX as usize)
                        .ok_or("total struct size too long")?;
                }
            }
            let size = size_of(code, native).ok_or("bad char in struct format")?;
            let total = size.checked_mul(count).ok_or("total struct size too long")?;
            let offset =
                if native { out.size.next_multiple_of(alignment(code, size)) } else { out.size };
            out.size = offset
                .checked_add(total)
                .filter(|&n| n <= isize::MAX as usize)
                .ok_or("total struct size too long")?;
            match code {
                b'x' => {}
                b's' | b'p' => {
                    out.values += 1;
                    out.fields.push(Field { code, offset, size: count, count: 1 });
                }
                _ if count == 0 => {}
                _ => {
                    out.values = out.values.saturating_add(count);
                    out.fields.push(Field { code, offset, size, count });
                }
            }
        }
        Ok(out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes() {
        let size = |f: &str| Layout::parse(f.as_bytes()).map(|l| l.size);
        assert_eq!(size("bi"), Ok(8));
        assert_eq!(size("<bi"), Ok(5));
        assert_eq!(size("x3q"), Ok(32));
        assert_eq!(size("b0i"), Ok(4));
        assert_eq!(size(">2s h"), Ok(4));
        assert_eq!(size("3"), Err("repeat count given without format specifier"));
        assert_eq!(size("<n"), Err("bad char in struct format"));
    }
}

//! Code words of compiled patterns, character sets and categories, as `re/_constants.py` numbers them.

use heddle_object::text::{case, unicode};

macro_rules! words {
    ($($i:literal $n:ident),* $(,)?) => { $(#[allow(missing_docs)] pub const $n: u32 = $i;)* };
}

words! {
    0 FAILURE, 1 SUCCESS, 2 ANY, 3 ANY_ALL, 4 ASSERT, 5 ASSERT_NOT, 6 AT, 7 BRANCH, 8 CATEGORY, 9 CHARSET,
    10 BIGCHARSET, 11 GROUPREF, 12 GROUPREF_EXISTS, 13 IN, 14 INFO, 15 JUMP, 16 LITERAL, 17 MARK, 18 MAX_UNTIL,
    19 MIN_UNTIL, 20 NOT_LITERAL, 21 NEGATE, 22 RANGE, 23 REPEAT, 24 REPEAT_ONE, 25 SUBPATTERN, 26 MIN_REPEAT_ONE,
    27 ATOMIC_GROUP, 28 POSSESSIVE_REPEAT, 29 POSSESSIVE_REPEAT_ONE, 30 GROUPREF_IGNORE, 31 IN_IGNORE,
    32 LITERAL_IGNORE, 33 NOT_LITERAL_IGNORE, 34 GROUPREF_LOC_IGNORE, 35 IN_LOC_IGNORE, 36 LITERAL_LOC_IGNORE,
    37 NOT_LITERAL_LOC_IGNORE, 38 GROUPREF_UNI_IGNORE, 39 IN_UNI_IGNORE, 40 LITERAL_UNI_IGNORE,
    41 NOT_LITERAL_UNI_IGNORE, 42 RANGE_UNI_IGNORE,
}
words! {
    0 AT_BEGINNING, 1 AT_BEGINNING_LINE, 2 AT_BEGINNING_STRING, 3 AT_BOUNDARY, 4 AT_NON_BOUNDARY, 5 AT_END,
    6 AT_END_LINE, 7 AT_END_STRING, 8 AT_LOC_BOUNDARY, 9 AT_LOC_NON_BOUNDARY, 10 AT_UNI_BOUNDARY,
    11 AT_UNI_NON_BOUNDARY,
}

/// Pattern begins with a literal prefix.
pub const INFO_PREFIX: u32 = 1;
/// Pattern begins with a character of a set.
pub const INFO_CHARSET: u32 = 4;
/// No upper bound.
pub const MAXREPEAT: u32 = u32::MAX;
/// `_sre.MAGIC`
pub const MAGIC: i64 = 20230612;
/// Bytes of a code word.
pub const CODESIZE: i64 = 4;

/// Lower case within ASCII.
#[inline(always)]
pub fn lower_ascii(c: u32) -> u32 {
    if c.wrapping_sub('A' as u32) < 26 { c + 32 } else { c }
}
/// Upper case within ASCII.
#[inline(always)]
pub fn upper_ascii(c: u32) -> u32 {
    if c.wrapping_sub('a' as u32) < 26 { c - 32 } else { c }
}
/// Simple lower case: one code point.
#[inline]
pub fn lower_unicode(c: u32) -> u32 {
    if c < 128 {
        return lower_ascii(c);
    }
    // U+0130 has a lower case of two code points; its simple one is `i`.
    if c == 0x130 { 'i' as u32 } else { case::lower(c).codes()[0] }
}
/// Simple upper case: one code point.
pub fn upper_unicode(c: u32) -> u32 {
    if c < 128 {
        return upper_ascii(c);
    }
    let m = case::upper(c);
    match m.codes() {
        [one] => *one,
        _ => c,
    }
}
/// Case-insensitive equality in the C locale.
#[inline]
pub fn same_locale(a: u32, b: u32) -> bool {
    a == b || lower_ascii(a) == b || upper_ascii(a) == b
}

/// `[A-Za-z0-9_]`
#[inline]
pub fn is_word_ascii(c: u32) -> bool {
    c < 128 && ((c as u8).is_ascii_alphanumeric() || c == '_' as u32)
}
/// `\w`
#[inline]
pub fn is_word_unicode(c: u32) -> bool {
    if c < 128 { is_word_ascii(c) } else { unicode::is_alnum(c) }
}

fn space_ascii(c: u32) -> bool {
    matches!(c, 9..=13 | 32)
}
fn digit_ascii(c: u32) -> bool {
    c.wrapping_sub('0' as u32) < 10
}

/// Whether a character is in a category.
pub fn category(cat: u32, c: u32) -> bool {
    let nl = '\n' as u32;
    match cat {
        0 => digit_ascii(c),
        1 => !digit_ascii(c),
        2 => space_ascii(c),
        3 => !space_ascii(c),
        4 | 8 => is_word_ascii(c),
        5 | 9 => !is_word_ascii(c),
        6 => c == nl,
        7 => c != nl,
        10 => {
            if c < 128 {
                digit_ascii(c)
            } else {
                unicode::is_decimal(c)
            }
        }
        11 => {
            if c < 128 {
                !digit_ascii(c)
            } else {
                !unicode::is_decimal(c)
            }
        }
        12 => unicode::is_space(c),
        13 => !unicode::is_space(c),
        14 => is_word_unicode(c),
        15 => !is_word_unicode(c),
        16 => unicode::is_line_break(c),
        17 => !unicode::is_line_break(c),
        _ => false,
    }
}

/// Whether a character is in the set whose words begin at `pc`.
pub fn charset(code: &[u32], pc: u32, c: u32) -> bool {
    let mut i = pc as usize;
    let mut ok = true;
    loop {
        match code[i] {
            FAILURE => return !ok,
            LITERAL => {
                if c == code[i + 1] {
                    return ok;
                }
                i += 2;
            }
            RANGE => {
                if code[i + 1] <= c && c <= code[i + 2] {
                    return ok;
                }
                i += 3;
            }
            RANGE_UNI_IGNORE => {
                let u = upper_unicode(c);
                if (code[i + 1] <= c && c <= code[i + 2]) || (code[i + 1] <= u && u <= code[i + 2])
                {
                    return ok;
                }
                i += 3;
            }
            NEGATE => {
                ok = !ok;
                i += 1;
            }
            CATEGORY => {
                if category(code[i + 1], c) {
                    return ok;
                }
                i += 2;
            }
            CHARSET => {
                if c < 256 && code[i + 1 + (c >> 5) as usize] & (1 << (c & 31)) != 0 {
                    return ok;
                }
                i += 1 + 8;
            }
            BIGCHARSET => {
                let blocks = code[i + 1] as usize;
                let table = i + 2;
                if c < 65536 {
                    let hi = (c >> 8) as usize;
                    let block = code[table + hi / 4].to_ne_bytes()[hi % 4] as usize;
                    let word = code[table + 64 + block * 8 + ((c & 255) >> 5) as usize];
                    if word & (1 << (c & 31)) != 0 {
                        return ok;
                    }
                }
                i = table + 64 + blocks * 8;
            }
            _ => return false,
        }
    }
}

/// Checks that a program is well formed: every jump and index stays inside. Programs come from Python code, so this is
/// what stands between a hostile list of numbers and an index out of range.
pub fn validate(code: &[u32], groups: usize) -> bool {
    code.last() == Some(&SUCCESS) && check(code, 0, code.len(), groups, 0).is_some()
}

fn check(code: &[u32], from: usize, to: usize, groups: usize, depth: usize) -> Option<()> {
    if depth > 500 || to > code.len() {
        return None;
    }
    let mut i = from;
    let word = |i: usize| if i < to { Some(code[i] as usize) } else { None };
    while i < to {
        let op = code[i];
        match op {
            SUCCESS | FAILURE | ANY | ANY_ALL | MAX_UNTIL | MIN_UNTIL => i += 1,
            LITERAL
            | NOT_LITERAL
            | LITERAL_IGNORE
            | NOT_LITERAL_IGNORE
            | LITERAL_UNI_IGNORE
            | NOT_LITERAL_UNI_IGNORE
            | LITERAL_LOC_IGNORE
            | NOT_LITERAL_LOC_IGNORE
            | AT
            | CATEGORY => {
                word(i + 1)?;
                i += 2;
            }
            MARK => {
                (word(i + 1)? < 2 * groups).then_some(())?;
                i += 2;
            }
            GROUPREF | GROUPREF_IGNORE | GROUPREF_UNI_IGNORE | GROUPREF_LOC_IGNORE => {
                (word(i + 1)? < groups).then_some(())?;
                i += 2;
            }
            IN | IN_IGNORE | IN_UNI_IGNORE | IN_LOC_IGNORE => {
                let end = i + 1 + word(i + 1)?;
                (end <= to && end > i + 2).then_some(())?;
                check_set(code, i + 2, end)?;
                i = end;
            }
            INFO => {
                let end = i + 1 + word(i + 1)?;
                (end <= to && end > i + 4).then_some(())?;
                let flags = code[i + 2];
                if flags & INFO_PREFIX != 0 {
                    let n = word(i + 5)?;
                    (i + 7 + 2 * n <= end).then_some(())?;
                } else if flags & INFO_CHARSET != 0 {
                    check_set(code, i + 5, end)?;
                }
                i = end;
            }
            JUMP => {
                let end = i + 1 + word(i + 1)?;
                (end <= code.len()).then_some(())?;
                i += 2;
            }
            BRANCH => {
                let mut at = i + 1;
                loop {
                    let skip = word(at)?;
                    if skip == 0 {
                        break;
                    }
                    (at + skip < to).then_some(())?;
                    check(code, at + 1, at + skip, groups, depth + 1)?;
                    at += skip;
                }
                i = at + 1;
            }
            REPEAT_ONE | MIN_REPEAT_ONE | POSSESSIVE_REPEAT_ONE | REPEAT | POSSESSIVE_REPEAT => {
                let end = i + 1 + word(i + 1)?;
                (end <= to && end >= i + 4).then_some(())?;
                let (min, max) = (code[i + 2], code[i + 3]);
                (min <= max).then_some(())?;
                check(code, i + 4, end, groups, depth + 1)?;
                if op == REPEAT {
                    matches!(code.get(end), Some(&MAX_UNTIL | &MIN_UNTIL)).then_some(())?;
                }
                i = end;
            }
            ATOMIC_GROUP => {
                let end = i + 1 + word(i + 1)?;
                (end <= to).then_some(())?;
                check(code, i + 2, end, groups, depth + 1)?;
                i = end;
            }
            ASSERT | ASSERT_NOT => {
                let end = i + 1 + word(i + 1)?;
                (end <= to && end >= i + 3).then_some(())?;
                check(code, i + 3, end, groups, depth + 1)?;
                i = end;
            }
            GROUPREF_EXISTS => {
                (word(i + 1)? < groups).then_some(())?;
                let skip = word(i + 2)?;
                (skip >= 1 && i + 1 + skip <= to).then_some(())?;
                i += 3;
            }
            _ => return None,
        }
    }
    (i == to).then_some(())
}

fn check_set(code: &[u32], from: usize, to: usize) -> Option<()> {
    let mut i = from;
    while i < to {
        i += match code[i] {
            FAILURE => return Some(()),
            NEGATE => 1,
            LITERAL | CATEGORY => 2,
            RANGE | RANGE_UNI_IGNORE => 3,
            CHARSET => 9,
            BIGCHARSET => {
                let n = *code.get(i + 1)? as usize;
                if i + 66 + n * 8 > to {
                    return None;
                }
                let blocks = &code[i + 2..i + 66];
                if blocks.iter().any(|w| w.to_ne_bytes().iter().any(|b| *b as usize >= n)) {
                    return None;
                }
                66 + n * 8
            }
            _ => return None,
        };
    }
    None
}

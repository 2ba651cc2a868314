//! Limits on nesting, checked on the characters before the parser builds a tree.
//!
//! Parsing grows the stack, but dropping a very deep tree would overflow it, so programs that nest
//! deeper than Python allows are refused here, and trees are dropped on a stack that is big enough.

use crate::ast::Loc;
use crate::error::{CompileError, ErrorKind};
use crate::source::LineIndex;

/// Python's own limits.
const MAX_BRACKETS: usize = 200;
const MAX_INDENT: usize = 100;
/// Operators that may follow one another without an operand between.
const MAX_UNARY: usize = 6000;

/// Refuses what nests too deeply; answers how deep the tree may be at most.
pub fn check(src: &str, lines: &LineIndex) -> Result<usize, CompileError> {
    let b = src.as_bytes();
    let mut depth = 0usize;
    let mut unary = 0usize;
    let mut chain = 0usize;
    let mut longest = 0usize;
    let mut elifs = 0usize;
    let mut indents: Vec<usize> = vec![0];
    let mut i = 0;
    let mut line_start = true;
    while i < b.len() {
        if line_start && depth == 0 {
            line_start = false;
            let start = i;
            let mut width = 0;
            while i < b.len() {
                match b[i] {
                    b' ' => width += 1,
                    b'\t' => width = (width / 8 + 1) * 8,
                    b'\x0c' => width = 0,
                    _ => break,
                }
                i += 1;
            }
            if i < b.len() && !matches!(b[i], b'\n' | b'#') {
                while indents.len() > 1 && indents.last().is_some_and(|&w| w > width) {
                    indents.pop();
                }
                if indents.last().is_some_and(|&w| w < width) {
                    indents.push(width);
                    if indents.len() > MAX_INDENT {
                        return Err(CompileError::kind_at(
                            ErrorKind::Indentation,
                            "too many levels of indentation",
                            lines.loc(start, i),
                        ));
                    }
                }
            }
            continue;
        }
        match b[i] {
            b'\n' => {
                line_start = true;
                if depth == 0 {
                    unary = 0;
                    longest = longest.max(chain);
                    chain = 0;
                }
            }
            b'#' => {
                while i < b.len() && b[i] != b'\n' {
                    i += 1;
                }
                continue;
            }
            b'\\' => {
                i += 2;
                continue;
            }
            q @ (b'\'' | b'"') => {
                unary = 0;
                i = skip_string(b, i, q);
                continue;
            }
            b'(' | b'[' | b'{' => {
                depth += 1;
                chain += 1;
                unary = 0;
                if depth > MAX_BRACKETS {
                    return Err(CompileError::at(
                        "too many nested parentheses",
                        lines.loc(i, i + 1),
                    ));
                }
            }
            b')' | b']' | b'}' => {
                depth = depth.saturating_sub(1);
                unary = 0;
            }
            b'-' | b'+' | b'~' => {
                unary += 1;
                chain += 1;
                if unary > MAX_UNARY {
                    return Err(too_deep());
                }
            }
            b' ' | b'\t' => {}
            c if c.is_ascii_alphabetic() => {
                let start = i;
                while i < b.len() && (b[i].is_ascii_alphanumeric() || b[i] == b'_') {
                    i += 1;
                }
                if matches!(&b[start..i], b"not" | b"lambda" | b"await") {
                    unary += 1;
                    if unary > MAX_UNARY {
                        return Err(too_deep());
                    }
                } else {
                    unary = 0;
                }
                match &b[start..i] {
                    b"elif" => elifs += 1,
                    b"if" | b"not" | b"lambda" | b"await" => chain += 1,
                    _ => {}
                }
                continue;
            }
            b':' => {}
            b'.' | b'*' | b'/' | b'%' | b'@' | b'&' | b'|' | b'^' | b'<' | b'>' => {
                unary = 0;
                chain += 1;
            }
            _ => unary = 0,
        }
        i += 1;
    }
    Ok(longest.max(chain) + elifs)
}

fn too_deep() -> CompileError {
    CompileError::kind_at(
        ErrorKind::Memory,
        "Parser stack overflowed - Python source too complex to parse",
        Loc::NONE,
    )
}

/// After the string that starts at `i`. Replacement fields are skipped with it: a bracket inside an
/// f-string is checked by nobody, which costs only stack that grows.
fn skip_string(b: &[u8], i: usize, q: u8) -> usize {
    let triple = b[i..].starts_with(&[q, q, q]);
    let mut j = i + if triple { 3 } else { 1 };
    while j < b.len() {
        if b[j] == b'\\' {
            j += 2;
        } else if triple {
            if b[j..].starts_with(&[q, q, q]) {
                return j + 3;
            }
            j += 1;
        } else if b[j] == q {
            return j + 1;
        } else if b[j] == b'\n' {
            return j;
        } else {
            j += 1;
        }
    }
    b.len()
}

/// Drops a tree of up to `depth` levels on a stack that holds it.
pub fn drop_deep<T>(tree: T, depth: usize) {
    stacker::maybe_grow(depth * 512 + 128 * 1024, depth * 512 + 1024 * 1024, || drop(tree));
}

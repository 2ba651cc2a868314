//! Python's words for what the parser rejects.
//!
//! The parser says what it expected; Python's messages say what is wrong. After a failed parse the
//! tokens are looked at again, most telling complaints first.

use ruff_python_ast::token::{Token, TokenKind as T};
mod look;
mod names;
mod parser;
mod tokens;

use ruff_python_ast::Mod as RMod;
use ruff_python_parser::{ParseError, ParseErrorType as PErr, Parsed};

use crate::Mode;

use crate::ast::{Stmt, StmtKind};
use crate::error::{CompileError, ErrorKind};
use crate::source::LineIndex;

/// Offset of a `match` that follows `;` and made the parser fail.
pub fn soft_keyword_after_semi(src: &str, e: &ParseError) -> Option<usize> {
    let until = e.location.end().to_usize().min(src.len());
    let from = src[..until].rfind('\n').map_or(0, |p| p + 1);
    let end = src[until..].find('\n').map_or(src.len(), |p| until + p);
    let line = &src[from..end];
    let mut at = 0;
    while let Some(p) = line[at..].find("match") {
        let p = at + p;
        at = p + 5;
        if line[..p].trim_end().ends_with(';')
            && !line[p + 5..].starts_with(|c: char| c.is_alphanumeric() || c == '_')
        {
            return Some(from + p);
        }
    }
    None
}

/// `compile(..., 'single')` takes one statement.
pub fn check_single(src: &str, lines: &LineIndex, body: &[Stmt]) -> Result<(), CompileError> {
    let Some(first) = body.first() else {
        return Err(CompileError::at("invalid syntax", lines.loc(0, 0)));
    };
    let compound = matches!(
        first.kind,
        StmtKind::FunctionDef(_)
            | StmtKind::ClassDef(_)
            | StmtKind::For { .. }
            | StmtKind::While { .. }
            | StmtKind::If { .. }
            | StmtKind::With { .. }
            | StmtKind::Match { .. }
            | StmtKind::Try { .. }
    );
    if compound && let Some(second) = body.get(1) {
        return Err(CompileError::at("invalid syntax", second.loc));
    }
    if body.windows(2).any(|w| !same_logical(src, lines, &w[0], &w[1])) {
        return Err(CompileError::plain(
            ErrorKind::Syntax,
            "multiple statements found while compiling a single statement",
        ));
    }
    Ok(())
}

/// Whether two simple statements stand on one logical line, joined by `;`.
fn same_logical(src: &str, lines: &LineIndex, a: &Stmt, b: &Stmt) -> bool {
    let from = lines.start(a.loc.end_line as usize - 1) + a.loc.end_col as usize;
    let to = lines.start(b.loc.line as usize - 1) + b.loc.col as usize;
    src.get(from..to).is_some_and(|t| t.contains(';'))
}

struct Look<'a> {
    src: &'a str,
    lines: &'a LineIndex,
    tokens: Vec<Token>,
}

/// The error that Python would report for a failed parse.
pub fn explain(src: &str, lines: &LineIndex, parsed: &Parsed<RMod>, _mode: Mode) -> CompileError {
    let found = crate::parse::scan::scan(src, lines);
    if let Some(e) = found.error {
        // Some of these stop Python only when its parser gets there; the others win from anywhere.
        let soft = e.kind != ErrorKind::Syntax
            || e.msg.starts_with("unexpected character after line")
            || e.msg == "unexpected EOF while parsing";
        let place =
            |o: &ParseError| crate::parse::scan::place(src, lines, o.location.start().to_usize());
        let first = parsed.errors().iter().min_by_key(|e| e.location.start());
        let indent = first.filter(|f| f.error == PErr::UnexpectedIndentation);
        let parser_first = match (soft, first, indent) {
            (true, Some(f), _) => {
                let (line, col) = place(f);
                (line, col + 1) < (e.line, e.col_offset as i32)
            }
            (false, _, Some(i)) => place(i).0 <= e.line,
            _ => false,
        };
        if !parser_first {
            return e;
        }
    }
    let tokens: Vec<Token> = parsed
        .tokens()
        .iter()
        .filter(|t| !matches!(t.kind(), T::Comment | T::NonLogicalNewline))
        .copied()
        .collect();
    let look = Look { src, lines, tokens };
    let first = parsed.errors().iter().min_by_key(|e| e.location.start());
    let Some(first) = first else {
        let u = &parsed.unsupported_syntax_errors()[0];
        if let ruff_python_parser::UnsupportedSyntaxErrorKind::UnpackingInComprehension(_) = u.kind
        {
            let dict = src[u.range].starts_with("**");
            let what = if dict {
                "dict unpacking cannot be used in dict comprehension"
            } else {
                "iterable unpacking cannot be used in comprehension"
            };
            return look.at(u.range.start().to_usize(), u.range.end().to_usize(), what);
        }
        return look.at(u.range.start().to_usize(), u.range.end().to_usize(), "invalid syntax");
    };
    let at = first.location.start().to_usize();
    let err = look.missing_block(at).unwrap_or_else(|| look.explain(first));
    if let Some(&open) = found.open.last() {
        let at_end = at >= src.trim_end().len();
        if at_end || lines.line(at.min(src.len())) > lines.line(open.1) {
            return crate::parse::scan::never_closed(src, lines, open);
        }
    }
    err
}

/// Whether the text ends where more was expected.
pub fn incomplete(mut e: CompileError, src: &str) -> CompileError {
    let last =
        src.trim_end_matches([' ', '\t', '\n']).bytes().filter(|&b| b == b'\n').count() as u32 + 1;
    let open = e.msg.ends_with("was never closed")
        || e.msg.starts_with("unterminated triple-quoted")
        || e.msg.starts_with("expected an indented block") && e.line >= last
        || e.msg.starts_with("expected 'except' or 'finally'") && e.line >= last
        || e.msg == "invalid syntax" && e.line > last
        || src.lines().all(|l| l.trim().is_empty() || l.trim_start().starts_with('#'))
        || e.msg == "unexpected EOF while parsing";
    if open {
        e.kind = ErrorKind::Incomplete;
        e.msg = "incomplete input".to_owned();
    }
    e
}

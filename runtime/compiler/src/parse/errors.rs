//! Python's words for what the parser rejects.
//!
//! The parser says what it expected; Python's messages say what is wrong. After a failed parse the
//! tokens are looked at again, most telling complaints first.

use ruff_python_ast::Mod as RMod;
use ruff_python_ast::token::{Token, TokenKind as T};
use ruff_python_parser::{
    InterpolatedStringErrorType as IErr, LexicalErrorType as LErr, ParseError,
    ParseErrorType as PErr, Parsed,
};

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
    let bad = body.iter().skip(1).any(|s| {
        compound || s.loc.line != first.loc.end_line && !same_logical(src, lines, first, s)
    });
    if bad {
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
pub fn explain(src: &str, lines: &LineIndex, parsed: &Parsed<RMod>, mode: Mode) -> CompileError {
    let tokens: Vec<Token> = parsed
        .tokens()
        .iter()
        .filter(|t| !matches!(t.kind(), T::Comment | T::NonLogicalNewline))
        .copied()
        .collect();
    let look = Look { src, lines, tokens };
    let Some(first) = parsed.errors().first() else {
        let u = &parsed.unsupported_syntax_errors()[0];
        return look.at(u.range.start().to_usize(), u.range.end().to_usize(), "invalid syntax");
    };
    let _ = mode;
    look.explain(first)
}

impl Look<'_> {
    fn at(&self, start: usize, end: usize, msg: impl Into<String>) -> CompileError {
        CompileError::at(msg, self.lines.loc(start, end))
    }

    fn explain(&self, e: &ParseError) -> CompileError {
        let (start, end) = (e.location.start().to_usize(), e.location.end().to_usize());
        match &e.error {
            PErr::Lexical(l) => self.lexical(l, start, end),
            PErr::FStringError(i) => self.at(start, end, format!("f-string: {}", interpolated(i))),
            PErr::TStringError(i) => self.at(start, end, format!("t-string: {}", interpolated(i))),
            PErr::UnexpectedIndentation => CompileError::kind_at(
                ErrorKind::Indentation,
                "unexpected indent",
                self.lines.loc(start, end),
            ),
            _ => self.at(start, end, "invalid syntax"),
        }
    }

    fn lexical(&self, l: &LErr, start: usize, end: usize) -> CompileError {
        match l {
            LErr::IndentationError => CompileError::kind_at(
                ErrorKind::Indentation,
                "unindent does not match any outer indentation level",
                self.lines.loc(start, end),
            ),
            _ => self.at(start, end, "invalid syntax"),
        }
    }
}

fn interpolated(i: &IErr) -> &'static str {
    match i {
        IErr::UnclosedLbrace => "expecting '}'",
        IErr::InvalidConversionFlag => "invalid conversion character",
        IErr::SingleRbrace => "single '}' is not allowed",
        IErr::UnterminatedString => "unterminated string",
        IErr::UnterminatedTripleQuotedString => "unterminated triple-quoted string",
        IErr::LambdaWithoutParentheses => "lambda expressions are not allowed without parentheses",
        IErr::ConversionFlagNotImmediatelyAfterExclamation => {
            "conversion type must come right after the exclamation mark"
        }
        IErr::NewlineInFormatSpec => {
            "newlines are not allowed in format specifiers when using single quotes"
        }
    }
}

/// Whether the text ends where more was expected.
pub fn incomplete(mut e: CompileError, src: &str) -> CompileError {
    let last =
        src.trim_end_matches([' ', '\t', '\n']).bytes().filter(|&b| b == b'\n').count() as u32 + 1;
    let open = e.msg.ends_with("was never closed")
        || e.msg.starts_with("unterminated triple-quoted")
        || e.msg.starts_with("expected an indented block") && e.line >= last
        || e.msg == "unexpected EOF while parsing";
    if open {
        e.kind = ErrorKind::Incomplete;
        e.msg = "incomplete input".to_owned();
    }
    e
}

//! Finding one's way among the tokens.

use ruff_python_ast::Expr;
use ruff_python_ast::token::TokenKind as T;
use ruff_text_size::Ranged;

use super::Look;
use super::names::*;
use crate::error::{CompileError, ErrorKind};

impl Look<'_> {
    pub(super) fn at(&self, start: usize, end: usize, msg: impl Into<String>) -> CompileError {
        CompileError::at(msg, self.lines.loc(start, end))
    }

    pub(super) fn kind(&self, k: usize) -> T {
        self.tokens.get(k).map_or(T::EndOfFile, |t| t.kind())
    }

    pub(super) fn start(&self, k: usize) -> usize {
        self.tokens.get(k).map_or(self.src.len(), |t| t.range().start().to_usize())
    }

    pub(super) fn end(&self, k: usize) -> usize {
        self.tokens.get(k).map_or(self.src.len(), |t| t.range().end().to_usize())
    }

    pub(super) fn text(&self, k: usize) -> &str {
        self.src.get(self.start(k)..self.end(k)).unwrap_or_default()
    }

    /// Index of the first token at or after an offset.
    pub(super) fn token_at(&self, at: usize) -> usize {
        self.tokens.partition_point(|t| t.range().start().to_usize() < at)
    }

    /// An error that covers one token.
    pub(super) fn on(&self, k: usize, msg: impl Into<String>) -> CompileError {
        let (start, mut end) = (self.start(k), self.end(k));
        if matches!(self.kind(k), T::Newline | T::EndOfFile) {
            // The newline is one column wide, wherever it is.
            let (line, col) = crate::parse::scan::place(self.src, self.lines, start);
            return CompileError::raw(ErrorKind::Syntax, msg, line, col, line, col + 1);
        }
        if end == start {
            end += 1;
        }
        self.at(start, end.min(self.src.len().max(start)), msg)
    }

    pub(super) fn span(&self, a: usize, b: usize, msg: impl Into<String>) -> CompileError {
        self.at(self.start(a), self.end(b), msg)
    }

    pub(super) fn generic(&self, at: usize) -> CompileError {
        let k = self.token_at(at);
        match self.kind(k) {
            T::Indent => self.indentation(k, "unexpected indent"),
            T::Dedent => self.on(k, "invalid syntax"),
            _ => self.on(k, "invalid syntax"),
        }
    }

    pub(super) fn indentation(&self, k: usize, msg: &str) -> CompileError {
        let l = self.lines.line(self.end(k));
        let line_text = self.lines.text(self.src, l);
        let width = line_text.len() - line_text.trim_start_matches([' ', '\t', '\x0c']).len();
        let line = l as u32 + 1;
        CompileError::raw(ErrorKind::Indentation, msg, line, width as i32, line, -1)
    }

    /// First token of the logical line that holds token `k`.
    pub(super) fn line_start(&self, k: usize) -> usize {
        let mut i = k.min(self.tokens.len());
        while i > 0 && !matches!(self.kind(i - 1), T::Newline | T::Indent | T::Dedent) {
            i -= 1;
        }
        i
    }

    /// Index of the token that ends the logical line of `k`.
    pub(super) fn line_end(&self, k: usize) -> usize {
        let mut i = k;
        while i < self.tokens.len() && !matches!(self.kind(i), T::Newline | T::EndOfFile | T::Semi)
        {
            i += 1;
        }
        i
    }

    /// Brackets open before token `k` on its logical line.
    pub(super) fn depth(&self, k: usize) -> i32 {
        let mut d = 0;
        for i in self.line_start(k)..k {
            match self.kind(i) {
                T::Lpar | T::Lsqb | T::Lbrace => d += 1,
                T::Rpar | T::Rsqb | T::Rbrace => d -= 1,
                _ => {}
            }
        }
        d
    }

    /// Token that closes the bracket around token `k`.
    pub(super) fn closing(&self, k: usize) -> usize {
        let mut d = 0;
        for i in k..self.tokens.len() {
            match self.kind(i) {
                T::Lpar | T::Lsqb | T::Lbrace => d += 1,
                T::Rpar | T::Rsqb | T::Rbrace => {
                    if d == 0 {
                        return i;
                    }
                    d -= 1;
                }
                _ => {}
            }
        }
        k
    }

    /// First token of the operand chain that ends with token `p`.
    pub(super) fn operand_start(&self, p: usize) -> usize {
        let mut i = p;
        let mut d = 0;
        loop {
            match self.kind(i) {
                T::Rpar | T::Rsqb | T::Rbrace => d += 1,
                T::Lpar | T::Lsqb | T::Lbrace => {
                    if d == 0 {
                        return i + 1;
                    }
                    d -= 1;
                }
                T::Comma
                | T::Equal
                | T::Colon
                | T::Newline
                | T::Indent
                | T::Dedent
                | T::Semi
                | T::ColonEqual
                | T::If
                | T::Else
                | T::For
                | T::In
                | T::Lambda
                | T::Return
                | T::FStringMiddle
                | T::FStringStart
                | T::Yield
                | T::Assert
                | T::Del
                | T::Raise
                | T::From
                | T::Import
                | T::As
                | T::While
                | T::Elif
                | T::With
                    if d == 0 =>
                {
                    return i + 1;
                }
                _ => {}
            }
            if i == 0 {
                return 0;
            }
            i -= 1;
        }
    }

    /// Last token of the expression that starts with token `k`.
    pub(super) fn operand_end(&self, k: usize) -> usize {
        let mut d = 0;
        let mut i = k;
        while i < self.tokens.len() {
            match self.kind(i) {
                T::Lpar | T::Lsqb | T::Lbrace => d += 1,
                T::Rpar | T::Rsqb | T::Rbrace => {
                    if d == 0 {
                        break;
                    }
                    d -= 1;
                }
                T::Comma
                | T::Equal
                | T::Colon
                | T::Newline
                | T::For
                | T::Semi
                | T::ColonEqual
                | T::EndOfFile
                | T::Async
                    if d == 0 =>
                {
                    break;
                }
                kind if d == 0
                    && i > k
                    && ends_expression(self.kind(i - 1))
                    && starts_plain(kind) =>
                {
                    break;
                }
                _ => {}
            }
            i += 1;
        }
        i.saturating_sub(1).max(k)
    }

    /// Whether the innermost open bracket before `k` is that of a call.
    pub(super) fn call_bracket(&self, k: usize) -> bool {
        let mut d = 0;
        let mut i = k;
        while i > 0 {
            i -= 1;
            match self.kind(i) {
                T::Rpar | T::Rsqb | T::Rbrace => d += 1,
                T::Lpar | T::Lsqb | T::Lbrace if d > 0 => d -= 1,
                T::Lpar => return i > 0 && ends_expression(self.kind(i - 1)),
                T::Lsqb | T::Lbrace => return false,
                _ => {}
            }
        }
        false
    }

    /// The expression in a range, parsed again.
    pub(super) fn expression(&self, start: usize, end: usize) -> Option<Expr> {
        let text = self.src.get(start..end)?;
        // Brackets let it span lines.
        let text = format!("({text}\n)");
        let parsed = ruff_python_parser::parse_expression(&text).ok()?;
        Some(*parsed.into_syntax().body)
    }

    /// Whether token `k` stands in the parameter list of a `def`.
    pub(super) fn parameters(&self, k: usize, line: usize) -> bool {
        let def = if self.kind(line) == T::Async { line + 1 } else { line };
        self.kind(def) == T::Def && self.depth(k) == 1
    }

    /// First token in the bracket around token `k`.
    pub(super) fn bracket_start(&self, k: usize) -> usize {
        let mut d = 0;
        let mut i = k;
        while i > 0 {
            i -= 1;
            match self.kind(i) {
                T::Rpar | T::Rsqb | T::Rbrace => d += 1,
                T::Lpar | T::Lsqb | T::Lbrace if d > 0 => d -= 1,
                T::Lpar | T::Lsqb | T::Lbrace => return i + 1,
                _ => {}
            }
        }
        0
    }

    /// Whether a bare tuple stands between the open bracket and token `k`.
    pub(super) fn tuple_before(&self, k: usize) -> bool {
        let a = self.bracket_start(k);
        let mut d = 0;
        (a..k).any(|i| {
            match self.kind(i) {
                T::Lpar | T::Lsqb | T::Lbrace => d += 1,
                T::Rpar | T::Rsqb | T::Rbrace => d -= 1,
                T::Comma => return d == 0,
                _ => {}
            }
            false
        })
    }
}

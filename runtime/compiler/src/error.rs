//! What compilation reports: one error, any number of warnings.

use crate::ast::Loc;
use crate::source::LineIndex;

/// Which exception to raise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    /// `SyntaxError`
    Syntax,
    /// `IndentationError`
    Indentation,
    /// `TabError`
    Tab,
    /// `_IncompleteInputError`: more text could make this a program (interactive use).
    Incomplete,
    /// `RecursionError`
    Recursion,
    /// `MemoryError`: nested too deeply for the parser.
    Memory,
    /// `OverflowError`
    Overflow,
    /// `ValueError`
    Value,
    /// `SystemError`: the compiler contradicts itself.
    Internal,
}

/// A failed compilation, with the fields of Python's `SyntaxError`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CompileError {
    pub kind: ErrorKind,
    pub msg: String,
    /// From 1; 0 where no line is known.
    pub line: u32,
    /// In code points, from 1; 0 where unknown.
    pub col_offset: u32,
    pub end_line: u32,
    /// Below 1 where Python leaves it open.
    pub end_col: i32,
    /// The line's text with its newline, if known.
    pub text: Option<String>,
    /// Byte columns, until [`CompileError::resolve`] counts code points.
    loc: Option<Loc>,
}

impl CompileError {
    /// A `SyntaxError` at `loc`.
    pub fn at(msg: impl Into<String>, loc: Loc) -> Self {
        Self::kind_at(ErrorKind::Syntax, msg, loc)
    }

    /// An error of any kind at `loc`.
    pub fn kind_at(kind: ErrorKind, msg: impl Into<String>, loc: Loc) -> Self {
        CompileError {
            kind,
            msg: msg.into(),
            line: if loc.has_line() { loc.line } else { 0 },
            col_offset: 0,
            end_line: if loc.has_line() { loc.end_line } else { 0 },
            end_col: 0,
            text: None,
            loc: loc.has_line().then_some(loc),
        }
    }

    /// An error whose columns are final: code points from 1.
    pub fn raw(
        kind: ErrorKind,
        msg: impl Into<String>,
        line: u32,
        col: i32,
        end_line: u32,
        end_col: i32,
    ) -> Self {
        CompileError {
            kind,
            msg: msg.into(),
            line,
            col_offset: col.max(0) as u32,
            end_line,
            end_col,
            text: None,
            loc: None,
        }
    }

    /// An error that belongs to no place.
    pub fn plain(kind: ErrorKind, msg: impl Into<String>) -> Self {
        Self::kind_at(kind, msg, Loc::NONE)
    }

    /// Turns byte columns into code points and adds the line's text.
    pub fn resolve(mut self, src: &str, lines: &LineIndex) -> Self {
        let line_text = |n: u32| lines.text(src, (n as usize).wrapping_sub(1));
        let Some(loc) = self.loc.take() else {
            if self.line > 0 && self.text.is_none() {
                self.text = Some(with_newline(line_text(self.line)));
            }
            return self;
        };
        let points = |text: &str, col: u32| {
            let col = (col as usize).min(text.len());
            let cut = (0..=col).rev().find(|&i| text.is_char_boundary(i)).unwrap_or(0);
            text[..cut].chars().count() as u32 + 1
        };
        let first = line_text(loc.line);
        if loc.col != u32::MAX {
            self.col_offset = points(first, loc.col);
            self.end_col = points(line_text(loc.end_line), loc.end_col) as i32;
        }
        self.text = Some(with_newline(first));
        self
    }
}

fn with_newline(line: &str) -> String {
    let mut text = line.to_owned();
    if !text.ends_with('\n') && !text.is_empty() {
        text.push('\n');
    }
    text
}

impl std::fmt::Display for CompileError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} (line {})", self.msg, self.line)
    }
}

impl std::error::Error for CompileError {}

/// A `SyntaxWarning` to be issued once the program is compiled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Warning {
    pub message: String,
    pub loc: Loc,
}

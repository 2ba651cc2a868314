//! What the tokens around a failure tell, whatever the parser said.

use ruff_python_ast::Expr;
use ruff_python_ast::token::TokenKind as T;

use super::Look;
use super::names::*;
use crate::error::{CompileError, ErrorKind};

impl Look<'_> {
    /// A header without a block before `limit`.
    pub(super) fn missing_block(&self, limit: usize) -> Option<CompileError> {
        for k in 1..self.tokens.len() {
            if self.kind(k) != T::Newline || self.kind(k - 1) != T::Colon {
                continue;
            }
            if self.start(k) > limit {
                return None;
            }
            if self.kind(k + 1) == T::Indent {
                continue;
            }
            let h = self.line_start(k - 1);
            let mut first = h;
            if self.kind(h) == T::Async {
                first += 1;
            }
            let what = match self.kind(first) {
                T::Def => "function definition".to_owned(),
                T::Class => "class definition".to_owned(),
                T::Except if self.kind(first + 1) == T::Star => "'except*' statement".to_owned(),
                T::If
                | T::Elif
                | T::Else
                | T::For
                | T::While
                | T::With
                | T::Try
                | T::Except
                | T::Finally
                | T::Match
                | T::Case => format!("'{}' statement", self.text(first)),
                _ => continue,
            };
            let line = self.lines.line(self.start(h)) + 1;
            let msg = format!("expected an indented block after {what} on line {line}");
            let mut next = k + 1;
            while self.kind(next) == T::Dedent {
                next += 1;
            }
            let mut e = self.on(next, msg);
            e.kind = ErrorKind::Indentation;
            if next >= self.tokens.len() || self.kind(next) == T::EndOfFile {
                let (l, _) = crate::parse::scan::place(self.src, self.lines, self.start(k));
                let text = self.lines.text(self.src, l as usize - 1).trim_end_matches('\n');
                let col = text.chars().count() as i32 + 1;
                e = CompileError::raw(ErrorKind::Indentation, e.msg, l, col, l, -1);
            }
            return Some(e);
        }
        None
    }

    /// Complaints that the tokens around the failure tell, whatever the parser said.
    pub(super) fn by_tokens(&self, k: usize) -> Option<CompileError> {
        let line = self.line_start(k);
        let prev = k.checked_sub(1);
        let cur = self.kind(k);
        // print "x"
        if let Some(p) = prev
            && p == line
            && self.kind(p) == T::Name
            && matches!(self.text(p), "print" | "exec")
            && starts_expression(cur)
        {
            let name = self.text(p);
            let last = self.line_end(k);
            let msg = format!("Missing parentheses in call to '{name}'. Did you mean {name}(...)?");
            return Some(self.span(p, last.saturating_sub(1).max(k), msg));
        }
        if cur == T::From && self.kind(line) == T::Import {
            let mut last = k + 1;
            while self.kind(last + 1) == T::Dot {
                last += 2;
            }
            return Some(self.span(
                line,
                last,
                "Did you mean to use 'from ... import ...' instead?",
            ));
        }
        if let Some(e) = self.in_field(k) {
            return Some(e);
        }
        if matches!(self.kind(line), T::Def)
            && self.kind(line + 1) == T::Name
            && k == line + 2
            && cur != T::Lsqb
        {
            return Some(self.on(k, "expected '('"));
        }
        if self.kind(line) == T::Async
            && self.kind(line + 1) == T::Def
            && k == line + 3
            && cur != T::Lsqb
        {
            return Some(self.on(k, "expected '('"));
        }
        if let Some(p) = prev {
            // f(a=)
            if self.kind(p) == T::Equal && matches!(cur, T::Comma | T::Rpar) && self.depth(k) > 0 {
                let params = matches!(self.kind(line), T::Def)
                    || self.kind(line) == T::Async && self.kind(line + 1) == T::Def;
                let lambda = self.tokens[line..p].iter().any(|t| t.kind() == T::Lambda);
                if params || lambda {
                    return Some(self.on(p, "expected default value expression"));
                }
                if p >= 1 && self.kind(p - 1) == T::Name {
                    return Some(self.span(p - 1, p, "expected argument value expression"));
                }
            }
            if let Some(e) = self.forgotten_comma(p, k) {
                return Some(e);
            }
            // x if y
            if let Some(e) = self.missing_else(k) {
                return Some(e);
            }
        }
        // if x = 3:
        if cur == T::Equal
            && let Some(e) = self.maybe_equal(k, line)
        {
            return Some(e);
        }
        if cur == T::Elif && k == line && self.follows_else(k) {
            return Some(self.on(k, "'elif' block follows an 'else' block"));
        }
        None
    }

    /// Whether the clause before token `k` on the same level is an `else`.
    pub(super) fn follows_else(&self, k: usize) -> bool {
        let col = |t: usize| self.start(t) - self.lines.start(self.lines.line(self.start(t)));
        let here = col(k);
        let mut i = k;
        while i > 0 {
            i = self.line_start(i - 1);
            if col(i) == here && matches!(self.kind(i), T::If | T::Elif | T::Else) {
                return self.kind(i) == T::Else;
            }
            if i == 0 || col(i) < here {
                return false;
            }
            while i > 0 && matches!(self.kind(i - 1), T::Newline | T::Indent | T::Dedent) {
                i -= 1;
            }
        }
        false
    }

    /// Two expressions side by side in brackets.
    pub(super) fn forgotten_comma(&self, p: usize, k: usize) -> Option<CompileError> {
        if !ends_expression(self.kind(p)) || !starts_plain(self.kind(k)) {
            return None;
        }
        // A prefix that is no prefix, or a word that may start a statement.
        if self.kind(p) == T::Name
            && matches!(self.kind(k), T::String | T::FStringStart | T::TStringStart)
        {
            return None;
        }
        if matches!(self.kind(p), T::Match | T::Case | T::Type) {
            return None;
        }
        if matches!(self.kind(p), T::String)
            && self.kind(k) == T::Name
            && self.kind(k + 1) == T::String
            || self.kind(p) == T::String && self.kind(k) == T::Name && self.depth(k) == 0
        {
            let mut last = k;
            while last < self.tokens.len()
                && self.kind(last) != T::String
                && self.kind(last) != T::Newline
            {
                last += 1;
            }
            if self.kind(last) == T::String {
                let to = if self.kind(k + 1) == T::String { last } else { k };
                let from = if to == last { p } else { k };
                let mut to = to;
                while from == k && to + 1 < last && self.kind(to + 1) == T::Name {
                    to += 1;
                }
                return Some(self.span(
                    from,
                    to,
                    "invalid syntax. Is this intended to be part of the string?",
                ));
            }
        }
        if self.depth(k) == 0 {
            return None;
        }
        let a = self.operand_start(p);
        let b = self.operand_end(k);
        Some(self.span(a, b, "invalid syntax. Perhaps you forgot a comma?"))
    }

    pub(super) fn missing_else(&self, k: usize) -> Option<CompileError> {
        if !matches!(
            self.kind(k),
            T::Newline
                | T::Rpar
                | T::Rsqb
                | T::Rbrace
                | T::Comma
                | T::EndOfFile
                | T::Colon
                | T::Equal
        ) {
            return None;
        }
        let line = self.line_start(k);
        let mut d = 0;
        let mut i = k;
        while i > line {
            i -= 1;
            match self.kind(i) {
                T::Rpar | T::Rsqb | T::Rbrace => d += 1,
                T::Lpar | T::Lsqb | T::Lbrace => {
                    if d == 0 {
                        return None;
                    }
                    d -= 1;
                }
                T::Else | T::For | T::Comma | T::Colon | T::Equal if d == 0 => return None,
                T::If if d == 0 => {
                    if i == line || !ends_expression(self.kind(i - 1)) || k == i + 1 {
                        return None;
                    }
                    let a = self.operand_start(i - 1);
                    if matches!(self.kind(a), T::Pass | T::Break | T::Continue) {
                        return None;
                    }
                    return Some(self.span(a, k - 1, "expected 'else' after 'if' expression"));
                }
                _ => {}
            }
        }
        None
    }

    /// `=` where a comparison was meant.
    pub(super) fn maybe_equal(&self, k: usize, line: usize) -> Option<CompileError> {
        let p = k.checked_sub(1)?;
        let a = self.operand_start(p);
        if a > p || a < line {
            return None;
        }
        let in_call = self.depth(k) > 0 && self.call_bracket(k);
        let (start, end) = (self.start(a), self.end(p));
        let x = self.expression(start, end)?;
        if in_call {
            if matches!(x, Expr::BooleanLiteral(_) | Expr::NoneLiteral(_)) {
                return Some(self.span(a, k, format!("cannot assign to {}", expr_name(&x))));
            }
            return Some(self.span(
                a,
                k,
                "expression cannot contain assignment, perhaps you meant \"==\"?",
            ));
        }
        if starts_expression(self.kind(k + 1))
            && !matches!(self.kind(k + 1), T::Lambda | T::Not | T::Yield)
        {
            let b = self.operand_end(k + 1);
            if matches!(self.kind(b + 1), T::Equal | T::ColonEqual) {
                return None;
            }
            if matches!(x, Expr::Name(_)) {
                return Some(self.span(
                    a,
                    b,
                    "invalid syntax. Maybe you meant '==' or ':=' instead of '='?",
                ));
            }
            if is_plain_operand(&x) {
                return Some(self.span(
                    a,
                    p,
                    format!(
                        "cannot assign to {} here. Maybe you meant '==' instead of '='?",
                        expr_name(&x)
                    ),
                ));
            }
        }
        None
    }

    /// `as` followed by something that is no name.
    pub(super) fn bad_as_target(&self, k: usize, line: usize) -> Option<CompileError> {
        let as_ = (line..k).rev().take(3).find(|&i| self.kind(i) == T::As)?;
        let a = as_ + 1;
        let b = self.operand_end(a);
        let x = self.expression(self.start(a), self.end(b))?;
        if matches!(x, Expr::Name(_)) {
            return None;
        }
        let name = expr_name(&x);
        let msg = match self.kind(line) {
            T::Except if self.kind(line + 1) == T::Star => {
                format!("cannot use except* statement with {name}")
            }
            T::Except => format!("cannot use except statement with {name}"),
            T::Import | T::From => format!("cannot use {name} as import target"),
            T::Case => format!("cannot use {name} as pattern target"),
            _ => return None,
        };
        Some(self.span(a, b, msg))
    }

    /// Trouble inside a replacement field.
    pub(super) fn in_field(&self, k: usize) -> Option<CompileError> {
        let mut letters: Vec<char> = Vec::new();
        for t in &self.tokens[..k.min(self.tokens.len())] {
            match t.kind() {
                T::FStringStart => letters.push('f'),
                T::TStringStart => letters.push('t'),
                T::FStringEnd | T::TStringEnd => {
                    letters.pop();
                }
                _ => {}
            }
        }
        let letter = *letters.last()?;
        let p = k.checked_sub(1)?;
        let opens = |i: usize| {
            self.kind(i) == T::Lbrace
                && i > 0
                && matches!(
                    self.kind(i - 1),
                    T::FStringStart
                        | T::FStringMiddle
                        | T::TStringStart
                        | T::TStringMiddle
                        | T::Rbrace
                        | T::Colon
                )
        };
        if opens(p) {
            let shown = match self.kind(k) {
                T::Lambda => return None,
                T::Rbrace => "}",
                T::Exclamation => "!",
                T::Colon => ":",
                T::Equal => "=",
                _ => {
                    let msg = format!("{letter}-string: expecting a valid expression after '{{'");
                    return Some(self.on(k, msg));
                }
            };
            return Some(
                self.on(k, format!("{letter}-string: valid expression required before '{shown}'")),
            );
        }
        if self.kind(k) == T::Unknown && ends_expression(self.kind(p)) && opens(p.wrapping_sub(1)) {
            return Some(
                self.on(k, format!("{letter}-string: expecting '=', or '!', or ':', or '}}'")),
            );
        }
        None
    }
}

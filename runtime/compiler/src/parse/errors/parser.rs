//! Python's words for each of the parser's complaints.

use ruff_python_ast::Expr;
use ruff_python_ast::token::TokenKind as T;
use ruff_python_parser::{
    InterpolatedStringErrorType as IErr, LexicalErrorType as LErr, ParseError,
    ParseErrorType as PErr,
};
use ruff_text_size::Ranged;

use super::Look;
use super::names::*;
use crate::error::{CompileError, ErrorKind};

impl Look<'_> {
    pub(super) fn explain(&self, e: &ParseError) -> CompileError {
        let (start, end) = (e.location.start().to_usize(), e.location.end().to_usize());
        let mut k = self.token_at(start);
        while self.kind(k) == T::Dedent {
            k += 1;
        }
        if let Some(err) = self.by_tokens(k) {
            return err;
        }
        match &e.error {
            PErr::Lexical(l) => self.lexical(l, start, end),
            PErr::FStringError(i) => self.formatted(i, k, 'f'),
            PErr::TStringError(i) => self.formatted(i, k, 't'),
            PErr::UnexpectedIndentation => self.indentation(k, "unexpected indent"),
            PErr::InvalidAssignmentTarget => self.bad_target(start, end),
            PErr::InvalidDeleteTarget => match self.expression(start, end) {
                Some(x) => self.at(start, end, format!("cannot delete {}", expr_name(&x))),
                None => self.generic(start),
            },
            PErr::InvalidNamedAssignmentTarget => match self.expression(start, end) {
                Some(x) => self.at(
                    start,
                    end,
                    format!("cannot use assignment expressions with {}", expr_name(&x)),
                ),
                None => self.generic(start),
            },
            PErr::InvalidAugmentedAssignmentTarget => self.bad_augmented(start, end),
            PErr::InvalidAnnotatedAssignmentTarget => {
                self.at(start, end, "illegal target for annotation")
            }
            PErr::PositionalAfterKeywordArgument => {
                self.on(self.closing(k), "positional argument follows keyword argument")
            }
            PErr::PositionalAfterKeywordUnpacking => {
                self.on(self.closing(k), "positional argument follows keyword argument unpacking")
            }
            PErr::InvalidArgumentUnpackingOrder => {
                let star = if self.kind(k) == T::Star { k } else { k.saturating_sub(1) };
                let b = self.operand_end(star + 1);
                self.span(
                    star.saturating_sub(1),
                    b,
                    "iterable argument unpacking follows keyword argument unpacking",
                )
            }
            PErr::IterableUnpackingInComprehension => {
                self.at(start, end, "iterable unpacking cannot be used in comprehension")
            }
            PErr::UnparenthesizedGeneratorExpression => {
                self.at(start, end, "Generator expression must be parenthesized")
            }
            PErr::InvalidStarredExpressionUsage => {
                let before = k.checked_sub(1).map_or(T::Newline, |p| self.kind(p));
                let after = self.kind(self.token_at(end));
                let dict = matches!(after, T::Comma | T::Rbrace) && self.depth(k) > 0;
                if before == T::Colon && dict {
                    self.at(start, end, "cannot use a starred expression in a dictionary value")
                } else if before == T::Lpar && after == T::Rpar {
                    self.at(start, end, "cannot use starred expression here")
                } else if after == T::Colon && before != T::Newline {
                    self.generic(end)
                } else if matches!(
                    before,
                    T::Newline
                        | T::Indent
                        | T::Dedent
                        | T::Semi
                        | T::Return
                        | T::Yield
                        | T::Equal
                        | T::Lsqb
                        | T::Lpar
                        | T::Comma
                        | T::In
                ) && !(before == T::Equal && self.kind(self.line_start(k)) == T::Type)
                {
                    self.at(start, end, "can't use starred expression here")
                } else {
                    self.generic(start)
                }
            }
            PErr::ParamAfterVarKeywordParam => {
                self.on(k, "arguments cannot follow var-keyword argument")
            }
            PErr::NonDefaultParamAfterDefaultParam => {
                self.on(k, "parameter without a default follows parameter with a default")
            }
            PErr::VarParameterWithDefault => {
                let mut q = k;
                while q > 0 && self.kind(q) != T::Equal {
                    q -= 1;
                }
                let mut p = q;
                while p > 0 && !matches!(self.kind(p), T::Star | T::DoubleStar) {
                    p -= 1;
                }
                let what =
                    if self.kind(p) == T::DoubleStar { "var-keyword" } else { "var-positional" };
                self.on(q, format!("{what} argument cannot have default value"))
            }
            PErr::ExpectedKeywordParam
                if !matches!(self.kind(k), T::Rpar | T::Colon | T::DoubleStar | T::Comma) =>
            {
                self.generic(start)
            }
            PErr::ExpectedKeywordParam => {
                let mut p = k;
                while p > 0 && self.kind(p) != T::Star {
                    p -= 1;
                }
                let lambda =
                    self.tokens[self.line_start(p)..p].iter().any(|t| t.kind() == T::Lambda);
                self.on(if lambda { p + 1 } else { p }, "named arguments must follow bare *")
            }
            PErr::EmptyTypeParams => {
                let mut p = k;
                while p > 0 && self.kind(p) != T::Lsqb {
                    p -= 1;
                }
                self.on(p + 1, "Type parameter list cannot be empty")
            }
            PErr::EmptyImportNames if self.kind(k) != T::Newline => self.generic(start),
            PErr::EmptyImportNames => {
                let (line, col) = crate::parse::scan::place(self.src, self.lines, self.start(k));
                CompileError::raw(
                    ErrorKind::Syntax,
                    "Expected one or more names after 'import'",
                    line,
                    col,
                    line,
                    col,
                )
            }
            PErr::OtherError(m) => self.other(m, k, start, end),
            PErr::ExpectedToken { expected, .. } => self.expected(*expected, k),
            PErr::ExpectedExpression
                if matches!(self.kind(k), T::Rbrace | T::Comma)
                    && k > 0
                    && self.kind(k - 1) == T::Colon
                    && self.depth(k) > 0 =>
            {
                self.on(k - 1, "expression expected after dictionary key and ':'")
            }
            PErr::ExpectedExpression => self.expected(T::Unknown, k),
            PErr::InvalidMatchPatternTarget => self.at(start, end, "cannot use '_' as a target"),
            _ => self.generic(start),
        }
    }

    pub(super) fn bad_target(&self, start: usize, end: usize) -> CompileError {
        let Some(x) = self.expression(start, end) else { return self.generic(start) };
        let name = expr_name(&x);
        if matches!(x, Expr::Yield(_) | Expr::YieldFrom(_)) {
            return self.at(start, end, "assignment to yield expression not possible");
        }
        let first = self.token_at(start);
        let after = self.token_at(end);
        let line = self.line_start(first);
        let mut open = first;
        while open > line && self.kind(open - 1) == T::Lpar {
            open -= 1;
        }
        let mut close = after;
        while self.kind(close) == T::Rpar {
            close += 1;
        }
        if open == line && self.kind(close) == T::Equal && is_plain_operand(&x) {
            let rhs = close + 1;
            let b = self.operand_end(rhs);
            let plain = starts_expression(self.kind(rhs))
                && !matches!(self.kind(rhs), T::Lambda | T::Not | T::Yield | T::Star)
                && !matches!(self.kind(b + 1), T::Equal | T::ColonEqual);
            if plain {
                return self.at(
                    start,
                    end,
                    format!("cannot assign to {name} here. Maybe you meant '==' instead of '='?"),
                );
            }
        }
        self.at(start, end, format!("cannot assign to {name}"))
    }

    pub(super) fn bad_augmented(&self, start: usize, end: usize) -> CompileError {
        match self.expression(start, end) {
            Some(x) => {
                let msg = format!(
                    "'{}' is an illegal expression for augmented assignment",
                    expr_name(&x)
                );
                self.at(start, end, msg)
            }
            None => self.generic(start),
        }
    }

    pub(super) fn expected(&self, expected: T, k: usize) -> CompileError {
        let cur = self.kind(k);
        let line = self.line_start(k);
        if let Some(e) = self.bad_as_target(k, line) {
            return e;
        }
        let prev = k.checked_sub(1).map_or(T::Newline, |p| self.kind(p));
        match expected {
            T::Rpar
                if cur == T::Lpar
                    && matches!(prev, T::Comma | T::Lpar)
                    && self.parameters(k, line) =>
            {
                let close = self.closing(k + 1);
                self.span(k, close, "Function parameters cannot be parenthesized")
            }
            T::Colon if cur == T::Lpar && matches!(prev, T::Comma | T::Lambda) => {
                let close = self.closing(k + 1);
                self.span(k, close, "Lambda expression parameters cannot be parenthesized")
            }
            T::Rsqb | T::Rbrace if cur == T::For && self.tuple_before(k) => {
                let a = self.bracket_start(k);
                self.span(a, k - 1, "did you forget parentheses around the comprehension target?")
            }
            T::Rsqb if cur == T::Colon && matches!(prev, T::Name) => {
                let star = k.checked_sub(2).map_or(T::Newline, |p| self.kind(p));
                let what = match star {
                    T::Star => "TypeVarTuple",
                    T::DoubleStar => "ParamSpec",
                    _ => return self.on(k, "invalid syntax"),
                };
                let how = if self.kind(k + 1) == T::Lpar { "constraints" } else { "bound" };
                self.on(k, format!("cannot use {how} with {what}"))
            }
            T::Colon if cur == T::Rbrace || cur == T::Comma && self.depth(k) > 0 => {
                self.on(k.saturating_sub(1), "':' expected after dictionary key")
            }
            T::Comma if cur == T::Equal => {
                let a = self.operand_start(k - 1);
                if self.kind(a) == T::DoubleStar {
                    return self.span(a, k, "cannot assign to keyword argument unpacking");
                }
                self.on(k, "invalid syntax")
            }
            T::Colon => {
                let mut first = line;
                if self.kind(first) == T::Async {
                    first += 1;
                }
                let forced = matches!(self.kind(first), T::Def | T::Try | T::Else | T::Finally);
                let header = matches!(
                    self.kind(first),
                    T::If
                        | T::Elif
                        | T::While
                        | T::For
                        | T::With
                        | T::Class
                        | T::Except
                        | T::Match
                        | T::Case
                        | T::Lambda
                );
                if self.depth(k) == 0 && (forced || header && cur == T::Newline) {
                    return self.on(k, "expected ':'");
                }
                self.on(k, "invalid syntax")
            }
            T::In => {
                // for x if ...
                let mut p = k;
                while p > line && self.kind(p) != T::For {
                    p -= 1;
                }
                if self.depth(k) > 0 {
                    return self.on(k, "'in' expected after for-loop variables");
                }
                self.on(k, "invalid syntax")
            }
            T::Import if self.kind(line) == T::From => self.on(k, "invalid syntax"),
            _ if is_augmented(cur) && line < k => {
                let (start, end) = (self.start(line), self.end(k - 1));
                self.bad_augmented(start, end)
            }
            _ => self.on(k, "invalid syntax"),
        }
    }

    pub(super) fn other(&self, m: &str, k: usize, start: usize, end: usize) -> CompileError {
        let says = |s: &str| m.starts_with(s);
        if says("Only single target") {
            // A tuple without brackets is reported at its first element.
            let bare = !matches!(self.kind(k), T::Lpar | T::Lsqb);
            let end = if bare { self.end(self.operand_end(k)) } else { end };
            return self.at(start, end, m.replacen("Only", "only", 1));
        }
        if says("Cannot mix t-string") {
            return self.at(
                start,
                end,
                "cannot mix t-string literals with string or bytes literals",
            );
        }
        if says("Bytes literal cannot") {
            return self.at(start, end, "cannot mix bytes and nonbytes literals");
        }
        if says("Positional patterns cannot") {
            return self.on(k, "positional patterns follow keyword patterns");
        }
        if says("Trailing comma not allowed") {
            let (line, col) = crate::parse::scan::place(self.src, self.lines, end);
            let msg = "trailing comma not allowed without surrounding parentheses";
            return CompileError::raw(ErrorKind::Syntax, msg, line, col, line, col + 1);
        }
        if says("Expected a parameter name") {
            let eq = self.token_at(end);
            if self.kind(eq) == T::Equal {
                return match self.kind(k) {
                    T::True | T::False | T::None => {
                        self.span(k, eq, format!("cannot assign to {}", self.text(k)))
                    }
                    T::Star => self.span(k, eq, "cannot assign to iterable argument unpacking"),
                    _ => self.span(
                        k,
                        eq,
                        "expression cannot contain assignment, perhaps you meant \"==\"?",
                    ),
                };
            }
        }
        if says("Expected an identifier, but found a keyword") {
            let statement = matches!(self.kind(k), T::Pass | T::Break | T::Continue);
            if statement && self.kind(k + 1) == T::If {
                return self.on(k, "expected expression before 'if', but statement is given");
            }
            if statement && k > 0 && self.kind(k - 1) == T::Else && self.line_start(k) != k - 1 {
                return self.on(k, "expected expression after 'else', but statement is given");
            }
        }
        let msg = match m {
            "'/' parameter must appear before '*' parameter" => "/ must be ahead of *",
            "Only one '/' separator allowed" => "/ may appear only once",
            "Only one '*' parameter allowed" | "Only one '*' separator allowed" => {
                "* argument may appear only once"
            }
            "Only one '**' parameter allowed" => "arguments cannot follow var-keyword argument",
            "Position-only parameter separator not allowed as first parameter" => {
                "at least one argument must precede /"
            }
            "Expected one or more exception types" => "expected one or more exception types",
            "Expected `except` or `finally` after `try` block" => {
                let mut p = k;
                while matches!(self.kind(p), T::Dedent) {
                    p += 1;
                }
                if self.kind(p) == T::EndOfFile {
                    let last = (0..p).rev().find(|&i| self.kind(i) == T::Newline).unwrap_or(p);
                    let (line, _) =
                        crate::parse::scan::place(self.src, self.lines, self.start(last));
                    let line = line + 1;
                    return CompileError::raw(
                        ErrorKind::Syntax,
                        "expected 'except' or 'finally' block",
                        line,
                        1,
                        line,
                        1,
                    );
                }
                return self.on(p, "expected 'except' or 'finally' block");
            }
            "Cannot have both 'except' and 'except*' on the same 'try'" => {
                let star = self.kind(k + 1) == T::Star;
                let last = if star { k + 1 } else { k };
                return self.span(
                    k,
                    last,
                    "cannot have both 'except' and 'except*' on the same 'try'",
                );
            }
            "Multiple exception types must be parenthesized when using `as`" => {
                let colon = (k..self.tokens.len()).find(|&i| self.kind(i) == T::Colon);
                return self.span(
                    k,
                    colon.map_or(k, |c| c.saturating_sub(1)),
                    "multiple exception types must be parenthesized when using 'as'",
                );
            }
            "Boolean 'not' expression cannot be used here" => {
                let b = self.operand_end(k + 1);
                return self.span(k, b, "'not' after an operator must be parenthesized");
            }
            "Expected an import name" | "Expected an import name or a ')'" => "",
            "Expected symbol after `as`" => {
                let b = self.operand_end(k);
                return match self.expression(self.start(k), self.end(b)) {
                    Some(x) => {
                        self.span(k, b, format!("cannot use {} as import target", expr_name(&x)))
                    }
                    None => self.on(k, "invalid syntax"),
                };
            }
            _ => "",
        };
        if msg.is_empty() { self.expected(T::Unknown, k) } else { self.on(k, msg) }
    }

    pub(super) fn formatted(&self, i: &IErr, k: usize, letter: char) -> CompileError {
        let cur = self.kind(k);
        if *i == IErr::LambdaWithoutParentheses {
            let lambda =
                (0..=k.min(self.tokens.len() - 1)).rev().find(|&i| self.kind(i) == T::Lambda);
            if let Some(l) = lambda {
                let colon =
                    self.src[self.end(l)..].find(':').map_or(self.end(l), |p| self.end(l) + p + 1);
                let msg = format!(
                    "{letter}-string: lambda expressions are not allowed without parentheses"
                );
                return self.at(self.start(l), colon, msg);
            }
        }
        let msg = match i {
            IErr::UnclosedLbrace => "expecting '}'".to_owned(),
            IErr::InvalidConversionFlag => {
                if self.kind(k) == T::Name {
                    format!(
                        "invalid conversion character '{}': expected 's', 'r', or 'a'",
                        self.text(k)
                    )
                } else if matches!(cur, T::Colon | T::Rbrace) {
                    "missing conversion character".to_owned()
                } else {
                    "invalid conversion character".to_owned()
                }
            }
            IErr::LambdaWithoutParentheses => {
                "lambda expressions are not allowed without parentheses".to_owned()
            }
            IErr::ConversionFlagNotImmediatelyAfterExclamation => {
                "conversion type must come right after the exclamation mark".to_owned()
            }
            _ => interpolated(i).to_owned(),
        };
        self.on(k, format!("{letter}-string: {msg}"))
    }

    pub(super) fn lexical(&self, l: &LErr, start: usize, end: usize) -> CompileError {
        match l {
            LErr::IndentationError => CompileError::kind_at(
                ErrorKind::Indentation,
                "unindent does not match any outer indentation level",
                self.lines.loc(start, end),
            ),
            LErr::InvalidByteLiteral => {
                let from = self.tokens.iter().rev().find(|t| t.range().start().to_usize() <= start);
                let (a, b) = from.map_or((start, end), |t| {
                    (t.range().start().to_usize(), t.range().end().to_usize())
                });
                self.at(a, b.max(end), "bytes can only contain ASCII literal characters")
            }
            LErr::UnicodeError | LErr::MissingUnicodeLbrace | LErr::MissingUnicodeRbrace => {
                self.escape(start).unwrap_or_else(|| self.at(start, end, "invalid syntax"))
            }
            LErr::UnrecognizedToken { .. } => self.at(start, end.max(start + 1), "invalid syntax"),
            _ => self.at(start, end, "invalid syntax"),
        }
    }

    /// What is wrong with an escape sequence near an offset.
    pub(super) fn escape(&self, near: usize) -> Option<CompileError> {
        let t = self.tokens.iter().rev().find(|t| t.range().start().to_usize() <= near)?;
        let (start, end) = (t.range().start().to_usize(), t.range().end().to_usize());
        let text = self.src.get(start..end)?;
        let body = text.trim_start_matches(|c: char| c.is_ascii_alphabetic());
        let quote = body.chars().next()?;
        let n = if body.starts_with(&quote.to_string().repeat(3)) { 3 } else { 1 };
        let inner =
            body.get(n..).map(|b| b.strip_suffix(&quote.to_string().repeat(n)).unwrap_or(b))?;
        let inner = if matches!(quote, '\'' | '"') { inner } else { text };
        let mut d = crate::parse::literal::Decoder { text: inner, braces: false, invalid: None };
        let msg = d.decode_str(&mut Vec::new()).err()?;
        Some(self.at(start, end, msg))
    }
}

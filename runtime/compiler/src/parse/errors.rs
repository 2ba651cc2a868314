//! Python's words for what the parser rejects.
//!
//! The parser says what it expected; Python's messages say what is wrong. After a failed parse the
//! tokens are looked at again, most telling complaints first.

use ruff_python_ast::token::{Token, TokenKind as T};
use ruff_python_ast::{Expr, Mod as RMod};
use ruff_python_parser::{
    InterpolatedStringErrorType as IErr, LexicalErrorType as LErr, ParseError,
    ParseErrorType as PErr, Parsed,
};

use crate::Mode;
use ruff_text_size::Ranged;

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
pub fn explain(src: &str, lines: &LineIndex, parsed: &Parsed<RMod>, _mode: Mode) -> CompileError {
    let found = super::scan::scan(src, lines);
    if let Some(e) = found.error {
        // Some of these stop Python only when its parser gets there; the others win from anywhere.
        let soft = e.kind != ErrorKind::Syntax
            || e.msg.starts_with("unexpected character after line")
            || e.msg == "unexpected EOF while parsing";
        let place = |o: &ParseError| super::scan::place(src, lines, o.location.start().to_usize());
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
            return super::scan::never_closed(src, lines, open);
        }
    }
    err
}

impl Look<'_> {
    fn at(&self, start: usize, end: usize, msg: impl Into<String>) -> CompileError {
        CompileError::at(msg, self.lines.loc(start, end))
    }

    fn kind(&self, k: usize) -> T {
        self.tokens.get(k).map_or(T::EndOfFile, |t| t.kind())
    }

    fn start(&self, k: usize) -> usize {
        self.tokens.get(k).map_or(self.src.len(), |t| t.range().start().to_usize())
    }

    fn end(&self, k: usize) -> usize {
        self.tokens.get(k).map_or(self.src.len(), |t| t.range().end().to_usize())
    }

    fn text(&self, k: usize) -> &str {
        self.src.get(self.start(k)..self.end(k)).unwrap_or_default()
    }

    /// Index of the first token at or after an offset.
    fn token_at(&self, at: usize) -> usize {
        self.tokens.partition_point(|t| t.range().start().to_usize() < at)
    }

    /// An error that covers one token.
    fn on(&self, k: usize, msg: impl Into<String>) -> CompileError {
        let (start, mut end) = (self.start(k), self.end(k));
        if matches!(self.kind(k), T::Newline | T::EndOfFile) {
            // The newline is one column wide, wherever it is.
            let (line, col) = super::scan::place(self.src, self.lines, start);
            return CompileError::raw(ErrorKind::Syntax, msg, line, col, line, col + 1);
        }
        if end == start {
            end += 1;
        }
        self.at(start, end.min(self.src.len().max(start)), msg)
    }

    fn span(&self, a: usize, b: usize, msg: impl Into<String>) -> CompileError {
        self.at(self.start(a), self.end(b), msg)
    }

    fn generic(&self, at: usize) -> CompileError {
        let k = self.token_at(at);
        match self.kind(k) {
            T::Indent => self.indentation(k, "unexpected indent"),
            T::Dedent => self.on(k, "invalid syntax"),
            _ => self.on(k, "invalid syntax"),
        }
    }

    fn indentation(&self, k: usize, msg: &str) -> CompileError {
        let l = self.lines.line(self.end(k));
        let line_text = self.lines.text(self.src, l);
        let width = line_text.len() - line_text.trim_start_matches([' ', '\t', '\x0c']).len();
        let line = l as u32 + 1;
        CompileError::raw(ErrorKind::Indentation, msg, line, width as i32, line, -1)
    }

    /// First token of the logical line that holds token `k`.
    fn line_start(&self, k: usize) -> usize {
        let mut i = k.min(self.tokens.len());
        while i > 0 && !matches!(self.kind(i - 1), T::Newline | T::Indent | T::Dedent) {
            i -= 1;
        }
        i
    }

    /// A header without a block before `limit`.
    fn missing_block(&self, limit: usize) -> Option<CompileError> {
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
                let (l, _) = super::scan::place(self.src, self.lines, self.start(k));
                let text = self.lines.text(self.src, l as usize - 1).trim_end_matches('\n');
                let col = text.chars().count() as i32 + 1;
                e = CompileError::raw(ErrorKind::Indentation, e.msg, l, col, l, -1);
            }
            return Some(e);
        }
        None
    }

    fn explain(&self, e: &ParseError) -> CompileError {
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
                let (line, col) = super::scan::place(self.src, self.lines, self.start(k));
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

    /// Complaints that the tokens around the failure tell, whatever the parser said.
    fn by_tokens(&self, k: usize) -> Option<CompileError> {
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
        if matches!(cur, T::Elif | T::Else | T::Except | T::Finally) && k == line {
            if cur == T::Elif && self.follows_else(k) {
                return Some(self.on(k, "'elif' block follows an 'else' block"));
            }
        }
        None
    }

    /// Whether the clause before token `k` on the same level is an `else`.
    fn follows_else(&self, k: usize) -> bool {
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

    /// Index of the token that ends the logical line of `k`.
    fn line_end(&self, k: usize) -> usize {
        let mut i = k;
        while i < self.tokens.len() && !matches!(self.kind(i), T::Newline | T::EndOfFile | T::Semi)
        {
            i += 1;
        }
        i
    }

    /// Brackets open before token `k` on its logical line.
    fn depth(&self, k: usize) -> i32 {
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
    fn closing(&self, k: usize) -> usize {
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
    fn operand_start(&self, p: usize) -> usize {
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
    fn operand_end(&self, k: usize) -> usize {
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

    /// Two expressions side by side in brackets.
    fn forgotten_comma(&self, p: usize, k: usize) -> Option<CompileError> {
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

    fn missing_else(&self, k: usize) -> Option<CompileError> {
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
    fn maybe_equal(&self, k: usize, line: usize) -> Option<CompileError> {
        let p = k.checked_sub(1)?;
        let a = self.operand_start(p);
        if a > p || a < line {
            return None;
        }
        let in_call = self.depth(k) > 0 && self.call_bracket(k);
        let (start, end) = (self.start(a), self.end(p));
        let x = self.expression(start, end)?;
        if in_call {
            let b = self.operand_end(k + 1);
            if matches!(x, Expr::BooleanLiteral(_) | Expr::NoneLiteral(_)) {
                return Some(self.span(a, k, format!("cannot assign to {}", expr_name(&x))));
            }
            let _ = b;
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

    /// Whether the innermost open bracket before `k` is that of a call.
    fn call_bracket(&self, k: usize) -> bool {
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
    fn expression(&self, start: usize, end: usize) -> Option<Expr> {
        let text = self.src.get(start..end)?;
        // Brackets let it span lines.
        let text = format!("({text}\n)");
        let parsed = ruff_python_parser::parse_expression(&text).ok()?;
        Some(*parsed.into_syntax().body)
    }

    fn bad_target(&self, start: usize, end: usize) -> CompileError {
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

    fn bad_augmented(&self, start: usize, end: usize) -> CompileError {
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

    fn expected(&self, expected: T, k: usize) -> CompileError {
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

    /// Whether token `k` stands in the parameter list of a `def`.
    fn parameters(&self, k: usize, line: usize) -> bool {
        let def = if self.kind(line) == T::Async { line + 1 } else { line };
        self.kind(def) == T::Def && self.depth(k) == 1
    }

    /// First token in the bracket around token `k`.
    fn bracket_start(&self, k: usize) -> usize {
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
    fn tuple_before(&self, k: usize) -> bool {
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

    /// `as` followed by something that is no name.
    fn bad_as_target(&self, k: usize, line: usize) -> Option<CompileError> {
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
    fn in_field(&self, k: usize) -> Option<CompileError> {
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

    fn other(&self, m: &str, k: usize, start: usize, end: usize) -> CompileError {
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
            let (line, col) = super::scan::place(self.src, self.lines, end);
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
                    let (line, _) = super::scan::place(self.src, self.lines, self.start(last));
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

    fn formatted(&self, i: &IErr, k: usize, letter: char) -> CompileError {
        let prev = k.checked_sub(1).map_or(T::Newline, |p| self.kind(p));
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
        let _ = prev;
        self.on(k, format!("{letter}-string: {msg}"))
    }

    fn lexical(&self, l: &LErr, start: usize, end: usize) -> CompileError {
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
    fn escape(&self, near: usize) -> Option<CompileError> {
        let t = self.tokens.iter().rev().find(|t| t.range().start().to_usize() <= near)?;
        let (start, end) = (t.range().start().to_usize(), t.range().end().to_usize());
        let text = self.src.get(start..end)?;
        let body = text.trim_start_matches(|c: char| c.is_ascii_alphabetic());
        let quote = body.chars().next()?;
        let n = if body.starts_with(&quote.to_string().repeat(3)) { 3 } else { 1 };
        let inner =
            body.get(n..).map(|b| b.strip_suffix(&quote.to_string().repeat(n)).unwrap_or(b))?;
        let inner = if matches!(quote, '\'' | '"') { inner } else { text };
        let mut d = super::literal::Decoder { text: inner, braces: false, invalid: None };
        let msg = d.decode_str(&mut Vec::new()).err()?;
        Some(self.at(start, end, msg))
    }
}

fn is_augmented(k: T) -> bool {
    matches!(
        k,
        T::PlusEqual
            | T::MinusEqual
            | T::StarEqual
            | T::SlashEqual
            | T::PercentEqual
            | T::AmperEqual
            | T::VbarEqual
            | T::CircumflexEqual
            | T::LeftShiftEqual
            | T::RightShiftEqual
            | T::DoubleStarEqual
            | T::DoubleSlashEqual
            | T::AtEqual
    )
}

fn ends_expression(k: T) -> bool {
    matches!(
        k,
        T::Name
            | T::Int
            | T::Float
            | T::Complex
            | T::String
            | T::FStringEnd
            | T::TStringEnd
            | T::Rpar
            | T::Rsqb
            | T::Rbrace
            | T::True
            | T::False
            | T::None
            | T::Ellipsis
            | T::Match
            | T::Case
            | T::Type
            | T::Lazy
    )
}

/// Tokens that start an expression and cannot go on with one.
fn starts_plain(k: T) -> bool {
    matches!(
        k,
        T::Name
            | T::Int
            | T::Float
            | T::Complex
            | T::String
            | T::FStringStart
            | T::TStringStart
            | T::True
            | T::False
            | T::None
            | T::Ellipsis
            | T::Lbrace
            | T::Lambda
            | T::Await
            | T::Tilde
            | T::Match
            | T::Case
            | T::Type
            | T::Lazy
    )
}

fn starts_expression(k: T) -> bool {
    starts_plain(k)
        || matches!(k, T::Lpar | T::Lsqb | T::Plus | T::Minus | T::Not | T::Yield | T::Star)
}

/// Whether an expression may stand before `=` where Python guesses that `==` was meant.
fn is_plain_operand(x: &Expr) -> bool {
    !matches!(
        x,
        Expr::List(_)
            | Expr::Tuple(_)
            | Expr::Generator(_)
            | Expr::BooleanLiteral(_)
            | Expr::NoneLiteral(_)
            | Expr::Compare(_)
            | Expr::BoolOp(_)
            | Expr::If(_)
            | Expr::Lambda(_)
            | Expr::Named(_)
            | Expr::Yield(_)
            | Expr::YieldFrom(_)
            | Expr::Starred(_)
    ) && !matches!(x, Expr::UnaryOp(u) if u.op == ruff_python_ast::UnaryOp::Not)
}

/// What Python calls an expression in its messages.
fn expr_name(x: &Expr) -> &'static str {
    match x {
        Expr::Attribute(_) => "attribute",
        Expr::Subscript(_) => "subscript",
        Expr::Starred(_) => "starred",
        Expr::Name(_) => "name",
        Expr::List(_) => "list",
        Expr::Tuple(_) => "tuple",
        Expr::Lambda(_) => "lambda",
        Expr::Call(_) => "function call",
        Expr::BoolOp(_) | Expr::BinOp(_) | Expr::UnaryOp(_) => "expression",
        Expr::Generator(_) => "generator expression",
        Expr::Yield(_) | Expr::YieldFrom(_) => "yield expression",
        Expr::Await(_) => "await expression",
        Expr::ListComp(_) => "list comprehension",
        Expr::SetComp(_) => "set comprehension",
        Expr::DictComp(_) => "dict comprehension",
        Expr::Dict(_) => "dict literal",
        Expr::Set(_) => "set display",
        Expr::FString(_) => "f-string expression",
        Expr::TString(_) => "t-string expression",
        Expr::NoneLiteral(_) => "None",
        Expr::BooleanLiteral(b) if b.value => "True",
        Expr::BooleanLiteral(_) => "False",
        Expr::EllipsisLiteral(_) => "ellipsis",
        Expr::Compare(_) => "comparison",
        Expr::If(_) => "conditional expression",
        Expr::Named(_) => "named expression",
        Expr::Slice(_) => "slice",
        _ => "literal",
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

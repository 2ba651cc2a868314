//! Strings, bytes, and formatted strings.

use ruff_python_ast as r;
use ruff_text_size::{Ranged, TextRange};

use super::super::literal::{self, Decoder};
use super::Lower;
use crate::ast::*;
use crate::error::{CompileError, Warning};

impl<'a> Lower<'a> {
    pub(super) fn string(&mut self, v: &r::StringLiteralValue) -> ExprKind {
        let mut out: Vec<u8> = Vec::new();
        for part in v.iter() {
            self.string_part(part, &mut out);
        }
        ExprKind::Constant(Box::new(Constant::Str(PyStr(out.into()))), v.is_unicode())
    }

    pub(super) fn string_part(&mut self, part: &r::StringLiteral, out: &mut Vec<u8>) {
        use r::StringFlags;
        let raw = part.flags.prefix().is_raw();
        let start = part.range.start() + part.flags.opener_len();
        let end = part.range.end() - part.flags.closer_len();
        let slice = &self.src[TextRange::new(start, end)];
        if raw || !slice.as_bytes().contains(&b'\\') {
            out.extend_from_slice(slice.as_bytes());
        } else {
            self.decode(slice, start.to_usize(), part.range, false, out);
        }
    }

    pub(super) fn decode(
        &mut self,
        slice: &str,
        at: usize,
        whole: TextRange,
        braces: bool,
        out: &mut Vec<u8>,
    ) {
        let mut d = Decoder { text: slice, braces, invalid: None };
        if let Err(msg) = d.decode_str(out) {
            let loc = self.loc(whole);
            self.fail(CompileError::at(msg, loc));
        }
        if let Some((pos, c, octal)) = d.invalid {
            self.invalid_escape(at + pos, &c, octal);
        }
    }

    pub(super) fn invalid_escape(&mut self, at: usize, c: &str, octal: bool) {
        let kind = if octal { "octal " } else { "" };
        let msg = format!(
            "\"\\{c}\" is an invalid {kind}escape sequence. Such sequences will not work in the future. \
             Did you mean \"\\\\{c}\"? A raw string is also an option."
        );
        let loc = self.loc_at(at, at + 1 + c.len());
        self.warnings.push(Warning { message: msg, loc });
    }

    pub(super) fn bytes(&mut self, v: &r::BytesLiteralValue) -> ExprKind {
        use r::StringFlags;
        let mut out: Vec<u8> = Vec::new();
        for part in v.iter() {
            let start = part.range.start() + part.flags.opener_len();
            let end = part.range.end() - part.flags.closer_len();
            let slice = &self.src[TextRange::new(start, end)];
            if part.flags.prefix().is_raw() || !slice.as_bytes().contains(&b'\\') {
                out.extend_from_slice(slice.as_bytes());
                continue;
            }
            let mut d = Decoder { text: slice, braces: false, invalid: None };
            if let Err(msg) = d.decode_bytes(&mut out) {
                let loc = self.loc(part.range);
                self.fail(CompileError::at(msg, loc));
            }
            if let Some((pos, c, octal)) = d.invalid {
                self.invalid_escape(start.to_usize() + pos, &c, octal);
            }
        }
        ExprKind::Constant(Box::new(Constant::Bytes(out.into())), false)
    }

    pub(super) fn fstring(&mut self, v: &r::FStringValue) -> ExprKind {
        let mut out = Parts::default();
        for part in v.iter() {
            match part {
                r::FStringPart::Literal(s) => {
                    out.cover(s.range);
                    self.string_part(s, &mut out.pending);
                }
                r::FStringPart::FString(f) => {
                    let raw = matches!(f.flags.prefix(), r::str_prefix::FStringPrefix::Raw { .. });
                    self.elements(&f.elements, raw, false, false, &mut out);
                }
            }
        }
        out.flush(self);
        ExprKind::JoinedStr(out.done)
    }

    pub(super) fn elements(
        &mut self,
        elements: &[r::InterpolatedStringElement],
        raw: bool,
        template: bool,
        in_spec: bool,
        out: &mut Parts,
    ) {
        for el in elements {
            match el {
                r::InterpolatedStringElement::Literal(l) => {
                    out.cover(l.range);
                    let slice = &self.src[l.range];
                    if !raw && slice.as_bytes().contains(&b'\\') {
                        let mut buf = std::mem::take(&mut out.pending);
                        self.decode(slice, l.range.start().to_usize(), l.range, !in_spec, &mut buf);
                        out.pending = buf;
                    } else {
                        out.pending.extend_from_slice(l.value.as_bytes());
                    }
                }
                r::InterpolatedStringElement::Interpolation(f) => self.field(f, raw, template, out),
            }
        }
    }

    pub(super) fn field(
        &mut self,
        f: &r::InterpolatedElement,
        raw: bool,
        template: bool,
        out: &mut Parts,
    ) {
        let loc = self.loc(f.range);
        let value = self.expr(&f.expression);
        let mut conversion = f.conversion.to_byte().unwrap_or(0);
        let open = f.range.start().to_usize() + 1;
        let end = literal::field_text_end(
            self.src,
            f.expression.range().end().to_usize(),
            f.debug_text.is_some(),
        );
        if f.debug_text.is_some() {
            let size = |n: usize| ruff_text_size::TextSize::try_from(n).unwrap_or_default();
            out.cover(TextRange::new(size(open), size(end.max(open))));
            let text = literal::strip_comments(&self.src[open..end]);
            out.pending.extend_from_slice(text.as_bytes());
            if conversion == 0 && f.format_spec.is_none() {
                conversion = b'r';
            }
        }
        let spec = f.format_spec.as_deref().map(|s| {
            let mut parts = Parts::default();
            self.elements(&s.elements, raw, false, true, &mut parts);
            parts.flush(self);
            let loc =
                self.loc_at(s.range.start().to_usize().saturating_sub(1), s.range.end().to_usize());
            Expr { loc, kind: ExprKind::JoinedStr(parts.done) }
        });
        out.flush(self);
        let kind = if template {
            let text =
                self.src[open..end].trim_end_matches(|c: char| c.is_whitespace() || c == '=');
            ExprKind::Interpolation(Box::new(Interpolation {
                value,
                text: Constant::Str(text.into()),
                conversion,
                spec,
            }))
        } else {
            ExprKind::FormattedValue {
                value: Box::new(value),
                conversion,
                spec: spec.map(Box::new),
            }
        };
        out.done.push(Expr { loc, kind });
    }
}

/// The growing value list of an f-string: text is merged until a field comes.
#[derive(Default)]
pub(super) struct Parts {
    pub(super) done: Vec<Expr>,
    pending: Vec<u8>,
    range: Option<TextRange>,
}

impl Parts {
    fn cover(&mut self, r: TextRange) {
        self.range = Some(self.range.map_or(r, |o| o.cover(r)));
    }

    pub(super) fn flush(&mut self, lower: &mut Lower<'_>) {
        let range = self.range.take().unwrap_or_default();
        if self.pending.is_empty() {
            return;
        }
        let text = std::mem::take(&mut self.pending);
        let loc = lower.loc(range);
        let c = Constant::Str(PyStr(text.into()));
        self.done.push(Expr { loc, kind: ExprKind::Constant(Box::new(c), false) });
    }
}

//! Expressions.

use ruff_python_ast as r;
use ruff_text_size::{Ranged, TextRange};

use super::strings::Parts;
use super::{Lower, cmp_op, ctx, operator};
use crate::ast::*;
use crate::error::{CompileError, Warning};

impl<'a> Lower<'a> {
    /// One expression.
    pub fn expr(&mut self, e: &r::Expr) -> Expr {
        crate::deep(|| self.expr_inner(e))
    }

    pub(super) fn constant(c: Constant) -> ExprKind {
        ExprKind::Constant(Box::new(c), false)
    }

    pub(super) fn expr_inner(&mut self, e: &r::Expr) -> Expr {
        let loc = self.loc(e.range());
        let kind = match e {
            r::Expr::Name(x) => ExprKind::Name { id: self.sym(x.id.as_str()), ctx: ctx(x.ctx) },
            r::Expr::Attribute(x) => ExprKind::Attribute {
                value: self.boxed(&x.value),
                attr: self.ident(&x.attr),
                ctx: ctx(x.ctx),
            },
            r::Expr::Call(x) => {
                let func = self.expr(&x.func);
                let mut args = self.exprs(&x.arguments.args);
                // The parentheses of the call are those of its only argument.
                if let ([r::Expr::Generator(g)], []) =
                    (&x.arguments.args[..], &x.arguments.keywords[..])
                    && !g.parenthesized
                {
                    args[0].loc = self.loc(x.arguments.range);
                }
                let keywords = self.keywords(&x.arguments.keywords);
                ExprKind::Call(Box::new(Call { func, args, keywords }))
            }
            r::Expr::StringLiteral(x) => self.string(&x.value),
            r::Expr::BytesLiteral(x) => self.bytes(&x.value),
            r::Expr::NumberLiteral(x) => {
                self.number_end(x.range);
                Self::constant(match &x.value {
                    r::Number::Int(i) => Constant::Int(match i.as_u64() {
                        Some(v) => v.into(),
                        None => self.big_int(x.range),
                    }),
                    r::Number::Float(f) => Constant::Float(*f),
                    r::Number::Complex { real, imag } => Constant::Complex(*real, *imag),
                })
            }
            r::Expr::BooleanLiteral(x) => {
                Self::constant(if x.value { Constant::True } else { Constant::False })
            }
            r::Expr::NoneLiteral(_) => Self::constant(Constant::None),
            r::Expr::EllipsisLiteral(_) => Self::constant(Constant::Ellipsis),
            r::Expr::BoolOp(x) => ExprKind::BoolOp {
                op: if x.op == r::BoolOp::And { BoolOp::And } else { BoolOp::Or },
                values: self.exprs(&x.values),
            },
            r::Expr::Named(x) => {
                ExprKind::NamedExpr { target: self.boxed(&x.target), value: self.boxed(&x.value) }
            }
            r::Expr::BinOp(x) => ExprKind::BinOp {
                left: self.boxed(&x.left),
                op: operator(x.op),
                right: self.boxed(&x.right),
            },
            r::Expr::UnaryOp(x) => ExprKind::UnaryOp {
                op: match x.op {
                    r::UnaryOp::Invert => UnaryOp::Invert,
                    r::UnaryOp::Not => UnaryOp::Not,
                    r::UnaryOp::UAdd => UnaryOp::UAdd,
                    r::UnaryOp::USub => UnaryOp::USub,
                },
                operand: self.boxed(&x.operand),
            },
            r::Expr::Lambda(x) => {
                let id = self.id();
                ExprKind::Lambda(Box::new(Lambda {
                    id,
                    args: match x.parameters.as_deref() {
                        Some(p) => self.arguments(p),
                        None => Arguments::default(),
                    },
                    body: self.expr(&x.body),
                }))
            }
            r::Expr::If(x) => ExprKind::IfExp(Box::new((
                self.expr(&x.test),
                self.expr(&x.body),
                self.expr(&x.orelse),
            ))),
            r::Expr::Dict(x) => {
                let mut keys = Vec::with_capacity(x.items.len());
                let mut values = Vec::with_capacity(x.items.len());
                for i in &x.items {
                    keys.push(i.key.as_ref().map(|k| self.expr(k)));
                    values.push(self.expr(&i.value));
                }
                ExprKind::Dict { keys, values }
            }
            r::Expr::Set(x) => ExprKind::Set(self.exprs(&x.elts)),
            r::Expr::ListComp(x) => self.comp(CompKind::List, &x.elt, None, &x.generators),
            r::Expr::SetComp(x) => self.comp(CompKind::Set, &x.elt, None, &x.generators),
            r::Expr::Generator(x) => self.comp(CompKind::Generator, &x.elt, None, &x.generators),
            r::Expr::DictComp(x) => match x.key.as_deref() {
                Some(k) => self.comp(CompKind::Dict, k, Some(&x.value), &x.generators),
                None => self.comp(CompKind::Dict, &x.value, Some(&x.value), &x.generators),
            },
            r::Expr::Await(x) => ExprKind::Await(self.boxed(&x.value)),
            r::Expr::Yield(x) => ExprKind::Yield(self.opt(x.value.as_deref())),
            r::Expr::YieldFrom(x) => ExprKind::YieldFrom(self.boxed(&x.value)),
            r::Expr::Compare(x) => ExprKind::Compare {
                left: self.boxed(&x.left),
                ops: x.ops.iter().map(|&o| cmp_op(o)).collect(),
                comparators: self.exprs(&x.comparators),
            },
            r::Expr::FString(x) => self.fstring(&x.value),
            r::Expr::TString(x) => {
                let mut out = Parts::default();
                for part in x.value.iter() {
                    let raw =
                        matches!(part.flags.prefix(), r::str_prefix::TStringPrefix::Raw { .. });
                    self.elements(&part.elements, raw, true, false, &mut out);
                }
                out.flush(self);
                ExprKind::TemplateStr(out.done)
            }
            r::Expr::Subscript(x) => ExprKind::Subscript {
                value: self.boxed(&x.value),
                slice: self.boxed(&x.slice),
                ctx: ctx(x.ctx),
            },
            r::Expr::Starred(x) => {
                ExprKind::Starred { value: self.boxed(&x.value), ctx: ctx(x.ctx) }
            }
            r::Expr::List(x) => ExprKind::List { elts: self.exprs(&x.elts), ctx: ctx(x.ctx) },
            r::Expr::Tuple(x) => ExprKind::Tuple { elts: self.exprs(&x.elts), ctx: ctx(x.ctx) },
            r::Expr::Slice(x) => ExprKind::Slice {
                lower: self.opt(x.lower.as_deref()),
                upper: self.opt(x.upper.as_deref()),
                step: self.opt(x.step.as_deref()),
            },
            r::Expr::IpyEscapeCommand(_) => Self::constant(Constant::None),
        };
        Expr { loc, kind }
    }

    /// A number that runs into a keyword (`1or x`) is accepted with a warning.
    pub(super) fn number_end(&mut self, range: TextRange) {
        let end = range.end().to_usize();
        if !self.src.as_bytes().get(end).is_some_and(u8::is_ascii_alphabetic) {
            return;
        }
        let text = self.src[range].to_ascii_lowercase();
        let kind = match text.get(..2) {
            Some("0x") => "hexadecimal",
            Some("0o") => "octal",
            Some("0b") => "binary",
            _ if text.ends_with('j') => "imaginary",
            _ => "decimal",
        };
        let loc = self.loc(range);
        self.warnings.push(Warning { message: format!("invalid {kind} literal"), loc });
    }

    pub(super) fn big_int(&mut self, range: TextRange) -> dashu_int::IBig {
        let text: String = self.src[range].chars().filter(|&c| c != '_').collect();
        let lower = text.to_ascii_lowercase();
        let (digits, radix) = match lower.get(..2) {
            Some("0x") => (&lower[2..], 16),
            Some("0o") => (&lower[2..], 8),
            Some("0b") => (&lower[2..], 2),
            _ => (&lower[..], 10),
        };
        if radix == 10 && digits.len() > 4300 {
            let loc = self.loc(range);
            self.fail(CompileError::at(
                format!(
                    "Exceeds the limit (4300 digits) for integer string conversion: value has {} digits; \
                     use sys.set_int_max_str_digits() to increase the limit - Consider hexadecimal for \
                     huge integer literals to avoid decimal conversion limits.",
                    digits.len()
                ),
                loc,
            ));
        }
        dashu_int::IBig::from_str_radix(digits, radix).unwrap_or_default()
    }

    pub(super) fn comp(
        &mut self,
        kind: CompKind,
        elt: &r::Expr,
        value: Option<&r::Expr>,
        generators: &[r::Comprehension],
    ) -> ExprKind {
        let id = self.id();
        ExprKind::Comp(Box::new(Comp {
            id,
            kind,
            elt: self.expr(elt),
            value: value.map(|v| self.expr(v)),
            generators: generators
                .iter()
                .map(|g| Comprehension {
                    target: self.expr(&g.target),
                    iter: self.expr(&g.iter),
                    ifs: self.exprs(&g.ifs),
                    is_async: g.is_async,
                })
                .collect(),
        }))
    }
}

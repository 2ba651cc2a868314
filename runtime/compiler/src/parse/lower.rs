//! The parser's tree into ours: names interned, constants decoded, positions final.
//!
//! Everything in which the parser's tree differs from Python's own is evened out here: `elif`
//! chains, parameters with their defaults, implicit concatenation, the `x=` form of f-string
//! fields, where a decorated definition starts.

use ruff_python_ast as r;
use ruff_text_size::{Ranged, TextRange};

use super::literal::{self, Decoder};
use crate::ast::*;
use crate::error::{CompileError, Warning};
use crate::source::LineIndex;

/// Converts one program.
pub struct Lower<'a> {
    pub src: &'a str,
    pub lines: &'a LineIndex,
    pub names: Names,
    pub nodes: u32,
    pub warnings: Vec<Warning>,
    pub error: Option<CompileError>,
    /// Text that stands for `match` where the parser needed help, see `super::parse`.
    pub stand_in: Option<(&'static str, &'static str)>,
    hint: usize,
}

impl<'a> Lower<'a> {
    /// A converter for `src`.
    pub fn new(src: &'a str, lines: &'a LineIndex) -> Self {
        Lower {
            src,
            lines,
            names: Names::new(),
            nodes: 0,
            warnings: Vec::new(),
            error: None,
            stand_in: None,
            hint: 0,
        }
    }

    fn id(&mut self) -> NodeId {
        self.nodes += 1;
        NodeId(self.nodes - 1)
    }

    fn loc(&mut self, range: TextRange) -> Loc {
        self.loc_at(range.start().to_usize(), range.end().to_usize())
    }

    fn loc_at(&mut self, start: usize, end: usize) -> Loc {
        let l = self.lines.line_near(start, &mut self.hint);
        let mut h = l;
        let e = self.lines.line_near(end, &mut h);
        Loc {
            line: l as u32 + 1,
            end_line: e as u32 + 1,
            col: (start - self.lines.start(l)) as u32,
            end_col: (end - self.lines.start(e)) as u32,
        }
    }

    fn sym(&mut self, text: &str) -> Sym {
        match self.stand_in {
            Some((s, real)) if s == text => self.names.intern(real),
            _ => self.names.intern(text),
        }
    }

    fn ident(&mut self, i: &r::Identifier) -> Sym {
        self.sym(i.as_str())
    }

    fn opt_ident(&mut self, i: Option<&r::Identifier>) -> Option<Sym> {
        i.map(|i| self.sym(i.as_str()))
    }

    /// The statements of a suite.
    pub fn stmts(&mut self, body: &[r::Stmt]) -> Vec<Stmt> {
        body.iter().map(|s| self.stmt(s)).collect()
    }

    fn exprs(&mut self, list: &[r::Expr]) -> Vec<Expr> {
        list.iter().map(|e| self.expr(e)).collect()
    }

    fn boxed(&mut self, e: &r::Expr) -> Box<Expr> {
        Box::new(self.expr(e))
    }

    fn opt(&mut self, e: Option<&r::Expr>) -> Option<Box<Expr>> {
        e.map(|e| self.boxed(e))
    }

    /// Where `def`, `class` or `async` stands after the last decorator.
    fn after_decorators(&self, decorators: &[r::Decorator], start: usize) -> usize {
        let Some(last) = decorators.last() else { return start };
        let b = self.src.as_bytes();
        let mut i = last.range.end().to_usize();
        while i < b.len() {
            match b[i] {
                b'#' => {
                    while i < b.len() && b[i] != b'\n' {
                        i += 1;
                    }
                }
                b'a' | b'd' | b'c' => return i,
                _ => i += 1,
            }
        }
        start
    }

    fn stmt(&mut self, s: &r::Stmt) -> Stmt {
        crate::deep(|| self.stmt_inner(s))
    }

    fn stmt_inner(&mut self, s: &r::Stmt) -> Stmt {
        let loc = self.loc(s.range());
        let kind = match s {
            r::Stmt::FunctionDef(f) => {
                let start = self.after_decorators(&f.decorator_list, f.range.start().to_usize());
                let loc = self.loc_at(start, f.range.end().to_usize());
                let id = self.id();
                let decorators =
                    f.decorator_list.iter().map(|d| self.expr(&d.expression)).collect();
                let name = self.ident(&f.name);
                let type_params = self.type_params(f.type_params.as_deref());
                let args = self.arguments(&f.parameters);
                let returns = self.opt(f.returns.as_deref());
                let body = self.stmts(&f.body);
                let def = FunctionDef {
                    id,
                    is_async: f.is_async,
                    name,
                    args,
                    body,
                    decorators,
                    returns,
                    type_params,
                };
                return Stmt { loc, kind: StmtKind::FunctionDef(Box::new(def)) };
            }
            r::Stmt::ClassDef(c) => {
                let start = self.after_decorators(&c.decorator_list, c.range.start().to_usize());
                let loc = self.loc_at(start, c.range.end().to_usize());
                let id = self.id();
                let decorators =
                    c.decorator_list.iter().map(|d| self.expr(&d.expression)).collect();
                let name = self.ident(&c.name);
                let type_params = self.type_params(c.type_params.as_deref());
                let (bases, keywords) = match c.arguments.as_deref() {
                    Some(a) => (self.exprs(&a.args), self.keywords(&a.keywords)),
                    None => (Vec::new(), Vec::new()),
                };
                let body = self.stmts(&c.body);
                let def = ClassDef { id, name, bases, keywords, body, decorators, type_params };
                return Stmt { loc, kind: StmtKind::ClassDef(Box::new(def)) };
            }
            r::Stmt::Return(x) => StmtKind::Return(self.opt(x.value.as_deref())),
            r::Stmt::Delete(x) => StmtKind::Delete(self.exprs(&x.targets)),
            r::Stmt::TypeAlias(x) => {
                let id = self.id();
                StmtKind::TypeAlias(Box::new(TypeAlias {
                    id,
                    name: self.expr(&x.name),
                    type_params: self.type_params(x.type_params.as_deref()),
                    value: self.expr(&x.value),
                }))
            }
            r::Stmt::Assign(x) => {
                StmtKind::Assign { targets: self.exprs(&x.targets), value: self.boxed(&x.value) }
            }
            r::Stmt::AugAssign(x) => StmtKind::AugAssign {
                target: self.boxed(&x.target),
                op: operator(x.op),
                value: self.boxed(&x.value),
            },
            r::Stmt::AnnAssign(x) => StmtKind::AnnAssign {
                id: self.id(),
                target: self.boxed(&x.target),
                annotation: self.boxed(&x.annotation),
                value: self.opt(x.value.as_deref()),
                simple: x.simple,
            },
            r::Stmt::For(x) => StmtKind::For {
                is_async: x.is_async,
                target: self.boxed(&x.target),
                iter: self.boxed(&x.iter),
                body: self.stmts(&x.body),
                orelse: self.stmts(&x.orelse),
            },
            r::Stmt::While(x) => StmtKind::While {
                test: self.boxed(&x.test),
                body: self.stmts(&x.body),
                orelse: self.stmts(&x.orelse),
            },
            r::Stmt::If(x) => {
                let test = self.boxed(&x.test);
                let body = self.stmts(&x.body);
                let end = x.range.end().to_usize();
                let mut clauses = Vec::with_capacity(x.elif_else_clauses.len());
                for c in &x.elif_else_clauses {
                    let loc = self.loc_at(c.range.start().to_usize(), end);
                    clauses.push((
                        loc,
                        c.test.as_ref().map(|t| self.boxed(t)),
                        self.stmts(&c.body),
                    ));
                }
                let mut orelse = Vec::new();
                for (loc, test, body) in clauses.into_iter().rev() {
                    orelse = match test {
                        None => body,
                        Some(test) => vec![Stmt { loc, kind: StmtKind::If { test, body, orelse } }],
                    };
                }
                StmtKind::If { test, body, orelse }
            }
            r::Stmt::With(x) => StmtKind::With {
                is_async: x.is_async,
                items: x
                    .items
                    .iter()
                    .map(|i| WithItem {
                        context: self.expr(&i.context_expr),
                        vars: self.opt(i.optional_vars.as_deref()),
                    })
                    .collect(),
                body: self.stmts(&x.body),
            },
            r::Stmt::Match(x) => StmtKind::Match {
                subject: self.boxed(&x.subject),
                cases: x
                    .cases
                    .iter()
                    .map(|c| MatchCase {
                        pattern: self.pattern(&c.pattern),
                        guard: self.opt(c.guard.as_deref()),
                        body: self.stmts(&c.body),
                    })
                    .collect(),
            },
            r::Stmt::Raise(x) => StmtKind::Raise {
                exc: self.opt(x.exc.as_deref()),
                cause: self.opt(x.cause.as_deref()),
            },
            r::Stmt::Try(x) => StmtKind::Try {
                body: self.stmts(&x.body),
                handlers: x
                    .handlers
                    .iter()
                    .map(|h| {
                        let r::ExceptHandler::ExceptHandler(h) = h;
                        ExceptHandler {
                            loc: self.loc(h.range),
                            typ: self.opt(h.type_.as_deref()),
                            name: self.opt_ident(h.name.as_ref()),
                            body: self.stmts(&h.body),
                        }
                    })
                    .collect(),
                orelse: self.stmts(&x.orelse),
                finalbody: self.stmts(&x.finalbody),
                is_star: x.is_star,
            },
            r::Stmt::Assert(x) => {
                StmtKind::Assert { test: self.boxed(&x.test), msg: self.opt(x.msg.as_deref()) }
            }
            r::Stmt::Import(x) => StmtKind::Import(self.aliases(&x.names)),
            r::Stmt::ImportFrom(x) => StmtKind::ImportFrom {
                module: self.opt_ident(x.module.as_ref()),
                names: self.aliases(&x.names),
                level: x.level,
            },
            r::Stmt::Global(x) => StmtKind::Global(x.names.iter().map(|n| self.ident(n)).collect()),
            r::Stmt::Nonlocal(x) => {
                StmtKind::Nonlocal(x.names.iter().map(|n| self.ident(n)).collect())
            }
            r::Stmt::Expr(x) => StmtKind::Expr(self.boxed(&x.value)),
            r::Stmt::Pass(_) | r::Stmt::IpyEscapeCommand(_) => StmtKind::Pass,
            r::Stmt::Break(_) => StmtKind::Break,
            r::Stmt::Continue(_) => StmtKind::Continue,
        };
        Stmt { loc, kind }
    }

    fn aliases(&mut self, names: &[r::Alias]) -> Vec<Alias> {
        names
            .iter()
            .map(|a| Alias {
                loc: self.loc(a.range),
                name: self.ident(&a.name),
                asname: self.opt_ident(a.asname.as_ref()),
            })
            .collect()
    }

    fn keywords(&mut self, list: &[r::Keyword]) -> Vec<Keyword> {
        list.iter()
            .map(|k| Keyword {
                loc: self.loc(k.range),
                arg: self.opt_ident(k.arg.as_ref()),
                value: self.expr(&k.value),
            })
            .collect()
    }

    fn type_params(&mut self, list: Option<&r::TypeParams>) -> Vec<TypeParam> {
        let Some(list) = list else { return Vec::new() };
        list.iter()
            .map(|p| {
                let id = self.id();
                let loc = self.loc(p.range());
                match p {
                    r::TypeParam::TypeVar(t) => TypeParam {
                        id,
                        loc,
                        name: self.ident(&t.name),
                        kind: TypeParamKind::TypeVar,
                        bound: self.opt(t.bound.as_deref()),
                        default: self.opt(t.default.as_deref()),
                    },
                    r::TypeParam::TypeVarTuple(t) => TypeParam {
                        id,
                        loc,
                        name: self.ident(&t.name),
                        kind: TypeParamKind::TypeVarTuple,
                        bound: None,
                        default: self.opt(t.default.as_deref()),
                    },
                    r::TypeParam::ParamSpec(t) => TypeParam {
                        id,
                        loc,
                        name: self.ident(&t.name),
                        kind: TypeParamKind::ParamSpec,
                        bound: None,
                        default: self.opt(t.default.as_deref()),
                    },
                }
            })
            .collect()
    }

    fn arg(&mut self, p: &r::Parameter) -> Arg {
        Arg {
            loc: self.loc(p.range),
            name: self.ident(&p.name),
            annotation: self.opt(p.annotation.as_deref()),
        }
    }

    fn arguments(&mut self, p: &r::Parameters) -> Arguments {
        let mut out = Arguments::default();
        for a in &p.posonlyargs {
            let arg = self.arg(&a.parameter);
            out.posonly.push(arg);
            if let Some(d) = a.default.as_deref() {
                let d = self.expr(d);
                out.defaults.push(d);
            }
        }
        for a in &p.args {
            let arg = self.arg(&a.parameter);
            out.args.push(arg);
            if let Some(d) = a.default.as_deref() {
                let d = self.expr(d);
                out.defaults.push(d);
            }
        }
        out.vararg = p.vararg.as_deref().map(|a| Box::new(self.arg(a)));
        for a in &p.kwonlyargs {
            let arg = self.arg(&a.parameter);
            out.kwonly.push(arg);
            let d = a.default.as_deref().map(|d| self.expr(d));
            out.kw_defaults.push(d);
        }
        out.kwarg = p.kwarg.as_deref().map(|a| Box::new(self.arg(a)));
        out
    }

    fn pattern(&mut self, p: &r::Pattern) -> Pattern {
        crate::deep(|| self.pattern_inner(p))
    }

    fn pattern_inner(&mut self, p: &r::Pattern) -> Pattern {
        let loc = self.loc(p.range());
        let kind = match p {
            r::Pattern::MatchValue(x) => PatternKind::Value(self.boxed(&x.value)),
            r::Pattern::MatchSingleton(x) => PatternKind::Singleton(match x.value {
                r::Singleton::None => Constant::None,
                r::Singleton::True => Constant::True,
                r::Singleton::False => Constant::False,
            }),
            r::Pattern::MatchSequence(x) => {
                PatternKind::Sequence(x.patterns.iter().map(|p| self.pattern(p)).collect())
            }
            r::Pattern::MatchMapping(x) => PatternKind::Mapping {
                keys: self.exprs(&x.keys),
                patterns: x.patterns.iter().map(|p| self.pattern(p)).collect(),
                rest: self.opt_ident(x.rest.as_ref()),
            },
            r::Pattern::MatchClass(x) => PatternKind::Class {
                cls: self.boxed(&x.cls),
                patterns: x.arguments.patterns.iter().map(|p| self.pattern(p)).collect(),
                kwd_attrs: x.arguments.keywords.iter().map(|k| self.ident(&k.attr)).collect(),
                kwd_patterns: x
                    .arguments
                    .keywords
                    .iter()
                    .map(|k| self.pattern(&k.pattern))
                    .collect(),
            },
            r::Pattern::MatchStar(x) => PatternKind::Star(self.opt_ident(x.name.as_ref())),
            r::Pattern::MatchAs(x) => PatternKind::As {
                pattern: x.pattern.as_deref().map(|p| Box::new(self.pattern(p))),
                name: self.opt_ident(x.name.as_ref()),
            },
            r::Pattern::MatchOr(x) => {
                PatternKind::Or(x.patterns.iter().map(|p| self.pattern(p)).collect())
            }
        };
        Pattern { loc, kind }
    }

    /// One expression.
    pub fn expr(&mut self, e: &r::Expr) -> Expr {
        crate::deep(|| self.expr_inner(e))
    }

    fn constant(c: Constant) -> ExprKind {
        ExprKind::Constant(Box::new(c), false)
    }

    fn expr_inner(&mut self, e: &r::Expr) -> Expr {
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
    fn number_end(&mut self, range: TextRange) {
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

    fn big_int(&mut self, range: TextRange) -> dashu_int::IBig {
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

    /// Remembers the first error.
    pub fn fail(&mut self, e: CompileError) {
        self.error.get_or_insert(e);
    }

    fn comp(
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

    fn string(&mut self, v: &r::StringLiteralValue) -> ExprKind {
        let mut out: Vec<u8> = Vec::new();
        for part in v.iter() {
            self.string_part(part, &mut out);
        }
        ExprKind::Constant(Box::new(Constant::Str(PyStr(out.into()))), v.is_unicode())
    }

    fn string_part(&mut self, part: &r::StringLiteral, out: &mut Vec<u8>) {
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

    fn decode(
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

    fn invalid_escape(&mut self, at: usize, c: &str, octal: bool) {
        let kind = if octal { "octal " } else { "" };
        let msg = format!(
            "\"\\{c}\" is an invalid {kind}escape sequence. Such sequences will not work in the future. \
             Did you mean \"\\\\{c}\"? A raw string is also an option."
        );
        let loc = self.loc_at(at, at + 1 + c.len());
        self.warnings.push(Warning { message: msg, loc });
    }

    fn bytes(&mut self, v: &r::BytesLiteralValue) -> ExprKind {
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

    fn fstring(&mut self, v: &r::FStringValue) -> ExprKind {
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

    fn elements(
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

    fn field(&mut self, f: &r::InterpolatedElement, raw: bool, template: bool, out: &mut Parts) {
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
struct Parts {
    done: Vec<Expr>,
    pending: Vec<u8>,
    range: Option<TextRange>,
}

impl Parts {
    fn cover(&mut self, r: TextRange) {
        self.range = Some(self.range.map_or(r, |o| o.cover(r)));
    }

    fn flush(&mut self, lower: &mut Lower<'_>) {
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

fn ctx(c: r::ExprContext) -> Ctx {
    match c {
        r::ExprContext::Store => Ctx::Store,
        r::ExprContext::Del => Ctx::Del,
        r::ExprContext::Load | r::ExprContext::Invalid => Ctx::Load,
    }
}

fn operator(o: r::Operator) -> Operator {
    match o {
        r::Operator::Add => Operator::Add,
        r::Operator::Sub => Operator::Sub,
        r::Operator::Mult => Operator::Mult,
        r::Operator::MatMult => Operator::MatMult,
        r::Operator::Div => Operator::Div,
        r::Operator::Mod => Operator::Mod,
        r::Operator::Pow => Operator::Pow,
        r::Operator::LShift => Operator::LShift,
        r::Operator::RShift => Operator::RShift,
        r::Operator::BitOr => Operator::BitOr,
        r::Operator::BitXor => Operator::BitXor,
        r::Operator::BitAnd => Operator::BitAnd,
        r::Operator::FloorDiv => Operator::FloorDiv,
    }
}

fn cmp_op(o: r::CmpOp) -> CmpOp {
    match o {
        r::CmpOp::Eq => CmpOp::Eq,
        r::CmpOp::NotEq => CmpOp::NotEq,
        r::CmpOp::Lt => CmpOp::Lt,
        r::CmpOp::LtE => CmpOp::LtE,
        r::CmpOp::Gt => CmpOp::Gt,
        r::CmpOp::GtE => CmpOp::GtE,
        r::CmpOp::Is => CmpOp::Is,
        r::CmpOp::IsNot => CmpOp::IsNot,
        r::CmpOp::In => CmpOp::In,
        r::CmpOp::NotIn => CmpOp::NotIn,
    }
}

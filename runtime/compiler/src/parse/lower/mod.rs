//! The parser's tree into ours: names interned, constants decoded, positions final.
//!
//! Everything in which the parser's tree differs from Python's own is evened out here: `elif`
//! chains, parameters with their defaults, implicit concatenation, the `x=` form of f-string
//! fields, where a decorated definition starts.

mod exprs;
mod strings;

use ruff_python_ast as r;
use ruff_text_size::{Ranged, TextRange};

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

    /// Remembers the first error.
    pub fn fail(&mut self, e: CompileError) {
        self.error.get_or_insert(e);
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

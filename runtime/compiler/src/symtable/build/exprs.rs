//! Expressions, patterns and comprehensions.

use super::{Builder, Res};
use crate::ast::*;
use crate::symtable::{BlockKind, CompKind, Role, flag};

impl Builder<'_> {
    pub(super) fn pattern(&mut self, p: &Pattern) -> Res {
        crate::deep(|| self.pattern_inner(p))
    }

    pub(super) fn pattern_inner(&mut self, p: &Pattern) -> Res {
        let bind = |b: &mut Self, n: &Option<Sym>| match n {
            Some(n) => b.add(*n, flag::LOCAL, p.loc),
            None => Ok(()),
        };
        match &p.kind {
            PatternKind::Value(e) => self.expr(e),
            PatternKind::Singleton(_) => Ok(()),
            PatternKind::Sequence(list) | PatternKind::Or(list) => {
                list.iter().try_for_each(|p| self.pattern(p))
            }
            PatternKind::Mapping { keys, patterns, rest } => {
                self.exprs(keys)?;
                patterns.iter().try_for_each(|p| self.pattern(p))?;
                bind(self, rest)
            }
            PatternKind::Class { cls, patterns, kwd_patterns, kwd_attrs } => {
                self.expr(cls)?;
                patterns.iter().try_for_each(|p| self.pattern(p))?;
                if kwd_attrs.contains(&sym::DEBUG) {
                    return self.err(p.loc, "cannot assign to __debug__");
                }
                kwd_patterns.iter().try_for_each(|p| self.pattern(p))
            }
            PatternKind::Star(n) => bind(self, n),
            PatternKind::As { pattern, name } => {
                if let Some(p) = pattern {
                    self.pattern(p)?;
                }
                bind(self, name)
            }
        }
    }

    /// Refuses `what` in blocks that are evaluated lazily.
    pub(super) fn not_in_annotation(&mut self, what: &str, loc: Loc) -> Res {
        let info = self.cur().scope_info;
        let msg = match self.cur().kind {
            BlockKind::Annotation => format!("{what} cannot be used within an annotation"),
            BlockKind::TypeVariable => format!("{what} cannot be used within {info}"),
            BlockKind::TypeAlias => format!("{what} cannot be used within a type alias"),
            BlockKind::TypeParameters => {
                format!("{what} cannot be used within the definition of a generic")
            }
            _ => return Ok(()),
        };
        self.err(loc, msg)
    }

    pub(super) fn not_in_comprehension(&mut self, loc: Loc) -> Res {
        let place = match self.cur().comprehension {
            None => return Ok(()),
            Some(CompKind::List) => "list comprehension",
            Some(CompKind::Set) => "set comprehension",
            Some(CompKind::Dict) => "dict comprehension",
            Some(CompKind::Generator) => "generator expression",
        };
        self.err(loc, format!("'yield' inside {place}"))
    }

    pub(super) fn check_name(&self, name: Sym, ctx: Ctx, loc: Loc) -> Res {
        if name == sym::DEBUG {
            match ctx {
                Ctx::Store => return self.err(loc, "cannot assign to __debug__"),
                Ctx::Del => return self.err(loc, "cannot delete __debug__"),
                Ctx::Load => {}
            }
        }
        Ok(())
    }

    pub(super) fn expr(&mut self, e: &Expr) -> Res {
        crate::deep(|| self.expr_inner(e))
    }

    pub(super) fn expr_inner(&mut self, e: &Expr) -> Res {
        let loc = e.loc;
        match &e.kind {
            ExprKind::Name { id, ctx } => {
                self.check_name(*id, *ctx, loc)?;
                if self.cur().in_unevaluated_annotation {
                    return Ok(());
                }
                self.add(*id, if *ctx == Ctx::Load { flag::USE } else { flag::LOCAL }, loc)?;
                if *ctx == Ctx::Load && *id == sym::SUPER && self.cur().is_function_like() {
                    self.add(sym::CLASS, flag::USE, loc)?;
                }
                Ok(())
            }
            ExprKind::Attribute { value, attr, ctx } => {
                self.check_name(*attr, *ctx, loc)?;
                self.expr(value)
            }
            ExprKind::Constant(..) => Ok(()),
            ExprKind::Call(c) => {
                self.expr(&c.func)?;
                self.exprs(&c.args)?;
                for k in &c.keywords {
                    if let Some(n) = k.arg {
                        self.check_name(n, Ctx::Store, k.loc)?;
                    }
                    self.expr(&k.value)?;
                }
                Ok(())
            }
            ExprKind::BoolOp { values, .. } => self.exprs(values),
            ExprKind::NamedExpr { target, value } => {
                self.not_in_annotation("named expression", loc)?;
                if self.cur().comp_iter_expr > 0 {
                    return self
                        .err(loc, "assignment expression cannot be used in a comprehension iterable expression");
                }
                if self.cur().comprehension.is_some() {
                    self.extend_named(target)?;
                }
                self.expr(value)?;
                self.expr(target)
            }
            ExprKind::BinOp { left, right, .. } => {
                self.expr(left)?;
                self.expr(right)
            }
            ExprKind::UnaryOp { operand, .. } => self.expr(operand),
            ExprKind::Lambda(l) => {
                self.defaults(&l.args)?;
                let id = self.enter(sym::LAMBDA, BlockKind::Function, loc);
                self.own(l.id, Role::Main, id);
                self.parameters(&l.args)?;
                self.expr(&l.body)?;
                self.exit();
                Ok(())
            }
            ExprKind::IfExp(p) => {
                self.expr(&p.0)?;
                self.expr(&p.1)?;
                self.expr(&p.2)
            }
            ExprKind::Dict { keys, values } => {
                for (k, v) in keys.iter().zip(values) {
                    if let Some(k) = k {
                        self.expr(k)?;
                    }
                    self.expr(v)?;
                }
                Ok(())
            }
            ExprKind::Set(elts) | ExprKind::List { elts, .. } | ExprKind::Tuple { elts, .. } => {
                self.exprs(elts)
            }
            ExprKind::Comp(c) => self.comprehension(c, loc),
            ExprKind::Await(v) => {
                self.not_in_annotation("await expression", loc)?;
                if !self.options.top_level_await || self.cur().kind != BlockKind::Module {
                    if !self.cur().is_function_like() {
                        return self.err(loc, "'await' outside function");
                    }
                    if !self.cur().coroutine && self.cur().comprehension.is_none() {
                        return self.err(loc, "'await' outside async function");
                    }
                }
                self.expr(v)?;
                self.cur().coroutine = true;
                Ok(())
            }
            ExprKind::Yield(v) => {
                self.yield_(loc)?;
                self.opt(v)
            }
            ExprKind::YieldFrom(v) => {
                self.yield_(loc)?;
                self.expr(v)
            }
            ExprKind::Compare { left, comparators, .. } => {
                self.expr(left)?;
                self.exprs(comparators)
            }
            ExprKind::FormattedValue { value, spec, .. } => {
                self.expr(value)?;
                self.opt(spec)
            }
            ExprKind::Interpolation(i) => {
                self.expr(&i.value)?;
                match &i.spec {
                    Some(s) => self.expr(s),
                    None => Ok(()),
                }
            }
            ExprKind::JoinedStr(v) | ExprKind::TemplateStr(v) => self.exprs(v),
            ExprKind::Subscript { value, slice, .. } => {
                self.expr(value)?;
                self.expr(slice)
            }
            ExprKind::Starred { value, .. } => self.expr(value),
            ExprKind::Slice { lower, upper, step } => {
                self.opt(lower)?;
                self.opt(upper)?;
                self.opt(step)
            }
        }
    }

    pub(super) fn yield_(&mut self, loc: Loc) -> Res {
        self.not_in_annotation("yield expression", loc)?;
        self.cur().generator = true;
        self.not_in_comprehension(loc)
    }

    /// `:=` in a comprehension binds in the function or module around it.
    pub(super) fn extend_named(&mut self, target: &Expr) -> Res {
        let ExprKind::Name { id: name, .. } = target.kind else { return Ok(()) };
        let loc = target.loc;
        for &id in self.stack.clone().iter().rev() {
            let s = &self.table.scopes[id];
            if s.comprehension.is_some() {
                let f = self.lookup(id, name);
                if f & flag::COMP_ITER != 0 && f & flag::LOCAL != 0 {
                    let msg = format!(
                        "assignment expression cannot rebind comprehension iteration variable '{}'",
                        self.text(name)
                    );
                    return self.err(loc, msg);
                }
                continue;
            }
            match s.kind {
                BlockKind::Function => {
                    let f = self.lookup(id, name);
                    let how = if f & flag::GLOBAL != 0 { flag::GLOBAL } else { flag::NONLOCAL };
                    self.add(name, how, loc)?;
                    self.directive(name, loc);
                    return self.add_to(id, name, flag::LOCAL, loc);
                }
                BlockKind::Module => {
                    self.add(name, flag::GLOBAL, loc)?;
                    self.directive(name, loc);
                    return self.add_to(id, name, flag::GLOBAL, loc);
                }
                BlockKind::Class => {
                    return self.err(
                        loc,
                        "assignment expression within a comprehension cannot be used in a class body",
                    );
                }
                BlockKind::TypeParameters => {
                    return self.err(
                        loc,
                        "assignment expression within a comprehension cannot be used within the definition of a generic",
                    );
                }
                BlockKind::TypeAlias => {
                    return self.err(
                        loc,
                        "assignment expression within a comprehension cannot be used in a type alias",
                    );
                }
                BlockKind::TypeVariable => {
                    return self.err(
                        loc,
                        "assignment expression within a comprehension cannot be used in a TypeVar bound",
                    );
                }
                BlockKind::Annotation => {
                    return self.err(loc, "named expression cannot be used within an annotation");
                }
            }
        }
        Ok(())
    }

    pub(super) fn directive(&mut self, name: Sym, loc: Loc) {
        let id = self.cur_id();
        let m = self.mangle_in(id, name);
        self.cur().directives.push((m, loc));
    }

    pub(super) fn iter_target(&mut self, target: &Expr) -> Res {
        self.cur().comp_iter_target = true;
        self.expr(target)?;
        self.cur().comp_iter_target = false;
        Ok(())
    }

    pub(super) fn iter_expr(&mut self, iter: &Expr) -> Res {
        self.cur().comp_iter_expr += 1;
        self.expr(iter)?;
        self.cur().comp_iter_expr -= 1;
        Ok(())
    }

    pub(super) fn comprehension(&mut self, c: &Comp, loc: Loc) -> Res {
        let Some((first, rest)) = c.generators.split_first() else { return Ok(()) };
        // The outermost iterable is evaluated in the surrounding block.
        self.iter_expr(&first.iter)?;
        let name = match c.kind {
            CompKind::List => sym::LISTCOMP,
            CompKind::Set => sym::SETCOMP,
            CompKind::Dict => sym::DICTCOMP,
            CompKind::Generator => sym::GENEXPR,
        };
        let id = self.enter(name, BlockKind::Function, loc);
        self.own(c.id, Role::Main, id);
        let s = self.cur();
        s.comprehension = Some(c.kind);
        s.coroutine = first.is_async;
        self.add(sym::DOT_ZERO, flag::PARAM, loc)?;
        self.iter_target(&first.target)?;
        self.exprs(&first.ifs)?;
        for g in rest {
            self.iter_target(&g.target)?;
            self.iter_expr(&g.iter)?;
            self.exprs(&g.ifs)?;
            if g.is_async {
                self.cur().coroutine = true;
            }
        }
        if let Some(v) = &c.value {
            self.expr(v)?;
        }
        self.expr(&c.elt)?;
        let generator = c.kind == CompKind::Generator;
        self.cur().generator = generator;
        let is_async = self.cur().coroutine && !generator;
        self.exit();
        if is_async {
            let top = self.options.top_level_await;
            let cur = self.cur();
            if !(cur.kind == BlockKind::Function && cur.coroutine)
                && cur.comprehension.is_none()
                && !(top && cur.kind == BlockKind::Module)
            {
                return self
                    .err(loc, "asynchronous comprehension outside of an asynchronous function");
            }
            self.cur().coroutine = true;
        }
        Ok(())
    }
}

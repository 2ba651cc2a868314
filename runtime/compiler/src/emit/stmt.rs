//! Statements that are not control flow: assignments, imports, deletions, and the dispatch.

use heddle_tlbc::defs::operands::{CommonConstant, Intrinsic1};
use heddle_tlbc::image::Const;

use super::{Emitter, Res, UnitKind};
use crate::ast::*;
use crate::flow::Op;
use crate::symtable::BlockKind;

impl<'a> Emitter<'a> {
    pub(crate) fn stmts(&mut self, body: &'a [Stmt]) -> Res {
        body.iter().try_for_each(|s| self.stmt(s))
    }

    /// The body of a module or class, with its docstring and annotations.
    pub(crate) fn body(&mut self, loc: Loc, stmts: &'a [Stmt]) -> Res {
        let loc = match stmts.first() {
            Some(s) if self.unit().kind == UnitKind::Module => s.loc,
            _ => loc,
        };
        if self.future_annotations && self.scope().annotations_used {
            self.op0(Op::SetupAnnotations, loc);
        }
        let mut rest = stmts;
        if !self.interactive
            && let Some((first, tail)) = stmts.split_first()
            && let Some(doc) = first.as_docstring()
        {
            rest = tail;
            if self.optimize < 2 {
                let doc = super::func::clean_doc(doc);
                self.load_constant(&Constant::Str(doc), first.loc);
                self.name(sym::DOC, Ctx::Store, Loc::NONE)?;
            }
        }
        self.stmts(rest)?;
        if self.unit().kind != UnitKind::Module {
            self.deferred_annotations(loc)?;
        }
        Ok(())
    }

    pub(crate) fn stmt(&mut self, s: &'a Stmt) -> Res {
        crate::deep(|| match &s.kind {
            // What leaves a `finally` body is warned of, but not what stays inside of it.
            StmtKind::For { .. } | StmtKind::While { .. } => {
                let outer = self.in_finally;
                self.in_finally = outer.map(|n| n + 1);
                let r = self.stmt_inner(s);
                self.in_finally = outer;
                r
            }
            StmtKind::FunctionDef(_) | StmtKind::ClassDef(_) => {
                let outer = self.in_finally.take();
                let r = self.stmt_inner(s);
                self.in_finally = outer;
                r
            }
            _ => self.stmt_inner(s),
        })
    }

    fn conditional(&mut self, f: impl FnOnce(&mut Self) -> Res) -> Res {
        let old = std::mem::replace(&mut self.u().in_conditional, true);
        f(self)?;
        self.u().in_conditional = old;
        Ok(())
    }

    fn stmt_inner(&mut self, s: &'a Stmt) -> Res {
        let loc = s.loc;
        match &s.kind {
            StmtKind::FunctionDef(f) => self.function(f, loc),
            StmtKind::ClassDef(c) => self.class(c, loc),
            StmtKind::TypeAlias(t) => self.type_alias(t, loc),
            StmtKind::Return(v) => self.return_(v.as_deref(), loc),
            StmtKind::Delete(t) => t.iter().try_for_each(|e| self.expr(e)),
            StmtKind::Assign { targets, value } => {
                match (&targets[..], &value.kind) {
                    // `a, b = 1, 2` needs no tuple: its parts meet their targets on the stack.
                    (
                        [
                            Expr {
                                kind:
                                    ExprKind::Tuple { elts: to, .. } | ExprKind::List { elts: to, .. },
                                ..
                            },
                        ],
                        ExprKind::Tuple { elts: from, .. },
                    ) if to.len() == from.len()
                        && (2..=3).contains(&to.len())
                        && !to.iter().chain(from).any(Expr::is_starred) =>
                    {
                        self.exprs(from)?;
                        self.op(Op::BuildTuple, from.len() as u32, value.loc);
                    }
                    _ => self.expr(value)?,
                }
                for (i, t) in targets.iter().enumerate() {
                    if i + 1 < targets.len() {
                        self.op(Op::Copy, 1, loc);
                    }
                    self.expr(t)?;
                }
                Ok(())
            }
            StmtKind::AugAssign { target, op, value } => self.aug_assign(target, *op, value, loc),
            StmtKind::AnnAssign { target, annotation, value, simple, .. } => {
                self.ann_assign(s, target, annotation, value.as_deref(), *simple)
            }
            StmtKind::For { is_async, target, iter, body, orelse } => self.conditional(|e| {
                if *is_async {
                    e.async_for(target, iter, body, orelse, loc)
                } else {
                    e.for_(target, iter, body, orelse, loc)
                }
            }),
            StmtKind::While { test, body, orelse } => {
                self.conditional(|e| e.while_(test, body, orelse, loc))
            }
            StmtKind::If { test, body, orelse } => self.conditional(|e| e.if_(test, body, orelse)),
            StmtKind::With { is_async, items, body } => {
                self.conditional(|e| e.with_(items, body, *is_async, loc))
            }
            StmtKind::Match { subject, cases } => {
                self.conditional(|e| e.match_(subject, cases, loc))
            }
            StmtKind::Raise { exc, cause } => {
                let mut n = 0;
                for e in [exc, cause].into_iter().flatten() {
                    self.expr(e)?;
                    n += 1;
                }
                self.op(Op::RaiseVarargs, n, loc);
                Ok(())
            }
            StmtKind::Try { body, handlers, orelse, finalbody, is_star } => {
                self.conditional(|e| e.try_(body, handlers, orelse, finalbody, *is_star, loc))
            }
            StmtKind::Assert { test, msg } => self.assert_(test, msg.as_deref(), loc),
            StmtKind::Import(names) => self.import(names, loc),
            StmtKind::ImportFrom { module, names, level } => {
                self.import_from(*module, names, *level, loc)
            }
            StmtKind::Global(_) | StmtKind::Nonlocal(_) => Ok(()),
            StmtKind::Expr(e) => {
                if self.interactive && self.units.len() == 1 {
                    self.expr(e)?;
                    self.op(Op::CallIntrinsic1, Intrinsic1::Print as u32, loc);
                    self.op0(Op::PopTop, Loc::NONE);
                } else if e.as_constant().is_some() {
                    self.op0(Op::Nop, loc);
                } else {
                    self.expr(e)?;
                    self.op0(Op::PopTop, Loc::NONE);
                }
                Ok(())
            }
            StmtKind::Pass => {
                self.op0(Op::Nop, loc);
                Ok(())
            }
            StmtKind::Break => self.break_(loc),
            StmtKind::Continue => self.continue_(loc),
        }
    }

    fn assert_(&mut self, test: &'a Expr, msg: Option<&'a Expr>, loc: Loc) -> Res {
        let always = match &test.kind {
            ExprKind::Tuple { elts, .. } => !elts.is_empty(),
            ExprKind::Constant(c, _) => matches!(&**c, Constant::Tuple(t) if !t.is_empty()),
            _ => false,
        };
        if always {
            self.warn(loc, "assertion is always true, perhaps remove parentheses?");
        }
        if self.optimize > 0 {
            return Ok(());
        }
        let end = self.label();
        self.jump_if(test, end, true)?;
        self.op(Op::LoadCommonConstant, CommonConstant::AssertionError as u32, loc);
        if let Some(m) = msg {
            self.expr(m)?;
            self.op(Op::Call, 0, loc);
        }
        self.op(Op::RaiseVarargs, 1, test.loc);
        self.place(end);
        Ok(())
    }

    fn import(&mut self, names: &'a [Alias], loc: Loc) -> Res {
        for a in names {
            self.load_const(Const::Int(0), loc);
            self.load_none(loc);
            self.name_op(Op::ImportName, a.name, loc);
            let text = self.names.rc(a.name);
            match a.asname {
                Some(n) => {
                    let mut parts = text.split('.').skip(1).peekable();
                    let dotted = parts.peek().is_some();
                    while let Some(p) = parts.next() {
                        let p = self.names.intern(p);
                        self.name_op(Op::ImportFrom, p, loc);
                        if parts.peek().is_some() {
                            self.op(Op::Swap, 2, loc);
                            self.op0(Op::PopTop, loc);
                        }
                    }
                    self.name(n, Ctx::Store, loc)?;
                    if dotted {
                        self.op0(Op::PopTop, loc);
                    }
                }
                None => {
                    let first = text.split('.').next().unwrap_or_default();
                    let first = self.names.intern(first);
                    self.name(first, Ctx::Store, loc)?;
                }
            }
        }
        Ok(())
    }

    fn import_from(
        &mut self,
        module: Option<Sym>,
        names: &'a [Alias],
        level: u32,
        loc: Loc,
    ) -> Res {
        self.load_const(Const::Int(i64::from(level)), loc);
        let list = names.iter().map(|a| Const::Str(self.names.get(a.name).into())).collect();
        self.load_const(Const::Tuple(list), loc);
        self.name_op(Op::ImportName, module.unwrap_or(sym::EMPTY), loc);
        for (i, a) in names.iter().enumerate() {
            if i == 0 && a.name == sym::STAR {
                self.op(Op::CallIntrinsic1, Intrinsic1::ImportStar as u32, loc);
                self.op0(Op::PopTop, Loc::NONE);
                return Ok(());
            }
            self.name_op(Op::ImportFrom, a.name, loc);
            self.name(a.asname.unwrap_or(a.name), Ctx::Store, loc)?;
        }
        self.op0(Op::PopTop, loc);
        Ok(())
    }

    fn aug_assign(&mut self, target: &'a Expr, op: Operator, value: &'a Expr, loc: Loc) -> Res {
        let tloc = target.loc;
        let oparg = super::expr::binary_op(op) as u32 + 13;
        match &target.kind {
            ExprKind::Attribute { value: obj, attr, .. } => {
                self.expr(obj)?;
                self.op(Op::Copy, 1, tloc);
                let aloc = self.attr_loc(tloc, *attr);
                let m = self.mangle(*attr);
                let i = self.u().names.add(m);
                self.op(Op::LoadAttr, i << 1, aloc);
                self.expr(value)?;
                self.op(Op::BinaryOp, oparg, loc);
                self.op(Op::Swap, 2, aloc);
                self.op(Op::StoreAttr, i, aloc);
            }
            ExprKind::Subscript { value: obj, slice, .. } => {
                self.expr(obj)?;
                if self.is_two_part_slice(slice) {
                    self.slice_parts(slice)?;
                    for _ in 0..3 {
                        self.op(Op::Copy, 3, tloc);
                    }
                    self.op0(Op::BinarySlice, tloc);
                    self.expr(value)?;
                    self.op(Op::BinaryOp, oparg, loc);
                    for n in [4, 3, 2] {
                        self.op(Op::Swap, n, tloc);
                    }
                    self.op0(Op::StoreSlice, tloc);
                } else {
                    self.expr(slice)?;
                    self.op(Op::Copy, 2, tloc);
                    self.op(Op::Copy, 2, tloc);
                    self.op(Op::BinaryOp, 26, tloc);
                    self.expr(value)?;
                    self.op(Op::BinaryOp, oparg, loc);
                    self.op(Op::Swap, 3, tloc);
                    self.op(Op::Swap, 2, tloc);
                    self.op0(Op::StoreSubscr, tloc);
                }
            }
            ExprKind::Name { id, .. } => {
                self.name(*id, Ctx::Load, tloc)?;
                self.expr(value)?;
                self.op(Op::BinaryOp, oparg, loc);
                self.name(*id, Ctx::Store, tloc)?;
            }
            _ => return self.internal("invalid node type for augmented assignment"),
        }
        Ok(())
    }

    fn ann_assign(
        &mut self,
        s: &'a Stmt,
        target: &'a Expr,
        annotation: &'a Expr,
        value: Option<&'a Expr>,
        simple: bool,
    ) -> Res {
        let loc = s.loc;
        if let Some(v) = value {
            self.expr(v)?;
            self.expr(target)?;
        }
        let top = matches!(self.unit().kind, UnitKind::Module | UnitKind::Class);
        match &target.kind {
            ExprKind::Name { id, .. } => {
                if simple && top {
                    let m = self.mangle(*id);
                    if self.future_annotations {
                        self.annotation_text(annotation);
                        self.name(sym::ANNOTATIONS, Ctx::Load, loc)?;
                        self.load_str(m, loc);
                        self.op0(Op::StoreSubscr, loc);
                    } else {
                        self.defer_annotation(s, loc)?;
                    }
                }
            }
            ExprKind::Attribute { value: obj, .. } => {
                if value.is_none() {
                    self.expr(obj)?;
                    self.op0(Op::PopTop, loc);
                }
            }
            ExprKind::Subscript { value: obj, slice, .. } => {
                if value.is_none() {
                    self.expr(obj)?;
                    self.op0(Op::PopTop, loc);
                    self.discard_slice(slice, loc)?;
                }
            }
            _ => return self.internal("invalid node type for annotated assignment"),
        }
        Ok(())
    }

    fn discard_slice(&mut self, e: &'a Expr, loc: Loc) -> Res {
        match &e.kind {
            ExprKind::Slice { lower, upper, step } => {
                for p in [lower, upper, step].into_iter().flatten() {
                    self.expr(p)?;
                    self.op0(Op::PopTop, loc);
                }
                Ok(())
            }
            ExprKind::Tuple { elts, .. } => {
                elts.iter().try_for_each(|e| self.discard_slice(e, loc))
            }
            _ => {
                self.expr(e)?;
                self.op0(Op::PopTop, loc);
                Ok(())
            }
        }
    }

    fn defer_annotation(&mut self, s: &'a Stmt, loc: Loc) -> Res {
        let class = self.scope().kind == BlockKind::Class;
        let u = self.u();
        let index = if !class || u.in_conditional {
            u.next_conditional += 1;
            u.next_conditional - 1
        } else {
            -1
        };
        u.deferred_annotations.push((s, index));
        if index >= 0 {
            if class {
                let i = self.deref_index(sym::CONDITIONAL_ANNOTATIONS)?;
                self.op(Op::LoadDeref, i, loc);
            } else {
                self.name_op(Op::LoadName, sym::CONDITIONAL_ANNOTATIONS, loc);
            }
            self.load_const(Const::Int(i64::from(index)), loc);
            self.op(Op::SetAdd, 1, loc);
            self.op0(Op::PopTop, loc);
        }
        Ok(())
    }
}

//! Functions, classes, annotations, type parameters.

use super::{Builder, Res};
use crate::ast::*;
use crate::symtable::{BlockKind, Role, SymTable, flag};

impl Builder<'_> {
    pub(super) fn ann_assign(
        &mut self,
        s: &Stmt,
        target: &Expr,
        ann: &Expr,
        value: &Option<Box<Expr>>,
        simple: bool,
    ) -> Res {
        self.cur().annotations_used = true;
        if let ExprKind::Name { id, .. } = target.kind {
            let cur_id = self.cur_id();
            let cur = self.lookup(cur_id, id);
            if cur & (flag::GLOBAL | flag::NONLOCAL) != 0 && cur_id != SymTable::TOP && simple {
                let what = if cur & flag::GLOBAL != 0 { "global" } else { "nonlocal" };
                let msg = format!("annotated name '{}' can't be {what}", self.text(id));
                return self.err(s.loc, msg);
            }
            if simple {
                self.add(id, flag::ANNOT | flag::LOCAL, target.loc)?;
            } else if value.is_some() {
                self.add(id, flag::LOCAL, target.loc)?;
            }
        } else {
            self.expr(target)?;
        }
        self.annotation(ann)?;
        self.opt(value)
    }

    /// An annotation of a variable: part of the block's `__annotate__` function.
    pub(super) fn annotation(&mut self, ann: &Expr) -> Res {
        let parent = self.cur_id();
        let kind = self.table.scopes[parent].kind;
        let p = &mut self.table.scopes[parent];
        let conditional =
            kind == BlockKind::Module || kind == BlockKind::Class && p.in_conditional_block;
        let first = conditional && !p.has_conditional_annotations;
        p.has_conditional_annotations |= conditional;
        match self.table.scopes[parent].annotation_block {
            Some(id) => self.enter_existing(id),
            None => {
                let id = self.enter(sym::ANNOTATE, BlockKind::Annotation, ann.loc);
                self.table.scopes[parent].annotation_block = Some(id);
                if kind == BlockKind::Class {
                    self.cur().can_see_class_scope = true;
                    self.add(sym::CLASSDICT, flag::USE, ann.loc)?;
                }
            }
        }
        if first {
            // The evaluating function asks which annotations were reached.
            self.add(sym::CONDITIONAL_ANNOTATIONS, flag::USE, ann.loc)?;
        }
        // Annotations of a function's locals are not evaluated, so they use no names.
        let unevaluated = self.table.scopes[parent].is_function_like();
        if unevaluated {
            self.cur().in_unevaluated_annotation = true;
        }
        self.expr(ann)?;
        if unevaluated {
            self.cur().in_unevaluated_annotation = false;
        }
        self.exit();
        Ok(())
    }

    /// The annotations of a function's signature.
    pub(super) fn signature(&mut self, f: &FunctionDef, loc: Loc) -> Res {
        let in_class = {
            let c = self.cur();
            c.can_see_class_scope || c.kind == BlockKind::Class
        };
        let id = self.enter(sym::ANNOTATE, BlockKind::Annotation, loc);
        self.own(f.id, Role::Annotations, id);
        if in_class {
            self.cur().can_see_class_scope = true;
            self.add(sym::CLASSDICT, flag::USE, loc)?;
        }
        let a = &f.args;
        let all = a
            .posonly
            .iter()
            .chain(&a.args)
            .chain(a.vararg.as_deref())
            .chain(a.kwarg.as_deref())
            .chain(&a.kwonly);
        let mut used = false;
        for arg in all {
            if let Some(ann) = &arg.annotation {
                used = true;
                self.expr(ann)?;
            }
        }
        if let Some(r) = &f.returns {
            used = true;
            self.expr(r)?;
        }
        self.cur().annotations_used = used;
        self.exit();
        Ok(())
    }

    pub(super) fn defaults(&mut self, a: &Arguments) -> Res {
        self.exprs(&a.defaults)?;
        a.kw_defaults.iter().flatten().try_for_each(|e| self.expr(e))
    }

    pub(super) fn parameters(&mut self, a: &Arguments) -> Res {
        for p in a.posonly.iter().chain(&a.args).chain(&a.kwonly) {
            self.add(p.name, flag::PARAM, p.loc)?;
        }
        if let Some(p) = &a.vararg {
            self.add(p.name, flag::PARAM, p.loc)?;
            self.cur().varargs = true;
        }
        if let Some(p) = &a.kwarg {
            self.add(p.name, flag::PARAM, p.loc)?;
            self.cur().varkeywords = true;
        }
        Ok(())
    }

    pub(super) fn function(&mut self, f: &FunctionDef, loc: Loc) -> Res {
        self.add(f.name, flag::LOCAL, loc)?;
        self.defaults(&f.args)?;
        self.exprs(&f.decorators)?;
        let generic = !f.type_params.is_empty();
        if generic {
            let kw = f.args.kw_defaults.iter().any(Option::is_some);
            self.enter_type_params(f.id, f.name, true, kw, false, loc)?;
            self.type_params(&f.type_params)?;
        }
        let has_doc = f.body.first().is_some_and(|s| s.as_docstring().is_some());
        // Made first and entered last: its annotations must not count as inside of it.
        let id = self.new_scope(f.name, BlockKind::Function, loc);
        self.own(f.id, Role::Main, id);
        self.signature(f, loc)?;
        self.table.scopes[id].has_docstring = has_doc;
        self.enter_existing(id);
        self.parameters(&f.args)?;
        self.cur().coroutine = f.is_async;
        self.stmts(&f.body)?;
        self.exit();
        if generic {
            self.exit();
        }
        Ok(())
    }

    pub(super) fn class(&mut self, c: &ClassDef, loc: Loc) -> Res {
        self.add(c.name, flag::LOCAL, loc)?;
        self.exprs(&c.decorators)?;
        let outer = self.class;
        let generic = !c.type_params.is_empty();
        if generic {
            self.enter_type_params(c.id, c.name, false, false, true, loc)?;
            self.class = Some(c.name);
            self.cur().mangled_names = Some(Vec::new());
            self.type_params(&c.type_params)?;
        }
        self.exprs(&c.bases)?;
        for k in &c.keywords {
            if let Some(n) = k.arg {
                self.check_name(n, Ctx::Store, k.loc)?;
            }
            self.expr(&k.value)?;
        }
        let id = self.enter(c.name, BlockKind::Class, loc);
        self.own(c.id, Role::Main, id);
        self.class = Some(c.name);
        if generic {
            self.add(sym::TYPE_PARAMS, flag::LOCAL, loc)?;
            self.add(sym::DOT_TYPE_PARAMS, flag::USE, loc)?;
        }
        self.cur().has_docstring = c.body.first().is_some_and(|s| s.as_docstring().is_some());
        self.stmts(&c.body)?;
        self.exit();
        if generic {
            self.exit();
        }
        self.class = outer;
        Ok(())
    }

    pub(super) fn type_alias(&mut self, t: &TypeAlias, loc: Loc) -> Res {
        self.expr(&t.name)?;
        let ExprKind::Name { id: name, .. } = t.name.kind else { return Ok(()) };
        let in_class = self.cur().kind == BlockKind::Class;
        let generic = !t.type_params.is_empty();
        if generic {
            self.enter_type_params(t.id, name, false, false, false, loc)?;
            self.type_params(&t.type_params)?;
        }
        let id = self.enter(name, BlockKind::TypeAlias, loc);
        self.own(t.id, Role::Main, id);
        self.cur().can_see_class_scope = in_class;
        if in_class {
            self.add(sym::CLASSDICT, flag::USE, t.value.loc)?;
        }
        self.expr(&t.value)?;
        self.exit();
        if generic {
            self.exit();
        }
        Ok(())
    }

    pub(super) fn enter_type_params(
        &mut self,
        node: NodeId,
        name: Sym,
        defaults: bool,
        kw: bool,
        class: bool,
        loc: Loc,
    ) -> Res {
        let in_class = self.cur().kind == BlockKind::Class;
        let id = self.enter(name, BlockKind::TypeParameters, loc);
        self.own(node, Role::TypeParams, id);
        if in_class {
            self.cur().can_see_class_scope = true;
            self.add(sym::CLASSDICT, flag::USE, loc)?;
        }
        if class {
            self.add(sym::DOT_TYPE_PARAMS, flag::LOCAL | flag::USE, loc)?;
            self.add(sym::DOT_GENERIC_BASE, flag::LOCAL | flag::USE, loc)?;
        }
        if defaults {
            self.add(sym::DOT_DEFAULTS, flag::PARAM, loc)?;
        }
        if kw {
            self.add(sym::DOT_KWDEFAULTS, flag::PARAM, loc)?;
        }
        Ok(())
    }

    pub(super) fn type_params(&mut self, list: &[TypeParam]) -> Res {
        for p in list {
            if p.name == sym::CLASSDICT {
                let msg = format!(
                    "reserved name '{}' cannot be used for type parameter",
                    self.text(p.name)
                );
                return self.err(p.loc, msg);
            }
            if let Some(m) = &mut self.cur().mangled_names
                && !m.contains(&p.name)
            {
                m.push(p.name);
            }
            self.add(p.name, flag::TYPE_PARAM | flag::LOCAL, p.loc)?;
            let (bound, default) = match p.kind {
                TypeParamKind::TypeVar => {
                    let tuple =
                        p.bound.as_ref().is_some_and(|b| matches!(b.kind, ExprKind::Tuple { .. }));
                    (
                        if tuple { "a TypeVar constraint" } else { "a TypeVar bound" },
                        "a TypeVar default",
                    )
                }
                TypeParamKind::TypeVarTuple => ("", "a TypeVarTuple default"),
                TypeParamKind::ParamSpec => ("", "a ParamSpec default"),
            };
            self.type_variable(p, &p.bound, Role::Main, bound)?;
            self.type_variable(p, &p.default, Role::Default, default)?;
        }
        Ok(())
    }

    pub(super) fn type_variable(
        &mut self,
        p: &TypeParam,
        e: &Option<Box<Expr>>,
        role: Role,
        info: &'static str,
    ) -> Res {
        let Some(e) = e else { return Ok(()) };
        let in_class = self.cur().can_see_class_scope;
        let id = self.enter(p.name, BlockKind::TypeVariable, e.loc);
        self.own(p.id, role, id);
        self.cur().can_see_class_scope = in_class;
        if in_class {
            self.add(sym::CLASSDICT, flag::USE, e.loc)?;
        }
        self.cur().scope_info = info;
        self.expr(e)?;
        self.exit();
        Ok(())
    }
}

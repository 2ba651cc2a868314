//! The first pass: how each block uses each name.

use super::analyze::analyze;
use super::{BlockKind, CompKind, Role, Scope, ScopeId, SymMap, SymTable, flag};
use crate::ast::*;
use crate::error::CompileError;

/// What the builder must know besides the tree.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options {
    /// `from __future__ import annotations` is on.
    pub future_annotations: bool,
    /// `await` is allowed in a module.
    pub top_level_await: bool,
}

type Res<T = ()> = Result<T, CompileError>;

/// The scopes of `tree`.
pub fn build(tree: &mut Tree, options: Options) -> Result<SymTable, CompileError> {
    let Tree { body, names, nodes, .. } = tree;
    let table =
        SymTable { scopes: Vec::new(), by_node: vec![u32::MAX; *nodes as usize * 4], future: 0 };
    let mut b = Builder { table, names, options, stack: Vec::new(), class: None };
    b.enter(sym::TOP, BlockKind::Module, Loc::line_only(0));
    match body {
        Mod::Module(stmts) => {
            b.table.scopes[0].has_docstring =
                stmts.first().is_some_and(|s| s.as_docstring().is_some());
            b.stmts(stmts)?;
        }
        Mod::Interactive(stmts) => b.stmts(stmts)?,
        Mod::Expression(e) => b.expr(e)?,
    }
    b.exit();
    let mut table = b.table;
    analyze(&mut table, names)?;
    Ok(table)
}

struct Builder<'a> {
    table: SymTable,
    names: &'a mut Names,
    options: Options,
    stack: Vec<ScopeId>,
    /// The class whose private names are mangled.
    class: Option<Sym>,
}

impl Builder<'_> {
    fn cur_id(&self) -> ScopeId {
        *self.stack.last().unwrap_or(&0)
    }

    fn cur(&mut self) -> &mut Scope {
        let id = self.cur_id();
        &mut self.table.scopes[id]
    }

    fn new_scope(&mut self, name: Sym, kind: BlockKind, loc: Loc) -> ScopeId {
        let parent = self.stack.last().map(|&p| &self.table.scopes[p]);
        let scope = Scope {
            name,
            kind,
            loc,
            symbols: SymMap::default(),
            varnames: Vec::new(),
            children: Vec::new(),
            directives: Vec::new(),
            nested: parent.is_some_and(|p| p.nested || p.is_function_like()),
            generator: false,
            coroutine: false,
            comprehension: None,
            varargs: false,
            varkeywords: false,
            has_docstring: false,
            method: kind == BlockKind::Function && self.directly_in_class(),
            needs_class_closure: false,
            needs_classdict: false,
            comp_inlined: false,
            comp_iter_target: false,
            comp_iter_expr: 0,
            can_see_class_scope: false,
            annotations_used: false,
            has_conditional_annotations: false,
            in_conditional_block: false,
            in_unevaluated_annotation: false,
            annotation_block: None,
            scope_info: "",
            mangled_names: None,
            has_free: false,
        };
        self.table.scopes.push(scope);
        self.table.scopes.len() - 1
    }

    fn directly_in_class(&self) -> bool {
        self.stack.last().is_some_and(|&i| self.table.scopes[i].kind == BlockKind::Class)
    }

    fn enter(&mut self, name: Sym, kind: BlockKind, loc: Loc) -> ScopeId {
        let id = self.new_scope(name, kind, loc);
        self.enter_existing(id);
        if matches!(kind, BlockKind::Annotation | BlockKind::TypeAlias | BlockKind::TypeVariable) {
            // The format argument of the function that evaluates the block.
            self.add_raw(id, sym::DOT_FORMAT, flag::PARAM | flag::USE);
            self.table.scopes[id].varnames.push(sym::DOT_FORMAT);
        }
        id
    }

    fn enter_existing(&mut self, id: ScopeId) {
        if let Some(&parent) = self.stack.last() {
            let p = &self.table.scopes[parent];
            let (iter_expr, mangled) = (p.comp_iter_expr, p.mangled_names.clone());
            let s = &mut self.table.scopes[id];
            s.comp_iter_expr = iter_expr;
            if s.kind != BlockKind::Class {
                s.mangled_names = mangled;
            }
            let annotation = s.kind == BlockKind::Annotation;
            if !(annotation && self.options.future_annotations)
                && self.table.scopes[parent].annotation_block != Some(id)
            {
                self.table.scopes[parent].children.push(id);
            }
        }
        self.stack.push(id);
    }

    fn exit(&mut self) {
        self.stack.pop();
    }

    fn own(&mut self, node: NodeId, role: Role, id: ScopeId) {
        self.table.by_node[node.0 as usize * 4 + role as usize] = id as u32;
    }

    fn mangle_in(&mut self, id: ScopeId, name: Sym) -> Sym {
        if self.class.is_some() && self.table.scopes[id].mangles(name) {
            self.names.mangle(self.class, name)
        } else {
            name
        }
    }

    fn lookup(&mut self, id: ScopeId, name: Sym) -> u32 {
        let m = self.mangle_in(id, name);
        self.table.scopes[id].symbols.get(m).map_or(0, |s| s.flags)
    }

    fn err<T>(&self, loc: Loc, msg: impl Into<String>) -> Res<T> {
        Err(CompileError::at(msg, loc))
    }

    fn text(&self, s: Sym) -> &str {
        self.names.get(s)
    }

    fn add_raw(&mut self, id: ScopeId, name: Sym, flags: u32) {
        self.table.scopes[id].symbols.entry(name).flags |= flags;
    }

    /// Notes a use of `name` in the current block.
    fn add(&mut self, name: Sym, flags: u32, loc: Loc) -> Res {
        let id = self.cur_id();
        self.add_to(id, name, flags, loc)
    }

    fn add_to(&mut self, id: ScopeId, name: Sym, flags: u32, loc: Loc) -> Res {
        if flags & (flag::LOCAL | flag::PARAM | flag::IMPORT) != 0 && name == sym::DEBUG {
            return self.err(loc, "cannot assign to __debug__");
        }
        let m = self.mangle_in(id, name);
        let scope = &mut self.table.scopes[id];
        let iter_target = scope.comp_iter_target;
        let s = scope.symbols.entry(m);
        let old = s.flags;
        if flags & flag::PARAM != 0 && old & flag::PARAM != 0 {
            let msg = format!("duplicate argument '{}' in function definition", self.text(name));
            return self.err(loc, msg);
        }
        if flags & flag::TYPE_PARAM != 0 && old & flag::TYPE_PARAM != 0 {
            let msg = format!("duplicate type parameter '{}'", self.text(name));
            return self.err(loc, msg);
        }
        s.flags |= flags;
        if iter_target {
            if old & (flag::GLOBAL | flag::NONLOCAL) != 0 {
                let msg = format!(
                    "comprehension inner loop cannot rebind assignment expression target '{}'",
                    self.text(name)
                );
                return self.err(loc, msg);
            }
            s.flags |= flag::COMP_ITER;
        }
        if flags & flag::PARAM != 0 {
            scope.varnames.push(m);
        } else if flags & flag::GLOBAL != 0 {
            self.add_raw(SymTable::TOP, m, flags);
        }
        Ok(())
    }

    fn stmts(&mut self, body: &[Stmt]) -> Res {
        body.iter().try_for_each(|s| self.stmt(s))
    }

    fn exprs(&mut self, list: &[Expr]) -> Res {
        list.iter().try_for_each(|e| self.expr(e))
    }

    fn opt(&mut self, e: &Option<Box<Expr>>) -> Res {
        match e {
            Some(e) => self.expr(e),
            None => Ok(()),
        }
    }

    fn stmt(&mut self, s: &Stmt) -> Res {
        crate::deep(|| self.stmt_inner(s))
    }

    /// Statements that may not run: annotations in them are conditional.
    fn conditional(&mut self, f: impl FnOnce(&mut Self) -> Res) -> Res {
        let old = std::mem::replace(&mut self.cur().in_conditional_block, true);
        f(self)?;
        self.cur().in_conditional_block = old;
        Ok(())
    }

    fn stmt_inner(&mut self, s: &Stmt) -> Res {
        let loc = s.loc;
        match &s.kind {
            StmtKind::FunctionDef(f) => self.function(f, loc),
            StmtKind::ClassDef(c) => self.class(c, loc),
            StmtKind::TypeAlias(t) => self.type_alias(t, loc),
            StmtKind::Return(v) => self.opt(v),
            StmtKind::Delete(t) => self.exprs(t),
            StmtKind::Assign { targets, value } => {
                self.exprs(targets)?;
                self.expr(value)
            }
            StmtKind::AugAssign { target, value, .. } => {
                self.expr(target)?;
                self.expr(value)
            }
            StmtKind::AnnAssign { target, annotation, value, simple, .. } => {
                self.ann_assign(s, target, annotation, value, *simple)
            }
            StmtKind::For { target, iter, body, orelse, .. } => {
                self.expr(target)?;
                self.expr(iter)?;
                self.conditional(|b| {
                    b.stmts(body)?;
                    b.stmts(orelse)
                })
            }
            StmtKind::While { test, body, orelse } | StmtKind::If { test, body, orelse } => {
                self.expr(test)?;
                self.conditional(|b| {
                    b.stmts(body)?;
                    b.stmts(orelse)
                })
            }
            StmtKind::With { items, body, .. } => self.conditional(|b| {
                for i in items {
                    b.expr(&i.context)?;
                    b.opt(&i.vars)?;
                }
                b.stmts(body)
            }),
            StmtKind::Match { subject, cases } => {
                self.expr(subject)?;
                self.conditional(|b| {
                    for c in cases {
                        b.pattern(&c.pattern)?;
                        b.opt(&c.guard)?;
                        b.stmts(&c.body)?;
                    }
                    Ok(())
                })
            }
            StmtKind::Raise { exc, cause } => {
                self.opt(exc)?;
                self.opt(cause)
            }
            StmtKind::Try { body, handlers, orelse, finalbody, .. } => self.conditional(|b| {
                b.stmts(body)?;
                for h in handlers {
                    b.opt(&h.typ)?;
                    if let Some(n) = h.name {
                        b.add(n, flag::LOCAL, h.loc)?;
                    }
                    b.stmts(&h.body)?;
                }
                b.stmts(orelse)?;
                b.stmts(finalbody)
            }),
            StmtKind::Assert { test, msg } => {
                self.expr(test)?;
                self.opt(msg)
            }
            StmtKind::Import(names) | StmtKind::ImportFrom { names, .. } => {
                names.iter().try_for_each(|a| self.alias(a))
            }
            StmtKind::Global(names) => self.declare(names, loc, true),
            StmtKind::Nonlocal(names) => self.declare(names, loc, false),
            StmtKind::Expr(e) => self.expr(e),
            StmtKind::Pass | StmtKind::Break | StmtKind::Continue => Ok(()),
        }
    }

    fn declare(&mut self, names: &[Sym], loc: Loc, global: bool) -> Res {
        let what = if global { "global" } else { "nonlocal" };
        for &n in names {
            let id = self.cur_id();
            let cur = self.lookup(id, n);
            if cur & (flag::PARAM | flag::LOCAL | flag::USE | flag::ANNOT) != 0 {
                let t = self.text(n);
                let msg = if cur & flag::PARAM != 0 {
                    format!("name '{t}' is parameter and {what}")
                } else if cur & flag::USE != 0 {
                    format!("name '{t}' is used prior to {what} declaration")
                } else if cur & flag::ANNOT != 0 {
                    format!("annotated name '{t}' can't be {what}")
                } else {
                    format!("name '{t}' is assigned to before {what} declaration")
                };
                return self.err(loc, msg);
            }
            self.add(n, if global { flag::GLOBAL } else { flag::NONLOCAL }, loc)?;
            let m = self.mangle_in(id, n);
            self.cur().directives.push((m, loc));
        }
        Ok(())
    }

    fn alias(&mut self, a: &Alias) -> Res {
        let name = match a.asname {
            Some(n) => n,
            None if a.name == sym::STAR => {
                if self.cur().kind != BlockKind::Module {
                    return self.err(a.loc, "import * only allowed at module level");
                }
                return Ok(());
            }
            None => {
                let text = self.names.rc(a.name);
                match text.split_once('.') {
                    Some((first, _)) => self.names.intern(first),
                    None => a.name,
                }
            }
        };
        self.add(name, flag::IMPORT | flag::LOCAL, a.loc)
    }

    fn ann_assign(
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
    fn annotation(&mut self, ann: &Expr) -> Res {
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
    fn signature(&mut self, f: &FunctionDef, loc: Loc) -> Res {
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

    fn defaults(&mut self, a: &Arguments) -> Res {
        self.exprs(&a.defaults)?;
        a.kw_defaults.iter().flatten().try_for_each(|e| self.expr(e))
    }

    fn parameters(&mut self, a: &Arguments) -> Res {
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

    fn function(&mut self, f: &FunctionDef, loc: Loc) -> Res {
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

    fn class(&mut self, c: &ClassDef, loc: Loc) -> Res {
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

    fn type_alias(&mut self, t: &TypeAlias, loc: Loc) -> Res {
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

    fn enter_type_params(
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

    fn type_params(&mut self, list: &[TypeParam]) -> Res {
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

    fn type_variable(
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

    fn pattern(&mut self, p: &Pattern) -> Res {
        crate::deep(|| self.pattern_inner(p))
    }

    fn pattern_inner(&mut self, p: &Pattern) -> Res {
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
    fn not_in_annotation(&mut self, what: &str, loc: Loc) -> Res {
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

    fn not_in_comprehension(&mut self, loc: Loc) -> Res {
        let place = match self.cur().comprehension {
            None => return Ok(()),
            Some(CompKind::List) => "list comprehension",
            Some(CompKind::Set) => "set comprehension",
            Some(CompKind::Dict) => "dict comprehension",
            Some(CompKind::Generator) => "generator expression",
        };
        self.err(loc, format!("'yield' inside {place}"))
    }

    fn check_name(&self, name: Sym, ctx: Ctx, loc: Loc) -> Res {
        if name == sym::DEBUG {
            match ctx {
                Ctx::Store => return self.err(loc, "cannot assign to __debug__"),
                Ctx::Del => return self.err(loc, "cannot delete __debug__"),
                Ctx::Load => {}
            }
        }
        Ok(())
    }

    fn expr(&mut self, e: &Expr) -> Res {
        crate::deep(|| self.expr_inner(e))
    }

    fn expr_inner(&mut self, e: &Expr) -> Res {
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

    fn yield_(&mut self, loc: Loc) -> Res {
        self.not_in_annotation("yield expression", loc)?;
        self.cur().generator = true;
        self.not_in_comprehension(loc)
    }

    /// `:=` in a comprehension binds in the function or module around it.
    fn extend_named(&mut self, target: &Expr) -> Res {
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

    fn directive(&mut self, name: Sym, loc: Loc) {
        let id = self.cur_id();
        let m = self.mangle_in(id, name);
        self.cur().directives.push((m, loc));
    }

    fn iter_target(&mut self, target: &Expr) -> Res {
        self.cur().comp_iter_target = true;
        self.expr(target)?;
        self.cur().comp_iter_target = false;
        Ok(())
    }

    fn iter_expr(&mut self, iter: &Expr) -> Res {
        self.cur().comp_iter_expr += 1;
        self.expr(iter)?;
        self.cur().comp_iter_expr -= 1;
        Ok(())
    }

    fn comprehension(&mut self, c: &Comp, loc: Loc) -> Res {
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

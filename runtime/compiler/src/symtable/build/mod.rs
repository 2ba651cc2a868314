//! The first pass: how each block uses each name.

mod defs;
mod exprs;

use super::analyze::analyze;
use super::{BlockKind, Role, Scope, ScopeId, SymMap, SymTable, flag};
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
}

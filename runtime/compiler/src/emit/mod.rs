//! From the tree and its scopes to instructions.
//!
//! One [`Unit`] for each code object under construction, on a stack as functions nest. This file has
//! the machinery that the others share: units, constants, names, frame blocks. `stmt` and `control`
//! do statements, `func` what makes functions and classes, `expr`, `call`, `comp`, `pattern` and
//! `assign` the rest; `fold` computes constants.

mod block;
mod call;
mod comp;
mod compare;
mod control;
mod display;
mod expr;
mod fold;
mod format;
mod func;
mod params;
mod pattern;
mod stmt;

use std::sync::Arc;

use heddle_tlbc::defs::operands::{co, resume};
use heddle_tlbc::image::{BigInt, CodeImage, Const, PyText};

use crate::ast::names::IntMap;
use crate::ast::*;
use crate::error::{CompileError, ErrorKind, Warning};
use crate::flow::{Label, Op, Seq, finish};
use crate::symtable::{BlockKind, Place, Role, Scope, ScopeId, SymTable};

use block::FBlock;

pub(crate) type Res<T = ()> = Result<T, CompileError>;

/// What kind of code object a unit becomes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnitKind {
    Module,
    Class,
    Function,
    AsyncFunction,
    Lambda,
    Comprehension,
    /// `__annotate__`, type alias values, bounds.
    Annotations,
    TypeParams,
}

/// Insertion-ordered set of names with their index.
#[derive(Debug, Default)]
pub struct NameList {
    pub list: Vec<Sym>,
    index: IntMap<Sym, u32>,
}

impl NameList {
    /// Index of `s`, appended if new.
    pub fn add(&mut self, s: Sym) -> u32 {
        let n = self.list.len() as u32;
        let list = &mut self.list;
        *self.index.entry(s).or_insert_with(|| {
            list.push(s);
            n
        })
    }

    /// Index of `s`.
    pub fn find(&self, s: Sym) -> Option<u32> {
        self.index.get(&s).copied()
    }
}

/// Constants, each once.
#[derive(Debug, Default)]
pub struct ConstPool {
    pub list: Vec<Const>,
    index: IntMap<Const, u32>,
}

impl ConstPool {
    fn add(&mut self, c: Const) -> u32 {
        let n = self.list.len() as u32;
        // Comparing code objects costs more than it saves: two alike are very rare.
        if matches!(c, Const::Code(_)) {
            self.list.push(c);
            return n;
        }
        if let Some(&i) = self.index.get(&c) {
            return i;
        }
        self.index.insert(c.clone(), n);
        self.list.push(c);
        n
    }
}

/// A code object under construction.
pub struct Unit<'a> {
    pub scope: ScopeId,
    pub kind: UnitKind,
    pub name: Sym,
    pub qualname: String,
    /// The class whose private names are mangled here.
    pub private: Option<Sym>,
    pub firstlineno: u32,
    pub argcount: u32,
    pub posonly: u32,
    pub kwonly: u32,
    pub seq: Seq,
    pub consts: ConstPool,
    pub names: NameList,
    pub varnames: NameList,
    pub cellvars: NameList,
    pub freevars: NameList,
    pub fblocks: Vec<FBlock<'a>>,
    /// Names that a comprehension in a class or module body keeps in fast variables.
    pub fast_hidden: IntMap<Sym, bool>,
    /// Overrides of the symbol table while an inlined comprehension is compiled.
    overrides: IntMap<Sym, Place>,
    in_inlined_comp: u32,
    static_attributes: Vec<Sym>,
    deferred_annotations: Vec<(&'a Stmt, i32)>,
    next_conditional: i32,
    in_conditional: bool,
}

/// The code generator.
pub struct Emitter<'a> {
    pub table: &'a SymTable,
    pub names: &'a mut Names,
    pub filename: PyText,
    pub optimize: u8,
    pub flags: u32,
    pub interactive: bool,
    pub future_annotations: bool,
    pub top_level_await: bool,
    pub units: Vec<Unit<'a>>,
    pub warnings: Vec<Warning>,
    /// In the `finally` part of a statement of this function: loops open inside it, or none.
    in_finally: Option<u32>,
    /// Position of the module's first statement.
    body_loc: Option<Loc>,
}

/// Everything but the tree that decides what is emitted.
pub struct Options {
    pub filename: PyText,
    /// 0, 1 (no asserts) or 2 (no docstrings either).
    pub optimize: u8,
    /// `co_flags` bits of future features.
    pub flags: u32,
    pub future_annotations: bool,
    pub top_level_await: bool,
}

/// Compiles a tree.
pub fn emit<'a>(
    body: &'a Mod,
    names: &'a mut Names,
    table: &'a SymTable,
    options: Options,
    warnings: &mut Vec<Warning>,
) -> Res<CodeImage> {
    let mut e = Emitter {
        table,
        names,
        filename: options.filename,
        optimize: options.optimize,
        flags: options.flags,
        interactive: matches!(body, Mod::Interactive(_)),
        future_annotations: options.future_annotations,
        top_level_await: options.top_level_await,
        units: Vec::new(),
        warnings: Vec::new(),
        in_finally: None,
        body_loc: None,
    };
    let image = e.module(body)?;
    // A `finally` body is compiled once for each way into it, and warned of once.
    let mut seen = std::collections::HashSet::new();
    warnings.extend(e.warnings.into_iter().filter(|w| seen.insert((w.message.clone(), w.loc))));
    Ok(image)
}

impl<'a> Emitter<'a> {
    fn module(&mut self, body: &'a Mod) -> Res<CodeImage> {
        self.enter_scope(sym::MODULE_NAME, UnitKind::Module, SymTable::TOP, 1, None)?;
        let loc = Loc { line: 1, end_line: 1, col: 0, end_col: 0 };
        match body {
            Mod::Module(stmts) | Mod::Interactive(stmts) => {
                let loc = stmts.first().map_or(loc, |s| s.loc);
                self.body_loc = Some(loc);
                self.conditional_set(loc);
                self.body(loc, stmts)?;
                self.finish_unit(true)
            }
            Mod::Expression(e) => {
                self.expr(e)?;
                self.finish_unit(false)
            }
        }
    }

    /// The set of annotations that were reached, where some may not be.
    fn conditional_set(&mut self, loc: Loc) {
        if self.scope().has_conditional_annotations && !self.future_annotations {
            self.op(Op::BuildSet, 0, loc);
            self.name_op(Op::StoreName, sym::CONDITIONAL_ANNOTATIONS, loc);
        }
    }

    pub(crate) fn u(&mut self) -> &mut Unit<'a> {
        let n = self.units.len() - 1;
        &mut self.units[n]
    }

    pub(crate) fn unit(&self) -> &Unit<'a> {
        &self.units[self.units.len() - 1]
    }

    pub(crate) fn scope(&self) -> &'a Scope {
        &self.table.scopes[self.unit().scope]
    }

    pub(crate) fn scope_of(&self, node: NodeId, role: Role) -> Res<ScopeId> {
        self.table
            .of(node, role)
            .ok_or_else(|| CompileError::plain(ErrorKind::Internal, "unknown symbol table entry"))
    }

    pub(crate) fn err<T>(&self, loc: Loc, msg: impl Into<String>) -> Res<T> {
        Err(CompileError::at(msg, loc))
    }

    pub(crate) fn warn(&mut self, loc: Loc, message: impl Into<String>) {
        self.warnings.push(Warning { message: message.into(), loc });
    }

    // ---- instructions ----

    pub(crate) fn op(&mut self, op: Op, arg: u32, loc: Loc) {
        self.u().seq.push(op, arg, loc);
    }

    pub(crate) fn op0(&mut self, op: Op, loc: Loc) {
        self.u().seq.push(op, 0, loc);
    }

    pub(crate) fn jump(&mut self, op: Op, to: Label, loc: Loc) {
        self.u().seq.push(op, to.0, loc);
    }

    pub(crate) fn label(&mut self) -> Label {
        self.u().seq.label()
    }

    pub(crate) fn place(&mut self, l: Label) {
        self.u().seq.place(l);
    }

    /// An instruction that names something in `co_names`, unmangled.
    pub(crate) fn name_op(&mut self, op: Op, name: Sym, loc: Loc) {
        let i = self.u().names.add(name);
        self.op(op, i, loc);
    }

    pub(crate) fn load_const(&mut self, c: Const, loc: Loc) {
        if let Const::Int(i @ 0..=255) = c {
            self.op(Op::LoadSmallInt, i as u32, loc);
            return;
        }
        let i = self.u().consts.add(c);
        self.op(Op::LoadConst, i, loc);
    }

    pub(crate) fn load_none(&mut self, loc: Loc) {
        self.load_const(Const::None, loc);
    }

    pub(crate) fn load_str(&mut self, s: Sym, loc: Loc) {
        let c = Const::Str(self.names.get(s).into());
        self.load_const(c, loc);
    }

    pub(crate) fn load_constant(&mut self, c: &Constant, loc: Loc) {
        let c = to_const(c);
        self.load_const(c, loc);
    }

    /// Mangles class-private names.
    pub(crate) fn mangle(&mut self, name: Sym) -> Sym {
        let private = self.unit().private;
        if private.is_none() || !self.scope().mangles(name) {
            return name;
        }
        self.names.mangle(private, name)
    }

    // ---- units ----

    pub(crate) fn enter_scope(
        &mut self,
        name: Sym,
        kind: UnitKind,
        scope: ScopeId,
        line: u32,
        private: Option<Sym>,
    ) -> Res {
        let s = &self.table.scopes[scope];
        let mut cells: Vec<Sym> = Vec::new();
        let mut frees: Vec<Sym> = Vec::new();
        for (n, sy) in s.symbols.iter() {
            use crate::symtable::flag;
            if sy.place == Place::Cell || sy.flags & flag::COMP_CELL != 0 {
                cells.push(n);
            }
            if sy.place == Place::Free || sy.flags & flag::FREE_CLASS != 0 {
                frees.push(n);
            }
        }
        cells.sort_unstable_by(|a, b| self.names.get(*a).cmp(self.names.get(*b)));
        frees.sort_unstable_by(|a, b| self.names.get(*a).cmp(self.names.get(*b)));
        let mut cellvars = NameList::default();
        cells.into_iter().for_each(|c| {
            cellvars.add(c);
        });
        if s.needs_class_closure {
            cellvars.add(sym::CLASS);
        }
        if s.needs_classdict {
            cellvars.add(sym::CLASSDICT);
        }
        if s.has_conditional_annotations && s.kind == BlockKind::Class && !self.future_annotations {
            cellvars.add(sym::CONDITIONAL_ANNOTATIONS);
        }
        let mut freevars = NameList::default();
        frees.into_iter().for_each(|c| {
            freevars.add(c);
        });
        let mut varnames = NameList::default();
        s.varnames.iter().for_each(|&v| {
            varnames.add(v);
        });
        let qualname = self.qualname(name, kind);
        self.units.push(Unit {
            scope,
            kind,
            name,
            qualname,
            private: private.or_else(|| self.units.last().and_then(|u| u.private)),
            firstlineno: line,
            argcount: 0,
            posonly: 0,
            kwonly: 0,
            seq: Seq::default(),
            consts: ConstPool::default(),
            names: NameList::default(),
            varnames,
            cellvars,
            freevars,
            fblocks: Vec::new(),
            fast_hidden: IntMap::default(),
            overrides: IntMap::default(),
            in_inlined_comp: 0,
            static_attributes: Vec::new(),
            deferred_annotations: Vec::new(),
            next_conditional: 0,
            in_conditional: false,
        });
        let line = if kind == UnitKind::Module { 0 } else { line };
        let loc = Loc { line, end_line: line.max(1), col: 0, end_col: 0 };
        self.op(Op::Resume, resume::FUNC_START, loc);
        Ok(())
    }

    fn qualname(&self, name: Sym, kind: UnitKind) -> String {
        let text = self.names.get(name);
        let mut parent = self.units.last();
        if let Some(p) = parent
            && matches!(p.kind, UnitKind::TypeParams | UnitKind::Annotations)
        {
            // Such a scope is not in qualified names; what it holds is nested in the next.
            parent =
                if self.units.len() >= 2 { self.units.get(self.units.len() - 2) } else { None };
            if self.units.len() == 2 {
                return text.to_owned();
            }
        }
        let Some(p) = parent else { return text.to_owned() };
        if p.kind == UnitKind::Module {
            return text.to_owned();
        }
        if matches!(kind, UnitKind::Function | UnitKind::AsyncFunction | UnitKind::Class) {
            let mut m = name;
            if let (Some(c), true) = (p.private, text.starts_with("__") && !text.ends_with("__")) {
                let stripped = self.names.get(c).trim_start_matches('_');
                let mangled = format!("_{stripped}{text}");
                if let Some(s) = self.names.find(&mangled) {
                    m = s;
                }
            }
            if self.table.scopes[p.scope].place(m) == Place::GlobalExplicit {
                return text.to_owned();
            }
        }
        match p.kind {
            UnitKind::Function | UnitKind::AsyncFunction | UnitKind::Lambda => {
                format!("{}.<locals>.{text}", p.qualname)
            }
            _ => format!("{}.{text}", p.qualname),
        }
    }

    /// Ends the unit on top: tidies its code and makes the image.
    pub(crate) fn finish_unit(&mut self, add_none: bool) -> Res<CodeImage> {
        if !self.unit().deferred_annotations.is_empty() && self.unit().kind == UnitKind::Module {
            self.module_annotations()?;
        }
        if add_none {
            self.load_none(Loc::NONE);
        }
        self.op0(Op::ReturnValue, Loc::NONE);
        let flags = self.code_flags();
        let Some(unit) = self.units.pop() else {
            return Err(CompileError::plain(ErrorKind::Internal, "no code unit"));
        };
        finish(unit, flags, self.names, &self.filename)
    }

    fn code_flags(&self) -> u32 {
        let s = self.scope();
        let u = self.unit();
        let mut f = 0;
        if s.is_function_like() {
            f |= co::NEWLOCALS | co::OPTIMIZED;
            if s.nested {
                f |= co::NESTED;
            }
            if s.generator && !s.coroutine {
                f |= co::GENERATOR;
            }
            if s.coroutine && !s.generator {
                f |= co::COROUTINE;
            }
            if s.generator && s.coroutine {
                f |= co::ASYNC_GENERATOR;
            }
            if s.varargs {
                f |= co::VARARGS;
            }
            if s.varkeywords {
                f |= co::VARKEYWORDS;
            }
        }
        if matches!(u.kind, UnitKind::Function | UnitKind::AsyncFunction)
            && s.has_docstring
            && self.optimize < 2
        {
            f |= co::HAS_DOCSTRING;
        }
        if s.method
            && matches!(u.kind, UnitKind::Function | UnitKind::AsyncFunction | UnitKind::Lambda)
        {
            f |= co::METHOD;
        }
        if self.top_level_await && u.kind == UnitKind::Module && s.coroutine {
            f |= co::COROUTINE;
        }
        f | self.flags
    }

    // ---- names ----

    /// Where a mangled name lives for the unit on top.
    pub(crate) fn place_of(&self, name: Sym) -> Place {
        if let Some(&p) = self.unit().overrides.get(&name) {
            return p;
        }
        match self.scope().place(name) {
            Place::Unknown if self.is_implicit_cell(name) => Place::Cell,
            p => p,
        }
    }

    fn is_implicit_cell(&self, name: Sym) -> bool {
        self.scope().kind == BlockKind::Class
            && (name == sym::CLASS || name == sym::CLASSDICT)
            && self.unit().cellvars.find(name).is_some()
    }

    /// Index of a cell or free variable.
    pub(crate) fn deref_index(&mut self, name: Sym) -> Res<u32> {
        let u = self.unit();
        if let Some(i) = u.cellvars.find(name) {
            return Ok(i);
        }
        match u.freevars.find(name) {
            Some(i) => Ok(i + u.cellvars.list.len() as u32),
            None => {
                let msg = format!("compiler lost the cell of '{}'", self.names.get(name));
                Err(CompileError::plain(ErrorKind::Internal, msg))
            }
        }
    }

    /// Loads, stores or deletes a name.
    pub(crate) fn name(&mut self, name: Sym, ctx: Ctx, loc: Loc) -> Res {
        let m = self.mangle(name);
        self.mangled(m, ctx, loc)
    }

    fn mangled(&mut self, m: Sym, ctx: Ctx, loc: Loc) -> Res {
        let scope = self.scope();
        let function_like = scope.is_function_like();
        enum How {
            Fast,
            Deref,
            Global,
            Name,
        }
        let place = self.place_of(m);
        let how = match place {
            Place::Free | Place::Cell => How::Deref,
            Place::Local if function_like || self.unit().fast_hidden.get(&m) == Some(&true) => {
                How::Fast
            }
            Place::GlobalImplicit if function_like => How::Global,
            Place::GlobalExplicit => How::Global,
            _ => How::Name,
        };
        match how {
            How::Deref => {
                let i = self.deref_index(m)?;
                let op = match ctx {
                    Ctx::Load => {
                        if scope.kind == BlockKind::Class && self.unit().in_inlined_comp == 0 {
                            self.op0(Op::LoadLocals, loc);
                            Op::LoadFromDictOrDeref
                        } else if scope.can_see_class_scope {
                            let d = self.deref_index(sym::CLASSDICT)?;
                            self.op(Op::LoadDeref, d, loc);
                            Op::LoadFromDictOrDeref
                        } else {
                            Op::LoadDeref
                        }
                    }
                    Ctx::Store => Op::StoreDeref,
                    Ctx::Del => Op::DeleteDeref,
                };
                self.op(op, i, loc);
            }
            How::Fast => {
                let i = self.u().varnames.add(m);
                let op = match ctx {
                    Ctx::Load => Op::LoadFast,
                    Ctx::Store => Op::StoreFast,
                    Ctx::Del => Op::DeleteFast,
                };
                self.op(op, i, loc);
            }
            How::Global => {
                let i = self.u().names.add(m);
                match ctx {
                    Ctx::Load if scope.can_see_class_scope && place == Place::GlobalImplicit => {
                        let d = self.deref_index(sym::CLASSDICT)?;
                        self.op(Op::LoadDeref, d, loc);
                        self.op(Op::LoadFromDictOrGlobals, i, loc);
                    }
                    Ctx::Load => self.op(Op::LoadGlobal, i << 1, loc),
                    Ctx::Store => self.op(Op::StoreGlobal, i, loc),
                    Ctx::Del => self.op(Op::DeleteGlobal, i, loc),
                }
            }
            How::Name => {
                let i = self.u().names.add(m);
                match ctx {
                    Ctx::Load
                        if scope.kind == BlockKind::Class && self.unit().in_inlined_comp > 0 =>
                    {
                        self.op(Op::LoadGlobal, i << 1, loc);
                    }
                    Ctx::Load => self.op(Op::LoadName, i, loc),
                    Ctx::Store => self.op(Op::StoreName, i, loc),
                    Ctx::Del => self.op(Op::DeleteName, i, loc),
                }
            }
        }
        Ok(())
    }
}

/// A tree's constant as an image's.
pub(crate) fn to_const(c: &Constant) -> Const {
    match c {
        Constant::None => Const::None,
        Constant::True => Const::True,
        Constant::False => Const::False,
        Constant::Ellipsis => Const::Ellipsis,
        Constant::Int(i) => match i64::try_from(i.clone()) {
            Ok(v) => Const::Int(v),
            Err(_) => {
                use dashu_int::{Sign, UBig};
                let (sign, mag): (Sign, UBig) = i.clone().into_parts();
                Const::BigInt(BigInt::new(sign == Sign::Negative, &mag.to_le_bytes()))
            }
        },
        Constant::Float(f) => Const::Float(*f),
        Constant::Complex(re, im) => Const::Complex(*re, *im),
        Constant::Str(s) => Const::Str(PyText::from_wtf8(&s.0).unwrap_or_default()),
        Constant::Bytes(b) => Const::Bytes(b.clone()),
        Constant::Tuple(t) => Const::Tuple(t.iter().map(to_const).collect()),
        Constant::FrozenSet(t) => Const::FrozenSet(t.iter().map(to_const).collect()),
    }
}

pub(crate) fn code_const(image: CodeImage) -> Const {
    Const::Code(Arc::new(image))
}

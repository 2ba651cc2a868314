//! What makes functions and classes: `def`, `lambda`, `class`, closures, annotations.

use heddle_tlbc::defs::operands::{
    CommonConstant, CompareKind, FunctionAttribute, Intrinsic1, Intrinsic2,
};
use heddle_tlbc::image::{CodeImage, Const};

use super::{Emitter, Res, UnitKind, code_const, to_const};
use crate::ast::*;
use crate::flow::Op;
use crate::symtable::{BlockKind, Role, ScopeId};

/// What lies under a code object when it is made a function, bits of [`FunctionAttribute`].
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Flags(pub u32);

pub(crate) const DEFAULTS: u32 = FunctionAttribute::Defaults as u32;
pub(crate) const KWDEFAULTS: u32 = FunctionAttribute::KwDefaults as u32;
pub(crate) const ANNOTATIONS: u32 = FunctionAttribute::Annotations as u32;
pub(crate) const CLOSURE: u32 = FunctionAttribute::Closure as u32;
pub(crate) const ANNOTATE: u32 = FunctionAttribute::Annotate as u32;

/// A docstring without the indentation of its source: as `inspect.cleandoc`, but blank lines at
/// both ends stay.
pub(crate) fn clean_doc(doc: &PyStr) -> PyStr {
    let text = expand_tabs(&doc.0);
    let lines: Vec<&[u8]> = text.split(|&b| b == b'\n').collect();
    let indent = |l: &[u8]| l.iter().take_while(|&&b| b == b' ').count();
    let margin = lines[1..].iter().filter(|l| indent(l) < l.len()).map(|l| indent(l)).min();
    let last_blank = lines.len() > 1 && lines.last().is_some_and(|l| indent(l) == l.len());
    let margin = match margin {
        Some(m) => m,
        None if last_blank => 0,
        None => 0,
    };
    let mut out = Vec::with_capacity(text.len());
    for (i, l) in lines.iter().enumerate() {
        if i == 0 {
            out.extend_from_slice(&l[indent(l)..]);
        } else {
            out.push(b'\n');
            out.extend_from_slice(&l[indent(l).min(margin)..]);
        }
    }
    PyStr(out.into())
}

fn expand_tabs(text: &[u8]) -> Vec<u8> {
    if !text.contains(&b'\t') {
        return text.to_vec();
    }
    let mut out = Vec::with_capacity(text.len() + 16);
    let mut col = 0;
    for &b in text {
        match b {
            b'\t' => {
                let n = 8 - col % 8;
                out.extend(std::iter::repeat_n(b' ', n));
                col += n;
            }
            b'\n' | b'\r' => {
                out.push(b);
                col = 0;
            }
            _ => {
                out.push(b);
                // Continuation bytes take no column.
                if b & 0xC0 != 0x80 {
                    col += 1;
                }
            }
        }
    }
    out
}

impl<'a> Emitter<'a> {
    /// Makes a function of `image`; what `flags` names is on the stack.
    pub(crate) fn make_closure(
        &mut self,
        image: CodeImage,
        free: &[Sym],
        mut flags: Flags,
        loc: Loc,
    ) -> Res {
        if !free.is_empty() {
            for &name in free {
                let i = self.deref_index(name)?;
                self.op(Op::LoadClosure, i, loc);
            }
            self.op(Op::BuildTuple, free.len() as u32, loc);
            flags.0 |= CLOSURE;
        }
        self.load_const(code_const(image), loc);
        self.op0(Op::MakeFunction, loc);
        for bit in [CLOSURE, ANNOTATIONS, ANNOTATE, KWDEFAULTS, DEFAULTS] {
            if flags.0 & bit != 0 {
                self.op(Op::SetFunctionAttribute, bit, loc);
            }
        }
        Ok(())
    }

    fn decorators(&mut self, list: &'a [Expr]) -> Res {
        self.exprs(list)
    }

    fn apply_decorators(&mut self, list: &'a [Expr]) {
        for d in list.iter().rev() {
            // The decorator is the callable, the function its only argument.
            self.op(Op::Call, 0, d.loc);
        }
    }

    /// Pushes default values; answers which kinds there are.
    fn default_values(&mut self, a: &'a Arguments, loc: Loc) -> Res<Flags> {
        let mut flags = 0;
        if !a.defaults.is_empty() {
            flags |= DEFAULTS;
            match self.constant_elements(&a.defaults) {
                Some(c) => self.load_const(Const::Tuple(c.into()), loc),
                None => {
                    self.exprs(&a.defaults)?;
                    self.op(Op::BuildTuple, a.defaults.len() as u32, loc);
                }
            }
        }
        let mut n = 0;
        for (p, d) in a.kwonly.iter().zip(&a.kw_defaults) {
            let Some(d) = d else { continue };
            let m = self.mangle(p.name);
            self.load_str(m, loc);
            self.expr(d)?;
            n += 1;
        }
        if n > 0 {
            self.op(Op::BuildMap, n, loc);
            flags |= KWDEFAULTS;
        }
        Ok(Flags(flags))
    }

    fn set_counts(&mut self, a: &Arguments) {
        let u = self.u();
        u.posonly = a.posonly.len() as u32;
        u.argcount = a.args.len() as u32;
        u.kwonly = a.kwonly.len() as u32;
    }

    pub(crate) fn wrap_stop_iteration(&mut self) {
        let handler = self.label();
        let u = self.u();
        // Around everything, the entry included; no label can point before it.
        let setup = crate::flow::Instr { op: Op::SetupCleanup, arg: handler.0, loc: Loc::NONE };
        u.seq.insert(0, setup);
        self.load_none(Loc::NONE);
        self.op0(Op::ReturnValue, Loc::NONE);
        self.place(handler);
        self.op(Op::CallIntrinsic1, Intrinsic1::StopIterationError as u32, Loc::NONE);
        self.op(Op::Reraise, 1, Loc::NONE);
    }

    pub(crate) fn lambda(&mut self, l: &'a Lambda, loc: Loc) -> Res {
        let flags = self.default_values(&l.args, loc)?;
        let scope = self.scope_of(l.id, Role::Main)?;
        self.enter_scope(sym::LAMBDA, UnitKind::Lambda, scope, loc.line, None)?;
        self.set_counts(&l.args);
        self.expr(&l.body)?;
        let generator = self.scope().generator;
        if !generator {
            self.op0(Op::ReturnValue, l.body.loc);
        }
        let free = self.unit().freevars.list.clone();
        let image = self.finish_unit(!generator)?;
        self.make_closure(image, &free, flags, loc)
    }

    pub(crate) fn function(&mut self, f: &'a FunctionDef, loc: Loc) -> Res {
        self.decorators(&f.decorators)?;
        let first = f.decorators.first().map_or(loc.line, |d| d.loc.line);
        let mut flags = self.default_values(&f.args, loc)?;
        let generic = !f.type_params.is_empty();
        let n = (flags.0 & DEFAULTS).count_ones() + (flags.0 & KWDEFAULTS).count_ones();
        if generic {
            if n == 2 {
                self.op(Op::Swap, 2, loc);
            }
            self.enter_type_params(f.id, f.name, first, None)?;
            self.u().argcount = n;
            self.type_params(&f.type_params)?;
            for i in 0..n {
                self.op(Op::LoadFast, i, loc);
            }
        }
        if self.signature_annotations(f, loc)? {
            flags.0 |= ANNOTATE;
        }
        self.function_body(f, flags, first, loc)?;
        if generic {
            self.op(Op::Swap, 2, loc);
            self.op(Op::CallIntrinsic2, Intrinsic2::SetFunctionTypeParams as u32, loc);
            let free = self.unit().freevars.list.clone();
            let image = self.finish_unit(false)?;
            self.make_closure(image, &free, Flags(0), loc)?;
            if n > 0 {
                self.op(Op::Swap, n + 1, loc);
                self.op(Op::Call, n - 1, loc);
            } else {
                self.op0(Op::PushNull, loc);
                self.op(Op::Call, 0, loc);
            }
        }
        self.apply_decorators(&f.decorators);
        self.name(f.name, Ctx::Store, loc)
    }

    fn function_body(&mut self, f: &'a FunctionDef, flags: Flags, first: u32, loc: Loc) -> Res {
        let scope = self.scope_of(f.id, Role::Main)?;
        let kind = if f.is_async { UnitKind::AsyncFunction } else { UnitKind::Function };
        self.enter_scope(f.name, kind, scope, first, None)?;
        self.set_counts(&f.args);
        let mut body = &f.body[..];
        if let Some((first, rest)) = body.split_first()
            && let Some(doc) = first.as_docstring()
        {
            body = rest;
            if self.optimize < 2 {
                let c = to_const(&Constant::Str(clean_doc(doc)));
                self.u().consts.add(c);
            }
        }
        self.stmts(body)?;
        let s = self.scope();
        if s.coroutine || s.generator {
            self.wrap_stop_iteration();
        }
        let free = self.unit().freevars.list.clone();
        let image = self.finish_unit(true)?;
        self.make_closure(image, &free, flags, loc)
    }

    // ---- annotations ----

    fn annotated(f: &'a FunctionDef) -> Vec<(Sym, &'a Expr)> {
        let a = &f.args;
        // The order in which Python computes them, positional-only ones after the others.
        let all = a
            .args
            .iter()
            .chain(&a.posonly)
            .chain(a.vararg.as_deref())
            .chain(&a.kwonly)
            .chain(a.kwarg.as_deref());
        all.filter_map(|p| p.annotation.as_deref().map(|e| (p.name, e))).collect()
    }

    /// Pushes the function that computes the annotations of a signature, if there are any.
    fn signature_annotations(&mut self, f: &'a FunctionDef, loc: Loc) -> Res<bool> {
        let list = Self::annotated(f);
        if list.is_empty() && f.returns.is_none() {
            return Ok(false);
        }
        let ret = self.names.intern("return");
        let scope = self.scope_of(f.id, Role::Annotations)?;
        self.enter_annotations(scope, sym::ANNOTATE, loc)?;
        let mut n = 0;
        for (name, e) in list {
            self.annotation_pair(name, e, loc)?;
            n += 1;
        }
        if let Some(r) = f.returns.as_deref() {
            self.annotation_pair(ret, r, loc)?;
            n += 1;
        }
        self.op(Op::BuildMap, n, loc);
        self.leave_annotations(loc)?;
        Ok(true)
    }

    fn annotation_pair(&mut self, name: Sym, e: &'a Expr, loc: Loc) -> Res {
        let m = self.mangle(name);
        self.load_str(m, loc);
        if self.future_annotations {
            self.annotation_text(e);
            return Ok(());
        }
        if let ExprKind::Starred { value, .. } = &e.kind {
            // `*args: *Ts` means the only element of the unpacked value.
            self.expr(value)?;
            self.op(Op::UnpackSequence, 1, loc);
            return Ok(());
        }
        self.expr(e)
    }

    /// The text of an annotation, as `from __future__ import annotations` stores it.
    pub(crate) fn annotation_text(&mut self, e: &Expr) {
        let text = crate::unparse::expr(e, self.names);
        self.load_const(text, e.loc);
    }

    /// Opens a function that evaluates something on demand: it refuses formats it does not know.
    pub(crate) fn enter_annotations(&mut self, scope: ScopeId, name: Sym, loc: Loc) -> Res {
        self.enter_scope(name, UnitKind::Annotations, scope, loc.line, None)?;
        self.u().posonly = 1;
        let body = self.label();
        self.op(Op::LoadFast, 0, loc);
        self.load_const(Const::Int(2), loc);
        self.op(Op::CompareOp, CompareKind::Gt.oparg(), loc);
        self.op0(Op::ToBool, loc);
        self.jump(Op::PopJumpIfFalse, body, loc);
        self.op(Op::LoadCommonConstant, CommonConstant::NotImplementedError as u32, loc);
        self.op(Op::RaiseVarargs, 1, loc);
        self.place(body);
        Ok(())
    }

    fn leave_annotations(&mut self, loc: Loc) -> Res {
        self.op0(Op::ReturnValue, loc);
        // Inside, the parameter has a name that no annotation can use; outside, a plain one.
        if let Some(v) = self.u().varnames.list.first_mut() {
            *v = sym::FORMAT;
        }
        let free = self.unit().freevars.list.clone();
        let image = self.finish_unit(true)?;
        self.make_closure(image, &free, Flags(0), loc)
    }

    /// `__annotate__` of the module or class being compiled.
    pub(crate) fn deferred_annotations(&mut self, loc: Loc) -> Res {
        let list = std::mem::take(&mut self.u().deferred_annotations);
        if list.is_empty() {
            return Ok(());
        }
        let owner = self.scope().kind;
        let Some(scope) = self.scope().annotation_block else {
            return self.internal("annotations without a scope");
        };
        self.enter_annotations(scope, sym::ANNOTATE, loc)?;
        self.op(Op::BuildMap, 0, loc);
        for (s, index) in list {
            let StmtKind::AnnAssign { target, annotation, .. } = &s.kind else { continue };
            let ExprKind::Name { id, .. } = target.kind else { continue };
            let not_set = self.label();
            if index >= 0 {
                self.load_const(Const::Int(i64::from(index)), s.loc);
                if owner == BlockKind::Class {
                    let i = self.deref_index(sym::CONDITIONAL_ANNOTATIONS)?;
                    self.op(Op::LoadDeref, i, s.loc);
                } else {
                    let i = self.u().names.add(sym::CONDITIONAL_ANNOTATIONS);
                    self.op(Op::LoadGlobal, i << 1, s.loc);
                }
                self.op(Op::ContainsOp, 0, s.loc);
                self.op0(Op::ToBool, s.loc);
                self.jump(Op::PopJumpIfFalse, not_set, s.loc);
            }
            self.expr(annotation)?;
            self.op(Op::Copy, 2, s.loc);
            let m = self.mangle(id);
            self.load_str(m, s.loc);
            self.op0(Op::StoreSubscr, loc);
            self.place(not_set);
        }
        self.leave_annotations(loc)?;
        let target = if owner == BlockKind::Class { sym::ANNOTATE_FUNC } else { sym::ANNOTATE };
        self.name(target, Ctx::Store, loc)
    }

    /// A module's `__annotate__` is there before its first statement runs.
    pub(crate) fn module_annotations(&mut self) -> Res {
        let from = self.unit().seq.code.len();
        let loc = self.body_loc.unwrap_or(Loc { line: 1, end_line: 1, col: 0, end_col: 0 });
        self.deferred_annotations(loc)?;
        self.u().seq.move_up(from, 1);
        Ok(())
    }

    // ---- classes ----

    pub(crate) fn class(&mut self, c: &'a ClassDef, loc: Loc) -> Res {
        self.decorators(&c.decorators)?;
        let first = c.decorators.first().map_or(loc.line, |d| d.loc.line);
        let generic = !c.type_params.is_empty();
        if generic {
            self.enter_type_params(c.id, c.name, first, Some(c.name))?;
            self.type_params(&c.type_params)?;
            self.name(sym::DOT_TYPE_PARAMS, Ctx::Store, loc)?;
        }
        self.class_body(c, first, loc)?;
        if generic {
            self.name(sym::DOT_TYPE_PARAMS, Ctx::Load, loc)?;
            self.op(Op::CallIntrinsic1, Intrinsic1::SubscriptGeneric as u32, loc);
            self.name(sym::DOT_GENERIC_BASE, Ctx::Store, loc)?;
            self.arguments(2, &c.bases, &c.keywords, Some(sym::DOT_GENERIC_BASE), loc)?;
            let free = self.unit().freevars.list.clone();
            let image = self.finish_unit(false)?;
            self.make_closure(image, &free, Flags(0), loc)?;
            self.op0(Op::PushNull, loc);
            self.op(Op::Call, 0, loc);
        } else {
            self.arguments(2, &c.bases, &c.keywords, None, loc)?;
        }
        self.apply_decorators(&c.decorators);
        self.name(c.name, Ctx::Store, loc)
    }

    fn class_body(&mut self, c: &'a ClassDef, first: u32, loc: Loc) -> Res {
        let scope = self.scope_of(c.id, Role::Main)?;
        self.enter_scope(c.name, UnitKind::Class, scope, first, Some(c.name))?;
        let at = Loc { line: first, end_line: first, col: 0, end_col: 0 };
        let none = Loc::NONE;
        self.name(sym::NAME, Ctx::Load, at)?;
        self.name(sym::MODULE, Ctx::Store, at)?;
        let q = Const::Str(self.unit().qualname.as_str().into());
        self.load_const(q, at);
        self.name(sym::QUALNAME, Ctx::Store, at)?;
        self.load_const(Const::Int(i64::from(first)), at);
        self.name(sym::FIRSTLINENO, Ctx::Store, at)?;
        if !c.type_params.is_empty() {
            self.name(sym::DOT_TYPE_PARAMS, Ctx::Load, at)?;
            self.name(sym::TYPE_PARAMS, Ctx::Store, at)?;
        }
        let s = self.scope();
        if s.needs_classdict {
            self.op0(Op::LoadLocals, at);
            let i = self.deref_index(sym::CLASSDICT)?;
            self.op(Op::StoreDeref, i, at);
        }
        if s.has_conditional_annotations && !self.future_annotations {
            self.op(Op::BuildSet, 0, at);
            let i = self.deref_index(sym::CONDITIONAL_ANNOTATIONS)?;
            self.op(Op::StoreDeref, i, at);
        }
        self.body(at, &c.body)?;
        let mut attrs: Vec<String> =
            self.unit().static_attributes.iter().map(|&a| self.names.get(a).to_owned()).collect();
        attrs.sort();
        let attrs = attrs.into_iter().map(|a| Const::Str(a.into())).collect();
        self.load_const(Const::Tuple(attrs), none);
        self.name(sym::STATIC_ATTRIBUTES, Ctx::Store, none)?;
        if s.needs_classdict {
            let i = self.deref_index(sym::CLASSDICT)?;
            self.op(Op::LoadClosure, i, none);
            self.name(sym::CLASSDICTCELL, Ctx::Store, none)?;
        }
        if s.needs_class_closure {
            let i = self.deref_index(sym::CLASS)?;
            self.op(Op::LoadClosure, i, none);
            self.op(Op::Copy, 1, none);
            self.name(sym::CLASSCELL, Ctx::Store, none)?;
        } else {
            self.load_none(none);
        }
        self.op0(Op::ReturnValue, none);
        let free = self.unit().freevars.list.clone();
        let image = self.finish_unit(true)?;
        self.op0(Op::LoadBuildClass, loc);
        self.op0(Op::PushNull, loc);
        self.make_closure(image, &free, Flags(0), loc)?;
        self.load_str(c.name, loc);
        Ok(())
    }
}

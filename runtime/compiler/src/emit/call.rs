//! Calls: plain, of methods, of `super()` attributes, with unpacked arguments.

use heddle_tlbc::defs::operands::CommonConstant;
use heddle_tlbc::image::Const;

use super::expr::{Display, STACK_GUIDE, type_name};
use super::{Emitter, Res, UnitKind};
use crate::ast::*;
use crate::flow::Op;
use crate::symtable::{Place, SymTable, flag};

impl<'a> Emitter<'a> {
    pub(crate) fn call(&mut self, c: &'a Call, loc: Loc) -> Res {
        self.check_duplicate_keywords(&c.keywords)?;
        if self.method_call(c, loc)? {
            return Ok(());
        }
        self.check_caller(&c.func);
        self.expr(&c.func)?;
        if self.builtin_shortcut(c, loc)? {
            return Ok(());
        }
        self.op0(Op::PushNull, c.func.loc);
        self.arguments(0, &c.args, &c.keywords, None, loc)
    }

    fn check_duplicate_keywords(&mut self, keywords: &[Keyword]) -> Res {
        for (i, k) in keywords.iter().enumerate() {
            let Some(name) = k.arg else { continue };
            // Few calls have many keywords; those that do are rare enough for this to stay cheap.
            if keywords[..i].iter().any(|o| o.arg == Some(name)) {
                let msg = format!("keyword argument repeated: {}", self.names.get(name));
                return self.err(k.loc, msg);
            }
        }
        Ok(())
    }

    fn check_caller(&mut self, func: &Expr) {
        let bad = matches!(
            &func.kind,
            ExprKind::Constant(..)
                | ExprKind::Tuple { .. }
                | ExprKind::List { .. }
                | ExprKind::Dict { .. }
                | ExprKind::Set(_)
                | ExprKind::JoinedStr(_)
                | ExprKind::TemplateStr(_)
                | ExprKind::Comp(_)
        );
        if bad {
            let t = type_name(func);
            self.warn(
                func.loc,
                format!("'{t}' object is not callable; perhaps you missed a comma?"),
            );
        }
    }

    /// `obj.name(...)` without building a bound method.
    fn method_call(&mut self, c: &'a Call, loc: Loc) -> Res<bool> {
        let ExprKind::Attribute { value, attr, ctx: Ctx::Load } = &c.func.kind else {
            return Ok(false);
        };
        // Names imported at the top are modules nearly always: a plain attribute is better there.
        if let ExprKind::Name { id, .. } = value.kind
            && let Some(s) = self.table.scopes[SymTable::TOP].symbols.get(id)
            && s.flags & flag::IMPORT != 0
        {
            return Ok(false);
        }
        let nkw = c.keywords.len();
        if c.args.len() + nkw + usize::from(nkw > 0) >= STACK_GUIDE
            || c.args.iter().any(Expr::is_starred)
            || c.keywords.iter().any(|k| k.arg.is_none())
        {
            return Ok(false);
        }
        let aloc = self.attr_loc(c.func.loc, *attr);
        if !self.super_attr(value, *attr, &c.func, true)? {
            self.expr(value)?;
            let m = self.mangle(*attr);
            let i = self.u().names.add(m);
            self.op(Op::LoadAttr, i << 1 | 1, aloc);
        }
        self.exprs(&c.args)?;
        let loc = self.attr_loc_in(loc, aloc);
        self.finish_call(0, c.args.len(), &c.keywords, loc, aloc)?;
        Ok(true)
    }

    /// A method call over several lines is reported from its name on.
    fn attr_loc_in(&self, loc: Loc, attr: Loc) -> Loc {
        if loc.line != attr.line { Loc { line: attr.line, col: attr.col, ..loc } } else { loc }
    }

    fn finish_call(
        &mut self,
        extra: u32,
        args: usize,
        keywords: &'a [Keyword],
        loc: Loc,
        names_loc: Loc,
    ) -> Res {
        let n = extra + args as u32;
        if keywords.is_empty() {
            self.op(Op::Call, n, loc);
            return Ok(());
        }
        for k in keywords {
            self.expr(&k.value)?;
        }
        let names = keywords
            .iter()
            .filter_map(|k| k.arg)
            .map(|a| Const::Str(self.names.get(a).into()))
            .collect();
        self.load_const(Const::Tuple(names), names_loc);
        self.op(Op::CallKw, n + keywords.len() as u32, loc);
        Ok(())
    }

    /// Arguments and the call itself; `pushed` arguments are on the stack already.
    pub(crate) fn arguments(
        &mut self,
        pushed: u32,
        args: &'a [Expr],
        keywords: &'a [Keyword],
        injected: Option<Sym>,
        loc: Loc,
    ) -> Res {
        let simple = args.len() + keywords.len() * 2 <= STACK_GUIDE
            && !args.iter().any(Expr::is_starred)
            && keywords.iter().all(|k| k.arg.is_some());
        if simple {
            self.exprs(args)?;
            let mut n = args.len();
            if let Some(name) = injected {
                self.name(name, Ctx::Load, loc)?;
                n += 1;
            }
            return self.finish_call(pushed, n, keywords, loc, loc);
        }
        match args {
            [Expr { kind: ExprKind::Starred { value, .. }, .. }]
                if pushed == 0 && injected.is_none() =>
            {
                self.expr(value)?;
            }
            _ => self.star_unpack(args, injected, pushed, Display::Tuple, loc)?,
        }
        if keywords.is_empty() {
            self.op0(Op::PushNull, loc);
        } else {
            let mut have = false;
            let mut run = 0;
            for (i, k) in keywords.iter().enumerate() {
                if k.arg.is_some() {
                    run += 1;
                    continue;
                }
                if run > 0 {
                    self.keyword_dict(&keywords[i - run..i], loc)?;
                    if have {
                        self.op(Op::DictMerge, 1, loc);
                    }
                    have = true;
                    run = 0;
                }
                if !have {
                    self.op(Op::BuildMap, 0, loc);
                    have = true;
                }
                self.expr(&k.value)?;
                self.op(Op::DictMerge, 1, loc);
            }
            if run > 0 {
                self.keyword_dict(&keywords[keywords.len() - run..], loc)?;
                if have {
                    self.op(Op::DictMerge, 1, loc);
                }
            }
        }
        self.op0(Op::CallFunctionEx, loc);
        Ok(())
    }

    fn keyword_dict(&mut self, keywords: &'a [Keyword], loc: Loc) -> Res {
        let big = keywords.len() * 2 > STACK_GUIDE;
        if big {
            self.op(Op::BuildMap, 0, Loc::NONE);
        }
        for k in keywords {
            if let Some(name) = k.arg {
                self.load_str(name, loc);
            }
            self.expr(&k.value)?;
            if big {
                self.op(Op::MapAdd, 1, Loc::NONE);
            }
        }
        if !big {
            self.op(Op::BuildMap, keywords.len() as u32, loc);
        }
        Ok(())
    }

    // ---- super() ----

    /// `super().attr` without making the super object; false where that cannot be proved right.
    pub(crate) fn super_attr(
        &mut self,
        value: &'a Expr,
        attr: Sym,
        whole: &'a Expr,
        method: bool,
    ) -> Res<bool> {
        let ExprKind::Call(sup) = &value.kind else { return Ok(false) };
        let ExprKind::Name { id: sym::SUPER, .. } = sup.func.kind else { return Ok(false) };
        if self.place_of(sym::SUPER) != Place::GlobalImplicit
            || self.table.scopes[SymTable::TOP].symbols.get(sym::SUPER).is_some()
            || !sup.keywords.is_empty()
            || sup.args.iter().any(Expr::is_starred)
        {
            return Ok(false);
        }
        let explicit = match sup.args.len() {
            2 => true,
            0 => {
                let u = self.unit();
                if u.argcount + u.posonly == 0
                    || self.place_of(sym::CLASS) != Place::Free
                    || !matches!(
                        u.kind,
                        UnitKind::Function
                            | UnitKind::AsyncFunction
                            | UnitKind::Lambda
                            | UnitKind::Comprehension
                    )
                {
                    return Ok(false);
                }
                false
            }
            _ => return Ok(false),
        };
        self.name(sym::SUPER, Ctx::Load, sup.func.loc)?;
        if explicit {
            self.exprs(&sup.args)?;
        } else {
            self.name(sym::CLASS, Ctx::Load, value.loc)?;
            let first = self.unit().varnames.list.first().copied();
            let Some(first) = first else { return self.internal("super() without arguments") };
            self.load_first_argument(first, value.loc)?;
        }
        let loc = self.attr_loc(whole.loc, attr);
        let m = self.mangle(attr);
        let i = self.u().names.add(m);
        self.op(
            Op::LoadSuperAttr,
            i << 2 | u32::from(explicit) << 1 | u32::from(method),
            whole.loc,
        );
        self.op0(Op::Nop, loc);
        Ok(true)
    }

    fn load_first_argument(&mut self, first: Sym, loc: Loc) -> Res {
        match self.place_of(first) {
            Place::Cell => {
                let i = self.deref_index(first)?;
                self.op(Op::LoadDeref, i, loc);
            }
            _ => {
                let i = self.u().varnames.add(first);
                self.op(Op::LoadFast, i, loc);
            }
        }
        Ok(())
    }

    // ---- all(), any(), tuple() of a generator ----

    /// With the callable on the stack: runs a generator expression in place when the callable is the
    /// built-in it looks like.
    fn builtin_shortcut(&mut self, c: &'a Call, loc: Loc) -> Res<bool> {
        let ExprKind::Name { id, .. } = c.func.kind else { return Ok(false) };
        let [arg] = &c.args[..] else { return Ok(false) };
        let ExprKind::Comp(g) = &arg.kind else { return Ok(false) };
        if g.kind != CompKind::Generator || !c.keywords.is_empty() {
            return Ok(false);
        }
        let (common, on_loop, default) = match id {
            sym::ALL => (CommonConstant::All, Op::PopJumpIfTrue, Const::True),
            sym::ANY => (CommonConstant::Any, Op::PopJumpIfFalse, Const::False),
            sym::TUPLE => (CommonConstant::Tuple, Op::Nop, Const::None),
            _ => return Ok(false),
        };
        let func = c.func.loc;
        let (skip, loop_, cleanup) = (self.label(), self.label(), self.label());
        let end = self.label();
        self.op(Op::Copy, 1, func);
        self.op(Op::LoadCommonConstant, common as u32, func);
        self.op(Op::IsOp, 0, func);
        self.jump(Op::PopJumpIfFalse, skip, func);
        self.op0(Op::PopTop, func);
        let tuple = on_loop == Op::Nop;
        if tuple {
            self.op(Op::BuildList, 0, func);
        }
        self.expr(arg)?;
        self.place(loop_);
        self.jump(Op::ForIter, cleanup, func);
        if tuple {
            self.op(Op::ListAppend, 2, func);
            self.jump(Op::Jump, loop_, func);
        } else {
            self.op0(Op::ToBool, func);
            self.jump(on_loop, loop_, func);
        }
        // Left early: the generator goes, the answer is known.
        if !tuple {
            self.op0(Op::PopIter, Loc::NONE);
            let early = if default == Const::True { Const::False } else { Const::True };
            self.load_const(early, func);
            self.jump(Op::Jump, end, func);
        }
        self.place(cleanup);
        self.op0(Op::EndFor, Loc::NONE);
        self.op0(Op::PopIter, Loc::NONE);
        if tuple {
            self.op(
                Op::CallIntrinsic1,
                heddle_tlbc::defs::operands::Intrinsic1::ListToTuple as u32,
                func,
            );
        } else {
            self.load_const(default, func);
        }
        self.jump(Op::Jump, end, func);
        self.place(skip);
        self.op0(Op::PushNull, func);
        self.arguments(0, &c.args, &c.keywords, None, loc)?;
        self.place(end);
        Ok(true)
    }
}

//! Loops, `try`, `with`.

use heddle_tlbc::defs::operands::{Intrinsic2, SpecialMethod};

use super::block::{FBlock, Kind};
use super::{Emitter, Res, UnitKind};
use crate::ast::*;
use crate::flow::Op;

impl<'a> Emitter<'a> {
    pub(crate) fn if_(&mut self, test: &'a Expr, body: &'a [Stmt], orelse: &'a [Stmt]) -> Res {
        let end = self.label();
        let next = if orelse.is_empty() { end } else { self.label() };
        self.jump_if(test, next, false)?;
        self.stmts(body)?;
        if !orelse.is_empty() {
            self.jump(Op::Jump, end, Loc::NONE);
            self.place(next);
            self.stmts(orelse)?;
        }
        self.place(end);
        Ok(())
    }

    pub(crate) fn while_(
        &mut self,
        test: &'a Expr,
        body: &'a [Stmt],
        orelse: &'a [Stmt],
        loc: Loc,
    ) -> Res {
        let (start, end, anchor) = (self.label(), self.label(), self.label());
        self.place(start);
        self.push_block(Kind::While, start, end, loc)?;
        self.jump_if(test, anchor, false)?;
        self.stmts(body)?;
        self.jump(Op::Jump, start, Loc::NONE);
        self.pop_block();
        self.place(anchor);
        self.stmts(orelse)?;
        self.place(end);
        Ok(())
    }

    pub(crate) fn for_(
        &mut self,
        target: &'a Expr,
        iter: &'a Expr,
        body: &'a [Stmt],
        orelse: &'a [Stmt],
        loc: Loc,
    ) -> Res {
        let (start, cleanup, end) = (self.label(), self.label(), self.label());
        self.push_block(Kind::For, start, end, loc)?;
        self.iterable(iter)?;
        self.op0(Op::GetIter, iter.loc);
        self.place(start);
        self.jump(Op::ForIter, cleanup, iter.loc);
        // Line events of a loop over several lines; dropped where it says nothing.
        self.op0(Op::Nop, target.loc);
        self.expr(target)?;
        self.stmts(body)?;
        self.jump(Op::Jump, start, Loc::NONE);
        self.place(cleanup);
        self.op0(Op::EndFor, Loc::NONE);
        self.op0(Op::PopIter, Loc::NONE);
        self.pop_block();
        self.stmts(orelse)?;
        self.place(end);
        Ok(())
    }

    pub(crate) fn in_async(&self) -> bool {
        self.unit().kind == UnitKind::AsyncFunction
            || (self.top_level_await && self.unit().kind == UnitKind::Module)
    }

    pub(crate) fn async_for(
        &mut self,
        target: &'a Expr,
        iter: &'a Expr,
        body: &'a [Stmt],
        orelse: &'a [Stmt],
        loc: Loc,
    ) -> Res {
        if !self.in_async() {
            return self.err(loc, "'async for' outside async function");
        }
        let (start, send, except, end) = (self.label(), self.label(), self.label(), self.label());
        self.expr(iter)?;
        let iloc = iter.loc;
        self.op0(Op::GetAiter, iloc);
        self.place(start);
        self.push_block(Kind::AsyncFor, start, end, loc)?;
        self.jump(Op::SetupFinally, except, loc);
        self.op0(Op::GetAnext, loc);
        self.load_none(loc);
        self.yield_from_at(send, true, loc);
        self.op0(Op::PopBlock, loc);
        self.expr(target)?;
        self.stmts(body)?;
        self.jump(Op::Jump, start, Loc::NONE);
        self.pop_block();
        self.place(except);
        self.jump(Op::EndAsyncFor, send, iloc);
        self.stmts(orelse)?;
        self.place(end);
        Ok(())
    }

    pub(crate) fn try_(
        &mut self,
        body: &'a [Stmt],
        handlers: &'a [ExceptHandler],
        orelse: &'a [Stmt],
        finalbody: &'a [Stmt],
        star: bool,
        loc: Loc,
    ) -> Res {
        if finalbody.is_empty() {
            return self.try_handlers(body, handlers, orelse, star, loc);
        }
        let (start, end, cleanup, exit) = (self.label(), self.label(), self.label(), self.label());
        self.jump(Op::SetupFinally, end, loc);
        self.place(start);
        self.push_fblock(FBlock {
            kind: Kind::FinallyTry,
            start,
            exit: end,
            loc,
            body: finalbody,
            name: None,
        })?;
        if handlers.is_empty() {
            self.stmts(body)?;
        } else {
            self.try_handlers(body, handlers, orelse, star, loc)?;
        }
        self.op0(Op::PopBlock, Loc::NONE);
        self.pop_block();
        self.stmts(finalbody)?;
        self.jump(Op::Jump, exit, Loc::NONE);
        self.place(end);
        self.push_block(Kind::FinallyEnd, end, end, Loc::NONE)?;
        self.jump(Op::SetupCleanup, cleanup, Loc::NONE);
        self.op0(Op::PushExcInfo, Loc::NONE);
        // Of the copies of the body this one warns of exits (PEP 765).
        let outer = self.in_finally.replace(0);
        self.stmts(finalbody)?;
        self.in_finally = outer;
        self.pop_block();
        self.op(Op::Reraise, 0, Loc::NONE);
        self.place(cleanup);
        self.pop_except_and_reraise();
        self.place(exit);
        Ok(())
    }

    fn try_handlers(
        &mut self,
        body: &'a [Stmt],
        handlers: &'a [ExceptHandler],
        orelse: &'a [Stmt],
        star: bool,
        loc: Loc,
    ) -> Res {
        if star {
            return self.try_star(body, handlers, orelse, loc);
        }
        let (start, except, end, cleanup) =
            (self.label(), self.label(), self.label(), self.label());
        self.jump(Op::SetupFinally, except, loc);
        self.place(start);
        self.push_block(Kind::TryExcept, start, start, loc)?;
        self.stmts(body)?;
        self.pop_block();
        self.op0(Op::PopBlock, Loc::NONE);
        self.stmts(orelse)?;
        self.jump(Op::Jump, end, Loc::NONE);
        self.place(except);
        self.jump(Op::SetupCleanup, cleanup, Loc::NONE);
        self.op0(Op::PushExcInfo, Loc::NONE);
        self.push_block(Kind::ExceptionHandler, start, start, loc)?;
        for (i, h) in handlers.iter().enumerate() {
            let hloc = h.loc;
            if h.typ.is_none() && i + 1 < handlers.len() {
                return self.err(hloc, "default 'except:' must be last");
            }
            let next = self.label();
            if let Some(t) = &h.typ {
                self.expr(t)?;
                self.op0(Op::CheckExcMatch, hloc);
                self.jump(Op::PopJumpIfFalse, next, hloc);
            }
            let body_start = self.label();
            if let Some(name) = h.name {
                let cleanup_end = self.label();
                self.name(name, Ctx::Store, hloc)?;
                self.jump(Op::SetupCleanup, cleanup_end, hloc);
                self.place(body_start);
                self.handler_body(body_start, Some(name), &h.body, hloc)?;
                self.op0(Op::PopBlock, Loc::NONE);
                self.op0(Op::PopBlock, Loc::NONE);
                self.op0(Op::PopExcept, Loc::NONE);
                self.clear_name(name, Loc::NONE)?;
                self.jump(Op::Jump, end, Loc::NONE);
                self.place(cleanup_end);
                self.clear_name(name, Loc::NONE)?;
                self.op(Op::Reraise, 1, Loc::NONE);
            } else {
                self.op0(Op::PopTop, hloc);
                self.place(body_start);
                self.handler_body(body_start, None, &h.body, hloc)?;
                self.op0(Op::PopBlock, Loc::NONE);
                self.op0(Op::PopExcept, Loc::NONE);
                self.jump(Op::Jump, end, Loc::NONE);
            }
            self.place(next);
        }
        self.op(Op::Reraise, 0, Loc::NONE);
        self.pop_block();
        self.place(cleanup);
        self.pop_except_and_reraise();
        self.place(end);
        Ok(())
    }

    fn handler_body(
        &mut self,
        start: crate::flow::Label,
        name: Option<Sym>,
        body: &'a [Stmt],
        loc: Loc,
    ) -> Res {
        self.push_fblock(FBlock {
            kind: Kind::HandlerCleanup,
            start,
            exit: start,
            loc,
            body: &[],
            name,
        })?;
        self.stmts(body)?;
        self.pop_block();
        Ok(())
    }

    fn try_star(
        &mut self,
        body: &'a [Stmt],
        handlers: &'a [ExceptHandler],
        orelse: &'a [Stmt],
        loc: Loc,
    ) -> Res {
        let (start, mut except, or_else, end, cleanup, reraise_star) =
            (self.label(), self.label(), self.label(), self.label(), self.label(), self.label());
        self.jump(Op::SetupFinally, except, loc);
        self.place(start);
        self.push_block(Kind::TryExcept, start, start, loc)?;
        self.stmts(body)?;
        self.pop_block();
        self.op0(Op::PopBlock, Loc::NONE);
        self.jump(Op::Jump, or_else, Loc::NONE);
        self.place(except);
        self.jump(Op::SetupCleanup, cleanup, Loc::NONE);
        self.op0(Op::PushExcInfo, Loc::NONE);
        self.push_block(Kind::GroupHandler, start, start, loc)?;
        for (i, h) in handlers.iter().enumerate() {
            let hloc = h.loc;
            except = self.label();
            let (with_error, no_match) = (self.label(), self.label());
            if i == 0 {
                // The list collects what the handlers raise; the copy is what is left to handle.
                self.op(Op::BuildList, 0, hloc);
                self.op(Op::Copy, 2, hloc);
            }
            if let Some(t) = &h.typ {
                self.expr(t)?;
                self.op0(Op::CheckEgMatch, hloc);
                self.op(Op::Copy, 1, hloc);
                self.jump(Op::PopJumpIfNone, no_match, hloc);
            }
            let (cleanup_end, body_start) = (self.label(), self.label());
            match h.name {
                Some(n) => self.name(n, Ctx::Store, hloc)?,
                None => self.op0(Op::PopTop, hloc),
            }
            self.jump(Op::SetupCleanup, cleanup_end, hloc);
            self.place(body_start);
            self.handler_body(body_start, h.name, &h.body, hloc)?;
            self.op0(Op::PopBlock, Loc::NONE);
            if let Some(n) = h.name {
                self.clear_name(n, Loc::NONE)?;
            }
            self.jump(Op::Jump, except, Loc::NONE);
            self.place(cleanup_end);
            if let Some(n) = h.name {
                self.clear_name(n, Loc::NONE)?;
            }
            self.op(Op::ListAppend, 3, Loc::NONE);
            self.op0(Op::PopTop, Loc::NONE);
            self.jump(Op::Jump, with_error, Loc::NONE);
            self.place(except);
            self.op0(Op::Nop, Loc::NONE);
            self.jump(Op::Jump, with_error, Loc::NONE);
            self.place(no_match);
            self.op0(Op::PopTop, hloc);
            self.place(with_error);
            if i + 1 == handlers.len() {
                self.op(Op::ListAppend, 1, Loc::NONE);
                self.jump(Op::Jump, reraise_star, Loc::NONE);
            }
        }
        self.pop_block();
        let reraise = self.label();
        self.place(reraise_star);
        self.op(Op::CallIntrinsic2, Intrinsic2::PrepReraiseStar as u32, Loc::NONE);
        self.op(Op::Copy, 1, Loc::NONE);
        self.jump(Op::PopJumpIfNotNone, reraise, Loc::NONE);
        self.op0(Op::PopTop, Loc::NONE);
        self.op0(Op::PopBlock, Loc::NONE);
        self.op0(Op::PopExcept, Loc::NONE);
        self.jump(Op::Jump, end, Loc::NONE);
        self.place(reraise);
        self.op0(Op::PopBlock, Loc::NONE);
        self.op(Op::Swap, 2, Loc::NONE);
        self.op0(Op::PopExcept, Loc::NONE);
        self.op(Op::Reraise, 0, Loc::NONE);
        self.place(cleanup);
        self.pop_except_and_reraise();
        self.place(or_else);
        self.stmts(orelse)?;
        self.place(end);
        Ok(())
    }

    pub(crate) fn with_(
        &mut self,
        items: &'a [WithItem],
        body: &'a [Stmt],
        is_async: bool,
        loc: Loc,
    ) -> Res {
        if is_async && !self.in_async() {
            return self.err(loc, "'async with' outside async function");
        }
        let Some((item, rest)) = items.split_first() else { return self.stmts(body) };
        let (start, handler, exit, cleanup) =
            (self.label(), self.label(), self.label(), self.label());
        self.expr(&item.context)?;
        let cloc = item.context.loc;
        let (enter, leave) = if is_async {
            (SpecialMethod::AEnter, SpecialMethod::AExit)
        } else {
            (SpecialMethod::Enter, SpecialMethod::Exit)
        };
        self.op(Op::Copy, 1, cloc);
        self.op(Op::LoadSpecial, leave as u32, cloc);
        self.op(Op::Swap, 2, cloc);
        self.op(Op::Swap, 3, cloc);
        self.op(Op::LoadSpecial, enter as u32, cloc);
        self.op(Op::Call, 0, cloc);
        if is_async {
            self.await_(1, cloc);
        }
        self.jump(Op::SetupWith, handler, cloc);
        self.place(start);
        let kind = if is_async { Kind::AsyncWith } else { Kind::With };
        self.push_block(kind, start, handler, cloc)?;
        match &item.vars {
            Some(v) => self.expr(v)?,
            None => self.op0(Op::PopTop, cloc),
        }
        if rest.is_empty() {
            self.stmts(body)?;
        } else {
            crate::deep(|| self.with_(rest, body, is_async, loc))?;
        }
        self.pop_block();
        self.op0(Op::PopBlock, Loc::NONE);
        self.call_exit(cloc);
        if is_async {
            self.await_(2, cloc);
        }
        self.op0(Op::PopTop, cloc);
        self.jump(Op::Jump, exit, cloc);
        self.place(handler);
        self.jump(Op::SetupCleanup, cleanup, cloc);
        self.op0(Op::PushExcInfo, cloc);
        self.op0(Op::WithExceptStart, cloc);
        if is_async {
            self.await_(2, cloc);
        }
        let suppress = self.label();
        let none = Loc::NONE;
        self.op0(Op::ToBool, none);
        self.jump(Op::PopJumpIfTrue, suppress, none);
        self.op(Op::Reraise, 2, none);
        self.place(suppress);
        self.op0(Op::PopTop, none);
        self.op0(Op::PopBlock, none);
        self.op0(Op::PopExcept, none);
        for _ in 0..3 {
            self.op0(Op::PopTop, none);
        }
        self.jump(Op::Jump, exit, none);
        self.place(cleanup);
        self.pop_except_and_reraise();
        self.place(exit);
        Ok(())
    }
}

//! Frame blocks: what `return`, `break` and `continue` must undo on their way out.

use heddle_tlbc::defs::operands::resume;

use super::{Emitter, Res};
use crate::ast::*;
use crate::error::{CompileError, ErrorKind};
use crate::flow::{Label, Op};

/// Kinds of frame blocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    While,
    For,
    AsyncFor,
    TryExcept,
    FinallyTry,
    FinallyEnd,
    With,
    AsyncWith,
    HandlerCleanup,
    ExceptionHandler,
    GroupHandler,
    PopValue,
}

/// An open frame block.
#[derive(Clone, Copy, Debug)]
pub struct FBlock<'a> {
    pub kind: Kind,
    /// Where `continue` goes.
    pub start: Label,
    /// Where `break` goes.
    pub exit: Label,
    pub loc: Loc,
    /// The `finally` body.
    pub body: &'a [Stmt],
    /// The name of `except ... as name`.
    pub name: Option<Sym>,
}

/// Blocks that Python allows to be nested.
const MAX_BLOCKS: usize = 20;

impl<'a> Emitter<'a> {
    pub(crate) fn push_block(&mut self, kind: Kind, start: Label, exit: Label, loc: Loc) -> Res {
        self.push_fblock(FBlock { kind, start, exit, loc, body: &[], name: None })
    }

    pub(crate) fn push_fblock(&mut self, b: FBlock<'a>) -> Res {
        if self.unit().fblocks.len() >= MAX_BLOCKS {
            return self.err(b.loc, "too many statically nested blocks");
        }
        self.u().fblocks.push(b);
        Ok(())
    }

    pub(crate) fn pop_block(&mut self) {
        self.u().fblocks.pop();
    }

    /// `await` and `yield from`: drives the iterator under the top.
    pub(crate) fn yield_from(&mut self, is_await: bool, loc: Loc) {
        let send = self.label();
        self.yield_from_at(send, is_await, loc);
    }

    pub(crate) fn yield_from_at(&mut self, send: Label, is_await: bool, loc: Loc) {
        let (fail, exit) = (self.label(), self.label());
        self.place(send);
        self.jump(Op::Send, exit, loc);
        // What `throw` and `close` raise at the yield is dealt with by the handler.
        self.jump(Op::SetupFinally, fail, loc);
        self.op(Op::YieldValue, 1, loc);
        self.op0(Op::PopBlock, Loc::NONE);
        self.op(
            Op::Resume,
            if is_await { resume::AFTER_AWAIT } else { resume::AFTER_YIELD_FROM },
            loc,
        );
        self.jump(Op::JumpNoInterrupt, send, loc);
        self.place(fail);
        self.op0(Op::CleanupThrow, loc);
        self.place(exit);
        self.op0(Op::EndSend, loc);
    }

    pub(crate) fn await_(&mut self, how: u32, loc: Loc) {
        self.op(Op::GetAwaitable, how, loc);
        self.load_none(loc);
        self.yield_from(true, loc);
    }

    pub(crate) fn call_exit(&mut self, loc: Loc) {
        for _ in 0..3 {
            self.load_none(loc);
        }
        self.op(Op::Call, 3, loc);
    }

    pub(crate) fn pop_except_and_reraise(&mut self) {
        self.op(Op::Copy, 3, Loc::NONE);
        self.op0(Op::PopExcept, Loc::NONE);
        self.op(Op::Reraise, 1, Loc::NONE);
    }

    /// Undoes one block. With `keep` the value on top survives.
    fn unwind(&mut self, b: FBlock<'a>, keep: bool, loc: &mut Loc) -> Res {
        match b.kind {
            Kind::While | Kind::ExceptionHandler | Kind::GroupHandler => {}
            Kind::For => {
                if keep {
                    self.op(Op::Swap, 2, *loc);
                }
                self.op0(Op::PopTop, *loc);
            }
            Kind::AsyncFor | Kind::PopValue => {
                if keep {
                    self.op(Op::Swap, 2, *loc);
                }
                self.op0(Op::PopTop, *loc);
            }
            Kind::TryExcept => self.op0(Op::PopBlock, *loc),
            Kind::FinallyTry => {
                self.op0(Op::PopBlock, *loc);
                if keep {
                    let l = b.start;
                    self.push_block(Kind::PopValue, l, l, *loc)?;
                }
                self.stmts(b.body)?;
                if keep {
                    self.pop_block();
                }
                // The unwinding appears to happen before the finally body, not after it.
                *loc = Loc::NONE;
            }
            Kind::FinallyEnd => {
                if keep {
                    self.op(Op::Swap, 2, *loc);
                }
                self.op0(Op::PopTop, *loc);
                if keep {
                    self.op(Op::Swap, 2, *loc);
                }
                self.op0(Op::PopBlock, *loc);
                self.op0(Op::PopExcept, *loc);
            }
            Kind::With | Kind::AsyncWith => {
                *loc = b.loc;
                self.op0(Op::PopBlock, *loc);
                if keep {
                    self.op(Op::Swap, 3, *loc);
                    self.op(Op::Swap, 2, *loc);
                }
                self.call_exit(*loc);
                if b.kind == Kind::AsyncWith {
                    self.await_(2, *loc);
                }
                self.op0(Op::PopTop, *loc);
                *loc = Loc::NONE;
            }
            Kind::HandlerCleanup => {
                if b.name.is_some() {
                    self.op0(Op::PopBlock, *loc);
                }
                if keep {
                    self.op(Op::Swap, 2, *loc);
                }
                self.op0(Op::PopBlock, *loc);
                self.op0(Op::PopExcept, *loc);
                if let Some(n) = b.name {
                    self.clear_name(n, *loc)?;
                }
            }
        }
        Ok(())
    }

    /// `name = None; del name`
    pub(crate) fn clear_name(&mut self, name: Sym, loc: Loc) -> Res {
        self.load_none(loc);
        self.name(name, Ctx::Store, loc)?;
        self.name(name, Ctx::Del, loc)
    }

    /// Undoes blocks from the inside out; with `to_loop` only down to the innermost loop, which is
    /// returned.
    fn unwind_all(&mut self, keep: bool, to_loop: bool, loc: &mut Loc) -> Res<Option<FBlock<'a>>> {
        let Some(&top) = self.unit().fblocks.last() else { return Ok(None) };
        if top.kind == Kind::GroupHandler {
            return self
                .err(*loc, "'break', 'continue' and 'return' cannot appear in an except* block");
        }
        if to_loop && matches!(top.kind, Kind::While | Kind::For | Kind::AsyncFor) {
            return Ok(Some(top));
        }
        self.pop_block();
        self.unwind(top, keep, loc)?;
        let found = self.unwind_all(keep, to_loop, loc)?;
        self.u().fblocks.push(top);
        Ok(found)
    }

    pub(crate) fn return_(&mut self, value: Option<&'a Expr>, stmt_loc: Loc) -> Res {
        let scope = self.scope();
        if !scope.is_function_like() {
            return self.err(stmt_loc, "'return' outside function");
        }
        if value.is_some() && scope.coroutine && scope.generator {
            return self.err(stmt_loc, "'return' with value in async generator");
        }
        if self.in_finally.is_some() {
            self.warn(stmt_loc, "'return' in a 'finally' block");
        }
        let mut loc = stmt_loc;
        let keep = value.is_some_and(|v| v.as_constant().is_none());
        match value {
            Some(v) if keep => self.expr(v)?,
            Some(v) => {
                loc = v.loc;
                self.op0(Op::Nop, loc);
            }
            None => {}
        }
        if value.is_none_or(|v| v.loc.line != stmt_loc.line) {
            loc = stmt_loc;
            self.op0(Op::Nop, loc);
        }
        self.unwind_all(keep, false, &mut loc)?;
        match value {
            None => self.load_none(loc),
            Some(v) if !keep => {
                if let Some(c) = v.as_constant() {
                    self.load_constant(c, loc);
                }
            }
            Some(_) => {}
        }
        self.op0(Op::ReturnValue, loc);
        Ok(())
    }

    pub(crate) fn break_(&mut self, origin: Loc) -> Res {
        if self.in_finally == Some(0) {
            self.warn(origin, "'break' in a 'finally' block");
        }
        let mut loc = origin;
        self.op0(Op::Nop, loc);
        let Some(b) = self.unwind_all(false, true, &mut loc)? else {
            return self.err(origin, "'break' outside loop");
        };
        self.unwind(b, false, &mut loc)?;
        self.jump(Op::Jump, b.exit, loc);
        Ok(())
    }

    pub(crate) fn continue_(&mut self, origin: Loc) -> Res {
        if self.in_finally == Some(0) {
            self.warn(origin, "'continue' in a 'finally' block");
        }
        let mut loc = origin;
        self.op0(Op::Nop, loc);
        let Some(b) = self.unwind_all(false, true, &mut loc)? else {
            return self.err(origin, "'continue' not properly in loop");
        };
        self.jump(Op::Jump, b.start, loc);
        Ok(())
    }

    pub(crate) fn internal<T>(&self, msg: &str) -> Res<T> {
        Err(CompileError::plain(ErrorKind::Internal, msg))
    }
}

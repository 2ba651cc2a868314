//! Displays, unpacking, iterables.

use heddle_tlbc::defs::operands::Intrinsic1;
use heddle_tlbc::image::Const;

use super::expr::{Display, STACK_GUIDE, frozenset};
use super::{Emitter, Res, to_const};
use crate::ast::*;
use crate::flow::Op;

impl<'a> Emitter<'a> {
    // ---- displays ----

    /// The elements of a display of constants, if all are constant.
    pub(crate) fn constant_elements(&self, elts: &[Expr]) -> Option<Vec<Const>> {
        elts.iter().map(|e| self.folded(e).map(|c| to_const(&c))).collect()
    }

    /// Elements of a display on the stack, `pushed` of them already there.
    pub(crate) fn star_unpack(
        &mut self,
        elts: &'a [Expr],
        injected: Option<Sym>,
        pushed: u32,
        kind: Display,
        loc: Loc,
    ) -> Res {
        let (build, add, extend) = match kind {
            Display::Set => (Op::BuildSet, Op::SetAdd, Op::SetUpdate),
            _ => (Op::BuildList, Op::ListAppend, Op::ListExtend),
        };
        let n = elts.len() as u32;
        if pushed == 0
            && injected.is_none()
            && n > 2
            && kind != Display::Tuple
            && let Some(c) = self.constant_elements(elts)
        {
            let c = if kind == Display::Set { frozenset(c) } else { Const::Tuple(c.into()) };
            self.op(build, 0, loc);
            self.load_const(c, loc);
            self.op(extend, 1, loc);
            return Ok(());
        }
        let extra = u32::from(injected.is_some());
        let big = (n + pushed + extra) as usize > STACK_GUIDE;
        let starred = elts.iter().any(Expr::is_starred);
        if !starred && !big {
            self.exprs(elts)?;
            if let Some(name) = injected {
                self.name(name, Ctx::Load, loc)?;
            }
            let op = if kind == Display::Tuple { Op::BuildTuple } else { build };
            self.op(op, n + pushed + extra, loc);
            return Ok(());
        }
        let mut built = big;
        if big {
            self.op(build, pushed, loc);
        }
        for (i, e) in elts.iter().enumerate() {
            if let ExprKind::Starred { value, .. } = &e.kind {
                if !built {
                    self.op(build, i as u32 + pushed, loc);
                    built = true;
                }
                self.expr(value)?;
                self.op(extend, 1, loc);
            } else {
                self.expr(e)?;
                if built {
                    self.op(add, 1, loc);
                }
            }
        }
        if let Some(name) = injected {
            self.name(name, Ctx::Load, loc)?;
            self.op(add, 1, loc);
        }
        if kind == Display::Tuple {
            self.op(Op::CallIntrinsic1, Intrinsic1::ListToTuple as u32, loc);
        }
        Ok(())
    }

    pub(super) fn dict(&mut self, keys: &'a [Option<Expr>], values: &'a [Expr], loc: Loc) -> Res {
        let mut have = false;
        let mut run = 0;
        let flush = |e: &mut Self, from: usize, to: usize, have: &mut bool| -> Res {
            e.sub_dict(&keys[from..to], &values[from..to], loc)?;
            if *have {
                e.op(Op::DictUpdate, 1, loc);
            }
            *have = true;
            Ok(())
        };
        for (i, k) in keys.iter().enumerate() {
            if k.is_none() {
                if run > 0 {
                    flush(self, i - run, i, &mut have)?;
                    run = 0;
                }
                if !have {
                    self.op(Op::BuildMap, 0, loc);
                    have = true;
                }
                self.expr(&values[i])?;
                self.op(Op::DictUpdate, 1, loc);
            } else if run * 2 > STACK_GUIDE {
                flush(self, i - run, i + 1, &mut have)?;
                run = 0;
            } else {
                run += 1;
            }
        }
        let n = keys.len();
        if run > 0 {
            flush(self, n - run, n, &mut have)?;
        }
        if !have {
            self.op(Op::BuildMap, 0, loc);
        }
        Ok(())
    }

    pub(super) fn sub_dict(
        &mut self,
        keys: &'a [Option<Expr>],
        values: &'a [Expr],
        loc: Loc,
    ) -> Res {
        let big = keys.len() * 2 > STACK_GUIDE;
        if big {
            self.op(Op::BuildMap, 0, loc);
        }
        for (k, v) in keys.iter().zip(values) {
            if let Some(k) = k {
                self.expr(k)?;
            }
            self.expr(v)?;
            if big {
                self.op(Op::MapAdd, 1, loc);
            }
        }
        if !big {
            self.op(Op::BuildMap, keys.len() as u32, loc);
        }
        Ok(())
    }

    // ---- unpacking ----

    /// `UNPACK_*` for a list of targets or patterns; `star` is the index of the starred one.
    pub(crate) fn unpack(&mut self, n: usize, star: Option<usize>, loc: Loc, what: &str) -> Res {
        match star {
            Some(i) => {
                if i >= 1 << 8 || n - i > i32::MAX as usize >> 8 {
                    return self.err(loc, format!("too many expressions in star-unpacking {what}"));
                }
                self.op(Op::UnpackEx, (i + ((n - i - 1) << 8)) as u32, loc);
            }
            None => self.op(Op::UnpackSequence, n as u32, loc),
        }
        Ok(())
    }

    pub(super) fn unpack_assign(&mut self, elts: &'a [Expr], loc: Loc) -> Res {
        let mut stars = elts.iter().enumerate().filter(|(_, e)| e.is_starred()).map(|(i, _)| i);
        let star = stars.next();
        if stars.next().is_some() {
            return self.err(loc, "multiple starred expressions in assignment");
        }
        self.unpack(elts.len(), star, loc, "assignment")?;
        for e in elts {
            match &e.kind {
                ExprKind::Starred { value, .. } => self.expr(value)?,
                _ => self.expr(e)?,
            }
        }
        Ok(())
    }

    /// The iterable of a loop: a display that nobody else can see becomes a constant.
    pub(crate) fn iterable(&mut self, e: &'a Expr) -> Res {
        match &e.kind {
            ExprKind::List { elts, ctx: Ctx::Load } if !elts.iter().any(Expr::is_starred) => {
                if let Some(c) = self.constant_elements(elts) {
                    self.load_const(Const::Tuple(c.into()), e.loc);
                    return Ok(());
                }
                if elts.len() <= STACK_GUIDE {
                    self.exprs(elts)?;
                    self.op(Op::BuildTuple, elts.len() as u32, e.loc);
                    return Ok(());
                }
            }
            ExprKind::Set(elts) => {
                if let Some(c) = self.constant_elements(elts) {
                    self.load_const(frozenset(c), e.loc);
                    return Ok(());
                }
            }
            _ => {}
        }
        self.expr(e)
    }
}

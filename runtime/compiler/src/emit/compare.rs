//! Comparisons and conditions.

use heddle_tlbc::defs::operands::CompareKind;
use heddle_tlbc::image::Const;

use super::expr::{STACK_GUIDE, frozenset, type_name};
use super::{Emitter, Res, fold};
use crate::ast::*;
use crate::flow::{Label, Op};

impl<'a> Emitter<'a> {
    // ---- comparisons and conditions ----

    pub(super) fn compare_op(&mut self, op: CmpOp, loc: Loc) {
        let kind = match op {
            CmpOp::Eq => CompareKind::Eq,
            CmpOp::NotEq => CompareKind::Ne,
            CmpOp::Lt => CompareKind::Lt,
            CmpOp::LtE => CompareKind::Le,
            CmpOp::Gt => CompareKind::Gt,
            CmpOp::GtE => CompareKind::Ge,
            CmpOp::Is => return self.op(Op::IsOp, 0, loc),
            CmpOp::IsNot => return self.op(Op::IsOp, 1, loc),
            CmpOp::In => return self.op(Op::ContainsOp, 0, loc),
            CmpOp::NotIn => return self.op(Op::ContainsOp, 1, loc),
        };
        self.op(Op::CompareOp, kind.oparg(), loc);
    }

    /// The right side of a comparison; after `in` a display of constants is a constant itself.
    pub(super) fn comparator(&mut self, op: CmpOp, e: &'a Expr) -> Res {
        if matches!(op, CmpOp::In | CmpOp::NotIn) {
            let folded = match &e.kind {
                ExprKind::List { elts, .. } => {
                    self.constant_elements(elts).map(|c| Const::Tuple(c.into()))
                }
                ExprKind::Set(elts) => self.constant_elements(elts).map(frozenset),
                _ => None,
            };
            if let Some(c) = folded {
                self.load_const(c, e.loc);
                return Ok(());
            }
            if let ExprKind::List { elts, .. } = &e.kind
                && elts.len() <= STACK_GUIDE
                && !elts.iter().any(Expr::is_starred)
            {
                self.exprs(elts)?;
                self.op(Op::BuildTuple, elts.len() as u32, e.loc);
                return Ok(());
            }
        }
        self.expr(e)
    }

    pub(super) fn check_compare(
        &mut self,
        left: &Expr,
        ops: &[CmpOp],
        comparators: &[Expr],
        loc: Loc,
    ) {
        let warns = |e: &Expr| match &e.kind {
            ExprKind::Constant(c, _) => !matches!(
                **c,
                Constant::None | Constant::True | Constant::False | Constant::Ellipsis
            ),
            ExprKind::Tuple { .. } | ExprKind::JoinedStr(_) => true,
            _ => false,
        };
        let literal = |e: &Expr| match &e.kind {
            ExprKind::Constant(..) => Some(type_name(e)),
            ExprKind::Tuple { .. } if fold::constant(e, 0).is_some() => Some("tuple"),
            _ => None,
        };
        let mut prev = left;
        for (op, right) in ops.iter().zip(comparators) {
            if matches!(op, CmpOp::Is | CmpOp::IsNot) {
                let which = if warns(prev) && literal(prev).is_some() {
                    literal(prev)
                } else if warns(right) && literal(right).is_some() {
                    literal(right)
                } else {
                    None
                };
                if let Some(t) = which {
                    let msg = if *op == CmpOp::Is {
                        format!("\"is\" with '{t}' literal. Did you mean \"==\"?")
                    } else {
                        format!("\"is not\" with '{t}' literal. Did you mean \"!=\"?")
                    };
                    self.warn(loc, msg);
                }
            }
            prev = right;
        }
    }

    pub(super) fn compare(
        &mut self,
        left: &'a Expr,
        ops: &'a [CmpOp],
        comparators: &'a [Expr],
        loc: Loc,
    ) -> Res {
        self.check_compare(left, ops, comparators, loc);
        self.expr(left)?;
        let Some(last) = ops.len().checked_sub(1) else { return Ok(()) };
        if last == 0 {
            self.comparator(ops[0], &comparators[0])?;
            self.compare_op(ops[0], loc);
            return Ok(());
        }
        let (cleanup, end) = (self.label(), self.label());
        for i in 0..last {
            self.comparator(ops[i], &comparators[i])?;
            self.op(Op::Swap, 2, loc);
            self.op(Op::Copy, 2, loc);
            self.compare_op(ops[i], loc);
            self.op(Op::Copy, 1, loc);
            self.op0(Op::ToBool, loc);
            self.jump(Op::PopJumpIfFalse, cleanup, loc);
            self.op0(Op::PopTop, loc);
        }
        self.comparator(ops[last], &comparators[last])?;
        self.compare_op(ops[last], loc);
        self.jump(Op::Jump, end, Loc::NONE);
        self.place(cleanup);
        self.op(Op::Swap, 2, loc);
        self.op0(Op::PopTop, loc);
        self.place(end);
        Ok(())
    }

    /// Jumps to `next` if the truth of `e` is `cond`.
    pub(crate) fn jump_if(&mut self, e: &'a Expr, next: Label, cond: bool) -> Res {
        crate::deep(|| self.jump_if_inner(e, next, cond))
    }

    pub(super) fn jump_if_inner(&mut self, e: &'a Expr, next: Label, cond: bool) -> Res {
        let loc = e.loc;
        match &e.kind {
            ExprKind::UnaryOp { op: UnaryOp::Not, operand } => {
                return self.jump_if(operand, next, !cond);
            }
            ExprKind::BoolOp { op, values } => {
                let cond2 = *op == BoolOp::Or;
                let next2 = if cond2 == cond { next } else { self.label() };
                let Some((last, first)) = values.split_last() else { return Ok(()) };
                for v in first {
                    self.jump_if(v, next2, cond2)?;
                }
                self.jump_if(last, next, cond)?;
                if next2 != next {
                    self.place(next2);
                }
                return Ok(());
            }
            ExprKind::IfExp(p) => {
                let (end, next2) = (self.label(), self.label());
                self.jump_if(&p.0, next2, false)?;
                self.jump_if(&p.1, next, cond)?;
                self.jump(Op::Jump, end, Loc::NONE);
                self.place(next2);
                self.jump_if(&p.2, next, cond)?;
                self.place(end);
                return Ok(());
            }
            ExprKind::Compare { left, ops, comparators } if ops.len() > 1 => {
                self.check_compare(left, ops, comparators, loc);
                let (cleanup, end) = (self.label(), self.label());
                self.expr(left)?;
                let last = ops.len() - 1;
                for i in 0..last {
                    self.comparator(ops[i], &comparators[i])?;
                    self.op(Op::Swap, 2, loc);
                    self.op(Op::Copy, 2, loc);
                    self.compare_op(ops[i], loc);
                    self.op0(Op::ToBool, loc);
                    self.jump(Op::PopJumpIfFalse, cleanup, loc);
                }
                self.comparator(ops[last], &comparators[last])?;
                self.compare_op(ops[last], loc);
                self.op0(Op::ToBool, loc);
                self.jump(if cond { Op::PopJumpIfTrue } else { Op::PopJumpIfFalse }, next, loc);
                self.jump(Op::Jump, end, Loc::NONE);
                self.place(cleanup);
                self.op0(Op::PopTop, loc);
                if !cond {
                    self.jump(Op::Jump, next, Loc::NONE);
                }
                self.place(end);
                return Ok(());
            }
            _ => {}
        }
        self.expr(e)?;
        self.op0(Op::ToBool, loc);
        self.jump(if cond { Op::PopJumpIfTrue } else { Op::PopJumpIfFalse }, next, loc);
        Ok(())
    }
}

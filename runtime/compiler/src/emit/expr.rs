//! Expressions other than calls and comprehensions.

use heddle_tlbc::defs::operands::{BinaryOpKind, CompareKind, Conversion, Intrinsic1, resume};
use heddle_tlbc::image::Const;

use super::{Emitter, Res, fold, to_const};
use crate::ast::*;
use crate::flow::{Label, Op};

/// Displays and f-strings with more parts than this are built step by step.
pub(crate) const STACK_GUIDE: usize = 30;

/// The argument of `BINARY_OP`.
pub(crate) fn binary_op(op: Operator) -> BinaryOpKind {
    match op {
        Operator::Add => BinaryOpKind::Add,
        Operator::Sub => BinaryOpKind::Subtract,
        Operator::Mult => BinaryOpKind::Multiply,
        Operator::MatMult => BinaryOpKind::MatrixMultiply,
        Operator::Div => BinaryOpKind::TrueDivide,
        Operator::Mod => BinaryOpKind::Remainder,
        Operator::Pow => BinaryOpKind::Power,
        Operator::LShift => BinaryOpKind::LShift,
        Operator::RShift => BinaryOpKind::RShift,
        Operator::BitOr => BinaryOpKind::Or,
        Operator::BitXor => BinaryOpKind::Xor,
        Operator::BitAnd => BinaryOpKind::And,
        Operator::FloorDiv => BinaryOpKind::FloorDivide,
    }
}

impl<'a> Emitter<'a> {
    /// The value of a constant expression, computed now.
    pub(crate) fn folded(&self, e: &Expr) -> Option<Constant> {
        fold::constant(e, self.optimize)
    }

    pub(crate) fn expr(&mut self, e: &'a Expr) -> Res {
        crate::deep(|| self.expr_inner(e))
    }

    pub(crate) fn exprs(&mut self, list: &'a [Expr]) -> Res {
        list.iter().try_for_each(|e| self.expr(e))
    }

    fn expr_inner(&mut self, e: &'a Expr) -> Res {
        let loc = e.loc;
        match &e.kind {
            ExprKind::Constant(c, _) => self.load_constant(c, loc),
            ExprKind::Name { id, ctx } => {
                if *id == sym::DEBUG && *ctx == Ctx::Load {
                    let c = if self.optimize == 0 { Const::True } else { Const::False };
                    self.load_const(c, loc);
                    return Ok(());
                }
                return self.name(*id, *ctx, loc);
            }
            ExprKind::BoolOp { op, values } => {
                let end = self.label();
                let jump = if *op == BoolOp::And { Op::JumpIfFalse } else { Op::JumpIfTrue };
                let Some((last, first)) = values.split_last() else { return Ok(()) };
                for v in first {
                    self.expr(v)?;
                    self.jump(jump, end, loc);
                    self.op0(Op::PopTop, loc);
                }
                self.expr(last)?;
                self.place(end);
            }
            ExprKind::NamedExpr { target, value } => {
                self.expr(value)?;
                self.op(Op::Copy, 1, loc);
                self.expr(target)?;
            }
            ExprKind::BinOp { .. } => return self.operators(e),
            ExprKind::UnaryOp { op, operand } => {
                if let Some(c) = self.folded(e) {
                    self.load_constant(&c, loc);
                    return Ok(());
                }
                self.expr(operand)?;
                match op {
                    UnaryOp::Invert => self.op0(Op::UnaryInvert, loc),
                    UnaryOp::USub => self.op0(Op::UnaryNegative, loc),
                    UnaryOp::UAdd => {
                        self.op(Op::CallIntrinsic1, Intrinsic1::UnaryPositive as u32, loc)
                    }
                    UnaryOp::Not => {
                        self.op0(Op::ToBool, loc);
                        self.op0(Op::UnaryNot, loc);
                    }
                }
            }
            ExprKind::Lambda(l) => return self.lambda(l, loc),
            ExprKind::IfExp(p) => {
                let (end, next) = (self.label(), self.label());
                self.jump_if(&p.0, next, false)?;
                self.expr(&p.1)?;
                self.jump(Op::Jump, end, Loc::NONE);
                self.place(next);
                self.expr(&p.2)?;
                self.place(end);
            }
            ExprKind::Dict { keys, values } => return self.dict(keys, values, loc),
            ExprKind::Set(elts) => {
                return self.star_unpack(elts, None, 0, Display::Set, loc);
            }
            ExprKind::Comp(c) => return self.comprehension(c, loc),
            ExprKind::Yield(v) => {
                if !self.scope().is_function_like() {
                    return self.err(loc, "'yield' outside function");
                }
                match v {
                    Some(v) => self.expr(v)?,
                    None => self.load_none(loc),
                }
                self.yield_value(loc);
            }
            ExprKind::YieldFrom(v) => {
                if !self.scope().is_function_like() {
                    return self.err(loc, "'yield from' outside function");
                }
                if self.scope().coroutine {
                    return self.err(loc, "'yield from' inside async function");
                }
                self.expr(v)?;
                self.op0(Op::GetYieldFromIter, loc);
                self.load_none(loc);
                self.yield_from(false, loc);
            }
            ExprKind::Await(v) => {
                self.expr(v)?;
                self.await_(0, loc);
            }
            ExprKind::Compare { left, ops, comparators } => {
                return self.compare(left, ops, comparators, loc);
            }
            ExprKind::Call(c) => return self.call(c, loc),
            ExprKind::JoinedStr(values) => return self.joined(values, loc),
            ExprKind::TemplateStr(values) => return self.template(values, loc),
            ExprKind::FormattedValue { value, conversion, spec } => {
                self.expr(value)?;
                if let Some(c) = conversion_arg(*conversion) {
                    self.op(Op::ConvertValue, c, loc);
                }
                match spec {
                    Some(s) => {
                        self.expr(s)?;
                        self.op0(Op::FormatWithSpec, loc);
                    }
                    None => self.op0(Op::FormatSimple, loc),
                }
            }
            ExprKind::Interpolation(i) => {
                self.expr(&i.value)?;
                self.load_constant(&i.text, loc);
                let mut arg = 2;
                if let Some(s) = &i.spec {
                    arg |= 1;
                    self.expr(s)?;
                }
                if let Some(c) = conversion_arg(i.conversion) {
                    arg |= c << 2;
                }
                self.op(Op::BuildInterpolation, arg, loc);
            }
            ExprKind::Attribute { value, attr, ctx } => {
                if *ctx == Ctx::Load && self.super_attr(value, *attr, e, false)? {
                    return Ok(());
                }
                self.note_static_attribute(value, *attr, *ctx);
                self.expr(value)?;
                let loc = self.attr_loc(loc, *attr);
                let m = self.mangle(*attr);
                let i = self.u().names.add(m);
                match ctx {
                    Ctx::Load => self.op(Op::LoadAttr, i << 1, loc),
                    Ctx::Store => self.op(Op::StoreAttr, i, loc),
                    Ctx::Del => self.op(Op::DeleteAttr, i, loc),
                }
            }
            ExprKind::Subscript { value, slice, ctx } => {
                return self.subscript(e, value, slice, *ctx);
            }
            ExprKind::Starred { ctx, .. } => {
                let msg = if *ctx == Ctx::Store {
                    "starred assignment target must be in a list or tuple"
                } else {
                    "can't use starred expression here"
                };
                return self.err(loc, msg);
            }
            ExprKind::List { elts, ctx } | ExprKind::Tuple { elts, ctx } => match ctx {
                Ctx::Store => return self.unpack_assign(elts, loc),
                Ctx::Del => return self.exprs(elts),
                Ctx::Load => {
                    let tuple = matches!(e.kind, ExprKind::Tuple { .. });
                    if tuple && let Some(c) = self.folded(e) {
                        self.load_constant(&c, loc);
                        return Ok(());
                    }
                    let kind = if tuple { Display::Tuple } else { Display::List };
                    return self.star_unpack(elts, None, 0, kind, loc);
                }
            },
            ExprKind::Slice { step, .. } => {
                if let Some(c) = self.constant_slice(e) {
                    self.load_const(c, loc);
                    return Ok(());
                }
                self.slice_parts(e)?;
                let mut n = 2;
                if let Some(s) = step {
                    self.expr(s)?;
                    n = 3;
                }
                self.op(Op::BuildSlice, n, loc);
            }
        }
        Ok(())
    }

    /// A chain of operators, from its innermost left operand outwards: constant for as long as the
    /// operands are. One pass, so that chains of any length stay linear.
    fn operators(&mut self, e: &'a Expr) -> Res {
        let mut chain = Vec::new();
        let mut bottom = e;
        while let ExprKind::BinOp { left, op, right } = &bottom.kind {
            chain.push((bottom.loc, *op, &**right, &**left));
            bottom = left;
        }
        let mut value = self.folded(bottom);
        let mut at = bottom.loc;
        if value.is_none() {
            self.expr(bottom)?;
        }
        for (loc, op, right, left) in chain.into_iter().rev() {
            if let Some(v) = value.take() {
                if op == Operator::Mod && self.format_mod(left, right, loc)? {
                    continue;
                }
                if let Some(r) = self.folded(right)
                    && let Some(c) = fold::binary(v.clone(), op, r)
                {
                    value = Some(c);
                    at = loc;
                    continue;
                }
                self.load_constant(&v, at);
            }
            self.expr(right)?;
            self.op(Op::BinaryOp, binary_op(op) as u32, loc);
        }
        if let Some(v) = value {
            self.load_constant(&v, at);
        }
        Ok(())
    }

    pub(crate) fn yield_value(&mut self, loc: Loc) {
        let s = self.scope();
        if s.generator && s.coroutine {
            self.op(Op::CallIntrinsic1, Intrinsic1::AsyncGenWrap as u32, loc);
        }
        self.op(Op::YieldValue, 0, loc);
        self.op(Op::Resume, resume::AFTER_YIELD, loc);
    }

    /// An attribute over several lines is reported at its name.
    pub(crate) fn attr_loc(&self, mut loc: Loc, attr: Sym) -> Loc {
        if loc.has_line() && loc.line != loc.end_line {
            loc.line = loc.end_line;
            let len = self.names.get(attr).len() as u32;
            if len <= loc.end_col {
                loc.col = loc.end_col - len;
            } else {
                loc.col = u32::MAX;
                loc.end_col = u32::MAX;
            }
        }
        loc
    }

    /// `self.name = ...` in a method is listed in the class.
    fn note_static_attribute(&mut self, value: &Expr, attr: Sym, ctx: Ctx) {
        if ctx != Ctx::Store || !matches!(value.kind, ExprKind::Name { id: sym::SELF, .. }) {
            return;
        }
        let n = self.units.len().saturating_sub(1);
        for u in self.units[..n].iter_mut().rev() {
            if u.kind == super::UnitKind::Class {
                if !u.static_attributes.contains(&attr) {
                    u.static_attributes.push(attr);
                }
                break;
            }
        }
    }

    // ---- subscripts and slices ----

    fn constant_slice(&self, e: &Expr) -> Option<Const> {
        let ExprKind::Slice { lower, upper, step } = &e.kind else { return None };
        let part = |p: &Option<Box<Expr>>| match p {
            None => Some(Const::None),
            Some(p) => p.as_constant().map(to_const),
        };
        Some(Const::Slice(Box::new([part(lower)?, part(upper)?, part(step)?])))
    }

    pub(crate) fn is_two_part_slice(&self, e: &Expr) -> bool {
        matches!(e.kind, ExprKind::Slice { step: None, .. }) && self.constant_slice(e).is_none()
    }

    pub(crate) fn slice_parts(&mut self, e: &'a Expr) -> Res {
        let ExprKind::Slice { lower, upper, .. } = &e.kind else { return Ok(()) };
        for p in [lower, upper] {
            match p {
                Some(p) => self.expr(p)?,
                None => self.load_none(e.loc),
            }
        }
        Ok(())
    }

    fn subscript(&mut self, e: &'a Expr, value: &'a Expr, slice: &'a Expr, ctx: Ctx) -> Res {
        let loc = e.loc;
        if ctx == Ctx::Load {
            if let Some(c) = self.folded(e) {
                self.load_constant(&c, loc);
                return Ok(());
            }
            self.check_subscripter(value);
            self.check_index(value, slice);
        }
        self.expr(value)?;
        if self.is_two_part_slice(slice) && ctx != Ctx::Del {
            self.slice_parts(slice)?;
            self.op0(if ctx == Ctx::Load { Op::BinarySlice } else { Op::StoreSlice }, loc);
            return Ok(());
        }
        self.expr(slice)?;
        match ctx {
            Ctx::Load => self.op(Op::BinaryOp, BinaryOpKind::Subscr as u32, loc),
            Ctx::Store => self.op0(Op::StoreSubscr, loc),
            Ctx::Del => self.op0(Op::DeleteSubscr, loc),
        }
        Ok(())
    }

    fn check_subscripter(&mut self, value: &Expr) {
        let bad = match &value.kind {
            ExprKind::Constant(c, _) => {
                !matches!(**c, Constant::Str(_) | Constant::Bytes(_) | Constant::Tuple(_))
            }
            ExprKind::Set(_) | ExprKind::Lambda(_) | ExprKind::TemplateStr(_) => true,
            ExprKind::Comp(c) => matches!(c.kind, CompKind::Set | CompKind::Generator),
            _ => false,
        };
        if bad {
            let t = type_name(value);
            self.warn(
                value.loc,
                format!("'{t}' object is not subscriptable; perhaps you missed a comma?"),
            );
        }
    }

    fn check_index(&mut self, value: &Expr, index: &Expr) {
        let index_type = match &index.kind {
            ExprKind::Constant(c, _)
                if matches!(**c, Constant::Int(_) | Constant::True | Constant::False) =>
            {
                return;
            }
            ExprKind::Constant(..)
            | ExprKind::Tuple { .. }
            | ExprKind::List { .. }
            | ExprKind::Dict { .. }
            | ExprKind::Set(_)
            | ExprKind::Comp(_)
            | ExprKind::Lambda(_)
            | ExprKind::JoinedStr(_)
            | ExprKind::TemplateStr(_) => type_name(index),
            _ => return,
        };
        let sequence = match &value.kind {
            ExprKind::Constant(c, _) => {
                matches!(**c, Constant::Str(_) | Constant::Bytes(_) | Constant::Tuple(_))
            }
            ExprKind::Tuple { .. } | ExprKind::List { .. } | ExprKind::JoinedStr(_) => true,
            ExprKind::Comp(c) => c.kind == CompKind::List,
            _ => false,
        };
        if sequence {
            let t = type_name(value);
            self.warn(
                value.loc,
                format!("{t} indices must be integers or slices, not {index_type}; perhaps you missed a comma?"),
            );
        }
    }

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

    fn dict(&mut self, keys: &'a [Option<Expr>], values: &'a [Expr], loc: Loc) -> Res {
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

    fn sub_dict(&mut self, keys: &'a [Option<Expr>], values: &'a [Expr], loc: Loc) -> Res {
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
                if i >= 1 << 8 || n - i - 1 >= i32::MAX as usize >> 8 {
                    return self.err(loc, format!("too many expressions in star-unpacking {what}"));
                }
                self.op(Op::UnpackEx, (i + ((n - i - 1) << 8)) as u32, loc);
            }
            None => self.op(Op::UnpackSequence, n as u32, loc),
        }
        Ok(())
    }

    fn unpack_assign(&mut self, elts: &'a [Expr], loc: Loc) -> Res {
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

    // ---- comparisons and conditions ----

    fn compare_op(&mut self, op: CmpOp, loc: Loc) {
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
    fn comparator(&mut self, op: CmpOp, e: &'a Expr) -> Res {
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

    fn check_compare(&mut self, left: &Expr, ops: &[CmpOp], comparators: &[Expr], loc: Loc) {
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

    fn compare(
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

    fn jump_if_inner(&mut self, e: &'a Expr, next: Label, cond: bool) -> Res {
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

    // ---- formatted strings ----

    fn joined(&mut self, values: &'a [Expr], loc: Loc) -> Res {
        if values.len() > STACK_GUIDE {
            let join = self.names.intern("join");
            self.load_const(Const::Str("".into()), loc);
            let i = self.u().names.add(join);
            self.op(Op::LoadAttr, i << 1 | 1, loc);
            self.op(Op::BuildList, 0, loc);
            for v in values {
                self.expr(v)?;
                self.op(Op::ListAppend, 1, loc);
            }
            self.op(Op::Call, 1, loc);
            return Ok(());
        }
        self.exprs(values)?;
        match values.len() {
            0 => self.load_const(Const::Str("".into()), loc),
            1 => {}
            n => self.op(Op::BuildString, n as u32, loc),
        }
        Ok(())
    }

    fn template(&mut self, values: &'a [Expr], loc: Loc) -> Res {
        let is_field = |e: &Expr| matches!(e.kind, ExprKind::Interpolation(_));
        let mut strings = 0;
        let mut after_field = true;
        for v in values {
            if is_field(v) {
                if after_field {
                    self.load_const(Const::Str("".into()), loc);
                    strings += 1;
                }
                after_field = true;
            } else {
                self.expr(v)?;
                strings += 1;
                after_field = false;
            }
        }
        if after_field {
            self.load_const(Const::Str("".into()), loc);
            strings += 1;
        }
        self.op(Op::BuildTuple, strings, loc);
        let mut fields = 0;
        for v in values.iter().filter(|v| is_field(v)) {
            self.expr(v)?;
            fields += 1;
        }
        self.op(Op::BuildTuple, fields, loc);
        self.op0(Op::BuildTemplate, loc);
        Ok(())
    }

    /// `'...%s...' % (a, b)` with plain conversions becomes an f-string.
    fn format_mod(&mut self, left: &'a Expr, right: &'a Expr, loc: Loc) -> Res<bool> {
        let Some(Constant::Str(text)) = left.as_constant() else { return Ok(false) };
        let ExprKind::Tuple { elts, .. } = &right.kind else { return Ok(false) };
        if elts.iter().any(Expr::is_starred) {
            return Ok(false);
        }
        let Some(text) = text.as_str() else { return Ok(false) };
        let Some(parts) = fold::percent_parts(text) else { return Ok(false) };
        let fields = parts.iter().filter(|p| matches!(p, fold::Part::Field { .. })).count();
        if fields != elts.len() || parts.len() > STACK_GUIDE {
            return Ok(false);
        }
        let mut args = elts.iter();
        let n = parts.len();
        for p in parts {
            match p {
                fold::Part::Text(t) => self.load_const(Const::Str(t.into()), Loc::NONE),
                fold::Part::Field { conversion, spec } => {
                    let Some(a) = args.next() else { return self.internal("format fields") };
                    self.expr(a)?;
                    if let Some(c) = conversion_arg(conversion) {
                        self.op(Op::ConvertValue, c, a.loc);
                    }
                    if spec.is_empty() {
                        self.op0(Op::FormatSimple, a.loc);
                    } else {
                        self.load_const(Const::Str(spec.into()), a.loc);
                        self.op0(Op::FormatWithSpec, a.loc);
                    }
                }
            }
        }
        match n {
            0 => self.load_const(Const::Str("".into()), loc),
            1 => {}
            n => self.op(Op::BuildString, n as u32, loc),
        }
        Ok(true)
    }
}

/// What a display becomes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Display {
    List,
    Tuple,
    Set,
}

pub(crate) fn frozenset(mut elts: Vec<Const>) -> Const {
    let mut seen = std::collections::HashSet::new();
    elts.retain(|c| seen.insert(c.clone()));
    Const::FrozenSet(elts.into())
}

fn conversion_arg(c: u8) -> Option<u32> {
    let k = match c {
        b's' => Conversion::Str,
        b'r' => Conversion::Repr,
        b'a' => Conversion::Ascii,
        _ => return None,
    };
    Some(k as u32)
}

/// The type that a display or literal surely has, for warnings.
pub(crate) fn type_name(e: &Expr) -> &'static str {
    match &e.kind {
        ExprKind::Constant(c, _) => match **c {
            Constant::None => "NoneType",
            Constant::True | Constant::False => "bool",
            Constant::Ellipsis => "ellipsis",
            Constant::Int(_) => "int",
            Constant::Float(_) => "float",
            Constant::Complex(..) => "complex",
            Constant::Str(_) => "str",
            Constant::Bytes(_) => "bytes",
            Constant::Tuple(_) => "tuple",
            Constant::FrozenSet(_) => "frozenset",
        },
        ExprKind::Tuple { .. } => "tuple",
        ExprKind::List { .. } => "list",
        ExprKind::Dict { .. } => "dict",
        ExprKind::Set(_) => "set",
        ExprKind::Comp(c) => match c.kind {
            CompKind::List => "list",
            CompKind::Set => "set",
            CompKind::Dict => "dict",
            CompKind::Generator => "generator",
        },
        ExprKind::Lambda(_) => "function",
        ExprKind::JoinedStr(_) | ExprKind::FormattedValue { .. } => "str",
        ExprKind::TemplateStr(_) => "string.templatelib.Template",
        _ => "object",
    }
}

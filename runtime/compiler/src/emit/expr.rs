//! Expressions: the dispatch, operators, subscripts. Others have files of their own.

use heddle_tlbc::defs::operands::{BinaryOpKind, Conversion, Intrinsic1, resume};
use heddle_tlbc::image::Const;

use super::{Emitter, Res, fold, to_const};
use crate::ast::*;
use crate::flow::Op;

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

pub(super) fn conversion_arg(c: u8) -> Option<u32> {
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

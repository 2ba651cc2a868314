//! Formatted strings: f-strings, t-strings, and `%` where it can be one.

use heddle_tlbc::image::Const;

use super::expr::{STACK_GUIDE, conversion_arg};
use super::{Emitter, Res, fold};
use crate::ast::*;
use crate::flow::Op;

impl<'a> Emitter<'a> {
    // ---- formatted strings ----

    pub(super) fn joined(&mut self, values: &'a [Expr], loc: Loc) -> Res {
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

    pub(super) fn template(&mut self, values: &'a [Expr], loc: Loc) -> Res {
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
    pub(super) fn format_mod(&mut self, left: &'a Expr, right: &'a Expr, loc: Loc) -> Res<bool> {
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

//! Type parameters and type aliases (PEP 695, PEP 696).

use heddle_tlbc::defs::operands::{Intrinsic1, Intrinsic2};
use heddle_tlbc::image::Const;

use super::func::{DEFAULTS, Flags};
use super::{Emitter, Res, UnitKind};
use crate::ast::*;
use crate::flow::Op;
use crate::symtable::{Role, ScopeId};

impl<'a> Emitter<'a> {
    pub(crate) fn enter_type_params(
        &mut self,
        node: NodeId,
        name: Sym,
        line: u32,
        private: Option<Sym>,
    ) -> Res {
        let text = format!("<generic parameters of {}>", self.names.get(name));
        let unit_name = self.names.intern(&text);
        let scope = self.scope_of(node, Role::TypeParams)?;
        self.enter_scope(unit_name, UnitKind::TypeParams, scope, line, private)
    }

    /// Makes the type parameters, binds them, and leaves their tuple on the stack.
    pub(crate) fn type_params(&mut self, list: &'a [TypeParam]) -> Res {
        let Some(first) = list.first() else { return Ok(()) };
        let mut seen_default = false;
        for p in list {
            let loc = p.loc;
            let plain = match p.kind {
                TypeParamKind::TypeVar => Intrinsic1::TypeVar,
                TypeParamKind::TypeVarTuple => Intrinsic1::TypeVarTuple,
                TypeParamKind::ParamSpec => Intrinsic1::ParamSpec,
            };
            self.load_str(p.name, loc);
            if let Some(b) = &p.bound {
                let scope = self.scope_of(p.id, Role::Main)?;
                self.lazy_value(b, p.name, scope, false)?;
                let how = if matches!(b.kind, ExprKind::Tuple { .. }) {
                    Intrinsic2::TypeVarWithConstraints
                } else {
                    Intrinsic2::TypeVarWithBound
                };
                self.op(Op::CallIntrinsic2, how as u32, loc);
            } else {
                self.op(Op::CallIntrinsic1, plain as u32, loc);
            }
            if let Some(d) = &p.default {
                seen_default = true;
                let scope = self.scope_of(p.id, Role::Default)?;
                self.lazy_value(d, p.name, scope, p.kind == TypeParamKind::TypeVarTuple)?;
                self.op(Op::CallIntrinsic2, Intrinsic2::SetTypeParamDefault as u32, loc);
            } else if seen_default {
                let msg = format!(
                    "non-default type parameter '{}' follows default type parameter",
                    self.names.get(p.name)
                );
                return self.err(loc, msg);
            }
            self.op(Op::Copy, 1, loc);
            self.name(p.name, Ctx::Store, loc)?;
        }
        self.op(Op::BuildTuple, list.len() as u32, first.loc);
        Ok(())
    }

    /// A function that computes `e` when asked.
    fn lazy_value(&mut self, e: &'a Expr, name: Sym, scope: ScopeId, allow_starred: bool) -> Res {
        let loc = e.loc;
        self.load_const(Const::Tuple(Box::new([Const::Int(1)])), loc);
        self.enter_annotations(scope, name, loc)?;
        match &e.kind {
            ExprKind::Starred { value, .. } if allow_starred => {
                self.expr(value)?;
                self.op(Op::UnpackSequence, 1, loc);
            }
            _ => self.expr(e)?,
        }
        self.op0(Op::ReturnValue, loc);
        let free = self.unit().freevars.list.clone();
        let image = self.finish_unit(true)?;
        self.make_closure(image, &free, Flags(DEFAULTS), loc)
    }

    pub(crate) fn type_alias(&mut self, t: &'a TypeAlias, loc: Loc) -> Res {
        let ExprKind::Name { id: name, .. } = t.name.kind else {
            return self.internal("type alias without a name");
        };
        let generic = !t.type_params.is_empty();
        if generic {
            self.enter_type_params(t.id, name, loc.line, None)?;
            self.load_str(name, loc);
            self.type_params(&t.type_params)?;
        } else {
            self.load_str(name, loc);
            self.load_none(loc);
        }
        let scope = self.scope_of(t.id, Role::Main)?;
        self.load_const(Const::Tuple(Box::new([Const::Int(1)])), loc);
        self.enter_annotations(scope, name, loc)?;
        self.expr(&t.value)?;
        self.op0(Op::ReturnValue, loc);
        let free = self.unit().freevars.list.clone();
        let image = self.finish_unit(true)?;
        self.make_closure(image, &free, Flags(DEFAULTS), loc)?;
        self.op(Op::BuildTuple, 3, loc);
        self.op(Op::CallIntrinsic1, Intrinsic1::TypeAlias as u32, loc);
        if generic {
            let free = self.unit().freevars.list.clone();
            let image = self.finish_unit(false)?;
            self.make_closure(image, &free, Flags(0), loc)?;
            self.op0(Op::PushNull, loc);
            self.op(Op::Call, 0, loc);
        }
        self.name(name, Ctx::Store, loc)
    }
}

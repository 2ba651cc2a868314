//! The `match` statement.
//!
//! The subject stays on the stack while a case is tried. Captures are kept under it until the whole
//! pattern has matched; on a failure each jump goes to the label that pops just what is there.

use heddle_tlbc::defs::operands::BinaryOpKind;
use heddle_tlbc::image::Const;

use super::{Emitter, Res, to_const};
use crate::ast::*;
use crate::flow::{Label, Op};

/// State while one case is compiled.
#[derive(Default)]
struct Ctxt {
    /// Names captured so far, in the order of the stack, the last on top.
    stores: Vec<Sym>,
    /// Whether a pattern that always matches may come here.
    allow_irrefutable: bool,
    /// `fail_pop[n]` pops n values and fails.
    fail_pop: Vec<Label>,
    /// Values above the captures.
    on_top: usize,
}

fn is_wildcard(p: &Pattern) -> bool {
    matches!(p.kind, PatternKind::As { pattern: None, name: None })
}

fn is_star_wildcard(p: &Pattern) -> bool {
    matches!(p.kind, PatternKind::Star(None))
}

impl<'a> Emitter<'a> {
    pub(crate) fn match_(&mut self, subject: &'a Expr, cases: &'a [MatchCase], _loc: Loc) -> Res {
        self.expr(subject)?;
        let end = self.label();
        let n = cases.len();
        let Some(last) = cases.last() else { return Ok(()) };
        let default = is_wildcard(&last.pattern) && n > 1;
        let tried = n - usize::from(default);
        for (i, m) in cases[..tried].iter().enumerate() {
            let ploc = m.pattern.loc;
            let more = i + 1 != tried;
            if more {
                self.op(Op::Copy, 1, ploc);
            }
            let mut pc =
                Ctxt { allow_irrefutable: m.guard.is_some() || i + 1 == n, ..Ctxt::default() };
            self.pattern(&m.pattern, &mut pc)?;
            for name in std::mem::take(&mut pc.stores) {
                self.name(name, Ctx::Store, ploc)?;
            }
            if let Some(g) = &m.guard {
                self.ensure_fail_pop(&mut pc, 0);
                let l = pc.fail_pop[0];
                self.jump_if(g, l, false)?;
            }
            if more {
                self.op0(Op::PopTop, Loc::NEXT);
            }
            self.stmts(&m.body)?;
            self.jump(Op::Jump, end, Loc::NONE);
            self.reset_fail_pop(&mut pc, ploc);
        }
        if default {
            if n == 1 {
                self.op0(Op::PopTop, last.pattern.loc);
            } else {
                self.op0(Op::Nop, last.pattern.loc);
            }
            if let Some(g) = &last.guard {
                self.jump_if(g, end, false)?;
            }
            self.stmts(&last.body)?;
        }
        self.place(end);
        Ok(())
    }

    fn ensure_fail_pop(&mut self, pc: &mut Ctxt, n: usize) {
        while pc.fail_pop.len() <= n {
            let l = self.label();
            pc.fail_pop.push(l);
        }
    }

    fn fail(&mut self, pc: &mut Ctxt, op: Op, loc: Loc) {
        let pops = pc.on_top + pc.stores.len();
        self.ensure_fail_pop(pc, pops);
        let l = pc.fail_pop[pops];
        self.jump(op, l, loc);
    }

    fn reset_fail_pop(&mut self, pc: &mut Ctxt, loc: Loc) {
        let list = std::mem::take(&mut pc.fail_pop);
        let Some((&zero, rest)) = list.split_first() else { return };
        for &l in rest.iter().rev() {
            self.place(l);
            self.op0(Op::PopTop, loc);
        }
        self.place(zero);
    }

    fn rotate(&mut self, count: usize, loc: Loc) {
        for n in (2..=count).rev() {
            self.op(Op::Swap, n as u32, loc);
        }
    }

    fn store_name(&mut self, name: Option<Sym>, pc: &mut Ctxt, loc: Loc) -> Res {
        let Some(name) = name else {
            self.op0(Op::PopTop, loc);
            return Ok(());
        };
        self.check_duplicate(name, pc, loc)?;
        self.rotate(pc.on_top + pc.stores.len() + 1, loc);
        pc.stores.push(name);
        Ok(())
    }

    fn check_duplicate(&self, name: Sym, pc: &Ctxt, loc: Loc) -> Res {
        if pc.stores.contains(&name) {
            let msg = format!("multiple assignments to name '{}' in pattern", self.names.get(name));
            return self.err(loc, msg);
        }
        Ok(())
    }

    fn pattern(&mut self, p: &'a Pattern, pc: &mut Ctxt) -> Res {
        crate::deep(|| self.pattern_inner(p, pc))
    }

    fn subpattern(&mut self, p: &'a Pattern, pc: &mut Ctxt) -> Res {
        let old = std::mem::replace(&mut pc.allow_irrefutable, true);
        self.pattern(p, pc)?;
        pc.allow_irrefutable = old;
        Ok(())
    }

    fn equal(&mut self, e: &'a Expr, pc: &mut Ctxt, loc: Loc) -> Res {
        self.expr(e)?;
        self.op(Op::CompareOp, heddle_tlbc::defs::operands::CompareKind::Eq.oparg(), loc);
        self.op0(Op::ToBool, loc);
        self.fail(pc, Op::PopJumpIfFalse, loc);
        Ok(())
    }

    fn length(&mut self, n: usize, exact: bool, pc: &mut Ctxt, loc: Loc) {
        use heddle_tlbc::defs::operands::CompareKind;
        self.op0(Op::GetLen, loc);
        self.load_const(Const::Int(n as i64), loc);
        let kind = if exact { CompareKind::Eq } else { CompareKind::Ge };
        self.op(Op::CompareOp, kind.oparg(), loc);
        self.op0(Op::ToBool, loc);
        self.fail(pc, Op::PopJumpIfFalse, loc);
    }

    fn not_none(&mut self, loc: Loc) {
        self.op(Op::Copy, 1, loc);
        self.load_none(loc);
        self.op(Op::IsOp, 1, loc);
    }

    fn pattern_inner(&mut self, p: &'a Pattern, pc: &mut Ctxt) -> Res {
        let loc = p.loc;
        match &p.kind {
            PatternKind::Value(e) => {
                let literal = matches!(e.kind, ExprKind::Attribute { .. } | ExprKind::JoinedStr(_))
                    || self.folded(e).is_some();
                if !literal {
                    return self.err(loc, "patterns may only match literals and attribute lookups");
                }
                self.equal(e, pc, loc)
            }
            PatternKind::Singleton(c) => {
                self.load_constant(c, loc);
                self.op(Op::IsOp, 0, loc);
                self.fail(pc, Op::PopJumpIfFalse, loc);
                Ok(())
            }
            PatternKind::Star(name) => self.store_name(*name, pc, loc),
            PatternKind::As { pattern: None, name } => {
                if !pc.allow_irrefutable {
                    let msg = match name {
                        Some(n) => {
                            format!(
                                "name capture '{}' makes remaining patterns unreachable",
                                self.names.get(*n)
                            )
                        }
                        None => "wildcard makes remaining patterns unreachable".to_owned(),
                    };
                    return self.err(loc, msg);
                }
                self.store_name(*name, pc, loc)
            }
            PatternKind::As { pattern: Some(inner), name } => {
                pc.on_top += 1;
                self.op(Op::Copy, 1, loc);
                self.pattern(inner, pc)?;
                pc.on_top -= 1;
                self.store_name(*name, pc, loc)
            }
            PatternKind::Sequence(list) => self.sequence(list, pc, loc),
            PatternKind::Mapping { keys, patterns, rest } => {
                self.mapping(keys, patterns, *rest, pc, loc)
            }
            PatternKind::Class { cls, patterns, kwd_attrs, kwd_patterns } => {
                self.class_pattern(cls, patterns, kwd_attrs, kwd_patterns, pc, loc)
            }
            PatternKind::Or(list) => self.alternatives(list, pc, loc),
        }
    }

    fn sequence(&mut self, list: &'a [Pattern], pc: &mut Ctxt, loc: Loc) -> Res {
        let n = list.len();
        let mut star = None;
        let mut only_wildcard = true;
        let mut star_wildcard = false;
        for (i, p) in list.iter().enumerate() {
            if matches!(p.kind, PatternKind::Star(_)) {
                if star.is_some() {
                    return self.err(loc, "multiple starred expressions in sequence pattern");
                }
                star_wildcard = is_star_wildcard(p);
                only_wildcard &= star_wildcard;
                star = Some(i);
            } else {
                only_wildcard &= is_wildcard(p);
            }
        }
        pc.on_top += 1;
        self.op0(Op::MatchSequence, loc);
        self.fail(pc, Op::PopJumpIfFalse, loc);
        if star.is_none() {
            self.length(n, true, pc, loc);
        } else if n > 1 {
            self.length(n - 1, false, pc, loc);
        }
        pc.on_top -= 1;
        match star {
            _ if only_wildcard => self.op0(Op::PopTop, loc),
            Some(star) if star_wildcard => {
                pc.on_top += 1;
                for (i, p) in list.iter().enumerate() {
                    if is_wildcard(p) || i == star {
                        continue;
                    }
                    self.op(Op::Copy, 1, loc);
                    if i < star {
                        self.load_const(Const::Int(i as i64), loc);
                    } else {
                        // Subjects need not take negative indices.
                        self.op0(Op::GetLen, loc);
                        self.load_const(Const::Int((n - i) as i64), loc);
                        self.op(Op::BinaryOp, BinaryOpKind::Subtract as u32, loc);
                    }
                    self.op(Op::BinaryOp, BinaryOpKind::Subscr as u32, loc);
                    self.subpattern(p, pc)?;
                }
                pc.on_top -= 1;
                self.op0(Op::PopTop, loc);
            }
            _ => {
                self.unpack(n, star, loc, "sequence pattern")?;
                pc.on_top += n;
                for p in list {
                    pc.on_top -= 1;
                    self.subpattern(p, pc)?;
                }
            }
        }
        Ok(())
    }

    fn mapping(
        &mut self,
        keys: &'a [Expr],
        patterns: &'a [Pattern],
        rest: Option<Sym>,
        pc: &mut Ctxt,
        loc: Loc,
    ) -> Res {
        let n = keys.len();
        pc.on_top += 1;
        self.op0(Op::MatchMapping, loc);
        self.fail(pc, Op::PopJumpIfFalse, loc);
        if n == 0 && rest.is_none() {
            pc.on_top -= 1;
            self.op0(Op::PopTop, loc);
            return Ok(());
        }
        if n > 0 {
            self.length(n, false, pc, loc);
        }
        let mut seen = std::collections::HashSet::new();
        for k in keys {
            match self.folded(k) {
                Some(c) => {
                    let c = to_const(&c);
                    if !seen.insert(key_identity(&c)) {
                        let msg = format!(
                            "mapping pattern checks duplicate key ({})",
                            crate::unparse::repr(&c)
                        );
                        return self.err(loc, msg);
                    }
                }
                None if matches!(k.kind, ExprKind::Attribute { .. }) => {}
                None => {
                    return self.err(
                        loc,
                        "mapping pattern keys may only match literals and attribute lookups",
                    );
                }
            }
            self.expr(k)?;
        }
        self.op(Op::BuildTuple, n as u32, loc);
        self.op0(Op::MatchKeys, loc);
        pc.on_top += 2;
        self.not_none(loc);
        self.fail(pc, Op::PopJumpIfFalse, loc);
        self.op(Op::UnpackSequence, n as u32, loc);
        pc.on_top = pc.on_top + n - 1;
        for p in patterns {
            pc.on_top -= 1;
            self.subpattern(p, pc)?;
        }
        pc.on_top -= 2;
        match rest {
            Some(name) => {
                self.op(Op::BuildMap, 0, loc);
                self.op(Op::Swap, 3, loc);
                self.op(Op::DictUpdate, 2, loc);
                self.op(Op::UnpackSequence, n as u32, loc);
                for i in (1..=n).rev() {
                    self.op(Op::Copy, 1 + i as u32, loc);
                    self.op(Op::Swap, 2, loc);
                    self.op0(Op::DeleteSubscr, loc);
                }
                self.store_name(Some(name), pc, loc)?;
            }
            None => {
                self.op0(Op::PopTop, loc);
                self.op0(Op::PopTop, loc);
            }
        }
        Ok(())
    }

    fn class_pattern(
        &mut self,
        cls: &'a Expr,
        patterns: &'a [Pattern],
        attrs: &'a [Sym],
        kwd: &'a [Pattern],
        pc: &mut Ctxt,
        loc: Loc,
    ) -> Res {
        for (i, a) in attrs.iter().enumerate() {
            if attrs[..i].contains(a) {
                let msg =
                    format!("attribute name repeated in class pattern: {}", self.names.get(*a));
                let at = kwd.get(i).map_or(loc, |p| p.loc);
                return self.err(at, msg);
            }
        }
        self.expr(cls)?;
        let names = attrs.iter().map(|&a| Const::Str(self.names.get(a).into())).collect();
        self.load_const(Const::Tuple(names), loc);
        self.op(Op::MatchClass, patterns.len() as u32, loc);
        self.not_none(loc);
        pc.on_top += 1;
        self.fail(pc, Op::PopJumpIfFalse, loc);
        let n = patterns.len() + attrs.len();
        self.op(Op::UnpackSequence, n as u32, loc);
        pc.on_top = pc.on_top + n - 1;
        for p in patterns.iter().chain(kwd) {
            pc.on_top -= 1;
            if is_wildcard(p) {
                self.op0(Op::PopTop, loc);
                continue;
            }
            self.subpattern(p, pc)?;
        }
        Ok(())
    }

    fn alternatives(&mut self, list: &'a [Pattern], pc: &mut Ctxt, loc: Loc) -> Res {
        let end = self.label();
        let mut old = std::mem::take(pc);
        let mut control: Vec<Sym> = Vec::new();
        let n = list.len();
        for (i, alt) in list.iter().enumerate() {
            *pc =
                Ctxt { allow_irrefutable: i + 1 == n && old.allow_irrefutable, ..Ctxt::default() };
            self.op(Op::Copy, 1, alt.loc);
            self.pattern(alt, pc)?;
            if i == 0 {
                control = pc.stores.clone();
            } else if pc.stores.len() != control.len() {
                return self.err(loc, "alternative patterns bind different names");
            } else {
                for at in (0..control.len()).rev() {
                    let name = control[at];
                    let Some(found) = pc.stores.iter().position(|&s| s == name) else {
                        return self.err(loc, "alternative patterns bind different names");
                    };
                    if at != found {
                        // Bring the captures into the order of the first alternative.
                        let rotated: Vec<Sym> = pc.stores.drain(..=found).collect();
                        let to = at - found;
                        pc.stores.splice(to..to, rotated);
                        for _ in 0..=found {
                            self.rotate(at + 1, alt.loc);
                        }
                    }
                }
            }
            self.jump(Op::Jump, end, alt.loc);
            self.reset_fail_pop(pc, alt.loc);
        }
        std::mem::swap(pc, &mut old);
        self.op0(Op::PopTop, loc);
        self.fail(pc, Op::Jump, loc);
        self.place(end);
        let rotations = control.len() + 1 + pc.on_top + pc.stores.len();
        for name in control {
            self.rotate(rotations, loc);
            self.check_duplicate(name, pc, loc)?;
            pc.stores.push(name);
        }
        self.op0(Op::PopTop, loc);
        Ok(())
    }
}

/// Keys that Python takes for equal.
fn key_identity(c: &Const) -> Const {
    match c {
        Const::True => Const::Int(1),
        Const::False => Const::Int(0),
        Const::Float(f) if f.fract() == 0.0 && f.abs() < 9e15 => Const::Int(*f as i64),
        Const::Complex(re, 0.0) => key_identity(&Const::Float(*re)),
        other => other.clone(),
    }
}

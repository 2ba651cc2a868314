//! Expressions back to text, for `from __future__ import annotations` and for messages.

use heddle_tlbc::image::{Const, PyText};

use crate::ast::*;
use crate::emit::to_const;

/// Binding strength, weakest first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Prec {
    Tuple,
    Test,
    Or,
    And,
    Not,
    Cmp,
    BitOr,
    BitXor,
    BitAnd,
    Shift,
    Arith,
    Term,
    Factor,
    Power,
    Await,
    Atom,
}

impl Prec {
    fn next(self) -> Prec {
        use Prec::*;
        match self {
            Tuple => Test,
            Test => Or,
            Or => And,
            And => Not,
            Not => Cmp,
            Cmp => BitOr,
            BitOr => BitXor,
            BitXor => BitAnd,
            BitAnd => Shift,
            Shift => Arith,
            Arith => Term,
            Term => Factor,
            Factor => Power,
            Power => Await,
            Await | Atom => Atom,
        }
    }
}

/// The text of an annotation, as a string constant.
pub fn expr(e: &Expr, names: &Names) -> Const {
    let mut w = Writer { out: Vec::new(), names };
    w.expr(e, Prec::Test);
    Const::Str(PyText::from_wtf8(&w.out).unwrap_or_default())
}

/// `repr()` of a constant.
pub fn repr(c: &Const) -> String {
    let mut out = String::new();
    write_repr(c, &mut out);
    out
}

fn write_repr(c: &Const, out: &mut String) {
    match c {
        Const::None => out.push_str("None"),
        Const::True => out.push_str("True"),
        Const::False => out.push_str("False"),
        Const::Ellipsis => out.push_str("Ellipsis"),
        Const::Int(i) => out.push_str(&i.to_string()),
        Const::BigInt(b) => {
            let v = dashu_int::UBig::from_le_bytes(&b.magnitude);
            if b.negative {
                out.push('-');
            }
            out.push_str(&v.to_string());
        }
        Const::Float(f) => out.push_str(&float(*f)),
        Const::Complex(re, im) => {
            if *re == 0.0 && re.is_sign_positive() {
                out.push_str(&format!("{}j", number(*im)));
            } else {
                let sign = if im.is_sign_negative() { "" } else { "+" };
                out.push_str(&format!("({}{sign}{}j)", number(*re), number(*im)));
            }
        }
        Const::Str(s) => quote(s.code_points(), out),
        Const::Bytes(b) => {
            out.push('b');
            let q = if b.contains(&b'\'') && !b.contains(&b'"') { '"' } else { '\'' };
            out.push(q);
            for &c in b.iter() {
                match c {
                    b'\\' => out.push_str("\\\\"),
                    b'\n' => out.push_str("\\n"),
                    b'\r' => out.push_str("\\r"),
                    b'\t' => out.push_str("\\t"),
                    c if c as char == q => {
                        out.push('\\');
                        out.push(q);
                    }
                    0x20..0x7F => out.push(c as char),
                    _ => out.push_str(&format!("\\x{c:02x}")),
                }
            }
            out.push(q);
        }
        Const::Tuple(t) => {
            out.push('(');
            for (i, c) in t.iter().enumerate() {
                if i > 0 {
                    out.push_str(", ");
                }
                write_repr(c, out);
            }
            out.push_str(if t.len() == 1 { ",)" } else { ")" });
        }
        Const::FrozenSet(t) => {
            out.push_str("frozenset({");
            for (i, c) in t.iter().enumerate() {
                if i > 0 {
                    out.push_str(", ");
                }
                write_repr(c, out);
            }
            out.push_str("})");
        }
        Const::Slice(s) => {
            out.push_str("slice(");
            for (i, c) in s.iter().enumerate() {
                if i > 0 {
                    out.push_str(", ");
                }
                write_repr(c, out);
            }
            out.push(')');
        }
        Const::Code(c) => out.push_str(&format!("<code object {}>", c.name)),
    }
}

fn quote(points: impl Iterator<Item = u32>, out: &mut String) {
    let points: Vec<u32> = points.collect();
    let has = |c: char| points.contains(&(c as u32));
    let q = if has('\'') && !has('"') { '"' } else { '\'' };
    out.push(q);
    for p in points {
        match char::from_u32(p) {
            Some('\\') => out.push_str("\\\\"),
            Some('\n') => out.push_str("\\n"),
            Some('\r') => out.push_str("\\r"),
            Some('\t') => out.push_str("\\t"),
            Some(c) if c == q => {
                out.push('\\');
                out.push(c);
            }
            Some(c) if c < ' ' || c == '\x7f' => out.push_str(&format!("\\x{p:02x}")),
            Some(c) if c.is_control() || ('\u{80}'..'\u{a1}').contains(&c) => {
                out.push_str(&format!("\\x{p:02x}"))
            }
            Some(c) => out.push(c),
            None => out.push_str(&format!("\\u{p:04x}")),
        }
    }
    out.push(q);
}

/// Shortest digits, in Python's layout.
fn float(f: f64) -> String {
    if f.is_infinite() {
        return if f > 0.0 { "1e309".into() } else { "-1e309".into() };
    }
    if f.is_nan() {
        return "nan".into();
    }
    let s = number(f);
    if s.contains(['.', 'e', 'n', 'i']) { s } else { s + ".0" }
}

fn number(f: f64) -> String {
    if f.is_infinite() {
        return if f > 0.0 { "1e309".into() } else { "-1e309".into() };
    }
    let a = f.abs();
    if a != 0.0 && !(1e-4..1e16).contains(&a) {
        let s = format!("{f:e}");
        let (m, e) = s.split_once('e').unwrap_or((&s, "0"));
        let (sign, digits) = match e.strip_prefix('-') {
            Some(d) => ('-', d),
            None => ('+', e),
        };
        return format!("{m}e{sign}{digits:0>2}");
    }
    format!("{f}")
}

struct Writer<'a> {
    out: Vec<u8>,
    names: &'a Names,
}

impl Writer<'_> {
    fn s(&mut self, t: &str) {
        self.out.extend_from_slice(t.as_bytes());
    }

    fn sym(&mut self, s: Sym) {
        let names = self.names;
        self.s(names.get(s));
    }

    fn list(&mut self, list: &[Expr]) {
        for (i, e) in list.iter().enumerate() {
            if i > 0 {
                self.s(", ");
            }
            self.expr(e, Prec::Test);
        }
    }

    fn parens(&mut self, on: bool, f: impl FnOnce(&mut Self)) {
        if on {
            self.s("(");
        }
        f(self);
        if on {
            self.s(")");
        }
    }

    fn constant(&mut self, c: &Constant) {
        match c {
            Constant::Ellipsis => self.s("..."),
            Constant::Str(s) if s.as_str().is_none() => {
                let t = repr(&to_const(c));
                self.s(&t);
            }
            _ => {
                let t = repr(&to_const(c));
                self.s(&t);
            }
        }
    }

    fn expr(&mut self, e: &Expr, level: Prec) {
        crate::deep(|| self.expr_inner(e, level));
    }

    fn expr_inner(&mut self, e: &Expr, level: Prec) {
        match &e.kind {
            ExprKind::Constant(c, u) => {
                if *u {
                    self.s("u");
                }
                self.constant(c);
            }
            ExprKind::Name { id, .. } => self.sym(*id),
            ExprKind::BoolOp { op, values } => {
                let (text, p) =
                    if *op == BoolOp::And { (" and ", Prec::And) } else { (" or ", Prec::Or) };
                self.parens(level > p, |w| {
                    for (i, v) in values.iter().enumerate() {
                        if i > 0 {
                            w.s(text);
                        }
                        w.expr(v, p.next());
                    }
                });
            }
            ExprKind::NamedExpr { target, value } => {
                self.s("(");
                self.expr(target, Prec::Tuple);
                self.s(" := ");
                self.expr(value, Prec::Test);
                self.s(")");
            }
            ExprKind::BinOp { left, op, right } => {
                let (text, p) = match op {
                    Operator::Add => (" + ", Prec::Arith),
                    Operator::Sub => (" - ", Prec::Arith),
                    Operator::Mult => (" * ", Prec::Term),
                    Operator::MatMult => (" @ ", Prec::Term),
                    Operator::Div => (" / ", Prec::Term),
                    Operator::Mod => (" % ", Prec::Term),
                    Operator::LShift => (" << ", Prec::Shift),
                    Operator::RShift => (" >> ", Prec::Shift),
                    Operator::BitOr => (" | ", Prec::BitOr),
                    Operator::BitXor => (" ^ ", Prec::BitXor),
                    Operator::BitAnd => (" & ", Prec::BitAnd),
                    Operator::FloorDiv => (" // ", Prec::Term),
                    Operator::Pow => (" ** ", Prec::Power),
                };
                let right_assoc = *op == Operator::Pow;
                self.parens(level > p, |w| {
                    w.expr(left, if right_assoc { p.next() } else { p });
                    w.s(text);
                    w.expr(right, if right_assoc { p } else { p.next() });
                });
            }
            ExprKind::UnaryOp { op, operand } => {
                let (text, p) = match op {
                    UnaryOp::Not => ("not ", Prec::Not),
                    UnaryOp::Invert => ("~", Prec::Factor),
                    UnaryOp::UAdd => ("+", Prec::Factor),
                    UnaryOp::USub => ("-", Prec::Factor),
                };
                self.parens(level > p, |w| {
                    w.s(text);
                    w.expr(operand, p);
                });
            }
            ExprKind::Lambda(l) => self.parens(level > Prec::Test, |w| {
                w.s("lambda");
                w.args(&l.args);
                w.s(": ");
                w.expr(&l.body, Prec::Test);
            }),
            ExprKind::IfExp(p) => self.parens(level > Prec::Test, |w| {
                w.expr(&p.1, Prec::Test.next());
                w.s(" if ");
                w.expr(&p.0, Prec::Test.next());
                w.s(" else ");
                w.expr(&p.2, Prec::Test);
            }),
            ExprKind::Dict { keys, values } => {
                self.s("{");
                for (i, (k, v)) in keys.iter().zip(values).enumerate() {
                    if i > 0 {
                        self.s(", ");
                    }
                    match k {
                        Some(k) => {
                            self.expr(k, Prec::Test);
                            self.s(": ");
                            self.expr(v, Prec::Test);
                        }
                        None => {
                            self.s("**");
                            self.expr(v, Prec::BitOr);
                        }
                    }
                }
                self.s("}");
            }
            ExprKind::Set(elts) => {
                self.s("{");
                self.list(elts);
                self.s("}");
            }
            ExprKind::Comp(c) => {
                let (open, close) = match c.kind {
                    CompKind::List => ("[", "]"),
                    CompKind::Generator => ("(", ")"),
                    _ => ("{", "}"),
                };
                self.s(open);
                self.expr(&c.elt, Prec::Test);
                if let Some(v) = &c.value {
                    self.s(": ");
                    self.expr(v, Prec::Test);
                }
                for g in &c.generators {
                    self.s(if g.is_async { " async for " } else { " for " });
                    self.expr(&g.target, Prec::Tuple);
                    self.s(" in ");
                    self.expr(&g.iter, Prec::Test.next());
                    for t in &g.ifs {
                        self.s(" if ");
                        self.expr(t, Prec::Test.next());
                    }
                }
                self.s(close);
            }
            ExprKind::Await(v) => self.parens(level > Prec::Await, |w| {
                w.s("await ");
                w.expr(v, Prec::Atom);
            }),
            ExprKind::Yield(v) => {
                self.s("(yield");
                if let Some(v) = v {
                    self.s(" ");
                    self.expr(v, Prec::Tuple);
                }
                self.s(")");
            }
            ExprKind::YieldFrom(v) => {
                self.s("(yield from ");
                self.expr(v, Prec::Tuple);
                self.s(")");
            }
            ExprKind::Compare { left, ops, comparators } => self.parens(level > Prec::Cmp, |w| {
                w.expr(left, Prec::Cmp.next());
                for (op, c) in ops.iter().zip(comparators) {
                    w.s(match op {
                        CmpOp::Eq => " == ",
                        CmpOp::NotEq => " != ",
                        CmpOp::Lt => " < ",
                        CmpOp::LtE => " <= ",
                        CmpOp::Gt => " > ",
                        CmpOp::GtE => " >= ",
                        CmpOp::Is => " is ",
                        CmpOp::IsNot => " is not ",
                        CmpOp::In => " in ",
                        CmpOp::NotIn => " not in ",
                    });
                    w.expr(c, Prec::Cmp.next());
                }
            }),
            ExprKind::Call(c) => {
                self.expr(&c.func, Prec::Atom);
                if let ([Expr { kind: ExprKind::Comp(g), .. }], []) = (&c.args[..], &c.keywords[..])
                    && g.kind == CompKind::Generator
                {
                    self.expr(&c.args[0], Prec::Test);
                    return;
                }
                self.s("(");
                self.list(&c.args);
                for (i, k) in c.keywords.iter().enumerate() {
                    if i > 0 || !c.args.is_empty() {
                        self.s(", ");
                    }
                    match k.arg {
                        Some(n) => {
                            self.sym(n);
                            self.s("=");
                        }
                        None => self.s("**"),
                    }
                    self.expr(&k.value, Prec::Test);
                }
                self.s(")");
            }
            ExprKind::JoinedStr(values) => self.formatted(values, "f"),
            ExprKind::TemplateStr(values) => self.formatted(values, "t"),
            ExprKind::FormattedValue { .. } | ExprKind::Interpolation(_) => {
                self.formatted(std::slice::from_ref(e), "f");
            }
            ExprKind::Attribute { value, attr, .. } => {
                self.expr(value, Prec::Atom);
                if matches!(value.as_constant(), Some(Constant::Int(_))) {
                    self.s(" ");
                }
                self.s(".");
                self.sym(*attr);
            }
            ExprKind::Subscript { value, slice, .. } => {
                self.expr(value, Prec::Atom);
                self.s("[");
                self.expr(slice, Prec::Tuple);
                self.s("]");
            }
            ExprKind::Starred { value, .. } => {
                self.s("*");
                self.expr(value, Prec::BitOr);
            }
            ExprKind::List { elts, .. } => {
                self.s("[");
                self.list(elts);
                self.s("]");
            }
            ExprKind::Tuple { elts, .. } => {
                if elts.is_empty() {
                    self.s("()");
                    return;
                }
                self.parens(level > Prec::Tuple, |w| {
                    w.list(elts);
                    if elts.len() == 1 {
                        w.s(",");
                    }
                });
            }
            ExprKind::Slice { lower, upper, step } => {
                if let Some(l) = lower {
                    self.expr(l, Prec::Test);
                }
                self.s(":");
                if let Some(u) = upper {
                    self.expr(u, Prec::Test);
                }
                if let Some(s) = step {
                    self.s(":");
                    self.expr(s, Prec::Test);
                }
            }
        }
    }

    fn args(&mut self, a: &Arguments) {
        let mut first = true;
        let mut sep = |w: &mut Self| {
            w.s(if first { " " } else { ", " });
            first = false;
        };
        let total = a.posonly.len() + a.args.len();
        let no_default = total - a.defaults.len().min(total);
        for (i, p) in a.posonly.iter().chain(&a.args).enumerate() {
            sep(self);
            self.sym(p.name);
            if i >= no_default {
                self.s("=");
                self.expr(&a.defaults[i - no_default], Prec::Test);
            }
            if i + 1 == a.posonly.len() {
                self.s(", /");
            }
        }
        if a.vararg.is_some() || !a.kwonly.is_empty() {
            sep(self);
            self.s("*");
            if let Some(v) = &a.vararg {
                self.sym(v.name);
            }
        }
        for (p, d) in a.kwonly.iter().zip(&a.kw_defaults) {
            sep(self);
            self.sym(p.name);
            if let Some(d) = d {
                self.s("=");
                self.expr(d, Prec::Test);
            }
        }
        if let Some(k) = &a.kwarg {
            sep(self);
            self.s("**");
            self.sym(k.name);
        }
    }

    fn formatted(&mut self, values: &[Expr], prefix: &str) {
        let mut body = Writer { out: Vec::new(), names: self.names };
        body.format_parts(values);
        let text = PyText::from_wtf8(&body.out).unwrap_or_default();
        self.s(prefix);
        let mut quoted = String::new();
        quote(text.code_points(), &mut quoted);
        self.s(&quoted);
    }

    fn format_parts(&mut self, values: &[Expr]) {
        for v in values {
            match &v.kind {
                ExprKind::Constant(c, _) => {
                    if let Constant::Str(s) = &**c {
                        for &b in s.0.iter() {
                            self.out.push(b);
                            if b == b'{' || b == b'}' {
                                self.out.push(b);
                            }
                        }
                    }
                }
                ExprKind::FormattedValue { value, conversion, spec } => {
                    self.field(value, *conversion, spec.as_deref());
                }
                ExprKind::Interpolation(i) => self.field(&i.value, i.conversion, i.spec.as_ref()),
                ExprKind::JoinedStr(inner) => self.format_parts(inner),
                _ => {}
            }
        }
    }

    fn field(&mut self, value: &Expr, conversion: u8, spec: Option<&Expr>) {
        let mut inner = Writer { out: Vec::new(), names: self.names };
        inner.expr(value, Prec::Test.next());
        self.s("{");
        if inner.out.first() == Some(&b'{') {
            self.s(" ");
        }
        self.out.extend(inner.out);
        if conversion != 0 {
            self.s("!");
            self.out.push(conversion);
        }
        if let Some(spec) = spec {
            self.s(":");
            if let ExprKind::JoinedStr(v) = &spec.kind {
                self.format_parts(v);
            }
        }
        self.s("}");
    }
}

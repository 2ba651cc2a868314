//! Constants computed by the compiler, within limits that keep code objects small.

use dashu_int::IBig;

use crate::ast::*;

/// Results of integer arithmetic may have this many bits.
const MAX_BITS: usize = 128;
/// Repeated strings and bytes may have this length.
const MAX_TEXT: usize = 4096;
/// Repeated tuples may have this many items.
const MAX_ITEMS: usize = 256;

/// The value of `e`, if it is constant.
pub fn constant(e: &Expr, optimize: u8) -> Option<Constant> {
    match &e.kind {
        ExprKind::Constant(c, _) => Some((**c).clone()),
        ExprKind::Name { id: sym::DEBUG, ctx: Ctx::Load } => {
            Some(if optimize == 0 { Constant::True } else { Constant::False })
        }
        ExprKind::Tuple { elts, ctx: Ctx::Load } => {
            // Cheap refusal first: most tuples start with something that is no constant.
            let first = elts.first().map(|e| constant(e, optimize));
            if let Some(None) = first {
                return None;
            }
            elts.iter()
                .map(|e| constant(e, optimize))
                .collect::<Option<Vec<_>>>()
                .map(Constant::Tuple)
        }
        ExprKind::UnaryOp { op, operand } => unary(*op, constant(operand, optimize)?),
        ExprKind::BinOp { left, op, right } => crate::deep(|| {
            // The right side first: in a chain it is a leaf.
            let r = constant(right, optimize)?;
            binary(constant(left, optimize)?, *op, r)
        }),
        ExprKind::Subscript { value, slice, ctx: Ctx::Load } => {
            // Chains of subscripts are not looked into, which keeps them linear.
            let plain = matches!(value.kind, ExprKind::Constant(..) | ExprKind::Tuple { .. });
            if !plain || matches!(slice.kind, ExprKind::Slice { .. } | ExprKind::Name { .. }) {
                return None;
            }
            subscript(constant(value, optimize)?, constant(slice, optimize)?)
        }
        _ => None,
    }
}

fn truth(c: &Constant) -> bool {
    match c {
        Constant::None | Constant::False => false,
        Constant::True | Constant::Ellipsis => true,
        Constant::Int(i) => *i != IBig::ZERO,
        Constant::Float(f) => *f != 0.0,
        Constant::Complex(a, b) => *a != 0.0 || *b != 0.0,
        Constant::Str(s) => !s.0.is_empty(),
        Constant::Bytes(b) => !b.is_empty(),
        Constant::Tuple(t) | Constant::FrozenSet(t) => !t.is_empty(),
    }
}

fn unary(op: UnaryOp, c: Constant) -> Option<Constant> {
    let c = match (op, c) {
        (UnaryOp::Not, c) => return Some(if truth(&c) { Constant::False } else { Constant::True }),
        // `~True` is deprecated and must warn when it runs.
        (UnaryOp::Invert, Constant::True | Constant::False) => return None,
        (_, c) => bool_to_int(c),
    };
    Some(match (op, c) {
        (UnaryOp::Invert, Constant::Int(i)) => Constant::Int(-i - IBig::ONE),
        (UnaryOp::USub, Constant::Int(i)) => Constant::Int(-i),
        (UnaryOp::USub, Constant::Float(f)) => Constant::Float(-f),
        (UnaryOp::USub, Constant::Complex(a, b)) => Constant::Complex(-a, -b),
        (UnaryOp::UAdd, c @ (Constant::Int(_) | Constant::Float(_) | Constant::Complex(..))) => c,
        _ => return None,
    })
}

fn bool_to_int(c: Constant) -> Constant {
    match c {
        Constant::True => Constant::Int(IBig::ONE),
        Constant::False => Constant::Int(IBig::ZERO),
        c => c,
    }
}

/// The value of an operator on two constants, if it is small enough.
pub fn binary(a: Constant, op: Operator, b: Constant) -> Option<Constant> {
    use Constant::{Bytes, Complex, Float, Int, Str, Tuple};
    if let (Constant::True | Constant::False, Constant::True | Constant::False) = (&a, &b)
        && matches!(op, Operator::BitAnd | Operator::BitOr | Operator::BitXor)
    {
        let (x, y) = (a == Constant::True, b == Constant::True);
        let r = match op {
            Operator::BitAnd => x & y,
            Operator::BitOr => x | y,
            _ => x ^ y,
        };
        return Some(if r { Constant::True } else { Constant::False });
    }
    match (bool_to_int(a), bool_to_int(b)) {
        (Int(a), Int(b)) => ints(a, op, b),
        (Float(a), Float(b)) => floats(a, op, b),
        (Float(a), Int(b)) => floats(a, op, exact(&b)?),
        (Int(a), Float(b)) => floats(exact(&a)?, op, b),
        (Complex(a, b), Complex(c, d)) => complexes((a, b), op, (c, d)),
        // Mixed arithmetic keeps the sign of a zero imaginary part: no conversion first.
        (Float(r), Complex(c, d)) => mixed(r, op, c, d),
        (Int(r), Complex(c, d)) => mixed(exact(&r)?, op, c, d),
        (Complex(a, b), Float(r)) => mixed_right(a, b, op, r),
        (Complex(a, b), Int(r)) => mixed_right(a, b, op, exact(&r)?),
        (Str(a), Str(b)) if op == Operator::Add => Some(Str(PyStr([a.0, b.0].concat().into()))),
        (Bytes(a), Bytes(b)) if op == Operator::Add => Some(Bytes([a, b].concat().into())),
        (Tuple(mut a), Tuple(b)) if op == Operator::Add => {
            a.extend(b);
            Some(Tuple(a))
        }
        (Str(s), Int(n)) | (Int(n), Str(s)) if op == Operator::Mult => {
            Some(Str(PyStr(s.0.repeat(times(&n, s.0.len(), MAX_TEXT)?).into())))
        }
        (Bytes(s), Int(n)) | (Int(n), Bytes(s)) if op == Operator::Mult => {
            Some(Bytes(s.repeat(times(&n, s.len(), MAX_TEXT)?).into()))
        }
        (Tuple(t), Int(n)) | (Int(n), Tuple(t)) if op == Operator::Mult => {
            let k = times(&n, t.len(), MAX_ITEMS)?;
            Some(Tuple(std::iter::repeat_n(t, k).flatten().collect()))
        }
        _ => None,
    }
}

fn times(n: &IBig, len: usize, max: usize) -> Option<usize> {
    let n = i64::try_from(n.clone()).ok()?;
    let n = usize::try_from(n).unwrap_or(0);
    (len == 0 || n <= max / len).then_some(if len == 0 { 0 } else { n })
}

/// An int as the float that Python converts it to, where that is exact.
fn exact(i: &IBig) -> Option<f64> {
    let v = i64::try_from(i.clone()).ok()?;
    (v.unsigned_abs() <= 1 << 53).then_some(v as f64)
}

fn bits(i: &IBig) -> usize {
    use dashu_int::ops::BitTest;
    i.bit_len()
}

fn ints(a: IBig, op: Operator, b: IBig) -> Option<Constant> {
    let small = |i: IBig| (bits(&i) <= MAX_BITS * 2).then_some(Constant::Int(i));
    match op {
        Operator::Add => small(a + b),
        Operator::Sub => small(a - b),
        Operator::Mult => (bits(&a) + bits(&b) <= MAX_BITS).then(|| Constant::Int(a * b)),
        Operator::BitAnd => Some(Constant::Int(a & b)),
        Operator::BitOr => Some(Constant::Int(a | b)),
        Operator::BitXor => Some(Constant::Int(a ^ b)),
        Operator::LShift => {
            let n = usize::try_from(i64::try_from(b).ok()?).ok()?;
            (n <= MAX_BITS && bits(&a) + n <= MAX_BITS).then(|| Constant::Int(a << n))
        }
        Operator::RShift => {
            let n = usize::try_from(i64::try_from(b).ok()?).ok()?;
            Some(Constant::Int(a >> n))
        }
        Operator::Pow => {
            let n = usize::try_from(i64::try_from(b).ok()?).ok()?;
            (n > 0 && n <= MAX_BITS && bits(&a) * n <= MAX_BITS || n == 0)
                .then(|| Constant::Int(a.pow(n)))
        }
        Operator::FloorDiv | Operator::Mod => {
            if b == IBig::ZERO {
                return None;
            }
            let (mut q, mut r) = (&a / &b, &a % &b);
            // Towards minus infinity, not zero.
            if r != IBig::ZERO && (r < IBig::ZERO) != (b < IBig::ZERO) {
                q -= IBig::ONE;
                r += &b;
            }
            Some(Constant::Int(if op == Operator::FloorDiv { q } else { r }))
        }
        Operator::Div => {
            let (x, y) = (exact(&a)?, exact(&b)?);
            (y != 0.0).then(|| Constant::Float(x / y))
        }
        Operator::MatMult => None,
    }
}

fn floats(a: f64, op: Operator, b: f64) -> Option<Constant> {
    let r = match op {
        Operator::Add => a + b,
        Operator::Sub => a - b,
        Operator::Mult => a * b,
        Operator::Div if b != 0.0 => a / b,
        // The rest is left to the runtime, which has one implementation of it.
        _ => return None,
    };
    Some(Constant::Float(r))
}

fn complexes(a: (f64, f64), op: Operator, b: (f64, f64)) -> Option<Constant> {
    match op {
        Operator::Add => Some(Constant::Complex(a.0 + b.0, a.1 + b.1)),
        Operator::Sub => Some(Constant::Complex(a.0 - b.0, a.1 - b.1)),
        _ => None,
    }
}

fn mixed(r: f64, op: Operator, c: f64, d: f64) -> Option<Constant> {
    match op {
        Operator::Add => Some(Constant::Complex(r + c, d)),
        Operator::Sub => Some(Constant::Complex(r - c, -d)),
        Operator::Mult => Some(Constant::Complex(r * c, r * d)),
        _ => None,
    }
}

fn mixed_right(a: f64, b: f64, op: Operator, r: f64) -> Option<Constant> {
    match op {
        Operator::Add => Some(Constant::Complex(a + r, b)),
        Operator::Sub => Some(Constant::Complex(a - r, b)),
        Operator::Mult => Some(Constant::Complex(a * r, b * r)),
        _ => None,
    }
}

fn subscript(value: Constant, index: Constant) -> Option<Constant> {
    let Constant::Int(i) = bool_to_int(index) else { return None };
    let i = i64::try_from(i).ok()?;
    let at = |len: usize| {
        let i = if i < 0 { i + len as i64 } else { i };
        usize::try_from(i).ok().filter(|&i| i < len)
    };
    match value {
        Constant::Tuple(t) => at(t.len()).map(|i| t[i].clone()),
        Constant::Bytes(b) => at(b.len()).map(|i| Constant::Int(b[i].into())),
        Constant::Str(s) => {
            let text = s.as_str()?;
            if text.is_ascii() {
                return at(text.len()).map(|i| Constant::Str(text[i..=i].into()));
            }
            let n = text.chars().count();
            let c = text.chars().nth(at(n)?)?;
            Some(Constant::Str(c.to_string().as_str().into()))
        }
        _ => None,
    }
}

/// Piece of a `%` format.
pub enum Part {
    Text(String),
    Field { conversion: u8, spec: String },
}

/// A `%` format that uses only `%s`, `%r`, `%a` with flags, width and precision; None for others.
pub fn percent_parts(text: &str) -> Option<Vec<Part>> {
    let b = text.as_bytes();
    let mut parts = Vec::new();
    let mut literal = String::new();
    let mut i = 0;
    while i < b.len() {
        if b[i] != b'%' {
            let start = i;
            while i < b.len() && b[i] != b'%' {
                i += 1;
            }
            literal.push_str(&text[start..i]);
            continue;
        }
        i += 1;
        if b.get(i) == Some(&b'%') {
            literal.push('%');
            i += 1;
            continue;
        }
        let mut left = false;
        while let Some(b'-' | b'+' | b' ' | b'#' | b'0') = b.get(i) {
            left |= b[i] == b'-';
            i += 1;
        }
        let digits = |i: &mut usize| {
            let start = *i;
            while b.get(*i).is_some_and(u8::is_ascii_digit) {
                *i += 1;
            }
            text[start..*i].to_owned()
        };
        let width = digits(&mut i);
        let mut precision = None;
        if b.get(i) == Some(&b'.') {
            i += 1;
            precision = Some(digits(&mut i));
        }
        if width.len() > 3 || precision.as_ref().is_some_and(|p| p.len() > 3) {
            return None;
        }
        let conversion = match b.get(i)? {
            c @ (b's' | b'r' | b'a') => *c,
            _ => return None,
        };
        i += 1;
        if !literal.is_empty() {
            parts.push(Part::Text(std::mem::take(&mut literal)));
        }
        let mut spec = String::new();
        let width = width.trim_start_matches('0');
        if !width.is_empty() {
            spec.push(if left { '<' } else { '>' });
            spec.push_str(width);
        }
        if let Some(p) = precision {
            spec.push('.');
            spec.push_str(if p.is_empty() { "0" } else { &p });
        }
        parts.push(Part::Field { conversion, spec });
    }
    if !literal.is_empty() {
        parts.push(Part::Text(literal));
    }
    Some(parts)
}

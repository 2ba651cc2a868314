//! Functions of ints, and rounding to ints.

use heddle_object::names::n;
use heddle_object::num::NumResult;
use heddle_object::num::int::{self as algo, Int, IntRef};
use heddle_object::types::{Str, float, int};
use heddle_object::{MethodDef, R, Thread, Value, ops};

/// All of them.
pub(super) const METHODS: &[MethodDef] = &[
    MethodDef::one(
        "ceil",
        ceil,
        "ceil($module, x, /)\n--\n\nReturn the ceiling of x as an Integral.\n\nThis is the smallest integer >= x.",
    ),
    MethodDef::one(
        "floor",
        floor,
        "floor($module, x, /)\n--\n\nReturn the floor of x as an Integral.\n\nThis is the largest integer <= x.",
    ),
    MethodDef::one(
        "trunc",
        trunc,
        "trunc($module, x, /)\n--\n\nTruncates the Real x to the nearest Integral toward 0.\n\nUses the __trunc__ magic \
         method.",
    ),
    MethodDef::fast(
        "gcd",
        0,
        u16::MAX,
        gcd,
        "gcd($module, /, *integers)\n--\n\nGreatest Common Divisor.",
    ),
    MethodDef::fast(
        "lcm",
        0,
        u16::MAX,
        lcm,
        "lcm($module, /, *integers)\n--\n\nLeast Common Multiple.",
    ),
    MethodDef::one(
        "isqrt",
        isqrt,
        "isqrt($module, n, /)\n--\n\nReturn the integer part of the square root of the input.",
    ),
    MethodDef::one("factorial", factorial, "factorial($module, n, /)\n--\n\nFind n!."),
    MethodDef::fast(
        "perm",
        1,
        2,
        perm,
        "perm($module, n, k=None, /)\n--\n\nNumber of ways to choose k items from n items without repetition and with \
         order.\n\nEvaluates to n! / (n - k)! when k <= n and evaluates\nto zero when k > n.\n\nIf k is not specified or \
         is None, then k defaults to n\nand the function returns n!.\n\nRaises ValueError if either of the arguments are \
         negative.",
    ),
    MethodDef::fast(
        "comb",
        2,
        2,
        comb,
        "comb($module, n, k, /)\n--\n\nNumber of ways to choose k items from n items without repetition and without \
         order.\n\nEvaluates to n! / (k! * (n - k)!) when k <= n and evaluates\nto zero when k > n.\n\nAlso called the \
         binomial coefficient because it is equivalent\nto the coefficient of k-th term in polynomial expansion of \
         the\nexpression (1 + x)**n.\n\nRaises ValueError if either of the arguments are negative.",
    ),
];

fn raised<T>(th: &mut Thread, r: NumResult<T>) -> R<T> {
    r.map_err(|e| int::raise(th, e))
}

fn to_int(th: &mut Thread, x: f64) -> R {
    let i = raised(th, algo::from_f64_trunc(x))?;
    int::from_int(th, i)
}

/// Rounds by the type's own method, or as a double.
fn rounded(th: &mut Thread, v: Value, name: &'static Str, f: fn(f64) -> f64) -> R {
    if v.is_small_int() {
        return Ok(v);
    }
    if float::check_exact(v) {
        let x = float::as_f64(th, v)?;
        return to_int(th, f(x));
    }
    if let Some(r) = ops::call_special(th, v, name, &[])? {
        return Ok(r);
    }
    let x = float::as_f64(th, v)?;
    to_int(th, f(x))
}

fn ceil(th: &mut Thread, _: Value, v: Value) -> R {
    rounded(th, v, n().__ceil__, f64::ceil)
}

fn floor(th: &mut Thread, _: Value, v: Value) -> R {
    rounded(th, v, n().__floor__, f64::floor)
}

fn trunc(th: &mut Thread, _: Value, v: Value) -> R {
    if v.is_small_int() {
        return Ok(v);
    }
    if float::check_exact(v) {
        let x = float::as_f64(th, v)?;
        return to_int(th, x);
    }
    match ops::call_special(th, v, n().__trunc__, &[])? {
        Some(r) => Ok(r),
        None => {
            let tn = v.type_of().name();
            Err(th.type_error(format_args!("type {tn} doesn't define __trunc__ method")))
        }
    }
}

/// An argument as an integer. The value lives as long as the argument or its `__index__` result is on the stack.
fn index(th: &mut Thread, v: Value) -> R<Int> {
    let i = ops::index(th, v)?;
    Ok(int::int_ref(i).map_or(Int::ZERO, IntRef::to_owned))
}

fn magnitude(i: Int) -> Int {
    if i.as_ref().is_negative() { algo::neg(i.as_ref()) } else { i }
}

fn gcd(th: &mut Thread, _: Value, args: &[Value]) -> R {
    let mut acc = Int::ZERO;
    for v in args {
        let i = index(th, *v)?;
        if acc != Int::ONE {
            acc = algo::gcd(acc.as_ref(), i.as_ref());
        }
    }
    int::from_int(th, acc)
}

fn lcm(th: &mut Thread, _: Value, args: &[Value]) -> R {
    let mut acc = Int::ONE;
    for v in args {
        let i = magnitude(index(th, *v)?);
        if acc == Int::ZERO || i == Int::ZERO {
            acc = Int::ZERO;
            continue;
        }
        let g = algo::gcd(acc.as_ref(), i.as_ref());
        let part = raised(th, algo::floor_div(i.as_ref(), g.as_ref()))?;
        acc = algo::mul(acc.as_ref(), part.as_ref());
    }
    int::from_int(th, acc)
}

fn isqrt(th: &mut Thread, _: Value, v: Value) -> R {
    let i = index(th, v)?;
    if i.as_ref().is_negative() {
        return Err(th.value_error(format_args!("isqrt() argument must be nonnegative")));
    }
    int::from_int(th, algo::isqrt(i.as_ref()))
}

fn factorial(th: &mut Thread, _: Value, v: Value) -> R {
    let i = index(th, v)?;
    if i.as_ref().is_negative() {
        return Err(th.value_error(format_args!("factorial() not defined for negative values")));
    }
    let Some(count) = i.as_ref().to_i64() else {
        return Err(
            th.overflow_error(format_args!("factorial() argument should not exceed {}", i64::MAX))
        );
    };
    let r = raised(th, algo::factorial(count as u64))?;
    int::from_int(th, r)
}

/// Checks the sign of both arguments.
fn not_negative(th: &mut Thread, total: &Int, chosen: &Int) -> R<()> {
    if total.as_ref().is_negative() {
        return Err(th.value_error(format_args!("n must be a non-negative integer")));
    }
    if chosen.as_ref().is_negative() {
        return Err(th.value_error(format_args!("k must be a non-negative integer")));
    }
    Ok(())
}

fn perm(th: &mut Thread, module: Value, args: &[Value]) -> R {
    match args.get(1) {
        Some(k) if !k.is_none() => {
            let total = index(th, args[0])?;
            let chosen = index(th, *k)?;
            not_negative(th, &total, &chosen)?;
            if total.as_ref() < chosen.as_ref() {
                return Ok(Value::small_int(0));
            }
            let Some(k) = chosen.as_ref().to_i64() else {
                return Err(th.overflow_error(format_args!("k must not exceed {}", i64::MAX)));
            };
            let r = raised(th, algo::perm(total.as_ref(), k as u64))?;
            int::from_int(th, r)
        }
        _ => factorial(th, module, args[0]),
    }
}

fn comb(th: &mut Thread, _: Value, args: &[Value]) -> R {
    let total = index(th, args[0])?;
    let chosen = index(th, args[1])?;
    not_negative(th, &total, &chosen)?;
    let rest = algo::sub(total.as_ref(), chosen.as_ref());
    if rest.as_ref().is_negative() {
        return Ok(Value::small_int(0));
    }
    let k = if rest.as_ref() < chosen.as_ref() { rest } else { chosen };
    let Some(k) = k.as_ref().to_i64() else {
        return Err(th.overflow_error(format_args!("min(n - k, k) must not exceed {}", i64::MAX)));
    };
    let r = raised(th, algo::comb(total.as_ref(), k as u64))?;
    int::from_int(th, r)
}

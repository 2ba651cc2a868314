//! Sums and products over iterables.

use heddle_object::core::native::{Args, Params};
use heddle_object::num::int::{self as algo, Int};
use heddle_object::ops::BinOp;
use heddle_object::types::{float, int};
use heddle_object::{MethodDef, R, Thread, Value, ops};
use pymath::{Error, math};

/// All of them.
pub(super) const METHODS: &[MethodDef] = &[
    MethodDef::one(
        "fsum",
        fsum,
        "fsum($module, seq, /)\n--\n\nReturn an accurate floating-point sum of values in the iterable seq.\n\nAssumes \
         IEEE-754 floating-point arithmetic.",
    ),
    MethodDef::kw(
        "prod",
        prod,
        "prod($module, iterable, /, *, start=1)\n--\n\nCalculate the product of all the elements in the input \
         iterable.\n\nThe default start value for the product is 1.\n\nWhen the iterable is empty, return the start \
         value.  This function is\nintended specifically for use with numeric values and may reject\nnon-numeric types.",
    ),
    MethodDef::fast(
        "sumprod",
        2,
        2,
        sumprod,
        "sumprod($module, p, q, /)\n--\n\nReturn the sum of products of values from two iterables p and q.\n\nRoughly \
         equivalent to:\n\n    sum(map(operator.mul, p, q, strict=True))\n\nFor float and mixed int/float inputs, the \
         intermediate products\nand sums are computed with extended precision.",
    ),
];

fn fsum(th: &mut Thread, _: Value, seq: Value) -> R {
    let mut items = Vec::new();
    ops::for_each(th, seq, |th, v| {
        items.push(float::as_f64(th, v)?);
        Ok(())
    })?;
    match math::fsum(items) {
        Ok(x) => float::new(th, x),
        Err(Error::ERANGE) => Err(th.overflow_error(format_args!("intermediate overflow in fsum"))),
        Err(Error::EDOM) => Err(th.value_error(format_args!("-inf + inf in fsum"))),
    }
}

fn multiply(th: &mut Thread, a: Value, b: Value) -> R {
    if Value::both_small_int(a, b) {
        int::multiply(th, a, b)
    } else if a.is_flonum() && b.is_flonum() {
        float::multiply(th, a, b)
    } else {
        ops::binary_op(th, a, b, BinOp::Multiply)
    }
}

fn prod(th: &mut Thread, _: Value, args: &Args) -> R {
    const P: Params<2> = Params::new(["iterable", "start"], 1).posonly(1).kwonly(1);
    let [iterable, start] = args.bind(th, "prod", &P)?;
    let Some(iterable) = iterable else { return Ok(Value::small_int(1)) };
    let it = ops::iter(th, iterable)?;
    let mut acc = start.unwrap_or(Value::small_int(1));
    while let Some(v) = ops::next(th, it)? {
        acc = multiply(th, acc, v)?;
    }
    Ok(acc)
}

/// How far `sumprod` still is on a fast path.
enum Path {
    /// All products so far were of ints.
    Whole(Int),
    /// Products of floats are collected, to be summed with extended precision.
    Real(Vec<f64>, Vec<f64>),
    /// Any numbers.
    Any,
}

/// A pair of doubles when at least one of two exact numbers is a float.
fn doubles(a: Value, b: Value) -> Option<(f64, f64)> {
    let real = |v: Value| {
        if float::check_exact(v) {
            float::float_of(v)
        } else if int::check_exact(v) {
            // Only what a machine word holds, as CPython has it.
            int::to_i64(v).map(|i| i as f64)
        } else {
            None
        }
    };
    if !float::check_exact(a) && !float::check_exact(b) {
        return None;
    }
    Some((real(a)?, real(b)?))
}

fn sumprod(th: &mut Thread, _: Value, args: &[Value]) -> R {
    let p = ops::iter(th, args[0])?;
    let q = ops::iter(th, args[1])?;
    let mut total = Value::small_int(0);
    let mut path = Path::Whole(Int::ZERO);
    loop {
        let a = ops::next(th, p)?;
        let b = ops::next(th, q)?;
        let pair = match (a, b) {
            (Some(a), Some(b)) => Some((a, b)),
            (None, None) => None,
            _ => return Err(th.value_error(format_args!("Inputs are not the same length"))),
        };
        if let Path::Whole(sum) = &mut path {
            if let Some((a, b)) = pair
                && int::check_exact(a)
                && int::check_exact(b)
                && let (Some(a), Some(b)) = (int::int_ref(a), int::int_ref(b))
            {
                *sum = algo::add(sum.as_ref(), algo::mul(a, b).as_ref());
                continue;
            }
            let sum = int::from_ref(th, sum.as_ref())?;
            total = ops::binary_op(th, total, sum, BinOp::Add)?;
            path = Path::Real(Vec::new(), Vec::new());
        }
        if let Path::Real(xs, ys) = &mut path {
            if let Some((x, y)) = pair.and_then(|(a, b)| doubles(a, b)) {
                xs.push(x);
                ys.push(y);
                continue;
            }
            if !xs.is_empty() {
                // The lengths are equal, which is all that it checks.
                let sum = math::sumprod(xs, ys).unwrap_or(f64::NAN);
                let sum = float::new(th, sum)?;
                total = ops::binary_op(th, total, sum, BinOp::Add)?;
            }
            path = Path::Any;
        }
        let Some((a, b)) = pair else { return Ok(total) };
        let product = ops::binary_op(th, a, b, BinOp::Multiply)?;
        total = ops::binary_op(th, total, product, BinOp::Add)?;
    }
}

//! `math`.
//!
//! Real functions are `pymath`'s (CPython's own algorithms where libm's differ between platforms), whole-number ones are
//! `heddle_object::num::int`'s. `real.rs` has functions of doubles, `whole.rs` those of ints, `series.rs` sums and
//! products over iterables.

mod real;
mod series;
mod whole;

use heddle_object::types::float;
use heddle_object::{MethodDef, R, Raised, Thread, Value};
use pymath::Error;

/// The constants of the module.
pub const CONSTANTS: [(&str, f64); 5] = [
    ("pi", std::f64::consts::PI),
    ("e", std::f64::consts::E),
    ("tau", std::f64::consts::TAU),
    ("inf", f64::INFINITY),
    ("nan", f64::NAN),
];

/// Its docstring.
pub const DOC: &str = "This module provides access to the mathematical functions\ndefined by the C standard.";

/// Its functions.
pub const METHODS: &[&[MethodDef]] = &[real::METHODS, whole::METHODS, series::METHODS];

/// Raises what a function of doubles reports.
#[cold]
fn raise(th: &mut Thread, e: Error) -> Raised {
    match e {
        Error::EDOM => th.value_error(format_args!("math domain error")),
        Error::ERANGE => th.overflow_error(format_args!("math range error")),
    }
}

/// A `float` of a function's result.
fn result(th: &mut Thread, r: Result<f64, Error>) -> R {
    match r {
        Ok(x) => float::new(th, x),
        Err(e) => Err(raise(th, e)),
    }
}

/// Two arguments as doubles.
fn two(th: &mut Thread, args: &[Value]) -> R<(f64, f64)> {
    let x = float::as_f64(th, args[0])?;
    let y = float::as_f64(th, args[1])?;
    Ok((x, y))
}

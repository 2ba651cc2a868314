//! `math`.
//!
//! Real functions are `pymath`'s (CPython's own algorithms where libm's differ between platforms), whole-number ones are
//! `heddle_object::num::int`'s. `real.rs` has functions of doubles, `whole.rs` those of ints, `series.rs` sums and
//! products over iterables.

mod real;
mod series;
mod whole;

use heddle_object::core::module_def::ModuleDef;
use heddle_object::types::{Module, float};
use heddle_object::{MethodDef, R, Raised, Thread, Value};
use pymath::Error;

/// The module.
pub static MODULE: ModuleDef = ModuleDef {
    name: "math",
    doc: "This module provides access to the mathematical functions\ndefined by the C standard.",
    methods: &ALL,
    init,
    ..ModuleDef::DEFAULT
};

const PARTS: [&[MethodDef]; 3] = [real::METHODS, whole::METHODS, series::METHODS];
const COUNT: usize = PARTS[0].len() + PARTS[1].len() + PARTS[2].len();
static ALL: [MethodDef; COUNT] = concat(&PARTS);

/// The lists of functions as one.
pub(crate) const fn concat<const N: usize>(parts: &[&[MethodDef]]) -> [MethodDef; N] {
    let mut out = [parts[0][0]; N];
    let (mut part, mut at) = (0, 0);
    while part < parts.len() {
        let mut i = 0;
        while i < parts[part].len() {
            out[at] = parts[part][i];
            at += 1;
            i += 1;
        }
        part += 1;
    }
    out
}

fn init(th: &mut Thread, module: &'static Module) -> R<()> {
    use std::f64::consts;
    for (name, x) in [
        ("pi", consts::PI),
        ("e", consts::E),
        ("tau", consts::TAU),
        ("inf", f64::INFINITY),
        ("nan", f64::NAN),
    ] {
        let v = float::new(th, x)?;
        module.set(th, name, v)?;
    }
    Ok(())
}

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

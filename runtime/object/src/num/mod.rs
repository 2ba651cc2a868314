//! The arithmetic under Python's numbers: pure functions over machine words, limb slices and doubles.
//!
//! Owns every numeric algorithm that needs no `Value`: big integers, decimal text, the format mini-language, hashes.
//! Nothing here allocates in the collected heap or raises; failures come back as [`NumError`] and the types turn them
//! into exceptions. So all of it is testable against tables of known CPython results.
//!
//! Read in this order: [`int`] (the integer representation), `int/arith.rs`, [`float`], [`format`], [`hash`].

pub mod complex;
pub mod digits;
pub mod float;
pub mod format;
pub mod half;
pub mod hash;
pub mod int;
pub mod twister;

use std::borrow::Cow;

/// Why a numeric operation failed, named after the exception that Python code sees.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NumError {
    ZeroDivision(&'static str),
    Value(Cow<'static, str>),
    Overflow(Cow<'static, str>),
    Type(Cow<'static, str>),
    Memory,
}

impl NumError {
    pub(crate) fn value(message: impl Into<Cow<'static, str>>) -> NumError {
        NumError::Value(message.into())
    }
    pub(crate) fn overflow(message: impl Into<Cow<'static, str>>) -> NumError {
        NumError::Overflow(message.into())
    }
}

/// The result of a numeric algorithm.
pub type NumResult<T> = Result<T, NumError>;

/// The message of every division by zero, whatever the types.
pub const DIVISION_BY_ZERO: &str = "division by zero";

//! The built-in types that hold frames or code, a file each, and the list of them.

pub mod async_gen;
pub mod cell;
pub mod code;
pub mod coroutine;
pub mod frame;
pub mod function;
pub mod generator;
pub mod traceback;

use heddle_object::StaticType;

/// Every type of this crate, bases before what derives from them.
pub fn all() -> Vec<&'static StaticType> {
    vec![
        &cell::CELL,
        &code::CODE,
        &function::FUNCTION,
        &frame::FRAME,
        &frame::LOCALS_PROXY,
        &traceback::TRACEBACK,
        &generator::GENERATOR,
        &coroutine::COROUTINE,
        &coroutine::COROUTINE_WRAPPER,
        &async_gen::ASYNC_GENERATOR,
        &async_gen::ASEND,
        &async_gen::ATHROW,
        &async_gen::WRAPPED_VALUE,
    ]
}

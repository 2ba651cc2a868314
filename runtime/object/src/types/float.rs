//! `float`: the cell of those that do not fit the word.

use crate::core::header::Header;
use crate::core::ty::{StaticType, TypeSpec, flags};
use crate::payload;

/// A boxed float.
#[repr(C)]
pub struct Float {
    /// Cell header.
    pub header: Header,
    /// The number.
    pub value: f64,
}
payload!(Float, FLOAT);

/// `float`
pub static FLOAT: StaticType = StaticType::new(TypeSpec {
    name: "float",
    basicsize: size_of::<Float>(),
    flags: flags::BASETYPE | flags::MATCH_SELF,
    ..TypeSpec::DEFAULT
});

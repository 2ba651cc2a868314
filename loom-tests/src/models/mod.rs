//! The list of models, a file each.

use crate::Model;

macro_rules! models {
    ($($name:ident),* $(,)?) => {
        $(pub mod $name;)*
        /// All models.
        pub const MODELS: &[&Model] = &[$(&$name::MODEL),*];
    };
}

models! {
    array,
    bias,
    breaker,
    bytelock,
    compose,
    critical,
    event,
    index,
    litmus,
    once,
    publish,
    seqlock,
    stw,
    table,
    tlbc_copies,
    tlbc_counter,
    tlbc_pause,
    tlbc_write,
}

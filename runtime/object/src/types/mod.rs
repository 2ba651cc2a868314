//! The built-in types, a file or folder each, and the list of them.

pub mod array;
pub mod bool;
pub mod bytearray;
pub mod bytes;
pub mod callable_iterator;
pub mod chr;
pub mod complex;
pub mod descr;
pub mod dict;
pub mod exceptions;
pub mod float;
pub mod generic_alias;
pub mod getters;
mod hashed;
pub mod int;
pub mod items;
pub mod iterators;
pub mod list;
pub mod mapping_proxy;
pub mod memoryview;
pub mod module;
pub mod namespace;
pub mod object;
pub mod range;
pub mod set;
pub mod singletons;
pub mod slice;
pub mod str;
pub mod structseq;
pub mod super_;
pub mod tuple;
pub mod type_;
pub mod union;
pub mod weakref;

pub use array::ValueArray;
pub use bool::BOOL;
pub use bytearray::{BYTEARRAY, ByteArray};
pub use bytes::{BYTES, Bytes};
pub use complex::{COMPLEX, Complex};
pub use dict::{DICT, Dict};
pub use exceptions::Exception;
pub use float::{FLOAT, Float};
pub use int::{BigInt, INT};
pub use list::{LIST, List};
pub use memoryview::{MEMORYVIEW, MemoryView};
pub use module::{MODULE, Module};
pub use object::OBJECT;
pub use range::{RANGE, Range};
pub use singletons::{ELLIPSIS_TYPE, NONE_TYPE, NOT_IMPLEMENTED_TYPE};
pub use slice::{SLICE, Slice};
pub use str::{STR, Str};
pub use tuple::{TUPLE, Tuple};
pub use type_::TYPE;

use crate::core::ty::StaticType;

/// Every type of this crate, bases before what derives from them. A new type is one line here.
pub fn all() -> Vec<&'static StaticType> {
    let mut v: Vec<&'static StaticType> = vec![
        &OBJECT,
        &TYPE,
        &NONE_TYPE,
        &NOT_IMPLEMENTED_TYPE,
        &ELLIPSIS_TYPE,
        &INT,
        &BOOL,
        &FLOAT,
        &COMPLEX,
        &RANGE,
        &range::RANGE_ITER,
        &range::LONG_RANGE_ITER,
        &SLICE,
        &STR,
        &str::STR_ITER,
        &str::STR_ASCII_ITER,
        &BYTES,
        &BYTEARRAY,
        &MEMORYVIEW,
        &memoryview::HOLD,
        &bytes::iter::BYTES_ITER,
        &bytes::iter::BYTEARRAY_ITER,
        &bytes::iter::MEMORY_ITER,
        &TUPLE,
        &LIST,
        &DICT,
        &MODULE,
        &dict::iter::DICT_KEY_ITER,
        &dict::iter::DICT_VALUE_ITER,
        &dict::iter::DICT_ITEM_ITER,
        &dict::iter::DICT_REVERSE_KEY_ITER,
        &dict::iter::DICT_REVERSE_VALUE_ITER,
        &dict::iter::DICT_REVERSE_ITEM_ITER,
        &dict::views::DICT_KEYS,
        &dict::views::DICT_VALUES,
        &dict::views::DICT_ITEMS,
        &mapping_proxy::MAPPING_PROXY,
        &set::SET,
        &set::FROZENSET,
        &set::SET_ITER,
        &generic_alias::GENERIC_ALIAS,
        &generic_alias::ALIAS_ITER,
        &union::UNION,
        &super_::SUPER,
        &iterators::SEQUENCE_ITERATOR,
        &iterators::LIST_ITER,
        &iterators::LIST_REVERSE_ITER,
        &iterators::TUPLE_ITER,
        &iterators::enumerate::ENUMERATE,
        &iterators::enumerate::REVERSED,
        &iterators::combine::MAP,
        &iterators::combine::FILTER,
        &iterators::combine::ZIP,
        &callable_iterator::CALLABLE_ITERATOR,
        &namespace::NAMESPACE,
        &descr::BUILTIN_FUNCTION,
        &descr::METHOD_DESCRIPTOR,
        &descr::CLASS_METHOD_DESCRIPTOR,
        &descr::SLOT_WRAPPER,
        &descr::METHOD_WRAPPER,
        &descr::GETSET,
        &descr::MEMBER,
        &descr::BOUND_METHOD,
        &descr::CLASS_METHOD,
        &descr::STATIC_METHOD,
        &descr::PROPERTY,
        &weakref::REF,
        &weakref::proxy::PROXY,
        &weakref::proxy::CALLABLE_PROXY,
    ];
    v.extend(exceptions::ALL);
    v.push(&exceptions::EXCEPTION_GROUP);
    v
}

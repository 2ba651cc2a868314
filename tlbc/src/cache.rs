//! Typed views of inline caches: which unit holds what.
//!
//! A cache belongs to the thread whose copy it is in. Only that thread reads or writes the units behind the counter,
//! so they are read with plain loads of 32 or 64 bits, wherever the instruction happens to lie (relaxed loads of 16
//! bits are neither folded nor merged by the compiler, and cost up to 17 % of the interpreter's speed). The counter,
//! which others may set, is never part of such a load.
//!
//! A view reads; the `Fill` of the same layout writes, and only `write.rs` hands one out.

use core::marker::PhantomData;

use crate::defs::{Opcode, caches_of};
use crate::prim::{CHECKED, ord};
use crate::unit::Unit;

/// The cache layout of a family.
pub trait Layout: Sized {
    /// The generic instruction of the family.
    const FAMILY: Opcode;
    /// What writes such a cache.
    type Fill<'a>;

    /// The view of the cache behind the instruction at `at`.
    ///
    /// # Safety
    /// - `at` points to the instruction proper (not a prefix) of a copy that belongs to the calling thread, whose
    ///   generic opcode is [`Layout::FAMILY`];
    /// - the view is not used after the copy is freed or the thread has given up its index.
    unsafe fn at(at: *const Unit) -> Self;

    /// The writer of the cache behind the instruction at `at`.
    ///
    /// # Safety
    /// - as [`Layout::at`].
    unsafe fn fill<'a>(at: *const Unit) -> Self::Fill<'a>;
}

/// A number kept in several units, least significant first.
pub(crate) trait Field: Copy {
    /// Number of units.
    const UNITS: usize;

    /// # Safety
    /// - `at` and the units after it, [`Field::UNITS`] in all, lie in one copy that belongs to the calling thread, and
    ///   none is a counter or an instruction.
    unsafe fn read(at: *const Unit) -> Self;

    /// # Safety
    /// - as [`Field::read`].
    unsafe fn write(at: *const Unit, value: Self);
}

macro_rules! field {
    ($type:ident, $units:literal) => {
        impl Field for $type {
            const UNITS: usize = $units;

            #[inline(always)]
            unsafe fn read(at: *const Unit) -> $type {
                if !CHECKED {
                    // SAFETY: the units are there and nobody else writes them (the caller's duty). A unit is sixteen
                    // bits in memory, so adjacent units are one number, on little-endian machines in this order.
                    let raw = unsafe { at.cast::<$type>().read_unaligned() };
                    return $type::from_le(raw);
                }
                let mut value = 0;
                for i in (0..$units).rev() {
                    // SAFETY: the unit is there, by the caller's duty.
                    let unit = unsafe { &*at.add(i) };
                    // ORDERING: Relaxed; owner only. Model: tlbc_write.
                    value =
                        (value as u64) << 16 | u64::from(unit.0.load(ord!("cache.read", Relaxed)));
                }
                value as $type
            }

            #[inline(always)]
            unsafe fn write(at: *const Unit, value: $type) {
                for i in 0..$units {
                    // SAFETY: the unit is there, by the caller's duty.
                    let unit = unsafe { &*at.add(i) };
                    // ORDERING: Relaxed; owner only. Model: tlbc_write.
                    unit.0
                        .store((u64::from(value) >> (16 * i)) as u16, ord!("cache.write", Relaxed));
                }
            }
        }
    };
}
field!(u16, 1);
field!(u32, 2);
field!(u64, 4);

const _: () = assert!(CHECKED || size_of::<Unit>() == 2);
const _: () = assert!(cfg!(target_endian = "little"), "caches are read as little-endian numbers");

macro_rules! layout {
    ($(#[doc = $doc:literal])* $view:ident / $fill:ident of $family:ident {
        $( $(#[doc = $field_doc:literal])* $field:ident / $set:ident: $type:ident = $at:literal, )*
    }) => {
        $(#[doc = $doc])*
        #[derive(Clone, Copy, Debug)]
        pub struct $view(*const Unit);

        impl $view {
            $(
                $(#[doc = $field_doc])*
                #[inline(always)]
                pub fn $field(self) -> $type {
                    // SAFETY: `Layout::at` was promised that the cache is there and owned; the assertion below keeps
                    // the field inside it.
                    unsafe { <$type as Field>::read(self.0.add($at)) }
                }
            )*
        }

        #[doc = concat!("Writes a [`", stringify!($view), "`].")]
        pub struct $fill<'a>(*const Unit, PhantomData<&'a mut Unit>);

        impl $fill<'_> {
            $(
                $(#[doc = $field_doc])*
                #[inline]
                pub fn $set(&mut self, value: $type) -> &mut Self {
                    // SAFETY: as for reading; the fill exists only while the owner specializes.
                    unsafe { <$type as Field>::write(self.0.add($at), value) };
                    self
                }
            )*
        }

        impl Layout for $view {
            const FAMILY: Opcode = Opcode::$family;
            type Fill<'a> = $fill<'a>;

            #[inline(always)]
            unsafe fn at(at: *const Unit) -> Self {
                $view(at)
            }

            unsafe fn fill<'a>(at: *const Unit) -> $fill<'a> {
                $fill(at, PhantomData)
            }
        }

        // Fields lie behind the counter, in the family's cache, one after the other.
        const _: () = {
            let mut next = 2;
            $( assert!($at == next); next += <$type as Field>::UNITS; )*
            assert!(next <= 1 + caches_of(Opcode::$family));
        };
    };
}

layout! {
    /// Cache of `LOAD_ATTR`.
    LoadAttrCache / LoadAttrFill of LoadAttr {
        /// Shape version that proves the rest.
        version / set_version: u32 = 2,
        /// Offset of the value, index in a dict, or a second version.
        aux / set_aux: u32 = 4,
        /// A value or function that the version keeps alive and current.
        word / set_word: u64 = 6,
    }
}

layout! {
    /// Cache of `LOAD_SUPER_ATTR`.
    LoadSuperAttrCache / LoadSuperAttrFill of LoadSuperAttr {
        /// Shape version of the object.
        version / set_version: u32 = 2,
        /// Version of the class at which the search starts.
        aux / set_aux: u32 = 4,
        /// What was found.
        word / set_word: u64 = 6,
    }
}

layout! {
    /// Cache of `STORE_ATTR`.
    StoreAttrCache / StoreAttrFill of StoreAttr {
        /// Shape version that proves the offset.
        version / set_version: u32 = 2,
        /// Offset of the slot, or index in a dict.
        offset / set_offset: u16 = 4,
    }
}

layout! {
    /// Cache of `LOAD_GLOBAL`.
    LoadGlobalCache / LoadGlobalFill of LoadGlobal {
        /// Version of the globals' table.
        module_version / set_module_version: u32 = 2,
        /// Version of the builtins' table.
        builtins_version / set_builtins_version: u32 = 4,
        /// Index of the entry in the table that has the name.
        index / set_index: u16 = 6,
    }
}

layout! {
    /// Cache of `CALL`.
    CallCache / CallFill of Call {
        /// Version of the function, or of the class.
        version / set_version: u32 = 2,
    }
}

layout! {
    /// Cache of `CALL_KW`.
    CallKwCache / CallKwFill of CallKw {
        /// Version of the function.
        version / set_version: u32 = 2,
    }
}

layout! {
    /// Cache of `TO_BOOL`.
    ToBoolCache / ToBoolFill of ToBool {
        /// Shape version of a type that is always true.
        version / set_version: u32 = 2,
    }
}

layout! {
    /// Cache of `BINARY_OP`: a pointer (`BINARY_OP_EXTEND`, function of `BINARY_OP_SUBSCR_GETITEM`).
    BinaryOpCache / BinaryOpFill of BinaryOp {
        /// The pointer.
        word / set_word: u64 = 2,
    }
}

#[cfg(all(test, not(any(heddle_loom, heddle_shuttle, heddle_wm))))]
mod tests {
    use super::*;

    #[test]
    fn fields_survive_at_any_alignment() {
        for shift in 0..4 {
            let units: Vec<Unit> = (0..16).map(|_| Unit::new(0xAAAA)).collect();
            let at = &raw const units[shift];
            // SAFETY: sixteen units of our own, ten needed.
            let (view, mut fill) = unsafe { (LoadAttrCache::at(at), LoadAttrCache::fill(at)) };
            fill.set_version(0x1234_5678).set_aux(0x9ABC_DEF0).set_word(0x0123_4567_89AB_CDEF);
            assert_eq!(view.version(), 0x1234_5678);
            assert_eq!(view.aux(), 0x9ABC_DEF0);
            assert_eq!(view.word(), 0x0123_4567_89AB_CDEF);
            assert_eq!(units[shift + 1].load().0, 0xAAAA, "the counter is not touched");
            assert_eq!(units[shift + 10].load().0, 0xAAAA, "nor what follows");
        }
    }
}

//! Raising Python exceptions from Rust.
//!
//! `Raised` is a proof without content: whoever holds one knows that the thread's `exception` is set. It is zero-sized,
//! so `R<Value>` is one register.

use crate::core::thread::Thread;
use crate::core::ty::StaticType;
use crate::core::value::Value;
use crate::types::exceptions as exc;
use std::fmt::Arguments;

/// This thread's exception is set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Raised(());

/// Result of anything that can raise.
pub type R<T = Value> = Result<T, Raised>;

const _: () = assert!(size_of::<R<Value>>() == 8);

macro_rules! raisers {
    ($($fn:ident $ty:ident),* $(,)?) => {
        impl Thread {
            $(
                #[doc = concat!("Raises `", stringify!($ty), "` with a message.")]
                #[cold]
                #[inline(never)]
                pub fn $fn(&mut self, msg: Arguments<'_>) -> Raised {
                    self.raise(&exc::$ty, msg)
                }
            )*
        }
    };
}

raisers! {
    type_error TYPE_ERROR, value_error VALUE_ERROR, index_error INDEX_ERROR, attribute_error ATTRIBUTE_ERROR,
    name_error NAME_ERROR, unbound_local_error UNBOUND_LOCAL_ERROR, runtime_error RUNTIME_ERROR,
    overflow_error OVERFLOW_ERROR, zero_division_error ZERO_DIVISION_ERROR, system_error SYSTEM_ERROR,
    import_error IMPORT_ERROR, module_not_found_error MODULE_NOT_FOUND_ERROR, lookup_error LOOKUP_ERROR,
    recursion_error RECURSION_ERROR, assertion_error ASSERTION_ERROR, not_implemented_error NOT_IMPLEMENTED_ERROR,
    buffer_error BUFFER_ERROR, eof_error EOF_ERROR, os_error OS_ERROR, unicode_error UNICODE_ERROR,
    reference_error REFERENCE_ERROR, syntax_error SYNTAX_ERROR, blocking_io_error BLOCKING_IO_ERROR,
    arithmetic_error ARITHMETIC_ERROR, permission_error PERMISSION_ERROR, timeout_error TIMEOUT_ERROR,
    file_not_found_error FILE_NOT_FOUND_ERROR,
}

impl Thread {
    /// Raises an exception of a built-in type with a message.
    ///
    /// **Escapes:** no.
    #[cold]
    #[inline(never)]
    pub fn raise(&mut self, ty: &'static StaticType, msg: Arguments<'_>) -> Raised {
        match crate::types::Str::new(self, &msg.to_string()) {
            Ok(s) => self.raise_with(ty, &[Value::from_ref(s)]),
            Err(e) => e,
        }
    }

    /// Raises an exception of a built-in type with the given `args`.
    #[cold]
    #[inline(never)]
    pub fn raise_with(&mut self, ty: &'static StaticType, args: &[Value]) -> Raised {
        match exc::new_exception(self, ty.ty(), args) {
            Ok(e) => self.set_exception(e),
            Err(e) => e,
        }
    }

    /// Makes `e`, an exception instance, the current one; its `__context__` becomes the exception being handled.
    #[cold]
    #[inline(never)]
    pub fn set_exception(&mut self, e: Value) -> Raised {
        exc::chain_context(self, e);
        self.exception = Some(e);
        Raised(())
    }

    /// Makes `e` the current exception as it is (re-raise: no change to its context).
    #[inline]
    pub fn restore_exception(&mut self, e: Value) -> Raised {
        self.exception = Some(e);
        Raised(())
    }

    /// Takes the current exception.
    #[inline]
    pub fn take_exception(&mut self, _proof: Raised) -> Value {
        match self.exception.take() {
            Some(e) => e,
            // A proof without an exception is a bug of ours; give Python something to see.
            None => exc::preallocated_memory_error(),
        }
    }

    /// The proof, when an exception is set.
    #[inline]
    pub fn pending(&self) -> Option<Raised> {
        self.exception.map(|_| Raised(()))
    }

    /// Raises `KeyError(key)`.
    #[cold]
    #[inline(never)]
    pub fn key_error(&mut self, key: Value) -> Raised {
        self.raise_with(&exc::KEY_ERROR, &[key])
    }

    /// Raises `StopIteration(value)`, without arguments for `None`.
    #[cold]
    #[inline(never)]
    pub fn stop_iteration(&mut self, value: Value) -> Raised {
        if value.is_none() {
            self.raise_with(&exc::STOP_ITERATION, &[])
        } else {
            self.raise_with(&exc::STOP_ITERATION, &[value])
        }
    }

    /// Raises the preallocated `MemoryError`.
    #[cold]
    #[inline(never)]
    pub fn memory_error(&mut self) -> Raised {
        self.exception = Some(exc::preallocated_memory_error());
        Raised(())
    }

    /// Whether the current exception is an instance of `ty`.
    pub fn exception_is(&self, ty: &'static StaticType) -> bool {
        self.exception.is_some_and(|e| e.is_instance(ty))
    }

    /// Clears the current exception and says yes when it is an instance of `ty`; else leaves it.
    pub fn catch(&mut self, _proof: Raised, ty: &'static StaticType) -> bool {
        let hit = self.exception_is(ty);
        if hit {
            self.exception = None;
        }
        hit
    }
}

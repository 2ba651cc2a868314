//! The exception hierarchy: cells, the tree of built-in types, creation and chaining.
//!
//! All built-in exceptions share one cell layout with eight extra fields, so that a class may derive from any of them
//! and `except` needs no layout test. What a field means depends on the type (`FIELDS`).

use crate::core::header::Header;
use crate::core::slot::Slot;
use crate::core::thread::Thread;
use crate::core::ty::{Slots, StaticType, Type, TypeSpec, flags};
use crate::core::value::Value;
use crate::error::R;
use crate::heap::Tracer;
use crate::payload;
use crate::types::Tuple;

pub mod group;
pub mod methods;

/// Number of fields that types may name.
pub const FIELDS_MAX: usize = 8;

/// An exception.
#[repr(C)]
pub struct Exception {
    /// Cell header; `aux` bit 0: `__suppress_context__`.
    pub header: Header,
    /// `__dict__`, made on demand.
    pub dict: Slot,
    /// `args`: a tuple.
    pub args: Slot,
    /// `__traceback__`
    pub traceback: Slot,
    /// `__context__`
    pub context: Slot,
    /// `__cause__`
    pub cause: Slot,
    /// Named by the type: `StopIteration.value`, `OSError.errno`, ...
    pub fields: [Slot; FIELDS_MAX],
}

payload!(Exception, BASE_EXCEPTION);

unsafe fn trace_exception(cell: *mut u8, t: &mut Tracer) {
    // SAFETY: called with an exception cell, whose fields behind the header are all slots.
    unsafe {
        let n = (size_of::<Exception>() - size_of::<Header>()) / 8;
        t.words(cell.add(size_of::<Header>()) as *const u64, n);
    }
}

const SPEC: TypeSpec = TypeSpec {
    basicsize: size_of::<Exception>(),
    flags: flags::BASETYPE | flags::BASE_EXC,
    trace: trace_exception,
    dict_offset: std::mem::offset_of!(Exception, dict),
    ..TypeSpec::DEFAULT
};

macro_rules! exceptions {
    ($($(#[$doc:meta])* $st:ident = $name:literal ($base:expr) $([$($field:literal),*])? $({$($k:ident : $v:expr),*})? $(with $methods:path,)? $text:literal;)*) => {
        $(
            #[doc = concat!("`", $name, "`")]
            pub static $st: StaticType = StaticType::new(TypeSpec {
                name: $name, base: $base, doc: $text,
                slots: Slots { $($($k: Some($v),)*)? ..Slots::NONE },
                getset: const { &methods::fields([$($($field),*)?]) },
                $(methods: $methods,)?
                ..SPEC
            });
        )*
        /// All of them, bases first.
        pub static ALL: &[&StaticType] = &[&BASE_EXCEPTION, $(&$st),*];
    };
}

/// `BaseException`
pub static BASE_EXCEPTION: StaticType = StaticType::new(TypeSpec {
    name: "BaseException",
    doc: "Common base class for all exceptions",
    slots: Slots {
        new: Some(methods::base_new),
        init: Some(methods::base_init),
        repr: Some(methods::base_repr),
        str: Some(methods::base_str),
        ..Slots::NONE
    },
    methods: methods::BASE_METHODS,
    getset: methods::BASE_GETSET,
    ..SPEC
});

exceptions! {
    SYSTEM_EXIT = "SystemExit" (Some(&BASE_EXCEPTION)) ["code"] {init: methods::system_exit_init} "Request to exit from the interpreter.";
    KEYBOARD_INTERRUPT = "KeyboardInterrupt" (Some(&BASE_EXCEPTION)) "Program interrupted by user.";
    GENERATOR_EXIT = "GeneratorExit" (Some(&BASE_EXCEPTION)) "Request that a generator exit.";
    BASE_EXCEPTION_GROUP = "BaseExceptionGroup" (Some(&BASE_EXCEPTION)) ["message", "exceptions"] {new: methods::group_new, init: methods::group_init, str: methods::group_str, repr: methods::group_repr} with group::METHODS, "A combination of multiple unrelated exceptions.";
    EXCEPTION = "Exception" (Some(&BASE_EXCEPTION)) "Common base class for all non-exit exceptions.";
    STOP_ITERATION = "StopIteration" (Some(&EXCEPTION)) ["value"] {init: methods::stop_iteration_init} "Signal the end from iterator.__next__().";
    STOP_ASYNC_ITERATION = "StopAsyncIteration" (Some(&EXCEPTION)) "Signal the end from iterator.__anext__().";
    ARITHMETIC_ERROR = "ArithmeticError" (Some(&EXCEPTION)) "Base class for arithmetic errors.";
    FLOATING_POINT_ERROR = "FloatingPointError" (Some(&ARITHMETIC_ERROR)) "Floating-point operation failed.";
    OVERFLOW_ERROR = "OverflowError" (Some(&ARITHMETIC_ERROR)) "Result too large to be represented.";
    ZERO_DIVISION_ERROR = "ZeroDivisionError" (Some(&ARITHMETIC_ERROR)) "Second argument to a division or modulo operation was zero.";
    ASSERTION_ERROR = "AssertionError" (Some(&EXCEPTION)) "Assertion failed.";
    ATTRIBUTE_ERROR = "AttributeError" (Some(&EXCEPTION)) ["name", "obj"] {init: methods::attribute_error_init} "Attribute not found.";
    BUFFER_ERROR = "BufferError" (Some(&EXCEPTION)) "Buffer error.";
    EOF_ERROR = "EOFError" (Some(&EXCEPTION)) "Read beyond end of file.";
    IMPORT_ERROR = "ImportError" (Some(&EXCEPTION)) ["msg", "name", "path", "name_from"] {init: methods::import_error_init, str: methods::import_error_str} "Import can't find module, or can't find name in module.";
    MODULE_NOT_FOUND_ERROR = "ModuleNotFoundError" (Some(&IMPORT_ERROR)) "Module not found.";
    LOOKUP_ERROR = "LookupError" (Some(&EXCEPTION)) "Base class for lookup errors.";
    INDEX_ERROR = "IndexError" (Some(&LOOKUP_ERROR)) "Sequence index out of range.";
    KEY_ERROR = "KeyError" (Some(&LOOKUP_ERROR)) {str: methods::key_error_str} "Mapping key not found.";
    MEMORY_ERROR = "MemoryError" (Some(&EXCEPTION)) "Out of memory.";
    NAME_ERROR = "NameError" (Some(&EXCEPTION)) ["name"] {init: methods::name_error_init} "Name not found globally.";
    UNBOUND_LOCAL_ERROR = "UnboundLocalError" (Some(&NAME_ERROR)) "Local name referenced but not bound to a value.";
    OS_ERROR = "OSError" (Some(&EXCEPTION)) ["errno", "strerror", "filename", "filename2", "characters_written"] {new: methods::os_error_new, init: methods::os_error_init, str: methods::os_error_str} "Base class for I/O related errors.";
    BLOCKING_IO_ERROR = "BlockingIOError" (Some(&OS_ERROR)) "I/O operation would block.";
    CHILD_PROCESS_ERROR = "ChildProcessError" (Some(&OS_ERROR)) "Child process error.";
    CONNECTION_ERROR = "ConnectionError" (Some(&OS_ERROR)) "Connection error.";
    BROKEN_PIPE_ERROR = "BrokenPipeError" (Some(&CONNECTION_ERROR)) "Broken pipe.";
    CONNECTION_ABORTED_ERROR = "ConnectionAbortedError" (Some(&CONNECTION_ERROR)) "Connection aborted.";
    CONNECTION_REFUSED_ERROR = "ConnectionRefusedError" (Some(&CONNECTION_ERROR)) "Connection refused.";
    CONNECTION_RESET_ERROR = "ConnectionResetError" (Some(&CONNECTION_ERROR)) "Connection reset.";
    FILE_EXISTS_ERROR = "FileExistsError" (Some(&OS_ERROR)) "File already exists.";
    FILE_NOT_FOUND_ERROR = "FileNotFoundError" (Some(&OS_ERROR)) "File not found.";
    INTERRUPTED_ERROR = "InterruptedError" (Some(&OS_ERROR)) "Interrupted by signal.";
    IS_A_DIRECTORY_ERROR = "IsADirectoryError" (Some(&OS_ERROR)) "Operation doesn't work on directories.";
    NOT_A_DIRECTORY_ERROR = "NotADirectoryError" (Some(&OS_ERROR)) "Operation only works on directories.";
    PERMISSION_ERROR = "PermissionError" (Some(&OS_ERROR)) "Not enough permissions.";
    PROCESS_LOOKUP_ERROR = "ProcessLookupError" (Some(&OS_ERROR)) "Process not found.";
    TIMEOUT_ERROR = "TimeoutError" (Some(&OS_ERROR)) "Timeout expired.";
    REFERENCE_ERROR = "ReferenceError" (Some(&EXCEPTION)) "Weak ref proxy used after referent went away.";
    RUNTIME_ERROR = "RuntimeError" (Some(&EXCEPTION)) "Unspecified run-time error.";
    NOT_IMPLEMENTED_ERROR = "NotImplementedError" (Some(&RUNTIME_ERROR)) "Method or function hasn't been implemented yet.";
    RECURSION_ERROR = "RecursionError" (Some(&RUNTIME_ERROR)) "Recursion limit exceeded.";
    PYTHON_FINALIZATION_ERROR = "PythonFinalizationError" (Some(&RUNTIME_ERROR)) "Operation blocked during Python finalization.";
    SYNTAX_ERROR = "SyntaxError" (Some(&EXCEPTION)) ["msg", "filename", "lineno", "offset", "text", "end_lineno", "end_offset", "print_file_and_line"] {init: methods::syntax_error_init, str: methods::syntax_error_str} "Invalid syntax.";
    INDENTATION_ERROR = "IndentationError" (Some(&SYNTAX_ERROR)) "Improper indentation.";
    TAB_ERROR = "TabError" (Some(&INDENTATION_ERROR)) "Improper mixture of spaces and tabs.";
    INCOMPLETE_INPUT_ERROR = "_IncompleteInputError" (Some(&SYNTAX_ERROR)) "incomplete input.";
    SYSTEM_ERROR = "SystemError" (Some(&EXCEPTION)) "Internal error in the Python interpreter.";
    TYPE_ERROR = "TypeError" (Some(&EXCEPTION)) "Inappropriate argument type.";
    VALUE_ERROR = "ValueError" (Some(&EXCEPTION)) "Inappropriate argument value (of correct type).";
    UNICODE_ERROR = "UnicodeError" (Some(&VALUE_ERROR)) "Unicode related error.";
    UNICODE_DECODE_ERROR = "UnicodeDecodeError" (Some(&UNICODE_ERROR)) ["encoding", "object", "start", "end", "reason"] {init: methods::unicode_decode_init, str: methods::unicode_error_str} "Unicode decoding error.";
    UNICODE_ENCODE_ERROR = "UnicodeEncodeError" (Some(&UNICODE_ERROR)) ["encoding", "object", "start", "end", "reason"] {init: methods::unicode_encode_init, str: methods::unicode_error_str} "Unicode encoding error.";
    UNICODE_TRANSLATE_ERROR = "UnicodeTranslateError" (Some(&UNICODE_ERROR)) ["encoding", "object", "start", "end", "reason"] {init: methods::unicode_translate_init, str: methods::unicode_error_str} "Unicode translation error.";
    WARNING = "Warning" (Some(&EXCEPTION)) "Base class for warning categories.";
    BYTES_WARNING = "BytesWarning" (Some(&WARNING)) "Base class for warnings about bytes and buffer related problems, mostly related to conversion from str or comparing to str.";
    DEPRECATION_WARNING = "DeprecationWarning" (Some(&WARNING)) "Base class for warnings about deprecated features.";
    ENCODING_WARNING = "EncodingWarning" (Some(&WARNING)) "Base class for warnings about encodings.";
    FUTURE_WARNING = "FutureWarning" (Some(&WARNING)) "Base class for warnings about constructs that will change semantically in the future.";
    IMPORT_WARNING = "ImportWarning" (Some(&WARNING)) "Base class for warnings about probable mistakes in module imports";
    PENDING_DEPRECATION_WARNING = "PendingDeprecationWarning" (Some(&WARNING)) "Base class for warnings about features which will be deprecated in the future.";
    RESOURCE_WARNING = "ResourceWarning" (Some(&WARNING)) "Base class for warnings about resource usage.";
    RUNTIME_WARNING = "RuntimeWarning" (Some(&WARNING)) "Base class for warnings about dubious runtime behavior.";
    SYNTAX_WARNING = "SyntaxWarning" (Some(&WARNING)) "Base class for warnings about dubious syntax.";
    UNICODE_WARNING = "UnicodeWarning" (Some(&WARNING)) "Base class for warnings about Unicode related problems, mostly related to conversion problems.";
    USER_WARNING = "UserWarning" (Some(&WARNING)) "Base class for warnings generated by user code.";
}

// `ExceptionGroup` has two bases, `BaseExceptionGroup` and `Exception`; `ty::ready` gives it its second one.
/// `ExceptionGroup`
pub static EXCEPTION_GROUP: StaticType =
    StaticType::new(TypeSpec { name: "ExceptionGroup", base: Some(&BASE_EXCEPTION_GROUP), ..SPEC });

impl Exception {
    /// Field by the index that the type's list gives it.
    #[inline]
    pub fn field(&self, i: usize) -> Option<Value> {
        self.fields[i].get()
    }
}

/// An instance of an exception type (or subclass) with these `args`; its fields are set as `__init__` would.
///
/// **Escapes:** no for built-in types.
pub fn new_exception(th: &mut Thread, ty: &'static Type, args: &[Value]) -> R {
    let e = methods::alloc(th, ty)?;
    let t = Tuple::new(th, args)?;
    if let Some(x) = e.cast::<Exception>() {
        x.args.set(Some(Value::from_ref(t)));
    }
    if let Some(init) = ty.layout().spec.slots.init {
        init(th, e, args, None)?;
    } else if ty.is_subtype(STOP_ITERATION.ty()) {
        methods::stop_iteration_init(th, e, args, None)?;
    } else if ty.is_subtype(OS_ERROR.ty()) {
        methods::os_error_fill(th, e, args)?;
    } else if ty.is_subtype(IMPORT_ERROR.ty()) {
        methods::import_error_init(th, e, args, None)?;
    } else if ty.is_subtype(SYNTAX_ERROR.ty()) {
        methods::syntax_error_init(th, e, args, None)?;
    }
    Ok(e)
}

/// Sets `__context__` of an exception about to be raised to the one being handled, breaking cycles.
pub fn chain_context(th: &mut Thread, e: Value) {
    let Some(handled) = handled_exception(th) else { return };
    if handled == e {
        return;
    }
    let Some(x) = e.cast::<Exception>() else { return };
    // If `e` is already in the chain of what is handled, cut it out, as CPython does. Floyd's tortoise guards against
    // a chain that user code made into a loop.
    let (mut at, mut slow, mut step) = (handled, handled, false);
    while let Some(c) = at.cast::<Exception>().and_then(|c| c.context.get()) {
        if c == e {
            if let Some(a) = at.cast::<Exception>() {
                a.context.set(None);
            }
            break;
        }
        at = c;
        if at == slow {
            break;
        }
        if step && let Some(s) = slow.cast::<Exception>().and_then(|s| s.context.get()) {
            slow = s;
        }
        step = !step;
    }
    x.context.set(Some(handled));
}

/// The exception being handled (`sys.exception()`).
pub fn handled_exception(th: &Thread) -> Option<Value> {
    let mut at = th.exc_info;
    // SAFETY: the chain consists of live items: of the thread, or of generators that run in it.
    while let Some(item) = unsafe { at.as_ref() } {
        match item.value.get() {
            Some(v) if !v.is_none() => return Some(v),
            _ => at = item.prev,
        }
    }
    None
}

/// Sets `name` and `obj` of an AttributeError.
pub fn set_name_and_obj(e: Value, name: Value, obj: Value) {
    if let Some(x) = e.cast::<Exception>() {
        x.fields[0].set(Some(name));
        x.fields[1].set(Some(obj));
    }
}

/// Sets `name` of a NameError.
pub fn set_name(e: Value, name: Value) {
    if let Some(x) = e.cast::<Exception>() {
        x.fields[0].set(Some(name));
    }
}

struct StaticException(std::cell::UnsafeCell<std::mem::MaybeUninit<Exception>>);
// SAFETY: initialised once at start; its fields are atomics.
unsafe impl Sync for StaticException {}
static NO_MEMORY: StaticException =
    StaticException(std::cell::UnsafeCell::new(std::mem::MaybeUninit::zeroed()));

/// A MemoryError that needs no memory.
pub fn preallocated_memory_error() -> Value {
    // SAFETY: initialised at start.
    Value::from_ref(unsafe { &*(NO_MEMORY.0.get() as *const Exception) })
}

/// Makes the preallocated exception. Once, at start.
pub(crate) fn init_preallocated(th: &mut Thread) -> R<()> {
    let empty = Tuple::new(th, &[])?;
    // SAFETY: once, at start; all slots are empty, which zeroed memory is.
    unsafe {
        let p = NO_MEMORY.0.get() as *mut Exception;
        (&raw mut (*p).header).write(Header::new(
            MEMORY_ERROR.shape(),
            crate::core::ty::OWNER_SHARED,
            0,
        ));
        (*p).args.set(Some(Value::from_ref(empty)));
    }
    Ok(())
}

/// Reports the preallocated exception; a root of the collector.
pub fn trace_preallocated(t: &mut Tracer) {
    // SAFETY: a static cell.
    unsafe { trace_exception(NO_MEMORY.0.get() as *mut u8, t) };
}

//! The one table of instructions: a row each, everything else follows from it.
//!
//! A row reads
//!
//! ```text
//! /// what it does
//! Name = number "NAME" (n: pops => pushes) cache units of Base
//!     [flags];
//! ```
//!
//! `n` is the instruction's argument. `pops` and `pushes` count only values that are really taken off and put on:
//! what an instruction merely looks at under the top (`LIST_APPEND`, `COPY`, `SWAP`) is in neither. `cache` is the
//! number of code units after the instruction, the same for all forms of a family. `of` names the generic
//! instruction: itself for a generic one, the head of the family for a specialized form, the plain twin for an
//! instrumented one.
//!
//! Numbers are part of the format of images, so they stand in the table; the compiler refuses a number used twice.
//! Generic instructions have CPython 3.14's numbers, so that `dis` output and `opcode.opmap` agree. The ranges:
//!
//! | numbers | what |
//! |---|---|
//! | 0 to 128 | generic |
//! | 129 to 232 | specialized forms ([`FIRST_SPECIALIZED`]) |
//! | 233 to 253 | instrumented ([`FIRST_INSTRUMENTED`]) |
//! | 254, 255 | `ENTER_EXECUTOR`, `TRACE_RECORD` |
//!
//! Semantics are those of CPython 3.14's instruction of that name, with caches laid out for shapes (`cache.rs`).
//!
//! **Source:** the instruction list of Python's `dis` documentation; PEP 659 for families.

/// First opcode that is a specialized form.
pub const FIRST_SPECIALIZED: u8 = 129;
/// First opcode that is instrumented: a specializer never writes over this or anything above it.
pub const FIRST_INSTRUMENTED: u8 = 233;
/// Opcodes above this one take an argument (meaningful below [`FIRST_SPECIALIZED`] only), as `opcode.HAVE_ARGUMENT`.
pub const HAVE_ARGUMENT: u8 = 43;

/// Hands all rows to the macro `$m`, followed by whatever else was given.
///
/// A table of handlers in another crate is one macro over these rows; a missing handler is then a compile error that
/// names it:
///
/// ```
/// macro_rules! names {
///     ($( #[doc = $doc:literal] $name:ident = $number:literal $text:literal
///         ($n:ident: $pops:expr => $pushes:expr) cache $cache:literal of $base:ident [$($flag:ident)*]; )*) => {
///         const NAMES: &[&str] = &[$($text),*];
///     };
/// }
/// heddle_tlbc::for_each_opcode!(names);
/// assert_eq!(NAMES[0], "CACHE");
/// ```
#[macro_export]
macro_rules! for_each_opcode {
    ($m:ident $(, $extra:tt)*) => {
        $m! { $($extra)*
        /// Inline cache space; never executed.
        Cache = 0 "CACHE" (n: 0 => 0) cache 0 of Cache
            [];
        /// `container[start:stop]`, without building the slice where the type allows it.
        BinarySlice = 1 "BINARY_SLICE" (n: 3 => 1) cache 0 of BinarySlice
            [MayRaise Escapes];
        /// Template string from the tuples of strings and interpolations.
        BuildTemplate = 2 "BUILD_TEMPLATE" (n: 2 => 1) cache 0 of BuildTemplate
            [MayRaise Escapes];
        /// `callable(*args, **kwargs)`: callable, self or null, tuple, dict or null.
        CallFunctionEx = 4 "CALL_FUNCTION_EX" (n: 4 => 1) cache 1 of CallFunctionEx
            [MayRaise Escapes DynamicTarget PollsBreaker];
        /// Splits an exception group: rest and match for `except*`.
        CheckEgMatch = 5 "CHECK_EG_MATCH" (n: 2 => 2) cache 0 of CheckEgMatch
            [MayRaise Escapes];
        /// Exception and type to exception and bool.
        CheckExcMatch = 6 "CHECK_EXC_MATCH" (n: 2 => 2) cache 0 of CheckExcMatch
            [MayRaise Escapes];
        /// StopIteration thrown into a delegating generator becomes its value; anything else is raised again.
        CleanupThrow = 7 "CLEANUP_THROW" (n: 3 => 2) cache 0 of CleanupThrow
            [MayRaise Escapes];
        /// `del container[index]`.
        DeleteSubscr = 8 "DELETE_SUBSCR" (n: 2 => 0) cache 0 of DeleteSubscr
            [MayRaise Escapes];
        /// Drops the value left by an exhausted `FOR_ITER` (only instrumentation executes it).
        EndFor = 9 "END_FOR" (n: 1 => 0) cache 0 of EndFor
            [];
        /// Drops the receiver under a finished `SEND`.
        EndSend = 10 "END_SEND" (n: 2 => 1) cache 0 of EndSend
            [];
        /// Raises unless `__init__` returned None.
        ExitInitCheck = 11 "EXIT_INIT_CHECK" (n: 1 => 0) cache 0 of ExitInitCheck
            [MayRaise];
        /// `format(value, "")`.
        FormatSimple = 12 "FORMAT_SIMPLE" (n: 1 => 1) cache 0 of FormatSimple
            [MayRaise Escapes];
        /// `format(value, spec)`.
        FormatWithSpec = 13 "FORMAT_WITH_SPEC" (n: 2 => 1) cache 0 of FormatWithSpec
            [MayRaise Escapes];
        /// `type(obj).__aiter__(obj)`, checked.
        GetAiter = 14 "GET_AITER" (n: 1 => 1) cache 0 of GetAiter
            [MayRaise Escapes];
        /// Pushes the awaitable of `__anext__` over the iterator.
        GetAnext = 15 "GET_ANEXT" (n: 1 => 2) cache 0 of GetAnext
            [MayRaise Escapes];
        /// `iter(obj)`.
        GetIter = 16 "GET_ITER" (n: 1 => 1) cache 0 of GetIter
            [MayRaise Escapes];
        /// Never emitted; an image that holds it is rejected.
        Reserved = 17 "RESERVED" (n: 0 => 0) cache 0 of Reserved
            [];
        /// Pushes `len(obj)` over the object.
        GetLen = 18 "GET_LEN" (n: 1 => 2) cache 0 of GetLen
            [MayRaise Escapes];
        /// Like `GET_ITER`, but lets generators and permitted coroutines through.
        GetYieldFromIter = 19 "GET_YIELD_FROM_ITER" (n: 1 => 1) cache 0 of GetYieldFromIter
            [MayRaise Escapes];
        /// Leaves the evaluator with the value on top.
        InterpreterExit = 20 "INTERPRETER_EXIT" (n: 1 => 0) cache 0 of InterpreterExit
            [EndsTrace NoFallthrough];
        /// Pushes `builtins.__build_class__`.
        LoadBuildClass = 21 "LOAD_BUILD_CLASS" (n: 0 => 1) cache 0 of LoadBuildClass
            [MayRaise Escapes];
        /// Pushes the mapping of local names (class and module bodies).
        LoadLocals = 22 "LOAD_LOCALS" (n: 0 => 1) cache 0 of LoadLocals
            [MayRaise];
        /// Function object from a code object.
        MakeFunction = 23 "MAKE_FUNCTION" (n: 1 => 1) cache 0 of MakeFunction
            [];
        /// Subject and keys; pushes the tuple of values or None.
        MatchKeys = 24 "MATCH_KEYS" (n: 2 => 3) cache 0 of MatchKeys
            [MayRaise Escapes];
        /// Pushes whether the subject is a mapping.
        MatchMapping = 25 "MATCH_MAPPING" (n: 1 => 2) cache 0 of MatchMapping
            [];
        /// Pushes whether the subject is a sequence.
        MatchSequence = 26 "MATCH_SEQUENCE" (n: 1 => 2) cache 0 of MatchSequence
            [];
        /// Nothing.
        Nop = 27 "NOP" (n: 0 => 0) cache 0 of Nop
            [];
        /// Marks the fall-through side of a branch, for instrumentation.
        NotTaken = 28 "NOT_TAKEN" (n: 0 => 0) cache 0 of NotTaken
            [];
        /// Restores the handled exception that `PUSH_EXC_INFO` saved.
        PopExcept = 29 "POP_EXCEPT" (n: 1 => 0) cache 0 of PopExcept
            [];
        /// Drops the iterator of an exhausted loop.
        PopIter = 30 "POP_ITER" (n: 1 => 0) cache 0 of PopIter
            [];
        /// Drops one value.
        PopTop = 31 "POP_TOP" (n: 1 => 0) cache 0 of PopTop
            [];
        /// Makes the exception the handled one; the previous goes under it.
        PushExcInfo = 32 "PUSH_EXC_INFO" (n: 1 => 2) cache 0 of PushExcInfo
            [];
        /// Pushes the empty word, the "no self" of calls.
        PushNull = 33 "PUSH_NULL" (n: 0 => 1) cache 0 of PushNull
            [];
        /// Makes the generator of this frame and returns it to the caller.
        ReturnGenerator = 34 "RETURN_GENERATOR" (n: 0 => 1) cache 0 of ReturnGenerator
            [MayRaise EndsTrace DynamicTarget];
        /// Returns to the caller.
        ReturnValue = 35 "RETURN_VALUE" (n: 1 => 1) cache 0 of ReturnValue
            [DynamicTarget NoFallthrough];
        /// Makes `__annotations__` in the local names when it is missing.
        SetupAnnotations = 36 "SETUP_ANNOTATIONS" (n: 0 => 0) cache 0 of SetupAnnotations
            [MayRaise Escapes];
        /// `container[start:stop] = value`.
        StoreSlice = 37 "STORE_SLICE" (n: 4 => 0) cache 0 of StoreSlice
            [MayRaise Escapes];
        /// `container[index] = value`.
        StoreSubscr = 38 "STORE_SUBSCR" (n: 3 => 0) cache 1 of StoreSubscr
            [MayRaise Escapes];
        /// Truth value.
        ToBool = 39 "TO_BOOL" (n: 1 => 1) cache 3 of ToBool
            [MayRaise Escapes];
        /// `~value`.
        UnaryInvert = 40 "UNARY_INVERT" (n: 1 => 1) cache 0 of UnaryInvert
            [MayRaise Escapes];
        /// `-value`.
        UnaryNegative = 41 "UNARY_NEGATIVE" (n: 1 => 1) cache 0 of UnaryNegative
            [MayRaise Escapes];
        /// `not value`; the operand is a bool already.
        UnaryNot = 42 "UNARY_NOT" (n: 1 => 1) cache 0 of UnaryNot
            [];
        /// Calls the exit function with the exception in flight; pushes its answer.
        WithExceptStart = 43 "WITH_EXCEPT_START" (n: 5 => 6) cache 0 of WithExceptStart
            [MayRaise Escapes];
        /// The operator numbered by the argument (`BinaryOpKind`).
        BinaryOp = 44 "BINARY_OP" (n: 2 => 1) cache 5 of BinaryOp
            [HasArg MayRaise Escapes];
        /// Interpolation: value, text, and a format where bit 0 says so; conversion in bits 2 and up.
        BuildInterpolation = 45 "BUILD_INTERPOLATION" (n: 2 + (n & 1) => 1) cache 0 of BuildInterpolation
            [HasArg MayRaise Escapes];
        /// List of the top n values.
        BuildList = 46 "BUILD_LIST" (n: n => 1) cache 0 of BuildList
            [HasArg MayRaise];
        /// Dict of the top n key and value pairs.
        BuildMap = 47 "BUILD_MAP" (n: 2 * n => 1) cache 0 of BuildMap
            [HasArg MayRaise Escapes];
        /// Set of the top n values.
        BuildSet = 48 "BUILD_SET" (n: n => 1) cache 0 of BuildSet
            [HasArg MayRaise Escapes];
        /// Slice of 2 or 3 values.
        BuildSlice = 49 "BUILD_SLICE" (n: n => 1) cache 0 of BuildSlice
            [HasArg];
        /// Joins n strings.
        BuildString = 50 "BUILD_STRING" (n: n => 1) cache 0 of BuildString
            [HasArg MayRaise];
        /// Tuple of the top n values.
        BuildTuple = 51 "BUILD_TUPLE" (n: n => 1) cache 0 of BuildTuple
            [HasArg];
        /// Calls with n positional arguments: callable, self or null, arguments.
        Call = 52 "CALL" (n: n + 2 => 1) cache 3 of Call
            [HasArg MayRaise Escapes DynamicTarget PollsBreaker];
        /// One-argument helper (`Intrinsic1`).
        CallIntrinsic1 = 53 "CALL_INTRINSIC_1" (n: 1 => 1) cache 0 of CallIntrinsic1
            [HasArg MayRaise Escapes];
        /// Two-argument helper (`Intrinsic2`).
        CallIntrinsic2 = 54 "CALL_INTRINSIC_2" (n: 2 => 1) cache 0 of CallIntrinsic2
            [HasArg MayRaise Escapes];
        /// Calls with n arguments, the last named by the tuple on top.
        CallKw = 55 "CALL_KW" (n: n + 3 => 1) cache 3 of CallKw
            [HasArg MayRaise Escapes DynamicTarget PollsBreaker];
        /// Rich comparison: operator in bits 5 and up, bit 4 asks for a bool.
        CompareOp = 56 "COMPARE_OP" (n: 2 => 1) cache 1 of CompareOp
            [HasArg MayRaise Escapes];
        /// `in`; argument 1 inverts.
        ContainsOp = 57 "CONTAINS_OP" (n: 2 => 1) cache 1 of ContainsOp
            [HasArg MayRaise Escapes];
        /// `str`, `repr` or `ascii` of an f-string field.
        ConvertValue = 58 "CONVERT_VALUE" (n: 1 => 1) cache 0 of ConvertValue
            [HasArg MayRaise Escapes];
        /// Pushes the n-th value from the top (1 is the top).
        Copy = 59 "COPY" (n: 0 => 1) cache 0 of Copy
            [HasArg];
        /// Copies the function's n closure cells into the frame.
        CopyFreeVars = 60 "COPY_FREE_VARS" (n: 0 => 0) cache 0 of CopyFreeVars
            [HasArg];
        /// `del obj.name`.
        DeleteAttr = 61 "DELETE_ATTR" (n: 1 => 0) cache 0 of DeleteAttr
            [HasArg HasName MayRaise Escapes];
        /// Empties a cell; raises when it is empty.
        DeleteDeref = 62 "DELETE_DEREF" (n: 0 => 0) cache 0 of DeleteDeref
            [HasArg HasFree MayRaise];
        /// Unbinds a local; raises when it is unbound.
        DeleteFast = 63 "DELETE_FAST" (n: 0 => 0) cache 0 of DeleteFast
            [HasArg HasLocal MayRaise];
        /// Removes a global name.
        DeleteGlobal = 64 "DELETE_GLOBAL" (n: 0 => 0) cache 0 of DeleteGlobal
            [HasArg HasName MayRaise Escapes];
        /// Removes a local name.
        DeleteName = 65 "DELETE_NAME" (n: 0 => 0) cache 0 of DeleteName
            [HasArg HasName MayRaise Escapes];
        /// Merges keyword arguments into the dict n below; duplicate keys raise.
        DictMerge = 66 "DICT_MERGE" (n: 1 => 0) cache 0 of DictMerge
            [HasArg MayRaise Escapes];
        /// Updates the dict n below.
        DictUpdate = 67 "DICT_UPDATE" (n: 1 => 0) cache 0 of DictUpdate
            [HasArg MayRaise Escapes];
        /// Ends `async for` on StopAsyncIteration, raises anything else; the argument leads to the loop's `SEND`.
        EndAsyncFor = 68 "END_ASYNC_FOR" (n: 2 => 0) cache 0 of EndAsyncFor
            [HasArg HasJump MayRaise Escapes];
        /// Upper bits of the next instruction's argument.
        ExtendedArg = 69 "EXTENDED_ARG" (n: 0 => 0) cache 0 of ExtendedArg
            [HasArg];
        /// Pushes the next value, or jumps past the loop when there is none.
        ForIter = 70 "FOR_ITER" (n: 0 => 1) cache 1 of ForIter
            [HasArg HasJump MayRaise Escapes DynamicTarget PollsBreaker];
        /// The awaitable's iterator; the argument chooses the error text.
        GetAwaitable = 71 "GET_AWAITABLE" (n: 1 => 1) cache 0 of GetAwaitable
            [HasArg MayRaise Escapes];
        /// Pushes an attribute or submodule over the module.
        ImportFrom = 72 "IMPORT_FROM" (n: 1 => 2) cache 0 of ImportFrom
            [HasArg HasName MayRaise Escapes];
        /// `__import__` with level and names from the stack.
        ImportName = 73 "IMPORT_NAME" (n: 2 => 1) cache 0 of ImportName
            [HasArg HasName MayRaise Escapes];
        /// Identity; argument 1 inverts.
        IsOp = 74 "IS_OP" (n: 2 => 1) cache 0 of IsOp
            [HasArg];
        /// Jumps back; polls the eval breaker, counts towards a trace.
        JumpBackward = 75 "JUMP_BACKWARD" (n: 0 => 0) cache 1 of JumpBackward
            [HasArg HasJump MayRaise NoFallthrough PollsBreaker];
        /// Jumps back without a poll (inside `yield from` and `await`).
        JumpBackwardNoInterrupt = 76 "JUMP_BACKWARD_NO_INTERRUPT" (n: 0 => 0) cache 0 of JumpBackwardNoInterrupt
            [HasArg HasJump NoFallthrough];
        /// Jumps forward.
        JumpForward = 77 "JUMP_FORWARD" (n: 0 => 0) cache 0 of JumpForward
            [HasArg HasJump NoFallthrough];
        /// Appends to the list n below (comprehensions).
        ListAppend = 78 "LIST_APPEND" (n: 1 => 0) cache 0 of ListAppend
            [HasArg MayRaise];
        /// Extends the list n below.
        ListExtend = 79 "LIST_EXTEND" (n: 1 => 0) cache 0 of ListExtend
            [HasArg MayRaise Escapes];
        /// Attribute named by `arg >> 1`; with bit 0 set, function and self (or value and null) for a call.
        LoadAttr = 80 "LOAD_ATTR" (n: 1 => 1 + (n & 1)) cache 9 of LoadAttr
            [HasArg HasName MayRaise Escapes];
        /// One of a fixed list of constants (`CommonConstant`).
        LoadCommonConstant = 81 "LOAD_COMMON_CONSTANT" (n: 0 => 1) cache 0 of LoadCommonConstant
            [HasArg];
        /// Constant.
        LoadConst = 82 "LOAD_CONST" (n: 0 => 1) cache 0 of LoadConst
            [HasArg HasConst];
        /// Value of a cell; raises when it is empty.
        LoadDeref = 83 "LOAD_DEREF" (n: 0 => 1) cache 0 of LoadDeref
            [HasArg HasFree MayRaise];
        /// Local that is known to be bound.
        LoadFast = 84 "LOAD_FAST" (n: 0 => 1) cache 0 of LoadFast
            [HasArg HasLocal];
        /// Pushes the local, bound or not, and unbinds it (inlined comprehensions).
        LoadFastAndClear = 85 "LOAD_FAST_AND_CLEAR" (n: 0 => 1) cache 0 of LoadFastAndClear
            [HasArg HasLocal];
        /// `LOAD_FAST` by another name: there are no counts to borrow here.
        LoadFastBorrow = 86 "LOAD_FAST_BORROW" (n: 0 => 1) cache 0 of LoadFastBorrow
            [HasArg HasLocal];
        /// Two locals, the first in the upper four bits.
        LoadFastBorrowLoadFastBorrow = 87 "LOAD_FAST_BORROW_LOAD_FAST_BORROW" (n: 0 => 2) cache 0 of LoadFastBorrowLoadFastBorrow
            [HasArg HasLocal];
        /// Local; raises when it is unbound.
        LoadFastCheck = 88 "LOAD_FAST_CHECK" (n: 0 => 1) cache 0 of LoadFastCheck
            [HasArg HasLocal MayRaise];
        /// Two locals, the first in the upper four bits.
        LoadFastLoadFast = 89 "LOAD_FAST_LOAD_FAST" (n: 0 => 2) cache 0 of LoadFastLoadFast
            [HasArg HasLocal];
        /// Name from the mapping on top, else from a cell.
        LoadFromDictOrDeref = 90 "LOAD_FROM_DICT_OR_DEREF" (n: 1 => 1) cache 0 of LoadFromDictOrDeref
            [HasArg HasFree MayRaise Escapes];
        /// Name from the mapping on top, else global or built-in.
        LoadFromDictOrGlobals = 91 "LOAD_FROM_DICT_OR_GLOBALS" (n: 1 => 1) cache 0 of LoadFromDictOrGlobals
            [HasArg HasName MayRaise Escapes];
        /// Global or built-in named by `arg >> 1`; bit 0 pushes null after it.
        LoadGlobal = 92 "LOAD_GLOBAL" (n: 0 => 1 + (n & 1)) cache 6 of LoadGlobal
            [HasArg HasName MayRaise Escapes];
        /// Local, global or built-in name.
        LoadName = 93 "LOAD_NAME" (n: 0 => 1) cache 0 of LoadName
            [HasArg HasName MayRaise Escapes];
        /// The argument itself, 0 to 255.
        LoadSmallInt = 94 "LOAD_SMALL_INT" (n: 0 => 1) cache 0 of LoadSmallInt
            [HasArg];
        /// Special method of the type, and self or null (`SpecialMethod`).
        LoadSpecial = 95 "LOAD_SPECIAL" (n: 1 => 2) cache 0 of LoadSpecial
            [HasArg MayRaise Escapes];
        /// `super().name`: name in `arg >> 2`, bit 0 for a call, bit 1 when `super` had arguments.
        LoadSuperAttr = 96 "LOAD_SUPER_ATTR" (n: 3 => 1 + (n & 1)) cache 9 of LoadSuperAttr
            [HasArg HasName MayRaise Escapes];
        /// Puts the local into a new cell.
        MakeCell = 97 "MAKE_CELL" (n: 0 => 0) cache 0 of MakeCell
            [HasArg HasFree];
        /// Adds a key and value to the dict n below (comprehensions).
        MapAdd = 98 "MAP_ADD" (n: 2 => 0) cache 0 of MapAdd
            [HasArg MayRaise Escapes];
        /// Subject, class, keyword names; n positional patterns; tuple of attributes or None.
        MatchClass = 99 "MATCH_CLASS" (n: 3 => 1) cache 0 of MatchClass
            [HasArg MayRaise Escapes];
        /// Jumps when the bool on top is False.
        PopJumpIfFalse = 100 "POP_JUMP_IF_FALSE" (n: 1 => 0) cache 1 of PopJumpIfFalse
            [HasArg HasJump];
        /// Jumps when the top is None.
        PopJumpIfNone = 101 "POP_JUMP_IF_NONE" (n: 1 => 0) cache 1 of PopJumpIfNone
            [HasArg HasJump];
        /// Jumps when the top is not None.
        PopJumpIfNotNone = 102 "POP_JUMP_IF_NOT_NONE" (n: 1 => 0) cache 1 of PopJumpIfNotNone
            [HasArg HasJump];
        /// Jumps when the bool on top is True.
        PopJumpIfTrue = 103 "POP_JUMP_IF_TRUE" (n: 1 => 0) cache 1 of PopJumpIfTrue
            [HasArg HasJump];
        /// `raise`, `raise exc`, `raise exc from cause`.
        RaiseVarargs = 104 "RAISE_VARARGS" (n: n => 0) cache 0 of RaiseVarargs
            [HasArg MayRaise Escapes NoFallthrough];
        /// Raises again; with an argument, the saved instruction offset is restored.
        Reraise = 105 "RERAISE" (n: 1 + n => n) cache 0 of Reraise
            [HasArg MayRaise Escapes NoFallthrough];
        /// Sends the top to the receiver below; jumps when it has returned.
        Send = 106 "SEND" (n: 2 => 2) cache 1 of Send
            [HasArg HasJump MayRaise Escapes DynamicTarget];
        /// Adds to the set n below (comprehensions).
        SetAdd = 107 "SET_ADD" (n: 1 => 0) cache 0 of SetAdd
            [HasArg MayRaise Escapes];
        /// Sets defaults, annotations or closure of a new function.
        SetFunctionAttribute = 108 "SET_FUNCTION_ATTRIBUTE" (n: 2 => 1) cache 0 of SetFunctionAttribute
            [HasArg];
        /// Updates the set n below.
        SetUpdate = 109 "SET_UPDATE" (n: 1 => 0) cache 0 of SetUpdate
            [HasArg MayRaise Escapes];
        /// `obj.name = value`.
        StoreAttr = 110 "STORE_ATTR" (n: 2 => 0) cache 4 of StoreAttr
            [HasArg HasName MayRaise Escapes];
        /// Sets the value of a cell.
        StoreDeref = 111 "STORE_DEREF" (n: 1 => 0) cache 0 of StoreDeref
            [HasArg HasFree];
        /// Binds a local.
        StoreFast = 112 "STORE_FAST" (n: 1 => 0) cache 0 of StoreFast
            [HasArg HasLocal];
        /// Binds the local in the upper four bits, pushes the one in the lower.
        StoreFastLoadFast = 113 "STORE_FAST_LOAD_FAST" (n: 1 => 1) cache 0 of StoreFastLoadFast
            [HasArg HasLocal];
        /// Binds two locals: the top to the upper four bits.
        StoreFastStoreFast = 114 "STORE_FAST_STORE_FAST" (n: 2 => 0) cache 0 of StoreFastStoreFast
            [HasArg HasLocal];
        /// Binds a global name.
        StoreGlobal = 115 "STORE_GLOBAL" (n: 1 => 0) cache 0 of StoreGlobal
            [HasArg HasName MayRaise Escapes];
        /// Binds a local name.
        StoreName = 116 "STORE_NAME" (n: 1 => 0) cache 0 of StoreName
            [HasArg HasName MayRaise Escapes];
        /// Exchanges the top with the n-th value (1 is the top).
        Swap = 117 "SWAP" (n: 0 => 0) cache 0 of Swap
            [HasArg];
        /// `a, *b, c = top`: counts before in the low byte, after above it.
        UnpackEx = 118 "UNPACK_EX" (n: 1 => (n & 0xFF) + (n >> 8) + 1) cache 0 of UnpackEx
            [HasArg MayRaise Escapes];
        /// `a, b = top`.
        UnpackSequence = 119 "UNPACK_SEQUENCE" (n: 1 => n) cache 1 of UnpackSequence
            [HasArg MayRaise Escapes];
        /// Yields to the caller or to the `SEND` that drives this frame.
        YieldValue = 120 "YIELD_VALUE" (n: 1 => 1) cache 0 of YieldValue
            [HasArg EndsTrace DynamicTarget];

        /// Entry of a frame and after each suspension: poll, instrumentation version, this thread's copy.
        Resume = 128 "RESUME" (n: 0 => 0) cache 0 of Resume
            [HasArg MayRaise PollsBreaker];

        /// Nothing to poll, same instrumentation version, right copy.
        ResumeCheck = 129 "RESUME_CHECK" (n: 0 => 0) cache 0 of Resume
            [HasArg];
        /// An instance whose shape (version) has neither `__bool__` nor `__len__`.
        ToBoolAlwaysTrue = 130 "TO_BOOL_ALWAYS_TRUE" (n: 1 => 1) cache 3 of ToBool
            [];
        /// A bool already.
        ToBoolBool = 131 "TO_BOOL_BOOL" (n: 1 => 1) cache 3 of ToBool
            [];
        /// Small int.
        ToBoolInt = 132 "TO_BOOL_INT" (n: 1 => 1) cache 3 of ToBool
            [];
        /// Exact list.
        ToBoolList = 133 "TO_BOOL_LIST" (n: 1 => 1) cache 3 of ToBool
            [];
        /// None.
        ToBoolNone = 134 "TO_BOOL_NONE" (n: 1 => 1) cache 3 of ToBool
            [];
        /// Exact str.
        ToBoolStr = 135 "TO_BOOL_STR" (n: 1 => 1) cache 3 of ToBool
            [];
        /// Two small ints.
        BinaryOpAddInt = 136 "BINARY_OP_ADD_INT" (n: 2 => 1) cache 5 of BinaryOp
            [HasArg MayRaise];
        /// Two small ints.
        BinaryOpSubtractInt = 137 "BINARY_OP_SUBTRACT_INT" (n: 2 => 1) cache 5 of BinaryOp
            [HasArg MayRaise];
        /// Two small ints.
        BinaryOpMultiplyInt = 138 "BINARY_OP_MULTIPLY_INT" (n: 2 => 1) cache 5 of BinaryOp
            [HasArg MayRaise];
        /// Two small ints; zero goes the generic way.
        BinaryOpFloordivInt = 139 "BINARY_OP_FLOORDIV_INT" (n: 2 => 1) cache 5 of BinaryOp
            [HasArg MayRaise];
        /// Two small ints; zero goes the generic way.
        BinaryOpModInt = 140 "BINARY_OP_MOD_INT" (n: 2 => 1) cache 5 of BinaryOp
            [HasArg MayRaise];
        /// Two small ints.
        BinaryOpAndInt = 141 "BINARY_OP_AND_INT" (n: 2 => 1) cache 5 of BinaryOp
            [HasArg];
        /// Two small ints.
        BinaryOpOrInt = 142 "BINARY_OP_OR_INT" (n: 2 => 1) cache 5 of BinaryOp
            [HasArg];
        /// Two small ints.
        BinaryOpXorInt = 143 "BINARY_OP_XOR_INT" (n: 2 => 1) cache 5 of BinaryOp
            [HasArg];
        /// Two small ints whose result is small.
        BinaryOpLshiftInt = 144 "BINARY_OP_LSHIFT_INT" (n: 2 => 1) cache 5 of BinaryOp
            [HasArg MayRaise];
        /// Two small ints, count not negative.
        BinaryOpRshiftInt = 145 "BINARY_OP_RSHIFT_INT" (n: 2 => 1) cache 5 of BinaryOp
            [HasArg];
        /// Two floats.
        BinaryOpAddFloat = 146 "BINARY_OP_ADD_FLOAT" (n: 2 => 1) cache 5 of BinaryOp
            [HasArg MayRaise];
        /// Two floats.
        BinaryOpSubtractFloat = 147 "BINARY_OP_SUBTRACT_FLOAT" (n: 2 => 1) cache 5 of BinaryOp
            [HasArg MayRaise];
        /// Two floats.
        BinaryOpMultiplyFloat = 148 "BINARY_OP_MULTIPLY_FLOAT" (n: 2 => 1) cache 5 of BinaryOp
            [HasArg MayRaise];
        /// Two floats; zero goes the generic way.
        BinaryOpTrueDivideFloat = 149 "BINARY_OP_TRUE_DIVIDE_FLOAT" (n: 2 => 1) cache 5 of BinaryOp
            [HasArg MayRaise];
        /// Two exact strings.
        BinaryOpAddUnicode = 150 "BINARY_OP_ADD_UNICODE" (n: 2 => 1) cache 5 of BinaryOp
            [HasArg MayRaise];
        /// Two exact strings, result stored by the next instruction into the left operand's local.
        BinaryOpInplaceAddUnicode = 151 "BINARY_OP_INPLACE_ADD_UNICODE" (n: 2 => 1) cache 5 of BinaryOp
            [HasArg HasLocal MayRaise];
        /// Exact list, small int in range.
        BinaryOpSubscrListInt = 152 "BINARY_OP_SUBSCR_LIST_INT" (n: 2 => 1) cache 5 of BinaryOp
            [HasArg MayRaise];
        /// Exact list, exact slice.
        BinaryOpSubscrListSlice = 153 "BINARY_OP_SUBSCR_LIST_SLICE" (n: 2 => 1) cache 5 of BinaryOp
            [HasArg MayRaise];
        /// Exact tuple, small int in range.
        BinaryOpSubscrTupleInt = 154 "BINARY_OP_SUBSCR_TUPLE_INT" (n: 2 => 1) cache 5 of BinaryOp
            [HasArg MayRaise];
        /// Exact str, small int in range.
        BinaryOpSubscrStrInt = 155 "BINARY_OP_SUBSCR_STR_INT" (n: 2 => 1) cache 5 of BinaryOp
            [HasArg MayRaise];
        /// Exact dict.
        BinaryOpSubscrDict = 156 "BINARY_OP_SUBSCR_DICT" (n: 2 => 1) cache 5 of BinaryOp
            [HasArg MayRaise Escapes];
        /// `__getitem__` written in Python (shape version, function in the cache).
        BinaryOpSubscrGetitem = 157 "BINARY_OP_SUBSCR_GETITEM" (n: 2 => 1) cache 5 of BinaryOp
            [HasArg MayRaise DynamicTarget PollsBreaker];
        /// A guard and an action from a table, such as float with int (pointer in the cache).
        BinaryOpExtend = 158 "BINARY_OP_EXTEND" (n: 2 => 1) cache 5 of BinaryOp
            [HasArg MayRaise];
        /// Exact list, small int in range.
        StoreSubscrListInt = 159 "STORE_SUBSCR_LIST_INT" (n: 3 => 0) cache 1 of StoreSubscr
            [MayRaise];
        /// Exact dict.
        StoreSubscrDict = 160 "STORE_SUBSCR_DICT" (n: 3 => 0) cache 1 of StoreSubscr
            [MayRaise Escapes];
        /// Generator or coroutine that is not running.
        SendGen = 161 "SEND_GEN" (n: 2 => 2) cache 1 of Send
            [HasArg HasJump MayRaise DynamicTarget PollsBreaker];
        /// Exact tuple of two.
        UnpackSequenceTwoTuple = 162 "UNPACK_SEQUENCE_TWO_TUPLE" (n: 1 => n) cache 1 of UnpackSequence
            [HasArg];
        /// Exact tuple of n.
        UnpackSequenceTuple = 163 "UNPACK_SEQUENCE_TUPLE" (n: 1 => n) cache 1 of UnpackSequence
            [HasArg];
        /// Exact list of n.
        UnpackSequenceList = 164 "UNPACK_SEQUENCE_LIST" (n: 1 => n) cache 1 of UnpackSequence
            [HasArg];
        /// Attribute that the shape (version) holds at the cached offset.
        StoreAttrInstanceValue = 165 "STORE_ATTR_INSTANCE_VALUE" (n: 2 => 0) cache 4 of StoreAttr
            [HasArg HasName];
        /// New attribute: the shape (version) has a transition, found again from the shape, to the cached offset.
        StoreAttrAdd = 166 "STORE_ATTR_ADD" (n: 2 => 0) cache 4 of StoreAttr
            [HasArg HasName MayRaise];
        /// Slot of the type (shape version) at the cached offset.
        StoreAttrSlot = 167 "STORE_ATTR_SLOT" (n: 2 => 0) cache 4 of StoreAttr
            [HasArg HasName];
        /// Instance in dict mode; cached entry index is a hint.
        StoreAttrWithHint = 168 "STORE_ATTR_WITH_HINT" (n: 2 => 0) cache 4 of StoreAttr
            [HasArg HasName MayRaise Escapes];
        /// Globals table (version), cached index.
        LoadGlobalModule = 169 "LOAD_GLOBAL_MODULE" (n: 0 => 1 + (n & 1)) cache 6 of LoadGlobal
            [HasArg HasName];
        /// Globals lack the name (version), builtins table (version), cached index.
        LoadGlobalBuiltin = 170 "LOAD_GLOBAL_BUILTIN" (n: 0 => 1 + (n & 1)) cache 6 of LoadGlobal
            [HasArg HasName];
        /// Built-in super, attribute wanted.
        LoadSuperAttrAttr = 171 "LOAD_SUPER_ATTR_ATTR" (n: 3 => 1 + (n & 1)) cache 9 of LoadSuperAttr
            [HasArg HasName MayRaise Escapes];
        /// Built-in super, method wanted for a call.
        LoadSuperAttrMethod = 172 "LOAD_SUPER_ATTR_METHOD" (n: 3 => 1 + (n & 1)) cache 9 of LoadSuperAttr
            [HasArg HasName MayRaise Escapes];
        /// Shape (version) holds the attribute at the cached offset.
        LoadAttrInstanceValue = 173 "LOAD_ATTR_INSTANCE_VALUE" (n: 1 => 1 + (n & 1)) cache 9 of LoadAttr
            [HasArg HasName MayRaise];
        /// Module dict (version), cached index.
        LoadAttrModule = 174 "LOAD_ATTR_MODULE" (n: 1 => 1 + (n & 1)) cache 9 of LoadAttr
            [HasArg HasName MayRaise];
        /// Instance in dict mode, shape version, cached entry index is a hint.
        LoadAttrWithHint = 175 "LOAD_ATTR_WITH_HINT" (n: 1 => 1 + (n & 1)) cache 9 of LoadAttr
            [HasArg HasName MayRaise];
        /// Slot of the type (shape version) at the cached offset.
        LoadAttrSlot = 176 "LOAD_ATTR_SLOT" (n: 1 => 1 + (n & 1)) cache 9 of LoadAttr
            [HasArg HasName MayRaise];
        /// Class object (version of the type), value in the cache.
        LoadAttrClass = 177 "LOAD_ATTR_CLASS" (n: 1 => 1 + (n & 1)) cache 9 of LoadAttr
            [HasArg HasName];
        /// The same, the metaclass (version) checked too.
        LoadAttrClassWithMetaclassCheck = 178 "LOAD_ATTR_CLASS_WITH_METACLASS_CHECK" (n: 1 => 1 + (n & 1)) cache 9 of LoadAttr
            [HasArg HasName];
        /// Property whose getter is a Python function in the cache.
        LoadAttrProperty = 179 "LOAD_ATTR_PROPERTY" (n: 1 => 1 + (n & 1)) cache 9 of LoadAttr
            [HasArg HasName MayRaise DynamicTarget PollsBreaker];
        /// `__getattribute__` is a Python function in the cache.
        LoadAttrGetattributeOverridden = 180 "LOAD_ATTR_GETATTRIBUTE_OVERRIDDEN" (n: 1 => 1 + (n & 1)) cache 9 of LoadAttr
            [HasArg HasName MayRaise DynamicTarget PollsBreaker];
        /// Instance whose shape (version) lacks the name; method in the cache.
        LoadAttrMethodWithValues = 181 "LOAD_ATTR_METHOD_WITH_VALUES" (n: 1 => 1 + (n & 1)) cache 9 of LoadAttr
            [HasArg HasName];
        /// Any value without instance attributes, immediate ones too; method in the cache.
        LoadAttrMethodNoDict = 182 "LOAD_ATTR_METHOD_NO_DICT" (n: 1 => 1 + (n & 1)) cache 9 of LoadAttr
            [HasArg HasName];
        /// As METHOD_WITH_VALUES, for a plain class attribute.
        LoadAttrNondescriptorWithValues = 183 "LOAD_ATTR_NONDESCRIPTOR_WITH_VALUES" (n: 1 => 1 + (n & 1)) cache 9 of LoadAttr
            [HasArg HasName];
        /// As METHOD_NO_DICT, for a plain class attribute.
        LoadAttrNondescriptorNoDict = 184 "LOAD_ATTR_NONDESCRIPTOR_NO_DICT" (n: 1 => 1 + (n & 1)) cache 9 of LoadAttr
            [HasArg HasName];
        /// Two floats.
        CompareOpFloat = 185 "COMPARE_OP_FLOAT" (n: 2 => 1) cache 1 of CompareOp
            [HasArg];
        /// Two small ints.
        CompareOpInt = 186 "COMPARE_OP_INT" (n: 2 => 1) cache 1 of CompareOp
            [HasArg];
        /// Two exact strings, `==` or `!=`.
        CompareOpStr = 187 "COMPARE_OP_STR" (n: 2 => 1) cache 1 of CompareOp
            [HasArg];
        /// Exact set or frozenset.
        ContainsOpSet = 188 "CONTAINS_OP_SET" (n: 2 => 1) cache 1 of ContainsOp
            [HasArg MayRaise Escapes];
        /// Exact dict.
        ContainsOpDict = 189 "CONTAINS_OP_DICT" (n: 2 => 1) cache 1 of ContainsOp
            [HasArg MayRaise Escapes];
        /// Without a trace recorder: no counting.
        JumpBackwardNoJit = 190 "JUMP_BACKWARD_NO_JIT" (n: 0 => 0) cache 1 of JumpBackward
            [HasArg HasJump MayRaise NoFallthrough PollsBreaker];
        /// Counts down, then starts a trace.
        JumpBackwardJit = 191 "JUMP_BACKWARD_JIT" (n: 0 => 0) cache 1 of JumpBackward
            [HasArg HasJump MayRaise NoFallthrough PollsBreaker];
        /// Exact list iterator.
        ForIterList = 192 "FOR_ITER_LIST" (n: 0 => 1) cache 1 of ForIter
            [HasArg HasJump];
        /// Exact tuple iterator.
        ForIterTuple = 193 "FOR_ITER_TUPLE" (n: 0 => 1) cache 1 of ForIter
            [HasArg HasJump];
        /// Exact range iterator over small ints.
        ForIterRange = 194 "FOR_ITER_RANGE" (n: 0 => 1) cache 1 of ForIter
            [HasArg HasJump];
        /// Generator that is not running: its frame is entered directly.
        ForIterGen = 195 "FOR_ITER_GEN" (n: 0 => 1) cache 1 of ForIter
            [HasArg HasJump MayRaise DynamicTarget PollsBreaker];
        /// Python function (version), argument count as declared.
        CallPyExactArgs = 196 "CALL_PY_EXACT_ARGS" (n: n + 2 => 1) cache 3 of Call
            [HasArg MayRaise DynamicTarget PollsBreaker];
        /// Python function (version), arguments bound in general.
        CallPyGeneral = 197 "CALL_PY_GENERAL" (n: n + 2 => 1) cache 3 of Call
            [HasArg MayRaise Escapes DynamicTarget PollsBreaker];
        /// Bound method of such a function.
        CallBoundMethodExactArgs = 198 "CALL_BOUND_METHOD_EXACT_ARGS" (n: n + 2 => 1) cache 3 of Call
            [HasArg MayRaise DynamicTarget PollsBreaker];
        /// Bound method, arguments bound in general.
        CallBoundMethodGeneral = 199 "CALL_BOUND_METHOD_GENERAL" (n: n + 2 => 1) cache 3 of Call
            [HasArg MayRaise Escapes DynamicTarget PollsBreaker];
        /// `type(x)`.
        CallType1 = 200 "CALL_TYPE_1" (n: n + 2 => 1) cache 3 of Call
            [HasArg];
        /// `str(x)`.
        CallStr1 = 201 "CALL_STR_1" (n: n + 2 => 1) cache 3 of Call
            [HasArg MayRaise Escapes];
        /// `tuple(x)`.
        CallTuple1 = 202 "CALL_TUPLE_1" (n: n + 2 => 1) cache 3 of Call
            [HasArg MayRaise Escapes];
        /// Native class.
        CallBuiltinClass = 203 "CALL_BUILTIN_CLASS" (n: n + 2 => 1) cache 3 of Call
            [HasArg MayRaise Escapes];
        /// Native function of one argument.
        CallBuiltinO = 204 "CALL_BUILTIN_O" (n: n + 2 => 1) cache 3 of Call
            [HasArg MayRaise Escapes];
        /// Native function of positional arguments.
        CallBuiltinFast = 205 "CALL_BUILTIN_FAST" (n: n + 2 => 1) cache 3 of Call
            [HasArg MayRaise Escapes];
        /// Native function that would take keywords.
        CallBuiltinFastWithKeywords = 206 "CALL_BUILTIN_FAST_WITH_KEYWORDS" (n: n + 2 => 1) cache 3 of Call
            [HasArg MayRaise Escapes];
        /// `len(x)`.
        CallLen = 207 "CALL_LEN" (n: n + 2 => 1) cache 3 of Call
            [HasArg MayRaise Escapes];
        /// `isinstance(x, c)`.
        CallIsinstance = 208 "CALL_ISINSTANCE" (n: n + 2 => 1) cache 3 of Call
            [HasArg MayRaise Escapes];
        /// `list.append` of an exact list.
        CallListAppend = 209 "CALL_LIST_APPEND" (n: n + 2 => 1) cache 3 of Call
            [HasArg MayRaise];
        /// Native method of one argument.
        CallMethodDescriptorO = 210 "CALL_METHOD_DESCRIPTOR_O" (n: n + 2 => 1) cache 3 of Call
            [HasArg MayRaise Escapes];
        /// Native method without arguments.
        CallMethodDescriptorNoargs = 211 "CALL_METHOD_DESCRIPTOR_NOARGS" (n: n + 2 => 1) cache 3 of Call
            [HasArg MayRaise Escapes];
        /// Native method of positional arguments.
        CallMethodDescriptorFast = 212 "CALL_METHOD_DESCRIPTOR_FAST" (n: n + 2 => 1) cache 3 of Call
            [HasArg MayRaise Escapes];
        /// Native method that would take keywords.
        CallMethodDescriptorFastWithKeywords = 213 "CALL_METHOD_DESCRIPTOR_FAST_WITH_KEYWORDS" (n: n + 2 => 1) cache 3 of Call
            [HasArg MayRaise Escapes];
        /// Heap type whose `__init__` is a Python function (version): allocate and enter.
        CallAllocAndEnterInit = 214 "CALL_ALLOC_AND_ENTER_INIT" (n: n + 2 => 1) cache 3 of Call
            [HasArg MayRaise DynamicTarget PollsBreaker];
        /// Any callable that is not a Python function or method.
        CallNonPyGeneral = 215 "CALL_NON_PY_GENERAL" (n: n + 2 => 1) cache 3 of Call
            [HasArg MayRaise Escapes PollsBreaker];
        /// Python function (version) with keywords.
        CallKwPy = 216 "CALL_KW_PY" (n: n + 3 => 1) cache 3 of CallKw
            [HasArg MayRaise Escapes DynamicTarget PollsBreaker];
        /// Bound method with keywords.
        CallKwBoundMethod = 217 "CALL_KW_BOUND_METHOD" (n: n + 3 => 1) cache 3 of CallKw
            [HasArg MayRaise Escapes DynamicTarget PollsBreaker];
        /// Other callable with keywords.
        CallKwNonPy = 218 "CALL_KW_NON_PY" (n: n + 3 => 1) cache 3 of CallKw
            [HasArg MayRaise Escapes PollsBreaker];
        /// Python function, tuple and dict unpacked into its frame.
        CallExPy = 219 "CALL_EX_PY" (n: 4 => 1) cache 1 of CallFunctionEx
            [MayRaise Escapes DynamicTarget PollsBreaker];
        /// Other callable, tuple and dict.
        CallExNonPyGeneral = 220 "CALL_EX_NON_PY_GENERAL" (n: 4 => 1) cache 1 of CallFunctionEx
            [MayRaise Escapes PollsBreaker];

        /// Fires its events, then does what `END_FOR` does.
        InstrumentedEndFor = 233 "INSTRUMENTED_END_FOR" (n: 1 => 0) cache 0 of EndFor
            [MayRaise Escapes];
        /// Fires its events, then does what `POP_ITER` does.
        InstrumentedPopIter = 234 "INSTRUMENTED_POP_ITER" (n: 1 => 0) cache 0 of PopIter
            [MayRaise Escapes];
        /// Fires its events, then does what `END_SEND` does.
        InstrumentedEndSend = 235 "INSTRUMENTED_END_SEND" (n: 2 => 1) cache 0 of EndSend
            [MayRaise Escapes];
        /// Fires its events, then does what `FOR_ITER` does.
        InstrumentedForIter = 236 "INSTRUMENTED_FOR_ITER" (n: 0 => 1) cache 1 of ForIter
            [HasArg HasJump MayRaise Escapes DynamicTarget PollsBreaker];
        /// Fires INSTRUCTION, then runs the instruction that it hides.
        InstrumentedInstruction = 237 "INSTRUMENTED_INSTRUCTION" (n: 0 => 0) cache 0 of InstrumentedInstruction
            [HasArg MayRaise Escapes];
        /// Fires its events, then does what `JUMP_FORWARD` does.
        InstrumentedJumpForward = 238 "INSTRUMENTED_JUMP_FORWARD" (n: 0 => 0) cache 0 of JumpForward
            [HasArg HasJump MayRaise Escapes NoFallthrough];
        /// Fires its events, then does what `NOT_TAKEN` does.
        InstrumentedNotTaken = 239 "INSTRUMENTED_NOT_TAKEN" (n: 0 => 0) cache 0 of NotTaken
            [MayRaise Escapes];
        /// Fires its events, then does what `POP_JUMP_IF_TRUE` does.
        InstrumentedPopJumpIfTrue = 240 "INSTRUMENTED_POP_JUMP_IF_TRUE" (n: 1 => 0) cache 1 of PopJumpIfTrue
            [HasArg HasJump MayRaise Escapes];
        /// Fires its events, then does what `POP_JUMP_IF_FALSE` does.
        InstrumentedPopJumpIfFalse = 241 "INSTRUMENTED_POP_JUMP_IF_FALSE" (n: 1 => 0) cache 1 of PopJumpIfFalse
            [HasArg HasJump MayRaise Escapes];
        /// Fires its events, then does what `POP_JUMP_IF_NONE` does.
        InstrumentedPopJumpIfNone = 242 "INSTRUMENTED_POP_JUMP_IF_NONE" (n: 1 => 0) cache 1 of PopJumpIfNone
            [HasArg HasJump MayRaise Escapes];
        /// Fires its events, then does what `POP_JUMP_IF_NOT_NONE` does.
        InstrumentedPopJumpIfNotNone = 243 "INSTRUMENTED_POP_JUMP_IF_NOT_NONE" (n: 1 => 0) cache 1 of PopJumpIfNotNone
            [HasArg HasJump MayRaise Escapes];
        /// Fires its events, then does what `RESUME` does.
        InstrumentedResume = 244 "INSTRUMENTED_RESUME" (n: 0 => 0) cache 0 of Resume
            [HasArg MayRaise Escapes PollsBreaker];
        /// Fires its events, then does what `RETURN_VALUE` does.
        InstrumentedReturnValue = 245 "INSTRUMENTED_RETURN_VALUE" (n: 1 => 1) cache 0 of ReturnValue
            [MayRaise Escapes DynamicTarget NoFallthrough];
        /// Fires its events, then does what `YIELD_VALUE` does.
        InstrumentedYieldValue = 246 "INSTRUMENTED_YIELD_VALUE" (n: 1 => 1) cache 0 of YieldValue
            [HasArg MayRaise Escapes EndsTrace DynamicTarget];
        /// Fires its events, then does what `END_ASYNC_FOR` does.
        InstrumentedEndAsyncFor = 247 "INSTRUMENTED_END_ASYNC_FOR" (n: 2 => 0) cache 0 of EndAsyncFor
            [HasArg HasJump MayRaise Escapes];
        /// Fires its events, then does what `LOAD_SUPER_ATTR` does.
        InstrumentedLoadSuperAttr = 248 "INSTRUMENTED_LOAD_SUPER_ATTR" (n: 3 => 1 + (n & 1)) cache 9 of LoadSuperAttr
            [HasArg HasName MayRaise Escapes];
        /// Fires its events, then does what `CALL` does.
        InstrumentedCall = 249 "INSTRUMENTED_CALL" (n: n + 2 => 1) cache 3 of Call
            [HasArg MayRaise Escapes DynamicTarget PollsBreaker];
        /// Fires its events, then does what `CALL_KW` does.
        InstrumentedCallKw = 250 "INSTRUMENTED_CALL_KW" (n: n + 3 => 1) cache 3 of CallKw
            [HasArg MayRaise Escapes DynamicTarget PollsBreaker];
        /// Fires its events, then does what `CALL_FUNCTION_EX` does.
        InstrumentedCallFunctionEx = 251 "INSTRUMENTED_CALL_FUNCTION_EX" (n: 4 => 1) cache 1 of CallFunctionEx
            [MayRaise Escapes DynamicTarget PollsBreaker];
        /// Fires its events, then does what `JUMP_BACKWARD` does.
        InstrumentedJumpBackward = 252 "INSTRUMENTED_JUMP_BACKWARD" (n: 0 => 0) cache 1 of JumpBackward
            [HasArg HasJump MayRaise Escapes NoFallthrough PollsBreaker];
        /// Fires LINE, then runs the instruction that it hides.
        InstrumentedLine = 253 "INSTRUMENTED_LINE" (n: 0 => 0) cache 0 of InstrumentedLine
            [HasArg MayRaise Escapes];
        /// Enters the executor numbered by the argument, installed over a backward jump.
        EnterExecutor = 254 "ENTER_EXECUTOR" (n: 0 => 0) cache 0 of EnterExecutor
            [HasArg MayRaise EndsTrace DynamicTarget];
        /// Hands the next instruction to the trace recorder.
        TraceRecord = 255 "TRACE_RECORD" (n: 0 => 0) cache 0 of TraceRecord
            [EndsTrace];
        }
    };
}

//! What the arguments of instructions and the flags of code objects mean: CPython 3.14's numbers.

macro_rules! numbered {
    ($(#[$meta:meta])* $name:ident { $( $variant:ident = $number:literal $text:literal ),* $(,)? }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[repr(u8)]
        pub enum $name { $( #[doc = concat!("`", $text, "`.")] $variant = $number ),* }

        impl $name {
            /// All of them, in the order of their numbers.
            pub const ALL: &'static [$name] = &[$($name::$variant),*];

            /// The one with this number.
            #[inline]
            pub const fn from_u8(number: u8) -> Option<$name> {
                match number { $( $number => Some($name::$variant), )* _ => None }
            }

            /// The text that `dis` shows.
            pub const fn text(self) -> &'static str {
                match self { $( $name::$variant => $text ),* }
            }
        }
    };
}

numbered! {
    /// Argument of `BINARY_OP`.
    BinaryOpKind {
        Add = 0 "+", And = 1 "&", FloorDivide = 2 "//", LShift = 3 "<<", MatrixMultiply = 4 "@", Multiply = 5 "*",
        Remainder = 6 "%", Or = 7 "|", Power = 8 "**", RShift = 9 ">>", Subtract = 10 "-", TrueDivide = 11 "/",
        Xor = 12 "^",
        InplaceAdd = 13 "+=", InplaceAnd = 14 "&=", InplaceFloorDivide = 15 "//=", InplaceLShift = 16 "<<=",
        InplaceMatrixMultiply = 17 "@=", InplaceMultiply = 18 "*=", InplaceRemainder = 19 "%=", InplaceOr = 20 "|=",
        InplacePower = 21 "**=", InplaceRShift = 22 ">>=", InplaceSubtract = 23 "-=", InplaceTrueDivide = 24 "/=",
        InplaceXor = 25 "^=",
        Subscr = 26 "[]",
    }
}

numbered! {
    /// Operator of `COMPARE_OP`, in bits 5 and up of its argument.
    CompareKind { Lt = 0 "<", Le = 1 "<=", Eq = 2 "==", Ne = 3 "!=", Gt = 4 ">", Ge = 5 ">=" }
}

/// Bit of `COMPARE_OP`'s argument: the result is wanted as a bool.
pub const COMPARE_BOOL: u32 = 0x10;
/// Bits 0 to 3 of `COMPARE_OP`'s argument: the outcomes for which the comparison holds.
pub const COMPARE_UNORDERED: u32 = 1;
/// See [`COMPARE_UNORDERED`].
pub const COMPARE_LESS: u32 = 2;
/// See [`COMPARE_UNORDERED`].
pub const COMPARE_GREATER: u32 = 4;
/// See [`COMPARE_UNORDERED`].
pub const COMPARE_EQUAL: u32 = 8;

impl CompareKind {
    /// The whole argument of `COMPARE_OP`, without [`COMPARE_BOOL`].
    pub const fn oparg(self) -> u32 {
        let outcomes = match self {
            CompareKind::Lt => COMPARE_LESS,
            CompareKind::Le => COMPARE_LESS | COMPARE_EQUAL,
            CompareKind::Eq => COMPARE_EQUAL,
            CompareKind::Ne => COMPARE_UNORDERED | COMPARE_LESS | COMPARE_GREATER,
            CompareKind::Gt => COMPARE_GREATER,
            CompareKind::Ge => COMPARE_GREATER | COMPARE_EQUAL,
        };
        ((self as u32) << 5) | outcomes
    }
}

numbered! {
    /// Argument of `CALL_INTRINSIC_1`.
    Intrinsic1 {
        Invalid = 0 "INTRINSIC_1_INVALID", Print = 1 "INTRINSIC_PRINT", ImportStar = 2 "INTRINSIC_IMPORT_STAR",
        StopIterationError = 3 "INTRINSIC_STOPITERATION_ERROR", AsyncGenWrap = 4 "INTRINSIC_ASYNC_GEN_WRAP",
        UnaryPositive = 5 "INTRINSIC_UNARY_POSITIVE", ListToTuple = 6 "INTRINSIC_LIST_TO_TUPLE",
        TypeVar = 7 "INTRINSIC_TYPEVAR", ParamSpec = 8 "INTRINSIC_PARAMSPEC",
        TypeVarTuple = 9 "INTRINSIC_TYPEVARTUPLE", SubscriptGeneric = 10 "INTRINSIC_SUBSCRIPT_GENERIC",
        TypeAlias = 11 "INTRINSIC_TYPEALIAS",
    }
}

numbered! {
    /// Argument of `CALL_INTRINSIC_2`.
    Intrinsic2 {
        Invalid = 0 "INTRINSIC_2_INVALID", PrepReraiseStar = 1 "INTRINSIC_PREP_RERAISE_STAR",
        TypeVarWithBound = 2 "INTRINSIC_TYPEVAR_WITH_BOUND",
        TypeVarWithConstraints = 3 "INTRINSIC_TYPEVAR_WITH_CONSTRAINTS",
        SetFunctionTypeParams = 4 "INTRINSIC_SET_FUNCTION_TYPE_PARAMS",
        SetTypeParamDefault = 5 "INTRINSIC_SET_TYPEPARAM_DEFAULT",
    }
}

numbered! {
    /// Argument of `LOAD_COMMON_CONSTANT`.
    CommonConstant {
        AssertionError = 0 "AssertionError", NotImplementedError = 1 "NotImplementedError", Tuple = 2 "tuple",
        All = 3 "all", Any = 4 "any",
    }
}

numbered! {
    /// Argument of `LOAD_SPECIAL`.
    SpecialMethod { Enter = 0 "__enter__", Exit = 1 "__exit__", AEnter = 2 "__aenter__", AExit = 3 "__aexit__" }
}

numbered! {
    /// Argument of `CONVERT_VALUE`, and bits 2 and up of `BUILD_INTERPOLATION`'s.
    Conversion { None = 0 "", Str = 1 "str", Repr = 2 "repr", Ascii = 3 "ascii" }
}

numbered! {
    /// Argument of `SET_FUNCTION_ATTRIBUTE`.
    FunctionAttribute {
        Defaults = 1 "defaults", KwDefaults = 2 "kwdefaults", Annotations = 4 "annotations", Closure = 8 "closure",
        Annotate = 16 "annotate",
    }
}

/// Arguments of `RESUME`: where the frame is resumed, in the low two bits.
pub mod resume {
    /// Start of a function.
    pub const FUNC_START: u32 = 0;
    /// After `yield`.
    pub const AFTER_YIELD: u32 = 1;
    /// After `yield from`.
    pub const AFTER_YIELD_FROM: u32 = 2;
    /// After `await`.
    pub const AFTER_AWAIT: u32 = 3;
    /// Mask of the above.
    pub const LOCATION_MASK: u32 = 3;
    /// Set when the suspension was at exception depth one (only the generator's own handler around it).
    pub const DEPTH1: u32 = 4;
}

/// Flags of a code object (`co_flags`).
pub mod co {
    /// Locals are in fast slots, not in a mapping.
    pub const OPTIMIZED: u32 = 0x1;
    /// A call makes new locals.
    pub const NEWLOCALS: u32 = 0x2;
    /// Has `*args`.
    pub const VARARGS: u32 = 0x4;
    /// Has `**kwargs`.
    pub const VARKEYWORDS: u32 = 0x8;
    /// Defined inside a function.
    pub const NESTED: u32 = 0x10;
    /// A call makes a generator.
    pub const GENERATOR: u32 = 0x20;
    /// `async def`.
    pub const COROUTINE: u32 = 0x80;
    /// A generator that may be awaited (`types.coroutine`).
    pub const ITERABLE_COROUTINE: u32 = 0x100;
    /// `async def` with `yield`.
    pub const ASYNC_GENERATOR: u32 = 0x200;
    /// `from __future__` flags.
    pub const FUTURE_DIVISION: u32 = 0x20000;
    /// See above.
    pub const FUTURE_ABSOLUTE_IMPORT: u32 = 0x40000;
    /// See above.
    pub const FUTURE_WITH_STATEMENT: u32 = 0x80000;
    /// See above.
    pub const FUTURE_PRINT_FUNCTION: u32 = 0x100000;
    /// See above.
    pub const FUTURE_UNICODE_LITERALS: u32 = 0x200000;
    /// See above.
    pub const FUTURE_BARRY_AS_BDFL: u32 = 0x400000;
    /// See above.
    pub const FUTURE_GENERATOR_STOP: u32 = 0x800000;
    /// See above.
    pub const FUTURE_ANNOTATIONS: u32 = 0x1000000;
    /// Instrumentation leaves the code alone.
    pub const NO_MONITORING_EVENTS: u32 = 0x2000000;
    /// The first constant is the docstring.
    pub const HAS_DOCSTRING: u32 = 0x4000000;
    /// Defined directly in a class body.
    pub const METHOD: u32 = 0x8000000;
    /// Flags from which a function, called, makes a suspended frame.
    pub const ANY_GENERATOR: u32 = GENERATOR | COROUTINE | ASYNC_GENERATOR;
}

/// Kinds of a fast variable (`co_localspluskinds`).
pub mod fast {
    /// Positional parameter.
    pub const ARG_POS: u8 = 0x02;
    /// Keyword parameter.
    pub const ARG_KW: u8 = 0x04;
    /// `*args` or `**kwargs` (with the bit of the kind of argument that it gathers).
    pub const ARG_VAR: u8 = 0x08;
    /// Any parameter.
    pub const ARG: u8 = ARG_POS | ARG_KW | ARG_VAR;
    /// Not shown in `locals()` (inlined comprehensions).
    pub const HIDDEN: u8 = 0x10;
    /// Local variable.
    pub const LOCAL: u8 = 0x20;
    /// Cell variable.
    pub const CELL: u8 = 0x40;
    /// Free variable.
    pub const FREE: u8 = 0x80;
}

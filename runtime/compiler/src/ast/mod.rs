//! The compiler's own syntax tree, shaped like Python's `ast` module.
//!
//! The parser's tree is lowered into this one once (see [`crate::parse`]), so that everything after
//! it sees decoded constants, interned names and final line and column positions, and so that a
//! tree built elsewhere (`compile(ast_object, ...)`) takes the same road. Nodes that open a scope
//! carry a [`NodeId`]; symbol tables are found through it.

pub mod names;

pub use names::{Names, Sym, well_known as sym};

use dashu_int::IBig;

/// Source range: lines count from 1, columns are UTF-8 byte offsets from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Loc {
    /// First line, or [`Loc::NO_LINE`].
    pub line: u32,
    /// Last line.
    pub end_line: u32,
    /// Byte column of the first character.
    pub col: u32,
    /// Byte column after the last character.
    pub end_col: u32,
}

impl Loc {
    /// `line` of an instruction that belongs to no source line.
    pub const NO_LINE: u32 = u32::MAX;
    /// `line` of an instruction that takes over the line of its predecessor.
    pub const NEXT_LINE: u32 = u32::MAX - 1;
    /// No position at all.
    pub const NONE: Loc = Loc { line: Self::NO_LINE, end_line: Self::NO_LINE, col: 0, end_col: 0 };
    /// Artificial code that takes the position of what precedes it.
    pub const NEXT: Loc =
        Loc { line: Self::NEXT_LINE, end_line: Self::NEXT_LINE, col: 0, end_col: 0 };

    /// A whole line without columns.
    pub const fn line_only(line: u32) -> Loc {
        Loc { line, end_line: line, col: u32::MAX, end_col: u32::MAX }
    }

    /// Whether a line is known.
    pub const fn has_line(self) -> bool {
        self.line < Self::NEXT_LINE
    }

    /// From the start of `self` to the end of `other`.
    pub const fn to(self, other: Loc) -> Loc {
        Loc { line: self.line, col: self.col, end_line: other.end_line, end_col: other.end_col }
    }
}

/// Identity of a node that owns scopes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NodeId(pub u32);

/// A string constant: UTF-8, except that lone surrogates are encoded as in WTF-8.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct PyStr(pub Box<[u8]>);

impl PyStr {
    /// The text, if it holds no surrogate.
    pub fn as_str(&self) -> Option<&str> {
        std::str::from_utf8(&self.0).ok()
    }
}

impl From<&str> for PyStr {
    fn from(s: &str) -> Self {
        PyStr(s.as_bytes().into())
    }
}

/// A literal's value.
#[derive(Clone, Debug, PartialEq)]
pub enum Constant {
    None,
    True,
    False,
    Ellipsis,
    Int(IBig),
    Float(f64),
    Complex(f64, f64),
    Str(PyStr),
    Bytes(Box<[u8]>),
    Tuple(Vec<Constant>),
    FrozenSet(Vec<Constant>),
}

/// What was compiled.
#[derive(Clone, Debug)]
pub enum Mod {
    Module(Vec<Stmt>),
    Interactive(Vec<Stmt>),
    Expression(Box<Expr>),
}

/// A parsed program with its names.
#[derive(Debug)]
pub struct Tree {
    pub body: Mod,
    pub names: Names,
    /// Number of [`NodeId`]s handed out.
    pub nodes: u32,
    /// No branch of the tree is longer than this, nearly; for the stack to drop it on.
    pub depth: usize,
}

#[derive(Clone, Debug)]
pub struct Stmt {
    pub loc: Loc,
    pub kind: StmtKind,
}

#[derive(Clone, Debug)]
pub enum StmtKind {
    FunctionDef(Box<FunctionDef>),
    ClassDef(Box<ClassDef>),
    Return(Option<Box<Expr>>),
    Delete(Vec<Expr>),
    Assign {
        targets: Vec<Expr>,
        value: Box<Expr>,
    },
    TypeAlias(Box<TypeAlias>),
    AugAssign {
        target: Box<Expr>,
        op: Operator,
        value: Box<Expr>,
    },
    AnnAssign {
        id: NodeId,
        target: Box<Expr>,
        annotation: Box<Expr>,
        value: Option<Box<Expr>>,
        simple: bool,
    },
    For {
        is_async: bool,
        target: Box<Expr>,
        iter: Box<Expr>,
        body: Vec<Stmt>,
        orelse: Vec<Stmt>,
    },
    While {
        test: Box<Expr>,
        body: Vec<Stmt>,
        orelse: Vec<Stmt>,
    },
    If {
        test: Box<Expr>,
        body: Vec<Stmt>,
        orelse: Vec<Stmt>,
    },
    With {
        is_async: bool,
        items: Vec<WithItem>,
        body: Vec<Stmt>,
    },
    Match {
        subject: Box<Expr>,
        cases: Vec<MatchCase>,
    },
    Raise {
        exc: Option<Box<Expr>>,
        cause: Option<Box<Expr>>,
    },
    Try {
        body: Vec<Stmt>,
        handlers: Vec<ExceptHandler>,
        orelse: Vec<Stmt>,
        finalbody: Vec<Stmt>,
        is_star: bool,
    },
    Assert {
        test: Box<Expr>,
        msg: Option<Box<Expr>>,
    },
    Import(Vec<Alias>),
    ImportFrom {
        module: Option<Sym>,
        names: Vec<Alias>,
        level: u32,
    },
    Global(Vec<Sym>),
    Nonlocal(Vec<Sym>),
    Expr(Box<Expr>),
    Pass,
    Break,
    Continue,
}

#[derive(Clone, Debug)]
pub struct FunctionDef {
    pub id: NodeId,
    pub is_async: bool,
    pub name: Sym,
    pub args: Arguments,
    pub body: Vec<Stmt>,
    pub decorators: Vec<Expr>,
    pub returns: Option<Box<Expr>>,
    pub type_params: Vec<TypeParam>,
}

#[derive(Clone, Debug)]
pub struct ClassDef {
    pub id: NodeId,
    pub name: Sym,
    pub bases: Vec<Expr>,
    pub keywords: Vec<Keyword>,
    pub body: Vec<Stmt>,
    pub decorators: Vec<Expr>,
    pub type_params: Vec<TypeParam>,
}

#[derive(Clone, Debug)]
pub struct TypeAlias {
    pub id: NodeId,
    pub name: Expr,
    pub type_params: Vec<TypeParam>,
    pub value: Expr,
}

#[derive(Clone, Debug)]
pub struct TypeParam {
    pub id: NodeId,
    pub loc: Loc,
    pub name: Sym,
    pub kind: TypeParamKind,
    pub bound: Option<Box<Expr>>,
    pub default: Option<Box<Expr>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TypeParamKind {
    TypeVar,
    ParamSpec,
    TypeVarTuple,
}

#[derive(Clone, Debug)]
pub struct WithItem {
    pub context: Expr,
    pub vars: Option<Box<Expr>>,
}

#[derive(Clone, Debug)]
pub struct MatchCase {
    pub pattern: Pattern,
    pub guard: Option<Box<Expr>>,
    pub body: Vec<Stmt>,
}

#[derive(Clone, Debug)]
pub struct Pattern {
    pub loc: Loc,
    pub kind: PatternKind,
}

#[derive(Clone, Debug)]
pub enum PatternKind {
    Value(Box<Expr>),
    Singleton(Constant),
    Sequence(Vec<Pattern>),
    Mapping {
        keys: Vec<Expr>,
        patterns: Vec<Pattern>,
        rest: Option<Sym>,
    },
    Class {
        cls: Box<Expr>,
        patterns: Vec<Pattern>,
        kwd_attrs: Vec<Sym>,
        kwd_patterns: Vec<Pattern>,
    },
    Star(Option<Sym>),
    As {
        pattern: Option<Box<Pattern>>,
        name: Option<Sym>,
    },
    Or(Vec<Pattern>),
}

#[derive(Clone, Debug)]
pub struct ExceptHandler {
    pub loc: Loc,
    pub typ: Option<Box<Expr>>,
    pub name: Option<Sym>,
    pub body: Vec<Stmt>,
}

#[derive(Clone, Debug)]
pub struct Alias {
    pub loc: Loc,
    pub name: Sym,
    pub asname: Option<Sym>,
}

#[derive(Clone, Debug, Default)]
pub struct Arguments {
    pub posonly: Vec<Arg>,
    pub args: Vec<Arg>,
    pub vararg: Option<Box<Arg>>,
    pub kwonly: Vec<Arg>,
    /// One for each of `kwonly`.
    pub kw_defaults: Vec<Option<Expr>>,
    pub kwarg: Option<Box<Arg>>,
    /// For the last of `posonly` and `args`.
    pub defaults: Vec<Expr>,
}

#[derive(Clone, Debug)]
pub struct Arg {
    pub loc: Loc,
    pub name: Sym,
    pub annotation: Option<Box<Expr>>,
}

#[derive(Clone, Debug)]
pub struct Keyword {
    pub loc: Loc,
    /// `None` is `**value`.
    pub arg: Option<Sym>,
    pub value: Expr,
}

#[derive(Clone, Debug)]
pub struct Comprehension {
    pub target: Expr,
    pub iter: Expr,
    pub ifs: Vec<Expr>,
    pub is_async: bool,
}

#[derive(Clone, Debug)]
pub struct Expr {
    pub loc: Loc,
    pub kind: ExprKind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ctx {
    Load,
    Store,
    Del,
}

#[derive(Clone, Debug)]
pub enum ExprKind {
    BoolOp {
        op: BoolOp,
        values: Vec<Expr>,
    },
    NamedExpr {
        target: Box<Expr>,
        value: Box<Expr>,
    },
    BinOp {
        left: Box<Expr>,
        op: Operator,
        right: Box<Expr>,
    },
    UnaryOp {
        op: UnaryOp,
        operand: Box<Expr>,
    },
    Lambda(Box<Lambda>),
    IfExp(Box<(Expr, Expr, Expr)>),
    Dict {
        keys: Vec<Option<Expr>>,
        values: Vec<Expr>,
    },
    Set(Vec<Expr>),
    Comp(Box<Comp>),
    Await(Box<Expr>),
    Yield(Option<Box<Expr>>),
    YieldFrom(Box<Expr>),
    Compare {
        left: Box<Expr>,
        ops: Vec<CmpOp>,
        comparators: Vec<Expr>,
    },
    Call(Box<Call>),
    /// One `{}` of an f-string; `conversion` is 's', 'r', 'a' or 0.
    FormattedValue {
        value: Box<Expr>,
        conversion: u8,
        spec: Option<Box<Expr>>,
    },
    /// One `{}` of a t-string.
    Interpolation(Box<Interpolation>),
    JoinedStr(Vec<Expr>),
    TemplateStr(Vec<Expr>),
    /// The flag says that the literal was written `u"..."`.
    Constant(Box<Constant>, bool),
    Attribute {
        value: Box<Expr>,
        attr: Sym,
        ctx: Ctx,
    },
    Subscript {
        value: Box<Expr>,
        slice: Box<Expr>,
        ctx: Ctx,
    },
    Starred {
        value: Box<Expr>,
        ctx: Ctx,
    },
    Name {
        id: Sym,
        ctx: Ctx,
    },
    List {
        elts: Vec<Expr>,
        ctx: Ctx,
    },
    Tuple {
        elts: Vec<Expr>,
        ctx: Ctx,
    },
    Slice {
        lower: Option<Box<Expr>>,
        upper: Option<Box<Expr>>,
        step: Option<Box<Expr>>,
    },
}

#[derive(Clone, Debug)]
pub struct Lambda {
    pub id: NodeId,
    pub args: Arguments,
    pub body: Expr,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CompKind {
    List,
    Set,
    Dict,
    Generator,
}

#[derive(Clone, Debug)]
pub struct Comp {
    pub id: NodeId,
    pub kind: CompKind,
    /// The element, or the key of a dict comprehension.
    pub elt: Expr,
    /// The value of a dict comprehension.
    pub value: Option<Expr>,
    pub generators: Vec<Comprehension>,
}

#[derive(Clone, Debug)]
pub struct Call {
    pub func: Expr,
    pub args: Vec<Expr>,
    pub keywords: Vec<Keyword>,
}

#[derive(Clone, Debug)]
pub struct Interpolation {
    pub value: Expr,
    pub text: Constant,
    pub conversion: u8,
    pub spec: Option<Expr>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BoolOp {
    And,
    Or,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operator {
    Add,
    Sub,
    Mult,
    MatMult,
    Div,
    Mod,
    Pow,
    LShift,
    RShift,
    BitOr,
    BitXor,
    BitAnd,
    FloorDiv,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnaryOp {
    Invert,
    Not,
    UAdd,
    USub,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CmpOp {
    Eq,
    NotEq,
    Lt,
    LtE,
    Gt,
    GtE,
    Is,
    IsNot,
    In,
    NotIn,
}

impl Expr {
    /// The literal's value, if this is one.
    pub fn as_constant(&self) -> Option<&Constant> {
        match &self.kind {
            ExprKind::Constant(c, _) => Some(c),
            _ => None,
        }
    }

    /// Whether this is `*value`.
    pub fn is_starred(&self) -> bool {
        matches!(self.kind, ExprKind::Starred { .. })
    }
}

impl Stmt {
    /// The string of a statement that is only a string literal.
    pub fn as_docstring(&self) -> Option<&PyStr> {
        match &self.kind {
            StmtKind::Expr(e) => match e.as_constant() {
                Some(Constant::Str(s)) => Some(s),
                _ => None,
            },
            _ => None,
        }
    }
}

//! What tokens can do, and what Python calls things.

use ruff_python_ast::Expr;
use ruff_python_ast::token::TokenKind as T;
use ruff_python_parser::InterpolatedStringErrorType as IErr;

pub(super) fn is_augmented(k: T) -> bool {
    matches!(
        k,
        T::PlusEqual
            | T::MinusEqual
            | T::StarEqual
            | T::SlashEqual
            | T::PercentEqual
            | T::AmperEqual
            | T::VbarEqual
            | T::CircumflexEqual
            | T::LeftShiftEqual
            | T::RightShiftEqual
            | T::DoubleStarEqual
            | T::DoubleSlashEqual
            | T::AtEqual
    )
}

pub(super) fn ends_expression(k: T) -> bool {
    matches!(
        k,
        T::Name
            | T::Int
            | T::Float
            | T::Complex
            | T::String
            | T::FStringEnd
            | T::TStringEnd
            | T::Rpar
            | T::Rsqb
            | T::Rbrace
            | T::True
            | T::False
            | T::None
            | T::Ellipsis
            | T::Match
            | T::Case
            | T::Type
            | T::Lazy
    )
}

/// Tokens that start an expression and cannot go on with one.
pub(super) fn starts_plain(k: T) -> bool {
    matches!(
        k,
        T::Name
            | T::Int
            | T::Float
            | T::Complex
            | T::String
            | T::FStringStart
            | T::TStringStart
            | T::True
            | T::False
            | T::None
            | T::Ellipsis
            | T::Lbrace
            | T::Lambda
            | T::Await
            | T::Tilde
            | T::Match
            | T::Case
            | T::Type
            | T::Lazy
    )
}

pub(super) fn starts_expression(k: T) -> bool {
    starts_plain(k)
        || matches!(k, T::Lpar | T::Lsqb | T::Plus | T::Minus | T::Not | T::Yield | T::Star)
}

/// Whether an expression may stand before `=` where Python guesses that `==` was meant.
pub(super) fn is_plain_operand(x: &Expr) -> bool {
    !matches!(
        x,
        Expr::List(_)
            | Expr::Tuple(_)
            | Expr::Generator(_)
            | Expr::BooleanLiteral(_)
            | Expr::NoneLiteral(_)
            | Expr::Compare(_)
            | Expr::BoolOp(_)
            | Expr::If(_)
            | Expr::Lambda(_)
            | Expr::Named(_)
            | Expr::Yield(_)
            | Expr::YieldFrom(_)
            | Expr::Starred(_)
    ) && !matches!(x, Expr::UnaryOp(u) if u.op == ruff_python_ast::UnaryOp::Not)
}

/// What Python calls an expression in its messages.
pub(super) fn expr_name(x: &Expr) -> &'static str {
    match x {
        Expr::Attribute(_) => "attribute",
        Expr::Subscript(_) => "subscript",
        Expr::Starred(_) => "starred",
        Expr::Name(_) => "name",
        Expr::List(_) => "list",
        Expr::Tuple(_) => "tuple",
        Expr::Lambda(_) => "lambda",
        Expr::Call(_) => "function call",
        Expr::BoolOp(_) | Expr::BinOp(_) | Expr::UnaryOp(_) => "expression",
        Expr::Generator(_) => "generator expression",
        Expr::Yield(_) | Expr::YieldFrom(_) => "yield expression",
        Expr::Await(_) => "await expression",
        Expr::ListComp(_) => "list comprehension",
        Expr::SetComp(_) => "set comprehension",
        Expr::DictComp(_) => "dict comprehension",
        Expr::Dict(_) => "dict literal",
        Expr::Set(_) => "set display",
        Expr::FString(_) => "f-string expression",
        Expr::TString(_) => "t-string expression",
        Expr::NoneLiteral(_) => "None",
        Expr::BooleanLiteral(b) if b.value => "True",
        Expr::BooleanLiteral(_) => "False",
        Expr::EllipsisLiteral(_) => "ellipsis",
        Expr::Compare(_) => "comparison",
        Expr::If(_) => "conditional expression",
        Expr::Named(_) => "named expression",
        Expr::Slice(_) => "slice",
        _ => "literal",
    }
}

pub(super) fn interpolated(i: &IErr) -> &'static str {
    match i {
        IErr::UnclosedLbrace => "expecting '}'",
        IErr::InvalidConversionFlag => "invalid conversion character",
        IErr::SingleRbrace => "single '}' is not allowed",
        IErr::UnterminatedString => "unterminated string",
        IErr::UnterminatedTripleQuotedString => "unterminated triple-quoted string",
        IErr::LambdaWithoutParentheses => "lambda expressions are not allowed without parentheses",
        IErr::ConversionFlagNotImmediatelyAfterExclamation => {
            "conversion type must come right after the exclamation mark"
        }
        IErr::NewlineInFormatSpec => {
            "newlines are not allowed in format specifiers when using single quotes"
        }
    }
}

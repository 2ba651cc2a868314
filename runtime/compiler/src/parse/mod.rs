//! The door to the parser: one call from text to [`Tree`], with Python's own error messages.

mod errors;
pub(crate) mod guard;
mod literal;
mod lower;
mod scan;

use ruff_python_ast::{Mod as RMod, PythonVersion};
use ruff_python_parser::{Mode as RMode, ParseOptions, Parsed, parse_unchecked};

use crate::Mode;
use crate::ast::{Mod, Tree};
use crate::error::{CompileError, Warning};
use crate::source::LineIndex;
use lower::Lower;

/// Parses `src`, in which newlines are already `\n`.
pub fn parse(
    src: &str,
    mode: Mode,
    lines: &LineIndex,
) -> Result<(Tree, Vec<Warning>), CompileError> {
    let run = |text: &str| -> Parsed<RMod> {
        let m = if mode == Mode::Eval { RMode::Expression } else { RMode::Module };
        parse_unchecked(text, ParseOptions::from(m).with_target_version(PythonVersion::PY314))
    };
    let depth = guard::check(src, lines)?;
    let mut parsed = run(src);
    let mut text = std::borrow::Cow::Borrowed(src);
    let mut stand_in = None;
    // The parser takes `match` after `;` for a statement only. Where that is the error, put a name
    // of the same length in its place and restore it while lowering.
    for _ in 0..64 {
        let Some(e) = parsed.errors().first() else { break };
        let Some(at) = errors::soft_keyword_after_semi(&text, e) else { break };
        let mut t = text.into_owned();
        t.replace_range(at..at + 5, STAND_IN);
        stand_in = Some((STAND_IN, "match"));
        parsed = run(&t);
        text = t.into();
    }
    if !parsed.errors().is_empty() || !parsed.unsupported_syntax_errors().is_empty() {
        let err = errors::explain(src, lines, &parsed, mode);
        guard::drop_deep(parsed, depth);
        return Err(err);
    }
    let mut lower = Lower::new(src, lines);
    lower.stand_in = stand_in;
    let body = match parsed.syntax() {
        RMod::Module(m) => {
            let body = lower.stmts(&m.body);
            if mode == Mode::Single { Mod::Interactive(body) } else { Mod::Module(body) }
        }
        RMod::Expression(e) => Mod::Expression(Box::new(lower.expr(&e.body))),
    };
    guard::drop_deep(parsed, depth);
    if mode == Mode::Single
        && let Mod::Interactive(b) = &body
    {
        errors::check_single(src, lines, b)?;
    }
    let Lower { names, nodes, warnings, error, .. } = lower;
    match error {
        Some(e) => Err(e),
        None => Ok((Tree { body, names, nodes, depth }, warnings)),
    }
}

/// As long as `match`, and no program's name.
const STAND_IN: &str = "\u{10D5}zq";

/// An error that more input could mend, as [`ErrorKind::Incomplete`].
pub fn incomplete(e: CompileError, src: &str) -> CompileError {
    errors::incomplete(e, src)
}

//! Python 3.14 source text to [`CodeImage`].
//!
//! The road: [`source`] makes text of bytes, [`parse`] a tree ([`ast`]), [`symtable`] its scopes,
//! [`emit`] instructions, [`flow`] blocks that it tidies, [`assemble`] the image. No Python objects
//! and no input or output: who calls supplies text and raises what comes back.
#![forbid(unsafe_code)]

mod assemble;
pub mod ast;
pub mod emit;
pub mod error;
pub mod flow;
mod future;
pub mod parse;
pub mod source;
pub mod symtable;
mod unparse;
pub mod verify;

use heddle_tlbc::image::CodeImage;

pub use error::{CompileError, ErrorKind, Warning};
pub use source::decode;

use ast::Tree;
use source::LineIndex;

/// The `mode` argument of `compile()`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Mode {
    Exec,
    Eval,
    Single,
}

/// How to compile.
#[derive(Clone, Copy, Debug, Default)]
pub struct CompileFlags {
    /// 0, 1 (no asserts, `__debug__` false) or 2 (no docstrings either).
    pub optimize: u8,
    /// Features inherited from the code that calls `compile()`: bits of `co_flags`.
    pub future: u32,
    /// `await` in a module (`PyCF_ALLOW_TOP_LEVEL_AWAIT`).
    pub top_level_await: bool,
    /// Report input that only lacks its end as [`ErrorKind::Incomplete`].
    pub allow_incomplete: bool,
}

/// A compiled program and what to warn of.
#[derive(Clone, Debug)]
pub struct Compiled {
    pub image: CodeImage,
    pub warnings: Vec<Warning>,
}

/// Compiles text.
pub fn compile(
    source: &str,
    filename: &str,
    mode: Mode,
    flags: CompileFlags,
) -> Result<Compiled, CompileError> {
    if source.as_bytes().contains(&0) {
        return Err(CompileError::plain(
            ErrorKind::Syntax,
            "source code string cannot contain null bytes",
        ));
    }
    let text = source::normalize(source);
    let lines = LineIndex::new(&text);
    let run = || -> Result<Compiled, CompileError> {
        let (tree, mut warnings) = parse::parse(&text, mode, &lines)?;
        let mut done = compile_tree(tree, filename, flags)?;
        warnings.append(&mut done.warnings);
        done.warnings = warnings;
        Ok(done)
    };
    run().map_err(|e| {
        let e = e.resolve(&text, &lines);
        if flags.allow_incomplete { parse::incomplete(e, &text) } else { e }
    })
}

/// Parses text without compiling it.
pub fn parse_only(source: &str, mode: Mode) -> Result<(Tree, Vec<Warning>), CompileError> {
    if source.as_bytes().contains(&0) {
        return Err(CompileError::plain(
            ErrorKind::Syntax,
            "source code string cannot contain null bytes",
        ));
    }
    let text = source::normalize(source);
    let lines = LineIndex::new(&text);
    parse::parse(&text, mode, &lines).map_err(|e| e.resolve(&text, &lines))
}

/// Compiles a tree, as of `compile(ast_object, ...)`.
pub fn compile_tree(
    mut tree: Tree,
    filename: &str,
    flags: CompileFlags,
) -> Result<Compiled, CompileError> {
    let depth = tree.depth;
    let result = compile_tree_inner(&mut tree, filename, flags);
    parse::guard::drop_deep(tree, depth);
    result
}

fn compile_tree_inner(
    tree: &mut Tree,
    filename: &str,
    flags: CompileFlags,
) -> Result<Compiled, CompileError> {
    let future = flags.future | future::features(&tree.body, &tree.names)?;
    let future_annotations = future & heddle_tlbc::defs::operands::co::FUTURE_ANNOTATIONS != 0;
    let options = symtable::Options { future_annotations, top_level_await: flags.top_level_await };
    let table = symtable::build(tree, options)?;
    let mut warnings = Vec::new();
    let options = emit::Options {
        filename: filename.into(),
        optimize: flags.optimize,
        flags: future,
        future_annotations,
        top_level_await: flags.top_level_await,
    };
    let image = emit::emit(&tree.body, &mut tree.names, &table, options, &mut warnings)?;
    debug_assert_eq!(verify::check(&image), Ok(()));
    Ok(Compiled { image, warnings })
}

/// Runs one level of a recursion over a tree, on more stack where it runs out.
#[inline]
pub(crate) fn deep<R>(f: impl FnOnce() -> R) -> R {
    stacker::maybe_grow(96 * 1024, 2 * 1024 * 1024, f)
}

//! `from __future__ import ...`

use heddle_tlbc::defs::operands::co;

use crate::ast::{Alias, Mod, Names, Stmt, StmtKind, sym};
use crate::error::CompileError;

/// The bits of the features that a program switches on.
pub fn features(body: &Mod, names: &Names) -> Result<u32, CompileError> {
    let (Mod::Module(stmts) | Mod::Interactive(stmts)) = body else { return Ok(0) };
    let mut bits = 0;
    let mut rest = &stmts[..];
    if let Some((first, tail)) = rest.split_first()
        && first.as_docstring().is_some()
    {
        rest = tail;
    }
    while let Some((first, tail)) = rest.split_first() {
        match &first.kind {
            StmtKind::ImportFrom { module: Some(sym::FUTURE), names: list, level: 0 } => {
                for a in list {
                    bits |= feature(a, names)?;
                }
                rest = tail;
            }
            _ => break,
        }
    }
    late(rest)?;
    Ok(bits)
}

fn feature(a: &Alias, names: &Names) -> Result<u32, CompileError> {
    Ok(match names.get(a.name) {
        "nested_scopes" | "generators" | "division" | "absolute_import" | "with_statement"
        | "print_function" | "unicode_literals" | "generator_stop" => 0,
        "barry_as_FLUFL" => co::FUTURE_BARRY_AS_BDFL,
        "annotations" => co::FUTURE_ANNOTATIONS,
        "braces" => return Err(CompileError::at("not a chance", a.loc)),
        other => {
            return Err(CompileError::at(format!("future feature {other} is not defined"), a.loc));
        }
    })
}

/// Such an import further down is an error wherever it stands.
fn late(stmts: &[Stmt]) -> Result<(), CompileError> {
    for s in stmts {
        crate::deep(|| late_in(s))?;
    }
    Ok(())
}

fn late_in(s: &Stmt) -> Result<(), CompileError> {
    match &s.kind {
        StmtKind::ImportFrom { module: Some(sym::FUTURE), level: 0, .. } => Err(CompileError::at(
            "from __future__ imports must occur at the beginning of the file",
            s.loc,
        )),
        StmtKind::FunctionDef(f) => late(&f.body),
        StmtKind::ClassDef(c) => late(&c.body),
        StmtKind::For { body, orelse, .. }
        | StmtKind::While { body, orelse, .. }
        | StmtKind::If { body, orelse, .. } => {
            late(body)?;
            late(orelse)
        }
        StmtKind::With { body, .. } => late(body),
        StmtKind::Try { body, handlers, orelse, finalbody, .. } => {
            late(body)?;
            handlers.iter().try_for_each(|h| late(&h.body))?;
            late(orelse)?;
            late(finalbody)
        }
        StmtKind::Match { cases, .. } => cases.iter().try_for_each(|c| late(&c.body)),
        _ => Ok(()),
    }
}

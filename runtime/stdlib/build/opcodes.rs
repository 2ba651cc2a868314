//! `_opcode_metadata.py`, made from heddle's own table of instructions, so that `opcode` and `dis` cannot disagree with
//! what the interpreter runs.

use heddle_tlbc::defs::{FIRST_INSTRUMENTED, HAVE_ARGUMENT, Opcode};
use std::fmt::Write as _;

/// The fields of each inline cache and their sizes in code units, in order. Names are CPython's where a field means the
/// same. Instructions whose whole cache is a counter need no row.
const CACHES: &[(Opcode, &[(&str, usize)])] = &[
    (
        Opcode::LoadGlobal,
        &[("counter", 1), ("module_keys_version", 2), ("builtin_keys_version", 2), ("index", 1)],
    ),
    (Opcode::BinaryOp, &[("counter", 1), ("descr", 4)]),
    (Opcode::LoadSuperAttr, &[("counter", 1), ("version", 2), ("keys_version", 2), ("descr", 4)]),
    (Opcode::LoadAttr, &[("counter", 1), ("version", 2), ("keys_version", 2), ("descr", 4)]),
    (Opcode::StoreAttr, &[("counter", 1), ("version", 2), ("index", 1)]),
    (Opcode::Call, &[("counter", 1), ("func_version", 2)]),
    (Opcode::CallKw, &[("counter", 1), ("func_version", 2)]),
    (Opcode::ToBool, &[("counter", 1), ("version", 2)]),
];

/// Instructions that only the compiler knows: they have numbers because `opcode.opmap` lists them.
const PSEUDO: &[&str] = &[
    "ANNOTATIONS_PLACEHOLDER",
    "JUMP",
    "JUMP_IF_FALSE",
    "JUMP_IF_TRUE",
    "JUMP_NO_INTERRUPT",
    "LOAD_CLOSURE",
    "POP_BLOCK",
    "SETUP_CLEANUP",
    "SETUP_FINALLY",
    "SETUP_WITH",
    "STORE_FAST_MAYBE_NULL",
];

/// The text of the module.
pub fn metadata() -> String {
    let mut text =
        String::from("# Made from heddle's table of instructions when heddle is built.\n");
    let generic = || Opcode::ALL.iter().filter(|op| !op.is_specialized());

    text.push_str("\n_specializations = {\n");
    for op in generic() {
        let forms: Vec<_> = op.forms().collect();
        if !forms.is_empty() {
            line(&mut text, format_args!("    {:?}: [", op.name()));
            for form in forms {
                line(&mut text, format_args!("        {:?},", form.name()));
            }
            text.push_str("    ],\n");
        }
    }
    text.push_str("}\n\n_specialized_opmap = {\n");
    for op in Opcode::ALL.iter().filter(|op| op.is_specialized()) {
        line(&mut text, format_args!("    {:?}: {},", op.name(), *op as u8));
    }
    text.push_str("}\n\nopmap = {\n");
    for op in generic() {
        line(&mut text, format_args!("    {:?}: {},", op.name(), *op as u8));
    }
    for (name, number) in PSEUDO.iter().zip(256..) {
        line(&mut text, format_args!("    {name:?}: {number},"));
    }
    text.push_str("}\n\n_cache_format = {\n");
    for op in generic().filter(|op| op.caches() > 0 && !op.is_instrumented()) {
        let described = CACHES.iter().find(|(of, fields)| {
            of == op && fields.iter().map(|(_, units)| units).sum::<usize>() == op.caches()
        });
        // A cache that nobody described still has its size, which is what `dis` steps by.
        let plain = [("counter", 1), ("data", op.caches() - 1)];
        let fields = described.map_or(&plain[..], |(_, fields)| fields);
        line(&mut text, format_args!("    {:?}: {{", op.name()));
        for (field, units) in fields.iter().filter(|(_, units)| *units > 0) {
            line(&mut text, format_args!("        {field:?}: {units},"));
        }
        text.push_str("    },\n");
    }
    text.push_str("}\n\n");
    line(&mut text, format_args!("HAVE_ARGUMENT = {HAVE_ARGUMENT}"));
    line(&mut text, format_args!("MIN_INSTRUMENTED_OPCODE = {FIRST_INSTRUMENTED}"));
    text
}

fn line(text: &mut String, what: std::fmt::Arguments) {
    writeln!(text, "{what}").expect("writing to memory cannot fail");
}

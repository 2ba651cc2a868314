//! `_sre`: the regular expression machine behind `re`. Patterns are parsed and compiled to code words by the library;
//! `code` and `engine` run them.

pub mod code;
pub mod engine;
mod matching;
mod pattern;
mod scanner;
mod subject;
mod template;

use heddle_object::types::{Module, int};
use heddle_object::{MethodDef, ModuleDef, R, Thread, Value, ops};

/// The module.
pub static MODULE: ModuleDef = ModuleDef {
    name: "_sre",
    methods: &[
        MethodDef::fast(
            "compile",
            6,
            6,
            |th, _, a| pattern::compile(th, a),
            "compile($module, /, pattern, flags, code, groups, groupindex, indexgroup)\n--\n\n",
        ),
        MethodDef::fast(
            "template",
            2,
            2,
            |th, _, a| template::new(th, a[1]),
            "template($module, pattern, template, /)\n--\n\n",
        ),
        MethodDef::noargs(
            "getcodesize",
            |_, _| Ok(Value::small_int(code::CODESIZE)),
            "getcodesize($module, /)\n--\n\n",
        ),
        MethodDef::one(
            "ascii_iscased",
            |th, _, c| {
                let c = ops::index_isize(th, c)?;
                Ok(Value::bool(u8::try_from(c).is_ok_and(|c| c.is_ascii_alphabetic())))
            },
            "ascii_iscased($module, character, /)\n--\n\n",
        ),
        MethodDef::one(
            "unicode_iscased",
            |th, _, c| {
                let c = ops::index_isize(th, c)? as u32;
                Ok(Value::bool(code::lower_unicode(c) != c || code::upper_unicode(c) != c))
            },
            "unicode_iscased($module, character, /)\n--\n\n",
        ),
        MethodDef::one(
            "ascii_tolower",
            |th, _, c| {
                let c = ops::index_isize(th, c)? as u32;
                Ok(Value::small_int(code::lower_ascii(c) as i64))
            },
            "ascii_tolower($module, character, /)\n--\n\n",
        ),
        MethodDef::one(
            "unicode_tolower",
            |th, _, c| {
                let c = ops::index_isize(th, c)? as u32;
                Ok(Value::small_int(code::lower_unicode(c) as i64))
            },
            "unicode_tolower($module, character, /)\n--\n\n",
        ),
    ],
    types: &[&pattern::PATTERN, &matching::MATCH, &scanner::SCANNER, &template::TEMPLATE],
    init,
    ..ModuleDef::DEFAULT
};

fn init(th: &mut Thread, m: &'static Module) -> R<()> {
    m.set(th, "MAGIC", Value::small_int(code::MAGIC))?;
    m.set(th, "CODESIZE", Value::small_int(code::CODESIZE))?;
    let max = int::from_i64(th, code::MAXREPEAT as i64)?;
    m.set(th, "MAXREPEAT", max)?;
    m.set(th, "MAXGROUPS", Value::small_int(i32::MAX as i64 / 2))
}

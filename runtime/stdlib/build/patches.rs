//! What is changed in the library's files, and the proof that each change applied.
//!
//! The packaged library carries marks of the runtime that it was packaged for. Each patch names a file and a piece of
//! text that must occur there exactly once; a new release in which it does not fails the build instead of slipping by.

use crate::{Module, opcodes};

/// File, text to find exactly once, text to put there.
const PATCHES: &[(&str, &str, &str)] = &[
    (
        "site.py",
        "    return 'RustPython' # XXX: RUSTPYTHON; for site-packages\n",
        "    return 'Python'\n",
    ),
    (
        "site.py",
        "    # XXX: RUSTPYTHON\n    return f'{userbase}/lib/rustpython{version[0]}",
        "    return f'{userbase}/lib/python{version[0]}",
    ),
    (
        "sysconfig/__init__.py",
        "    return 'RustPython'  # XXX: RUSTPYTHON; For site-packages\n",
        "    return 'Python'\n",
    ),
    (
        "platform.py",
        "        # XXX: RUSTPYTHON support\n        if \"RustPython\" in sys_version:\n            name = \"RustPython\"\n        else:\n            name = 'CPython'\n",
        "        name = 'CPython'\n",
    ),
    (
        "io.py",
        "# XXX: RUSTPYTHON; FileIO needs host_env, optional without it\ntry:\n    from _io import FileIO\nexcept ImportError:\n    FileIO = None\n",
        "from _io import FileIO\n",
    ),
    (
        "io.py",
        "if FileIO is not None:  # XXX: RUSTPYTHON; see the try/except above\n    RawIOBase.register(FileIO)\n",
        "RawIOBase.register(FileIO)\n",
    ),
    (
        "opcode.py",
        "from _opcode_metadata import (_specializations, _specialized_opmap, opmap,  # noqa: F401\n",
        "from _opcode_metadata import (_specializations, _specialized_opmap, opmap, _cache_format,\n",
    ),
    (
        "_compat_pickle.py",
        "# NOTE: RUSTPYTHON exceptions\ntry:\n    JitError\nexcept NameError:\n    pass\nelse:\n    PYTHON2_EXCEPTIONS += (\"JitError\",)\n",
        "",
    ),
];

/// From a line that opens with the first text up to the end of the file, or up to the second text: removed.
const CUTS: &[(&str, &str, Option<&str>)] = &[
    ("opcode.py", "_cache_format = {\n", Some("_inline_cache_entries = {\n")),
    ("unittest/__init__.py", "# XXX: RUSTPYTHON\n# This is very useful", None),
    (
        "json/decoder.py",
        "    # RUSTPYTHON SPECIFIC\n",
        Some("    # Note that this exception is used from _json\n"),
    ),
];

/// Applies all patches.
///
/// **Panics:** when a patch does not apply exactly once, which means that the pinned library has changed.
pub fn apply(modules: &mut [Module]) {
    for (path, old, new) in PATCHES {
        let text = text_of(modules, path);
        assert!(text.matches(old).count() == 1, "{path}: patch does not apply once: {old:?}");
        *text = text.replacen(old, new, 1);
    }
    for (path, from, to) in CUTS {
        let text = text_of(modules, path);
        assert!(text.matches(from).count() == 1, "{path}: cut does not apply once: {from:?}");
        let start = text.find(from).expect("counted above");
        let end = match to {
            Some(to) => {
                start
                    + text[start..]
                        .find(to)
                        .unwrap_or_else(|| panic!("{path}: no end of cut: {to:?}"))
            }
            None => text.len(),
        };
        text.replace_range(start..end, "");
    }
    *text_of(modules, "_opcode_metadata.py") = opcodes::metadata();
    for (path, ..) in PATCHES {
        let text = text_of(modules, path);
        assert!(
            !text.contains("RUSTPYTHON"),
            "{path}: a mark of another runtime is left after patching"
        );
    }
}

fn text_of<'a>(modules: &'a mut [Module], path: &str) -> &'a mut String {
    match modules.iter_mut().find(|module| module.path == path) {
        Some(module) => &mut module.source,
        None => panic!("{path}: file to patch is missing"),
    }
}

//! The Python part of the standard library, embedded in the program: sources, and room for compiled code.
//!
//! Owns the archives that the build script made, behind an index sorted by module name. Finding a module costs about ten
//! string comparisons and no allocation. Code images lie there as they are, so that a start-up, which needs some thirty,
//! decodes them in place; sources are deflated one by one and unpacked on demand, for tracebacks, `inspect` and
//! optimization levels other than 0.
//!
//! The text is CPython 3.14's library (licence: [`LICENSE`]) apart from the changes listed in `build/patches.rs`.

#![forbid(unsafe_code)]

mod place;

use flate2::{Decompress, FlushDecompress};
use std::ops::Range;

pub use place::{FOLDER, file_name};

/// The licence of the embedded library, which also answers `license()` in Python.
pub const LICENSE: &str = include_str!(concat!(env!("OUT_DIR"), "/LICENSE"));

static SOURCES: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/sources.bin"));
static IMAGES: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/images.bin"));

include!(concat!(env!("OUT_DIR"), "/index.rs"));

/// Where one module of the library lies in the archives, and what is known about it without unpacking.
#[derive(Debug)]
pub struct Entry {
    /// The dotted module name, such as `importlib.util`.
    pub name: &'static str,
    /// The file's path below the library's folder, such as `importlib/util.py`.
    pub path: &'static str,
    /// Whether the module is a package (its file is an `__init__.py`).
    pub is_package: bool,
    /// The length of the source.
    pub source_bytes: usize,
    packed: Range<usize>,
    image: Range<usize>,
}

/// A module's source, unpacked.
#[derive(Debug)]
pub struct Module {
    /// Whether the module is a package.
    pub is_package: bool,
    /// The file's path below the library's folder.
    pub path: &'static str,
    /// The whole text. Line ends are as in the file; there is no byte order mark.
    pub source: String,
}

impl Entry {
    /// Unpacks the module's source.
    ///
    /// **Threads:** any; takes no lock. **Escapes:** no.
    pub fn source(&self) -> String {
        let mut bytes = Vec::with_capacity(self.source_bytes);
        // The build script wrote the archive and this index in one go; the test below unpacks all of it.
        Decompress::new(false)
            .decompress_vec(&SOURCES[self.packed.clone()], &mut bytes, FlushDecompress::Finish)
            .expect("the archive is part of the program");
        assert_eq!(bytes.len(), self.source_bytes, "{}: unpacked length", self.name);
        String::from_utf8(bytes).expect("the build script read it as UTF-8")
    }

    /// The module's code, as `heddle_tlbc::image::ser::decode` reads it: compiled with optimization level 0, its
    /// `co_filename` being [`Entry::file_name`]. `None` when there is none, and the source has to be compiled.
    pub fn image(&self) -> Option<&'static [u8]> {
        Some(&IMAGES[self.image.clone()]).filter(|image| !image.is_empty())
    }

    /// What `__file__` and `co_filename` of the module are.
    pub fn file_name(&self) -> String {
        file_name(self.name, self.path)
    }
}

/// Finds a module by its full dotted name.
pub fn find(name: &str) -> Option<&'static Entry> {
    let at = ENTRIES.binary_search_by(|entry| entry.name.cmp(name)).ok()?;
    Some(&ENTRIES[at])
}

/// A module's source by its full dotted name, unpacked; `None` when the library has no such module.
pub fn source(name: &str) -> Option<Module> {
    let entry = find(name)?;
    Some(Module { is_package: entry.is_package, path: entry.path, source: entry.source() })
}

/// A module's code by its full dotted name; see [`Entry::image`].
pub fn image(name: &str) -> Option<&'static [u8]> {
    find(name)?.image()
}

/// Finds a module by its file's path below the library's folder, as tracebacks and `linecache` name it.
pub fn find_path(path: &str) -> Option<&'static Entry> {
    let stem = path.strip_suffix(".py")?;
    let stem = stem.strip_suffix("/__init__").unwrap_or(stem);
    find(&stem.replace('/', ".")).filter(|entry| entry.path == path)
}

/// The full names of all modules, sorted by bytes.
pub fn names() -> impl ExactSizeIterator<Item = &'static str> {
    ENTRIES.iter().map(|entry| entry.name)
}

/// The modules directly inside a package (`""` for the top level), sorted by bytes.
pub fn children(package: &str) -> impl Iterator<Item = &'static Entry> {
    let prefix = if package.is_empty() { String::new() } else { format!("{package}.") };
    let start = ENTRIES.partition_point(|entry| entry.name < prefix.as_str());
    ENTRIES[start..]
        .iter()
        .map_while(move |entry| Some((entry, entry.name.strip_prefix(prefix.as_str())?)))
        .filter_map(|(entry, rest)| (!rest.is_empty() && !rest.contains('.')).then_some(entry))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_source_unpacks() {
        let total: usize = ENTRIES.iter().map(|entry| entry.source().len()).sum();
        assert!(total > 9_000_000, "{total}");
        assert!(names().len() > 500, "{}", names().len());
    }

    #[test]
    fn index_is_sorted_and_complete() {
        assert!(ENTRIES.is_sorted_by(|a, b| a.name < b.name));
        for name in [
            "os",
            "site",
            "json",
            "json.decoder",
            "importlib._bootstrap",
            "encodings.utf_8",
            "threading",
        ] {
            assert_eq!(find(name).map(|entry| entry.name), Some(name));
        }
        for name in ["", "tkinter", "idlelib.run", "_pycodecs", "no_such_module", "json."] {
            assert!(find(name).is_none(), "{name}");
        }
        assert!(
            find("json").is_some_and(|entry| entry.is_package && entry.path == "json/__init__.py")
        );
        assert!(find("os").is_some_and(|entry| !entry.is_package));
    }

    #[test]
    fn paths_lead_back_to_modules() {
        for entry in ENTRIES {
            assert_eq!(find_path(entry.path).map(|found| found.name), Some(entry.name));
        }
        assert!(find_path("json.py").is_none());
    }

    #[test]
    fn children_of_packages() {
        let json: Vec<_> = children("json").map(|entry| entry.name).collect();
        assert_eq!(
            json,
            ["json.__main__", "json.decoder", "json.encoder", "json.scanner", "json.tool"]
        );
        assert!(children("").any(|entry| entry.name == "abc"));
        assert!(children("").all(|entry| !entry.name.contains('.')));
        assert_eq!(children("os").count(), 0);
    }

    #[test]
    fn opcodes_are_our_own() {
        let text = source("_opcode_metadata").expect("a module of the library").source;
        for line in [
            "    \"LOAD_ATTR\": [",
            "    \"RESUME\": 128,",
            "    \"STORE_FAST_MAYBE_NULL\": 266,",
            "HAVE_ARGUMENT = 43",
        ] {
            assert!(text.lines().any(|found| found == line), "{line}");
        }
        let opcode = source("opcode").expect("a module of the library").source;
        assert!(opcode.contains("opmap, _cache_format,") && !opcode.contains("_cache_format = {"));
    }

    #[test]
    fn patched_sources_name_no_other_runtime() {
        for name in
            ["site", "sysconfig", "platform", "io", "unittest", "json.decoder", "_compat_pickle"]
        {
            let text = source(name).expect("a module of the library").source;
            assert!(!text.to_lowercase().contains("rustpython"), "{name}");
        }
    }
}

//! Packs the Python part of the standard library into archives and one sorted index.
//!
//! Owns what is embedded and in which form: `collect` chooses the files, `patches` changes those that carry another
//! runtime's name, `prepare` deflates them on all cores, `write_out` leaves the archives and `index.rs` in `OUT_DIR` for
//! `src/lib.rs`. The library is a crate pinned by checksum, so the script runs again only when its own sources change.

mod opcodes;
mod patches;

use flate2::{Compression, write::DeflateEncoder};
use rayon::prelude::*;
use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

/// Not embedded: substitutes for native modules of another runtime, and what needs a windowing toolkit.
const LEFT_OUT: &[&str] = &[
    "_pycodecs.py",
    "_dummy_os.py",
    "_dummy_thread.py",
    "dummy_threading.py",
    "turtle.py",
    "idlelib",
    "turtledemo",
    "tkinter",
    "ensurepip",
];

/// One module on its way into the archives.
struct Module {
    name: String,
    path: String,
    is_package: bool,
    source: String,
    packed: Vec<u8>,
    /// Empty: images are not made yet.
    image: Vec<u8>,
}

fn main() {
    println!("cargo::rerun-if-changed=build");
    let lib = Path::new(rustpython_pylib::LIB_PATH);
    let out = PathBuf::from(std::env::var_os("OUT_DIR").expect("cargo sets OUT_DIR"));
    let mut modules = Vec::new();
    collect(lib, lib, &mut modules);
    // Sorted by bytes: `find` in `src/lib.rs` searches by halves.
    modules.sort_by(|a, b| a.name.cmp(&b.name));
    for pair in modules.windows(2) {
        assert!(pair[0].name != pair[1].name, "two files for module {}", pair[0].name);
    }
    patches::apply(&mut modules);
    modules.par_iter_mut().for_each(prepare);
    write_out(&out, &modules);
    fs::copy(lib.join("PSF-LICENSE"), out.join("LICENSE")).expect("the library has a licence file");
}

/// Appends every module below `folder`, with names relative to `root`.
fn collect(root: &Path, folder: &Path, modules: &mut Vec<Module>) {
    let entries =
        fs::read_dir(folder).unwrap_or_else(|e| panic!("cannot list {}: {e}", folder.display()));
    for entry in entries {
        let path = entry.expect("a folder entry").path();
        let relative = path.strip_prefix(root).expect("below the root");
        let relative = relative.to_str().expect("library file names are ASCII").to_owned();
        if LEFT_OUT.contains(&relative.as_str()) || relative.ends_with("__pycache__") {
            continue;
        }
        if path.is_dir() {
            collect(root, &path, modules);
        } else if let Some(stem) = relative.strip_suffix(".py") {
            let dotted = stem.replace('/', ".");
            let (name, is_package) = match dotted.strip_suffix(".__init__") {
                Some(package) => (package.to_owned(), true),
                None => (dotted, false),
            };
            let source = fs::read_to_string(&path)
                .unwrap_or_else(|e| panic!("cannot read {}: {e}", path.display()));
            let (packed, image) = (Vec::new(), Vec::new());
            modules.push(Module { name, path: relative, is_package, source, packed, image });
        }
    }
}

/// Deflates a module's source.
fn prepare(module: &mut Module) {
    module.packed = deflate(module.source.as_bytes());
}

fn deflate(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = DeflateEncoder::new(Vec::with_capacity(bytes.len() / 3), Compression::best());
    encoder.write_all(bytes).expect("writing to memory cannot fail");
    encoder.finish().expect("writing to memory cannot fail")
}

/// Writes the archives and the index that names each module's place in them.
fn write_out(out: &Path, modules: &[Module]) {
    let (mut sources, mut images) = (Vec::new(), Vec::new());
    let mut index = String::from("pub(crate) static ENTRIES: &[Entry] = &[\n");
    for module in modules {
        writeln!(
            index,
            "Entry {{ name: {:?}, path: {:?}, is_package: {}, source_bytes: {}, packed: {}..{}, image: {}..{} }},",
            module.name,
            module.path,
            module.is_package,
            module.source.len(),
            sources.len(),
            sources.len() + module.packed.len(),
            images.len(),
            images.len() + module.image.len(),
        )
        .expect("writing to memory cannot fail");
        sources.extend_from_slice(&module.packed);
        images.extend_from_slice(&module.image);
    }
    index.push_str("];\n");
    fs::write(out.join("sources.bin"), sources).expect("OUT_DIR is writable");
    fs::write(out.join("images.bin"), images).expect("OUT_DIR is writable");
    fs::write(out.join("index.rs"), index).expect("OUT_DIR is writable");
}

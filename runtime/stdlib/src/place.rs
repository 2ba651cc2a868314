//! Where the library's modules say they come from. The build script writes it into the images (it includes this file), and
//! whoever makes a module object of a source must say the same.

/// The folder that the library's files are named after. No such folder need exist: loaders answer for the files, as they
/// do for modules inside a zip archive.
pub const FOLDER: &str = "/heddle/lib/python3.14";

/// Modules that import is made of. They go by `<frozen NAME>`, as in CPython, because tracebacks leave their frames out.
const FROZEN: [&str; 3] = ["importlib._bootstrap", "importlib._bootstrap_external", "zipimport"];

/// `co_filename` of the module with this name, whose file has this path below the folder.
pub fn file_name(name: &str, path: &str) -> String {
    if FROZEN.contains(&name) { format!("<frozen {name}>") } else { format!("{FOLDER}/{path}") }
}

//! The list of native modules. A new module is one line here.

use heddle_object::ModuleDef;

/// All native modules, sorted by name.
pub static MODULES: &[&ModuleDef] = &[
    &crate::thread::MODULE,
    &crate::weakref::MODULE,
    &crate::abc::MODULE,
    &crate::collections::MODULE,
    &crate::contextvars::MODULE,
    &crate::typing::MODULE,
    &crate::warnings::MODULE,
    &crate::binascii::MODULE,
    &crate::bisect::MODULE,
    &crate::builtins::MODULE,
    &crate::cmath::MODULE,
    &crate::codecs::MODULE,
    &crate::functools::MODULE,
    &crate::gc::MODULE,
    &crate::io::MODULE,
    &crate::heapq::MODULE,
    &crate::heddle::MODULE,
    &crate::itertools::MODULE,
    &crate::math::MODULE,
    &crate::operator::MODULE,
    &crate::queue::MODULE,
    &crate::atexit::MODULE,
    &crate::errno::MODULE,
    &crate::fcntl::MODULE,
    &crate::pwd::GRP,
    &crate::pwd::MODULE,
    &crate::stat_::MODULE,
    &crate::posix::MODULE,
    &crate::random::MODULE,
    &crate::sre::MODULE,
    &crate::statistics::MODULE,
    &crate::string::MODULE,
    &crate::structs::MODULE,
    &crate::sys::MODULE,
    &crate::time::MODULE,
];

/// The declaration of a native module.
pub fn find(name: &str) -> Option<&'static ModuleDef> {
    MODULES.iter().find(|m| m.name == name).copied()
}

/// `sys.builtin_module_names`
pub fn names() -> impl Iterator<Item = &'static str> {
    MODULES.iter().map(|m| m.name)
}

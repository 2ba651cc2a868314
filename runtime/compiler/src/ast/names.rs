//! Interned identifiers: symbol tables compare and hash a number instead of text.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::rc::Rc;

/// An interned identifier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Sym(pub u32);

/// Multiplicative hash: keys come from one program, nobody chooses them to collide across many.
#[derive(Default, Clone, Copy)]
pub struct IntHasher(u64);

impl Hasher for IntHasher {
    fn finish(&self) -> u64 {
        self.0
    }
    fn write(&mut self, bytes: &[u8]) {
        let mut chunks = bytes.chunks_exact(8);
        for c in &mut chunks {
            self.write_u64(u64::from_le_bytes(c.try_into().unwrap_or_default()));
        }
        let mut last = [0; 8];
        let rest = chunks.remainder();
        last[..rest.len()].copy_from_slice(rest);
        self.write_u64(u64::from_le_bytes(last) ^ (bytes.len() as u64) << 56);
    }
    fn write_u8(&mut self, i: u8) {
        self.write_u64(u64::from(i));
    }
    fn write_u32(&mut self, i: u32) {
        self.write_u64(u64::from(i));
    }
    fn write_u64(&mut self, i: u64) {
        let x = (self.0.rotate_left(5) ^ i).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        self.0 = x ^ (x >> 32);
    }
    fn write_usize(&mut self, i: usize) {
        self.write_u64(i as u64);
    }
}

/// Hash map keyed by small integers.
pub type IntMap<K, V> = HashMap<K, V, BuildHasherDefault<IntHasher>>;
/// Hash set of small integers.
pub type IntSet<K> = std::collections::HashSet<K, BuildHasherDefault<IntHasher>>;

/// The interner.
#[derive(Clone)]
pub struct Names {
    list: Vec<Rc<str>>,
    index: HashMap<Rc<str>, Sym, BuildHasherDefault<IntHasher>>,
}

macro_rules! well_known {
    ($($name:ident = $text:expr),* $(,)?) => {
        #[allow(non_camel_case_types, clippy::upper_case_acronyms)]
        #[repr(u32)]
        enum Known { $($name),* }
        /// Names that the compiler itself uses, interned first.
        #[allow(non_upper_case_globals)]
        pub mod well_known {
            use super::{Known, Sym};
            $(#[doc = concat!("`", $text, "`")] pub const $name: Sym = Sym(Known::$name as u32);)*
        }
        const KNOWN: &[&str] = &[$($text),*];
    };
}

well_known! {
    EMPTY = "",
    UNDERSCORE = "_",
    ANNOTATE = "__annotate__",
    ANNOTATE_FUNC = "__annotate_func__",
    ANNOTATIONS = "__annotations__",
    BUILD_CLASS = "__build_class__",
    CLASS = "__class__",
    CLASSCELL = "__classcell__",
    CLASSDICT = "__classdict__",
    CLASSDICTCELL = "__classdictcell__",
    CONDITIONAL_ANNOTATIONS = "__conditional_annotations__",
    DEBUG = "__debug__",
    DOC = "__doc__",
    FIRSTLINENO = "__firstlineno__",
    MODULE = "__module__",
    NAME = "__name__",
    QUALNAME = "__qualname__",
    STATIC_ATTRIBUTES = "__static_attributes__",
    TYPE_PARAMS = "__type_params__",
    ORIG_BASES = "__orig_bases__",
    CLOSURE = "__closure__",
    FUTURE = "__future__",
    DOT_ZERO = ".0",
    DOT_DEFAULTS = ".defaults",
    DOT_KWDEFAULTS = ".kwdefaults",
    DOT_GENERIC_BASE = ".generic_base",
    DOT_TYPE_PARAMS = ".type_params",
    DOT_FORMAT = ".format",
    FORMAT = "format",
    LAMBDA = "<lambda>",
    LISTCOMP = "<listcomp>",
    SETCOMP = "<setcomp>",
    DICTCOMP = "<dictcomp>",
    GENEXPR = "<genexpr>",
    MODULE_NAME = "<module>",
    TOP = "top",
    SELF = "self",
    SUPER = "super",
    STAR = "*",
    ALL = "all",
    ANY = "any",
    TUPLE = "tuple",
    LIST = "list",
    SET = "set",
    APPEND = "append",
    CONST = "__const__",
}

impl Default for Names {
    fn default() -> Self {
        Self::new()
    }
}

impl std::fmt::Debug for Names {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Names({})", self.list.len())
    }
}

impl Names {
    /// An interner that knows the compiler's own names.
    pub fn new() -> Self {
        let mut n = Names {
            list: Vec::with_capacity(256),
            index: HashMap::with_capacity_and_hasher(256, BuildHasherDefault::default()),
        };
        for k in KNOWN {
            n.intern(k);
        }
        n
    }

    /// The symbol of `text`.
    pub fn intern(&mut self, text: &str) -> Sym {
        if let Some(&s) = self.index.get(text) {
            return s;
        }
        let s = Sym(self.list.len() as u32);
        let rc: Rc<str> = text.into();
        self.list.push(rc.clone());
        self.index.insert(rc, s);
        s
    }

    /// The symbol of `text`, if it was interned.
    pub fn find(&self, text: &str) -> Option<Sym> {
        self.index.get(text).copied()
    }

    /// The text of `s`.
    pub fn get(&self, s: Sym) -> &str {
        &self.list[s.0 as usize]
    }

    /// The text of `s`, shared.
    pub fn rc(&self, s: Sym) -> Rc<str> {
        self.list[s.0 as usize].clone()
    }

    /// `__name` inside `class Cls` is `_Cls__name`.
    pub fn mangle(&mut self, class: Option<Sym>, name: Sym) -> Sym {
        let Some(class) = class else { return name };
        let text = self.get(name);
        if !text.starts_with("__") || text.ends_with("__") || text.contains('.') {
            return name;
        }
        let stripped = self.get(class).trim_start_matches('_');
        if stripped.is_empty() {
            return name;
        }
        let mangled = format!("_{stripped}{text}");
        self.intern(&mangled)
    }
}

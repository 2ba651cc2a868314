//! `builtins`: the functions here, the types from the object crate.

mod code;
mod functions;
mod print;

use heddle_object::core::statics::{ELLIPSIS, NOT_IMPLEMENTED};
use heddle_object::types::{self, Module, exceptions};
use heddle_object::{MethodDef, ModuleDef, R, StaticType, Thread, Value};

/// The module.
pub static MODULE: ModuleDef = ModuleDef {
    name: "builtins",
    doc: "Built-in functions, types, exceptions, and other objects.\n\nThis module provides direct access to all 'built-in'\nidentifiers of Python; for example, builtins.len is\nthe full name for the built-in function len().\n\nThis module is not normally accessed explicitly by most\napplications, but can be useful in modules that provide\nobjects with the same name as a builtin and need the\nbuilt-in of that name.",
    methods: METHODS,
    types: &[],
    init,
};

const METHODS: &[MethodDef] = &[
    MethodDef::one(
        "abs",
        functions::abs,
        "abs($module, number, /)\n--\n\nReturn the absolute value of the argument.",
    ),
    MethodDef::kw(
        "aiter",
        functions::aiter,
        "aiter($module, async_iterable, /)\n--\n\nReturn an AsyncIterator for an AsyncIterable object.",
    ),
    MethodDef::one(
        "all",
        functions::all,
        "all($module, iterable, /)\n--\n\nReturn True if bool(x) is True for all values x in the iterable.\n\nIf the iterable is empty, return True.",
    ),
    MethodDef::fast(
        "anext",
        1,
        2,
        functions::anext,
        "anext($module, aiterator, default=<unrepresentable>, /)\n--\n\nReturn the next item from the async iterator.",
    ),
    MethodDef::one(
        "any",
        functions::any,
        "any($module, iterable, /)\n--\n\nReturn True if bool(x) is True for any x in the iterable.\n\nIf the iterable is empty, return False.",
    ),
    MethodDef::one(
        "ascii",
        functions::ascii,
        "ascii($module, obj, /)\n--\n\nReturn an ASCII-only representation of an object.",
    ),
    MethodDef::one(
        "bin",
        functions::bin,
        "bin($module, number, /)\n--\n\nReturn the binary representation of an integer.",
    ),
    MethodDef::kw(
        "breakpoint",
        functions::breakpoint,
        "breakpoint($module, /, *args, **kws)\n--\n\nCall sys.breakpointhook(*args, **kws).",
    ),
    MethodDef::kw(
        "__build_class__",
        code::build_class,
        "__build_class__(func, name, /, *bases, [metaclass], **kwds) -> class\n\nInternal helper function used by the class statement.",
    ),
    MethodDef::one(
        "callable",
        functions::callable,
        "callable($module, obj, /)\n--\n\nReturn whether the object is callable (i.e., some kind of function).\n\nNote that classes are callable, as are instances of classes with a\n__call__() method.",
    ),
    MethodDef::one(
        "chr",
        functions::chr,
        "chr($module, i, /)\n--\n\nReturn a Unicode string of one character with ordinal i; 0 <= i <= 0x10ffff.",
    ),
    MethodDef::kw(
        "compile",
        code::compile,
        "compile($module, /, source, filename, mode, flags=0,\n        dont_inherit=False, optimize=-1, *, _feature_version=-1)\n--\n\nCompile source into a code object that can be executed by exec() or eval().",
    ),
    MethodDef::fast(
        "delattr",
        2,
        2,
        functions::delattr,
        "delattr($module, obj, name, /)\n--\n\nDeletes the named attribute from the given object.\n\ndelattr(x, 'y') is equivalent to ``del x.y``",
    ),
    MethodDef::fast("dir", 0, 1, functions::dir, "dir([object]) -> list of strings"),
    MethodDef::fast(
        "divmod",
        2,
        2,
        functions::divmod,
        "divmod($module, x, y, /)\n--\n\nReturn the tuple (x//y, x%y).  Invariant: div*y + mod == x.",
    ),
    MethodDef::kw(
        "eval",
        code::eval,
        "eval($module, source, /, globals=None, locals=None)\n--\n\nEvaluate the given source in the context of globals and locals.",
    ),
    MethodDef::kw(
        "exec",
        code::exec,
        "exec($module, source, /, globals=None, locals=None, *, closure=None)\n--\n\nExecute the given source in the context of globals and locals.",
    ),
    MethodDef::fast(
        "format",
        1,
        2,
        functions::format,
        "format($module, value, format_spec='', /)\n--\n\nReturn type(value).__format__(value, format_spec)",
    ),
    MethodDef::fast(
        "getattr",
        2,
        3,
        functions::getattr,
        "getattr(object, name[, default]) -> value\n\nGet a named attribute from an object; getattr(x, 'y') is equivalent to x.y.",
    ),
    MethodDef::noargs(
        "globals",
        code::globals,
        "globals($module, /)\n--\n\nReturn the dictionary containing the current scope's global variables.",
    ),
    MethodDef::fast(
        "hasattr",
        2,
        2,
        functions::hasattr,
        "hasattr($module, obj, name, /)\n--\n\nReturn whether the object has an attribute with the given name.",
    ),
    MethodDef::one(
        "hash",
        functions::hash,
        "hash($module, obj, /)\n--\n\nReturn the hash value for the given object.",
    ),
    MethodDef::one(
        "hex",
        functions::hex,
        "hex($module, number, /)\n--\n\nReturn the hexadecimal representation of an integer.",
    ),
    MethodDef::one(
        "id",
        functions::id,
        "id($module, obj, /)\n--\n\nReturn the identity of an object.",
    ),
    MethodDef::kw(
        "__import__",
        code::import,
        "__import__($module, /, name, globals=None, locals=None, fromlist=(),\n           level=0)\n--\n\nImport a module.",
    ),
    MethodDef::fast(
        "input",
        0,
        1,
        print::input,
        "input($module, prompt='', /)\n--\n\nRead a string from standard input.  The trailing newline is stripped.",
    ),
    MethodDef::fast(
        "isinstance",
        2,
        2,
        functions::isinstance,
        "isinstance($module, obj, class_or_tuple, /)\n--\n\nReturn whether an object is an instance of a class or of a subclass thereof.",
    ),
    MethodDef::fast(
        "issubclass",
        2,
        2,
        functions::issubclass,
        "issubclass($module, cls, class_or_tuple, /)\n--\n\nReturn whether 'cls' is derived from another class or is the same class.",
    ),
    MethodDef::fast(
        "iter",
        1,
        2,
        functions::iter,
        "iter(iterable) -> iterator\niter(callable, sentinel) -> iterator",
    ),
    MethodDef::one(
        "len",
        functions::len,
        "len($module, obj, /)\n--\n\nReturn the number of items in a container.",
    ),
    MethodDef::noargs(
        "locals",
        code::locals,
        "locals($module, /)\n--\n\nReturn a dictionary containing the current scope's local variables.",
    ),
    MethodDef::kw(
        "max",
        functions::max,
        "max(iterable, *[, default=obj, key=func]) -> value\nmax(arg1, arg2, *args, *[, key=func]) -> value",
    ),
    MethodDef::kw(
        "min",
        functions::min,
        "min(iterable, *[, default=obj, key=func]) -> value\nmin(arg1, arg2, *args, *[, key=func]) -> value",
    ),
    MethodDef::fast(
        "next",
        1,
        2,
        functions::next,
        "next(iterator[, default])\n\nReturn the next item from the iterator.",
    ),
    MethodDef::one(
        "oct",
        functions::oct,
        "oct($module, number, /)\n--\n\nReturn the octal representation of an integer.",
    ),
    MethodDef::kw(
        "open",
        code::open,
        "open($module, /, file, mode='r', buffering=-1, encoding=None,\n     errors=None, newline=None, closefd=True, opener=None)\n--\n\nOpen file and return a stream.  Raise OSError upon failure.",
    ),
    MethodDef::one(
        "ord",
        functions::ord,
        "ord($module, character, /)\n--\n\nReturn the ordinal value of a character.",
    ),
    MethodDef::kw(
        "pow",
        functions::pow,
        "pow($module, /, base, exp, mod=None)\n--\n\nEquivalent to base**exp with 2 arguments or base**exp % mod with 3 arguments.",
    ),
    MethodDef::kw(
        "print",
        print::print,
        "print($module, /, *args, sep=' ', end='\\n', file=None, flush=False)\n--\n\nPrints the values to a stream, or to sys.stdout by default.",
    ),
    MethodDef::one(
        "repr",
        functions::repr,
        "repr($module, obj, /)\n--\n\nReturn the canonical string representation of the object.\n\nFor many object types, including most builtins, eval(repr(obj)) == obj.",
    ),
    MethodDef::kw(
        "round",
        functions::round,
        "round($module, /, number, ndigits=None)\n--\n\nRound a number to a given precision in decimal digits.",
    ),
    MethodDef::fast(
        "setattr",
        3,
        3,
        functions::setattr,
        "setattr($module, obj, name, value, /)\n--\n\nSets the named attribute on the given object to the specified value.",
    ),
    MethodDef::kw(
        "sorted",
        functions::sorted,
        "sorted($module, iterable, /, *, key=None, reverse=False)\n--\n\nReturn a new list containing all items from the iterable in ascending order.",
    ),
    MethodDef::kw(
        "sum",
        functions::sum,
        "sum($module, iterable, /, start=0)\n--\n\nReturn the sum of a 'start' value (default: 0) plus an iterable of numbers",
    ),
    MethodDef::fast(
        "vars",
        0,
        1,
        functions::vars,
        "vars([object]) -> dictionary\n\nWithout arguments, equivalent to locals().\nWith an argument, equivalent to object.__dict__.",
    ),
];

/// Types of the object crate that are builtins; found by name, so that a new one needs no line here.
const TYPE_NAMES: &[&str] = &[
    "bool",
    "bytearray",
    "bytes",
    "classmethod",
    "complex",
    "dict",
    "enumerate",
    "filter",
    "float",
    "frozenset",
    "int",
    "list",
    "map",
    "memoryview",
    "object",
    "property",
    "range",
    "reversed",
    "set",
    "slice",
    "staticmethod",
    "str",
    "super",
    "tuple",
    "type",
    "zip",
];

fn init(th: &mut Thread, m: &'static Module) -> R<()> {
    m.set(th, "None", Value::none())?;
    m.set(th, "True", Value::bool(true))?;
    m.set(th, "False", Value::bool(false))?;
    m.set(th, "Ellipsis", ELLIPSIS.value())?;
    m.set(th, "NotImplemented", NOT_IMPLEMENTED.value())?;
    m.set(th, "__debug__", Value::bool(true))?;
    for t in types::all() {
        if TYPE_NAMES.contains(&t.spec.name) {
            m.set(th, t.spec.name, t.value())?;
        }
    }
    let groups: [&'static StaticType; 1] = [&exceptions::EXCEPTION_GROUP];
    for t in exceptions::ALL.iter().copied().chain(groups) {
        m.set(th, t.spec.name, t.value())?;
    }
    m.set(th, "EnvironmentError", exceptions::OS_ERROR.value())?;
    m.set(th, "IOError", exceptions::OS_ERROR.value())
}

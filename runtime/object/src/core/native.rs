//! Native functions: their four forms, their declarations, and the view of their arguments.

use super::thread::Thread;
use super::value::Value;
use crate::error::R;
use crate::types::{Str, Tuple};

/// Native code of a function or method, in one of the four forms of CPython's `METH_*` flags.
#[derive(Clone, Copy)]
pub enum NativeFn {
    /// `self` only.
    NoArgs(fn(&mut Thread, Value) -> R),
    /// `self` and one positional argument.
    One(fn(&mut Thread, Value, Value) -> R),
    /// `self` and between `min` and `max` positional arguments.
    Fast {
        /// The code.
        f: fn(&mut Thread, Value, &[Value]) -> R,
        /// Fewest arguments.
        min: u16,
        /// Most arguments; `u16::MAX` for any number.
        max: u16,
    },
    /// `self`, positional and keyword arguments, which the code checks itself.
    Kw(fn(&mut Thread, Value, &Args) -> R),
}

/// How a method is bound.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Binding {
    /// To the instance.
    Instance,
    /// To the class (`self` is the type).
    Class,
    /// Not at all (`self` is `None`).
    Static,
}

/// Declaration of a native method or module function (there `self` is the module).
#[derive(Clone, Copy)]
pub struct MethodDef {
    /// Name in the namespace.
    pub name: &'static str,
    /// Code.
    pub func: NativeFn,
    /// Binding.
    pub binding: Binding,
    /// Docstring; a first line `name(sig)\n--\n\n` is the text signature, as in CPython.
    pub doc: &'static str,
}

impl MethodDef {
    /// A method without arguments.
    pub const fn noargs(
        name: &'static str,
        f: fn(&mut Thread, Value) -> R,
        doc: &'static str,
    ) -> MethodDef {
        MethodDef { name, func: NativeFn::NoArgs(f), binding: Binding::Instance, doc }
    }
    /// A method with one positional argument.
    pub const fn one(
        name: &'static str,
        f: fn(&mut Thread, Value, Value) -> R,
        doc: &'static str,
    ) -> MethodDef {
        MethodDef { name, func: NativeFn::One(f), binding: Binding::Instance, doc }
    }
    /// A method with `min..=max` positional arguments.
    pub const fn fast(
        name: &'static str,
        min: u16,
        max: u16,
        f: fn(&mut Thread, Value, &[Value]) -> R,
        doc: &'static str,
    ) -> MethodDef {
        MethodDef { name, func: NativeFn::Fast { f, min, max }, binding: Binding::Instance, doc }
    }
    /// A method with keyword arguments.
    pub const fn kw(
        name: &'static str,
        f: fn(&mut Thread, Value, &Args) -> R,
        doc: &'static str,
    ) -> MethodDef {
        MethodDef { name, func: NativeFn::Kw(f), binding: Binding::Instance, doc }
    }
    /// The same, bound to the class.
    pub const fn class(mut self) -> MethodDef {
        self.binding = Binding::Class;
        self
    }
    /// The same, not bound.
    pub const fn static_(mut self) -> MethodDef {
        self.binding = Binding::Static;
        self
    }
}

/// Declaration of a computed attribute.
#[derive(Clone, Copy)]
pub struct GetSetDef {
    /// Name.
    pub name: &'static str,
    /// Getter.
    pub get: fn(&mut Thread, Value) -> R,
    /// Setter (`None` deletes), absent for read-only attributes.
    pub set: Option<fn(&mut Thread, Value, Option<Value>) -> R<()>>,
    /// Docstring.
    pub doc: &'static str,
}

impl GetSetDef {
    /// A read-only attribute.
    pub const fn ro(
        name: &'static str,
        get: fn(&mut Thread, Value) -> R,
        doc: &'static str,
    ) -> GetSetDef {
        GetSetDef { name, get, set: None, doc }
    }
    /// A writable attribute.
    pub const fn rw(
        name: &'static str,
        get: fn(&mut Thread, Value) -> R,
        set: fn(&mut Thread, Value, Option<Value>) -> R<()>,
        doc: &'static str,
    ) -> GetSetDef {
        GetSetDef { name, get, set: Some(set), doc }
    }
}

/// Borrowed memory of an object (the buffer protocol, one-dimensional bytes).
#[derive(Clone, Copy)]
pub struct Buffer {
    /// First byte.
    pub ptr: *mut u8,
    /// Bytes.
    pub len: usize,
    /// Whether writing is forbidden.
    pub readonly: bool,
    /// Bytes of one item.
    pub itemsize: usize,
    /// `struct` format of one item.
    pub format: &'static str,
}

/// Outcome of sending into a generator-like object.
#[derive(Clone, Copy, Debug)]
pub enum SendResult {
    /// It yielded.
    Yield(Value),
    /// It returned.
    Return(Value),
}

/// Arguments of a vectorcall: positional ones, then the values of keywords named by a tuple.
#[derive(Clone, Copy)]
pub struct Args<'a> {
    /// Positional arguments.
    pub pos: &'a [Value],
    /// Keyword values, in the order of `names`.
    pub kwvalues: &'a [Value],
    names: Option<&'static Tuple>,
}

impl<'a> Args<'a> {
    /// The view of a vectorcall's arguments.
    #[inline]
    pub fn new(args: &'a [Value], kwnames: Option<Value>) -> Args<'a> {
        match kwnames.and_then(|k| k.cast::<Tuple>()) {
            Some(t) => {
                let n = args.len() - t.len();
                Args { pos: &args[..n], kwvalues: &args[n..], names: Some(t) }
            }
            None => Args { pos: args, kwvalues: &[], names: None },
        }
    }

    /// Number of keyword arguments.
    #[inline]
    pub fn nkw(&self) -> usize {
        self.kwvalues.len()
    }

    /// The keyword names tuple.
    pub fn kwnames(&self) -> Option<&'static Tuple> {
        self.names
    }

    /// The same keywords with no positional arguments.
    pub fn without_positional(&self) -> Args<'a> {
        Args { pos: &[], ..*self }
    }

    /// The same keywords with other positional arguments.
    pub fn with_positional(&self, pos: &'a [Value]) -> Args<'a> {
        Args { pos, ..*self }
    }

    /// Keyword arguments as pairs.
    pub fn keywords(&self) -> impl Iterator<Item = (&'static Str, Value)> + '_ {
        let names = self.names.map(|t| t.as_slice()).unwrap_or(&[]);
        names.iter().zip(self.kwvalues).filter_map(|(n, v)| Some((n.cast::<Str>()?, *v)))
    }

    /// The keyword argument of that name.
    pub fn keyword(&self, name: &str) -> Option<Value> {
        self.keywords().find(|(n, _)| n.eq_str(name)).map(|(_, v)| v)
    }

    /// Raises when there are keyword arguments ("f() takes no keyword arguments").
    pub fn no_keywords(&self, th: &mut Thread, fname: &str) -> R<()> {
        if self.nkw() == 0 {
            Ok(())
        } else {
            Err(th.type_error(format_args!("{fname}() takes no keyword arguments")))
        }
    }

    /// Checks the number of positional arguments as CPython's `_PyArg_CheckPositional` words it.
    pub fn positional(&self, th: &mut Thread, fname: &str, min: usize, max: usize) -> R<()> {
        check_positional(th, fname, self.pos.len(), min, max)
    }

    /// Sorts arguments into parameters, with the messages of CPython's argument parser.
    ///
    /// `params`: names in order; the first `posonly` cannot be given by keyword; those from `kwonly` on only by keyword;
    /// the first `required` must be there (keyword-only ones are optional unless counted by `required`).
    pub fn bind<const N: usize>(
        &self,
        th: &mut Thread,
        fname: &str,
        p: &Params<N>,
    ) -> R<[Option<Value>; N]> {
        let mut out = [None; N];
        let maxpos = p.kwonly.min(N);
        let total = self.pos.len() + self.nkw();
        if total > N {
            let keyword = if self.pos.is_empty() { "keyword " } else { "" };
            let s = if N == 1 { "" } else { "s" };
            return Err(th.type_error(format_args!(
                "{fname}() takes at most {N} {keyword}argument{s} ({total} given)"
            )));
        }
        if self.pos.len() > maxpos {
            return Err(if maxpos == 0 {
                th.type_error(format_args!("{fname}() takes no positional arguments"))
            } else {
                let least = if p.required.min(maxpos) < maxpos { "at most" } else { "exactly" };
                let s = if maxpos == 1 { "" } else { "s" };
                th.type_error(format_args!(
                    "{fname}() takes {least} {maxpos} positional argument{s} ({} given)",
                    self.pos.len()
                ))
            });
        }
        for (o, v) in out.iter_mut().zip(self.pos) {
            *o = Some(*v);
        }
        for (name, v) in self.keywords() {
            match p.names.iter().enumerate().skip(p.posonly).find(|(_, n)| name.eq_str(n)) {
                Some((i, _)) if out[i].is_none() => out[i] = Some(v),
                Some((i, n)) => {
                    return Err(th.type_error(format_args!(
                        "argument for {fname}() given by name ('{n}') and position ({})",
                        i + 1
                    )));
                }
                None => {
                    let name = name.to_string_lossy();
                    return Err(th.type_error(format_args!(
                        "{fname}() got an unexpected keyword argument '{name}'"
                    )));
                }
            }
        }
        for (i, o) in out.iter().enumerate().take(p.required) {
            if o.is_none() {
                return Err(if i < p.posonly || p.names[i].is_empty() {
                    let least = if p.required < maxpos { "at least" } else { "exactly" };
                    let s = if p.required == 1 { "" } else { "s" };
                    th.type_error(format_args!(
                        "{fname}() takes {least} {} positional argument{s} ({} given)",
                        p.required,
                        self.pos.len()
                    ))
                } else {
                    th.type_error(format_args!(
                        "{fname}() missing required argument '{}' (pos {})",
                        p.names[i],
                        i + 1
                    ))
                });
            }
        }
        Ok(out)
    }
}

/// Parameter list for [`Args::bind`].
pub struct Params<const N: usize> {
    /// Names in order.
    pub names: [&'static str; N],
    /// How many of the first are positional-only.
    pub posonly: usize,
    /// How many of the first are required.
    pub required: usize,
    /// Index of the first keyword-only one (`N` when there is none).
    pub kwonly: usize,
}

impl<const N: usize> Params<N> {
    /// All may be given either way, the first `required` must be.
    pub const fn new(names: [&'static str; N], required: usize) -> Params<N> {
        Params { names, posonly: 0, required, kwonly: N }
    }
    /// With the first `n` positional-only.
    pub const fn posonly(mut self, n: usize) -> Params<N> {
        self.posonly = n;
        self
    }
    /// With those from index `n` on keyword-only.
    pub const fn kwonly(mut self, n: usize) -> Params<N> {
        self.kwonly = n;
        self
    }
}

/// Raises "f expected at least 1 argument, got 0" and its kin when `n` is out of range.
pub fn check_positional(th: &mut Thread, fname: &str, n: usize, min: usize, max: usize) -> R<()> {
    if n >= min && n <= max {
        return Ok(());
    }
    let (word, lim) = if n < min { ("at least ", min) } else { ("at most ", max) };
    let word = if min == max { "" } else { word };
    let s = if lim == 1 { "" } else { "s" };
    Err(th.type_error(format_args!("{fname} expected {word}{lim} argument{s}, got {n}")))
}

/// Calls native code in its form, checking the number of arguments.
#[inline]
pub fn call_native(
    th: &mut Thread,
    def: &MethodDef,
    slf: Value,
    args: &[Value],
    kwnames: Option<Value>,
) -> R {
    let nkw = kwnames.and_then(|k| k.cast::<Tuple>()).map_or(0, |t| t.len());
    match def.func {
        NativeFn::Kw(f) => f(th, slf, &Args::new(args, kwnames)),
        _ if nkw != 0 => Err(native_no_keywords(th, def, slf)),
        NativeFn::NoArgs(f) if args.is_empty() => f(th, slf),
        NativeFn::One(f) if args.len() == 1 => f(th, slf, args[0]),
        NativeFn::Fast { f, min, max }
            if args.len() >= min as usize && args.len() <= max as usize =>
        {
            f(th, slf, args)
        }
        _ => Err(native_arity(th, def, slf, args.len())),
    }
}

#[cold]
#[inline(never)]
fn native_no_keywords(th: &mut Thread, def: &MethodDef, slf: Value) -> crate::error::Raised {
    let q = qualified(def, slf);
    th.type_error(format_args!("{q}() takes no keyword arguments"))
}

#[cold]
#[inline(never)]
fn native_arity(th: &mut Thread, def: &MethodDef, slf: Value, n: usize) -> crate::error::Raised {
    match def.func {
        NativeFn::NoArgs(_) => {
            let q = qualified(def, slf);
            th.type_error(format_args!("{q}() takes no arguments ({n} given)"))
        }
        NativeFn::One(_) => {
            let q = qualified(def, slf);
            th.type_error(format_args!("{q}() takes exactly one argument ({n} given)"))
        }
        NativeFn::Fast { min, max, .. } => {
            match check_positional(th, def.name, n, min as usize, max as usize) {
                Err(e) => e,
                Ok(()) => th.system_error(format_args!("bad arity of native {}", def.name)),
            }
        }
        NativeFn::Kw(_) => th.system_error(format_args!("bad arity of native {}", def.name)),
    }
}

/// `list.append` for methods, the bare name for module functions.
fn qualified(def: &MethodDef, slf: Value) -> String {
    match def.binding {
        Binding::Instance if !slf.is_none() && !slf.is_instance(&crate::types::MODULE) => {
            format!("{}.{}", slf.type_of().name(), def.name)
        }
        Binding::Class => match slf.cast_type() {
            Some(t) => format!("{}.{}", t.name(), def.name),
            None => def.name.to_string(),
        },
        _ => def.name.to_string(),
    }
}

impl Value {
    /// The value as a type object.
    #[inline(always)]
    pub fn cast_type(self) -> Option<&'static super::ty::Type> {
        if self.is_ptr() && self.shape().ty().has(super::ty::flags::TYPE) {
            // SAFETY: instances of `type` and its subclasses are `Type` cells.
            Some(unsafe { &*self.as_ptr::<super::ty::Type>() })
        } else {
            None
        }
    }
}

impl Buffer {
    /// A copy of the bytes.
    pub fn to_vec(&self) -> Vec<u8> {
        if self.len == 0 {
            return Vec::new();
        }
        // SAFETY: whoever lent the buffer keeps it alive and in place until it is released; a concurrent writer can
        // only make the copy a mixture, since bytes have no invalid values.
        unsafe { std::slice::from_raw_parts(self.ptr, self.len) }.to_vec()
    }
}

/// A copy of the bytes of an object with the buffer protocol; nothing for other objects.
pub fn bytes_like(th: &mut Thread, v: Value) -> R<Option<Vec<u8>>> {
    let s = v.type_of().slots();
    let Some(f) = s.buffer else { return Ok(None) };
    let b = f(th, v, false)?;
    let out = b.to_vec();
    if let Some(r) = s.release_buffer {
        r(th, v);
    }
    Ok(Some(out))
}

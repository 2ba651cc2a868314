//! The methods and operators that `bytes` and `bytearray` have in common.
//!
//! A method looks at its arguments first, which may run Python code; then it takes the bytes of `self` as they are, in
//! a critical section when that is a `bytearray`. Results have the type of `self`.

use super::ops::{byte_arg, like};
use super::{Borrowed, Bytes};
use crate::core::native::{Args, MethodDef, Params};
use crate::core::thread::Thread;
use crate::core::value::Value;
use crate::error::R;
use crate::ops;
use crate::text::ascii::{self, BadHex};
use crate::text::search::{self};
use crate::text::{StrRef, edit, split};
use crate::types::str::codecs;
use crate::types::str::convert::{
    bad_item, bound, join_items, limit, list_of, named_str_arg, ranges,
};
use crate::types::str::methods::tab_size;
use crate::types::str::ops::repeat_count;
use crate::types::{ByteArray, Str, Tuple, int};

/// The methods.
pub const METHODS: &[MethodDef] = &[
    MethodDef::noargs(
        "capitalize",
        |th, v| mapped(th, v, ascii::capitalize),
        "capitalize($self, /)\n--\n\nGive a copy with the first byte in uppercase and the rest in lowercase, ASCII only.",
    ),
    MethodDef::fast(
        "center",
        1,
        2,
        |th, v, a| pad(th, v, a, "center"),
        "center($self, width, fillchar=b' ', /)\n--\n\nGive the bytes centered in a width.",
    ),
    MethodDef::fast(
        "count",
        1,
        3,
        count,
        "count($self, sub[, start[, end]], /)\n--\n\nCount the places without overlap where sub occurs in [start:end].",
    ),
    MethodDef::kw(
        "decode",
        decode,
        "decode($self, /, encoding='utf-8', errors='strict')\n--\n\nGive the text that the bytes encode.",
    ),
    MethodDef::fast(
        "endswith",
        1,
        3,
        |th, v, a| tail(th, v, a, true),
        "endswith($self, suffix[, start[, end]], /)\n--\n\nTell whether the bytes end with the suffix, or with one of a tuple of them.",
    ),
    MethodDef::kw(
        "expandtabs",
        expandtabs,
        "expandtabs($self, /, tabsize=8)\n--\n\nGive a copy in which blanks stand for tabs.",
    ),
    MethodDef::fast(
        "find",
        1,
        3,
        |th, v, a| Ok(Value::small_int(look(th, v, a, false)?.map_or(-1, |i| i as i64))),
        "find($self, sub[, start[, end]], /)\n--\n\nGive the first place of sub in [start:end], -1 if there is none.",
    ),
    MethodDef::one(
        "fromhex",
        fromhex,
        "fromhex($type, string, /)\n--\n\nMake bytes of pairs of hexadecimal digits.",
    )
    .class(),
    MethodDef::kw(
        "hex",
        hex,
        "hex($self, sep=<unrepresentable>, bytes_per_sep=1)\n--\n\nGive the hexadecimal digits of the bytes, with separators if wanted.",
    ),
    MethodDef::fast(
        "index",
        1,
        3,
        |th, v, a| found(th, v, a, false),
        "index($self, sub[, start[, end]], /)\n--\n\nGive the first place of sub in [start:end]; ValueError if there is none.",
    ),
    MethodDef::noargs(
        "isalnum",
        |th, v| all(th, v, |b| b.is_ascii_alphanumeric()),
        "isalnum($self, /)\n--\n\nTell whether there are only ASCII letters and digits, at least one.",
    ),
    MethodDef::noargs(
        "isalpha",
        |th, v| all(th, v, |b| b.is_ascii_alphabetic()),
        "isalpha($self, /)\n--\n\nTell whether there are only ASCII letters, at least one.",
    ),
    MethodDef::noargs(
        "isascii",
        |th, v| is(th, v, |s| s.is_ascii()),
        "isascii($self, /)\n--\n\nTell whether all bytes are ASCII; no bytes are.",
    ),
    MethodDef::noargs(
        "isdigit",
        |th, v| all(th, v, |b| b.is_ascii_digit()),
        "isdigit($self, /)\n--\n\nTell whether there are only ASCII digits, at least one.",
    ),
    MethodDef::noargs(
        "islower",
        |th, v| is(th, v, ascii::islower),
        "islower($self, /)\n--\n\nTell whether all ASCII letters are lowercase, and there is one.",
    ),
    MethodDef::noargs(
        "isspace",
        |th, v| all(th, v, ascii::is_space),
        "isspace($self, /)\n--\n\nTell whether there is only ASCII white space, at least one.",
    ),
    MethodDef::noargs(
        "istitle",
        |th, v| is(th, v, ascii::istitle),
        "istitle($self, /)\n--\n\nTell whether words begin in uppercase and go on in lowercase, ASCII only.",
    ),
    MethodDef::noargs(
        "isupper",
        |th, v| is(th, v, ascii::isupper),
        "isupper($self, /)\n--\n\nTell whether all ASCII letters are uppercase, and there is one.",
    ),
    MethodDef::one(
        "join",
        join,
        "join($self, iterable_of_bytes, /)\n--\n\nGive the bytes of an iterable with these between them.",
    ),
    MethodDef::fast(
        "ljust",
        1,
        2,
        |th, v, a| pad(th, v, a, "ljust"),
        "ljust($self, width, fillchar=b' ', /)\n--\n\nGive the bytes at the left of a width.",
    ),
    MethodDef::noargs(
        "lower",
        |th, v| mapped(th, v, |s| s.to_ascii_lowercase()),
        "lower($self, /)\n--\n\nGive a copy in lowercase, ASCII only.",
    ),
    MethodDef::fast(
        "lstrip",
        0,
        1,
        |th, v, a| strip(th, v, a, true, false),
        "lstrip($self, bytes=None, /)\n--\n\nGive a copy without white space (or without the given bytes) at the start.",
    ),
    MethodDef::fast(
        "maketrans",
        2,
        2,
        maketrans,
        "maketrans(frm, to, /)\n--\n\nMake a table for translate().",
    )
    .static_(),
    MethodDef::one(
        "partition",
        |th, v, x| three(th, v, x, false),
        "partition($self, sep, /)\n--\n\nGive what is before the first separator, the separator, and what is after it.",
    ),
    MethodDef::one(
        "removeprefix",
        |th, v, x| affix(th, v, x, false),
        "removeprefix($self, prefix, /)\n--\n\nGive a copy without the prefix, if there is one.",
    ),
    MethodDef::one(
        "removesuffix",
        |th, v, x| affix(th, v, x, true),
        "removesuffix($self, suffix, /)\n--\n\nGive a copy without the suffix, if there is one.",
    ),
    MethodDef::fast(
        "replace",
        2,
        3,
        replace,
        "replace($self, old, new, count=-1, /)\n--\n\nGive a copy with new for old, at most count times unless it is negative.",
    ),
    MethodDef::fast(
        "rfind",
        1,
        3,
        |th, v, a| Ok(Value::small_int(look(th, v, a, true)?.map_or(-1, |i| i as i64))),
        "rfind($self, sub[, start[, end]], /)\n--\n\nGive the last place of sub in [start:end], -1 if there is none.",
    ),
    MethodDef::fast(
        "rindex",
        1,
        3,
        |th, v, a| found(th, v, a, true),
        "rindex($self, sub[, start[, end]], /)\n--\n\nGive the last place of sub in [start:end]; ValueError if there is none.",
    ),
    MethodDef::fast(
        "rjust",
        1,
        2,
        |th, v, a| pad(th, v, a, "rjust"),
        "rjust($self, width, fillchar=b' ', /)\n--\n\nGive the bytes at the right of a width.",
    ),
    MethodDef::one(
        "rpartition",
        |th, v, x| three(th, v, x, true),
        "rpartition($self, sep, /)\n--\n\nGive what is before the last separator, the separator, and what is after it.",
    ),
    MethodDef::kw(
        "rsplit",
        |th, v, a| cut(th, v, a, true),
        "rsplit($self, /, sep=None, maxsplit=-1)\n--\n\nSplit at a separator or at white space, from the right.",
    ),
    MethodDef::fast(
        "rstrip",
        0,
        1,
        |th, v, a| strip(th, v, a, false, true),
        "rstrip($self, bytes=None, /)\n--\n\nGive a copy without white space (or without the given bytes) at the end.",
    ),
    MethodDef::kw(
        "split",
        |th, v, a| cut(th, v, a, false),
        "split($self, /, sep=None, maxsplit=-1)\n--\n\nSplit at a separator or at white space.",
    ),
    MethodDef::kw(
        "splitlines",
        splitlines,
        "splitlines($self, /, keepends=False)\n--\n\nSplit at line boundaries.",
    ),
    MethodDef::fast(
        "startswith",
        1,
        3,
        |th, v, a| tail(th, v, a, false),
        "startswith($self, prefix[, start[, end]], /)\n--\n\nTell whether the bytes start with the prefix, or with one of a tuple of them.",
    ),
    MethodDef::fast(
        "strip",
        0,
        1,
        |th, v, a| strip(th, v, a, true, true),
        "strip($self, bytes=None, /)\n--\n\nGive a copy without white space (or without the given bytes) at both ends.",
    ),
    MethodDef::noargs(
        "swapcase",
        |th, v| mapped(th, v, ascii::swapcase),
        "swapcase($self, /)\n--\n\nGive a copy with upper- and lowercase exchanged, ASCII only.",
    ),
    MethodDef::noargs(
        "title",
        |th, v| mapped(th, v, ascii::title),
        "title($self, /)\n--\n\nGive a copy with each word capitalized, ASCII only.",
    ),
    MethodDef::kw(
        "translate",
        translate,
        "translate($self, table, /, delete=b'')\n--\n\nGive a copy without the bytes to delete and with the others replaced as the table says.",
    ),
    MethodDef::noargs(
        "upper",
        |th, v| mapped(th, v, |s| s.to_ascii_uppercase()),
        "upper($self, /)\n--\n\nGive a copy in uppercase, ASCII only.",
    ),
    MethodDef::one(
        "zfill",
        zfill,
        "zfill($self, width, /)\n--\n\nGive the number in a width, filled with zeros behind its sign.",
    ),
];

/// Runs `f`, which touches no object, on the bytes of `self`.
#[inline]
pub(crate) fn look_at<T>(th: &mut Thread, v: Value, f: impl FnOnce(&[u8]) -> T) -> T {
    match v.cast::<Bytes>() {
        Some(b) => f(b.as_slice()),
        None => match v.cast::<ByteArray>() {
            Some(b) => b.read(th, f),
            None => f(&[]),
        },
    }
}

/// The bytes of `self` for as long as results are made of them.
fn this(th: &mut Thread, v: Value) -> Borrowed {
    match v.cast::<Bytes>() {
        Some(b) => Borrowed::Static(b.as_slice()),
        None => Borrowed::Copied(look_at(th, v, <[u8]>::to_vec)),
    }
}

/// `self` itself when it is exactly `bytes`, else a copy: what methods give that change nothing.
fn unchanged(th: &mut Thread, v: Value) -> R {
    if v.is_exact::<Bytes>() {
        return Ok(v);
    }
    let s = this(th, v);
    like(th, v, s.as_slice())
}

fn part(th: &mut Thread, v: Value, s: &[u8], a: usize, b: usize) -> R {
    if a == 0 && b == s.len() && v.is_exact::<Bytes>() { Ok(v) } else { like(th, v, &s[a..b]) }
}

fn is(th: &mut Thread, v: Value, f: fn(&[u8]) -> bool) -> R {
    Ok(Value::bool(look_at(th, v, f)))
}

fn all(th: &mut Thread, v: Value, pass: fn(u8) -> bool) -> R {
    Ok(Value::bool(look_at(th, v, |s| ascii::all(s, pass))))
}

fn mapped(th: &mut Thread, v: Value, f: fn(&[u8]) -> Vec<u8>) -> R {
    let out = look_at(th, v, f);
    like(th, v, &out)
}

// ---- searching

/// What is looked for: bytes, or one byte given as an int.
enum Needle {
    One([u8; 1]),
    Many(Borrowed),
}

impl Needle {
    fn of(th: &mut Thread, v: Value) -> R<Needle> {
        if v.type_of().slots().buffer.is_some() {
            return Borrowed::of(th, v).map(Needle::Many);
        }
        if int::check(v) || v.type_of().slots().index.is_some() {
            return Ok(Needle::One([byte_arg(th, v)?]));
        }
        let tn = v.type_of().name();
        Err(th.type_error(format_args!(
            "argument should be integer or bytes-like object, not '{tn}'"
        )))
    }

    fn as_slice(&self) -> &[u8] {
        match self {
            Needle::One(b) => b,
            Needle::Many(b) => b.as_slice(),
        }
    }
}

type Bounds = (Option<isize>, Option<isize>);

fn bounds(th: &mut Thread, args: &[Value]) -> R<Bounds> {
    let start = bound(th, args.get(1))?;
    let end = bound(th, args.get(2))?;
    Ok((start, end))
}

fn look(th: &mut Thread, v: Value, args: &[Value], right: bool) -> R<Option<usize>> {
    let needle = Needle::of(th, args[0])?;
    let (start, end) = bounds(th, args)?;
    let needle = needle.as_slice();
    Ok(look_at(th, v, |s| {
        let (a, b) = search::clamp(s.len(), start, end);
        if a > b {
            None
        } else if right {
            search::rfind(&s[a..b], needle).map(|i| i + a)
        } else {
            search::find(&s[..b], needle, a)
        }
    }))
}

fn found(th: &mut Thread, v: Value, args: &[Value], right: bool) -> R {
    match look(th, v, args, right)? {
        Some(i) => Ok(Value::small_int(i as i64)),
        None => Err(th.value_error(format_args!("subsection not found"))),
    }
}

fn count(th: &mut Thread, v: Value, args: &[Value]) -> R {
    let needle = Needle::of(th, args[0])?;
    let (start, end) = bounds(th, args)?;
    let n = look_at(th, v, |s| {
        let (a, b) = search::clamp(s.len(), start, end);
        if a > b { 0 } else { search::count(&s[a..b], needle.as_slice(), usize::MAX) }
    });
    Ok(Value::small_int(n as i64))
}

/// `x in self`
pub fn contains(th: &mut Thread, v: Value, x: Value) -> R<bool> {
    let needle = if int::check(x) || x.type_of().slots().index.is_some() {
        Needle::One([byte_arg(th, x)?])
    } else {
        Needle::Many(Borrowed::of(th, x)?)
    };
    Ok(look_at(th, v, |s| search::find(s, needle.as_slice(), 0).is_some()))
}

fn tail(th: &mut Thread, v: Value, args: &[Value], at_end: bool) -> R {
    let f = if at_end { "endswith" } else { "startswith" };
    let (start, end) = bounds(th, args)?;
    let test = |th: &mut Thread, x: Borrowed| {
        look_at(th, v, |s| {
            let (a, b) = search::clamp(s.len(), start, end);
            search::tail_match(s, x.as_slice(), a, b, at_end)
        })
    };
    if let Some(all) = args[0].cast::<Tuple>() {
        for x in all.as_slice() {
            let x = Borrowed::of(th, *x)?;
            if test(th, x) {
                return Ok(Value::bool(true));
            }
        }
        return Ok(Value::bool(false));
    }
    match Borrowed::try_of(th, args[0])? {
        Some(x) => Ok(Value::bool(test(th, x))),
        None => {
            let tn = args[0].type_of().name();
            Err(th.type_error(format_args!(
                "{f} first arg must be bytes or a tuple of bytes, not {tn}"
            )))
        }
    }
}

fn affix(th: &mut Thread, v: Value, x: Value, at_end: bool) -> R {
    let x = Borrowed::of(th, x)?;
    let s = this(th, v);
    let (s, x) = (s.as_slice(), x.as_slice());
    let (a, b) = match at_end {
        true if s.ends_with(x) => (0, s.len() - x.len()),
        false if s.starts_with(x) => (x.len(), s.len()),
        _ => (0, s.len()),
    };
    part(th, v, s, a, b)
}

// ---- cutting

fn cut(th: &mut Thread, v: Value, args: &Args, right: bool) -> R {
    let f = if right { "rsplit" } else { "split" };
    let [sep, max] = args.bind(th, f, &Params::new(["sep", "maxsplit"], 0))?;
    let max = limit(th, max)?;
    let sep = match sep.filter(|s| !s.is_none()) {
        Some(x) => Some(Borrowed::of(th, x)?),
        None => None,
    };
    let s = this(th, v);
    let s = s.as_slice();
    let found = match &sep {
        None if right => ranges(|p| split::rsplit_space(s, max, ascii::is_space, p)),
        None => ranges(|p| split::split_space(s, max, ascii::is_space, p)),
        Some(sep) => {
            let sep = sep.as_slice();
            if sep.is_empty() {
                return Err(th.value_error(format_args!("empty separator")));
            }
            if right {
                ranges(|p| split::rsplit_on(s, sep, max, p))
            } else {
                ranges(|p| split::split_on(s, sep, max, p))
            }
        }
    };
    let n = found.len();
    list_of(th, n, |th, i| {
        let (a, b) = found[if right { n - 1 - i } else { i }];
        part(th, v, s, a, b)
    })
}

fn splitlines(th: &mut Thread, v: Value, args: &Args) -> R {
    let [keep] = args.bind(th, "splitlines", &Params::new(["keepends"], 0))?;
    let keep = match keep {
        Some(k) => ops::is_true(th, k)?,
        None => false,
    };
    let s = this(th, v);
    let s = s.as_slice();
    let found = ranges(|p| split::split_lines(s, keep, ascii::is_line_break, p));
    list_of(th, found.len(), |th, i| part(th, v, s, found[i].0, found[i].1))
}

fn three(th: &mut Thread, v: Value, x: Value, right: bool) -> R {
    let sep = Borrowed::of(th, x)?;
    let s = this(th, v);
    let s = s.as_slice();
    if sep.as_slice().is_empty() {
        return Err(th.value_error(format_args!("empty separator")));
    }
    let items = match split::partition(s, sep.as_slice(), right) {
        Some((a, b)) => {
            let before = like(th, v, &s[..a])?;
            // A bytearray's separator is a copy of its own.
            let middle = if v.cast::<Bytes>().is_some() { x } else { like(th, v, sep.as_slice())? };
            let after = like(th, v, &s[b..])?;
            [before, middle, after]
        }
        None => {
            let whole = part(th, v, s, 0, s.len())?;
            let (a, b) = (like(th, v, &[])?, like(th, v, &[])?);
            if right { [a, b, whole] } else { [whole, a, b] }
        }
    };
    Ok(Value::from_ref(Tuple::new(th, &items)?))
}

fn strip(th: &mut Thread, v: Value, args: &[Value], left: bool, right: bool) -> R {
    let set = match args.first().filter(|x| !x.is_none()) {
        Some(x) => Some(Borrowed::of(th, *x)?),
        None => None,
    };
    let s = this(th, v);
    let s = s.as_slice();
    let (a, b) = match &set {
        None => split::strip(s, left, right, ascii::is_space),
        Some(set) => {
            let set = split::CutSet::new(set.as_slice());
            split::strip(s, left, right, |u| set.has(u))
        }
    };
    part(th, v, s, a, b)
}

// ---- making

fn pad(th: &mut Thread, v: Value, args: &[Value], f: &str) -> R {
    let width = int::as_isize(th, args[0])?.max(0) as usize;
    let fill = match args.get(1) {
        None => b' ',
        Some(x) => fill_byte(th, f, *x)?,
    };
    let len = look_at(th, v, <[u8]>::len);
    if width <= len {
        return unchanged(th, v);
    }
    if width > crate::types::str::LEN_MAX {
        return Err(th.memory_error());
    }
    let out = look_at(th, v, |s| {
        let n = width.saturating_sub(s.len());
        let (left, right) = match f {
            "ljust" => (0, n),
            "rjust" => (n, 0),
            _ => edit::center_padding(s.len(), width),
        };
        edit::pad(s, left, right, fill)
    });
    like(th, v, &out)
}

fn fill_byte(th: &mut Thread, f: &str, x: Value) -> R<u8> {
    let data = match (x.cast::<Bytes>(), x.cast::<ByteArray>()) {
        (Some(b), _) => Some((b.as_slice().to_vec(), "bytes")),
        (_, Some(b)) => Some((b.snapshot(th), "bytearray")),
        _ => None,
    };
    match data {
        Some((b, _)) if b.len() == 1 => Ok(b[0]),
        Some((b, name)) => {
            let (n, article) = (b.len(), "a");
            Err(th.type_error(format_args!(
                "{f}(): argument 2 must be a byte string of length 1, not {article} {name} object of length {n}"
            )))
        }
        None => {
            let tn = x.type_of().name();
            Err(th.type_error(format_args!(
                "{f}() argument 2 must be a byte string of length 1, not {tn}"
            )))
        }
    }
}

fn zfill(th: &mut Thread, v: Value, width: Value) -> R {
    let width = int::as_isize(th, width)?.max(0) as usize;
    if width <= look_at(th, v, <[u8]>::len) {
        return unchanged(th, v);
    }
    if width > crate::types::str::LEN_MAX {
        return Err(th.memory_error());
    }
    let out = look_at(th, v, |s| edit::zfill(s, width));
    like(th, v, &out)
}

fn expandtabs(th: &mut Thread, v: Value, args: &Args) -> R {
    let [tab] = args.bind(th, "expandtabs", &Params::new(["tabsize"], 0))?;
    let tab = tab_size(th, tab)?;
    let out = look_at(th, v, |s| {
        let len = edit::expanded_len(s, tab).filter(|&n| n <= crate::types::str::LEN_MAX)?;
        let mut out = Vec::with_capacity(len);
        edit::expand_tabs(s, tab, |c, n| out.resize(out.len() + n, c as u8));
        Some(out)
    });
    match out {
        Some(out) => like(th, v, &out),
        None => Err(th.overflow_error(format_args!("result too long"))),
    }
}

fn replace(th: &mut Thread, v: Value, args: &[Value]) -> R {
    let old = Borrowed::of(th, args[0])?;
    let new = Borrowed::of(th, args[1])?;
    let max = limit(th, args.get(2).copied())?;
    let (old, new) = (old.as_slice(), new.as_slice());
    let out = look_at(th, v, |s| {
        let most = max.min(s.len() / old.len().max(1) + 1).saturating_mul(new.len());
        if most > crate::types::str::LEN_MAX
            && search::count(s, old, max).saturating_mul(new.len()) > crate::types::str::LEN_MAX
        {
            return Err(());
        }
        Ok(edit::replace(s, old, new, max))
    });
    match out {
        Ok(Some(out)) => like(th, v, &out),
        Ok(None) => unchanged(th, v),
        Err(()) => Err(th.memory_error()),
    }
}

fn translate(th: &mut Thread, v: Value, args: &Args) -> R {
    let [table, delete] = args.bind(th, "translate", &Params::new(["", "delete"], 1).posonly(1))?;
    let table = match table.filter(|t| !t.is_none()) {
        Some(t) => {
            let t = Borrowed::of(th, t)?;
            if t.as_slice().len() != 256 {
                return Err(
                    th.value_error(format_args!("translation table must be 256 characters long"))
                );
            }
            Some(t)
        }
        None => None,
    };
    let mut gone = [false; 256];
    if let Some(d) = delete {
        for &b in Borrowed::of(th, d)?.as_slice() {
            gone[usize::from(b)] = true;
        }
    }
    let table = table.as_ref().map(Borrowed::as_slice);
    let s = this(th, v);
    let s = s.as_slice();
    let kept = s.iter().filter(|&&b| !gone[usize::from(b)]);
    let out: Vec<u8> = match table {
        Some(t) => kept.map(|&b| t[usize::from(b)]).collect(),
        None => kept.copied().collect(),
    };
    if out == s { unchanged(th, v) } else { like(th, v, &out) }
}

fn maketrans(th: &mut Thread, _: Value, args: &[Value]) -> R {
    let from = Borrowed::of(th, args[0])?;
    let to = Borrowed::of(th, args[1])?;
    let (from, to) = (from.as_slice(), to.as_slice());
    if from.len() != to.len() {
        return Err(th.value_error(format_args!("maketrans arguments must have same length")));
    }
    let mut table: [u8; 256] = std::array::from_fn(|i| i as u8);
    for (f, t) in from.iter().zip(to) {
        table[usize::from(*f)] = *t;
    }
    Ok(Value::from_ref(Bytes::new(th, &table)?))
}

fn join(th: &mut Thread, v: Value, iterable: Value) -> R {
    let items = join_items(th, iterable)?.as_slice();
    if let [one] = items
        && one.is_exact::<Bytes>()
        && v.cast::<Bytes>().is_some()
    {
        return Ok(*one);
    }
    let sep = this(th, v);
    let sep = sep.as_slice();
    // Bytes need no copy before the result is made, so the usual case knows its length.
    let known = items.iter().map(|x| x.cast::<Bytes>().map(Bytes::len)).sum::<Option<usize>>();
    let mut out =
        Vec::with_capacity(known.unwrap_or(0) + sep.len() * items.len().saturating_sub(1));
    for (i, x) in items.iter().enumerate() {
        if i > 0 {
            out.extend_from_slice(sep);
        }
        match Borrowed::try_of(th, *x)? {
            Some(b) => out.extend_from_slice(b.as_slice()),
            None => return Err(bad_item(th, i, "a bytes-like object", *x)),
        }
    }
    like(th, v, &out)
}

/// `self + x`
pub fn concat(th: &mut Thread, v: Value, x: Value) -> R {
    let Some(other) = Borrowed::try_of(th, x)? else {
        let (a, b) = (x.type_of().name(), v.type_of().name());
        return Err(th.type_error(format_args!("can't concat {a} to {b}")));
    };
    let other = other.as_slice();
    if let Some(b) = v.cast::<Bytes>() {
        let s = b.as_slice();
        if other.is_empty() && v.is_exact::<Bytes>() {
            return Ok(v);
        }
        if s.is_empty() && x.is_exact::<Bytes>() {
            return Ok(x);
        }
        let Some(len) = s.len().checked_add(other.len()) else { return Err(th.memory_error()) };
        let sum = Bytes::fresh(th, len, |out| {
            out[..s.len()].copy_from_slice(s);
            out[s.len()..].copy_from_slice(other);
        })?;
        return Ok(Value::from_ref(sum));
    }
    let mut out = look_at(th, v, |s| {
        let mut out = Vec::with_capacity(s.len() + other.len());
        out.extend_from_slice(s);
        out
    });
    out.extend_from_slice(other);
    like(th, v, &out)
}

/// `self * n`
pub fn repeat(th: &mut Thread, v: Value, n: Value) -> R {
    let n = repeat_count(th, n)?;
    if n == 1 {
        return unchanged(th, v);
    }
    let len = look_at(th, v, <[u8]>::len);
    if len.saturating_mul(n) > crate::types::str::LEN_MAX {
        return Err(th.memory_error());
    }
    let out = look_at(th, v, |s| s.repeat(n));
    like(th, v, &out)
}

// ---- text

fn decode(th: &mut Thread, v: Value, args: &Args) -> R {
    let [encoding, errors] = args.bind(th, "decode", &Params::new(["encoding", "errors"], 0))?;
    let encoding = named_str_arg(th, "decode", "encoding", encoding)?;
    let errors = named_str_arg(th, "decode", "errors", errors)?;
    Ok(Value::from_ref(codecs::decode(th, v, encoding, errors)?))
}

fn hex(th: &mut Thread, v: Value, args: &Args) -> R {
    let (sep, group) = hex_args(th, args)?;
    let out = look_at(th, v, |s| ascii::hex(s, sep, group));
    Ok(Value::from_ref(Str::from_view(th, StrRef::Ascii(&out))?))
}

/// The arguments of `hex`: the separator and the size of groups, 0 for none.
pub fn hex_args(th: &mut Thread, args: &Args) -> R<(u8, isize)> {
    let [sep, group] = args.bind(th, "hex", &Params::new(["sep", "bytes_per_sep"], 0))?;
    let group = match group {
        None => 1,
        Some(g) => int::as_i32(th, g)? as isize,
    };
    let Some(sep) = sep else { return Ok((b':', 0)) };
    let len = ops::len(th, sep)?;
    if len != 1 {
        return Err(th.value_error(format_args!("sep must be length 1.")));
    }
    let c = match (sep.cast::<Str>(), sep.cast::<Bytes>()) {
        (Some(s), _) => s.code_point(0),
        (_, Some(b)) => u32::from(b.as_slice()[0]),
        _ => return Err(th.type_error(format_args!("sep must be str or bytes."))),
    };
    if c >= 0x80 {
        return Err(th.value_error(format_args!("sep must be ASCII.")));
    }
    Ok((c as u8, group))
}

fn fromhex(th: &mut Thread, class: Value, text: Value) -> R {
    let result = if let Some(s) = text.cast::<Str>() {
        ascii::from_hex(s.view())
    } else if let Some(b) = Borrowed::try_of(th, text)? {
        ascii::from_hex(StrRef::Latin1(b.as_slice()))
    } else {
        let tn = text.type_of().name();
        return Err(
            th.type_error(format_args!("fromhex() argument must be str or bytes-like, not {tn}"))
        );
    };
    let data = match result {
        Ok(data) => data,
        Err(BadHex::At(i)) => {
            return Err(th.value_error(format_args!(
                "non-hexadecimal number found in fromhex() arg at position {i}"
            )));
        }
        Err(BadHex::Odd) => {
            return Err(th.value_error(format_args!(
                "fromhex() arg must contain an even number of hexadecimal digits"
            )));
        }
    };
    let plain = Value::from_ref(Bytes::new(th, &data)?);
    if class == super::BYTES.value() { Ok(plain) } else { ops::call1(th, class, plain) }
}

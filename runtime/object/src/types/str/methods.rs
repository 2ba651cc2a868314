//! The methods of `str`: the list of them, and those that change text, ask about it or join it.

use super::convert::{bad_item, join_items, limit, str_arg};
use super::ops::own;
use super::{DATA, Str, codecs, format, search, tables};
use crate::core::native::{Args, MethodDef, Params};
use crate::core::thread::Thread;
use crate::core::value::Value;
use crate::each_kind;
use crate::error::R;
use crate::num::format::{Align, Spec, layout_str};
use crate::text::{StrBuilder, StrRef, case, edit, unicode};
use crate::types::{Tuple, int};

const fn noargs(
    name: &'static str,
    f: fn(&mut Thread, Value) -> R,
    doc: &'static str,
) -> MethodDef {
    MethodDef::noargs(name, f, doc)
}

/// All methods.
pub static ALL: [MethodDef; 50] = [
    noargs("capitalize", |th, v| changed(th, v, case::str_capitalize), "capitalize($self, /)\n--\n\nGive a copy with the first character in titlecase and the rest in lowercase."),
    noargs("casefold", |th, v| changed(th, v, case::str_casefold), "casefold($self, /)\n--\n\nGive a copy for comparisons that ignore case."),
    MethodDef::fast("center", 1, 2, |th, v, a| pad(th, v, a, Side::Center), "center($self, width, fillchar=' ', /)\n--\n\nGive the string centered in a width."),
    MethodDef::fast("count", 1, 3, search::count, "count($self, sub[, start[, end]], /)\n--\n\nCount the places without overlap where sub occurs in [start:end]."),
    MethodDef::kw("encode", codecs::encode_method, "encode($self, /, encoding='utf-8', errors='strict')\n--\n\nGive the bytes of the string in an encoding."),
    MethodDef::fast("endswith", 1, 3, search::endswith, "endswith($self, suffix[, start[, end]], /)\n--\n\nTell whether the string ends with the suffix, or with one of a tuple of them."),
    MethodDef::kw("expandtabs", expandtabs, "expandtabs($self, /, tabsize=8)\n--\n\nGive a copy in which blanks stand for tabs."),
    MethodDef::fast("find", 1, 3, search::find, "find($self, sub[, start[, end]], /)\n--\n\nGive the first place of sub in [start:end], -1 if there is none."),
    MethodDef::kw("format", format::format_method, "format($self, /, *args, **kwargs)\n--\n\nFill the replacement fields in braces with the arguments."),
    MethodDef::one("format_map", format::format_map, "format_map($self, mapping, /)\n--\n\nFill the replacement fields in braces from a mapping."),
    MethodDef::fast("index", 1, 3, search::index, "index($self, sub[, start[, end]], /)\n--\n\nGive the first place of sub in [start:end]; ValueError if there is none."),
    noargs("isalnum", |_, v| all(v, unicode::is_alnum), "isalnum($self, /)\n--\n\nTell whether there are only letters and numbers, at least one."),
    noargs("isalpha", |_, v| all(v, unicode::is_alpha), "isalpha($self, /)\n--\n\nTell whether there are only letters, at least one."),
    noargs("isascii", |_, v| Ok(Value::bool(own(v).is_ascii())), "isascii($self, /)\n--\n\nTell whether all characters are ASCII; the empty string is."),
    noargs("isdecimal", |_, v| all(v, unicode::is_decimal), "isdecimal($self, /)\n--\n\nTell whether there are only decimal digits, at least one."),
    noargs("isdigit", |_, v| all(v, unicode::is_digit), "isdigit($self, /)\n--\n\nTell whether there are only digits, at least one."),
    noargs("isidentifier", |_, v| Ok(Value::bool(unicode::is_identifier(own(v).view()))), "isidentifier($self, /)\n--\n\nTell whether the string is a valid identifier; keywords are."),
    noargs("islower", |_, v| Ok(Value::bool(case::str_islower(own(v).view()))), "islower($self, /)\n--\n\nTell whether all cased characters are lowercase, and there is one."),
    noargs("isnumeric", |_, v| all(v, unicode::is_numeric), "isnumeric($self, /)\n--\n\nTell whether there are only numeric characters, at least one."),
    noargs("isprintable", |_, v| Ok(Value::bool(own(v).view().chars().all(unicode::is_printable))), "isprintable($self, /)\n--\n\nTell whether repr() would escape no character."),
    noargs("isspace", |_, v| all(v, unicode::is_space), "isspace($self, /)\n--\n\nTell whether there is only white space, at least one."),
    noargs("istitle", |_, v| Ok(Value::bool(case::str_istitle(own(v).view()))), "istitle($self, /)\n--\n\nTell whether words begin in upper- or titlecase and go on in lowercase."),
    noargs("isupper", |_, v| Ok(Value::bool(case::str_isupper(own(v).view()))), "isupper($self, /)\n--\n\nTell whether all cased characters are uppercase, and there is one."),
    MethodDef::one("join", join_method, "join($self, iterable, /)\n--\n\nGive the strings of an iterable with this one between them."),
    MethodDef::fast("ljust", 1, 2, |th, v, a| pad(th, v, a, Side::Left), "ljust($self, width, fillchar=' ', /)\n--\n\nGive the string at the left of a width."),
    noargs("lower", |th, v| changed(th, v, case::str_lower), "lower($self, /)\n--\n\nGive a copy in lowercase."),
    MethodDef::fast("lstrip", 0, 1, search::lstrip, "lstrip($self, chars=None, /)\n--\n\nGive a copy without white space (or without chars) at the start."),
    MethodDef::fast("maketrans", 1, 3, tables::maketrans, "maketrans(x, y=<unrepresentable>, z=<unrepresentable>, /)\n--\n\nMake a table for translate().").static_(),
    MethodDef::one("partition", search::partition, "partition($self, sep, /)\n--\n\nGive what is before the first separator, the separator, and what is after it."),
    MethodDef::one("removeprefix", search::removeprefix, "removeprefix($self, prefix, /)\n--\n\nGive a copy without the prefix, if there is one."),
    MethodDef::one("removesuffix", search::removesuffix, "removesuffix($self, suffix, /)\n--\n\nGive a copy without the suffix, if there is one."),
    MethodDef::kw("replace", replace, "replace($self, old, new, /, count=-1)\n--\n\nGive a copy with new for old, at most count times unless it is negative."),
    MethodDef::fast("rfind", 1, 3, search::rfind, "rfind($self, sub[, start[, end]], /)\n--\n\nGive the last place of sub in [start:end], -1 if there is none."),
    MethodDef::fast("rindex", 1, 3, search::rindex, "rindex($self, sub[, start[, end]], /)\n--\n\nGive the last place of sub in [start:end]; ValueError if there is none."),
    MethodDef::fast("rjust", 1, 2, |th, v, a| pad(th, v, a, Side::Right), "rjust($self, width, fillchar=' ', /)\n--\n\nGive the string at the right of a width."),
    MethodDef::one("rpartition", search::rpartition, "rpartition($self, sep, /)\n--\n\nGive what is before the last separator, the separator, and what is after it."),
    MethodDef::kw("rsplit", search::rsplit, "rsplit($self, /, sep=None, maxsplit=-1)\n--\n\nSplit at a separator or at white space, from the right."),
    MethodDef::fast("rstrip", 0, 1, search::rstrip, "rstrip($self, chars=None, /)\n--\n\nGive a copy without white space (or without chars) at the end."),
    MethodDef::kw("split", search::split, "split($self, /, sep=None, maxsplit=-1)\n--\n\nSplit at a separator or at white space."),
    MethodDef::kw("splitlines", search::splitlines, "splitlines($self, /, keepends=False)\n--\n\nSplit at line boundaries."),
    MethodDef::fast("startswith", 1, 3, search::startswith, "startswith($self, prefix[, start[, end]], /)\n--\n\nTell whether the string starts with the prefix, or with one of a tuple of them."),
    MethodDef::fast("strip", 0, 1, search::strip, "strip($self, chars=None, /)\n--\n\nGive a copy without white space (or without chars) at both ends."),
    noargs("swapcase", |th, v| changed(th, v, case::str_swapcase), "swapcase($self, /)\n--\n\nGive a copy with upper- and lowercase exchanged."),
    noargs("title", |th, v| changed(th, v, case::str_title), "title($self, /)\n--\n\nGive a copy with each word in titlecase."),
    MethodDef::one("translate", tables::translate, "translate($self, table, /)\n--\n\nGive a copy with each character replaced as the table says."),
    noargs("upper", |th, v| changed(th, v, case::str_upper), "upper($self, /)\n--\n\nGive a copy in uppercase."),
    MethodDef::one("zfill", zfill, "zfill($self, width, /)\n--\n\nGive the number in a width, filled with zeros behind its sign."),
    MethodDef::one("__format__", format_self, "__format__($self, format_spec, /)\n--\n\nFormat the string as the specifier says."),
    noargs("__getnewargs__", getnewargs, ""),
    noargs("__sizeof__", sizeof, "__sizeof__($self, /)\n--\n\nGive the size of the string in memory, in bytes."),
];

fn changed(th: &mut Thread, v: Value, f: fn(StrRef<'_>) -> crate::text::StrBuf) -> R {
    let s = own(v);
    if let (StrRef::Ascii(u), true) = (s.view(), v.is_exact::<Str>()) {
        // Mapping ASCII keeps the length, so the result is written straight into its cell.
        if std::ptr::fn_addr_eq(f, case::str_lower as fn(StrRef<'_>) -> _) {
            return ascii_map(th, u, |b| b.to_ascii_lowercase());
        }
        if std::ptr::fn_addr_eq(f, case::str_upper as fn(StrRef<'_>) -> _) {
            return ascii_map(th, u, |b| b.to_ascii_uppercase());
        }
    }
    let out = f(s.view());
    Ok(Value::from_ref(Str::from_buf(th, &out)?))
}

fn ascii_map(th: &mut Thread, u: &'static [u8], f: impl Fn(&u8) -> u8) -> R {
    if let [b] = u {
        return Ok(Value::from_ref(Str::from_code_point(th, u32::from(f(b)))?));
    }
    // SAFETY: the data is written right away.
    let (s, p) = unsafe { Str::alloc(th, super::STR.shape(), u.len(), 1 | super::ASCII, 0)? };
    for (i, b) in u.iter().enumerate() {
        // SAFETY: room for as many bytes as the text has.
        unsafe { p.add(i).write(f(b)) };
    }
    Ok(Value::from_ref(s))
}

fn all(v: Value, pass: fn(u32) -> bool) -> R {
    let s = own(v).view();
    Ok(Value::bool(!s.is_empty() && each_kind!(s, u => u.iter().all(|&c| pass(u32::from(c))))))
}

#[derive(Clone, Copy, PartialEq)]
enum Side {
    Left,
    Right,
    Center,
}

/// The length of a text that is made longer.
fn check_len(th: &mut Thread, width: usize, message: &str) -> R<()> {
    if width > super::LEN_MAX {
        if message.is_empty() {
            return Err(th.memory_error());
        }
        return Err(th.overflow_error(format_args!("{message}")));
    }
    Ok(())
}

fn pad(th: &mut Thread, v: Value, args: &[Value], side: Side) -> R {
    let width = int::as_isize(th, args[0])?.max(0) as usize;
    let fill = match args.get(1) {
        None => 0x20,
        Some(x) => match x.cast::<Str>() {
            Some(s) if s.len() == 1 => s.code_point(0),
            Some(_) => {
                return Err(th.type_error(format_args!(
                    "The fill character must be exactly one character long"
                )));
            }
            None => {
                let tn = x.type_of().name();
                return Err(th.type_error(format_args!(
                    "The fill character must be a unicode character, not {tn}"
                )));
            }
        },
    };
    let s = own(v);
    if width <= s.len() {
        return Ok(Value::from_ref(s.exact(th)?));
    }
    check_len(th, width, "")?;
    let (left, right) = match side {
        Side::Left => (0, width - s.len()),
        Side::Right => (width - s.len(), 0),
        Side::Center => edit::center_padding(s.len(), width),
    };
    padded(th, s.view(), left, right, fill)
}

/// A text with fill code points on both sides.
pub(super) fn padded(th: &mut Thread, s: StrRef<'_>, left: usize, right: usize, fill: u32) -> R {
    let kind = s.needed_kind().max(crate::text::Kind::for_bits(fill));
    let one = [fill];
    let r = Str::build(th, kind, left + s.len() + right, |w| {
        (0..left).for_each(|_| w.put(StrRef::Ucs4(&one)));
        w.put(s);
        (0..right).for_each(|_| w.put(StrRef::Ucs4(&one)));
    })?;
    Ok(Value::from_ref(r))
}

fn zfill(th: &mut Thread, v: Value, width: Value) -> R {
    let width = int::as_isize(th, width)?.max(0) as usize;
    let s = own(v);
    if width <= s.len() {
        return Ok(Value::from_ref(s.exact(th)?));
    }
    check_len(th, width, "")?;
    let out = edit::str_zfill(s.view(), width);
    Ok(Value::from_ref(Str::from_buf(th, &out)?))
}

fn expandtabs(th: &mut Thread, v: Value, args: &Args) -> R {
    let [tab] = args.bind(th, "expandtabs", &Params::new(["tabsize"], 0))?;
    let tab = tab_size(th, tab)?;
    let s = own(v);
    let has_tab = each_kind!(s.view(), u => u.iter().any(|&c| u32::from(c) == 9));
    if !has_tab {
        return Ok(Value::from_ref(s.exact(th)?));
    }
    let len = each_kind!(s.view(), u => edit::expanded_len(u, tab));
    let Some(len) = len.filter(|&n| n <= super::LEN_MAX) else {
        return Err(th.overflow_error(format_args!("new string is too long")));
    };
    let mut out = StrBuilder::with_kind(s.view().kind(), len);
    each_kind!(s.view(), u => edit::expand_tabs(u, tab, |c, n| out.push_n(c, n)));
    Ok(Value::from_ref(Str::from_buf(th, &out.finish())?))
}

/// The argument of `expandtabs`: a C int, negative ones count as 0.
pub(crate) fn tab_size(th: &mut Thread, v: Option<Value>) -> R<usize> {
    let Some(v) = v else { return Ok(8) };
    let i = int::as_i64(th, v)?;
    match i32::try_from(i) {
        Ok(i) => Ok(i.max(0) as usize),
        Err(_) => Err(th.overflow_error(format_args!("Python int too large to convert to C int"))),
    }
}

fn replace(th: &mut Thread, v: Value, args: &Args) -> R {
    const P: Params<3> = Params::new(["", "", "count"], 2).posonly(2);
    let [old, new, max] = args.bind(th, "replace", &P)?;
    let (Some(old), Some(new)) = (old, new) else { return Ok(Value::none()) };
    let old = str_arg(th, "replace", 1, old)?;
    let new = str_arg(th, "replace", 2, new)?;
    let max = limit(th, max)?;
    let s = own(v);
    if new.len() > old.len() {
        // Buffers on the native heap cannot fail gracefully, so a result of absurd size is refused beforehand.
        let view = s.view();
        let most = max.min(view.len() / old.len().max(1) + 1);
        if most.saturating_mul(new.len()) > super::LEN_MAX {
            let hits = crate::text::search::str_count(view, old.view(), 0, view.len()).min(max);
            if hits.saturating_mul(new.len()) > super::LEN_MAX {
                return Err(th.memory_error());
            }
        }
    }
    match edit::str_replace(s.view(), old.view(), new.view(), max) {
        Some(out) => Ok(Value::from_ref(Str::from_buf(th, &out)?)),
        None => Ok(Value::from_ref(s.exact(th)?)),
    }
}

fn join_method(th: &mut Thread, v: Value, iterable: Value) -> R {
    let items = join_items(th, iterable)?;
    Ok(Value::from_ref(join(th, own(v), items.as_slice())?))
}

/// `sep.join(items)`. The caller keeps the items where the collector sees them.
///
/// **Errors:** TypeError for an item that is no `str`; MemoryError. **Escapes:** no.
pub fn join(th: &mut Thread, sep: &'static Str, items: &[Value]) -> R<&'static Str> {
    if let [one] = items
        && one.is_exact::<Str>()
        && let Some(s) = one.cast::<Str>()
    {
        return Ok(s);
    }
    let sep = sep.view();
    let mut kind = if items.len() > 1 { sep.kind() } else { crate::text::Kind::Ascii };
    let mut len = sep.len().checked_mul(items.len().saturating_sub(1));
    for (i, x) in items.iter().enumerate() {
        let Some(s) = x.cast::<Str>() else { return Err(bad_item(th, i, "str instance", *x)) };
        let s = s.view();
        kind = kind.max(s.kind());
        len = len.and_then(|n| n.checked_add(s.len()));
    }
    let Some(len) = len.filter(|&n| n <= isize::MAX as usize / 4) else {
        return Err(
            th.overflow_error(format_args!("join() result is too long for a Python string"))
        );
    };
    Str::build(th, kind, len, |w| {
        for (i, x) in items.iter().enumerate() {
            if i > 0 {
                w.put(sep);
            }
            if let Some(s) = x.cast::<Str>() {
                w.put(s.view());
            }
        }
    })
}

fn format_self(th: &mut Thread, v: Value, spec: Value) -> R {
    let Some(spec) = spec.cast::<Str>() else {
        let tn = spec.type_of().name();
        return Err(th.type_error(format_args!("__format__() argument must be str, not {tn}")));
    };
    if spec.len() == 0 {
        return Ok(Value::from_ref(crate::ops::str(th, v)?));
    }
    let points: Vec<u32> = spec.view().chars().collect();
    let tn = if v.is_exact::<Str>() { "str".to_owned() } else { v.type_of().name() };
    let s = own(v);
    let parsed = Spec::parse(&points, u32::from(b's'), Align::Left, &tn)
        .and_then(|spec| layout_str(s.len(), &spec).map(|l| (l, spec.fill)));
    let (layout, fill) = match parsed {
        Ok(parsed) => parsed,
        Err(e) => return Err(int::raise(th, e)),
    };
    if layout.left == 0 && layout.right == 0 && layout.take == s.len() {
        return Ok(Value::from_ref(s.exact(th)?));
    }
    check_len(th, layout.left.saturating_add(layout.right).saturating_add(layout.take), "")?;
    padded(th, s.view().slice(0, layout.take), layout.left, layout.right, fill)
}

fn getnewargs(th: &mut Thread, v: Value) -> R {
    let s = Str::from_view(th, own(v).view())?;
    Ok(Value::from_ref(Tuple::new(th, &[Value::from_ref(s)])?))
}

fn sizeof(_: &mut Thread, v: Value) -> R {
    let s = own(v);
    Ok(Value::small_int((DATA + s.data().len()) as i64))
}

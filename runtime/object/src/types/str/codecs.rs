//! Encoding and decoding: the codecs and error handlers that need no Python code, the registry of those that do, and
//! the drivers between them.
//!
//! The registry lives in the runtime, not in the `_codecs` module, since `str.encode` must reach it. The package
//! `encodings`, which registers the search function for everything that is not known here, is imported when a codec
//! is first looked for.

use super::Str;
use super::convert::named_str_arg;
use super::ops::own;
use crate::attr;
use crate::core::native::{Args, Params};
use crate::core::thread::Thread;
use crate::core::value::Value;
use crate::error::{R, Raised};
use crate::heap::Root;
use crate::ops;
use crate::text::codec::{Codec, CodecError, Decoder, Handler, Replacement};
use crate::text::{StrBuilder, StrRef};
use crate::types::exceptions as exc;
use crate::types::{Bytes, Dict, Exception, List, Tuple, bytes, int};
use std::sync::OnceLock;

/// What `codecs.register` and its relatives keep.
struct Registry {
    /// Search functions: a list.
    search: Root,
    /// Found codecs by normalized name: a dict.
    cache: Root,
    /// Error handlers by name: a dict.
    errors: Root,
}

static REGISTRY: OnceLock<Registry> = OnceLock::new();

fn registry(th: &mut Thread) -> R<&'static Registry> {
    if let Some(r) = REGISTRY.get() {
        return Ok(r);
    }
    let search = List::new(th, &[])?;
    let cache = Dict::new(th)?;
    let errors = Dict::new(th)?;
    let heap = &th.rt.heap;
    let root = |v| Root::new(heap, Some(v));
    let fresh = Registry {
        search: root(Value::from_ref(search)),
        cache: root(Value::from_ref(cache)),
        errors: root(Value::from_ref(errors)),
    };
    Ok(REGISTRY.get_or_init(|| fresh))
}

fn dict_of(r: &Root) -> Option<&'static Dict> {
    r.get()?.cast::<Dict>()
}

/// `codecs.register(search_function)`
pub fn register(th: &mut Thread, f: Value) -> R<()> {
    if !ops::is_callable(f) {
        return Err(th.type_error(format_args!("argument must be callable")));
    }
    let r = registry(th)?;
    match r.search.get().and_then(|l| l.cast::<List>()) {
        Some(l) => l.push(th, f),
        None => Ok(()),
    }
}

/// `codecs.unregister(search_function)`: also forgets what was found.
pub fn unregister(th: &mut Thread, f: Value) -> R<()> {
    let r = registry(th)?;
    let Some(old) = r.search.get().and_then(|l| l.cast::<List>()) else { return Ok(()) };
    let items = old.snapshot(th)?;
    let Some(at) = items.as_slice().iter().position(|g| *g == f) else { return Ok(()) };
    let new = List::new(th, &items.as_slice()[..at])?;
    for g in &items.as_slice()[at + 1..] {
        new.push(th, *g)?;
    }
    r.search.set(Some(Value::from_ref(new)));
    if let Some(cache) = dict_of(&r.cache) {
        cache.clear(th);
    }
    Ok(())
}

/// The name by which search functions are asked: lowercase, and one underscore for what is no letter, digit or dot.
fn normalized(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    let mut gap = false;
    for c in name.chars() {
        if c.is_ascii_alphanumeric() || c == '.' {
            if gap && !out.is_empty() {
                out.push('_');
            }
            gap = false;
            out.push(c.to_ascii_lowercase());
        } else {
            gap = true;
        }
    }
    out
}

/// `codecs.lookup(encoding)`: the tuple of encoder, decoder, stream reader and stream writer.
///
/// **Errors:** LookupError. **Escapes:** yes (search functions).
pub fn lookup(th: &mut Thread, name: &str) -> R<&'static Tuple> {
    let r = registry(th)?;
    let key = Str::new(th, &normalized(name))?;
    let key_value = Value::from_ref(key);
    if let Some(cache) = dict_of(&r.cache)
        && let Some(found) = cache.get_item(th, key_value)?.and_then(|v| v.cast::<Tuple>())
    {
        return Ok(found);
    }
    if r.search.get().and_then(|l| l.cast::<List>()).is_some_and(|l| l.len() == 0) {
        // Registers the library's search function.
        (th.hooks.import)(th, "encodings")?;
    }
    let mut i = 0;
    while let Some(f) = r.search.get().and_then(|l| l.cast::<List>()).and_then(|l| l.get(i)) {
        i += 1;
        let found = ops::call1(th, f, key_value)?;
        if found.is_none() {
            continue;
        }
        let Some(t) = found.cast::<Tuple>().filter(|t| t.len() == 4) else {
            return Err(th.type_error(format_args!("codec search functions must return 4-tuples")));
        };
        if let Some(cache) = dict_of(&r.cache) {
            cache.set_item(th, key_value, found)?;
        }
        return Ok(t);
    }
    Err(th.lookup_error(format_args!("unknown encoding: {name}")))
}

/// `codecs.register_error(name, handler)`
pub fn register_error(th: &mut Thread, name: &'static Str, handler: Value) -> R<()> {
    if !ops::is_callable(handler) {
        return Err(th.type_error(format_args!("handler must be callable")));
    }
    let r = registry(th)?;
    match dict_of(&r.errors) {
        Some(d) => d.set_item(th, Value::from_ref(name), handler),
        None => Ok(()),
    }
}

/// `codecs._unregister_error(name)`: whether there was one. The built-in ones stay.
pub fn unregister_error(th: &mut Thread, name: &'static Str) -> R<bool> {
    let text = name.to_string_lossy();
    if Handler::named(&text).is_some() {
        return Err(
            th.value_error(format_args!("cannot un-register built-in error handler '{text}'"))
        );
    }
    let r = registry(th)?;
    match dict_of(&r.errors) {
        Some(d) => d.del_item(th, Value::from_ref(name)),
        None => Ok(false),
    }
}

/// `codecs.lookup_error(name)`: nothing when there is none (built-in handlers are objects of the `_codecs` module, which
/// registers them when it is imported).
pub fn find_error(th: &mut Thread, name: &'static Str) -> R<Option<Value>> {
    let r = registry(th)?;
    let find = |th: &mut Thread| match dict_of(&r.errors) {
        Some(d) => d.get_item(th, Value::from_ref(name)),
        None => Ok(None),
    };
    if let Some(f) = find(th)? {
        return Ok(Some(f));
    }
    if Handler::named(&name.to_string_lossy()).is_some() {
        (th.hooks.import)(th, "_codecs")?;
        return find(th);
    }
    Ok(None)
}

/// As [`find_error`]; LookupError when there is none.
pub fn lookup_error(th: &mut Thread, name: &'static Str) -> R {
    match find_error(th, name)? {
        Some(f) => Ok(f),
        None => {
            let text = name.to_string_lossy();
            Err(th.lookup_error(format_args!("unknown error handler name '{text}'")))
        }
    }
}

// ---- drivers

/// How errors are handled.
#[derive(Clone, Copy)]
pub enum Errors {
    /// By code of the runtime.
    Native(Handler),
    /// By a registered function, looked up when the first error comes.
    Python(&'static Str),
}

impl Errors {
    /// The handler of a name; `None` is `strict`.
    pub fn named(name: Option<&'static Str>) -> Errors {
        match name {
            None => Errors::Native(Handler::Strict),
            Some(s) => match Handler::named(&s.to_string_lossy()) {
                Some(h) => Errors::Native(h),
                None => Errors::Python(s),
            },
        }
    }
}

/// Raises UnicodeDecodeError.
#[cold]
pub fn raise_decode(th: &mut Thread, encoding: &str, object: &[u8], e: CodecError) -> Raised {
    match decode_error(th, encoding, object, e) {
        Ok(x) => th.set_exception(x),
        Err(e) => e,
    }
}

/// Raises UnicodeEncodeError.
#[cold]
pub fn raise_encode(
    th: &mut Thread,
    encoding: &str,
    object: &'static Str,
    e: CodecError,
) -> Raised {
    match encode_error(th, encoding, object, e) {
        Ok(x) => th.set_exception(x),
        Err(e) => e,
    }
}

fn decode_error(th: &mut Thread, encoding: &str, object: &[u8], e: CodecError) -> R {
    let object = Value::from_ref(Bytes::new(th, object)?);
    unicode_error(th, &exc::UNICODE_DECODE_ERROR, encoding, object, e)
}

fn encode_error(th: &mut Thread, encoding: &str, object: &'static Str, e: CodecError) -> R {
    unicode_error(th, &exc::UNICODE_ENCODE_ERROR, encoding, Value::from_ref(object), e)
}

fn unicode_error(
    th: &mut Thread,
    ty: &'static crate::core::ty::StaticType,
    encoding: &str,
    object: Value,
    e: CodecError,
) -> R {
    let encoding = Value::from_ref(Str::new(th, encoding)?);
    let reason = Value::from_ref(Str::new(th, e.reason)?);
    let (start, end) = (Value::small_int(e.start as i64), Value::small_int(e.end as i64));
    exc::new_exception(th, ty.ty(), &[encoding, object, start, end, reason])
}

/// Calls a handler; gives what it wants in the place of the range, and where to go on.
fn ask(th: &mut Thread, f: Value, error: Value, len: usize, decoding: bool) -> R<(Value, usize)> {
    let answer = ops::call1(th, f, error)?;
    let pair = answer.cast::<Tuple>().map(|t| t.as_slice());
    let (text, at) = match pair {
        Some([text, at])
            if int::check(*at)
                && (text.cast::<Str>().is_some()
                    || !decoding && text.cast::<Bytes>().is_some()) =>
        {
            (*text, *at)
        }
        _ => {
            let message = if decoding {
                "decoding error handler must return (str, int) tuple"
            } else {
                "encoding error handler must return (str/bytes, int) tuple"
            };
            return Err(th.type_error(format_args!("{message}")));
        }
    };
    let i = int::as_isize(th, at)?;
    let place = if i < 0 { i + len as isize } else { i };
    if place < 0 || place as usize > len {
        return Err(th.index_error(format_args!("position {i} from error handler out of bounds")));
    }
    Ok((text, place as usize))
}

/// Decodes bytes. `src` stays as it is meanwhile (its owner is on the caller's stack, and immutable or exported).
///
/// Gives the text and the number of bytes used, which is less than all only when `complete` is false.
///
/// **Errors:** UnicodeDecodeError, LookupError. **Escapes:** only with [`Errors::Python`], or to warn.
pub fn decode_with(
    th: &mut Thread,
    codec: Codec,
    src: &[u8],
    errors: Errors,
    complete: bool,
) -> R<(&'static Str, usize)> {
    if codec == Codec::Utf8 && src.is_ascii() {
        return Ok((Str::from_view(th, StrRef::Ascii(src))?, src.len()));
    }
    let mut decoder = Decoder::new(codec, complete);
    decode_from(th, &mut decoder, src, errors)
}

/// As [`decode_with`], with a decoder whose state the caller wants afterwards.
pub fn decode_from(
    th: &mut Thread,
    decoder: &mut Decoder,
    src: &[u8],
    errors: Errors,
) -> R<(&'static Str, usize)> {
    let mut out = StrBuilder::with_capacity(src.len());
    let mut at = 0;
    // A handler may exchange the input: then this keeps the new one alive, as the borrow of a stack word does.
    let mut input: &[u8] = src;
    let used = loop {
        let e = match decoder.decode(input, at, &mut out) {
            Ok(used) => break used,
            Err(e) => e,
        };
        at = recover_decode(th, errors, decoder.name(), &mut input, e, &mut out)?;
    };
    if let Some(bad) = decoder.first_bad_escape {
        warn_escape(th, input, bad)?;
    }
    Ok((Str::from_buf(th, &out.finish())?, used))
}

/// Asks the handler what stands for bytes that cannot be decoded, and writes it; gives where to go on. The handler may
/// exchange the input.
///
/// **Errors:** UnicodeDecodeError, what the handler raises. **Escapes:** with [`Errors::Python`].
pub fn recover_decode(
    th: &mut Thread,
    errors: Errors,
    encoding: &str,
    input: &mut &[u8],
    e: CodecError,
    out: &mut StrBuilder,
) -> R<usize> {
    let name = match errors {
        Errors::Native(Handler::XmlCharRef | Handler::Name) => {
            return Err(th.type_error(format_args!(
                "don't know how to handle UnicodeDecodeError in error callback"
            )));
        }
        Errors::Native(h) => {
            return match h.on_decode(encoding, input, e.start, e.end, out) {
                Some(next) => Ok(next),
                None => Err(raise_decode(th, encoding, input, e)),
            };
        }
        Errors::Python(name) => name,
    };
    let f = lookup_error(th, name)?;
    let error = decode_error(th, encoding, input, e)?;
    let (text, at) = ask(th, f, error, input.len(), true)?;
    match error.cast::<Exception>().and_then(|e| e.field(1)).and_then(|o| o.cast::<Bytes>()) {
        Some(b) => *input = b.as_slice(),
        None => return Err(th.type_error(format_args!("object attribute must be bytes"))),
    }
    if at > input.len() {
        return Err(th.index_error(format_args!("position {at} from error handler out of bounds")));
    }
    if let Some(s) = text.cast::<Str>() {
        out.push_ref(s.view());
    }
    Ok(at)
}

/// What stands for text that cannot be encoded.
pub enum Instead {
    /// Text that is encoded in its turn.
    Text(&'static Str),
    /// The same, ASCII.
    Ascii(Vec<u8>),
    /// Bytes for the output as they are.
    Bytes(Vec<u8>),
}

/// Asks the handler what stands for text that cannot be encoded, and where to go on.
///
/// **Errors:** UnicodeEncodeError, what the handler raises. **Escapes:** with [`Errors::Python`].
pub fn recover_encode(
    th: &mut Thread,
    errors: Errors,
    encoding: &str,
    s: &'static Str,
    e: CodecError,
) -> R<(Instead, usize)> {
    let name = match errors {
        Errors::Native(h) => {
            return match h.on_encode(encoding, s.view(), e.start, e.end) {
                Some(Replacement::Text(t)) => Ok((Instead::Ascii(t), e.end)),
                Some(Replacement::Bytes(b)) => Ok((Instead::Bytes(b), e.end)),
                None => Err(raise_encode(th, encoding, s, e)),
            };
        }
        Errors::Python(name) => name,
    };
    let f = lookup_error(th, name)?;
    let error = encode_error(th, encoding, s, e)?;
    let (r, next) = ask(th, f, error, s.len(), false)?;
    Ok(match (r.cast::<Bytes>(), r.cast::<Str>()) {
        (Some(b), _) => (Instead::Bytes(b.as_slice().to_vec()), next),
        (_, Some(t)) => (Instead::Text(t), next),
        _ => (Instead::Ascii(Vec::new()), next),
    })
}

/// The warning about the first escape that means nothing.
pub fn warn_escape(th: &mut Thread, src: &[u8], at: usize) -> R<()> {
    let rest = &src[at + 1..];
    let text = match rest.first() {
        Some(b'0'..=b'7') => {
            let digits: String = rest.iter().take(3).map(|&b| char::from(b)).collect();
            format!(
                "\"\\{digits}\" is an invalid octal escape sequence. Such sequences will not work in the future. "
            )
        }
        Some(&b) => {
            let c = char::from(b);
            format!(
                "\"\\{c}\" is an invalid escape sequence. Such sequences will not work in the future. "
            )
        }
        None => return Ok(()),
    };
    (th.hooks.warn)(th, &exc::DEPRECATION_WARNING, &text)
}

/// Encodes a string.
///
/// **Errors:** UnicodeEncodeError, LookupError. **Escapes:** only with [`Errors::Python`].
pub fn encode_with(th: &mut Thread, codec: Codec, s: &'static Str, errors: Errors) -> R<Vec<u8>> {
    let text = s.view();
    let mut out = Vec::with_capacity(text.len() * codec.unit_bytes());
    codec.start(&mut out);
    let mut at = 0;
    loop {
        let Err(e) = codec.encode(text, at, &mut out) else { return Ok(out) };
        let (instead, next) = recover_encode(th, errors, codec.name(), s, e)?;
        at = next;
        let written = match &instead {
            // Text is encoded like the rest, if it can be.
            Instead::Text(t) => {
                t.view().chars().all(|c| c < codec.replacement_limit())
                    && codec.encode(t.view(), 0, &mut out).is_ok()
            }
            Instead::Ascii(t) => codec.encode(StrRef::Ascii(t), 0, &mut out).is_ok(),
            Instead::Bytes(b) if b.len() % codec.unit_bytes() == 0 => {
                out.extend_from_slice(b);
                true
            }
            Instead::Bytes(_) => false,
        };
        if !written {
            return Err(raise_encode(th, codec.name(), s, e));
        }
    }
}

// ---- str.encode, bytes.decode, str(bytes, encoding)

const ENCODE: Params<2> = Params::new(["encoding", "errors"], 0);

/// `str.encode(encoding='utf-8', errors='strict')`
pub(super) fn encode_method(th: &mut Thread, v: Value, args: &Args) -> R {
    let [encoding, errors] = args.bind(th, "encode", &ENCODE)?;
    let encoding = named_str_arg(th, "encode", "encoding", encoding)?;
    let errors = named_str_arg(th, "encode", "errors", errors)?;
    encode(th, own(v), encoding, errors)
}

/// The bytes of a string in an encoding (UTF-8 when none is named), by a codec of ours or a registered text encoding.
///
/// **Errors:** LookupError, UnicodeEncodeError, whatever the codec raises. **Escapes:** yes.
pub fn encode(
    th: &mut Thread,
    s: &'static Str,
    encoding: Option<&'static Str>,
    errors: Option<&'static Str>,
) -> R {
    let name = encoding.map(|e| e.to_string_lossy());
    let name = name.as_deref().unwrap_or("utf-8");
    no_null(th, encoding)?;
    no_null(th, errors)?;
    if let Some(codec) = Codec::named(name) {
        if let (Codec::Utf8 | Codec::Ascii | Codec::Latin1, StrRef::Ascii(u)) = (codec, s.view()) {
            return Ok(Value::from_ref(Bytes::new(th, u)?));
        }
        let out = encode_with(th, codec, s, Errors::named(errors))?;
        return Ok(Value::from_ref(Bytes::new(th, &out)?));
    }
    let text = Value::from_ref(s);
    let r = call_codec(th, name, text, errors, true, true)?;
    if r.cast::<Bytes>().is_some() {
        return Ok(r);
    }
    if let Some(copy) = bytes::bytearray_copy(th, r)? {
        let message = format!(
            "encoder {name} returned bytearray instead of bytes; use codecs.encode() to encode to arbitrary types"
        );
        (th.hooks.warn)(th, &exc::RUNTIME_WARNING, &message)?;
        return Ok(copy);
    }
    let tn = r.type_of().name();
    Err(th.type_error(format_args!(
        "'{name}' encoder returned '{tn}' instead of 'bytes'; use codecs.encode() to encode to arbitrary types"
    )))
}

fn no_null(th: &mut Thread, s: Option<&'static Str>) -> R<()> {
    match s {
        Some(s) if s.view().chars().any(|c| c == 0) => {
            Err(th.value_error(format_args!("embedded null character")))
        }
        _ => Ok(()),
    }
}

/// The text that an object with a buffer holds in an encoding.
///
/// **Errors:** LookupError, UnicodeDecodeError, whatever the codec raises. **Escapes:** yes.
pub fn decode(
    th: &mut Thread,
    object: Value,
    encoding: Option<&'static Str>,
    errors: Option<&'static Str>,
) -> R<&'static Str> {
    let name = encoding.map(|e| e.to_string_lossy());
    let name = name.as_deref().unwrap_or("utf-8");
    no_null(th, encoding)?;
    no_null(th, errors)?;
    if let Some(codec) = Codec::named(name) {
        let src = bytes::Borrowed::of(th, object)?;
        let (s, _) = decode_with(th, codec, src.as_slice(), Errors::named(errors), true)?;
        return Ok(s);
    }
    // Codecs of the library get an object that cannot change.
    let view =
        if object.is_exact::<Bytes>() { object } else { crate::types::memoryview::of(th, object)? };
    let r = call_codec(th, name, view, errors, false, true)?;
    match r.cast::<Str>() {
        Some(s) => Ok(s),
        None => {
            let tn = r.type_of().name();
            Err(th.type_error(format_args!(
                "'{name}' decoder returned '{tn}' instead of 'str'; use codecs.decode() to decode to arbitrary types"
            )))
        }
    }
}

/// Calls a registered encoder or decoder. `text_only` refuses codecs that are no text encodings.
pub fn call_codec(
    th: &mut Thread,
    name: &str,
    object: Value,
    errors: Option<&'static Str>,
    encoding: bool,
    text_only: bool,
) -> R {
    let codec = lookup(th, name)?;
    if text_only && !Value::from_ref(codec).is_exact::<Tuple>() {
        let flag = crate::names::intern_str(th, "_is_text_encoding")?;
        if let Some(flag) = attr::getattr_optional(th, Value::from_ref(codec), flag)?
            && !ops::is_true(th, flag)?
        {
            let other = if encoding { "codecs.encode()" } else { "codecs.decode()" };
            return Err(th.lookup_error(format_args!(
                "'{name}' is not a text encoding; use {other} to handle arbitrary codecs"
            )));
        }
    }
    let f = codec.as_slice()[if encoding { 0 } else { 1 }];
    let result = match errors {
        Some(e) => ops::call(th, f, &[object, Value::from_ref(e)], None),
        None => ops::call1(th, f, object),
    };
    let result = match result {
        Ok(r) => r,
        Err(e) => return Err(add_note(th, e, name, encoding)),
    };
    match result.cast::<Tuple>().map(|t| t.as_slice()) {
        Some([r, _]) => Ok(*r),
        _ => {
            let which = if encoding { "encoder" } else { "decoder" };
            Err(th.type_error(format_args!("{which} must return a tuple (object,integer)")))
        }
    }
}

/// Tells in a note of the exception which codec failed.
#[cold]
fn add_note(th: &mut Thread, e: Raised, name: &str, encoding: bool) -> Raised {
    let x = th.take_exception(e);
    let verb = if encoding { "encoding" } else { "decoding" };
    let noted = (|| {
        let note = Str::new(th, &format!("{verb} with '{name}' codec failed"))?;
        let add = crate::names::intern_str(th, "add_note")?;
        ops::call_method(th, x, add, &[Value::from_ref(note)])
    })();
    match noted {
        Ok(_) => th.restore_exception(x),
        Err(e) => e,
    }
}

/// `str(object, encoding, errors)`
pub(super) fn from_encoded(
    th: &mut Thread,
    object: Value,
    encoding: Option<Value>,
    errors: Option<Value>,
) -> R<&'static Str> {
    if object.cast::<Str>().is_some() {
        return Err(th.type_error(format_args!("decoding str is not supported")));
    }
    if object.type_of().slots().buffer.is_none() {
        let tn = object.type_of().name();
        return Err(
            th.type_error(format_args!("decoding to str: need a bytes-like object, {tn} found"))
        );
    }
    let name = |v: Option<Value>| v.and_then(|v| v.cast::<Str>());
    decode(th, object, name(encoding), name(errors))
}

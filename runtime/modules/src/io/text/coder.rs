//! How a text stream encodes and decodes: here, or through an incremental coder of the `codecs` registry.

use super::{State, TextIo};
use crate::host::{self, buffer};
use crate::io::newline::{NEWLINE_DECODER, Newlines};
use crate::io::stringio::{Mode, with_line_ends};
use heddle_object::names::n;
use heddle_object::text::codec::{Codec, Decoder, Handler, Replacement};
use heddle_object::text::{StrBuf, StrBuilder, StrRef};
use heddle_object::types::{Str, Tuple, exceptions as exc, int};
use heddle_object::{R, Thread, Value, attr, ops};

/// Where text becomes bytes.
#[derive(Clone, Copy)]
pub enum Encoding {
    /// The stream is not writable.
    None,
    /// Here.
    Native(Codec, Handler),
    /// In the stream's encoder.
    Python,
}

/// Where bytes become text.
#[derive(Clone)]
pub enum Decoding {
    /// The stream is not readable.
    None,
    /// Here.
    Native(Native),
    /// In the stream's decoder, which sees to line ends too.
    Python,
}

/// A decoder of ours: one of the encodings without state but an incomplete sequence at the end of the input.
#[derive(Clone)]
pub struct Native {
    codec: Codec,
    handler: Handler,
    /// The incomplete sequence.
    held: Vec<u8>,
    /// Line ends, when they are looked at.
    newlines: Option<Newlines>,
}

impl Decoding {
    /// What was seen of line ends, by a decoder of ours.
    pub fn newlines(&self) -> Option<Newlines> {
        match self {
            Decoding::Native(d) => d.newlines,
            _ => None,
        }
    }
}

/// What stands for an encoding's name.
pub enum Found {
    /// One of ours with a handler of ours.
    Native(Codec, Handler),
    /// A `CodecInfo`.
    Info(Value),
}

/// Looks an encoding up.
///
/// **Errors:** LookupError for unknown ones and for codecs that are no text encodings. **Escapes:** yes.
pub fn find(th: &mut Thread, encoding: &'static Str, errors: &'static Str) -> R<Found> {
    let codec = Codec::named(&encoding.to_string_lossy());
    if let Some(c @ (Codec::Utf8 | Codec::Ascii | Codec::Latin1)) = codec
        && let Some(h) = super::handler(errors)
    {
        return Ok(Found::Native(c, h));
    }
    let codecs = (th.hooks.import)(th, "codecs")?;
    let info = host::method(th, codecs, "lookup", &[Value::from_ref(encoding)])?;
    if info.cast::<Tuple>().is_some() {
        let name = heddle_object::names::intern_str(th, "_is_text_encoding")?;
        if let Some(t) = attr::getattr_optional(th, info, name)?
            && !ops::is_true(th, t)?
        {
            let e = encoding.to_string_lossy();
            return Err(th.lookup_error(format_args!("'{e}' is not a text encoding")));
        }
    }
    Ok(Found::Info(info))
}

/// The encoder.
pub fn encoding(th: &mut Thread, f: &Found, errors: &'static Str) -> R<(Encoding, Option<Value>)> {
    match f {
        Found::Native(c, h) => Ok((Encoding::Native(*c, *h), None)),
        Found::Info(i) => {
            let e = host::method(th, *i, "incrementalencoder", &[Value::from_ref(errors)])?;
            Ok((Encoding::Python, Some(e)))
        }
    }
}

/// The decoder.
pub fn decoding(
    th: &mut Thread,
    f: &Found,
    errors: &'static Str,
    newline: Mode,
) -> R<(Decoding, Option<Value>)> {
    match f {
        Found::Native(c, h) => {
            let newlines = newline
                .universal()
                .then(|| Newlines { translate: newline == Mode::Universal, ..Newlines::default() });
            Ok((
                Decoding::Native(Native { codec: *c, handler: *h, held: Vec::new(), newlines }),
                None,
            ))
        }
        Found::Info(i) => {
            let mut d = host::method(th, *i, "incrementaldecoder", &[Value::from_ref(errors)])?;
            if newline.universal() {
                let translate = Value::bool(newline == Mode::Universal);
                d = ops::call(th, NEWLINE_DECODER.value(), &[d, translate], None)?;
            }
            Ok((Decoding::Python, Some(d)))
        }
    }
}

impl Native {
    /// Decodes the next piece.
    pub fn decode(&mut self, th: &mut Thread, input: &[u8], end: bool) -> R<StrBuf> {
        let joined;
        let src = if self.held.is_empty() {
            input
        } else {
            let mut j = std::mem::take(&mut self.held);
            j.extend_from_slice(input);
            joined = j;
            &joined
        };
        let mut d = Decoder::new(self.codec, end);
        let mut out = StrBuilder::with_capacity(src.len());
        let mut at = 0;
        loop {
            match d.decode(src, at, &mut out) {
                Ok(used) => {
                    self.held = src[used..].to_vec();
                    break;
                }
                Err(e) => match self.handler.on_decode(d.name(), src, e.start, e.end, &mut out) {
                    Some(next) => at = next,
                    None => {
                        let object = buffer::bytes(th, src)?;
                        return Err(host::path::unicode_error(
                            th,
                            &exc::UNICODE_DECODE_ERROR,
                            d.name(),
                            object,
                            e,
                        ));
                    }
                },
            }
        }
        let text = out.finish();
        match self.newlines.as_mut().and_then(|n| n.feed(text.view(), end)) {
            Some(t) => Ok(t),
            None => Ok(text),
        }
    }

    /// Bytes held back, and flags.
    pub fn state(&self) -> (Vec<u8>, i64) {
        (self.held.clone(), i64::from(self.newlines.is_some_and(|n| n.pending_cr)))
    }

    /// Goes to a state.
    pub fn set_state(&mut self, held: &[u8], flags: i64) {
        self.held = held.to_vec();
        if let Some(n) = &mut self.newlines {
            n.pending_cr = flags & 1 != 0;
        }
    }
}

/// Decodes the next piece, whoever does it.
pub fn decode(th: &mut Thread, t: &TextIo, s: &mut State, input: &[u8], end: bool) -> R<StrBuf> {
    match &mut s.inp {
        Decoding::Native(d) => d.decode(th, input, end),
        Decoding::Python => {
            let d = t.decoder.get().unwrap_or_else(Value::none);
            let b = buffer::bytes(th, input)?;
            decode_with(th, d, b, end)
        }
        Decoding::None => Err(crate::io::base::unsupported(th, "not readable")),
    }
}

/// Decodes with a Python decoder.
pub fn decode_with(th: &mut Thread, d: Value, input: Value, end: bool) -> R<StrBuf> {
    let r = ops::call_method(th, d, n().decode, &[input, Value::bool(end)])?;
    match r.cast::<Str>() {
        Some(s) => Ok(copy(s.view())),
        None => {
            let tn = r.type_of().name();
            Err(th.type_error(format_args!("decoder should return a string result, not '{tn}'")))
        }
    }
}

/// An owned copy.
pub fn copy(s: StrRef<'_>) -> StrBuf {
    match s {
        StrRef::Ascii(u) => StrBuf::Ascii(u.to_vec()),
        StrRef::Latin1(u) => StrBuf::Latin1(u.to_vec()),
        StrRef::Ucs2(u) => StrBuf::Ucs2(u.to_vec()),
        StrRef::Ucs4(u) => StrBuf::Ucs4(u.to_vec()),
    }
}

/// Bytes held back by the decoder, and its flags.
pub fn state(th: &mut Thread, t: &TextIo, s: &State) -> R<(Vec<u8>, i64)> {
    match &s.inp {
        Decoding::Native(d) => Ok(d.state()),
        Decoding::Python => {
            let d = t.decoder.get().unwrap_or_else(Value::none);
            python_state(th, d)
        }
        Decoding::None => Ok((Vec::new(), 0)),
    }
}

/// `getstate()` of a Python decoder.
pub fn python_state(th: &mut Thread, d: Value) -> R<(Vec<u8>, i64)> {
    let r = host::method(th, d, "getstate", &[])?;
    match r.cast::<Tuple>().map(|t| t.as_slice()) {
        Some([b, flags]) => match buffer::bytes_of(*b) {
            Some(b) => Ok((b.to_vec(), int::as_i64(th, *flags)?)),
            None => {
                let tn = b.type_of().name();
                Err(th.type_error(format_args!(
                    "illegal decoder state: the first item should be a bytes object, not '{tn}'"
                )))
            }
        },
        _ => Err(th.type_error(format_args!("illegal decoder state"))),
    }
}

/// `setstate()`; flags 0 and nothing held is a reset.
pub fn set_state(th: &mut Thread, t: &TextIo, s: &mut State, held: &[u8], flags: i64) -> R<()> {
    match &mut s.inp {
        Decoding::Native(d) => {
            d.set_state(held, flags);
            Ok(())
        }
        Decoding::Python => {
            let d = t.decoder.get().unwrap_or_else(Value::none);
            python_set_state(th, d, held, flags)
        }
        Decoding::None => Ok(()),
    }
}

/// `setstate()` of a Python decoder.
pub fn python_set_state(th: &mut Thread, d: Value, held: &[u8], flags: i64) -> R<()> {
    if held.is_empty() && flags == 0 {
        host::method(th, d, "reset", &[])?;
    } else {
        let b = buffer::bytes(th, held)?;
        let f = int::from_i64(th, flags)?;
        let state = Tuple::new(th, &[b, f])?;
        host::method(th, d, "setstate", &[Value::from_ref(state)])?;
    }
    Ok(())
}

/// Encodes text behind the pending bytes.
pub fn encode(th: &mut Thread, t: &TextIo, s: &mut State, text: &'static Str) -> R<()> {
    let translated = match s.newline.written() {
        Some(end) if crate::io::newline::has(text.view(), b'\n') => {
            Some(with_line_ends(text.view(), end))
        }
        _ => None,
    };
    match s.out {
        Encoding::None => Err(crate::io::base::unsupported(th, "not writable")),
        Encoding::Native(codec, handler) => {
            let view = translated.as_ref().map_or(text.view(), |t| t.view());
            let start = s.pending.len();
            let mut at = 0;
            loop {
                let Err(e) = codec.encode(view, at, &mut s.pending) else { return Ok(()) };
                match handler.on_encode(codec.name(), view, e.start, e.end) {
                    Some(Replacement::Text(b)) | Some(Replacement::Bytes(b)) => {
                        s.pending.extend_from_slice(&b)
                    }
                    None => {
                        s.pending.truncate(start);
                        let object = Value::from_ref(Str::from_view(th, view)?);
                        return Err(host::path::encode_error(th, codec.name(), object, e));
                    }
                }
                at = e.end;
            }
        }
        Encoding::Python => {
            let object = match &translated {
                Some(t) => Str::from_buf(th, t)?,
                None => text,
            };
            let e = t.encoder.get().unwrap_or_else(Value::none);
            let r = ops::call_method(th, e, n().encode, &[Value::from_ref(object)])?;
            match buffer::bytes_of(r) {
                Some(b) => {
                    s.pending.extend_from_slice(b);
                    Ok(())
                }
                None => {
                    let tn = r.type_of().name();
                    Err(th.type_error(format_args!(
                        "encoder should return a bytes object, not '{tn}'"
                    )))
                }
            }
        }
    }
}

/// Tells an encoder that writes a byte order mark whether it stands at the start.
pub fn reset_encoder(th: &mut Thread, t: &TextIo, at_start: bool) -> R<()> {
    if let Some(e) = t.encoder.get() {
        if at_start {
            host::method(th, e, "reset", &[])?;
        } else {
            host::method(th, e, "setstate", &[Value::small_int(0)])?;
        }
    }
    Ok(())
}

/// After opening: no byte order mark unless the stream stands at its start.
pub fn fix_start(th: &mut Thread, t: &TextIo, s: &mut State, buf: Value) -> R<()> {
    if matches!(s.out, Encoding::Python) {
        let at = host::method(th, buf, "tell", &[])?;
        if at != Value::small_int(0) {
            reset_encoder(th, t, false)?;
        }
    }
    Ok(())
}

impl Native {
    /// Whether each byte is one code point.
    pub fn one_byte(&self) -> bool {
        !matches!(self.codec, Codec::Utf8)
    }

    /// Whether ill-formed input may have become something else.
    pub fn lossy(&self) -> bool {
        self.handler != Handler::Strict
    }
}

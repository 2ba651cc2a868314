//! Plain standard streams, for the time before `io` is imported and for processes without it.

use heddle_object::core::header::Header;
use heddle_object::core::native::MethodDef;
use heddle_object::types::Str;
use heddle_object::{R, StaticType, Thread, TypeSpec, Value, flags, payload};
use std::io::Write;

/// A stream; `aux` is the descriptor.
#[repr(C)]
pub struct PlainStream {
    /// Cell header.
    pub header: Header,
}
payload!(PlainStream, PLAIN_STREAM);

/// `_plain_stream`
pub static PLAIN_STREAM: StaticType = StaticType::new(TypeSpec {
    name: "_plain_stream",
    basicsize: size_of::<PlainStream>(),
    flags: flags::DISALLOW_INSTANTIATION,
    methods: &[
        MethodDef::one("write", write, ""),
        MethodDef::noargs(
            "flush",
            |_, v| {
                flush(v);
                Ok(Value::none())
            },
            "",
        ),
        MethodDef::noargs("fileno", |_, v| Ok(Value::small_int(descriptor(v).into())), ""),
        MethodDef::noargs("isatty", |_, _| Ok(Value::bool(false)), ""),
    ],
    ..TypeSpec::DEFAULT
});

fn descriptor(v: Value) -> u32 {
    v.header().map_or(1, |h| h.aux())
}

fn flush(v: Value) {
    // A stream that nobody reads any more is no reason to fail here.
    let _ = if descriptor(v) == 2 { std::io::stderr().flush() } else { std::io::stdout().flush() };
}

fn write(th: &mut Thread, v: Value, s: Value) -> R {
    let Some(s) = s.cast::<Str>() else {
        let tn = s.type_of().name();
        return Err(th.type_error(format_args!("write() argument must be str, not {tn}")));
    };
    let text = s.to_string_lossy();
    let done = if descriptor(v) == 2 {
        std::io::stderr().write_all(text.as_bytes())
    } else {
        std::io::stdout().write_all(text.as_bytes())
    };
    match done {
        Ok(()) => Ok(Value::small_int(s.len() as i64)),
        Err(e) => Err(th.os_error(format_args!("{e}"))),
    }
}

/// A stream on descriptor 1 or 2.
pub fn stream(th: &mut Thread, descriptor: u32) -> R {
    heddle_object::ty::ready_static(th, &PLAIN_STREAM)?;
    th.alloc::<PlainStream>(PLAIN_STREAM.shape(), descriptor, |header| PlainStream { header })
        .map(|s| Value::from_ref(s))
}

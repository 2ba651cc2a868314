//! `marshal`: values as bytes, for cached bytecode. CPython's format of version 4 for plain values, so that tools can read
//! it; a code object is our image in its own serialized form.

use crate::types::code::CodeObject;
use heddle_object::core::module_def::ModuleDef;
use heddle_object::core::native::{Args, MethodDef, Params};
use heddle_object::heap::RootVec;
use heddle_object::names::{intern_str, n};
use heddle_object::types::{Dict, List, Module, Str, Tuple, bytes::Bytes, complex, float, int};
use heddle_object::{R, Raised, Thread, Value, ops};
use heddle_tlbc::image::{PyText, ser};
use std::sync::Arc;

/// `marshal`
pub static MODULE: ModuleDef = ModuleDef {
    name: "marshal",
    doc: "This module contains functions that can read and write Python values in\na binary format.",
    methods: &[
        MethodDef::kw(
            "dumps",
            dumps,
            "Return the bytes object that would be written to a file by dump(value, file).",
        ),
        MethodDef::kw("loads", loads, "Convert the bytes-like object to a value."),
        MethodDef::kw("dump", dump, "Write the value on the open file."),
        MethodDef::kw("load", load, "Read one value from the open file and return it."),
    ],
    types: &[],
    init: |th, m: &'static Module| m.set(th, "version", Value::small_int(5)),
};

/// Deeper values are refused, as CPython refuses them.
const DEPTH_MAX: usize = 2000;

fn unmarshallable(th: &mut Thread) -> Raised {
    th.value_error(format_args!("unmarshallable object"))
}

fn put_len(out: &mut Vec<u8>, n: usize) {
    out.extend_from_slice(&(n as u32).to_le_bytes());
}

fn put_text(out: &mut Vec<u8>, s: &'static Str) {
    let t = PyText::from_code_points((0..s.len()).map(|i| s.code_point(i)));
    out.push(if s.is_interned() { b't' } else { b'u' });
    put_len(out, t.as_wtf8().len());
    out.extend_from_slice(t.as_wtf8());
}

fn put(th: &mut Thread, out: &mut Vec<u8>, v: Value, depth: usize) -> R<()> {
    if depth > DEPTH_MAX {
        return Err(th.value_error(format_args!("object too deeply nested to marshal")));
    }
    if v.is_none() {
        out.push(b'N');
    } else if v.is_true_singleton() {
        out.push(b'T');
    } else if v.is_false_singleton() {
        out.push(b'F');
    } else if v == heddle_object::core::statics::ELLIPSIS.value() {
        out.push(b'.');
    } else if v == heddle_object::types::exceptions::STOP_ITERATION.value() {
        out.push(b'S');
    } else if int::check_exact(v) {
        put_int(th, out, v)?;
    } else if let Some(f) = float::float_of(v).filter(|_| float::check_exact(v)) {
        out.push(b'g');
        out.extend_from_slice(&f.to_le_bytes());
    } else if v.is_exact::<heddle_object::types::Complex>() {
        let re = heddle_object::attr::getattr_str(th, v, "real")?;
        let im = heddle_object::attr::getattr_str(th, v, "imag")?;
        out.push(b'y');
        for p in [re, im] {
            out.extend_from_slice(&float::as_f64(th, p)?.to_le_bytes());
        }
    } else if let Some(s) = v.cast::<Str>().filter(|_| v.is_exact::<Str>()) {
        put_text(out, s);
    } else if let Some(t) = v.cast::<Tuple>().filter(|_| v.is_exact::<Tuple>()) {
        out.push(b'(');
        put_len(out, t.len());
        for x in t.as_slice() {
            put(th, out, *x, depth + 1)?;
        }
    } else if let Some(l) = v.cast::<List>().filter(|_| v.is_exact::<List>()) {
        let t = l.snapshot(th)?;
        out.push(b'[');
        put_len(out, t.len());
        for x in t.as_slice() {
            put(th, out, *x, depth + 1)?;
        }
    } else if let Some(d) = v.cast::<Dict>().filter(|_| v.is_exact::<Dict>()) {
        out.push(b'{');
        let mut pos = 0;
        while let Some((k, x)) = d.next(&mut pos) {
            put(th, out, k, depth + 1)?;
            put(th, out, x, depth + 1)?;
        }
        out.push(b'0');
    } else if crate::compat::is_exact_set(v) {
        let items = ops::to_tuple(th, v)?;
        out.push(if v.is_exact::<heddle_object::types::set::Set>() { b'<' } else { b'>' });
        put_len(out, items.len());
        for x in items.as_slice() {
            put(th, out, *x, depth + 1)?;
        }
    } else if let Some(s) = v.cast::<heddle_object::types::Slice>() {
        out.push(b':');
        for x in [s.start(), s.stop(), s.step()] {
            put(th, out, x, depth + 1)?;
        }
    } else if let Some(c) = v.cast::<CodeObject>() {
        let b = ser::encode(c.image());
        out.push(b'c');
        put_len(out, b.len());
        out.extend_from_slice(&b);
    } else if v.type_of().slots().buffer.is_some() {
        let b = crate::compat::bytes_of(th, v)?;
        out.push(b's');
        put_len(out, b.len());
        out.extend_from_slice(&b);
    } else {
        return Err(unmarshallable(th));
    }
    Ok(())
}

fn put_int(th: &mut Thread, out: &mut Vec<u8>, v: Value) -> R<()> {
    if let Some(i) = int::to_i64(v)
        && let Ok(i) = i32::try_from(i)
    {
        out.push(b'i');
        out.extend_from_slice(&i.to_le_bytes());
        return Ok(());
    }
    // Digits of 15 bits, as CPython writes them.
    let (bit_length, to_bytes) = (intern_str(th, "bit_length")?, intern_str(th, "to_bytes")?);
    let bits = ops::call_method(th, v, bit_length, &[])?;
    let bits = int::as_i64(th, bits)? as usize;
    let bytes = bits.div_ceil(8).max(1);
    let order = Value::from_ref(n().little);
    let abs = ops::binary::absolute(th, v)?;
    let b = ops::call_method(th, abs, to_bytes, &[Value::small_int(bytes as i64), order])?;
    let b = crate::compat::bytes_of(th, b)?;
    let mut digits: Vec<u16> = (0..bits.div_ceil(15))
        .map(|d| {
            (0..15).fold(0, |acc, i| {
                let bit = d * 15 + i;
                let on = b.get(bit / 8).is_some_and(|x| x >> (bit % 8) & 1 != 0);
                acc | u16::from(on) << i
            })
        })
        .collect();
    if digits.is_empty() {
        digits.push(0);
    }
    let count = digits.len() as i32;
    out.push(b'l');
    let negative = int::is_negative(v);
    out.extend_from_slice(&(if negative { -count } else { count }).to_le_bytes());
    for d in digits {
        out.extend_from_slice(&d.to_le_bytes());
    }
    Ok(())
}

struct Reader<'a> {
    data: &'a [u8],
    at: usize,
    refs: RootVec,
}

impl Reader<'_> {
    fn take(&mut self, th: &mut Thread, n: usize) -> R<&[u8]> {
        match self.data.get(self.at..).and_then(|d| d.get(..n)) {
            Some(d) => {
                self.at += n;
                Ok(d)
            }
            None => Err(th.eof_error(format_args!("marshal data too short"))),
        }
    }
    fn number(&mut self, th: &mut Thread) -> R<i32> {
        let b = self.take(th, 4)?;
        Ok(i32::from_le_bytes([b[0], b[1], b[2], b[3]]))
    }
    fn len(&mut self, th: &mut Thread) -> R<usize> {
        let n = self.number(th)?;
        match usize::try_from(n) {
            Ok(n) => Ok(n),
            Err(_) => Err(th.value_error(format_args!("bad marshal data (size out of range)"))),
        }
    }
    fn float(&mut self, th: &mut Thread) -> R<f64> {
        let b = self.take(th, 8)?;
        Ok(f64::from_le_bytes([b[0], b[1], b[2], b[3], b[4], b[5], b[6], b[7]]))
    }

    fn items(&mut self, th: &mut Thread, count: usize, depth: usize) -> R<RootVec> {
        let mut out = RootVec::with(th, &[]);
        for _ in 0..count {
            let v = self.value(th, depth + 1)?;
            let Some(v) = v else {
                return Err(th.type_error(format_args!("NULL object in marshal data")));
            };
            out.push(v);
        }
        Ok(out)
    }

    /// A value; nothing for the mark that ends a dict.
    fn value(&mut self, th: &mut Thread, depth: usize) -> R<Option<Value>> {
        if depth > DEPTH_MAX {
            return Err(th.value_error(format_args!("recursion limit exceeded")));
        }
        let code = self.take(th, 1)?[0];
        let (kind, keep) = (code & 0x7f, code & 0x80 != 0);
        // A place for the value is taken before its parts, as the writer counts.
        let place = self.refs.len();
        if keep {
            self.refs.push(Value::none());
        }
        let v = match kind {
            b'0' => return Ok(None),
            b'N' => Value::none(),
            b'T' => Value::bool(true),
            b'F' => Value::bool(false),
            b'.' => heddle_object::core::statics::ELLIPSIS.value(),
            b'S' => heddle_object::types::exceptions::STOP_ITERATION.value(),
            b'i' => Value::small_int(self.number(th)?.into()),
            b'l' => self.long(th)?,
            b'g' => {
                let f = self.float(th)?;
                float::new(th, f)?
            }
            b'y' => {
                let (re, im) = (self.float(th)?, self.float(th)?);
                complex::from_parts(th, re, im)?
            }
            b's' => {
                let n = self.len(th)?;
                let b = self.take(th, n)?.to_vec();
                Value::from_ref(Bytes::new(th, &b)?)
            }
            b'u' | b't' | b'a' | b'A' => {
                let n = self.len(th)?;
                self.text(th, n, kind)?
            }
            b'z' | b'Z' => {
                let n = self.take(th, 1)?[0] as usize;
                self.text(th, n, kind)?
            }
            b'(' | b')' => {
                let n = if kind == b')' { self.take(th, 1)?[0] as usize } else { self.len(th)? };
                let items = self.items(th, n, depth)?;
                Value::from_ref(Tuple::new(th, items.as_slice())?)
            }
            b'[' => {
                let n = self.len(th)?;
                let items = self.items(th, n, depth)?;
                Value::from_ref(List::new(th, items.as_slice())?)
            }
            b'{' => {
                let d = Dict::new(th)?;
                while let Some(k) = self.value(th, depth + 1)? {
                    let Some(x) = self.value(th, depth + 1)? else { break };
                    d.set_item(th, k, x)?;
                }
                Value::from_ref(d)
            }
            b'<' | b'>' => {
                let n = self.len(th)?;
                let items = self.items(th, n, depth)?;
                if kind == b'<' {
                    crate::compat::set(th, items.as_slice())?
                } else {
                    crate::compat::frozenset(th, items.as_slice())?
                }
            }
            b':' => {
                let p = self.items(th, 3, depth)?;
                Value::from_ref(heddle_object::types::Slice::new(th, p[0], p[1], p[2])?)
            }
            b'r' => {
                let i = self.len(th)?;
                match self.refs.get(i) {
                    Some(v) => return Ok(Some(*v)),
                    None => {
                        return Err(
                            th.value_error(format_args!("bad marshal data (invalid reference)"))
                        );
                    }
                }
            }
            b'c' => {
                let n = self.len(th)?;
                let b = self.take(th, n)?.to_vec();
                match ser::decode(&b) {
                    Ok(image) => Value::from_ref(CodeObject::new(th, Arc::new(image))?),
                    Err(_) => {
                        return Err(
                            th.value_error(format_args!("bad marshal data (invalid code object)"))
                        );
                    }
                }
            }
            _ => return Err(th.value_error(format_args!("bad marshal data (unknown type code)"))),
        };
        if keep {
            self.refs.as_mut_slice()[place] = v;
        }
        Ok(Some(v))
    }

    fn text(&mut self, th: &mut Thread, n: usize, kind: u8) -> R {
        let b = self.take(th, n)?.to_vec();
        let Some(t) = PyText::from_wtf8(&b) else {
            return Err(th.value_error(format_args!("bad marshal data (invalid string)")));
        };
        let s = crate::types::code::text(th, &t)?;
        let s = if matches!(kind, b't' | b'A' | b'Z') { s.interned(th)? } else { s };
        Ok(Value::from_ref(s))
    }

    fn long(&mut self, th: &mut Thread) -> R {
        let n = self.number(th)?;
        let count = n.unsigned_abs() as usize;
        let b = self.take(th, 2 * count)?.to_vec();
        let mut words = vec![0u64; (count * 15).div_ceil(64).max(1)];
        for (i, d) in b.chunks_exact(2).enumerate() {
            let d = u64::from(u16::from_le_bytes([d[0], d[1]]));
            if d >= 1 << 15 {
                return Err(
                    th.value_error(format_args!("bad marshal data (digit out of range in long)"))
                );
            }
            let bit = i * 15;
            words[bit / 64] |= d << (bit % 64);
            if bit % 64 > 49 && bit / 64 + 1 < words.len() {
                words[bit / 64 + 1] |= d >> (64 - bit % 64);
            }
        }
        while words.len() > 1 && words.last() == Some(&0) {
            words.pop();
        }
        if let [w] = words.as_slice()
            && let Ok(i) = i64::try_from(*w)
        {
            return int::from_i64(th, if n < 0 { -i } else { i });
        }
        int::BigInt::alloc(th, heddle_object::types::INT.shape(), n < 0, &words, 0)
    }
}

const DUMPS: Params<3> = Params::new(["value", "version", "allow_code"], 1).posonly(2).kwonly(2);
const LOADS: Params<2> = Params::new(["bytes", "allow_code"], 1).posonly(1).kwonly(1);
const DUMP: Params<4> =
    Params::new(["value", "file", "version", "allow_code"], 2).posonly(3).kwonly(3);

fn dumps(th: &mut Thread, _: Value, a: &Args) -> R {
    let [v, _, _] = a.bind(th, "dumps", &DUMPS)?;
    let mut out = Vec::new();
    put(th, &mut out, v.unwrap_or_else(Value::none), 0)?;
    crate::compat::bytes(th, &out)
}

fn parse(th: &mut Thread, data: &[u8]) -> R {
    let mut r = Reader { data, at: 0, refs: RootVec::with(th, &[]) };
    match r.value(th, 0)? {
        Some(v) => Ok(v),
        None => Err(th.type_error(format_args!("NULL object in marshal data for object"))),
    }
}

fn loads(th: &mut Thread, _: Value, a: &Args) -> R {
    let [b, _] = a.bind(th, "loads", &LOADS)?;
    let data = crate::compat::bytes_of(th, b.unwrap_or_else(Value::none))?;
    parse(th, &data)
}

fn dump(th: &mut Thread, m: Value, a: &Args) -> R {
    let [v, file, _, _] = a.bind(th, "dump", &DUMP)?;
    let mut out = Vec::new();
    put(th, &mut out, v.unwrap_or_else(Value::none), 0)?;
    let b = crate::compat::bytes(th, &out)?;
    let _ = m;
    ops::call_method(th, file.unwrap_or_else(Value::none), n().write, &[b])
}

fn load(th: &mut Thread, _: Value, a: &Args) -> R {
    let [file, _] = a.bind(th, "load", &LOADS)?;
    let b = ops::call_method(th, file.unwrap_or_else(Value::none), n().read, &[])?;
    let data = crate::compat::bytes_of(th, b)?;
    parse(th, &data)
}

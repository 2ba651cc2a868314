//! Images as bytes, and back.
//!
//! The format is private to one version of this crate: bytes of another version are refused, not converted. Numbers
//! are LEB128, floats eight little-endian bytes, text WTF-8 with its length in front. Text and byte strings that
//! occur again are numbered back references, which halves the standard library.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use super::{BigInt, CodeImage, Const, PyText};
use crate::defs::{Opcode, ops};

/// First bytes of every image.
const MAGIC: [u8; 4] = *b"HDLC";
/// Raised with every change of the format, of the instruction table or of the meaning of an instruction.
pub const VERSION: u16 = 1;
/// Constants and code objects nest at most this deep, so that reading cannot exhaust the native stack.
const DEPTH_MAX: usize = 200;

/// Why bytes were not read as an image.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DecodeError {
    /// They do not begin like one.
    NotAnImage,
    /// They were written by another version.
    OtherVersion(u16),
    /// They end too early.
    Truncated,
    /// They go on after the end.
    TrailingBytes,
    /// They contradict themselves; the text says where.
    Malformed(&'static str),
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            DecodeError::NotAnImage => write!(f, "not a code image"),
            DecodeError::OtherVersion(v) => {
                write!(f, "code image of version {v}, this is version {VERSION}: compile it again")
            }
            DecodeError::Truncated => write!(f, "code image is cut off"),
            DecodeError::TrailingBytes => write!(f, "code image has bytes after its end"),
            DecodeError::Malformed(what) => write!(f, "code image is malformed: {what}"),
        }
    }
}

impl std::error::Error for DecodeError {}

#[repr(u8)]
enum Tag {
    None,
    True,
    False,
    Ellipsis,
    Int,
    BigIntPositive,
    BigIntNegative,
    Float,
    Complex,
    Str,
    Bytes,
    Tuple,
    FrozenSet,
    Slice,
    Code,
}

/// The image as bytes.
pub fn encode(image: &CodeImage) -> Vec<u8> {
    let mut writer = Writer { out: vec![], seen: HashMap::new() };
    writer.out.extend_from_slice(&MAGIC);
    writer.out.extend_from_slice(&VERSION.to_le_bytes());
    writer.code(image);
    writer.out
}

/// The image that [`encode`] wrote.
///
/// **Errors:** anything else. Bytes that pass are well formed as data; that the code in them is correct (stack depth,
/// jump targets) is the compiler's business.
pub fn decode(bytes: &[u8]) -> Result<CodeImage, DecodeError> {
    let rest = bytes.strip_prefix(&MAGIC).ok_or(DecodeError::NotAnImage)?;
    let (version, rest) = rest.split_first_chunk::<2>().ok_or(DecodeError::Truncated)?;
    let version = u16::from_le_bytes(*version);
    if version != VERSION {
        return Err(DecodeError::OtherVersion(version));
    }
    let mut reader = Reader { rest, seen: vec![], depth: 0 };
    let image = reader.code()?;
    if reader.rest.is_empty() { Ok(image) } else { Err(DecodeError::TrailingBytes) }
}

struct Writer<'a> {
    out: Vec<u8>,
    seen: HashMap<&'a [u8], usize>,
}

impl<'a> Writer<'a> {
    fn number(&mut self, mut value: u64) {
        while value >= 0x80 {
            self.out.push(value as u8 | 0x80);
            value >>= 7;
        }
        self.out.push(value as u8);
    }

    fn signed(&mut self, value: i64) {
        self.number((value << 1 ^ value >> 63) as u64);
    }

    fn length(&mut self, len: usize) {
        self.number(len as u64);
    }

    /// An even number is twice the length of new bytes, an odd one refers back.
    fn shared(&mut self, bytes: &'a [u8]) {
        if let Some(&index) = self.seen.get(bytes) {
            self.length(index << 1 | 1);
            return;
        }
        self.seen.insert(bytes, self.seen.len());
        self.length(bytes.len() << 1);
        self.out.extend_from_slice(bytes);
    }

    fn texts(&mut self, texts: &'a [PyText]) {
        self.length(texts.len());
        texts.iter().for_each(|text| self.shared(text.as_wtf8()));
    }

    fn code(&mut self, image: &'a CodeImage) {
        self.shared(image.name.as_wtf8());
        self.shared(image.qualname.as_wtf8());
        self.shared(image.filename.as_wtf8());
        self.signed(i64::from(image.firstlineno));
        self.number(u64::from(image.argcount));
        self.number(u64::from(image.posonlyargcount));
        self.number(u64::from(image.kwonlyargcount));
        self.number(u64::from(image.flags));
        self.number(u64::from(image.stacksize));
        self.texts(&image.localsplusnames);
        self.shared(&image.localspluskinds);
        self.texts(&image.names);
        self.consts(&image.consts);
        self.units(&image.units);
        self.shared(&image.exceptiontable);
        self.shared(&image.linetable);
    }

    /// Cache units are zero in an image and are not written.
    fn units(&mut self, units: &[u16]) {
        self.length(units.len());
        let mut skip = 0;
        for &unit in units {
            if skip > 0 {
                skip -= 1;
                continue;
            }
            self.out.extend_from_slice(&unit.to_le_bytes());
            skip = crate::defs::CACHES[usize::from(unit as u8)];
        }
    }

    fn consts(&mut self, consts: &'a [Const]) {
        self.length(consts.len());
        consts.iter().for_each(|item| self.constant(item));
    }

    fn constant(&mut self, item: &'a Const) {
        let mut tag = |tag: Tag| self.out.push(tag as u8);
        match item {
            Const::None => tag(Tag::None),
            Const::True => tag(Tag::True),
            Const::False => tag(Tag::False),
            Const::Ellipsis => tag(Tag::Ellipsis),
            Const::Int(i) => {
                tag(Tag::Int);
                self.signed(*i);
            }
            Const::BigInt(i) => {
                tag(if i.negative { Tag::BigIntNegative } else { Tag::BigIntPositive });
                self.shared(&i.magnitude);
            }
            Const::Float(f) => {
                tag(Tag::Float);
                self.out.extend_from_slice(&f.to_bits().to_le_bytes());
            }
            Const::Complex(re, im) => {
                tag(Tag::Complex);
                self.out.extend_from_slice(&re.to_bits().to_le_bytes());
                self.out.extend_from_slice(&im.to_bits().to_le_bytes());
            }
            Const::Str(text) => {
                tag(Tag::Str);
                self.shared(text.as_wtf8());
            }
            Const::Bytes(bytes) => {
                tag(Tag::Bytes);
                self.shared(bytes);
            }
            Const::Tuple(items) => {
                tag(Tag::Tuple);
                self.consts(items);
            }
            Const::FrozenSet(items) => {
                tag(Tag::FrozenSet);
                self.consts(items);
            }
            Const::Slice(parts) => {
                tag(Tag::Slice);
                parts.iter().for_each(|part| self.constant(part));
            }
            Const::Code(image) => {
                tag(Tag::Code);
                self.code(image);
            }
        }
    }
}

struct Reader<'a> {
    rest: &'a [u8],
    seen: Vec<&'a [u8]>,
    depth: usize,
}

type Read<T> = Result<T, DecodeError>;

impl<'a> Reader<'a> {
    fn bytes(&mut self, len: usize) -> Read<&'a [u8]> {
        let (bytes, rest) = self.rest.split_at_checked(len).ok_or(DecodeError::Truncated)?;
        self.rest = rest;
        Ok(bytes)
    }

    fn array<const N: usize>(&mut self) -> Read<[u8; N]> {
        let (bytes, rest) = self.rest.split_first_chunk::<N>().ok_or(DecodeError::Truncated)?;
        self.rest = rest;
        Ok(*bytes)
    }

    fn number(&mut self) -> Read<u64> {
        let mut value = 0u64;
        for shift in (0..64).step_by(7) {
            let [byte] = self.array()?;
            let bits = u64::from(byte & 0x7F);
            if bits << shift >> shift != bits {
                break;
            }
            value |= bits << shift;
            if byte & 0x80 == 0 {
                return Ok(value);
            }
        }
        Err(DecodeError::Malformed("number too large"))
    }

    fn small<T: TryFrom<u64>>(&mut self) -> Read<T> {
        T::try_from(self.number()?).map_err(|_| DecodeError::Malformed("number out of range"))
    }

    fn signed(&mut self) -> Read<i64> {
        let value = self.number()?;
        Ok((value >> 1) as i64 ^ -((value & 1) as i64))
    }

    fn float(&mut self) -> Read<f64> {
        Ok(f64::from_bits(u64::from_le_bytes(self.array()?)))
    }

    /// A count of things that take at least `least` bytes each, so that memory is reserved only for what can follow.
    fn count(&mut self, least: usize) -> Read<usize> {
        let count: usize = self.small()?;
        if count > self.rest.len() / least {
            return Err(DecodeError::Truncated);
        }
        Ok(count)
    }

    fn shared(&mut self) -> Read<&'a [u8]> {
        let number: usize = self.small()?;
        if number & 1 != 0 {
            return self
                .seen
                .get(number >> 1)
                .copied()
                .ok_or(DecodeError::Malformed("reference to nothing"));
        }
        let bytes = self.bytes(number >> 1)?;
        self.seen.push(bytes);
        Ok(bytes)
    }

    fn text(&mut self) -> Read<PyText> {
        PyText::from_wtf8(self.shared()?).ok_or(DecodeError::Malformed("text"))
    }

    fn texts(&mut self) -> Read<Vec<PyText>> {
        let count = self.count(1)?;
        (0..count).map(|_| self.text()).collect()
    }

    fn code(&mut self) -> Read<CodeImage> {
        self.deeper()?;
        let image = CodeImage {
            name: self.text()?,
            qualname: self.text()?,
            filename: self.text()?,
            firstlineno: i32::try_from(self.signed()?)
                .map_err(|_| DecodeError::Malformed("first line"))?,
            argcount: self.small()?,
            posonlyargcount: self.small()?,
            kwonlyargcount: self.small()?,
            flags: self.small()?,
            stacksize: self.small()?,
            localsplusnames: self.texts()?,
            localspluskinds: self.shared()?.to_vec(),
            names: self.texts()?,
            consts: self.consts()?,
            units: self.units()?,
            exceptiontable: self.shared()?.to_vec(),
            linetable: self.shared()?.to_vec(),
        };
        self.depth -= 1;
        if image.localspluskinds.len() != image.localsplusnames.len() {
            return Err(DecodeError::Malformed("kinds of variables"));
        }
        Ok(image)
    }

    fn units(&mut self) -> Read<Vec<u16>> {
        let len: usize = self.small()?;
        let mut units = vec![];
        while units.len() < len {
            let unit = u16::from_le_bytes(self.array()?);
            let op = unit as u8;
            match Opcode::from_u8(op) {
                Some(opcode) if op < ops::FIRST_SPECIALIZED && opcode != Opcode::Reserved => {
                    units.push(unit);
                    units.resize(units.len() + opcode.caches(), 0);
                }
                _ => return Err(DecodeError::Malformed("opcode")),
            }
        }
        if units.len() == len { Ok(units) } else { Err(DecodeError::Malformed("length of code")) }
    }

    fn deeper(&mut self) -> Read<()> {
        self.depth += 1;
        if self.depth > DEPTH_MAX {
            return Err(DecodeError::Malformed("nested too deeply"));
        }
        Ok(())
    }

    fn consts(&mut self) -> Read<Vec<Const>> {
        self.deeper()?;
        let count = self.count(1)?;
        let items = (0..count).map(|_| self.constant()).collect::<Read<Vec<_>>>()?;
        self.depth -= 1;
        Ok(items)
    }

    fn constant(&mut self) -> Read<Const> {
        const TAGS: [Tag; 15] = [
            Tag::None,
            Tag::True,
            Tag::False,
            Tag::Ellipsis,
            Tag::Int,
            Tag::BigIntPositive,
            Tag::BigIntNegative,
            Tag::Float,
            Tag::Complex,
            Tag::Str,
            Tag::Bytes,
            Tag::Tuple,
            Tag::FrozenSet,
            Tag::Slice,
            Tag::Code,
        ];
        let [tag] = self.array()?;
        Ok(match TAGS.get(usize::from(tag)).ok_or(DecodeError::Malformed("kind of constant"))? {
            Tag::None => Const::None,
            Tag::True => Const::True,
            Tag::False => Const::False,
            Tag::Ellipsis => Const::Ellipsis,
            Tag::Int => Const::Int(self.signed()?),
            Tag::BigIntPositive => Const::BigInt(BigInt::new(false, self.shared()?)),
            Tag::BigIntNegative => Const::BigInt(BigInt::new(true, self.shared()?)),
            Tag::Float => Const::Float(self.float()?),
            Tag::Complex => Const::Complex(self.float()?, self.float()?),
            Tag::Str => Const::Str(self.text()?),
            Tag::Bytes => Const::Bytes(self.shared()?.into()),
            Tag::Tuple => Const::Tuple(self.consts()?.into()),
            Tag::FrozenSet => Const::FrozenSet(self.consts()?.into()),
            Tag::Slice => {
                self.deeper()?;
                let parts = [self.constant()?, self.constant()?, self.constant()?];
                self.depth -= 1;
                Const::Slice(Box::new(parts))
            }
            Tag::Code => Const::Code(Arc::new(self.code()?)),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::unit;

    fn sample() -> CodeImage {
        let mut units = vec![];
        unit::encode(&mut units, Opcode::Resume, 0);
        unit::encode(&mut units, Opcode::LoadAttr, 70_000);
        unit::encode(&mut units, Opcode::ReturnValue, 0);
        let inner = CodeImage {
            name: "inner".into(),
            units: units.clone(),
            firstlineno: -1,
            ..CodeImage::default()
        };
        CodeImage {
            name: "f".into(),
            qualname: "C.f".into(),
            filename: PyText::from_code_points([0x2F, 0xDC80]),
            firstlineno: 12,
            argcount: 2,
            posonlyargcount: 1,
            kwonlyargcount: 3,
            flags: 0x800_0003,
            stacksize: 9,
            localsplusnames: vec!["a".into(), "f".into()],
            localspluskinds: vec![0x26, 0x60],
            names: vec!["a".into(), "inner".into()],
            consts: vec![
                Const::None,
                Const::True,
                Const::False,
                Const::Ellipsis,
                Const::Int(i64::MIN),
                Const::Int(i64::MAX),
                Const::BigInt(BigInt::new(true, &[0, 0, 0, 0, 0, 0, 0, 0, 1, 0])),
                Const::Float(-0.0),
                Const::Float(f64::NAN),
                Const::Complex(1.5, -0.0),
                Const::Str("a".into()),
                Const::Str(PyText::from_code_points([0xD800])),
                Const::Bytes((*b"a").into()),
                Const::Tuple([Const::Int(1), Const::Tuple([].into())].into()),
                Const::FrozenSet([Const::Str("x".into())].into()),
                Const::Slice(Box::new([Const::None, Const::Int(2), Const::None])),
                Const::Code(Arc::new(inner)),
            ],
            units,
            exceptiontable: vec![1, 2, 3],
            linetable: vec![0x80, 0],
        }
    }

    #[test]
    fn images_survive() {
        let image = sample();
        assert_eq!(decode(&encode(&image)), Ok(image));
    }

    #[test]
    fn damaged_bytes_are_refused_and_never_panic() {
        let bytes = encode(&sample());
        for len in 0..bytes.len() {
            assert!(decode(&bytes[..len]).is_err(), "length {len}");
        }
        for at in 0..bytes.len() {
            for bit in 0..8 {
                let mut damaged = bytes.clone();
                damaged[at] ^= 1 << bit;
                let _ = decode(&damaged);
            }
        }
        let mut longer = bytes.clone();
        longer.push(0);
        assert_eq!(decode(&longer), Err(DecodeError::TrailingBytes));
        let mut other = bytes;
        other[4] = 0xFE;
        assert_eq!(decode(&other), Err(DecodeError::OtherVersion(0xFE)));
    }

    #[test]
    fn constants_are_shared_by_kind_and_bits() {
        assert_ne!(Const::Float(0.0), Const::Float(-0.0));
        assert_eq!(Const::Float(f64::NAN), Const::Float(f64::NAN));
        assert_ne!(Const::Int(1), Const::True);
        assert_ne!(Const::Str("a".into()), Const::Bytes((*b"a").into()));
    }
}

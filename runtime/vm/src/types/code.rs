//! `code`: a compiled image with its constants as values, its bytecode and the copies of it.
//!
//! The fields that calls and frames need on every entry are copied out of the image; the rest is answered from it.

use heddle_object::core::header::Header;
use heddle_object::heap::Tracer;
use heddle_object::types::{Str, Tuple};
use heddle_object::{R, Slot, Thread, Value, payload};
use heddle_tlbc::defs::operands::co;
use heddle_tlbc::image::{CodeImage, Const, PyText};
use heddle_tlbc::{Code, Unit, tables};
use std::sync::Arc;

mod attributes;
pub use attributes::CODE;

/// See the module's text.
#[repr(C)]
pub struct CodeObject {
    /// Cell header.
    pub header: Header,
    /// First unit of the main copy.
    pub main: *const Unit,
    consts: *const Value,
    names: *const Value,
    code: *mut Code,
    /// Words of a frame: header, fast variables, stack.
    pub frame_words: u32,
    /// Fast variables.
    pub nlocalsplus: u32,
    /// Number of parameters when a call with exactly so many positional arguments needs no binding, else -1.
    pub simple_args: i32,
    /// Positional parameters.
    pub argcount: u32,
    /// Positional-only ones among them.
    pub posonlyargcount: u32,
    /// Keyword-only parameters.
    pub kwonlyargcount: u32,
    /// Free variables.
    pub nfrees: u32,
    /// `co_flags`
    pub flags: u32,
    consts_tuple: Slot,
    names_tuple: Slot,
    localsplus: Slot,
    /// `co_name`
    pub name: Slot,
    /// `co_qualname`
    pub qualname: Slot,
    /// `co_filename`
    pub filename: Slot,
    /// Whatever instrumentation keeps for the code.
    pub monitoring: Slot,
}
payload!(CodeObject, CODE);

pub(super) unsafe fn trace_code(cell: *mut u8, t: &mut Tracer) {
    // SAFETY: called with a code object; the slots lie one after the other from `consts_tuple` to the end.
    unsafe {
        let first = std::mem::offset_of!(CodeObject, consts_tuple);
        t.words(cell.add(first) as *const u64, (size_of::<CodeObject>() - first) / 8);
    }
}

pub(super) unsafe fn drop_code(cell: *mut u8) {
    // SAFETY: called once with a dead code object, which nothing runs any more; `code` came from a box.
    unsafe { drop(Box::from_raw((*(cell as *const CodeObject)).code)) };
}

/// Text of an image as a string object.
pub fn text(th: &mut Thread, t: &PyText) -> R<&'static Str> {
    match t.as_str() {
        Some(s) => Str::new(th, s),
        None => crate::compat::from_code_points(th, &t.code_points().collect::<Vec<u32>>()),
    }
}

/// The same, interned.
fn name(th: &mut Thread, t: &PyText) -> R<Value> {
    text(th, t)?.interned(th).map(|s| Value::from_ref(s))
}

/// Whether CPython would intern a string constant: names only.
fn looks_like_name(s: &str) -> bool {
    s.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
}

fn tuple_of(th: &mut Thread, items: &[PyText]) -> R<&'static Tuple> {
    let mut v = heddle_object::heap::RootVec::with(th, &[]);
    for t in items {
        let s = name(th, t)?;
        v.push(s);
    }
    Tuple::new(th, v.as_slice())
}

fn constants(th: &mut Thread, items: &[Const]) -> R<&'static Tuple> {
    let mut v = heddle_object::heap::RootVec::with(th, &[]);
    for c in items {
        let c = constant(th, c)?;
        v.push(c);
    }
    Tuple::new(th, v.as_slice())
}

/// A constant as a value.
pub fn constant(th: &mut Thread, c: &Const) -> R {
    use heddle_object::types::{complex, float, int};
    Ok(match c {
        Const::None => Value::none(),
        Const::True => Value::bool(true),
        Const::False => Value::bool(false),
        Const::Ellipsis => heddle_object::core::statics::ELLIPSIS.value(),
        Const::Int(i) => int::from_i64(th, *i)?,
        Const::BigInt(b) => {
            let words: Vec<u64> = b
                .magnitude
                .chunks(8)
                .map(|c| {
                    let mut w = [0; 8];
                    w[..c.len()].copy_from_slice(c);
                    u64::from_le_bytes(w)
                })
                .collect();
            int::BigInt::alloc(th, heddle_object::types::INT.shape(), b.negative, &words, 0)?
        }
        Const::Float(f) => float::new(th, *f)?,
        Const::Complex(re, im) => complex::from_parts(th, *re, *im)?,
        Const::Str(s) => {
            let v = text(th, s)?;
            match s.as_str() {
                Some(t) if looks_like_name(t) => Value::from_ref(v.interned(th)?),
                _ => Value::from_ref(v),
            }
        }
        Const::Bytes(b) => crate::compat::bytes(th, b)?,
        Const::Tuple(items) => Value::from_ref(constants(th, items)?),
        Const::FrozenSet(items) => {
            let items = constants(th, items)?;
            crate::compat::frozenset(th, items.as_slice())?
        }
        Const::Slice(parts) => {
            let p = constants(th, parts.as_slice())?.as_slice();
            Value::from_ref(heddle_object::types::Slice::new(th, p[0], p[1], p[2])?)
        }
        Const::Code(image) => Value::from_ref(CodeObject::new(th, image.clone())?),
    })
}

impl CodeObject {
    /// Makes the code object of an image, and those nested in it.
    ///
    /// **Errors:** MemoryError; RecursionError never: images are as deep as their source. **Escapes:** no.
    pub fn new(th: &mut Thread, image: Arc<CodeImage>) -> R<&'static CodeObject> {
        let consts = constants(th, &image.consts)?;
        let filename = name(th, &image.filename)?;
        CodeObject::with_consts(th, image, consts, filename)
    }

    /// The same with constants that are values already (`code.replace`).
    pub fn with_consts(
        th: &mut Thread,
        image: Arc<CodeImage>,
        consts: &'static Tuple,
        filename: Value,
    ) -> R<&'static CodeObject> {
        let names = tuple_of(th, &image.names)?;
        let locals = tuple_of(th, &image.localsplusnames)?;
        let co_name = name(th, &image.name)?;
        let qualname = name(th, &image.qualname)?;
        let frame_words =
            crate::frame::HEADER_WORDS + image.nlocalsplus() + image.stacksize as usize + 1;
        if frame_words > FRAME_WORDS_MAX {
            return Err(th.memory_error());
        }
        let simple = image.flags & (co::VARARGS | co::VARKEYWORDS) == 0
            && image.flags & co::OPTIMIZED != 0
            && image.kwonlyargcount == 0;
        let knobs = crate::thread::VmThread::of(th).vm.knobs;
        let code = Box::into_raw(Box::new(Code::new(image.clone(), knobs)));
        // SAFETY: made just now.
        let main = unsafe { &*code }.main();
        let made = th.alloc::<CodeObject>(CODE.shape(), 0, |header| CodeObject {
            header,
            main,
            consts: consts.items_ptr(),
            names: names.items_ptr(),
            code,
            frame_words: frame_words as u32,
            nlocalsplus: image.nlocalsplus() as u32,
            simple_args: if simple { image.argcount as i32 } else { -1 },
            argcount: image.argcount,
            posonlyargcount: image.posonlyargcount,
            kwonlyargcount: image.kwonlyargcount,
            nfrees: image.nfrees() as u32,
            flags: image.flags,
            consts_tuple: Slot::new(Some(Value::from_ref(consts))),
            names_tuple: Slot::new(Some(Value::from_ref(names))),
            localsplus: Slot::new(Some(Value::from_ref(locals))),
            name: Slot::new(Some(co_name)),
            qualname: Slot::new(Some(qualname)),
            filename: Slot::new(Some(filename)),
            monitoring: Slot::empty(),
        });
        if made.is_err() {
            // SAFETY: no cell owns it.
            unsafe { drop(Box::from_raw(code)) };
        }
        made
    }

    /// The bytecode and its copies.
    #[inline(always)]
    pub fn code(&self) -> &'static Code {
        // SAFETY: owned by this cell until it dies.
        unsafe { &*self.code }
    }
    /// The image.
    pub fn image(&self) -> &'static Arc<CodeImage> {
        self.code().image()
    }
    /// Constant `i`.
    #[inline(always)]
    pub fn constant(&self, i: usize) -> Value {
        // SAFETY: the compiler's index is in range; the tuple is kept alive by `consts_tuple`.
        unsafe { *self.consts.add(i) }
    }
    /// Name `i`, interned.
    #[inline(always)]
    pub fn name(&self, i: usize) -> &'static Str {
        // SAFETY: as `constant`; names are strings.
        unsafe { &*((*self.names.add(i)).as_ptr::<Str>()) }
    }
    /// `co_consts`
    pub fn consts(&self) -> &'static Tuple {
        tuple(&self.consts_tuple)
    }
    /// `co_names`
    pub fn names(&self) -> &'static Tuple {
        tuple(&self.names_tuple)
    }
    /// Names of all fast variables.
    pub fn localsplus(&self) -> &'static Tuple {
        tuple(&self.localsplus)
    }
    /// Name of fast variable `i`.
    pub fn local_name(&self, i: usize) -> &'static Str {
        // SAFETY: a tuple of strings, one a fast variable.
        unsafe { self.localsplus().as_slice()[i].cast_unchecked::<Str>() }
    }
    /// Kind of fast variable `i`: bits of `operands::fast`.
    pub fn local_kind(&self, i: usize) -> u8 {
        self.image().localspluskinds[i]
    }
    /// `co_name` for messages.
    pub fn name_text(&self) -> String {
        string(&self.name)
    }
    /// `co_qualname` for messages.
    pub fn qualname_text(&self) -> String {
        string(&self.qualname)
    }
    /// `co_filename` for messages.
    pub fn filename_text(&self) -> String {
        string(&self.filename)
    }
    /// The docstring.
    pub fn docstring(&self) -> Option<Value> {
        if self.flags & co::HAS_DOCSTRING != 0 {
            self.consts().as_slice().first().copied()
        } else {
            None
        }
    }
    /// The version that functions made from this code start with.
    pub fn version(&self, th: &Thread) -> u32 {
        match self.code().version() {
            0 => self.code().version_or(th.rt.new_version()),
            v => v,
        }
    }
    /// The line of the instruction at `pc`.
    pub fn line_at(&self, pc: usize) -> Option<u32> {
        let image = self.image();
        tables::line_at(&image.linetable, image.firstlineno, pc)
    }
    /// The place in the source of the instruction at `pc`.
    pub fn position_at(&self, pc: usize) -> tables::Position {
        let image = self.image();
        tables::position_at(&image.linetable, image.firstlineno, pc)
    }
}

/// Words of the largest frame; less than the reserve above the frame stack's limit.
const FRAME_WORDS_MAX: usize = 1 << 20;

fn tuple(s: &Slot) -> &'static Tuple {
    // SAFETY: these slots are set to tuples when the cell is made and never changed.
    unsafe { &*(Value::slot_word(s.get()) as *const Tuple) }
}

fn string(s: &Slot) -> String {
    s.get()
        .and_then(|v| v.cast::<Str>())
        .map_or_else(String::new, |s| s.to_string_lossy().into_owned())
}

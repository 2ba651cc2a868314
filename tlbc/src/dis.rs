//! A listing of bytecode in the manner of Python's `dis`: for tests, dumps and those who study a thread's copy.
//!
//! It shows the words that it is given, so the same image can be listed as compiled, or as any thread's copy has it.

use std::collections::BTreeMap;
use std::fmt::{self, Write};

use crate::defs::operands::{
    BinaryOpKind, COMPARE_BOOL, CommonConstant, CompareKind, Conversion, FunctionAttribute,
    Intrinsic1, Intrinsic2, SpecialMethod,
};
use crate::defs::{BASE, Flag, Opcode};
use crate::image::{CodeImage, Const, PyText};
use crate::tables::{handler_ranges, lines};
use crate::unit::{Instruction, Word, instructions};

/// What to show beside the instructions.
#[derive(Clone, Copy, Debug, Default)]
pub struct Show {
    /// Byte offsets.
    pub offsets: bool,
    /// Cache units, as hexadecimal numbers.
    pub caches: bool,
    /// Nested code objects (as compiled).
    pub nested: bool,
}

/// Lists `image` as the compiler made it.
pub fn listing(image: &CodeImage, show: Show) -> String {
    listing_of(image, &image.units, show)
}

/// Lists `words`, a copy of `image`'s code.
pub fn listing_of(image: &CodeImage, words: &[u16], show: Show) -> String {
    let mut out = String::new();
    // Writing to a string cannot fail.
    let _ = Lister::new(image, words, show).write(&mut out);
    if show.nested {
        for constant in &image.consts {
            if let Const::Code(code) = constant {
                let _ = write!(out, "\nDisassembly of {}:\n", describe(constant));
                out += &listing(code, show);
            }
        }
    }
    out
}

struct Lister<'a> {
    image: &'a CodeImage,
    words: &'a [u16],
    show: Show,
    labels: BTreeMap<usize, usize>,
    line_starts: BTreeMap<usize, Option<u32>>,
}

impl<'a> Lister<'a> {
    fn new(image: &'a CodeImage, words: &'a [u16], show: Show) -> Lister<'a> {
        let mut labels = BTreeMap::new();
        // Jumps are read from the image: in a copy an executor's number may stand where the distance was.
        for target in instructions(&image.units).filter_map(|i| i.jump_target()) {
            labels.insert(target, 0);
        }
        for range in handler_ranges(&image.exceptiontable) {
            for at in [range.start, range.end, range.handler.target] {
                labels.insert(at, 0);
            }
        }
        labels.values_mut().enumerate().for_each(|(i, label)| *label = i + 1);
        let line_starts =
            lines(&image.linetable, image.firstlineno).map(|r| (r.start, r.line)).collect();
        Lister { image, words, show, labels, line_starts }
    }

    fn write(&self, out: &mut String) -> fmt::Result {
        let line_width = self
            .line_starts
            .values()
            .flatten()
            .map(|l| l.to_string().len())
            .max()
            .unwrap_or(0)
            .max(3);
        let label_width = 4 + self.labels.len().to_string().len();
        for instruction in over(&self.image.units, self.words) {
            let start = instruction.start;
            match self.line_starts.get(&start) {
                Some(line) => {
                    if start > 0 {
                        out.push('\n');
                    }
                    let line = line.map_or("--".to_string(), |l| l.to_string());
                    write!(out, "{line:>line_width$} ")?;
                }
                None => write!(out, "{:line_width$} ", "")?,
            }
            let label = self.labels.get(&start).map_or(String::new(), |l| format!("L{l}:"));
            write!(out, "{label:>label_width$} ")?;
            if self.show.offsets {
                write!(out, "{:>4} ", start * 2)?;
            }
            let name = instruction
                .opcode()
                .map_or(format!("<{}>", instruction.op), |op| op.name().to_string());
            write!(out, "    {name:<20} ")?;
            let base = Opcode::from_u8(BASE[instruction.op as usize]);
            if base.is_none_or(|op| op.has(Flag::HasArg)) {
                let width = 5usize.saturating_sub(name.len().saturating_sub(20));
                write!(out, "{:>width$}", instruction.oparg)?;
                if let Some(text) = self.argument(&instruction) {
                    write!(out, " ({text})")?;
                }
            }
            if self.show.caches {
                for unit in &self.words[instruction.at + 1..instruction.next.min(self.words.len())]
                {
                    write!(out, " {unit:04x}")?;
                }
            }
            out.truncate(out.trim_end_matches(' ').len());
            out.push('\n');
        }
        let mut ranges = handler_ranges(&self.image.exceptiontable).peekable();
        if ranges.peek().is_some() {
            out.push_str("ExceptionTable:\n");
        }
        for range in ranges {
            let label = |at| self.labels.get(&at).copied().unwrap_or(0);
            let lasti = if range.handler.lasti { " lasti" } else { "" };
            writeln!(
                out,
                "  L{} to L{} -> L{} [{}]{lasti}",
                label(range.start),
                label(range.end),
                label(range.handler.target),
                range.handler.depth,
            )?;
        }
        Ok(())
    }

    fn argument(&self, instruction: &Instruction) -> Option<String> {
        let op = Opcode::from_u8(BASE[instruction.op as usize])?;
        let oparg = instruction.oparg;
        let byte = u8::try_from(oparg).ok();
        let local = |i: u32| text(self.image.localsplusnames.get(i as usize));
        if op.has(Flag::HasConst) {
            return self.image.consts.get(oparg as usize).map(describe);
        }
        if op.has(Flag::HasName) {
            return Some(self.name(op, oparg));
        }
        if op.has(Flag::HasFree) {
            return Some(local(oparg));
        }
        if op.has(Flag::HasLocal) {
            return Some(match op {
                Opcode::LoadFastLoadFast
                | Opcode::LoadFastBorrowLoadFastBorrow
                | Opcode::StoreFastLoadFast
                | Opcode::StoreFastStoreFast => {
                    format!("{}, {}", local(oparg >> 4), local(oparg & 15))
                }
                _ => local(oparg),
            });
        }
        if op.has(Flag::HasJump) {
            let original = instructions(&self.image.units[instruction.start..]).next()?;
            let original = Instruction { next: instruction.next, ..original };
            return original
                .jump_target()
                .and_then(|t| self.labels.get(&t))
                .map(|l| format!("to L{l}"));
        }
        Some(
            match op {
                Opcode::BinaryOp => BinaryOpKind::from_u8(byte?)?.text(),
                Opcode::CompareOp => {
                    let name = CompareKind::from_u8((oparg >> 5) as u8)?.text();
                    return Some(if oparg & COMPARE_BOOL != 0 {
                        format!("bool({name})")
                    } else {
                        name.into()
                    });
                }
                Opcode::ContainsOp => ["in", "not in"].get(oparg as usize)?,
                Opcode::IsOp => ["is", "is not"].get(oparg as usize)?,
                Opcode::CallIntrinsic1 => Intrinsic1::from_u8(byte?)?.text(),
                Opcode::CallIntrinsic2 => Intrinsic2::from_u8(byte?)?.text(),
                Opcode::LoadCommonConstant => CommonConstant::from_u8(byte?)?.text(),
                Opcode::LoadSpecial => SpecialMethod::from_u8(byte?)?.text(),
                Opcode::ConvertValue => Conversion::from_u8(byte?)?.text(),
                Opcode::SetFunctionAttribute => FunctionAttribute::from_u8(byte?)?.text(),
                _ => return None,
            }
            .into(),
        )
    }

    fn name(&self, op: Opcode, oparg: u32) -> String {
        let name = |i: u32| text(self.image.names.get(i as usize));
        match op {
            Opcode::LoadGlobal if oparg & 1 != 0 => format!("{} + NULL", name(oparg >> 1)),
            Opcode::LoadGlobal => name(oparg >> 1),
            Opcode::LoadAttr if oparg & 1 != 0 => format!("{} + NULL|self", name(oparg >> 1)),
            Opcode::LoadAttr => name(oparg >> 1),
            Opcode::LoadSuperAttr if oparg & 1 != 0 => format!("{} + NULL|self", name(oparg >> 2)),
            Opcode::LoadSuperAttr => name(oparg >> 2),
            _ => name(oparg),
        }
    }
}

fn text(name: Option<&PyText>) -> String {
    name.map_or("?".into(), |name| name.to_str_lossy().into_owned())
}

/// A constant as Python would write it, nearly.
pub fn describe(constant: &Const) -> String {
    let list = |items: &[Const]| items.iter().map(describe).collect::<Vec<_>>().join(", ");
    match constant {
        Const::None => "None".into(),
        Const::True => "True".into(),
        Const::False => "False".into(),
        Const::Ellipsis => "Ellipsis".into(),
        Const::Int(i) => i.to_string(),
        Const::BigInt(i) => {
            let digits: String =
                i.magnitude.iter().rev().map(|byte| format!("{byte:02x}")).collect();
            format!("{}0x{}", if i.negative { "-" } else { "" }, digits.trim_start_matches('0'))
        }
        Const::Float(f) => format!("{f:?}"),
        Const::Complex(re, im) if re.to_bits() == 0 => format!("{im:?}j"),
        Const::Complex(re, im) => format!("({re:?}{im:+?}j)"),
        Const::Str(text) => quote(text),
        Const::Bytes(bytes) => format!("b'{}'", bytes.escape_ascii()),
        Const::Tuple(items) if items.len() == 1 => format!("({},)", describe(&items[0])),
        Const::Tuple(items) => format!("({})", list(items)),
        Const::FrozenSet(items) => format!("frozenset({{{}}})", list(items)),
        Const::Slice(parts) => format!("slice({})", list(&parts[..])),
        Const::Code(code) => {
            format!(
                "<code object {}, file \"{}\", line {}>",
                code.name, code.filename, code.firstlineno
            )
        }
    }
}

fn quote(text: &PyText) -> String {
    let quote = if text.code_points().any(|c| c == 0x27) && !text.code_points().any(|c| c == 0x22) {
        '"'
    } else {
        '\''
    };
    let mut out = String::from(quote);
    for point in text.code_points() {
        match char::from_u32(point) {
            Some('\n') => out.push_str("\\n"),
            Some('\t') => out.push_str("\\t"),
            Some('\r') => out.push_str("\\r"),
            Some('\\') => out.push_str("\\\\"),
            Some(c) if c == quote => out.extend(['\\', c]),
            Some(c) if c.is_control() => out += &format!("\\x{:02x}", c as u32),
            Some(c) => out.push(c),
            None => out += &format!("\\u{point:04x}"),
        }
    }
    out.push(quote);
    out
}

/// The instructions of `words`, a copy of the code in `image`.
///
/// Where instructions begin is read from the image: an opcode that hides another (an executor's, a line event's) does
/// not tell how many caches follow it.
pub fn over<'a>(image: &'a [u16], words: &'a [u16]) -> impl Iterator<Item = Instruction> + 'a {
    instructions(image).map_while(|i| {
        let word = Word(*words.get(i.at)?);
        let oparg = i.oparg & !0xFF | u32::from(word.arg());
        Some(Instruction { op: word.op(), oparg, ..i })
    })
}

/// The opcode names of `words`, a copy of the code in `image`, prefixes and caches left out: what a test of
/// specialization compares.
pub fn names(image: &[u16], words: &[u16]) -> Vec<&'static str> {
    over(image, words).map(|i| i.opcode().map_or("?", Opcode::name)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tables::{
        ExceptionTableWriter, Handler, HandlerRange, LocationTableWriter, Position,
    };
    use crate::unit::encode;

    #[test]
    fn a_function_reads_as_in_python() {
        let mut units = vec![];
        let mut table = LocationTableWriter::new(1);
        let mut emit = |line: u32, op, oparg| {
            let before = units.len();
            encode(&mut units, op, oparg);
            table.push(units.len() - before, Position::new(line, line, 0, 1));
        };
        emit(1, Opcode::Resume, 0);
        emit(2, Opcode::LoadGlobal, 1);
        emit(2, Opcode::LoadFastBorrowLoadFastBorrow, 0x01);
        emit(2, Opcode::BinaryOp, 0);
        emit(2, Opcode::Call, 1);
        emit(3, Opcode::PopJumpIfFalse, 1);
        emit(3, Opcode::NotTaken, 0);
        emit(4, Opcode::LoadConst, 0);
        emit(4, Opcode::ReturnValue, 0);
        let mut exceptions = ExceptionTableWriter::new();
        let handler = Handler { target: 22, depth: 1, lasti: true };
        exceptions.push(HandlerRange { start: 1, end: 8, handler });
        let image = CodeImage {
            names: vec!["print".into()],
            localsplusnames: vec!["a".into(), "b".into()],
            consts: vec![Const::Str("it's".into())],
            firstlineno: 1,
            units,
            linetable: table.finish(),
            exceptiontable: exceptions.finish(),
            ..CodeImage::default()
        };
        let expected = "
  1           RESUME                   0

  2   L1:     LOAD_GLOBAL              1 (print + NULL)
      L2:     LOAD_FAST_BORROW_LOAD_FAST_BORROW 1 (a, b)
              BINARY_OP                0 (+)
              CALL                     1

  3           POP_JUMP_IF_FALSE        1 (to L3)
              NOT_TAKEN

  4   L3:     LOAD_CONST               0 (\"it's\")
              RETURN_VALUE
ExceptionTable:
  L1 to L2 -> L3 [1] lasti
";
        let found = listing(&image, Show::default());
        assert_eq!(found, expected[1..], "\n{found}");
        assert_eq!(names(&image.units, &image.units)[..2], ["RESUME", "LOAD_GLOBAL"]);
    }
}

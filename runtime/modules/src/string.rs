//! `_string`: the parser of format strings, for `string.Formatter`.

use heddle_object::core::payload::{self, Native, Shared};
use heddle_object::heap::Tracer;
use heddle_object::text::StrRef;
use heddle_object::text::field::{self, First, Part, Pieces};
use heddle_object::types::{Str, Tuple, int};
use heddle_object::{
    MethodDef, ModuleDef, R, Raised, Slot, Slots, StaticType, Thread, TypeSpec, Value, flags,
};

/// The module.
pub static MODULE: ModuleDef = ModuleDef {
    name: "_string",
    doc: "string helper module",
    methods: &[
        MethodDef::one(
            "formatter_field_name_split",
            field_name_split,
            "split the argument as a field name",
        ),
        MethodDef::one("formatter_parser", parser, "parse the argument as a format string"),
    ],
    init: |th, _| {
        heddle_object::ty::ready_static(th, &PIECES)?;
        heddle_object::ty::ready_static(th, &PARTS)
    },
    ..ModuleDef::DEFAULT
};

/// Walks over the pieces of a format string.
struct PieceIter {
    text: Slot,
    at: Shared,
}

impl Native for PieceIter {
    fn static_type() -> &'static StaticType {
        &PIECES
    }
    fn trace(&self, t: &mut Tracer) {
        t.slot(&self.text);
    }
}

/// Walks over the further parts of a field name.
struct PartIter {
    name: Slot,
    at: Shared,
}

impl Native for PartIter {
    fn static_type() -> &'static StaticType {
        &PARTS
    }
    fn trace(&self, t: &mut Tracer) {
        t.slot(&self.name);
    }
}

/// `formatteriterator`
pub static PIECES: StaticType = StaticType::new(TypeSpec {
    name: "formatteriterator",
    flags: flags::DISALLOW_INSTANTIATION,
    slots: Slots { iter: Some(|_, v| Ok(v)), iternext: Some(next_piece), ..Slots::NONE },
    ..payload::spec::<PieceIter>()
});

/// `fieldnameiterator`
pub static PARTS: StaticType = StaticType::new(TypeSpec {
    name: "fieldnameiterator",
    flags: flags::DISALLOW_INSTANTIATION,
    slots: Slots { iter: Some(|_, v| Ok(v)), iternext: Some(next_part), ..Slots::NONE },
    ..payload::spec::<PartIter>()
});

fn str_arg(th: &mut Thread, v: Value) -> R<&'static Str> {
    match v.cast::<Str>() {
        Some(s) => Ok(s),
        None => {
            let tn = v.type_of().name();
            Err(th.type_error(format_args!("expected str, got {tn}")))
        }
    }
}

#[cold]
fn wrong(th: &mut Thread, message: &str) -> Raised {
    th.value_error(format_args!("{message}"))
}

fn part_of(th: &mut Thread, s: StrRef<'_>, range: (usize, usize)) -> R {
    Ok(Value::from_ref(Str::from_view(th, s.slice(range.0, range.1))?))
}

fn parser(th: &mut Thread, _: Value, text: Value) -> R {
    str_arg(th, text)?;
    let walk = PieceIter { text: Slot::new(Some(text)), at: Shared::new(0) };
    payload::alloc(th, PIECES.ty(), walk)
}

fn next_piece(th: &mut Thread, v: Value) -> R<Option<Value>> {
    let walk = v.expect_native::<PieceIter>(th)?;
    let Some(text) = walk.text.get().and_then(|t| t.cast::<Str>()) else { return Ok(None) };
    let view = text.view();
    let mut pieces = Pieces::new(view, walk.at.get() as usize, view.len());
    let piece = match pieces.next() {
        None => return Ok(None),
        Some(Ok(piece)) => piece,
        Some(Err(message)) => return Err(wrong(th, message)),
    };
    walk.at.set(pieces.place() as u64);
    let literal = part_of(th, view, piece.literal)?;
    let none = Value::none();
    let items = match piece.field {
        None => [literal, none, none, none],
        Some(f) => {
            let name = part_of(th, view, f.name)?;
            let spec = part_of(th, view, f.spec)?;
            let conversion = match f.conversion {
                None => none,
                Some(c) => Value::from_ref(Str::from_code_point(th, c)?),
            };
            [literal, name, spec, conversion]
        }
    };
    Ok(Some(Value::from_ref(Tuple::new(th, &items)?)))
}

fn field_name_split(th: &mut Thread, _: Value, name: Value) -> R {
    let s = str_arg(th, name)?;
    let (first, at) = match field::first_part(s.view()) {
        Ok(first) => first,
        Err(message) => return Err(wrong(th, message)),
    };
    let first = match first {
        First::Auto => Value::from_ref(Str::empty(th)?),
        First::Index(i) => int::from_usize(th, i)?,
        First::Name(len) => part_of(th, s.view(), (0, len))?,
    };
    let walk = PartIter { name: Slot::new(Some(name)), at: Shared::new(at as u64) };
    let rest = payload::alloc(th, PARTS.ty(), walk)?;
    Ok(Value::from_ref(Tuple::new(th, &[first, rest])?))
}

fn next_part(th: &mut Thread, v: Value) -> R<Option<Value>> {
    let walk = v.expect_native::<PartIter>(th)?;
    let Some(name) = walk.name.get().and_then(|t| t.cast::<Str>()) else { return Ok(None) };
    let view = name.view();
    let (part, next) = match field::next_part(view, walk.at.get() as usize) {
        Ok(None) => return Ok(None),
        Ok(Some(found)) => found,
        Err(message) => return Err(wrong(th, message)),
    };
    walk.at.set(next as u64);
    let (is_attribute, key) = match part {
        Part::Attribute(a, b) => (true, part_of(th, view, (a, b))?),
        Part::Key(a, b) => (false, part_of(th, view, (a, b))?),
        Part::Index(i) => (false, int::from_usize(th, i)?),
    };
    Ok(Some(Value::from_ref(Tuple::new(th, &[Value::bool(is_attribute), key])?)))
}

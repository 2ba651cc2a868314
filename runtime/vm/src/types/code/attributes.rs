//! What Python code sees of a code object.

use super::CodeObject;
use heddle_object::core::native::Args;
use heddle_object::types::{Str, Tuple};
use heddle_object::{
    CompareOp, GetSetDef, MethodDef, R, Slots, StaticType, Thread, TypeSpec, Value, flags, ops,
};
use heddle_tlbc::defs::operands::fast;
use heddle_tlbc::image::{CodeImage, PyText};
use heddle_tlbc::tables;
use std::sync::Arc;

/// `code`
pub static CODE: StaticType = StaticType::new(TypeSpec {
    name: "code",
    basicsize: size_of::<CodeObject>(),
    flags: flags::HAS_WEAKREF,
    doc: "Create a code object.  Not for mere mortals.",
    trace: super::trace_code,
    drop: Some(super::drop_code),
    slots: Slots {
        repr: Some(repr),
        hash: Some(hash),
        richcompare: Some(compare),
        new: Some(new),
        ..Slots::NONE
    },
    getset: &[
        GetSetDef::ro("co_argcount", |_, v| int(this(v).argcount), ""),
        GetSetDef::ro("co_posonlyargcount", |_, v| int(this(v).posonlyargcount), ""),
        GetSetDef::ro("co_kwonlyargcount", |_, v| int(this(v).kwonlyargcount), ""),
        GetSetDef::ro("co_stacksize", |_, v| int(this(v).image().stacksize), ""),
        GetSetDef::ro("co_flags", |_, v| int(this(v).flags), ""),
        GetSetDef::ro("co_nlocals", |_, v| int(this(v).image().nlocals() as u32), ""),
        GetSetDef::ro(
            "co_firstlineno",
            |_, v| Ok(Value::small_int(this(v).image().firstlineno.into())),
            "",
        ),
        GetSetDef::ro("co_consts", |_, v| Ok(Value::from_ref(this(v).consts())), ""),
        GetSetDef::ro("co_names", |_, v| Ok(Value::from_ref(this(v).names())), ""),
        GetSetDef::ro("co_name", |_, v| Ok(this(v).name.get().unwrap_or(v)), ""),
        GetSetDef::ro("co_qualname", |_, v| Ok(this(v).qualname.get().unwrap_or(v)), ""),
        GetSetDef::ro("co_filename", |_, v| Ok(this(v).filename.get().unwrap_or(v)), ""),
        GetSetDef::ro("co_varnames", |th, v| variables(th, v, fast::LOCAL), ""),
        GetSetDef::ro("co_cellvars", |th, v| variables(th, v, fast::CELL), ""),
        GetSetDef::ro("co_freevars", |th, v| variables(th, v, fast::FREE), ""),
        GetSetDef::ro(
            "co_linetable",
            |th, v| crate::compat::bytes(th, &this(v).image().linetable),
            "",
        ),
        GetSetDef::ro(
            "co_exceptiontable",
            |th, v| crate::compat::bytes(th, &this(v).image().exceptiontable),
            "",
        ),
        GetSetDef::ro("co_code", co_code, ""),
        GetSetDef::ro("_co_code_adaptive", co_code_adaptive, ""),
    ],
    methods: &[
        MethodDef::noargs("co_lines", co_lines, ""),
        MethodDef::noargs("co_positions", co_positions, ""),
        MethodDef::kw(
            "replace",
            replace,
            "Return a copy of the code object with new values for the specified fields.",
        ),
        MethodDef::kw("__replace__", replace, "The same as replace()."),
    ],
    ..TypeSpec::DEFAULT
});

fn this(v: Value) -> &'static CodeObject {
    // SAFETY: slots of the type are called with its instances only; it has no subclasses.
    unsafe { v.cast_unchecked::<CodeObject>() }
}

fn int(i: u32) -> R {
    Ok(Value::small_int(i.into()))
}

fn repr(th: &mut Thread, v: Value) -> R {
    let c = this(v);
    let text = format!(
        "<code object {} at {:#x}, file \"{}\", line {}>",
        c.name_text(),
        v.word(),
        c.filename_text(),
        c.image().firstlineno
    );
    Str::new(th, &text).map(|s| Value::from_ref(s))
}

fn hash(th: &mut Thread, v: Value) -> R<i64> {
    let c = this(v);
    let mut h = ops::hash(th, c.name.get().unwrap_or(v))?;
    for x in [
        c.argcount,
        c.kwonlyargcount,
        c.flags,
        c.image().firstlineno as u32,
        c.image().units.len() as u32,
    ] {
        h = h.wrapping_mul(1_000_003) ^ i64::from(x);
    }
    Ok(if h == -1 { -2 } else { h })
}

fn compare(th: &mut Thread, a: Value, b: Value, op: CompareOp) -> R {
    let (Some(x), Some(y), CompareOp::Eq | CompareOp::Ne) =
        (a.cast::<CodeObject>(), b.cast::<CodeObject>(), op)
    else {
        return Ok(Value::not_implemented());
    };
    let equal = std::ptr::eq(x, y)
        || (x.image() == y.image()
            && ops::compare::equal(th, Value::from_ref(x.consts()), Value::from_ref(y.consts()))?);
    Ok(Value::bool(equal == (op == CompareOp::Eq)))
}

fn new(th: &mut Thread, _ty: Value, _args: &[Value], _kw: Option<Value>) -> R {
    Err(th.not_implemented_error(format_args!(
        "code objects are made by compile() and code.replace(), not by calling their type"
    )))
}

fn variables(th: &mut Thread, v: Value, kind: u8) -> R {
    let c = this(v);
    let kinds = &c.image().localspluskinds;
    let names = c.localsplus().as_slice();
    let picked: Vec<Value> =
        names.iter().zip(kinds).filter(|(_, k)| **k & kind != 0).map(|(n, _)| *n).collect();
    Tuple::new(th, &picked).map(|t| Value::from_ref(t))
}

fn co_code(th: &mut Thread, v: Value) -> R {
    let bytes: Vec<u8> = this(v).image().units.iter().flat_map(|u| u.to_le_bytes()).collect();
    crate::compat::bytes(th, &bytes)
}

fn co_code_adaptive(th: &mut Thread, v: Value) -> R {
    let bytes: Vec<u8> =
        this(v).code().main_units().iter().flat_map(|u| u.load().0.to_le_bytes()).collect();
    crate::compat::bytes(th, &bytes)
}

fn opt(i: Option<u32>) -> Value {
    i.map_or_else(Value::none, |i| Value::small_int(i.into()))
}

fn co_lines(th: &mut Thread, v: Value) -> R {
    let image = this(v).image();
    let out = heddle_object::types::List::new(th, &[])?;
    for l in tables::lines(&image.linetable, image.firstlineno) {
        let items =
            [Value::small_int(2 * l.start as i64), Value::small_int(2 * l.end as i64), opt(l.line)];
        let t = Tuple::new(th, &items)?;
        out.push(th, Value::from_ref(t))?;
    }
    ops::iter::iter(th, Value::from_ref(out))
}

fn co_positions(th: &mut Thread, v: Value) -> R {
    let image = this(v).image();
    let out = heddle_object::types::List::new(th, &[])?;
    for p in tables::positions(&image.linetable, image.firstlineno) {
        let at = p.position;
        for _ in p.start..p.end {
            let t = Tuple::new(
                th,
                &[opt(at.line), opt(at.end_line), opt(at.column), opt(at.end_column)],
            )?;
            out.push(th, Value::from_ref(t))?;
        }
    }
    ops::iter::iter(th, Value::from_ref(out))
}

fn text_of(th: &mut Thread, v: Value, what: &str) -> R<PyText> {
    match v.cast::<Str>() {
        Some(s) => Ok(PyText::from_code_points((0..s.len()).map(|i| s.code_point(i)))),
        None => {
            let tn = v.type_of().name();
            Err(th.type_error(format_args!("replace() argument '{what}' must be str, not {tn}")))
        }
    }
}

fn texts_of(th: &mut Thread, v: Value, what: &str) -> R<Vec<PyText>> {
    let Some(t) = v.cast::<Tuple>() else {
        let tn = v.type_of().name();
        return Err(
            th.type_error(format_args!("replace() argument '{what}' must be tuple, not {tn}"))
        );
    };
    t.as_slice().iter().map(|v| text_of(th, *v, what)).collect()
}

fn replace(th: &mut Thread, v: Value, a: &Args) -> R {
    let c = this(v);
    let mut image: CodeImage = (**c.image()).clone();
    let mut consts = c.consts();
    let mut filename = c.filename.get().unwrap_or(v);
    for (k, x) in a.keywords() {
        let key = k.to_string_lossy();
        let number = |th: &mut Thread| heddle_object::types::int::as_i32(th, x);
        match &*key {
            "co_argcount" => image.argcount = number(th)? as u32,
            "co_posonlyargcount" => image.posonlyargcount = number(th)? as u32,
            "co_kwonlyargcount" => image.kwonlyargcount = number(th)? as u32,
            "co_stacksize" => image.stacksize = number(th)? as u32,
            "co_flags" => image.flags = number(th)? as u32,
            "co_firstlineno" => image.firstlineno = number(th)?,
            "co_nlocals" => {
                number(th)?;
            }
            "co_name" => image.name = text_of(th, x, "co_name")?,
            "co_qualname" => image.qualname = text_of(th, x, "co_qualname")?,
            "co_filename" => {
                image.filename = text_of(th, x, "co_filename")?;
                filename = x;
            }
            "co_names" => image.names = texts_of(th, x, "co_names")?,
            "co_consts" => match x.cast::<Tuple>() {
                Some(t) => consts = t,
                None => {
                    let tn = x.type_of().name();
                    return Err(th.type_error(format_args!(
                        "replace() argument 'co_consts' must be tuple, not {tn}"
                    )));
                }
            },
            "co_varnames" => rename(&mut image, fast::LOCAL, texts_of(th, x, "co_varnames")?),
            "co_cellvars" => rename(&mut image, fast::CELL, texts_of(th, x, "co_cellvars")?),
            "co_freevars" => rename(&mut image, fast::FREE, texts_of(th, x, "co_freevars")?),
            "co_linetable" => image.linetable = crate::compat::bytes_of(th, x)?,
            "co_exceptiontable" => image.exceptiontable = crate::compat::bytes_of(th, x)?,
            "co_code" => {
                let b = crate::compat::bytes_of(th, x)?;
                image.units = b.chunks_exact(2).map(|c| u16::from_le_bytes([c[0], c[1]])).collect();
            }
            other => {
                return Err(th.type_error(format_args!(
                    "replace() got an unexpected keyword argument '{other}'"
                )));
            }
        }
    }
    CodeObject::with_consts(th, Arc::new(image), consts, filename).map(|c| Value::from_ref(c))
}

fn rename(image: &mut CodeImage, kind: u8, names: Vec<PyText>) {
    let mut names = names.into_iter();
    for (n, k) in image.localsplusnames.iter_mut().zip(&image.localspluskinds) {
        if k & kind != 0
            && let Some(new) = names.next()
        {
            *n = new;
        }
    }
}

//! `re.Match`

use super::engine::UNSET;
use super::pattern::Pattern;
use super::subject::{Found, Subject, slice_of};
use super::template::Template;
use heddle_object::core::payload::{self, Native};
use heddle_object::heap::{RootVec, Tracer};
use heddle_object::types::{Dict, Str, Tuple};
use heddle_object::{
    Args, GetSetDef, MethodDef, Params, R, Slot, Slots, StaticType, Thread, TypeSpec, Value, attr,
    flags, ops,
};

/// A match: pattern, subject, positions.
pub struct Match {
    pattern: Slot,
    string: Slot,
    found: Found,
    pos: usize,
    endpos: usize,
}

impl Native for Match {
    fn static_type() -> &'static StaticType {
        &MATCH
    }
    fn trace(&self, t: &mut Tracer) {
        t.word(Value::slot_word(self.pattern.get()));
        t.word(Value::slot_word(self.string.get()));
    }
}

fn this(th: &mut Thread, v: Value) -> R<&'static Match> {
    v.expect_native::<Match>(th)
}

/// `re.Match`
pub static MATCH: StaticType = StaticType::new(TypeSpec {
    name: "re.Match",
    doc: "The result of re.match() and re.search().\nMatch objects always have a boolean value of True.",
    flags: flags::DISALLOW_INSTANTIATION,
    slots: Slots {
        repr: Some(|th, v| {
            let m = this(th, v)?;
            let g = m.group(th, 0, Value::none())?;
            let g = ops::repr(th, g)?.to_string_lossy();
            let s =
                format!("<re.Match object; span=({}, {}), match={g}>", m.found.start, m.found.end);
            Ok(Value::from_ref(Str::new(th, &s)?))
        }),
        getitem: Some(|th, v, k| {
            let m = this(th, v)?;
            let n = m.pattern(th)?.group_number(th, k)?;
            m.group(th, n, Value::none())
        }),
        ..Slots::NONE
    },
    getset: &[
        GetSetDef::ro(
            "string",
            |th, v| Ok(this(th, v)?.string.get().unwrap_or_else(Value::none)),
            "The string passed to match() or search().",
        ),
        GetSetDef::ro(
            "re",
            |th, v| Ok(this(th, v)?.pattern.get().unwrap_or_else(Value::none)),
            "The regular expression object.",
        ),
        GetSetDef::ro(
            "pos",
            |th, v| Ok(Value::small_int(this(th, v)?.pos as i64)),
            "The index into the string at which the RE engine started looking for a match.",
        ),
        GetSetDef::ro(
            "endpos",
            |th, v| Ok(Value::small_int(this(th, v)?.endpos as i64)),
            "The index into the string beyond which the RE engine will not go.",
        ),
        GetSetDef::ro(
            "lastindex",
            |th, v| {
                let n = this(th, v)?.found.last;
                Ok(if n == 0 { Value::none() } else { Value::small_int(n as i64) })
            },
            "The integer index of the last matched capturing group.",
        ),
        GetSetDef::ro(
            "lastgroup",
            |th, v| {
                let m = this(th, v)?;
                let names = m.pattern(th)?.names();
                Ok(names
                    .get(m.found.last as usize)
                    .copied()
                    .filter(|_| m.found.last > 0)
                    .unwrap_or_else(Value::none))
            },
            "The name of the last matched capturing group.",
        ),
        GetSetDef::ro(
            "regs",
            |th, v| {
                let m = this(th, v)?;
                let n = m.pattern(th)?.groups;
                let mut out = RootVec::with(th, &[]);
                for g in 0..=n {
                    let x = m.span(th, g)?;
                    out.push(x);
                }
                Ok(Value::from_ref(Tuple::new(th, out.as_slice())?))
            },
            "",
        ),
    ],
    methods: &[
        MethodDef::fast(
            "group",
            0,
            u16::MAX,
            |th, v, a| {
                let m = this(th, v)?;
                let none = Value::none();
                match a {
                    [] => m.group(th, 0, none),
                    [k] => {
                        let n = m.pattern(th)?.group_number(th, *k)?;
                        m.group(th, n, none)
                    }
                    many => {
                        let mut out = RootVec::with(th, &[]);
                        for k in many {
                            let n = m.pattern(th)?.group_number(th, *k)?;
                            let x = m.group(th, n, none)?;
                            out.push(x);
                        }
                        Ok(Value::from_ref(Tuple::new(th, out.as_slice())?))
                    }
                }
            },
            "group([group1, ...]) -> str or tuple.\nReturn subgroup(s) of the match by indices or names.\nFor 0 returns the entire match.",
        ),
        MethodDef::kw(
            "groups",
            |th, v, a| {
                let [d] = a.bind(th, "groups", &Params::new(["default"], 0))?;
                let d = d.unwrap_or_else(Value::none);
                let m = this(th, v)?;
                let n = m.pattern(th)?.groups;
                let mut out = RootVec::with(th, &[]);
                for g in 1..=n {
                    let x = m.group(th, g, d)?;
                    out.push(x);
                }
                Ok(Value::from_ref(Tuple::new(th, out.as_slice())?))
            },
            "groups($self, /, default=None)\n--\n\nReturn a tuple containing all the subgroups of the match, from 1.",
        ),
        MethodDef::kw(
            "groupdict",
            groupdict,
            "groupdict($self, /, default=None)\n--\n\nReturn a dictionary containing all the named subgroups of the match, keyed by the subgroup name.",
        ),
        MethodDef::fast(
            "start",
            0,
            1,
            |th, v, a| edge(th, v, a, 0),
            "start($self, group=0, /)\n--\n\nReturn index of the start of the substring matched by group.",
        ),
        MethodDef::fast(
            "end",
            0,
            1,
            |th, v, a| edge(th, v, a, 1),
            "end($self, group=0, /)\n--\n\nReturn index of the end of the substring matched by group.",
        ),
        MethodDef::fast(
            "span",
            0,
            1,
            |th, v, a| {
                let m = this(th, v)?;
                let n = number(th, m, a)?;
                m.span(th, n)
            },
            "span($self, group=0, /)\n--\n\nFor match object m, return the 2-tuple (m.start(group), m.end(group)).",
        ),
        MethodDef::kw(
            "expand",
            expand,
            "expand($self, /, template)\n--\n\nReturn the string obtained by doing backslash substitution on the string template, as done by the sub() method.",
        ),
        MethodDef::noargs("__copy__", |_, v| Ok(v), "__copy__($self, /)\n--\n\n"),
        MethodDef::one("__deepcopy__", |_, v, _| Ok(v), "__deepcopy__($self, memo, /)\n--\n\n"),
        MethodDef::one(
            "__class_getitem__",
            |th, c, i| heddle_object::types::generic_alias::new_alias(th, c, i),
            "See PEP 585",
        )
        .class(),
    ],
    ..payload::spec::<Match>()
});

/// Makes the match object.
pub fn new_match(th: &mut Thread, pattern: Value, _: &Pattern, s: &Subject, found: Found) -> R {
    payload::alloc(
        th,
        MATCH.ty(),
        Match {
            pattern: Slot::new(Some(pattern)),
            string: Slot::new(Some(s.object)),
            found,
            pos: s.pos,
            endpos: s.end,
        },
    )
}

impl Match {
    fn pattern(&self, th: &mut Thread) -> R<&'static Pattern> {
        self.pattern.get().unwrap_or_else(Value::none).expect_native::<Pattern>(th)
    }

    /// Span of group `g` (from 0) in a list of marks.
    pub fn span_of(marks: &[usize], g: usize) -> Option<(usize, usize)> {
        let (a, b) = (marks[2 * g], marks[2 * g + 1]);
        (a != UNSET && b != UNSET && a <= b).then_some((a, b))
    }

    fn bounds(&self, n: usize) -> Option<(usize, usize)> {
        if n == 0 {
            Some((self.found.start, self.found.end))
        } else {
            Match::span_of(&self.found.marks, n - 1)
        }
    }

    fn group(&self, th: &mut Thread, n: usize, default: Value) -> R {
        match self.bounds(n) {
            Some((a, b)) => slice_of(th, self.string.get().unwrap_or_else(Value::none), a, b),
            None => Ok(default),
        }
    }

    fn span(&self, th: &mut Thread, n: usize) -> R {
        let (a, b) = self.bounds(n).map_or((-1, -1), |(a, b)| (a as i64, b as i64));
        Ok(Value::from_ref(Tuple::new(th, &[Value::small_int(a), Value::small_int(b)])?))
    }
}

fn number(th: &mut Thread, m: &'static Match, a: &[Value]) -> R<usize> {
    match a.first() {
        Some(k) => m.pattern(th)?.group_number(th, *k),
        None => Ok(0),
    }
}

fn edge(th: &mut Thread, v: Value, a: &[Value], which: usize) -> R {
    let m = this(th, v)?;
    let n = number(th, m, a)?;
    let x = m.bounds(n).map_or(-1, |(s, e)| if which == 0 { s as i64 } else { e as i64 });
    Ok(Value::small_int(x))
}

fn groupdict(th: &mut Thread, v: Value, a: &Args) -> R {
    let [d] = a.bind(th, "groupdict", &Params::new(["default"], 0))?;
    let d = d.unwrap_or_else(Value::none);
    let m = this(th, v)?;
    let out = Dict::new(th)?;
    for (n, name) in m.pattern(th)?.names().iter().enumerate() {
        if !name.is_none() {
            let x = m.group(th, n, d)?;
            out.set_item(th, *name, x)?;
        }
    }
    Ok(Value::from_ref(out))
}

fn expand(th: &mut Thread, v: Value, a: &Args) -> R {
    let [t] = a.bind(th, "expand", &Params::new(["template"], 1))?;
    let m = this(th, v)?;
    let re = (th.hooks.import)(th, "re")?;
    let f = attr::getattr_str(th, re, "_compile_template")?;
    let p = m.pattern.get().unwrap_or_else(Value::none);
    let t = ops::call(th, f, &[p, t.unwrap_or_else(Value::none)], None)?;
    match t.native::<Template>() {
        Some(t) => t.fill(th, m.string.get().unwrap_or_else(Value::none), |g| m.bounds(g)),
        None => Ok(t),
    }
}

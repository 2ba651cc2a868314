//! `re.Pattern`

use super::matching::{Match, new_match};
use super::subject::{Found, Mode, Subject};
use super::template::Template;
use heddle_object::core::payload::{self, Native};
use heddle_object::heap::{RootVec, Tracer};
use heddle_object::types::{Dict, List, Str, Tuple};
use heddle_object::{
    Args, CompareOp, GetSetDef, MethodDef, Params, R, Slot, Slots, StaticType, Thread, TypeSpec,
    Value, attr, flags, ops,
};

/// A compiled pattern.
pub struct Pattern {
    /// Code words, validated.
    pub code: Box<[u32]>,
    /// Number of groups.
    pub groups: usize,
    /// `re` flags.
    pub flags: i64,
    /// Whether it applies to bytes.
    pub is_bytes: bool,
    /// Whether str and bytes are told apart (not for patterns made without a source).
    pub checks_type: bool,
    pattern: Slot,
    groupindex: Slot,
    indexgroup: Slot,
}

impl Native for Pattern {
    fn static_type() -> &'static StaticType {
        &PATTERN
    }
    fn trace(&self, t: &mut Tracer) {
        for s in [&self.pattern, &self.groupindex, &self.indexgroup] {
            t.word(Value::slot_word(s.get()));
        }
    }
}

fn this(th: &mut Thread, v: Value) -> R<&'static Pattern> {
    v.expect_native::<Pattern>(th)
}

/// `re.Pattern`
pub static PATTERN: StaticType = StaticType::new(TypeSpec {
    name: "re.Pattern",
    doc: "Compiled regular expression object.",
    flags: flags::DISALLOW_INSTANTIATION | flags::HAS_WEAKREF,
    slots: Slots {
        repr: Some(repr),
        hash: Some(|th, v| {
            let p = this(th, v)?;
            let s = p.source();
            let h = ops::hash(th, s)?;
            let c = p.code.iter().fold(0u64, |h, w| h.rotate_left(5) ^ *w as u64);
            Ok(match h ^ c as i64 ^ p.flags ^ p.is_bytes as i64 ^ p.groups as i64 {
                -1 => -2,
                h => h,
            })
        }),
        richcompare: Some(|th, a, b, op| {
            let (Some(x), Some(y), CompareOp::Eq | CompareOp::Ne) =
                (a.native::<Pattern>(), b.native::<Pattern>(), op)
            else {
                return Ok(Value::not_implemented());
            };
            let same = x.flags == y.flags
                && x.is_bytes == y.is_bytes
                && x.groups == y.groups
                && x.code == y.code;
            let same = same && ops::equal(th, x.source(), y.source())?;
            Ok(Value::bool(same == (op == CompareOp::Eq)))
        }),
        ..Slots::NONE
    },
    getset: &[
        GetSetDef::ro(
            "pattern",
            |th, v| Ok(this(th, v)?.source()),
            "The pattern string from which the RE object was compiled.",
        ),
        GetSetDef::ro(
            "flags",
            |th, v| Ok(Value::small_int(this(th, v)?.flags)),
            "The regex matching flags.",
        ),
        GetSetDef::ro(
            "groups",
            |th, v| Ok(Value::small_int(this(th, v)?.groups as i64)),
            "The number of capturing groups in the pattern.",
        ),
        GetSetDef::ro(
            "groupindex",
            |th, v| {
                let d = this(th, v)?.groupindex.get().unwrap_or_else(Value::none);
                heddle_object::types::mapping_proxy::new_mapping_proxy(th, d)
            },
            "A dictionary mapping group names to group numbers.",
        ),
    ],
    methods: &[
        MethodDef::kw(
            "match",
            |th, v, a| once(th, v, a, "match", Mode::Match),
            "match($self, /, string, pos=0, endpos=sys.maxsize)\n--\n\nMatches zero or more characters at the beginning of the string.",
        ),
        MethodDef::kw(
            "fullmatch",
            |th, v, a| once(th, v, a, "fullmatch", Mode::Full),
            "fullmatch($self, /, string, pos=0, endpos=sys.maxsize)\n--\n\nMatches against all of the string.",
        ),
        MethodDef::kw(
            "search",
            |th, v, a| once(th, v, a, "search", Mode::Search),
            "search($self, /, string, pos=0, endpos=sys.maxsize)\n--\n\nScan through string looking for a match, and return a corresponding match object instance.",
        ),
        MethodDef::kw(
            "findall",
            findall,
            "findall($self, /, string, pos=0, endpos=sys.maxsize)\n--\n\nReturn a list of all non-overlapping matches of pattern in string.",
        ),
        MethodDef::kw(
            "finditer",
            finditer,
            "finditer($self, /, string, pos=0, endpos=sys.maxsize)\n--\n\nReturn an iterator over all non-overlapping matches for the RE pattern in string.",
        ),
        MethodDef::kw(
            "scanner",
            |th, v, a| {
                let s = subject(th, v, a, "scanner")?;
                super::scanner::new(th, v, s)
            },
            "scanner($self, /, string, pos=0, endpos=sys.maxsize)\n--\n\n",
        ),
        MethodDef::kw(
            "split",
            split,
            "split($self, /, string, maxsplit=0)\n--\n\nSplit string by the occurrences of pattern.",
        ),
        MethodDef::kw(
            "sub",
            |th, v, a| sub(th, v, a, "sub", false),
            "sub($self, /, repl, string, count=0)\n--\n\nReturn the string obtained by replacing the leftmost non-overlapping occurrences of pattern in string by the replacement repl.",
        ),
        MethodDef::kw(
            "subn",
            |th, v, a| sub(th, v, a, "subn", true),
            "subn($self, /, repl, string, count=0)\n--\n\nReturn the tuple (new_string, number_of_subs_made).",
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
    ..payload::spec::<Pattern>()
});

impl Pattern {
    /// `pattern`
    pub fn source(&self) -> Value {
        self.pattern.get().unwrap_or_else(Value::none)
    }
    /// Names of groups by number, from 0 (None where a group has none).
    pub fn names(&self) -> &'static [Value] {
        self.indexgroup.get().and_then(|t| t.cast::<Tuple>()).map_or(&[], |t| t.as_slice())
    }
    /// Number of the group that `key` names; IndexError "no such group".
    pub fn group_number(&self, th: &mut Thread, key: Value) -> R<usize> {
        let n = match ops::index_opt(th, key)? {
            Some(i) => heddle_object::types::int::to_i64(i),
            None => match self.groupindex.get().and_then(|d| d.cast::<Dict>()) {
                Some(d) => d.get_item(th, key)?.and_then(|i| i.as_small_int()),
                None => None,
            },
        };
        match n {
            Some(n) if n >= 0 && n as usize <= self.groups => Ok(n as usize),
            _ => Err(th.index_error(format_args!("no such group"))),
        }
    }
}

/// `_sre.compile(pattern, flags, code, groups, groupindex, indexgroup)`
pub fn compile(th: &mut Thread, a: &[Value]) -> R {
    let flags = ops::index_isize(th, a[1])? as i64;
    let words = ops::to_tuple(th, a[2])?;
    let mut code = Vec::with_capacity(words.len());
    for w in words.as_slice() {
        let i = ops::index_isize(th, *w)?;
        match u32::try_from(i) {
            Ok(w) => code.push(w),
            Err(_) => {
                return Err(
                    th.overflow_error(format_args!("regular expression code size limit exceeded"))
                );
            }
        }
    }
    let groups = ops::index_isize(th, a[3])?.max(0) as usize;
    if !super::code::validate(&code, groups) {
        return Err(th.runtime_error(format_args!("invalid SRE code")));
    }
    let is_bytes = !a[0].is_none() && a[0].cast::<Str>().is_none();
    payload::alloc(
        th,
        PATTERN.ty(),
        Pattern {
            code: code.into_boxed_slice(),
            groups,
            flags,
            is_bytes,
            checks_type: !a[0].is_none(),
            pattern: Slot::new(Some(a[0])),
            groupindex: Slot::new(Some(a[4])),
            indexgroup: Slot::new(Some(a[5])),
        },
    )
}

const SUBJECT: Params<3> = Params::new(["string", "pos", "endpos"], 1);

fn subject(th: &mut Thread, v: Value, a: &Args, what: &str) -> R<Subject> {
    let [s, pos, end] = a.bind(th, what, &SUBJECT)?;
    let pos = match pos {
        Some(p) => ops::index_clamped(th, p)? as i64,
        None => 0,
    };
    let end = match end {
        Some(p) => ops::index_clamped(th, p)? as i64,
        None => i64::MAX,
    };
    let p = this(th, v)?;
    Subject::new(th, p, s.unwrap_or_else(Value::none), pos, end)
}

fn once(th: &mut Thread, v: Value, a: &Args, what: &str, mode: Mode) -> R {
    let s = subject(th, v, a, what)?;
    let p = this(th, v)?;
    match s.run(th, p, s.pos, mode, None)? {
        Some(f) => new_match(th, v, p, &s, f),
        None => Ok(Value::none()),
    }
}

/// The matches of a subject one after another, with the rule for empty ones: none where another empty one was.
pub struct Walk {
    at: usize,
    no_empty_at: Option<usize>,
    over: bool,
}

impl Walk {
    /// From the subject's first position.
    pub fn new(s: &Subject) -> Walk {
        Walk { at: s.pos, no_empty_at: None, over: false }
    }
    /// The next match.
    pub fn next(&mut self, th: &mut Thread, p: &Pattern, s: &Subject) -> R<Option<Found>> {
        if self.over {
            return Ok(None);
        }
        let f = s.run(th, p, self.at, Mode::Search, self.no_empty_at)?;
        match &f {
            Some(f) => {
                self.at = f.end;
                self.no_empty_at = (f.start == f.end).then_some(f.end);
            }
            None => self.over = true,
        }
        Ok(f)
    }
}

fn findall(th: &mut Thread, v: Value, a: &Args) -> R {
    let s = subject(th, v, a, "findall")?;
    let p = this(th, v)?;
    let out = List::new(th, &[])?;
    let mut w = Walk::new(&s);
    while let Some(f) = w.next(th, p, &s)? {
        let item = match p.groups {
            0 => s.slice(th, f.start, f.end)?,
            1 => group_or_empty(th, &s, &f, 0)?,
            n => {
                let mut v = RootVec::with(th, &[]);
                for g in 0..n {
                    let x = group_or_empty(th, &s, &f, g)?;
                    v.push(x);
                }
                Value::from_ref(Tuple::new(th, v.as_slice())?)
            }
        };
        out.push(th, item)?;
    }
    Ok(Value::from_ref(out))
}

fn group_or_empty(th: &mut Thread, s: &Subject, f: &Found, g: usize) -> R {
    match Match::span_of(&f.marks, g) {
        Some((a, b)) => s.slice(th, a, b),
        None => s.slice(th, 0, 0),
    }
}

fn finditer(th: &mut Thread, v: Value, a: &Args) -> R {
    let s = subject(th, v, a, "finditer")?;
    let scanner = super::scanner::new(th, v, s)?;
    let search = attr::getattr_str(th, scanner, "search")?;
    heddle_object::types::callable_iterator::new(th, search, Value::none())
}

fn split(th: &mut Thread, v: Value, a: &Args) -> R {
    let [s, max] = a.bind(th, "split", &Params::new(["string", "maxsplit"], 1))?;
    let max = match max {
        Some(m) => ops::index_isize(th, m)?,
        None => 0,
    };
    let p = this(th, v)?;
    let s = Subject::new(th, p, s.unwrap_or_else(Value::none), 0, i64::MAX)?;
    let out = List::new(th, &[])?;
    let (mut last, mut n) = (0, 0);
    let mut w = Walk::new(&s);
    while max <= 0 || n < max {
        let Some(f) = w.next(th, p, &s)? else { break };
        let part = s.slice(th, last, f.start)?;
        out.push(th, part)?;
        for g in 0..p.groups {
            let x = match Match::span_of(&f.marks, g) {
                Some((a, b)) => s.slice(th, a, b)?,
                None => Value::none(),
            };
            out.push(th, x)?;
        }
        n += 1;
        last = f.end;
    }
    let part = s.slice(th, last, s.end)?;
    out.push(th, part)?;
    Ok(Value::from_ref(out))
}

enum Repl {
    Literal(Value),
    Template(&'static Template),
    Call(Value),
}

/// What the replacement argument stands for; backslashes are worked out by `re._compile_template`.
fn replacement(th: &mut Thread, pattern: Value, repl: Value) -> R<Repl> {
    if ops::is_callable(repl) {
        return Ok(Repl::Call(repl));
    }
    let literal = match repl.cast::<Str>() {
        Some(s) => (0..s.len()).all(|i| s.code_point(i) != '\\' as u32),
        None => match heddle_object::core::native::bytes_like(th, repl)? {
            Some(b) => !b.contains(&b'\\'),
            None => false,
        },
    };
    if literal {
        return Ok(Repl::Literal(repl));
    }
    let re = (th.hooks.import)(th, "re")?;
    let f = attr::getattr_str(th, re, "_compile_template")?;
    let t = ops::call(th, f, &[pattern, repl], None)?;
    match t.native::<Template>() {
        Some(t) => Ok(Repl::Template(t)),
        None => Ok(Repl::Literal(t)),
    }
}

fn sub(th: &mut Thread, v: Value, a: &Args, what: &str, count_too: bool) -> R {
    let [repl, s, max] = a.bind(th, what, &Params::new(["repl", "string", "count"], 2))?;
    let max = match max {
        Some(m) => ops::index_isize(th, m)?,
        None => 0,
    };
    let p = this(th, v)?;
    let s = Subject::new(th, p, s.unwrap_or_else(Value::none), 0, i64::MAX)?;
    let repl = replacement(th, v, repl.unwrap_or_else(Value::none))?;
    let parts = List::new(th, &[])?;
    let (mut last, mut n) = (0, 0);
    let mut w = Walk::new(&s);
    while max <= 0 || n < max {
        let Some(f) = w.next(th, p, &s)? else { break };
        if last < f.start {
            let part = s.slice(th, last, f.start)?;
            parts.push(th, part)?;
        }
        last = f.end;
        n += 1;
        let x = match &repl {
            Repl::Literal(x) => *x,
            Repl::Template(t) => t.expand(th, &s, &f)?,
            Repl::Call(func) => {
                let m = new_match(th, v, p, &s, f)?;
                ops::call1(th, *func, m)?
            }
        };
        if !x.is_none() {
            parts.push(th, x)?;
        }
    }
    let result = if n == 0 && s.object.cast::<Str>().is_some() && s.object.is_exact::<Str>() {
        s.object
    } else {
        if last < s.end {
            let part = s.slice(th, last, s.end)?;
            parts.push(th, part)?;
        }
        let empty = s.slice(th, 0, 0)?;
        let join = heddle_object::names::intern_str(th, "join")?;
        ops::call_method(th, empty, join, &[Value::from_ref(parts)])?
    };
    if count_too {
        return Ok(Value::from_ref(Tuple::new(th, &[result, Value::small_int(n as i64)])?));
    }
    Ok(result)
}

const FLAG_NAMES: [(i64, &str); 9] = [
    (1, "re.TEMPLATE"),
    (2, "re.IGNORECASE"),
    (4, "re.LOCALE"),
    (8, "re.MULTILINE"),
    (16, "re.DOTALL"),
    (32, "re.UNICODE"),
    (64, "re.VERBOSE"),
    (128, "re.DEBUG"),
    (256, "re.ASCII"),
];

fn repr(th: &mut Thread, v: Value) -> R {
    let p = this(th, v)?;
    let r = ops::repr(th, p.source())?.to_string_lossy().into_owned();
    let r: String = r.chars().take(200).collect();
    let mut left = p.flags;
    // UNICODE is what a str pattern has by itself.
    if !p.is_bytes && left & (4 | 256 | 32) == 32 {
        left &= !32;
    }
    let mut names: Vec<String> = Vec::new();
    for (bit, name) in FLAG_NAMES {
        if left & bit != 0 {
            names.push(name.to_string());
            left &= !bit;
        }
    }
    if left != 0 {
        names.push(format!("{left:#x}"));
    }
    let s = if names.is_empty() {
        format!("re.compile({r})")
    } else {
        format!("re.compile({r}, {})", names.join("|"))
    };
    Ok(Value::from_ref(Str::new(th, &s)?))
}

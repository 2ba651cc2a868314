//! The text and bytes types through the doors that Python code uses: constructors, operators, methods, subclasses.
//!
//! One runtime, so one test: it starts a thread, and checks `repr` of results or the text of exceptions. Expected values
//! are CPython 3.14's.

use heddle_object::core::runtime::Runtime;
use heddle_object::core::thread::Hooks;
use heddle_object::error::Raised;
use heddle_object::ops::{self, BinOp};
use heddle_object::types::{
    BYTEARRAY, BYTES, Bytes, Dict, List, MEMORYVIEW, STR, Slice, Str, TYPE, Tuple,
};
use heddle_object::{R, Thread, Value, attr};

fn show(th: &mut Thread, r: R) -> String {
    match r {
        Ok(v) => shown(th, v),
        Err(e) => shown_error(th, e),
    }
}

fn shown(th: &mut Thread, v: Value) -> String {
    let items: Vec<Value> = if let Some(t) = v.cast::<Tuple>() {
        t.as_slice().to_vec()
    } else if let Some(l) = v.cast::<List>() {
        (0..l.len()).filter_map(|i| l.get(i)).collect()
    } else {
        return match ops::repr(th, v) {
            Ok(s) => s.to_string_lossy().into_owned(),
            Err(e) => shown_error(th, e),
        };
    };
    let items: Vec<String> = items.into_iter().map(|v| shown(th, v)).collect();
    format!("({})", items.join(", "))
}

fn shown_error(th: &mut Thread, e: Raised) -> String {
    let e = th.take_exception(e);
    let text = match ops::str(th, e) {
        Ok(s) => s.to_string_lossy().into_owned(),
        Err(_) => "?".to_owned(),
    };
    format!("{}: {text}", e.type_of().name())
}

/// An argument.
#[derive(Clone, Copy)]
enum A<'a> {
    S(&'a str),
    B(&'a [u8]),
    I(i64),
    V(Value),
    None,
}
use A::{B, I, S, V};

struct Lab<'a> {
    th: &'a mut Thread,
}

impl Lab<'_> {
    fn value(&mut self, a: A<'_>) -> Value {
        match a {
            S(s) => Value::from_ref(Str::new(self.th, s).expect("memory")),
            B(b) => Value::from_ref(Bytes::new(self.th, b).expect("memory")),
            I(i) => Value::small_int(i),
            V(v) => v,
            A::None => Value::none(),
        }
    }
    fn tuple(&mut self, items: &[A<'_>]) -> Value {
        let items: Vec<Value> = items.iter().map(|a| self.value(*a)).collect();
        Value::from_ref(Tuple::new(self.th, &items).expect("memory"))
    }
    fn call(&mut self, f: Value, args: &[A<'_>]) -> R {
        let args: Vec<Value> = args.iter().map(|a| self.value(*a)).collect();
        ops::call(self.th, f, &args, None)
    }
    fn m(&mut self, v: A<'_>, name: &str, args: &[A<'_>]) -> String {
        let v = self.value(v);
        let r = match attr::getattr_str(self.th, v, name) {
            Ok(f) => self.call(f, args),
            Err(e) => Err(e),
        };
        show(self.th, r)
    }
    fn op(&mut self, op: BinOp, a: A<'_>, b: A<'_>) -> String {
        let (a, b) = (self.value(a), self.value(b));
        let r = ops::binary_op(self.th, a, b, op);
        show(self.th, r)
    }
    fn get(&mut self, a: A<'_>, k: A<'_>) -> String {
        let (a, k) = (self.value(a), self.value(k));
        let r = ops::getitem(self.th, a, k);
        show(self.th, r)
    }
    fn slice(&mut self, a: A<'_>, b: A<'_>, c: A<'_>) -> Value {
        let (a, b, c) = (self.value(a), self.value(b), self.value(c));
        Value::from_ref(Slice::new(self.th, a, b, c).expect("memory"))
    }
    fn make(&mut self, ty: Value, args: &[A<'_>]) -> String {
        let r = self.call(ty, args);
        show(self.th, r)
    }
    fn class(&mut self, name: &str, base: Value) -> Value {
        let bases = self.tuple(&[V(base)]);
        let namespace = Value::from_ref(Dict::new(self.th).expect("memory"));
        self.call(TYPE.value(), &[S(name), V(bases), V(namespace)]).expect("a class")
    }
}

#[test]
fn text_types() {
    static HOOKS: Hooks = Hooks::BARE;
    let rt: &'static Runtime = Box::leak(Box::new(Runtime::new()));
    let mut th = Box::new(Thread::new(rt, &HOOKS));
    // SAFETY: the thread is boxed and finished below; it is the only one.
    unsafe {
        assert!(th.start());
        heddle_object::ty::ready::init_types(&mut th).expect("types");
    }
    let mut lab = Lab { th: &mut th };
    strings(&mut lab);
    formats(&mut lab);
    codecs(&mut lab);
    bytes(&mut lab);
    bytearrays(&mut lab);
    views(&mut lab);
    subclasses(&mut lab);
    th.finish();
}

fn strings(l: &mut Lab<'_>) {
    assert_eq!(l.op(BinOp::Add, S("a\u{20ac}"), S("b")), "'a€b'");
    assert_eq!(
        l.op(BinOp::Add, S("a"), I(1)),
        "TypeError: can only concatenate str (not \"int\") to str"
    );
    assert_eq!(l.op(BinOp::Multiply, S("ab"), I(3)), "'ababab'");
    assert_eq!(l.op(BinOp::Multiply, I(3), S("\u{e9}")), "'ééé'");
    assert_eq!(l.get(S("abc"), I(-1)), "'c'");
    assert_eq!(l.get(S("abc"), I(3)), "IndexError: string index out of range");
    assert_eq!(l.get(S("abc"), S("a")), "TypeError: string indices must be integers, not 'str'");
    let s = l.slice(A::None, A::None, I(-1));
    assert_eq!(l.get(S("ab\u{1f600}"), V(s)), "'😀ba'");
    let s = l.slice(I(0), I(2), A::None);
    assert_eq!(l.get(S("ab\u{1f600}"), V(s)), "'ab'");
    assert_eq!(l.m(S("a,b,,c"), "split", &[S(",")]), "('a', 'b', '', 'c')");
    assert_eq!(l.m(S("a b  c"), "rsplit", &[A::None, I(1)]), "('a b', 'c')");
    assert_eq!(l.m(S("a\u{20ac}b"), "partition", &[S("\u{20ac}")]), "('a', '€', 'b')");
    assert_eq!(l.m(S("aXbX"), "replace", &[S("X"), S("--")]), "'a--b--'");
    assert_eq!(l.m(S("abcabc"), "find", &[S("c"), I(3)]), "5");
    assert_eq!(l.m(S("abcabc"), "rindex", &[S("z")]), "ValueError: substring not found");
    let t = l.tuple(&[S("x"), S("ab")]);
    assert_eq!(l.m(S("abc"), "startswith", &[V(t)]), "True");
    let t = l.tuple(&[S("x"), S("\u{20ac}"), S("")]);
    assert_eq!(l.m(S(", "), "join", &[V(t)]), "'x, €, '");
    assert_eq!(l.m(S("abc"), "center", &[I(8), S("*")]), "'**abc***'");
    assert_eq!(l.m(S("-5"), "zfill", &[I(5)]), "'-0005'");
    assert_eq!(l.m(S("\u{df}x"), "upper", &[]), "'SSX'");
    assert_eq!(l.m(S("hello world"), "title", &[]), "'Hello World'");
    assert_eq!(l.m(S("xxabxx"), "strip", &[S("x")]), "'ab'");
    assert_eq!(l.m(S("abc"), "strip", &[I(1)]), "TypeError: strip arg must be None or str");
    assert_eq!(l.m(S("a\tb"), "expandtabs", &[I(4)]), "'a   b'");
    let maketrans = attr::getattr_str(l.th, STR.value(), "maketrans").expect("a method");
    let table = l.call(maketrans, &[S("ab"), S("xy"), S("c")]).expect("a table");
    assert_eq!(l.m(S("abcd"), "translate", &[V(table)]), "'xyd'");
    assert_eq!(l.make(STR.value(), &[I(5)]), "'5'");
    assert_eq!(l.make(STR.value(), &[B(b"\xc3\xa9"), S("utf8")]), "'é'");
    let v = l.value(S("a\u{20ac}"));
    let list = ops::to_list(l.th, v).expect("a list");
    assert_eq!(shown(l.th, Value::from_ref(list)), "('a', '€')");
    let (a, b) = (l.value(S("q")), l.value(S("q")));
    assert_eq!(a, b, "single characters are shared");
}

fn formats(l: &mut Lab<'_>) {
    assert_eq!(
        l.m(S("{}-{1:>4}|{0!r:5}"), "format", &[S("a"), I(5)]),
        "ValueError: cannot switch from automatic field numbering to manual field specification"
    );
    assert_eq!(l.m(S("{0}-{1:>4}|{0!r:5}|{{}}"), "format", &[S("a"), I(5)]), "\"a-   5|'a'  |{}\"");
    assert_eq!(l.m(S("{:{}}"), "format", &[S("a"), I(3)]), "'a  '");
    assert_eq!(
        l.m(S("{:{:{}}}"), "format", &[I(1), I(2), I(3)]),
        "ValueError: Max string recursion exceeded"
    );
    let t = l.tuple(&[S("x"), S("y")]);
    assert_eq!(l.m(S("{0[1]}"), "format", &[V(t)]), "'y'");
    assert_eq!(l.m(S("{a}"), "format", &[]), "KeyError: 'a'");
    assert_eq!(l.m(S("{:\u{20ac}^5}"), "format", &[S("a")]), "'€€a€€'");
    let t = l.tuple(&[S("a"), I(5), S("\u{e9}")]);
    assert_eq!(l.op(BinOp::Remainder, S("%-3s|%05d|%a"), V(t)), "\"a  |00005|'\\\\xe9'\"");
    assert_eq!(
        l.op(BinOp::Remainder, S("%d"), S("a")),
        "TypeError: %d format: a real number is required, not str"
    );
    assert_eq!(l.op(BinOp::Remainder, S("%c"), I(0x20ac)), "'€'");
    assert_eq!(
        l.op(BinOp::Remainder, S("a"), I(1)),
        "TypeError: not all arguments converted during string formatting"
    );
    assert_eq!(
        l.op(BinOp::Remainder, S("%y"), I(1)),
        "ValueError: unsupported format character 'y' (0x79) at index 1"
    );
    assert_eq!(
        l.op(BinOp::Remainder, B(b"%s:%4d"), I(1)),
        "TypeError: %b requires a bytes-like object, or an object that implements __bytes__, not 'int'"
    );
    let t = l.tuple(&[B(b"k"), I(7)]);
    assert_eq!(l.op(BinOp::Remainder, B(b"%s:%4d"), V(t)), "b'k:   7'");
}

fn codecs(l: &mut Lab<'_>) {
    assert_eq!(l.m(S("a\u{e9}"), "encode", &[]), "b'a\\xc3\\xa9'");
    assert_eq!(
        l.m(S("a\u{e9}"), "encode", &[S("ascii")]),
        "UnicodeEncodeError: 'ascii' codec can't encode character '\\xe9' in position 1: ordinal not in range(128)"
    );
    assert_eq!(l.m(S("a\u{e9}"), "encode", &[S("Latin-1")]), "b'a\\xe9'");
    assert_eq!(l.m(S("a\u{e9}"), "encode", &[S("ascii"), S("xmlcharrefreplace")]), "b'a&#233;'");
    assert_eq!(
        l.m(B(b"a\xff"), "decode", &[]),
        "UnicodeDecodeError: 'utf-8' codec can't decode byte 0xff in position 1: invalid start byte"
    );
    assert_eq!(l.m(B(b"a\xff"), "decode", &[S("utf-8"), S("surrogateescape")]), "'a\\udcff'");
    assert_eq!(
        l.m(S("a\u{1f600}"), "encode", &[S("utf-16")]),
        "b'\\xff\\xfea\\x00=\\xd8\\x00\\xde'"
    );
}

fn bytes(l: &mut Lab<'_>) {
    assert_eq!(l.make(BYTES.value(), &[I(3)]), "b'\\x00\\x00\\x00'");
    assert_eq!(l.make(BYTES.value(), &[S("a")]), "TypeError: string argument without an encoding");
    let t = l.tuple(&[I(1), I(256)]);
    assert_eq!(l.make(BYTES.value(), &[V(t)]), "ValueError: bytes must be in range(0, 256)");
    assert_eq!(l.op(BinOp::Add, B(b"a"), S("b")), "TypeError: can't concat str to bytes");
    assert_eq!(l.m(B(b"a,b"), "split", &[B(b",")]), "(b'a', b'b')");
    assert_eq!(l.m(B(b"abc"), "find", &[I(99)]), "2");
    assert_eq!(l.m(B(b"abc"), "hex", &[S(":")]), "'61:62:63'");
    assert_eq!(l.get(B(b"abc"), I(1)), "98");
    assert_eq!(
        l.m(B(b"a"), "center", &[I(3), S("x")]),
        "TypeError: center() argument 2 must be a byte string of length 1, not str"
    );
    let f = attr::getattr_str(l.th, BYTES.value(), "fromhex").expect("a method");
    assert_eq!(l.make(f, &[S("00 fF")]), "b'\\x00\\xff'");
    assert_eq!(
        l.make(f, &[S("0g")]),
        "ValueError: non-hexadecimal number found in fromhex() arg at position 1"
    );
}

fn bytearrays(l: &mut Lab<'_>) {
    let b = l.call(BYTEARRAY.value(), &[B(b"abc")]).expect("a bytearray");
    assert_eq!(l.m(V(b), "append", &[I(100)]), "None");
    assert_eq!(l.m(V(b), "extend", &[B(b"efgh")]), "None");
    assert_eq!(l.m(V(b), "insert", &[I(0), I(48)]), "None");
    assert_eq!(l.m(V(b), "pop", &[]), "104");
    assert_eq!(shown(l.th, b), "bytearray(b'0abcdefg')");
    let s = l.slice(I(0), I(3), A::None);
    let x = l.value(B(b"XYZ!"));
    ops::setitem(l.th, b, s, x).expect("assignment");
    assert_eq!(shown(l.th, b), "bytearray(b'XYZ!cdefg')");
    ops::delitem(l.th, b, s).expect("deletion");
    assert_eq!(shown(l.th, b), "bytearray(b'!cdefg')");
    let s = l.slice(A::None, A::None, I(2));
    ops::delitem(l.th, b, s).expect("deletion");
    assert_eq!(shown(l.th, b), "bytearray(b'ceg')");
    assert_eq!(l.m(V(b), "find", &[B(b"g")]), "2");
    assert_eq!(l.m(V(b), "upper", &[]), "bytearray(b'CEG')");
    let view = l.call(MEMORYVIEW.value(), &[V(b)]).expect("a view");
    assert_eq!(
        l.m(V(b), "append", &[I(1)]),
        "BufferError: Existing exports of data: object cannot be re-sized"
    );
    assert_eq!(l.m(V(view), "release", &[]), "None");
    assert_eq!(l.m(V(b), "append", &[I(33)]), "None");
    assert_eq!(shown(l.th, b), "bytearray(b'ceg!')");
    let r = ops::inplace_op(l.th, b, b, BinOp::Add).expect("a sum");
    assert_eq!(shown(l.th, r), "bytearray(b'ceg!ceg!')");
}

fn views(l: &mut Lab<'_>) {
    let b = l.call(BYTEARRAY.value(), &[B(b"abcdefgh")]).expect("a bytearray");
    let m = l.call(MEMORYVIEW.value(), &[V(b)]).expect("a view");
    assert_eq!(l.get(V(m), I(-1)), "104");
    let s = l.slice(I(1), I(7), I(2));
    let part = ops::getitem(l.th, m, s).expect("a slice");
    assert_eq!(l.m(V(part), "tobytes", &[]), "b'bdf'");
    assert_eq!(l.m(V(part), "tolist", &[]), "(98, 100, 102)");
    let x = l.value(B(b"XYZ"));
    ops::setitem(l.th, m, s, x).expect("assignment");
    assert_eq!(shown(l.th, b), "bytearray(b'aXcYeZgh')");
    let f = attr::getattr_str(l.th, m, "cast").expect("a method");
    let i = l.call(f, &[S("i")]).expect("a cast");
    assert_eq!(l.m(V(i), "tolist", &[]), "(1499682913, 1751603813)");
    let shape = l.tuple(&[I(2), I(4)]);
    let grid = l.call(f, &[S("B"), V(shape)]).expect("a cast");
    assert_eq!(l.m(V(grid), "tolist", &[]), "((97, 88, 99, 89), (101, 90, 103, 104))");
    assert_eq!(l.get(V(m), S("a")), "TypeError: memoryview: invalid slice key");
    assert_eq!(l.m(V(m), "release", &[]), "None");
    assert_eq!(l.get(V(m), I(0)), "ValueError: operation forbidden on released memoryview object");
    assert_eq!(l.m(V(part), "tobytes", &[]), "b'XYZ'");
}

fn subclasses(l: &mut Lab<'_>) {
    let c = l.class("S", STR.value());
    let s = l.call(c, &[S("a\u{20ac}")]).expect("an instance");
    let name = heddle_object::names::intern_str(l.th, "x").expect("memory");
    attr::setattr(l.th, s, name, Some(Value::small_int(5))).expect("an attribute");
    assert_eq!(attr::getattr(l.th, s, name), Ok(Value::small_int(5)));
    assert_eq!(shown(l.th, s), "'a€'");
    assert_eq!(l.m(V(s), "strip", &[]), "'a€'");
    let plain = ops::str(l.th, s).expect("a str");
    assert!(Value::from_ref(plain).is_exact::<Str>());
    let c = l.class("B", BYTES.value());
    let b = l.call(c, &[B(b"abc")]).expect("an instance");
    attr::setattr(l.th, b, name, Some(Value::small_int(6))).expect("an attribute");
    assert_eq!(attr::getattr(l.th, b, name), Ok(Value::small_int(6)));
    assert_eq!(shown(l.th, b), "b'abc'");
    let c = l.class("BA", BYTEARRAY.value());
    let b = l.call(c, &[B(b"abc")]).expect("an instance");
    attr::setattr(l.th, b, name, Some(Value::small_int(7))).expect("an attribute");
    assert_eq!(shown(l.th, b), "BA(b'abc')");
    assert_eq!(attr::getattr(l.th, b, name), Ok(Value::small_int(7)));
}

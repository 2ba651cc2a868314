//! The numeric types through the doors that Python code uses: constructors, operators, methods, subclasses.
//!
//! One runtime, so one test: it starts a thread, and checks `repr` of results or the text of exceptions.

use heddle_object::core::runtime::Runtime;
use heddle_object::core::thread::Hooks;
use heddle_object::error::Raised;
use heddle_object::ops::{self, BinOp};
use heddle_object::types::{BOOL, COMPLEX, Dict, FLOAT, INT, RANGE, SLICE, Str, Tuple, float, int};
use heddle_object::{CompareOp, R, StaticType, Thread, Value, attr};

/// What Python shows of a result: its repr, or the exception.
fn show(th: &mut Thread, r: R) -> String {
    if let Some(text) = r.ok().and_then(|v| v.cast::<Str>()) {
        return format!("'{}'", text.to_string_lossy());
    }
    if let Some(tuple) = r.ok().and_then(|v| v.cast::<Tuple>()) {
        let items: Vec<String> = tuple.as_slice().iter().map(|v| show(th, Ok(*v))).collect();
        return format!("({}{})", items.join(", "), if items.len() == 1 { "," } else { "" });
    }
    match r.and_then(|v| ops::repr(th, v)) {
        Ok(s) => s.to_string_lossy().into_owned(),
        Err(e) => shown_error(th, e),
    }
}

fn shown_error(th: &mut Thread, e: Raised) -> String {
    let e = th.take_exception(e);
    let text = match ops::str(th, e) {
        Ok(s) => s.to_string_lossy().into_owned(),
        Err(_) => "?".to_owned(),
    };
    format!("{}: {text}", e.type_of().name())
}

/// Builds values and calls things.
struct Lab<'a> {
    th: &'a mut Thread,
}

impl Lab<'_> {
    fn str(&mut self, s: &str) -> Value {
        Value::from_ref(Str::new(self.th, s).expect("memory"))
    }
    /// An int from decimal text.
    fn int(&mut self, s: &str) -> Value {
        let s = self.str(s);
        ops::call1(self.th, INT.value(), s).expect("an int")
    }
    fn float(&mut self, x: f64) -> Value {
        float::new(self.th, x).expect("memory")
    }
    fn complex(&mut self, re: f64, im: f64) -> Value {
        let (re, im) = (self.float(re), self.float(im));
        ops::call(self.th, COMPLEX.value(), &[re, im], None).expect("a complex")
    }
    fn tuple(&mut self, items: &[Value]) -> Value {
        Value::from_ref(Tuple::new(self.th, items).expect("memory"))
    }
    fn make(&mut self, ty: &'static StaticType, args: &[Value]) -> String {
        let r = ops::call(self.th, ty.value(), args, None);
        show(self.th, r)
    }
    fn op(&mut self, op: BinOp, a: Value, b: Value) -> String {
        let r = ops::binary_op(self.th, a, b, op);
        show(self.th, r)
    }
    fn compare(&mut self, op: CompareOp, a: Value, b: Value) -> String {
        let r = ops::compare(self.th, a, b, op);
        show(self.th, r)
    }
    fn attr(&mut self, v: Value, name: &str) -> String {
        let r = attr::getattr_str(self.th, v, name);
        show(self.th, r)
    }
    fn method(&mut self, v: Value, name: &str, args: &[Value]) -> String {
        let r = attr::getattr_str(self.th, v, name).and_then(|f| ops::call(self.th, f, args, None));
        show(self.th, r)
    }
    fn method_kw(&mut self, v: Value, name: &str, args: &[Value], names: &[&str]) -> String {
        let names: Vec<Value> = names.iter().map(|n| self.str(n)).collect();
        let names = self.tuple(&names);
        let r = attr::getattr_str(self.th, v, name)
            .and_then(|f| ops::call(self.th, f, args, Some(names)));
        show(self.th, r)
    }
    fn format(&mut self, v: Value, spec: &str) -> String {
        let spec = self.str(spec);
        let r = ops::format(self.th, v, Some(spec)).map(|s| Value::from_ref(s));
        show(self.th, r)
    }
    fn hash(&mut self, v: Value) -> i64 {
        ops::hash(self.th, v).expect("hashable")
    }
    /// `class name(base): pass`
    fn class(&mut self, name: &str, base: Value) -> Value {
        let name = self.str(name);
        let bases = self.tuple(&[base]);
        let namespace = Value::from_ref(Dict::new(self.th).expect("memory"));
        ops::call(self.th, heddle_object::types::TYPE.value(), &[name, bases, namespace], None)
            .expect("a class")
    }
}

#[test]
fn numeric_types() {
    static HOOKS: Hooks = Hooks::BARE;
    let rt: &'static Runtime = Box::leak(Box::new(Runtime::new()));
    let mut th = Box::new(Thread::new(rt, &HOOKS));
    // SAFETY: the thread is boxed and finished below; it is the only one.
    unsafe {
        assert!(th.start());
        heddle_object::ty::ready::init_types(&mut th).expect("types");
    }
    let mut lab = Lab { th: &mut th };
    ints(&mut lab);
    bools(&mut lab);
    floats(&mut lab);
    complexes(&mut lab);
    ranges(&mut lab);
    slices(&mut lab);
    subclasses(&mut lab);
    th.finish();
}

fn ints(lab: &mut Lab<'_>) {
    let s = Value::small_int;
    let big = lab.int("123456789012345678901234567890");
    assert_eq!(lab.make(&INT, &[]), "0");
    assert_eq!(lab.make(&INT, &[big]), "123456789012345678901234567890");
    let text = lab.str("ff");
    assert_eq!(lab.make(&INT, &[text, s(16)]), "255");
    assert!(
        lab.make(&INT, &[text]).starts_with("ValueError: invalid literal for int() with base 10: ")
    );
    assert_eq!(
        lab.make(&INT, &[text, s(99)]),
        "ValueError: int() base must be >= 2 and <= 36, or 0"
    );
    assert_eq!(
        lab.make(&INT, &[s(1), s(10)]),
        "TypeError: int() can't convert non-string with explicit base"
    );
    let text = lab.str("\u{661}\u{662}");
    assert_eq!(lab.make(&INT, &[text]), "12");
    let x = lab.float(-2.7);
    assert_eq!(lab.make(&INT, &[x]), "-2");
    let x = lab.float(f64::INFINITY);
    assert_eq!(lab.make(&INT, &[x]), "OverflowError: cannot convert float infinity to integer");
    assert_eq!(
        lab.make(&INT, &[Value::none()]),
        "TypeError: int() argument must be a string, a bytes-like object or a real number, not 'NoneType'"
    );
    let long = lab.str(&"9".repeat(5000));
    assert!(lab.make(&INT, &[long]).starts_with("ValueError: Exceeds the limit (4300 digits)"));

    // The border of the word.
    let top = s((1 << 62) - 1);
    let over = lab.op(BinOp::Add, top, s(1));
    assert_eq!(over, "4611686018427387904");
    let over = lab.int(&over);
    assert!(!over.is_small_int());
    let back = ops::binary_op(lab.th, over, s(1), BinOp::Subtract).expect("an int");
    assert_eq!(back, top);
    assert_eq!(lab.op(BinOp::Multiply, top, top), "21267647932558653957237540927630737409");
    assert_eq!(lab.op(BinOp::Multiply, s(-5), s(7)), "-35");
    assert_eq!(lab.op(BinOp::Subtract, s(-(1 << 62)), s(1)), "-4611686018427387905");
    assert_eq!(lab.op(BinOp::FloorDivide, s(-7), s(2)), "-4");
    assert_eq!(lab.op(BinOp::FloorDivide, s(7), s(-2)), "-4");
    assert_eq!(lab.op(BinOp::FloorDivide, s(-(1 << 62)), s(-1)), "4611686018427387904");
    assert_eq!(lab.op(BinOp::Remainder, s(-7), s(3)), "2");
    assert_eq!(lab.op(BinOp::Remainder, s(7), s(-3)), "-2");
    assert_eq!(lab.op(BinOp::Remainder, s(7), s(0)), "ZeroDivisionError: division by zero");
    assert_eq!(lab.op(BinOp::TrueDivide, s(1), s(3)), "0.3333333333333333");
    assert_eq!(lab.op(BinOp::Lshift, s(1), s(70)), "1180591620717411303424");
    assert_eq!(lab.op(BinOp::Rshift, big, s(64)), "6692605942");
    assert_eq!(lab.op(BinOp::Rshift, s(-1), s(100)), "-1");
    assert_eq!(lab.op(BinOp::Lshift, s(1), s(-1)), "ValueError: negative shift count");
    assert_eq!(lab.op(BinOp::Power, s(2), s(100)), "1267650600228229401496703205376");
    assert_eq!(lab.op(BinOp::Power, s(2), s(-2)), "0.25");
    assert_eq!(lab.op(BinOp::Power, s(0), s(-1)), "ZeroDivisionError: zero to a negative power");
    let r = ops::power(lab.th, s(38), s(-1), s(97));
    assert_eq!(show(lab.th, r), "23");
    let r = ops::divmod(lab.th, s(-7), s(2));
    assert_eq!(show(lab.th, r), "(-4, 1)");
    assert_eq!(
        lab.op(BinOp::Add, s(1), Value::none()),
        "TypeError: unsupported operand type(s) for +: 'int' and 'NoneType'"
    );
    assert_eq!(lab.compare(CompareOp::Lt, s(1), big), "True");
    let x = lab.float(1e30);
    assert_eq!(lab.compare(CompareOp::Gt, big, x), "False");
    assert_eq!(
        lab.compare(CompareOp::Lt, s(1), Value::none()),
        "TypeError: '<' not supported between instances of 'int' and 'NoneType'"
    );
    assert_eq!(lab.hash(big), 248789772095949448);
    assert_eq!(lab.hash(s(-1)), -2);

    assert_eq!(lab.method(s(255), "bit_length", &[]), "8");
    assert_eq!(lab.method(s(-7), "bit_count", &[]), "3");
    assert_eq!(lab.method(s(5), "as_integer_ratio", &[]), "(5, 1)");
    assert_eq!(lab.method(s(1234), "__round__", &[s(-2)]), "1200");
    assert_eq!(lab.method(s(5), "__getnewargs__", &[]), "(5,)");
    assert_eq!(lab.attr(big, "numerator"), "123456789012345678901234567890");
    assert_eq!(lab.attr(s(3), "denominator"), "1");
    assert!(!lab.attr(s(3), "__doc__").is_empty());
    assert_eq!(lab.method(s(5), "__add__", &[s(6)]), "11");
    assert_eq!(lab.method(s(5), "__radd__", &[s(6)]), "11");
    let bytes = ops::call(lab.th, RANGE.value(), &[s(1), s(3)], None).expect("a range");
    assert_eq!(lab.method(INT.value(), "from_bytes", &[bytes]), "258");
    let little = lab.str("little");
    assert_eq!(lab.method(INT.value(), "from_bytes", &[bytes, little]), "513");
    let bytes = ops::call(lab.th, RANGE.value(), &[s(255), s(256)], None).expect("a range");
    assert_eq!(
        lab.method_kw(INT.value(), "from_bytes", &[bytes, Value::bool(true)], &["signed"]),
        "-1"
    );
    assert_eq!(lab.format(s(1234567), ",d"), "'1,234,567'");
    assert_eq!(lab.format(s(3), ""), "'3'");
    assert_eq!(
        lab.format(s(3), "s"),
        "ValueError: Unknown format code 's' for object of type 'int'"
    );
    let r = int::methods::prefixed(lab.th, s(-255), 4);
    assert_eq!(show(lab.th, r), "'-0xff'");
}

fn bools(lab: &mut Lab<'_>) {
    let (t, f, s) = (Value::bool(true), Value::bool(false), Value::small_int);
    assert_eq!(lab.make(&BOOL, &[s(3)]), "True");
    assert_eq!(lab.make(&BOOL, &[]), "False");
    assert_eq!(lab.op(BinOp::And, t, f), "False");
    assert_eq!(lab.op(BinOp::Xor, t, f), "True");
    assert_eq!(lab.op(BinOp::And, t, s(3)), "1");
    assert_eq!(lab.op(BinOp::Add, t, t), "2");
    assert_eq!(lab.op(BinOp::Multiply, s(5), f), "0");
    assert_eq!(lab.make(&INT, &[t]), "1");
    assert_eq!(lab.compare(CompareOp::Eq, t, s(1)), "True");
    assert_eq!(lab.hash(t), 1);
    let r = ops::invert(lab.th, t);
    assert_eq!(show(lab.th, r), "-2");
    assert_eq!(lab.format(t, ""), "'True'");
    assert_eq!(lab.format(t, "d"), "'1'");
    assert_eq!(lab.attr(t, "real"), "1");
    assert_eq!(lab.make(&BOOL, &[t, t]), "TypeError: bool expected at most 1 argument, got 2");
}

fn floats(lab: &mut Lab<'_>) {
    let s = Value::small_int;
    let (half, huge, nan) = (lab.float(0.5), lab.float(1e308), lab.float(f64::NAN));
    let text = lab.str(" -1_0.5e1 ");
    assert_eq!(lab.make(&FLOAT, &[text]), "-105.0");
    let text = lab.str("x");
    assert!(
        lab.make(&FLOAT, &[text]).starts_with("ValueError: could not convert string to float: ")
    );
    assert_eq!(
        lab.make(&FLOAT, &[Value::none()]),
        "TypeError: float() argument must be a string or a real number, not 'NoneType'"
    );
    let big = lab.int(&"9".repeat(400));
    assert_eq!(lab.make(&FLOAT, &[big]), "OverflowError: int too large to convert to float");
    assert_eq!(lab.op(BinOp::Add, half, s(1)), "1.5");
    assert_eq!(lab.op(BinOp::Subtract, s(1), half), "0.5");
    assert_eq!(lab.op(BinOp::Multiply, huge, s(10)), "inf");
    assert_eq!(lab.op(BinOp::TrueDivide, half, s(0)), "ZeroDivisionError: division by zero");
    assert_eq!(lab.op(BinOp::FloorDivide, s(7), half), "14.0");
    let error = ops::binary_op(lab.th, huge, s(2), BinOp::Power).expect_err("too large");
    let error = lab.th.take_exception(error);
    assert_eq!(lab.attr(error, "args"), "(34, 'Numerical result out of range')");
    let minus = lab.float(-8.0);
    assert_eq!(lab.op(BinOp::Power, minus, half), "(1.7319121124709868e-16+2.8284271247461903j)");
    assert_eq!(lab.compare(CompareOp::Eq, nan, nan), "False");
    assert_eq!(lab.compare(CompareOp::Eq, s(1), half), "False");
    assert_eq!(lab.compare(CompareOp::Le, half, s(1)), "True");
    assert_eq!(lab.compare(CompareOp::Ge, s(1), half), "True");
    assert_eq!(lab.hash(half), 1152921504606846976);
    let x = lab.float(2.675);
    assert_eq!(lab.method(x, "__round__", &[s(2)]), "2.67");
    assert_eq!(lab.method(x, "__round__", &[]), "3");
    assert_eq!(lab.method(half, "as_integer_ratio", &[]), "(1, 2)");
    assert_eq!(lab.method(half, "hex", &[]), "'0x1.0000000000000p-1'");
    assert_eq!(lab.method(half, "is_integer", &[]), "False");
    let text = lab.str("0x1.8p1");
    assert_eq!(lab.method(FLOAT.value(), "fromhex", &[text]), "3.0");
    assert_eq!(lab.method(FLOAT.value(), "from_number", &[s(3)]), "3.0");
    assert_eq!(
        lab.method(FLOAT.value(), "from_number", &[text]),
        "TypeError: must be real number, not str"
    );
    assert_eq!(
        lab.method(nan, "__trunc__", &[]),
        "ValueError: cannot convert float NaN to integer"
    );
    assert_eq!(lab.format(x, ".1f"), "'2.7'");
    assert_eq!(lab.format(x, "\u{e9}>8"), "'\u{e9}\u{e9}\u{e9}2.675'");
    assert_eq!(lab.attr(x, "imag"), "0.0");
}

fn complexes(lab: &mut Lab<'_>) {
    let s = Value::small_int;
    let z = lab.complex(1.0, -2.0);
    let half = lab.float(0.5);
    assert_eq!(lab.op(BinOp::Multiply, z, z), "(-3-4j)");
    assert_eq!(lab.op(BinOp::Add, half, z), "(1.5-2j)");
    assert_eq!(lab.op(BinOp::TrueDivide, z, s(0)), "ZeroDivisionError: division by zero");
    assert_eq!(lab.op(BinOp::Power, z, s(2)), "(-3-4j)");
    assert_eq!(lab.compare(CompareOp::Eq, z, s(1)), "False");
    assert_eq!(
        lab.compare(CompareOp::Lt, z, z),
        "TypeError: '<' not supported between instances of 'complex' and 'complex'"
    );
    let one = lab.complex(1.0, 0.0);
    assert_eq!(lab.compare(CompareOp::Eq, s(1), one), "True");
    assert_eq!(lab.hash(one), 1);
    let text = lab.str("(3-4j)");
    assert_eq!(lab.make(&COMPLEX, &[text]), "(3-4j)");
    let text = lab.str("3 - 4j");
    assert_eq!(lab.make(&COMPLEX, &[text]), "ValueError: complex() arg is a malformed string");
    assert_eq!(lab.make(&COMPLEX, &[z, z]), "(3-1j)");
    assert_eq!(lab.make(&COMPLEX, &[]), "0j");
    assert_eq!(
        lab.make(&COMPLEX, &[s(1), text]),
        "TypeError: complex() argument 'imag' must be a real number, not str"
    );
    assert_eq!(
        lab.make(&COMPLEX, &[Value::none()]),
        "TypeError: complex() argument must be a string or a number, not NoneType"
    );
    let four = lab.complex(3.0, -4.0);
    let r = ops::absolute(lab.th, four);
    assert_eq!(show(lab.th, r), "5.0");
    assert_eq!(lab.method(z, "conjugate", &[]), "(1+2j)");
    assert_eq!(lab.method(z, "__getnewargs__", &[]), "(1.0, -2.0)");
    assert_eq!(lab.format(z, ".2f"), "'1.00-2.00j'");
}

fn ranges(lab: &mut Lab<'_>) {
    let s = Value::small_int;
    let make = |lab: &mut Lab<'_>, args: &[Value]| {
        ops::call(lab.th, RANGE.value(), args, None).expect("a range")
    };
    let items = |lab: &mut Lab<'_>, v: Value| {
        let list = ops::to_list(lab.th, v).map(|l| Value::from_ref(l));
        let tuple = list.and_then(|l| ops::to_tuple(lab.th, l)).map(|t| Value::from_ref(t));
        show(lab.th, tuple)
    };
    let r = make(lab, &[s(10)]);
    assert_eq!(show(lab.th, Ok(r)), "range(0, 10)");
    let r = make(lab, &[s(10), s(0), s(-3)]);
    assert_eq!(show(lab.th, Ok(r)), "range(10, 0, -3)");
    assert_eq!(items(lab, r), "(10, 7, 4, 1)");
    let back = attr::getattr_str(lab.th, r, "__reversed__")
        .and_then(|f| ops::call0(lab.th, f))
        .expect("an iterator");
    assert_eq!(items(lab, back), "(1, 4, 7, 10)");
    assert_eq!(lab.attr(r, "step"), "-3");
    assert_eq!(ops::len(lab.th, r), Ok(4));
    let get = |lab: &mut Lab<'_>, v: Value, key: Value| {
        let r = ops::getitem(lab.th, v, key);
        show(lab.th, r)
    };
    assert_eq!(get(lab, r, s(-1)), "1");
    assert_eq!(get(lab, r, s(4)), "IndexError: range object index out of range");
    let key = ops::call(lab.th, SLICE.value(), &[s(1), s(3)], None).expect("a slice");
    assert_eq!(get(lab, r, key), "range(7, 1, -3)");
    assert_eq!(ops::contains(lab.th, r, s(4)), Ok(true));
    assert_eq!(ops::contains(lab.th, r, s(5)), Ok(false));
    let x = lab.float(7.0);
    assert_eq!(ops::contains(lab.th, r, x), Ok(true));
    assert_eq!(lab.method(r, "index", &[s(4)]), "2");
    assert_eq!(lab.method(r, "index", &[s(5)]), "ValueError: range.index(x): x not in range");
    assert_eq!(lab.method(r, "count", &[s(7)]), "1");
    assert_eq!(lab.make(&RANGE, &[s(1), s(2), s(0)]), "ValueError: range() arg 3 must not be zero");
    assert_eq!(lab.make(&RANGE, &[]), "TypeError: range expected at least 1 argument, got 0");
    assert_eq!(
        lab.make(&RANGE, &[x]),
        "TypeError: 'float' object cannot be interpreted as an integer"
    );
    let (a, b) = (make(lab, &[s(0), s(3), s(2)]), make(lab, &[s(0), s(4), s(2)]));
    assert_eq!(lab.compare(CompareOp::Eq, a, b), "True");
    assert_eq!(lab.hash(a), lab.hash(b));

    let start = lab.int("100000000000000000000");
    let stop = lab.int("100000000000000000005");
    let long = make(lab, &[start, stop, s(2)]);
    assert_eq!(
        items(lab, long),
        "(100000000000000000000, 100000000000000000002, 100000000000000000004)"
    );
    assert_eq!(get(lab, long, s(-1)), "100000000000000000004");
    assert_eq!(lab.method(long, "index", &[start]), "0");
    let huge = lab.int("1000000000000000000000000000000");
    let huge = make(lab, &[huge]);
    let r = ops::len(lab.th, huge).map(|_| Value::none());
    assert_eq!(show(lab.th, r), "OverflowError: Python int too large to convert to C ssize_t");
    assert_eq!(get(lab, huge, s(-1)), "999999999999999999999999999999");
    // Near the end of the words: the step past the last item must not wrap.
    let top = s((1 << 62) - 2);
    let edge = lab.int("4611686018427387903");
    let r = make(lab, &[top, edge]);
    assert_eq!(items(lab, r), "(4611686018427387902,)");
}

fn slices(lab: &mut Lab<'_>) {
    let s = Value::small_int;
    let make = |lab: &mut Lab<'_>, args: &[Value]| {
        ops::call(lab.th, SLICE.value(), args, None).expect("a slice")
    };
    let (a, b) = (make(lab, &[s(1), s(2)]), make(lab, &[s(1), s(2), Value::none()]));
    assert_eq!(show(lab.th, Ok(a)), "slice(1, 2, None)");
    assert_eq!(lab.hash(a), lab.hash(b));
    let down = make(lab, &[Value::none(), Value::none(), s(-2)]);
    assert_eq!(lab.method(down, "indices", &[s(5)]), "(4, -1, -2)");
    assert_eq!(lab.method(a, "indices", &[s(-1)]), "ValueError: length should not be negative");
    let zero = make(lab, &[s(1), s(2), s(0)]);
    assert_eq!(lab.method(zero, "indices", &[s(5)]), "ValueError: slice step cannot be zero");
    assert_eq!(lab.attr(a, "stop"), "2");
    assert_eq!(lab.make(&SLICE, &[]), "TypeError: slice expected at least 1 argument, got 0");
}

fn subclasses(lab: &mut Lab<'_>) {
    let s = Value::small_int;
    let class = lab.class("Id", INT.value());
    let big = lab.int("123456789012345678901234567890");
    for v in [s(0), s(-5), big] {
        let made = ops::call1(lab.th, class, v).expect("an instance");
        assert!(made.is_ptr() && made.type_of().name() == "Id");
        assert_eq!(lab.compare(CompareOp::Eq, made, v), "True");
        let sum = ops::binary_op(lab.th, made, s(0), BinOp::Add).expect("a sum");
        assert!(int::check_exact(sum));
        let name = heddle_object::names::intern_str(lab.th, "tag").expect("memory");
        attr::setattr(lab.th, made, name, Some(s(77))).expect("an attribute");
        assert_eq!(lab.attr(made, "tag"), "77");
        assert_eq!(lab.compare(CompareOp::Eq, made, v), "True");
        assert_eq!(lab.hash(made), lab.hash(v));
    }
    let class = lab.class("Meters", FLOAT.value());
    let x = lab.float(1.5);
    let made = ops::call1(lab.th, class, x).expect("an instance");
    assert_eq!(made.type_of().name(), "Meters");
    assert_eq!(lab.op(BinOp::Add, made, made), "3.0");
    let class = lab.class("Wave", COMPLEX.value());
    let made = ops::call(lab.th, class, &[x, x], None).expect("an instance");
    assert_eq!(lab.op(BinOp::Add, made, made), "(3+3j)");
    let name = lab.str("B");
    let bases = lab.tuple(&[BOOL.value()]);
    let namespace = Value::from_ref(Dict::new(lab.th).expect("memory"));
    let r = ops::call(lab.th, heddle_object::types::TYPE.value(), &[name, bases, namespace], None);
    assert_eq!(show(lab.th, r), "TypeError: type 'bool' is not an acceptable base type");
}

//! `math` and `cmath` against a table of CPython's results (`tests/data/math.txt`), and `_random` against known numbers.
//!
//! A line is function, arguments, result, tab-separated: `i` an int, `f` a hexadecimal double, `c` two of them, `b` a
//! bool, `(..;..)` a tuple, `!` an exception.

use heddle_object::core::runtime::Runtime;
use heddle_object::core::thread::Hooks;
use heddle_object::num::float as algo;
use heddle_object::ops;
use heddle_object::types::{INT, Str, Tuple, bool, complex, float, int};
use heddle_object::{ModuleDef, Thread, Value, attr};

fn number(text: &str) -> f64 {
    algo::from_hex(text.as_bytes()).expect("a float")
}

fn decode(th: &mut Thread, text: &str) -> Value {
    let (kind, rest) = text.split_at(1);
    match kind {
        "i" => {
            let s = Value::from_ref(Str::new(th, rest).expect("memory"));
            ops::call1(th, INT.value(), s).expect("an int")
        }
        "f" => float::new(th, number(rest)).expect("memory"),
        "c" => {
            let (re, im) = rest.split_once(',').expect("two parts");
            complex::from_parts(th, number(re), number(im)).expect("memory")
        }
        "b" => Value::bool(rest == "1"),
        _ => {
            let items: Vec<Value> =
                rest.trim_end_matches(')').split(';').map(|item| decode(th, item)).collect();
            Value::from_ref(Tuple::new(th, &items).expect("memory"))
        }
    }
}

fn encode(v: Value) -> String {
    let hex = |x: f64| if x.is_nan() { "nan".to_owned() } else { algo::hex(x) };
    if let Some(b) = bool::as_bool(v) {
        format!("b{}", b as u8)
    } else if let Some(i) = int::int_ref(v) {
        format!("i{}", heddle_object::num::int::to_decimal(i))
    } else if let Some(x) = float::float_of(v) {
        format!("f{}", hex(x))
    } else if let Some(z) = complex::complex_of(v) {
        format!("c{},{}", hex(z.re), hex(z.im))
    } else if let Some(t) = v.cast::<Tuple>() {
        let items: Vec<String> = t.as_slice().iter().map(|v| encode(*v)).collect();
        format!("({})", items.join(";"))
    } else {
        format!("{v:?}")
    }
}

/// Whether two results are equal up to the last place or two: libm's own errors differ between its versions.
fn near(a: &str, b: &str) -> bool {
    let parts = |s: &str| {
        let inner = s.trim_start_matches('(').trim_end_matches(')');
        inner
            .split([';', ','])
            .map(|p| p.trim_start_matches(['f', 'c']).to_owned())
            .collect::<Vec<_>>()
    };
    let (a, b) = (parts(a), parts(b));
    a.len() == b.len()
        && a.iter().zip(&b).all(|(x, y)| {
            x == y
                || match (algo::from_hex(x.as_bytes()), algo::from_hex(y.as_bytes())) {
                    (Ok(x), Ok(y)) => (x - y).abs() <= 4.0 * f64::EPSILON * x.abs().max(y.abs()),
                    _ => false,
                }
        })
}

#[test]
fn agrees_with_cpython() {
    static HOOKS: Hooks = Hooks::BARE;
    let rt: &'static Runtime = Box::leak(Box::new(Runtime::new()));
    let mut th = Box::new(Thread::new(rt, &HOOKS));
    // SAFETY: the thread is boxed and finished below; it is the only one.
    unsafe {
        assert!(th.start());
        heddle_object::ty::ready::init_types(&mut th).expect("types");
    }
    let module = |th: &mut Thread, def: &'static ModuleDef| {
        Value::from_ref(def.create(th).expect("a module"))
    };
    let math = module(&mut th, &heddle_modules::math::MODULE);
    let cmath = module(&mut th, &heddle_modules::cmath::MODULE);
    let mut wrong = Vec::new();
    for line in include_str!("data/math.txt").lines() {
        let fields: Vec<&str> = line.split('\t').collect();
        let (call, expected) = fields.split_at(fields.len() - 1);
        let (owner, name) = call[0].split_once('.').expect("a module and a name");
        let owner = if owner == "math" { math } else { cmath };
        let args: Vec<Value> = call[1..].iter().map(|a| decode(&mut th, a)).collect();
        // Keeps the arguments in sight of the collector.
        let args = Tuple::new(&mut th, &args).expect("memory");
        let f = attr::getattr_str(&mut th, owner, name).expect("a function");
        let got = match ops::call(&mut th, f, args.as_slice(), None) {
            Ok(v) => encode(v),
            Err(e) => format!("!{}", th.take_exception(e).type_of().name()),
        };
        if got != expected[0] && !near(&got, expected[0]) {
            wrong.push(format!("{}: {got} expected {}", call.join(" "), expected[0]));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} lines differ:\n{}",
        wrong.len(),
        wrong[..wrong.len().min(40)].join("\n")
    );

    let random = module(&mut th, &heddle_modules::random::MODULE);
    let class = attr::getattr_str(&mut th, random, "Random").expect("the class");
    let generator = ops::call1(&mut th, class, Value::small_int(12345)).expect("a generator");
    let mut draw = |name: &str, args: &[Value]| {
        let f = attr::getattr_str(&mut th, generator, name).expect("a method");
        encode(ops::call(&mut th, f, args, None).expect("a number"))
    };
    assert_eq!(draw("random", &[]), format!("f{}", algo::hex(0.41661987254534116)));
    assert_eq!(draw("getrandbits", &[Value::small_int(7)]), "i1");
    assert_eq!(draw("getrandbits", &[Value::small_int(100)]), "i380520853016479263018850908268");
    th.finish();
}

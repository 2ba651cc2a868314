//! The number algorithms against a table of CPython's results (`tests/data/num.txt`, tab-separated: operation, operands,
//! result; doubles in hexadecimal).

use heddle_object::num::NumError;
use heddle_object::num::complex::{self, Complex, Operand};
use heddle_object::num::float;
use heddle_object::num::format::{
    Align, Percent, Spec, format_complex, format_float, format_int, percent_float, percent_int,
};
use heddle_object::num::hash;
use heddle_object::num::int::{self, Int};

fn i(text: &str) -> Int {
    int::parse(text.as_bytes(), 10).expect("an int")
}

fn x(text: &str) -> f64 {
    float::from_hex(text.as_bytes()).expect("a float")
}

fn s(v: Int) -> String {
    int::to_decimal(v.as_ref())
}

fn fail(e: NumError) -> String {
    match e {
        NumError::ZeroDivision(_) => "!Z".to_owned(),
        NumError::Overflow(_) => "!O".to_owned(),
        NumError::Value(m) => format!("!V {m}"),
        other => format!("{other:?}"),
    }
}

fn hex(v: f64) -> String {
    if v.is_nan() { "nan".to_owned() } else { float::hex(v) }
}

fn points(text: &str) -> Vec<u32> {
    text.chars().map(u32::from).collect()
}

/// Flags, width, precision and conversion of a `%` format.
fn percent(text: &str) -> (Percent, char) {
    let mut p = Percent::default();
    let mut chars = text[1..].chars().peekable();
    while let Some(&c) = chars.peek() {
        match c {
            '-' => p.left = true,
            '+' => p.plus = true,
            ' ' => p.space = true,
            '#' => p.alternate = true,
            '0' => p.zero = true,
            _ => break,
        }
        chars.next();
    }
    let mut precision = None;
    for c in chars {
        match c {
            '.' => precision = Some(0),
            '0'..='9' => {
                let slot = precision.as_mut().unwrap_or(&mut p.width);
                *slot = *slot * 10 + c as usize - '0' as usize;
            }
            c => {
                p.precision = precision;
                return (p, c);
            }
        }
    }
    unreachable!("a conversion")
}

fn compute(f: &[&str]) -> String {
    let ints =
        |op: fn(int::IntRef<'_>, int::IntRef<'_>) -> Int| s(op(i(f[1]).as_ref(), i(f[2]).as_ref()));
    let parts =
        || (Complex::new(x(f[1]), x(f[2])), f.get(4).map(|_| Complex::new(x(f[3]), x(f[4]))));
    let count = |at: usize| f[at].parse::<u64>().expect("a count");
    let rendered = |r: Result<heddle_object::num::format::Rendered, NumError>| match r {
        Ok(r) => r.into_text().expect("text"),
        Err(e) => fail(e),
    };
    match f[0] {
        "add" => ints(int::add),
        "sub" => ints(int::sub),
        "mul" => ints(int::mul),
        "and" => ints(int::and),
        "or" => ints(int::or),
        "xor" => ints(int::xor),
        "gcd" => ints(int::gcd),
        "divmod" => match int::div_mod(i(f[1]).as_ref(), i(f[2]).as_ref()) {
            Ok((q, r)) => format!("{} {}", s(q), s(r)),
            Err(e) => fail(e),
        },
        "truediv" => int::true_div(i(f[1]).as_ref(), i(f[2]).as_ref()).map_or_else(fail, hex),
        "hash" => hash::hash_int(i(f[1]).as_ref()).to_string(),
        "float" => i(f[1]).as_ref().to_f64().map_or("!O".to_owned(), hex),
        "shl" => s(int::lshift(i(f[1]).as_ref(), i(f[2]).as_ref()).expect("fits")),
        "shr" => s(int::rshift(i(f[1]).as_ref(), i(f[2]).as_ref()).expect("fits")),
        "isqrt" => s(int::isqrt(i(f[1]).as_ref())),
        "hex" | "oct" | "bin" => {
            let v = i(f[1]);
            let bits = match f[0] {
                "hex" => 4,
                "oct" => 3,
                _ => 1,
            };
            let base = 1u32 << bits;
            let text = int::to_radix(v.as_ref(), bits, false);
            let text = if v.as_ref().is_negative() { format!("-{text}") } else { text };
            assert_eq!(int::parse(text.as_bytes(), base), Ok(v));
            text
        }
        "round" => s(int::round_to_power(i(f[1]).as_ref(), i(f[2]).as_ref()).expect("fits")),
        "pow" => s(int::pow(i(f[1]).as_ref(), i(f[2]).as_ref()).expect("fits")),
        "powmod" => {
            int::mod_pow(i(f[1]).as_ref(), i(f[2]).as_ref(), i(f[3]).as_ref()).map_or_else(fail, s)
        }
        "cmpf" => match int::cmp_float(i(f[1]).as_ref(), x(f[2])) {
            Some(std::cmp::Ordering::Less) => "<".to_owned(),
            Some(std::cmp::Ordering::Equal) => "=".to_owned(),
            Some(std::cmp::Ordering::Greater) => ">".to_owned(),
            None => "?".to_owned(),
        },
        "comb" => {
            let (n, k) = (count(1), count(2));
            if k > n {
                "0".to_owned()
            } else {
                s(int::comb(i(f[1]).as_ref(), k.min(n - k)).expect("fits"))
            }
        }
        "perm" => s(int::perm(i(f[1]).as_ref(), count(2)).expect("fits")),
        "hasht" => {
            let items: Vec<i64> =
                f[1].split_whitespace().map(|t| hash::hash_int(i(t).as_ref())).collect();
            hash::hash_tuple(&items).to_string()
        }
        "repr" => {
            let text = float::repr(x(f[1]));
            assert_eq!(float::parse(text.as_bytes()).map(f64::to_bits), Some(x(f[1]).to_bits()));
            text
        }
        "hashf" => hash::hash_float(x(f[1])).expect("no NaN").to_string(),
        "hexf" => float::hex(x(f[1])),
        "fmtf" => {
            let spec = Spec::parse(&points(f[2]), 0, Align::Right, "float");
            rendered(spec.and_then(|spec| format_float(x(f[1]), &spec, "float")))
        }
        "fmti" => {
            let spec = Spec::parse(&points(f[2]), 'd' as u32, Align::Right, "int");
            rendered(spec.and_then(|spec| format_int(i(f[1]).as_ref(), &spec, "int", 0)))
        }
        "fmtc" => {
            let spec = Spec::parse(&points(f[3]), 0, Align::Right, "complex");
            rendered(spec.and_then(|spec| format_complex(Complex::new(x(f[1]), x(f[2])), &spec)))
        }
        "pctf" => {
            let (flags, conversion) = percent(f[2]);
            percent_float(x(f[1]), conversion, &flags)
        }
        "pcti" => {
            let (flags, conversion) = percent(f[2]);
            percent_int(i(f[1]).as_ref(), conversion, &flags, 0).expect("fits")
        }
        "roundf" => float::round(x(f[1]), f[2].parse().expect("a count")).map_or_else(fail, hex),
        "roundi" => float::round_to_int(x(f[1])).map_or_else(fail, s),
        "divmodf" => match float::div_mod(x(f[1]), x(f[2])) {
            Ok((q, r)) => format!("{} {}", hex(q), hex(r)),
            Err(e) => fail(e),
        },
        "powf" => match float::pow(x(f[1]), x(f[2])) {
            Ok(float::Power::Real(r)) => hex(r),
            Ok(float::Power::Complex) => {
                complex::pow(Complex::new(x(f[1]), 0.0), Complex::new(x(f[2]), 0.0))
                    .map_or_else(fail, complex::repr)
            }
            Err(e) => fail(e),
        },
        "ratio" => {
            let (n, d) = int::as_integer_ratio(x(f[1])).expect("finite");
            format!("{} {}", s(n), s(d))
        }
        "crepr" => {
            let z = parts().0;
            let text = complex::repr(z);
            assert_eq!(complex::parse(text.as_bytes()), Some(z));
            text
        }
        "chash" => hash::hash_complex(parts().0).expect("no NaN").to_string(),
        "cmul" | "cdiv" => {
            let (z, w) = parts();
            let (z, w) = (Operand::Complex(z), Operand::Complex(w.expect("two")));
            if f[0] == "cmul" {
                complex::repr(complex::mul(z, w))
            } else {
                complex::div(z, w).map_or_else(fail, complex::repr)
            }
        }
        "cabs" => complex::abs(parts().0).map_or_else(fail, hex),
        other => panic!("unknown operation {other}"),
    }
}

#[test]
fn agrees_with_cpython() {
    let mut wrong = Vec::new();
    for line in include_str!("data/num.txt").lines() {
        let fields: Vec<&str> = line.split('\t').collect();
        let (operands, expected) = fields.split_at(fields.len() - 1);
        let got = compute(operands);
        if got != expected[0] {
            wrong.push(format!("{}: {} expected {}", operands.join(" "), got, expected[0]));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} lines differ:\n{}",
        wrong.len(),
        wrong[..wrong.len().min(40)].join("\n")
    );
}

//! `_random`: the generator under the library's `random`.

use heddle_object::core::module_def::ModuleDef;
use heddle_object::core::native::check_positional;
use heddle_object::core::payload::{self, Native};
use heddle_object::heap::Tracer;
use heddle_object::num::int::{Int, IntRef, Limbs};
use heddle_object::num::twister::{Twister, WORDS};
use heddle_object::types::{Tuple, float, int};
use heddle_object::{Args, MethodDef, R, Slots, StaticType, Thread, TypeSpec, Value, flags, ops};

/// The module.
pub static MODULE: ModuleDef = ModuleDef {
    name: "_random",
    doc: "Module implements the Mersenne Twister random number generator.",
    types: &[&RANDOM],
    ..ModuleDef::DEFAULT
};

/// A generator; its state changes under the object's critical section.
struct Random {
    twister: Twister,
}

impl Native for Random {
    fn static_type() -> &'static StaticType {
        &RANDOM
    }
    fn trace(&self, _: &mut Tracer) {}
}

/// `_random.Random`
pub static RANDOM: StaticType = StaticType::new(TypeSpec {
    name: "_random.Random",
    flags: flags::BASETYPE,
    doc: "Random() -> create a random number generator with its own internal state.",
    slots: Slots { new: Some(new), init: Some(init), ..Slots::NONE },
    methods: &[
        MethodDef::noargs(
            "random",
            random,
            "random($self, /)\n--\n\nrandom() -> x in the interval [0, 1).",
        ),
        MethodDef::fast(
            "seed",
            0,
            1,
            seed,
            "seed($self, n=None, /)\n--\n\nseed([n]) -> None.\n\nDefaults to use urandom and falls back to a \
             combination\nof the current time and the process identifier.",
        ),
        MethodDef::noargs(
            "getstate",
            getstate,
            "getstate($self, /)\n--\n\ngetstate() -> tuple containing the current state.",
        ),
        MethodDef::one(
            "setstate",
            setstate,
            "setstate($self, state, /)\n--\n\nsetstate(state) -> None.  Restores generator state.",
        ),
        MethodDef::one(
            "getrandbits",
            getrandbits,
            "getrandbits($self, k, /)\n--\n\ngetrandbits(k) -> x.  Generates an int with k random bits.",
        ),
    ],
    ..payload::spec::<Random>()
});

/// Runs `f` on the generator that a method was called on, inside its critical section.
fn with<T>(th: &mut Thread, v: Value, f: impl FnOnce(&Twister) -> T) -> R<T> {
    let r = v.expect_native::<Random>(th)?;
    Ok(match v.header() {
        Some(h) => th.critical(h, |_| f(&r.twister)),
        // Native objects are cells.
        None => f(&r.twister),
    })
}

fn new(th: &mut Thread, ty: Value, _: &[Value], _: Option<Value>) -> R {
    let ty = ty.cast_type().unwrap_or(RANDOM.ty());
    payload::alloc(th, ty, Random { twister: Twister::new(&entropy()) })
}

fn init(th: &mut Thread, v: Value, args: &[Value], kwnames: Option<Value>) -> R<()> {
    let args = Args::new(args, kwnames);
    args.no_keywords(th, "Random")?;
    check_positional(th, "Random", args.pos.len(), 0, 1)?;
    seed_from(th, v, args.pos.first().copied())
}

fn seed(th: &mut Thread, v: Value, args: &[Value]) -> R {
    seed_from(th, v, args.first().copied())?;
    Ok(Value::none())
}

fn seed_from(th: &mut Thread, v: Value, n: Option<Value>) -> R<()> {
    let key = match n {
        Some(n) if !n.is_none() => match int::int_ref(n) {
            Some(i) => key_of(i),
            None => {
                let hash = ops::hash(th, n)?;
                key_of(Int::from_u64(hash as u64).as_ref())
            }
        },
        _ => entropy(),
    };
    with(th, v, |t| t.seed(&key))
}

/// The magnitude of an int in 32-bit words, least significant first, at least one.
fn key_of(i: IntRef<'_>) -> Vec<u32> {
    let mut words = Vec::new();
    let mut push = |limb: u64| words.extend([limb as u32, (limb >> 32) as u32]);
    match i {
        IntRef::Small(v) => push(v.unsigned_abs()),
        IntRef::Big { mag, .. } => mag.iter().copied().for_each(push),
    }
    while words.len() > 1 && words.last() == Some(&0) {
        words.pop();
    }
    words
}

/// A key from the system's source of randomness, or from time and process.
fn entropy() -> Vec<u32> {
    use std::io::Read;
    let mut bytes = [0u8; 4 * WORDS];
    let read = std::fs::File::open("/dev/urandom").and_then(|mut f| f.read_exact(&mut bytes));
    if read.is_ok() {
        return bytes
            .chunks_exact(4)
            .map(|b| u32::from_le_bytes([b[0], b[1], b[2], b[3]]))
            .collect();
    }
    let now =
        std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    vec![now.subsec_nanos(), now.as_secs() as u32, (now.as_secs() >> 32) as u32, std::process::id()]
}

fn random(th: &mut Thread, v: Value) -> R {
    let x = with(th, v, Twister::next_f64)?;
    float::new(th, x)
}

fn getstate(th: &mut Thread, v: Value) -> R {
    let (state, index) = with(th, v, Twister::state)?;
    // Small integers: nothing here that the collector would have to see.
    let mut items: Vec<Value> = state.iter().map(|&w| Value::small_int(w as i64)).collect();
    items.push(Value::small_int(index as i64));
    Ok(Value::from_ref(Tuple::new(th, &items)?))
}

fn setstate(th: &mut Thread, v: Value, state: Value) -> R {
    let Some(t) = state.cast::<Tuple>() else {
        return Err(th.type_error(format_args!("state vector must be a tuple")));
    };
    if t.len() != WORDS + 1 {
        return Err(th.value_error(format_args!("state vector is the wrong size")));
    }
    let mut words = [0u32; WORDS];
    for (word, item) in words.iter_mut().zip(t.as_slice()) {
        let i = ops::index(th, *item)?;
        let Some(wide) = int::to_u64(i) else {
            let what = if int::is_negative(i) {
                "can't convert negative value to unsigned int"
            } else {
                "Python int too large to convert to C unsigned long"
            };
            return Err(th.overflow_error(format_args!("{what}")));
        };
        *word = wide as u32;
    }
    let index = int::as_i64(th, t.as_slice()[WORDS])?;
    if !(0..=WORDS as i64).contains(&index) {
        return Err(th.value_error(format_args!("invalid state")));
    }
    with(th, v, |t| t.set_state(&words, index as u32))?;
    Ok(Value::none())
}

fn getrandbits(th: &mut Thread, v: Value, k: Value) -> R {
    let k = ops::index(th, k)?;
    if int::is_negative(k) {
        return Err(th.value_error(format_args!("number of bits must be non-negative")));
    }
    let Some(k) = int::to_u64(k).filter(|&k| k <= heddle_object::num::int::BITS_MAX) else {
        return Err(th.overflow_error(format_args!("Python int too large to convert to C int")));
    };
    if k == 0 {
        return Ok(Value::small_int(0));
    }
    if k <= 32 {
        let word = with(th, v, Twister::next_u32)?;
        return Ok(Value::small_int((word >> (32 - k)) as i64));
    }
    let mag = with(th, v, |t| {
        let mut mag = Limbs::new();
        let mut left = k;
        let mut half = || {
            let word = t.next_u32();
            let kept =
                if left < 32 { word.checked_shr(32 - left as u32).unwrap_or(0) } else { word };
            left = left.saturating_sub(32);
            (kept as u64, left)
        };
        loop {
            let (low, left) = half();
            if left == 0 {
                mag.push(low);
                return mag;
            }
            let (high, left) = half();
            mag.push(low | high << 32);
            if left == 0 {
                return mag;
            }
        }
    })?;
    int::from_int(th, Int::new(false, mag))
}

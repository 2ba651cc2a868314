//! The collector's settings: every threshold, limit and checking mode, with its default.

/// Settings of one heap, fixed when it is made.
///
/// Each field that a researcher would vary can be set from the environment ([`Config::from_env`]) or by `-X`.
#[derive(Clone, Debug)]
pub struct Config {
    /// Virtual address space to reserve, in bytes; halved until the system grants it.
    pub reserve_bytes: usize,
    /// Most bytes of live and newly allocated cells (`-X heap_max`); 0: as much as the machine has.
    pub heap_max: usize,
    /// Allocation between two collections is at least this.
    pub nursery_bytes_min: usize,
    /// The next collection comes when the heap has grown to this many percent of what survived the last one.
    pub growth_percent: usize,
    /// Threads that mark, the requester included.
    pub mark_threads: usize,
    /// Live bytes (at the last collection) from which marking is parallel.
    pub parallel_bytes_min: usize,
    /// Collect every so many refills; 0: never for this reason.
    pub stress_refills: u32,
    /// Fill dead cells with [`POISON`] in the pause.
    pub poison: bool,
    /// Check every traced pointer.
    pub verify: bool,
    /// Ask for huge pages.
    pub huge_pages: bool,
    /// Most collections look only at what is new (sticky marks). Needs every store to go through the write barrier;
    /// with `verify` each such collection is compared with a full one.
    pub young: bool,
}

/// What poisoned cells are filled with.
pub const POISON: u8 = 0xDB;

impl Default for Config {
    fn default() -> Config {
        let cpus = std::thread::available_parallelism().map_or(1, |n| n.get());
        Config {
            reserve_bytes: 64 << 30,
            heap_max: 0,
            // 16 MiB and 200 %: from the trial; trees and map programs lost less than 5 % against 64 MiB.
            nursery_bytes_min: 16 << 20,
            growth_percent: 200,
            // Arbitrary: beyond four, marking is bound by memory on the machines that we know.
            mark_threads: cpus.min(4),
            // Waking a helper costs about 20 us, marking 8 MiB of small objects about 1.5 ms.
            parallel_bytes_min: 8 << 20,
            stress_refills: 0,
            poison: false,
            verify: false,
            huge_pages: false,
            young: false,
        }
    }
}

/// A setting that can be changed from outside: `-X name=value`, or the environment variable.
pub struct Knob {
    /// Name after `-X`.
    pub name: &'static str,
    /// Environment variable.
    pub env: &'static str,
    /// One line of documentation.
    pub doc: &'static str,
    /// Smallest and largest value.
    pub range: (usize, usize),
    set: fn(&mut Config, usize),
}

macro_rules! knobs {
    ($($name:literal $env:literal $range:expr, $doc:literal, $set:expr;)*) => {
        /// All knobs of the collector.
        pub static KNOBS: &[Knob] =
            &[$(Knob { name: $name, env: $env, doc: $doc, range: $range, set: $set }),*];
    };
}

const SWITCH: (usize, usize) = (0, 1);

knobs! {
    "heap_max" "HEDDLE_HEAP_MAX" (0, usize::MAX),
        "most bytes of objects before MemoryError (k, m, g); 0: what the machine has", |c, n| c.heap_max = n;
    "gc_nursery" "HEDDLE_GC_NURSERY" (64 << 10, usize::MAX),
        "least bytes allocated between two collections", |c, n| c.nursery_bytes_min = n;
    "gc_growth" "HEDDLE_GC_GROWTH" (110, 10_000),
        "percent of the survivors at which the next collection comes", |c, n| c.growth_percent = n;
    "gc_threads" "HEDDLE_GC_THREADS" (1, 64), "threads that mark", |c, n| c.mark_threads = n;
    "gc_parallel" "HEDDLE_GC_PARALLEL" (0, usize::MAX),
        "bytes of survivors from which marking is parallel", |c, n| c.parallel_bytes_min = n;
    "gc_young" "HEDDLE_GC_YOUNG" SWITCH,
        "look only at new objects in most collections", |c, n| c.young = n != 0;
    "gc_huge" "HEDDLE_GC_HUGE" SWITCH, "ask for huge pages", |c, n| c.huge_pages = n != 0;
    "gc_stress" "HEDDLE_GC_STRESS" (0, u32::MAX as usize),
        "collect every so many refills of an allocation run", |c, n| c.stress_refills = n as u32;
    "gc_poison" "HEDDLE_GC_POISON" SWITCH, "fill dead objects with 0xDB", |c, n| c.poison = n != 0;
    "gc_verify" "HEDDLE_GC_VERIFY" SWITCH, "check every traced pointer", |c, n| c.verify = n != 0;
}

impl Config {
    /// The defaults, changed by the environment variables of [`KNOBS`]. A value that cannot be read is passed over.
    pub fn from_env() -> Config {
        let mut c = Config::default();
        c.set_from(|name| std::env::var(name).ok());
        c
    }

    fn set_from(&mut self, get: impl Fn(&str) -> Option<String>) {
        for k in KNOBS {
            if let Some(v) = get(k.env) {
                let _ = self.set_knob(k, &v);
            }
        }
    }

    /// Sets the knob called `name` (as after `-X`); false when there is none.
    ///
    /// **Errors:** a text that names the knob and its range.
    pub fn set(&mut self, name: &str, value: &str) -> Result<bool, String> {
        match KNOBS.iter().find(|k| k.name == name) {
            Some(k) => self.set_knob(k, value).map(|()| true),
            None => Ok(false),
        }
    }

    fn set_knob(&mut self, k: &Knob, value: &str) -> Result<(), String> {
        let (lo, hi) = k.range;
        // `-X gc_young` alone switches on.
        let n = if value.is_empty() && k.range == SWITCH { Some(1) } else { parse_bytes(value) };
        match n.filter(|n| (lo..=hi).contains(n)) {
            Some(n) => {
                (k.set)(self, n);
                Ok(())
            }
            None if hi == usize::MAX => {
                Err(format!("-X {}: expected a number of at least {lo}, not {value:?}", k.name))
            }
            None => {
                Err(format!("-X {}: expected a number from {lo} to {hi}, not {value:?}", k.name))
            }
        }
    }
}

/// A number of bytes with an optional `k`, `m` or `g` behind it.
pub fn parse_bytes(s: &str) -> Option<usize> {
    let s = s.trim();
    let (digits, shift) = match s.as_bytes().last()?.to_ascii_lowercase() {
        b'k' => (&s[..s.len() - 1], 10),
        b'm' => (&s[..s.len() - 1], 20),
        b'g' => (&s[..s.len() - 1], 30),
        _ => (s, 0),
    };
    digits.parse::<usize>().ok()?.checked_mul(1 << shift)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_have_suffixes() {
        assert_eq!(parse_bytes("12"), Some(12));
        assert_eq!(parse_bytes("3k"), Some(3072));
        assert_eq!(parse_bytes("2G"), Some(2 << 30));
        assert_eq!(parse_bytes(""), None);
        assert_eq!(parse_bytes("x"), None);
        assert_eq!(parse_bytes("99999999999999999999g"), None);
    }

    #[test]
    fn environment_changes_the_defaults() {
        let mut c = Config::default();
        c.set_from(|n| (n == "HEDDLE_GC_STRESS").then(|| "7".to_string()));
        assert_eq!(c.stress_refills, 7);
        assert!(!c.poison);
    }

    #[test]
    fn knobs_have_names_and_ranges() {
        let mut c = Config::default();
        assert_eq!(c.set("heap_max", "64m"), Ok(true));
        assert_eq!(c.heap_max, 64 << 20);
        assert_eq!(c.set("gc_young", ""), Ok(true));
        assert!(c.young);
        assert_eq!(c.set("tlbc", "1"), Ok(false));
        assert!(c.set("gc_growth", "7").is_err_and(|e| e.contains("from 110 to 10000")));
    }
}

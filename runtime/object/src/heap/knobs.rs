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

impl Config {
    /// The defaults, changed by `HEDDLE_GC_STRESS` (refills), `HEDDLE_GC_POISON`, `HEDDLE_GC_VERIFY`,
    /// `HEDDLE_GC_NURSERY` (bytes), `HEDDLE_GC_GROWTH` (percent), `HEDDLE_GC_THREADS`, `HEDDLE_GC_HUGE`, `HEDDLE_GC_YOUNG` and
    /// `HEDDLE_HEAP_MAX` (bytes; `k`, `m`, `g` are understood).
    pub fn from_env() -> Config {
        let mut c = Config::default();
        c.set_from(|name| std::env::var(name).ok());
        c
    }

    fn set_from(&mut self, get: impl Fn(&str) -> Option<String>) {
        let size = |name: &str| get(name).and_then(|s| parse_bytes(&s));
        if let Some(n) = size("HEDDLE_GC_STRESS") {
            self.stress_refills = n.min(u32::MAX as usize) as u32;
        }
        if let Some(n) = size("HEDDLE_GC_POISON") {
            self.poison = n != 0;
        }
        if let Some(n) = size("HEDDLE_GC_VERIFY") {
            self.verify = n != 0;
        }
        if let Some(n) = size("HEDDLE_GC_NURSERY") {
            self.nursery_bytes_min = n.max(64 << 10);
        }
        if let Some(n) = size("HEDDLE_GC_GROWTH") {
            self.growth_percent = n.clamp(110, 10_000);
        }
        if let Some(n) = size("HEDDLE_GC_THREADS") {
            self.mark_threads = n.clamp(1, 64);
        }
        if let Some(n) = size("HEDDLE_GC_HUGE") {
            self.huge_pages = n != 0;
        }
        if let Some(n) = size("HEDDLE_GC_YOUNG") {
            self.young = n != 0;
        }
        if let Some(n) = size("HEDDLE_HEAP_MAX") {
            self.heap_max = n;
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
}

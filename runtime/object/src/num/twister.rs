//! The Mersenne twister MT19937, in a form that can lie in a collected cell: all zero is a valid (unseeded) state.
//!
//! **Threads:** callers hold the object's critical section. Without it numbers may repeat; nothing worse can happen.
//!
//! **Source:** Matsumoto and Nishimura, "Mersenne Twister", with their seeding by an array.

use heddle_sync::prim::{AtomicU32, ord};

/// Words of state.
pub const WORDS: usize = 624;
const MIDDLE: usize = 397;

/// The generator.
#[repr(C)]
pub struct Twister {
    state: [AtomicU32; WORDS],
    /// The next word to hand out.
    index: AtomicU32,
}

impl Twister {
    #[inline(always)]
    fn get(&self, i: usize) -> u32 {
        // ORDERING: Relaxed; the critical section of the caller orders all accesses.
        self.state[i].load(ord!("twister.get", Relaxed))
    }

    #[inline(always)]
    fn put(&self, i: usize, v: u32) {
        // ORDERING: Relaxed; as above.
        self.state[i].store(v, ord!("twister.put", Relaxed));
    }

    /// Starts from a key of any length but 0.
    pub fn seed(&self, key: &[u32]) {
        debug_assert!(!key.is_empty());
        let mut mt = [0u32; WORDS];
        mt[0] = 19650218;
        for i in 1..WORDS {
            mt[i] = 1812433253u32.wrapping_mul(mt[i - 1] ^ mt[i - 1] >> 30).wrapping_add(i as u32);
        }
        let (mut i, mut j) = (1, 0);
        for _ in 0..WORDS.max(key.len()) {
            let mixed = (mt[i - 1] ^ mt[i - 1] >> 30).wrapping_mul(1664525);
            mt[i] = (mt[i] ^ mixed).wrapping_add(key[j]).wrapping_add(j as u32);
            i += 1;
            j += 1;
            if i >= WORDS {
                mt[0] = mt[WORDS - 1];
                i = 1;
            }
            if j >= key.len() {
                j = 0;
            }
        }
        for _ in 0..WORDS - 1 {
            let mixed = (mt[i - 1] ^ mt[i - 1] >> 30).wrapping_mul(1566083941);
            mt[i] = (mt[i] ^ mixed).wrapping_sub(i as u32);
            i += 1;
            if i >= WORDS {
                mt[0] = mt[WORDS - 1];
                i = 1;
            }
        }
        mt[0] = 0x8000_0000;
        self.set_state(&mt, WORDS as u32);
    }

    /// The next 32 random bits.
    #[inline]
    pub fn next_u32(&self) -> u32 {
        // ORDERING: Relaxed; as above.
        let mut index = self.index.load(ord!("twister.index", Relaxed)) as usize;
        if index >= WORDS {
            self.refill();
            index = 0;
        }
        // ORDERING: Relaxed; as above.
        self.index.store(index as u32 + 1, ord!("twister.set_index", Relaxed));
        let mut y = self.get(index);
        y ^= y >> 11;
        y ^= y << 7 & 0x9d2c_5680;
        y ^= y << 15 & 0xefc6_0000;
        y ^ y >> 18
    }

    /// A double in `[0, 1)` with 53 random bits.
    #[inline]
    pub fn next_f64(&self) -> f64 {
        let (high, low) = (self.next_u32() >> 5, self.next_u32() >> 6);
        (high as f64 * 67108864.0 + low as f64) * (1.0 / 9007199254740992.0)
    }

    #[cold]
    #[inline(never)]
    fn refill(&self) {
        let mut mt: [u32; WORDS] = std::array::from_fn(|i| self.get(i));
        for i in 0..WORDS {
            let y = mt[i] & 0x8000_0000 | mt[(i + 1) % WORDS] & 0x7fff_ffff;
            mt[i] = mt[(i + MIDDLE) % WORDS] ^ y >> 1 ^ if y & 1 == 1 { 0x9908_b0df } else { 0 };
        }
        for (i, word) in mt.into_iter().enumerate() {
            self.put(i, word);
        }
    }

    /// The state and the position in it.
    pub fn state(&self) -> ([u32; WORDS], u32) {
        // ORDERING: Relaxed; as above.
        (std::array::from_fn(|i| self.get(i)), self.index.load(ord!("twister.state", Relaxed)))
    }

    /// Goes on from a state; `index` is at most [`WORDS`].
    pub fn set_state(&self, state: &[u32; WORDS], index: u32) {
        for (i, word) in state.iter().enumerate() {
            self.put(i, *word);
        }
        // ORDERING: Relaxed; as above.
        self.index.store(index, ord!("twister.set_state", Relaxed));
    }

    /// A generator outside of any cell.
    pub fn new(key: &[u32]) -> Twister {
        let t =
            Twister { state: std::array::from_fn(|_| AtomicU32::new(0)), index: AtomicU32::new(0) };
        t.seed(key);
        t
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_sequences() {
        let t = Twister::new(&[12345]);
        assert_eq!(t.next_f64(), 0.41661987254534116);
        let t = Twister::new(&[0x123, 0x234, 0x345, 0x456]);
        assert_eq!([t.next_u32(), t.next_u32(), t.next_u32()], [1067595299, 955945823, 477289528]);
        for _ in 0..1000 {
            t.next_u32();
        }
        let (state, index) = t.state();
        let next = t.next_u32();
        t.seed(&[1]);
        t.set_state(&state, index);
        assert_eq!(t.next_u32(), next);
    }
}

//! Size classes: how many bytes a request gets, and from which kind of block.
//!
//! Steps of 16 bytes up to 256 (waste below 15 bytes), then four classes a doubling (waste below 20 %), then the sizes
//! of which a block holds six to two. Larger requests get whole blocks. Everything here is `const`, so that a request
//! of constant size costs no lookup.

/// Bytes of a block, the unit of the block table.
pub const BLOCK_BYTES: usize = 1 << BLOCK_SHIFT;
/// Log2 of [`BLOCK_BYTES`]: 64 KiB wasted half of a 16 MiB heap on pinned blocks in the trial, 32 KiB did not.
pub const BLOCK_SHIFT: u32 = 15;
/// Log2 of the granule: cells start at multiples of 16 bytes, and the bitmaps hold one bit a granule.
pub const GRANULE_SHIFT: u32 = 4;
/// Log2 of a card, the unit in which the write barrier remembers: 64 cards a block fill one cache line of the table.
pub const CARD_SHIFT: u32 = 9;
/// Cards of a block.
pub const BLOCK_CARDS: usize = BLOCK_BYTES >> CARD_SHIFT;
/// Words of a block's part of a bitmap.
pub const BLOCK_BIT_WORDS: usize = BLOCK_BYTES >> GRANULE_SHIFT >> 6;
/// Largest request that shares a block with others.
pub const SMALL_BYTES_MAX: usize = 16384;

const GEOMETRIC: [u32; 21] = [
    320, 384, 448, 512, 640, 768, 896, 1024, 1280, 1536, 1792, 2048, 2560, 3072, 3632, 4096, 5456,
    6544, 8192, 10912, 16384,
];
/// Number of size classes.
pub const CLASSES: usize = 16 + GEOMETRIC.len();

/// Cell bytes of each class.
pub static CELL_BYTES: [u32; CLASSES] = CELL_BYTES_CONST;
/// The same, for constant evaluation.
pub const CELL_BYTES_CONST: [u32; CLASSES] = {
    let mut t = [0u32; CLASSES];
    let mut i = 0;
    while i < CLASSES {
        t[i] = if i < 16 { (i as u32 + 1) * 16 } else { GEOMETRIC[i - 16] };
        assert!(t[i] % 16 == 0 && (i == 0 || t[i] > t[i - 1]));
        i += 1;
    }
    assert!(t[CLASSES - 1] as usize == SMALL_BYTES_MAX);
    t
};

const SLOTS: usize = (SMALL_BYTES_MAX >> GRANULE_SHIFT) + 1;
/// Class of a request of `i * 16` bytes.
static CLASS_OF: [u8; SLOTS] = CLASS_OF_CONST;
const CLASS_OF_CONST: [u8; SLOTS] = {
    let mut t = [0u8; SLOTS];
    let mut class = 0;
    let mut i = 0;
    while i < SLOTS {
        while (CELL_BYTES_CONST[class] as usize) < i << GRANULE_SHIFT {
            class += 1;
        }
        t[i] = class as u8;
        i += 1;
    }
    t
};

/// Multipliers for "offset in block to cell index": `(offset * RECIPROCAL[class]) >> 32`.
///
/// Exact: the error `RECIPROCAL * size - 2^32` is below `size`, and offset times that is below 2^32.
pub static RECIPROCAL: [u32; CLASSES] = {
    let mut t = [0u32; CLASSES];
    let mut i = 0;
    while i < CLASSES {
        let size = CELL_BYTES_CONST[i] as u64;
        t[i] = ((1u64 << 32).div_ceil(size)) as u32;
        i += 1;
    }
    t
};

/// Class of a small request.
///
/// `bytes` is at most [`SMALL_BYTES_MAX`]; checked in debug builds and by the table's bounds.
#[inline(always)]
pub const fn class_of(bytes: usize) -> usize {
    debug_assert!(bytes <= SMALL_BYTES_MAX);
    let g = (bytes + 15) >> GRANULE_SHIFT;
    if g <= 16 { g.saturating_sub(1) } else { class_of_table(g) }
}

#[inline(always)]
const fn class_of_table(g: usize) -> usize {
    CLASS_OF_CONST[g] as usize
}

/// Class of a small request whose size is not a constant: one load, no branch.
#[inline(always)]
pub fn class_of_dyn(bytes: usize) -> usize {
    debug_assert!(bytes <= SMALL_BYTES_MAX);
    CLASS_OF[(bytes + 15) >> GRANULE_SHIFT] as usize
}

/// Bytes that a request really gets; arrays use the surplus as capacity.
#[inline]
pub fn usable_bytes(bytes: usize) -> usize {
    if bytes <= SMALL_BYTES_MAX {
        CELL_BYTES[class_of_dyn(bytes)] as usize
    } else {
        bytes.checked_next_multiple_of(BLOCK_BYTES).unwrap_or(bytes)
    }
}

/// Cells that a block of the class holds.
pub const fn cells_per_block(class: usize) -> usize {
    BLOCK_BYTES / CELL_BYTES_CONST[class] as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_size_fits_its_class_and_no_smaller_one() {
        for bytes in 0..=SMALL_BYTES_MAX {
            let c = class_of(bytes);
            assert_eq!(c, class_of_dyn(bytes));
            assert!(CELL_BYTES[c] as usize >= bytes);
            assert!(c == 0 || (CELL_BYTES[c - 1] as usize) < bytes);
        }
    }

    #[test]
    fn reciprocal_is_exact_for_every_offset() {
        for c in 0..CLASSES {
            for off in 0..BLOCK_BYTES {
                let got = (off as u64 * RECIPROCAL[c] as u64) >> 32;
                assert_eq!(got as usize, off / CELL_BYTES[c] as usize, "class {c} offset {off}");
            }
        }
    }
}

//! Which handler catches what is raised where.

const MORE: u8 = 0x40;
const FIRST: u8 = 0x80;

/// Where control goes when an instruction of a range raises.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Handler {
    /// Unit at which to go on.
    pub target: usize,
    /// The stack is cut to this many values first.
    pub depth: u32,
    /// Whether the offset of the raising instruction is pushed before the exception.
    pub lasti: bool,
}

/// One entry: the units `start..end` and their handler.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HandlerRange {
    /// First unit.
    pub start: usize,
    /// One past the last unit.
    pub end: usize,
    /// The handler.
    pub handler: Handler,
}

/// Builds an exception table; entries must come in the order of their start.
#[derive(Clone, Debug, Default)]
pub struct ExceptionTableWriter {
    bytes: Vec<u8>,
}

impl ExceptionTableWriter {
    /// An empty table.
    pub fn new() -> ExceptionTableWriter {
        ExceptionTableWriter::default()
    }

    /// Appends an entry; an empty range is left out.
    pub fn push(&mut self, range: HandlerRange) {
        if range.start >= range.end {
            return;
        }
        let first = self.bytes.len();
        self.varint(range.start);
        self.bytes[first] |= FIRST;
        self.varint(range.end - range.start);
        self.varint(range.handler.target);
        self.varint((range.handler.depth as usize) << 1 | usize::from(range.handler.lasti));
    }

    /// The table.
    pub fn finish(self) -> Vec<u8> {
        self.bytes
    }

    fn varint(&mut self, value: usize) {
        let mut shift = 60;
        while shift > 0 && value >> shift == 0 {
            shift -= 6;
        }
        loop {
            let bits = (value >> shift & 0x3F) as u8;
            if shift == 0 {
                self.bytes.push(bits);
                return;
            }
            self.bytes.push(bits | MORE);
            shift -= 6;
        }
    }
}

/// The entries of a table; a malformed tail ends the iteration.
#[derive(Clone, Debug)]
pub struct HandlerRanges<'a> {
    rest: &'a [u8],
}

/// The entries of a table.
pub fn handler_ranges(table: &[u8]) -> HandlerRanges<'_> {
    HandlerRanges { rest: table }
}

impl HandlerRanges<'_> {
    fn varint(&mut self) -> Option<usize> {
        let mut value = 0usize;
        loop {
            let (&byte, rest) = self.rest.split_first()?;
            self.rest = rest;
            value = value.checked_mul(64)? | usize::from(byte & 0x3F);
            if byte & MORE == 0 {
                return Some(value);
            }
        }
    }
}

impl Iterator for HandlerRanges<'_> {
    type Item = HandlerRange;

    fn next(&mut self) -> Option<HandlerRange> {
        let start = self.varint()?;
        let end = start.checked_add(self.varint()?)?;
        let target = self.varint()?;
        let depth = self.varint()?;
        let handler = Handler { target, depth: (depth >> 1) as u32, lasti: depth & 1 != 0 };
        Some(HandlerRange { start, end, handler })
    }
}

/// The handler for what the instruction at `unit` raises.
pub fn find_handler(table: &[u8], unit: usize) -> Option<Handler> {
    // Below this many bytes scanning beats searching; the exact number is arbitrary.
    const SCAN: usize = 48;
    let (mut low, mut high) = (0, table.len());
    while high - low > SCAN {
        let mut middle = low + (high - low) / 2;
        while middle > low && table[middle] & FIRST == 0 {
            middle -= 1;
        }
        if middle == low {
            break;
        }
        if handler_ranges(&table[middle..]).next()?.start <= unit {
            low = middle;
        } else {
            high = middle;
        }
    }
    for range in handler_ranges(&table[low..high]) {
        if range.start > unit {
            return None;
        }
        if unit < range.end {
            return Some(range.handler);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn range(start: usize, end: usize, target: usize, depth: u32, lasti: bool) -> HandlerRange {
        HandlerRange { start, end, handler: Handler { target, depth, lasti } }
    }

    #[test]
    fn known_bytes() {
        let mut writer = ExceptionTableWriter::new();
        writer.push(range(20, 28, 100, 3, false));
        assert_eq!(writer.finish(), [148, 8, 65, 36, 6]);
    }

    #[test]
    fn every_unit_finds_its_entry() {
        let all: Vec<_> = (0..300)
            .map(|i| range(i * 70, i * 70 + 1 + i % 60, i * 4096, i as u32 % 90, i % 3 == 0))
            .collect();
        let mut writer = ExceptionTableWriter::new();
        all.iter().for_each(|&entry| writer.push(entry));
        let table = writer.finish();
        assert_eq!(handler_ranges(&table).collect::<Vec<_>>(), all);
        for unit in 0..301 * 70 {
            let expected = all.iter().find(|r| r.start <= unit && unit < r.end).map(|r| r.handler);
            assert_eq!(find_handler(&table, unit), expected, "unit {unit}");
        }
    }

    #[test]
    fn empty_and_broken_tables_have_no_handlers() {
        assert_eq!(find_handler(&[], 0), None);
        assert_eq!(find_handler(&[0x80, 0x41], 0), None);
        assert_eq!(find_handler(&[0x7F; 40], 0), None);
        let mut writer = ExceptionTableWriter::new();
        writer.push(range(3, 3, 1, 0, false));
        assert!(writer.finish().is_empty());
    }
}

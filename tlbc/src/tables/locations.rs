//! Which source text an instruction comes from.

/// Largest number of units one entry speaks of.
const UNITS_MAX: usize = 8;

const FORM_ONE_LINE: u8 = 10;
const FORM_NO_COLUMNS: u8 = 13;
const FORM_LONG: u8 = 14;
const FORM_NONE: u8 = 15;

/// A piece of source text. Lines count from 1, columns from 0 in bytes of UTF-8; `None` is "not known".
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Position {
    /// First line.
    pub line: Option<u32>,
    /// Last line.
    pub end_line: Option<u32>,
    /// Column at which it starts in the first line.
    pub column: Option<u32>,
    /// Column before which it ends in the last line.
    pub end_column: Option<u32>,
}

impl Position {
    /// No position: code that the compiler made up.
    pub const NONE: Position =
        Position { line: None, end_line: None, column: None, end_column: None };

    /// A full position.
    pub const fn new(line: u32, end_line: u32, column: u32, end_column: u32) -> Position {
        Position {
            line: Some(line),
            end_line: Some(end_line),
            column: Some(column),
            end_column: Some(end_column),
        }
    }

    /// A line without columns.
    pub const fn line(line: u32) -> Position {
        Position { line: Some(line), end_line: Some(line), column: None, end_column: None }
    }
}

/// Builds a location table, in the order of the code.
#[derive(Clone, Debug)]
pub struct LocationTableWriter {
    bytes: Vec<u8>,
    line: i64,
}

impl LocationTableWriter {
    /// An empty table for code that starts at `firstlineno`.
    pub fn new(firstlineno: i32) -> LocationTableWriter {
        LocationTableWriter { bytes: vec![], line: i64::from(firstlineno) }
    }

    /// The next `units` units come from `position`.
    pub fn push(&mut self, mut units: usize, position: Position) {
        while units > 0 {
            let now = units.min(UNITS_MAX);
            self.entry(now as u8, position);
            units -= now;
        }
    }

    /// The table.
    pub fn finish(self) -> Vec<u8> {
        self.bytes
    }

    fn entry(&mut self, units: u8, position: Position) {
        let mut head = |form: u8| self.bytes.push(0x80 | form << 3 | (units - 1));
        let Some(line) = position.line else {
            head(FORM_NONE);
            return;
        };
        let delta = i64::from(line) - self.line;
        let end_line = position.end_line.unwrap_or(line).max(line);
        let (Some(column), Some(end_column)) = (position.column, position.end_column) else {
            if end_line == line {
                head(FORM_NO_COLUMNS);
                self.svarint(delta);
            } else {
                head(FORM_LONG);
                self.svarint(delta);
                self.varint(u64::from(end_line - line));
                self.varint(0);
                self.varint(0);
            }
            self.line = i64::from(line);
            return;
        };
        let one_line = end_line == line;
        if one_line && delta == 0 && column < 80 && (column..column + 16).contains(&end_column) {
            head((column >> 3) as u8);
            self.bytes.push(((column & 7) << 4 | (end_column - column)) as u8);
        } else if one_line && (0..3).contains(&delta) && column < 128 && end_column < 128 {
            head(FORM_ONE_LINE + delta as u8);
            self.bytes.push(column as u8);
            self.bytes.push(end_column as u8);
        } else {
            head(FORM_LONG);
            self.svarint(delta);
            self.varint(u64::from(end_line - line));
            self.varint(u64::from(column) + 1);
            self.varint(u64::from(end_column) + 1);
        }
        self.line = i64::from(line);
    }

    fn varint(&mut self, mut value: u64) {
        while value >= 64 {
            self.bytes.push(0x40 | (value & 0x3F) as u8);
            value >>= 6;
        }
        self.bytes.push(value as u8);
    }

    fn svarint(&mut self, value: i64) {
        self.varint(value.unsigned_abs() << 1 | u64::from(value < 0));
    }
}

/// The units `start..end` come from `position`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PositionRange {
    /// First unit.
    pub start: usize,
    /// One past the last unit.
    pub end: usize,
    /// Where they come from.
    pub position: Position,
}

/// The entries of a location table; a malformed tail ends the iteration.
#[derive(Clone, Debug)]
pub struct Positions<'a> {
    rest: &'a [u8],
    at: usize,
    line: i64,
}

/// The entries of the location table of code that starts at `firstlineno`.
pub fn positions(table: &[u8], firstlineno: i32) -> Positions<'_> {
    Positions { rest: table, at: 0, line: i64::from(firstlineno) }
}

impl Positions<'_> {
    fn byte(&mut self) -> Option<u8> {
        let (&byte, rest) = self.rest.split_first()?;
        self.rest = rest;
        Some(byte)
    }

    fn varint(&mut self) -> Option<u64> {
        let (mut value, mut shift) = (0u64, 0);
        loop {
            let byte = self.byte()?;
            value |= u64::from(byte & 0x3F) << shift;
            if byte & 0x40 == 0 {
                return Some(value);
            }
            shift += 6;
            if shift > 60 {
                return None;
            }
        }
    }

    fn svarint(&mut self) -> Option<i64> {
        let value = self.varint()?;
        let magnitude = (value >> 1) as i64;
        Some(if value & 1 != 0 { -magnitude } else { magnitude })
    }
}

impl Iterator for Positions<'_> {
    type Item = PositionRange;

    fn next(&mut self) -> Option<PositionRange> {
        let head = self.byte()?;
        let start = self.at;
        let end = start + usize::from(head & 7) + 1;
        let form = head >> 3 & 0xF;
        let mut columns = (None, None);
        let mut more_lines = 0;
        match form {
            0..FORM_ONE_LINE => {
                let low = self.byte()?;
                let column = u32::from(form) << 3 | u32::from(low >> 4 & 7);
                columns = (Some(column), Some(column + u32::from(low & 0xF)));
            }
            FORM_ONE_LINE..FORM_NO_COLUMNS => {
                self.line += i64::from(form - FORM_ONE_LINE);
                columns = (Some(u32::from(self.byte()?)), Some(u32::from(self.byte()?)));
            }
            FORM_NO_COLUMNS => self.line += self.svarint()?,
            FORM_LONG => {
                self.line += self.svarint()?;
                more_lines = u32::try_from(self.varint()?).ok()?;
                let column = |number: u64| number.checked_sub(1).and_then(|c| c.try_into().ok());
                columns = (column(self.varint()?), column(self.varint()?));
            }
            _ => {}
        }
        self.at = end;
        let line = if form == FORM_NONE { None } else { Some(u32::try_from(self.line).ok()?) };
        let position = Position {
            line,
            end_line: line.map(|line| line.saturating_add(more_lines)),
            column: columns.0,
            end_column: columns.1,
        };
        Some(PositionRange { start, end, position })
    }
}

/// The units `start..end` come from `line`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LineRange {
    /// First unit.
    pub start: usize,
    /// One past the last unit.
    pub end: usize,
    /// Their line.
    pub line: Option<u32>,
}

/// The ranges of units with one line, neighbours with the same line joined: what `co_lines` shows.
pub fn lines(table: &[u8], firstlineno: i32) -> impl Iterator<Item = LineRange> + '_ {
    let mut entries = positions(table, firstlineno).peekable();
    std::iter::from_fn(move || {
        let first = entries.next()?;
        let line = first.position.line;
        let mut end = first.end;
        while let Some(next) = entries.next_if(|next| next.position.line == line) {
            end = next.end;
        }
        Some(LineRange { start: first.start, end, line })
    })
}

/// Where the instruction at `unit` comes from.
pub fn position_at(table: &[u8], firstlineno: i32, unit: usize) -> Position {
    positions(table, firstlineno).find(|r| unit < r.end).map_or(Position::NONE, |r| r.position)
}

/// The line of the instruction at `unit`.
pub fn line_at(table: &[u8], firstlineno: i32, unit: usize) -> Option<u32> {
    position_at(table, firstlineno, unit).line
}

#[cfg(test)]
mod tests {
    use super::*;

    fn round_trip(firstlineno: i32, entries: &[(usize, Position)]) -> Vec<u8> {
        let mut writer = LocationTableWriter::new(firstlineno);
        entries.iter().for_each(|&(units, position)| writer.push(units, position));
        let table = writer.finish();
        let mut unit = 0;
        for &(units, position) in entries {
            for _ in 0..units {
                assert_eq!(position_at(&table, firstlineno, unit), position, "unit {unit}");
                unit += 1;
            }
        }
        assert_eq!(position_at(&table, firstlineno, unit), Position::NONE);
        table
    }

    #[test]
    fn each_form_is_chosen_where_it_fits() {
        let form = |table: &[u8]| table[0] >> 3 & 0xF;
        let one = |position| round_trip(10, &[(1, position)]);
        assert_eq!(one(Position::new(10, 10, 0, 15)), [0x80, 0x0F]);
        assert_eq!(form(&one(Position::new(10, 10, 79, 79))), 9);
        assert_eq!(form(&one(Position::new(10, 10, 0, 16))), FORM_ONE_LINE);
        assert_eq!(one(Position::new(12, 12, 127, 127)), [0x80 | 12 << 3, 127, 127]);
        assert_eq!(form(&one(Position::new(13, 13, 1, 2))), FORM_LONG);
        assert_eq!(form(&one(Position::new(9, 9, 1, 2))), FORM_LONG);
        assert_eq!(form(&one(Position::new(10, 11, 1, 2))), FORM_LONG);
        assert_eq!(form(&one(Position::new(10, 10, 0, 128))), FORM_LONG);
        assert_eq!(form(&one(Position::line(7))), FORM_NO_COLUMNS);
        assert_eq!(form(&one(Position::NONE)), FORM_NONE);
    }

    #[test]
    fn long_runs_big_lines_and_gaps() {
        let table = round_trip(
            1,
            &[
                (1, Position::line(1)),
                (20, Position::new(1, 1, 4, 9)),
                (3, Position::NONE),
                (8, Position::new(1_000_000, 1_000_064, 70_000, 3)),
                (9, Position::new(2, 2, 0, 1)),
                (1, Position { line: Some(5), end_line: Some(6), column: None, end_column: None }),
            ],
        );
        let found: Vec<_> = lines(&table, 1).map(|r| (r.start, r.end, r.line)).collect();
        assert_eq!(
            found,
            [
                (0, 21, Some(1)),
                (21, 24, None),
                (24, 32, Some(1_000_000)),
                (32, 41, Some(2)),
                (41, 42, Some(5))
            ]
        );
    }

    #[test]
    fn a_broken_table_ends_early() {
        assert_eq!(positions(&[0x80 | FORM_LONG << 3, 0x40, 0x40], 1).count(), 0);
        assert_eq!(positions(&[0x80 | FORM_NO_COLUMNS << 3, 0x07], 1).count(), 0);
    }
}

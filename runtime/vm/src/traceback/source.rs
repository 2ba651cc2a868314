//! Source lines of a traceback, and the carets under them.
//!
//! Lines come from the file, from the program given by `-c`, or from the embedded library. Carets mark the part of the
//! lines that the instruction stands for; inside it the operator, brackets or parentheses are told apart by parsing it.
//!
//! **Source:** the rules of CPython's `traceback.py`, PEP 657.

use crate::thread::VmThread;
use heddle_compiler::Mode;
use heddle_compiler::ast::{Expr, ExprKind, Loc, Mod, Stmt, StmtKind};
use heddle_tlbc::tables::Position;
use std::collections::HashMap;

/// Files already read while one exception is printed.
#[derive(Default)]
pub struct Sources {
    files: HashMap<String, Option<Vec<String>>>,
}

impl Sources {
    fn lines(&mut self, th: &VmThread, file: &str) -> Option<&[String]> {
        let read = || -> Option<String> {
            if let Some(text) = th.vm.main_source(file) {
                return Some(text.to_string());
            }
            if let Some(name) = file.strip_prefix("<frozen ").and_then(|f| f.strip_suffix('>')) {
                return (th.vm.library)(name).map(|m| m.source);
            }
            let bytes = std::fs::read(file).ok()?;
            heddle_compiler::decode(&bytes).ok()
        };
        self.files
            .entry(file.to_string())
            .or_insert_with(|| {
                read().map(|t| t.lines().map(|l| l.trim_end().to_string()).collect())
            })
            .as_deref()
    }

    /// A line, counted from 1, without what trails.
    pub fn line(&mut self, th: &VmThread, file: &str, line: u32) -> Option<String> {
        let lines = self.lines(th, file)?;
        lines.get((line as usize).checked_sub(1)?).cloned()
    }
}

/// The indented source lines of an instruction with their carets; empty when there is no source.
pub fn excerpt(
    th: &VmThread,
    sources: &mut Sources,
    file: &str,
    line: u32,
    at: Position,
) -> String {
    let end_line = at.end_line.unwrap_or(line).max(line);
    let mut original = Vec::new();
    for l in line..=end_line {
        original.push(sources.line(th, file, l).unwrap_or_default());
    }
    if original.iter().all(|l| l.trim().is_empty()) {
        return String::new();
    }
    let (Some(col), Some(end_col)) = (at.column, at.end_column) else {
        return format!("    {}\n", original[0].trim());
    };
    marked(&original, col as usize, end_col as usize)
}

/// Characters in the first `offset` bytes.
fn characters(line: &str, offset: usize) -> usize {
    let end = offset.min(line.len());
    String::from_utf8_lossy(&line.as_bytes()[..end]).chars().count()
}

/// Columns that the first `n` characters take on a terminal.
fn width(line: &[char], n: usize) -> usize {
    line.iter().take(n).map(|&c| if is_wide(c) { 2 } else { 1 }).sum()
}

/// Whether a character takes two columns: the blocks of East Asian Width W and F.
fn is_wide(c: char) -> bool {
    matches!(c as u32,
        0x1100..=0x115F | 0x231A..=0x231B | 0x2329..=0x232A | 0x23E9..=0x23EC | 0x23F0 | 0x23F3
        | 0x25FD..=0x25FE | 0x2614..=0x2615 | 0x2648..=0x2653 | 0x267F | 0x2693 | 0x26A1 | 0x26AA..=0x26AB
        | 0x26BD..=0x26BE | 0x26C4..=0x26C5 | 0x26CE | 0x26D4 | 0x26EA | 0x26F2..=0x26F3 | 0x26F5 | 0x26FA
        | 0x26FD | 0x2705 | 0x270A..=0x270B | 0x2728 | 0x274C | 0x274E | 0x2753..=0x2755 | 0x2757
        | 0x2795..=0x2797 | 0x27B0 | 0x27BF | 0x2B1B..=0x2B1C | 0x2B50 | 0x2B55 | 0x2E80..=0x303E
        | 0x3041..=0x33FF | 0x3400..=0x4DBF | 0x4E00..=0xA4CF | 0xA960..=0xA97F | 0xAC00..=0xD7A3
        | 0xF900..=0xFAFF | 0xFE10..=0xFE19 | 0xFE30..=0xFE6F | 0xFF01..=0xFF60 | 0xFFE0..=0xFFE6
        | 0x16FE0..=0x18DFF | 0x1AFF0..=0x1B2FF | 0x1F004 | 0x1F0CF | 0x1F18E | 0x1F191..=0x1F19A
        | 0x1F200..=0x1F320 | 0x1F32D..=0x1F335 | 0x1F337..=0x1F37C | 0x1F37E..=0x1F393 | 0x1F3A0..=0x1F3CA
        | 0x1F3CF..=0x1F3D3 | 0x1F3E0..=0x1F3F0 | 0x1F3F4 | 0x1F3F8..=0x1F43E | 0x1F440 | 0x1F442..=0x1F4FC
        | 0x1F4FF..=0x1F53D | 0x1F54B..=0x1F54E | 0x1F550..=0x1F567 | 0x1F57A | 0x1F595..=0x1F596 | 0x1F5A4
        | 0x1F5FB..=0x1F64F | 0x1F680..=0x1F6C5 | 0x1F6CC | 0x1F6D0..=0x1F6D2 | 0x1F6D5..=0x1F6D7
        | 0x1F6DC..=0x1F6DF | 0x1F6EB..=0x1F6EC | 0x1F6F4..=0x1F6FC | 0x1F7E0..=0x1F7EB | 0x1F7F0
        | 0x1F90C..=0x1F93A | 0x1F93C..=0x1F945 | 0x1F947..=0x1F9FF | 0x1FA70..=0x1FAFF | 0x20000..=0x3FFFD)
}

/// Removes the whitespace that all non-blank lines begin with; blank lines become empty.
fn dedent(lines: &[String]) -> Vec<String> {
    let mut margin: Option<&str> = None;
    for l in lines.iter().filter(|l| !l.trim().is_empty()) {
        let lead = &l[..l.len() - l.trim_start().len()];
        margin = Some(match margin {
            None => lead,
            Some(m) => {
                let same = m.bytes().zip(lead.bytes()).take_while(|(a, b)| a == b).count();
                &m[..same]
            }
        });
    }
    let cut = margin.map_or(0, |m| m.len());
    lines
        .iter()
        .map(|l| if l.trim().is_empty() { String::new() } else { l[cut..].to_string() })
        .collect()
}

/// Where the inner part lies that gets another mark: line and character, from and to.
struct Anchors {
    left: (usize, usize),
    right: (usize, usize),
}

fn marked(original: &[String], col: usize, end_col: usize) -> String {
    let lines = dedent(original);
    let last = lines.len() - 1;
    let chars: Vec<Vec<char>> = lines.iter().map(|l| l.chars().collect()).collect();
    let cut = original[0].chars().count() - chars[0].len();
    let start = characters(&original[0], col).saturating_sub(cut);
    let end = characters(&original[last], end_col).saturating_sub(cut);
    let (show_start, show_end) = (width(&chars[0], start), width(&chars[last], end));
    let whole: Vec<char> = lines.join("\n").chars().collect();
    let stop = whole.len() - chars[last].len().saturating_sub(end).min(whole.len());
    let segment: String = whole.get(start..stop).unwrap_or(&[]).iter().collect();
    let anchors = find_anchors(&segment);
    let carets = show_carets(&lines, &chars, start, end, anchors.is_some());

    let mut shown = std::collections::BTreeSet::from([0, last]);
    let (mut left_at, mut right_at) = (0, 0);
    if let Some(a) = &anchors {
        let shift = |line: usize, at: usize| if line == 0 { at + start } else { at };
        left_at = width(&chars[a.left.0], shift(a.left.0, a.left.1));
        right_at = width(&chars[a.right.0], shift(a.right.0, a.right.1));
        for line in [a.left.0, a.right.0] {
            shown.extend(line.saturating_sub(1)..=(line + 1).min(last));
        }
    }
    let mut out: Vec<String> = Vec::new();
    let put = |out: &mut Vec<String>, l: usize| {
        out.push(lines[l].clone());
        if !carets {
            return;
        }
        let indent = chars[l].iter().take_while(|c| c.is_whitespace()).count();
        let n = if l == last { show_end } else { width(&chars[l], usize::MAX) };
        let row: String = (0..n)
            .map(|c| {
                if c < indent || (l == 0 && c < show_start) {
                    return ' ';
                }
                let Some(a) = &anchors else { return '^' };
                let after_left = l > a.left.0 || (l == a.left.0 && c >= left_at);
                let before_right = l < a.right.0 || (l == a.right.0 && c < right_at);
                if after_left && before_right { '^' } else { '~' }
            })
            .collect();
        out.push(row);
    };
    let mut before: Option<usize> = None;
    for &l in &shown {
        if let Some(b) = before {
            match l - b {
                2 => put(&mut out, l - 1),
                gap if gap > 2 => out.push(format!("...<{} lines>...", gap - 1)),
                _ => {}
            }
        }
        put(&mut out, l);
        before = Some(l);
    }
    dedent(&out).iter().map(|l| format!("    {l}\n")).collect()
}

fn only_statement(text: &str) -> Option<Stmt> {
    let (tree, _) = heddle_compiler::parse_only(text, Mode::Exec).ok()?;
    match tree.body {
        Mod::Module(mut body) if !body.is_empty() => {
            let single = body.len() == 1;
            let first = body.swap_remove(0);
            single.then_some(first)
        }
        _ => None,
    }
}

fn first_statement(text: &str) -> Result<Option<Stmt>, ()> {
    let (tree, _) = heddle_compiler::parse_only(text, Mode::Exec).map_err(|_| ())?;
    match tree.body {
        Mod::Module(body) => Ok(body.into_iter().next()),
        _ => Ok(None),
    }
}

/// Marks are left out where they would underline the whole line anyway.
fn show_carets(
    lines: &[String],
    chars: &[Vec<char>],
    start: usize,
    end: usize,
    anchors: bool,
) -> bool {
    match first_statement(&lines.join("\n")) {
        Ok(None) => return false,
        Ok(Some(s)) => {
            let call = match &s.kind {
                StmtKind::Return(Some(v)) => match &v.kind {
                    ExprKind::Call(c) if matches!(c.func.kind, ExprKind::Name { .. }) => {
                        Some(v.loc)
                    }
                    _ => None,
                },
                StmtKind::Assign { targets, value, .. }
                    if matches!(value.kind, ExprKind::Call(_))
                        && targets.len() == 1
                        && matches!(targets[0].kind, ExprKind::Name { .. }) =>
                {
                    Some(value.loc)
                }
                _ => None,
            };
            if let Some(l) = call
                && l.line == 1
                && l.end_line as usize == lines.len()
                && l.col as usize == start
                && l.end_col as usize == end
            {
                return false;
            }
        }
        Err(()) => {}
    }
    if anchors {
        return true;
    }
    let last = &chars[chars.len() - 1];
    chars[0].iter().take(start).any(|c| !c.is_whitespace())
        || last.iter().skip(end).any(|c| !c.is_whitespace())
}

/// A walk over the characters of a segment's lines.
struct Walk {
    lines: Vec<Vec<char>>,
    at: (usize, usize),
}

impl Walk {
    fn settle(&mut self) -> Option<()> {
        while self.at.0 < self.lines.len() && self.at.1 >= self.lines[self.at.0].len() {
            self.at = (self.at.0 + 1, 0);
        }
        (self.at.0 < self.lines.len()).then_some(())
    }

    fn until(&mut self, stop: impl Fn(char) -> bool) -> Option<()> {
        loop {
            let c = self.lines[self.at.0][self.at.1];
            if c == '\\' || c == '#' {
                self.at = (self.at.0 + 1, 0);
            } else if stop(c) {
                return Some(());
            } else {
                self.at.1 += 1;
            }
            self.settle()?;
        }
    }
}

fn find_anchors(segment: &str) -> Option<Anchors> {
    // In parentheses, on lines of its own: an expression may go over several lines then.
    let statement = only_statement(&format!("(\n{segment}\n)"))?;
    let StmtKind::Expr(e) = &statement.kind else { return None };
    let texts: Vec<&str> = segment.lines().collect();
    let end_of = |l: Loc| -> Option<(usize, usize)> {
        let line = (l.end_line as usize).checked_sub(2)?;
        Some((line, characters(texts.get(line)?, l.end_col as usize)))
    };
    let mut walk = Walk { lines: texts.iter().map(|l| l.chars().collect()).collect(), at: (0, 0) };
    let bracket = |walk: &mut Walk, inner: &Expr, open: char| -> Option<Anchors> {
        walk.at = end_of(inner.loc)?;
        walk.settle()?;
        walk.until(|c| c == open)?;
        Some(Anchors { left: walk.at, right: end_of(e.loc)? })
    };
    match &e.kind {
        ExprKind::BinOp { left, right, .. } => {
            walk.at = end_of(left.loc)?;
            walk.settle()?;
            walk.until(|c| !c.is_whitespace() && c != ')')?;
            let (line, col) = walk.at;
            let mut after = col + 1;
            let right_line = (right.loc.line as usize).checked_sub(2)?;
            let free =
                right_line > line || after < characters(texts[right_line], right.loc.col as usize);
            if let Some(&c) = walk.lines[line].get(after)
                && free
                && !c.is_whitespace()
                && c != '\\'
                && c != '#'
            {
                after += 1;
            }
            Some(Anchors { left: (line, col), right: (line, after) })
        }
        ExprKind::Subscript { value, .. } => bracket(&mut walk, value, '['),
        ExprKind::Call(c) => bracket(&mut walk, &c.func, '('),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::marked;

    fn check(lines: &[&str], col: usize, end: usize, expected: &str) {
        let lines: Vec<String> = lines.iter().map(|l| l.to_string()).collect();
        assert_eq!(marked(&lines, col, end), expected);
    }

    #[test]
    fn operators_brackets_and_calls_are_told_apart() {
        check(&["    x = a + b"], 8, 13, "    x = a + b\n        ~~^~~\n");
        check(&["f(1)[2]"], 0, 7, "    f(1)[2]\n    ~~~~^^^\n");
        check(&["print(f(1))"], 6, 10, "    print(f(1))\n          ~^^^\n");
    }

    #[test]
    fn a_whole_line_has_no_carets() {
        check(&["raise ValueError"], 0, 16, "    raise ValueError\n");
        check(&["return f(x)"], 7, 11, "    return f(x)\n");
    }
}

//! What the runtime says about itself: bytecode copies by code and thread, pauses, counters, the heap.
//!
//! `_heddle` shows it to Python code, and `-X stats=FILE` writes it as JSON when the process ends.

use crate::thread::VmThread;
use crate::types::code::{CODE, CodeObject};
use heddle_object::core::header::Header;
use heddle_sync::probe;
use heddle_sync::stats::{REASONS, Times};
use heddle_tlbc::code::CopyReport;
use std::fmt::Write;

/// Copies of one code object.
pub struct CodeCopies {
    /// `co_qualname`
    pub qualname: String,
    /// `co_filename`
    pub filename: String,
    /// `co_firstlineno`
    pub line: i32,
    /// Thread index and bytes of each copy beside the main one.
    pub copies: Vec<(usize, usize)>,
    /// Bytes of the array that finds the copies.
    pub array_bytes: usize,
}

/// All code objects that have copies.
///
/// **Threads:** attached; stops the world for the walk. **Escapes:** no.
pub fn copies(th: &mut VmThread) -> Vec<CodeCopies> {
    let mut cells = Vec::new();
    let shape: *const _ = CODE.shape();
    th.vm.rt.heap.walk(&mut th.base.heap, |cell, _| {
        // SAFETY: the walk gives live cells, which begin with a header.
        if std::ptr::eq(unsafe { &*(cell as *const Header) }.shape_ptr(), shape) {
            cells.push(cell);
        }
    });
    let mut out = Vec::new();
    for cell in cells {
        // SAFETY: a code cell that was alive in the pause; nothing since then was a safepoint.
        let code = unsafe { &*(cell as *const CodeObject) };
        let mut r = CopyReport::default();
        code.code().report(&mut r);
        if r.copies == 0 && r.array_bytes == 0 {
            continue;
        }
        let copies =
            r.by_index.iter().enumerate().filter(|(_, c)| c.0 > 0).map(|(i, c)| (i, c.1)).collect();
        out.push(CodeCopies {
            qualname: code.qualname_text(),
            filename: code.filename_text(),
            line: code.image().firstlineno,
            copies,
            array_bytes: r.array_bytes,
        });
    }
    out
}

fn quoted(s: &str) -> String {
    let mut q = String::from("\"");
    for c in s.chars() {
        match c {
            '"' | '\\' => {
                q.push('\\');
                q.push(c);
            }
            c if (c as u32) < 0x20 => {
                let _ = write!(q, "\\u{:04x}", c as u32);
            }
            c => q.push(c),
        }
    }
    q.push('"');
    q
}

fn times(t: &Times) -> String {
    format!(
        "{{\"total_ns\": {}, \"max_ns\": {}, \"p50_ns\": {}, \"p99_ns\": {}}}",
        t.total,
        t.max,
        t.quantile(0.5),
        t.quantile(0.99)
    )
}

/// The text of `-X stats=FILE`.
pub fn json(th: &mut VmThread) -> String {
    let world = &th.vm.rt.world;
    let pauses = world.pause_stats();
    let counters = world.counters();
    let heap = th.vm.rt.heap.counts();
    let gc = th.vm.rt.heap.totals();
    let codes = copies(th);
    let (mut n, mut bytes, mut arrays) = (0, 0, 0);
    let mut list = String::new();
    for c in &codes {
        n += c.copies.len();
        bytes += c.copies.iter().map(|c| c.1).sum::<usize>();
        arrays += c.array_bytes;
        if !list.is_empty() {
            list.push_str(",\n    ");
        }
        let each: Vec<String> = c.copies.iter().map(|(i, b)| format!("[{i}, {b}]")).collect();
        let _ = write!(
            list,
            "{{\"qualname\": {}, \"filename\": {}, \"line\": {}, \"copies\": [{}]}}",
            quoted(&c.qualname),
            quoted(&c.filename),
            c.line,
            each.join(", ")
        );
    }
    let reasons: Vec<String> = REASONS
        .iter()
        .zip(pauses.reasons)
        .map(|(name, n)| format!("{}: {n}", quoted(name)))
        .collect();
    let counted: Vec<String> = probe::NAMES
        .iter()
        .zip(counters.iter())
        .map(|(name, n)| format!("{}: {n}", quoted(name)))
        .collect();
    format!(
        "{{\n  \"tlbc\": {},\n  \"copies\": {n},\n  \"copy_bytes\": {bytes},\n  \"array_bytes\": {arrays},\n  \
         \"code\": [{list}],\n  \"pauses\": {{\"count\": {}, \"reasons\": {{{}}}, \"to_stop\": {}, \"stopped\": {}}},\n  \
         \"counters\": {{{}}},\n  \"heap\": {{\"live_bytes\": {}, \"allocated_bytes\": {}, \"collections\": {}, \
         \"pause_ns\": {}, \"pause_ns_max\": {}}}\n}}\n",
        th.vm.knobs.copies,
        pauses.count,
        reasons.join(", "),
        times(&pauses.to_stop),
        times(&pauses.stopped),
        counted.join(", "),
        heap.live_bytes,
        heap.allocated_bytes,
        gc.collections,
        gc.pause_ns,
        gc.pause_ns_max,
    )
}

/// Writes `-X stats=FILE`, if it was asked for; a failure is told on standard error.
pub fn write_stats(th: &mut VmThread) {
    let Some(file) = th.vm.rt.options.stats.clone() else { return };
    let text = json(th);
    if let Err(e) = std::fs::write(&file, text) {
        eprintln!("heddle: cannot write {file}: {e}");
    }
}

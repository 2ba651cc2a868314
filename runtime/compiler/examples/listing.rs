//! Compiles Python files: `listing FILE` prints the instructions, `listing --check PATH..` compiles
//! whole folders and reports what fails.

use heddle_compiler::{CompileFlags, Mode, compile, decode, verify};
use heddle_tlbc::defs::{Flag, Opcode};
use heddle_tlbc::image::{CodeImage, Const};
use heddle_tlbc::tables::{find_handler, position_at};
use heddle_tlbc::unit::instructions;

fn main() {
    let mut args = std::env::args().skip(1).peekable();
    if args.peek().is_some_and(|a| a == "--check") {
        args.next();
        let mut tally = Tally::default();
        args.for_each(|a| walk(a.as_ref(), &mut tally));
        let mbs = tally.bytes as f64 / 1e6 / tally.seconds.max(1e-9);
        println!("{} files, {} failed, {:.1} MB/s", tally.files, tally.failed, mbs);
        return;
    }
    if args.peek().is_some_and(|a| a == "--errors") {
        // Programs separated by RS; one line of outcome each.
        let text = args.nth(1).and_then(|p| std::fs::read_to_string(p).ok()).unwrap_or_default();
        for program in text.split('\x1e') {
            match compile(program, "<s>", Mode::Exec, CompileFlags::default()) {
                Ok(done) => {
                    let mut list: Vec<_> = done
                        .warnings
                        .iter()
                        .map(|w| format!("{} ({})", w.message, w.loc.line))
                        .collect();
                    list.sort();
                    println!("{}", [vec!["ok".to_owned()], list].concat().join(" | "));
                }
                Err(e) => {
                    println!(
                        "{:?}: {} @{}:{}-{}:{}",
                        e.kind, e.msg, e.line, e.col_offset, e.end_line, e.end_col
                    );
                }
            }
        }
        return;
    }
    let Some(path) = args.next() else { return };
    let bytes = std::fs::read(&path).unwrap_or_default();
    let result =
        decode(&bytes).and_then(|src| compile(&src, &path, Mode::Exec, CompileFlags::default()));
    match result {
        Ok(done) => {
            for w in &done.warnings {
                println!("# warning: {} (line {})", w.message, w.loc.line);
            }
            print(&done.image);
        }
        Err(e) => println!(
            "# {:?}: {} at {}:{}-{}:{}",
            e.kind, e.msg, e.line, e.col_offset, e.end_line, e.end_col
        ),
    }
}

#[derive(Default)]
struct Tally {
    files: usize,
    failed: usize,
    bytes: usize,
    seconds: f64,
}

fn walk(path: &std::path::Path, tally: &mut Tally) {
    if path.is_dir() {
        let mut entries: Vec<_> =
            std::fs::read_dir(path).into_iter().flatten().flatten().map(|e| e.path()).collect();
        entries.sort();
        entries.iter().for_each(|p| walk(p, tally));
        return;
    }
    if path.extension().is_none_or(|e| e != "py") {
        return;
    }
    let Ok(bytes) = std::fs::read(path) else { return };
    tally.files += 1;
    tally.bytes += bytes.len();
    let name = path.display().to_string();
    let start = std::time::Instant::now();
    let result =
        decode(&bytes).and_then(|src| compile(&src, &name, Mode::Exec, CompileFlags::default()));
    tally.seconds += start.elapsed().as_secs_f64();
    match result {
        Err(e) => {
            tally.failed += 1;
            println!("{name}: {:?} {} (line {})", e.kind, e.msg, e.line);
        }
        Ok(done) => {
            if let Err(e) = verify::check(&done.image) {
                tally.failed += 1;
                println!("{name}: VERIFY {e}");
            }
        }
    }
}

fn skipped(op: Opcode) -> bool {
    matches!(op, Opcode::NotTaken | Opcode::Nop)
}

fn print(image: &CodeImage) {
    println!(
        "== {} line {} args {} {} {} flags {:#x} stack {}",
        image.qualname,
        image.firstlineno,
        image.argcount,
        image.posonlyargcount,
        image.kwonlyargcount,
        image.flags,
        image.stacksize
    );
    println!(
        "locals {:?}",
        image.localsplusnames.iter().map(|n| n.to_string()).collect::<Vec<_>>()
    );
    let list: Vec<_> = instructions(&image.units).collect();
    let shown: Vec<_> = list.iter().filter(|i| i.opcode().is_none_or(|o| !skipped(o))).collect();
    let number = |unit: usize| shown.iter().position(|i| i.start >= unit).unwrap_or(shown.len());
    for i in &shown {
        let op = i.opcode().unwrap_or(Opcode::Nop);
        let name = op.name();
        let arg = i.oparg as usize;
        let text = if let Some(t) = i.jump_target() {
            format!(" to {}", number(t))
        } else if op.has(Flag::HasConst) {
            format!(" {}", constant(&image.consts[arg]))
        } else if op.has(Flag::HasName) {
            let (k, low) = match op {
                Opcode::LoadGlobal | Opcode::LoadAttr => (arg >> 1, arg & 1),
                Opcode::LoadSuperAttr => (arg >> 2, arg & 3),
                _ => (arg, 0),
            };
            format!(" {} {low}", image.names[k])
        } else if op.has(Flag::HasLocal) || op.has(Flag::HasFree) {
            match op {
                Opcode::LoadFastLoadFast
                | Opcode::StoreFastLoadFast
                | Opcode::StoreFastStoreFast => {
                    format!(
                        " {} {}",
                        image.localsplusnames[arg >> 4],
                        image.localsplusnames[arg & 15]
                    )
                }
                _ => format!(" {}", image.localsplusnames[arg]),
            }
        } else if op.has(Flag::HasArg) {
            format!(" {arg}")
        } else {
            String::new()
        };
        let h = find_handler(&image.exceptiontable, i.at);
        let handler = match h {
            Some(h) if !name.contains("JUMP") => {
                format!(
                    " ^{}[{}]{}",
                    number(h.target),
                    h.depth,
                    if h.lasti { " lasti" } else { "" }
                )
            }
            _ => String::new(),
        };
        let p = position_at(&image.linetable, image.firstlineno, i.at);
        let n = |v: Option<u32>| v.map_or("-".to_owned(), |v| v.to_string());
        println!(
            "  {name}{text}{handler}\t@{}:{}-{}:{}",
            n(p.line),
            n(p.column),
            n(p.end_line),
            n(p.end_column)
        );
    }
    for c in &image.consts {
        if let Const::Code(inner) = c {
            print(inner);
        }
    }
}

fn constant(c: &Const) -> String {
    match c {
        Const::Code(c) => format!("<code {}>", c.name),
        Const::Str(s) => format!("{:?}", s.to_str_lossy()),
        Const::Int(i) => i.to_string(),
        Const::BigInt(b) => {
            let digits: String = b.magnitude.iter().rev().map(|d| format!("{d:02x}")).collect();
            format!("{}0x{}", if b.negative { "-" } else { "" }, digits.trim_start_matches('0'))
        }
        Const::Tuple(t) => format!("({})", t.iter().map(constant).collect::<Vec<_>>().join(", ")),
        Const::FrozenSet(t) => {
            let mut t: Vec<_> = t.iter().map(constant).collect();
            t.sort();
            format!("frozenset({})", t.join(", "))
        }
        Const::Slice(s) => {
            format!("Slice({})", s.iter().map(constant).collect::<Vec<_>>().join(", "))
        }
        other => format!("{other:?}"),
    }
}

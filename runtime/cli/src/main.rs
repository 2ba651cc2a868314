//! The `heddle` command.

#![forbid(unsafe_code)]

use heddle::{flags, start};
use std::io::IsTerminal;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() {
    let mut args = std::env::args_os();
    let program =
        args.next().map_or_else(|| "heddle".to_string(), |a| a.to_string_lossy().into_owned());
    let env = |name: &str| std::env::var_os(name).map(|v| v.to_string_lossy().into_owned());
    let status = match flags::parse(&program, args.collect(), &env, std::io::stdin().is_terminal())
    {
        Ok(c) => start::start(c),
        Err(refused) => {
            let (text, status) = refused.report();
            eprint!("{text}");
            status
        }
    };
    std::process::exit(status)
}

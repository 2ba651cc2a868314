//! What the command line and the environment decided. Written before the runtime is shared, read-only afterwards.

/// `sys.flags` and everything beside it that native modules ask for.
#[derive(Clone, Debug)]
pub struct Options {
    /// `sys.argv`
    pub argv: Vec<String>,
    /// `sys.orig_argv`
    pub orig_argv: Vec<String>,
    /// `sys.executable`
    pub executable: String,
    /// Folders that come first in `sys.path` (the script's own, `PYTHONPATH`).
    pub path: Vec<String>,
    /// `-X` options in order.
    pub xoptions: Vec<(String, Option<String>)>,
    /// `sys.warnoptions`
    pub warnoptions: Vec<String>,
    /// `-d`
    pub debug: i64,
    /// `-i`
    pub inspect: bool,
    /// Running the REPL.
    pub interactive: bool,
    /// `-O`, `-OO`
    pub optimize: i64,
    /// `-B`
    pub dont_write_bytecode: bool,
    /// `-s`
    pub no_user_site: bool,
    /// `-S`
    pub no_site: bool,
    /// `-E`
    pub ignore_environment: bool,
    /// `-v`
    pub verbose: i64,
    /// `-b`
    pub bytes_warning: i64,
    /// `-q`
    pub quiet: bool,
    /// `-I`
    pub isolated: bool,
    /// `-X dev`
    pub dev_mode: bool,
    /// `-X utf8`
    pub utf8_mode: bool,
    /// `-P`
    pub safe_path: bool,
    /// `-u`
    pub unbuffered: bool,
    /// Keys of the hash of str and bytes.
    pub hash_key: (u64, u64),
    /// Whether hashes of str and bytes are randomized.
    pub hash_randomization: bool,
    /// `-X int_max_str_digits`
    pub int_max_str_digits: i64,
    /// `-X warn_default_encoding`
    pub warn_default_encoding: bool,
    /// `-X thread_inherit_context`
    pub thread_inherit_context: bool,
    /// `-X context_aware_warnings`
    pub context_aware_warnings: bool,
    /// `-X gil`: whether the control lock is on.
    pub gil: bool,
    /// `-X tlbc`: per-thread bytecode copies and specialization.
    pub tlbc: bool,
    /// `-X cpu_count`
    pub cpu_count: Option<i64>,
    /// `-X stats=FILE`
    pub stats: Option<String>,
    /// `-X pycache_prefix`
    pub pycache_prefix: Option<String>,
    /// `-X no_debug_ranges`
    pub no_debug_ranges: bool,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            argv: vec![String::new()],
            orig_argv: Vec::new(),
            executable: String::new(),
            path: Vec::new(),
            xoptions: Vec::new(),
            warnoptions: Vec::new(),
            debug: 0,
            inspect: false,
            interactive: false,
            optimize: 0,
            dont_write_bytecode: false,
            no_user_site: false,
            no_site: false,
            ignore_environment: false,
            verbose: 0,
            bytes_warning: 0,
            quiet: false,
            isolated: false,
            dev_mode: false,
            utf8_mode: true,
            safe_path: false,
            unbuffered: false,
            hash_key: (0, 0),
            hash_randomization: true,
            int_max_str_digits: 4300,
            warn_default_encoding: false,
            thread_inherit_context: true,
            context_aware_warnings: true,
            gil: false,
            tlbc: true,
            cpu_count: None,
            stats: None,
            pycache_prefix: None,
            no_debug_ranges: false,
        }
    }
}

/// Version of the language and of its library, as `sys.version_info` has it.
pub const VERSION: (i64, i64, i64) = (3, 14, 0);
/// `sys.hexversion`
pub const HEXVERSION: i64 = 0x030e_00f0;

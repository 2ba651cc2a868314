//! `errno`: the system's error numbers by name.

use heddle_object::types::{Dict, Module, Str};
use heddle_object::{ModuleDef, R, Thread, Value};

macro_rules! numbers {
    ($($n:ident)*) => { const NUMBERS: &[(&str, i32)] = &[$((stringify!($n), libc::$n)),*]; };
}

numbers! {
    E2BIG EACCES EADDRINUSE EADDRNOTAVAIL EADV EAFNOSUPPORT EAGAIN EALREADY EBADE EBADF EBADFD EBADMSG EBADR EBADRQC
    EBADSLT EBFONT EBUSY ECANCELED ECHILD ECHRNG ECOMM ECONNABORTED ECONNREFUSED ECONNRESET EDEADLK EDESTADDRREQ EDOM
    EDOTDOT EDQUOT EEXIST EFAULT EFBIG EHOSTDOWN EHOSTUNREACH EIDRM EILSEQ EINPROGRESS EINTR EINVAL EIO EISCONN EISDIR
    EISNAM EKEYEXPIRED EKEYREJECTED EKEYREVOKED EL2HLT EL2NSYNC EL3HLT EL3RST ELIBACC ELIBBAD ELIBEXEC ELIBMAX ELIBSCN
    ELNRNG ELOOP EMEDIUMTYPE EMFILE EMLINK EMSGSIZE EMULTIHOP ENAMETOOLONG ENAVAIL ENETDOWN ENETRESET ENETUNREACH ENFILE
    ENOANO ENOBUFS ENOCSI ENODATA ENODEV ENOENT ENOEXEC ENOKEY ENOLCK ENOLINK ENOMEDIUM ENOMEM ENOMSG ENONET ENOPKG
    ENOPROTOOPT ENOSPC ENOSR ENOSTR ENOSYS ENOTBLK ENOTCONN ENOTDIR ENOTEMPTY ENOTNAM ENOTRECOVERABLE ENOTSOCK ENOTSUP
    ENOTTY ENOTUNIQ ENXIO EOPNOTSUPP EOVERFLOW EOWNERDEAD EPERM EPFNOSUPPORT EPIPE EPROTO EPROTONOSUPPORT EPROTOTYPE
    ERANGE EREMCHG EREMOTE EREMOTEIO ERESTART ERFKILL EROFS ESHUTDOWN ESOCKTNOSUPPORT ESPIPE ESRCH ESRMNT ESTALE
    ESTRPIPE ETIME ETIMEDOUT ETOOMANYREFS ETXTBSY EUCLEAN EUNATCH EUSERS EWOULDBLOCK EXDEV EXFULL
}

/// The module.
pub static MODULE: ModuleDef = ModuleDef {
    name: "errno",
    doc: "This module makes available standard errno system symbols.",
    init,
    ..ModuleDef::DEFAULT
};

fn init(th: &mut Thread, m: &'static Module) -> R<()> {
    let codes = Dict::new(th)?;
    for (name, n) in NUMBERS {
        let v = Value::small_int(*n as i64);
        m.set(th, name, v)?;
        // Of two names for one number the one that comes first in CPython's list counts.
        if codes.get_item(th, v)?.is_none() || matches!(*name, "EAGAIN" | "ENOTSUP" | "EDEADLK") {
            let name = Str::new(th, name)?;
            codes.set_item(th, v, Value::from_ref(name))?;
        }
    }
    m.set(th, "errorcode", Value::from_ref(codes))
}

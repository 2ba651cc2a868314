//! `errno`: the numbers of the system's errors.

use heddle_object::names::intern_str;
use heddle_object::types::{Dict, Module};
use heddle_object::{ModuleDef, R, Thread, Value};

/// The module.
pub static MODULE: ModuleDef = ModuleDef {
    name: "errno",
    doc: "This module makes available standard errno system symbols.\n\nThe value of each symbol is the corresponding integer value,\ne.g., on most systems, errno.ENOENT equals the integer 2.\n\nThe dictionary errno.errorcode maps numeric codes to symbol names,\ne.g., errno.errorcode[2] could be the string 'ENOENT'.\n\nSymbols that are not relevant to the underlying system are not defined.\n\nTo map error codes to error messages, use the function os.strerror(),\ne.g. os.strerror(2) could return 'No such file or directory'.",
    init,
    ..ModuleDef::DEFAULT
};

macro_rules! numbers {
    ($($n:ident)*) => { &[$((stringify!($n), libc::$n as i64)),*] };
}

/// Of names for one number the last one is in `errorcode`.
const NUMBERS: &[(&str, i64)] = numbers! {
    ENODEV ENOCSI EHOSTUNREACH ENOMSG EUCLEAN EL2NSYNC EL2HLT ENODATA ENOTBLK ENOSYS EPIPE EINVAL EOVERFLOW EADV EINTR
    EUSERS ENOTEMPTY ENOBUFS EPROTO EREMOTE ENAVAIL ECHILD ELOOP EXDEV E2BIG ESRCH EMSGSIZE EAFNOSUPPORT EBADR EHOSTDOWN
    EPFNOSUPPORT ENOPROTOOPT EBUSY EWOULDBLOCK EAGAIN EBADFD EDOTDOT EISCONN ENOTCONN ESHUTDOWN ENOANO EXFULL
    EADDRNOTAVAIL ENONET ECONNRESET EADDRINUSE EOPNOTSUPP EISNAM EPERM EREMCHG EBADMSG ENETRESET ELNRNG
    ENOMEM EDEADLOCK ENOTUNIQ EPROTOTYPE EACCES ENFILE EILSEQ EPROTONOSUPPORT ENOTDIR ECONNREFUSED ENXIO ENOEXEC EBADE
    ENOTSOCK ENAMETOOLONG EBADRQC ERANGE ENODEV EIO ESPIPE ESRMNT EIDRM ELIBSCN ENOTTY ELIBACC EMFILE EMEDIUMTYPE
    EL3HLT EL3RST EROFS EBADSLT ELIBMAX ECONNABORTED ESTALE ECHRNG EINPROGRESS EMULTIHOP ENOLINK EADV ENOPKG
    ENOSPC ECOMM EBFONT EDOM ENOSR ENOSTR ETIME ESTRPIPE ELIBEXEC ELIBBAD EUNATCH ENOLCK EDEADLK EDESTADDRREQ EDQUOT
    EEXIST EFAULT EFBIG EISDIR EMLINK ENETDOWN ENETUNREACH ENOENT ENOTNAM EREMOTEIO ETXTBSY ETIMEDOUT ETOOMANYREFS
    ESOCKTNOSUPPORT EALREADY ERESTART EBADF ECANCELED EKEYEXPIRED EKEYREJECTED EKEYREVOKED EHWPOISON ENOKEY ENOMEDIUM
    ENOTRECOVERABLE EOWNERDEAD ERFKILL ENOTSUP
};

fn init(th: &mut Thread, m: &'static Module) -> R<()> {
    let d = Dict::new(th)?;
    for (name, number) in NUMBERS {
        let number = Value::small_int(*number);
        m.set(th, name, number)?;
        let k = intern_str(th, name)?;
        d.set_item(th, number, Value::from_ref(k))?;
    }
    m.set(th, "errorcode", Value::from_ref(d))
}

//! Users, groups, and the identity of the process.

use super::{answer, done, last_error};
use rustix::io::Errno;
use std::ffi::{CStr, CString};

/// A line of the user data base.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub struct User {
    pub name: Vec<u8>,
    pub password: Vec<u8>,
    pub uid: u32,
    pub gid: u32,
    pub gecos: Vec<u8>,
    pub dir: Vec<u8>,
    pub shell: Vec<u8>,
}

/// A line of the group data base.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub struct Group {
    pub name: Vec<u8>,
    pub password: Vec<u8>,
    pub gid: u32,
    pub members: Vec<Vec<u8>>,
}

/// # Safety
/// - null or a C string
unsafe fn text(p: *const libc::c_char) -> Vec<u8> {
    if p.is_null() {
        return Vec::new();
    }
    // SAFETY: the caller's promise.
    unsafe { CStr::from_ptr(p) }.to_bytes().to_vec()
}

/// # Safety
/// - a structure filled by the library
unsafe fn user(p: &libc::passwd) -> User {
    // SAFETY: its strings are null or C strings.
    unsafe {
        User {
            name: text(p.pw_name),
            password: text(p.pw_passwd),
            uid: p.pw_uid,
            gid: p.pw_gid,
            gecos: text(p.pw_gecos),
            dir: text(p.pw_dir),
            shell: text(p.pw_shell),
        }
    }
}

/// Calls a `_r` function with more and more room.
fn with_room<T>(
    mut f: impl FnMut(&mut [u8]) -> Result<Option<T>, i32>,
) -> Result<Option<T>, Errno> {
    let mut room = 1024;
    loop {
        let mut b = vec![0u8; room];
        match f(&mut b) {
            Ok(r) => return Ok(r),
            Err(libc::ERANGE) if room < 1 << 24 => room *= 2,
            Err(libc::ENOENT | libc::ESRCH) => return Ok(None),
            Err(e) => return Err(Errno::from_raw_os_error(e)),
        }
    }
}

/// `getpwuid`
pub fn by_uid(uid: u32) -> Result<Option<User>, Errno> {
    with_room(|b| {
        // SAFETY: numbers and pointers, for which zero is valid.
        let mut p: libc::passwd = unsafe { std::mem::zeroed() };
        let mut found = std::ptr::null_mut();
        // SAFETY: all point to live memory, room as told.
        match unsafe { libc::getpwuid_r(uid, &mut p, b.as_mut_ptr().cast(), b.len(), &mut found) } {
            0 if found.is_null() => Ok(None),
            // SAFETY: filled just now.
            0 => Ok(Some(unsafe { user(&p) })),
            e => Err(e),
        }
    })
}

/// `getpwnam`
pub fn by_name(name: &CStr) -> Result<Option<User>, Errno> {
    with_room(|b| {
        // SAFETY: as above.
        let mut p: libc::passwd = unsafe { std::mem::zeroed() };
        let mut found = std::ptr::null_mut();
        // SAFETY: as above.
        match unsafe {
            libc::getpwnam_r(name.as_ptr(), &mut p, b.as_mut_ptr().cast(), b.len(), &mut found)
        } {
            0 if found.is_null() => Ok(None),
            // SAFETY: filled just now.
            0 => Ok(Some(unsafe { user(&p) })),
            e => Err(e),
        }
    })
}

/// Walks over all users. Not safe against other walks in the process, so under a lock of ours.
pub fn all_users() -> Vec<User> {
    static WALK: heddle_sync::prim::Mutex<()> = heddle_sync::prim::Mutex::new(());
    let _one = WALK.lock();
    let mut all = Vec::new();
    // SAFETY: the lock admits one walk; the structure is valid until the next step.
    unsafe {
        libc::setpwent();
        while let Some(p) = libc::getpwent().as_ref() {
            all.push(user(p));
        }
        libc::endpwent();
    }
    all
}

/// # Safety
/// - a structure filled by the library
unsafe fn group(g: &libc::group) -> Group {
    let mut members = Vec::new();
    // SAFETY: a list of C strings that ends with null.
    unsafe {
        let mut m = g.gr_mem;
        while !m.is_null() && !(*m).is_null() {
            members.push(text(*m));
            m = m.add(1);
        }
        Group { name: text(g.gr_name), password: text(g.gr_passwd), gid: g.gr_gid, members }
    }
}

/// `getgrgid`
pub fn group_by_gid(gid: u32) -> Result<Option<Group>, Errno> {
    with_room(|b| {
        // SAFETY: as `by_uid`.
        let mut p: libc::group = unsafe { std::mem::zeroed() };
        let mut found = std::ptr::null_mut();
        // SAFETY: as `by_uid`.
        match unsafe { libc::getgrgid_r(gid, &mut p, b.as_mut_ptr().cast(), b.len(), &mut found) } {
            0 if found.is_null() => Ok(None),
            // SAFETY: filled just now.
            0 => Ok(Some(unsafe { group(&p) })),
            e => Err(e),
        }
    })
}

/// `getgrnam`
pub fn group_by_name(name: &CStr) -> Result<Option<Group>, Errno> {
    with_room(|b| {
        // SAFETY: as `by_uid`.
        let mut p: libc::group = unsafe { std::mem::zeroed() };
        let mut found = std::ptr::null_mut();
        // SAFETY: as `by_uid`.
        match unsafe {
            libc::getgrnam_r(name.as_ptr(), &mut p, b.as_mut_ptr().cast(), b.len(), &mut found)
        } {
            0 if found.is_null() => Ok(None),
            // SAFETY: filled just now.
            0 => Ok(Some(unsafe { group(&p) })),
            e => Err(e),
        }
    })
}

/// Walks over all groups; as [`all_users`].
pub fn all_groups() -> Vec<Group> {
    static WALK: heddle_sync::prim::Mutex<()> = heddle_sync::prim::Mutex::new(());
    let _one = WALK.lock();
    let mut all = Vec::new();
    // SAFETY: as `all_users`.
    unsafe {
        libc::setgrent();
        while let Some(g) = libc::getgrent().as_ref() {
            all.push(group(g));
        }
        libc::endgrent();
    }
    all
}

/// `getgrouplist`
pub fn group_list(user: &CStr, gid: u32) -> Vec<u32> {
    let mut n: i32 = 64;
    loop {
        let mut v = vec![0u32; n as usize];
        let mut m = n;
        // SAFETY: room for `n` numbers.
        let r = unsafe { libc::getgrouplist(user.as_ptr(), gid, v.as_mut_ptr(), &mut m) };
        if r >= 0 {
            v.truncate(m.max(0) as usize);
            return v;
        }
        n = m.max(n * 2);
    }
}

/// `getgroups`
pub fn groups() -> Result<Vec<u32>, Errno> {
    // SAFETY: asks for the number only.
    let n = answer(unsafe { libc::getgroups(0, std::ptr::null_mut()) })?;
    let mut v = vec![0u32; n as usize];
    // SAFETY: room for `n` numbers.
    let n = answer(unsafe { libc::getgroups(n, v.as_mut_ptr()) })?;
    v.truncate(n as usize);
    Ok(v)
}

/// `setgroups`
pub fn set_groups(v: &[u32]) -> Result<(), Errno> {
    // SAFETY: as many numbers as told.
    done(unsafe { libc::setgroups(v.len(), v.as_ptr()) })
}

/// `getlogin`
pub fn login() -> Result<Vec<u8>, Errno> {
    unsafe extern "C" {
        fn getlogin_r(name: *mut libc::c_char, len: usize) -> libc::c_int;
    }
    let mut b = [0u8; 256];
    // SAFETY: room as told.
    match unsafe { getlogin_r(b.as_mut_ptr().cast(), b.len()) } {
        0 => Ok(b.split(|c| *c == 0).next().unwrap_or(&[]).to_vec()),
        e => Err(Errno::from_raw_os_error(e)),
    }
}

macro_rules! set_ids {
    ($($(#[$d:meta])* $name:ident($($a:ident),*);)*) => {$(
        $(#[$d])*
        pub fn $name($($a: u32),*) -> Result<(), Errno> {
            // SAFETY: a plain call.
            done(unsafe { libc::$name($($a),*) })
        }
    )*};
}
set_ids! {
    /// `setuid`
    setuid(uid);
    /// `seteuid`
    seteuid(uid);
    /// `setgid`
    setgid(gid);
    /// `setegid`
    setegid(gid);
    /// `setreuid`
    setreuid(ruid, euid);
    /// `setregid`
    setregid(rgid, egid);
    /// `setresuid`
    setresuid(ruid, euid, suid);
    /// `setresgid`
    setresgid(rgid, egid, sgid);
}

/// `getresuid`
pub fn getresuid() -> Result<[u32; 3], Errno> {
    let (mut a, mut b, mut c) = (0, 0, 0);
    // SAFETY: three numbers are written.
    done(unsafe { libc::getresuid(&mut a, &mut b, &mut c) })?;
    Ok([a, b, c])
}

/// `getresgid`
pub fn getresgid() -> Result<[u32; 3], Errno> {
    let (mut a, mut b, mut c) = (0, 0, 0);
    // SAFETY: three numbers are written.
    done(unsafe { libc::getresgid(&mut a, &mut b, &mut c) })?;
    Ok([a, b, c])
}

/// `initgroups`
pub fn initgroups(user: &CString, gid: u32) -> Result<(), Errno> {
    // SAFETY: a C string.
    if unsafe { libc::initgroups(user.as_ptr(), gid) } == -1 { Err(last_error()) } else { Ok(()) }
}

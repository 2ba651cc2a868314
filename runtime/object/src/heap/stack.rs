//! Where a native stack begins, for the conservative scan (its other end is published by `heddle_sync::thread`).

/// Highest address of the calling thread's stack.
///
/// **Returns:** nothing when the system will not tell.
pub fn stack_base() -> Option<usize> {
    stack_bounds().map(|(_, hi)| hi)
}

/// Lowest and highest address of the calling thread's stack.
///
/// **Returns:** nothing when the system will not tell.
pub fn stack_bounds() -> Option<(usize, usize)> {
    // SAFETY: plain pthread queries on this thread, with an attribute object of our own.
    unsafe {
        let mut attr = std::mem::MaybeUninit::<libc::pthread_attr_t>::zeroed();
        if libc::pthread_getattr_np(libc::pthread_self(), attr.as_mut_ptr()) != 0 {
            return None;
        }
        let (mut lo, mut size) = (std::ptr::null_mut(), 0usize);
        let ok = libc::pthread_attr_getstack(attr.as_ptr(), &mut lo, &mut size) == 0;
        libc::pthread_attr_destroy(attr.as_mut_ptr());
        ok.then(|| (lo as usize, lo as usize + size))
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn locals_lie_below_the_base() {
        let local = 0u8;
        let here = &raw const local as usize;
        assert!(super::stack_base().is_some_and(|b| b > here));
    }
}

//! The memory that frames of functions lie on: one large region a thread, committed by the system as it is touched.

/// A region of address space for frames.
pub struct FrameStack {
    base: *mut u64,
    bytes: usize,
}

// SAFETY: the region belongs to the thread that owns the struct; the pointer is not tied to a native thread.
unsafe impl Send for FrameStack {}

/// Bytes kept free above the limit: the largest header plus what a handler of RecursionError needs.
const RESERVE: usize = 256 << 10;

impl FrameStack {
    /// Reserves `bytes` of address space, without memory behind it yet.
    ///
    /// **Errors:** nothing when the system refuses.
    pub fn new(bytes: usize) -> Option<FrameStack> {
        // SAFETY: an anonymous private mapping at an address of the system's choice.
        let p = unsafe {
            libc::mmap(
                std::ptr::null_mut(),
                bytes,
                libc::PROT_READ | libc::PROT_WRITE,
                libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_NORESERVE,
                -1,
                0,
            )
        };
        (p != libc::MAP_FAILED).then_some(FrameStack { base: p as *mut u64, bytes })
    }

    /// Lowest word.
    pub fn base(&self) -> *mut u64 {
        self.base
    }

    /// Highest address that a frame may reach.
    pub fn limit(&self) -> *mut u64 {
        // SAFETY: within the region.
        unsafe { self.base.byte_add(self.bytes - RESERVE) }
    }
}

impl Drop for FrameStack {
    fn drop(&mut self) {
        // SAFETY: the region was mapped by `new`, and its thread has no frames any more.
        unsafe { libc::munmap(self.base as *mut libc::c_void, self.bytes) };
    }
}

// Shared by the checker builds (included, because each names its own raw types): locks without poisoning, and clocks
// that stand still, so that no schedule depends on time.

/// A mutex with the interface of the production one.
pub struct Mutex<T>(RawMutex<T>);

/// The guard of `Mutex`.
pub struct MutexGuard<'a, T>(Option<RawGuard<'a, T>>);

impl<T> Mutex<T> {
    pub fn new(value: T) -> Mutex<T> {
        Mutex(RawMutex::new(value))
    }
    pub fn lock(&self) -> MutexGuard<'_, T> {
        MutexGuard(Some(match self.0.lock() {
            Ok(guard) => guard,
            Err(poison) => poison.into_inner(),
        }))
    }
}

impl<T> core::ops::Deref for MutexGuard<'_, T> {
    type Target = T;
    fn deref(&self) -> &T {
        self.0.as_ref().expect("a guard is empty only inside wait")
    }
}

impl<T> core::ops::DerefMut for MutexGuard<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        self.0.as_mut().expect("a guard is empty only inside wait")
    }
}

/// A condition variable with the interface of the production one.
pub struct Condvar(RawCondvar);

impl Condvar {
    #[allow(clippy::new_without_default)]
    pub fn new() -> Condvar {
        Condvar(RawCondvar::new())
    }
    pub fn wait<T>(&self, guard: &mut MutexGuard<'_, T>) {
        let raw = guard.0.take().expect("a guard is empty only inside wait");
        guard.0 = Some(match self.0.wait(raw) {
            Ok(raw) => raw,
            Err(poison) => poison.into_inner(),
        });
    }
    pub fn notify_one(&self) {
        self.0.notify_one();
    }
    pub fn notify_all(&self) {
        self.0.notify_all();
    }
}

/// Waits without a limit: a protocol may not rely on a time-out.
pub fn wait_for<T>(condvar: &Condvar, guard: &mut MutexGuard<'_, T>, _limit: std::time::Duration) -> bool {
    condvar.wait(guard);
    false
}

/// A point of a clock that stands still.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Instant;

impl Instant {
    pub fn now() -> Instant {
        Instant
    }
    pub fn elapsed(&self) -> std::time::Duration {
        std::time::Duration::ZERO
    }
}

impl core::ops::Add<std::time::Duration> for Instant {
    type Output = Instant;
    fn add(self, _: std::time::Duration) -> Instant {
        Instant
    }
}

pub fn micros() -> u64 {
    0
}

pub fn nanos() -> u64 {
    0
}

/// No collector looks at a model's stack.
pub fn spill_registers(_into: &mut [usize; 12]) -> usize {
    usize::MAX
}

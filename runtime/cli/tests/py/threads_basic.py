# threading: start and join, results, names, daemon flag, exceptions in threads, thread-local data, barriers.
import threading
def work(i): results[i] = sum(range(i * 1000))
results = {}
ts = [threading.Thread(target=work, args=(i,), name=f"w{i}") for i in range(8)]
for t in ts: t.start()
for t in ts: t.join()
print(sorted(results.items()), [t.name for t in ts][:2], any(t.is_alive() for t in ts), threading.active_count(), threading.current_thread() is threading.main_thread(), threading.main_thread().name)
class T(threading.Thread):
    def __init__(self, n): super().__init__(daemon=True); self.n = n; self.out = None
    def run(self): self.out = self.n ** 2
xs = [T(i) for i in range(5)]
for x in xs: x.start()
for x in xs: x.join()
print([x.out for x in xs], xs[0].daemon)
local = threading.local(); local.v = "main"; seen = []
def locals_(i):
    assert not hasattr(local, "v"); local.v = i
    bar.wait(); seen.append((i, local.v, local.__dict__))
bar = threading.Barrier(4)
ts = [threading.Thread(target=locals_, args=(i,)) for i in range(4)]
[t.start() for t in ts]; [t.join() for t in ts]; print(sorted(seen, key=lambda s: s[0]), local.v)
errors = []
threading.excepthook = lambda a: errors.append((a.exc_type.__name__, str(a.exc_value), a.thread.name))
def fail(): raise ValueError("in thread")
t = threading.Thread(target=fail, name="failing"); t.start(); t.join(); print(errors)
t = threading.Thread(target=lambda: exec("raise SystemExit(3)")); t.start(); t.join(); print("SystemExit is silent", len(errors))
t = threading.Thread(target=print, args=("from thread",)); t.start(); t.join()
for f in (lambda: t.start(), lambda: threading.Thread().join(), lambda: threading.current_thread().join(), lambda: setattr(t, "daemon", True) or "set", lambda: threading.Thread(5), lambda: threading.Thread(target=1, args=5), lambda: threading.Barrier(0), lambda: threading.Semaphore(-1), lambda: threading.BoundedSemaphore(1).release(), lambda: threading.Lock().release(), lambda: threading.RLock().release(), lambda: threading.Condition().notify(), lambda: threading.Condition().wait()):
    try: print(f())
    except (RuntimeError, ValueError, AssertionError, TypeError) as e: print(type(e).__name__, e)
ids = []
t = threading.Thread(target=lambda: ids.append((threading.get_ident(), threading.current_thread().ident))); print(t.ident, t.native_id); t.start(); t.join(); print(ids[0][0] == ids[0][1] == t.ident, ids[0][0] != threading.get_ident())
order = []; e = threading.Event()
def waiter(): e.wait(); order.append("waiter")
t = threading.Thread(target=waiter); t.start(); order.append("main"); e.set(); t.join(); print(order, e.is_set(), e.wait(0), e.clear(), e.wait(0.001))
timer = threading.Timer(0.001, lambda: order.append("timer")); timer.start(); timer.join(); print(order); timer = threading.Timer(100, print); timer.start(); timer.cancel(); timer.join(); print("cancelled")
b = threading.Barrier(3, action=lambda: order.append("action")); r = []
ts = [threading.Thread(target=lambda: r.append(b.wait())) for _ in range(3)]; [t.start() for t in ts]; [t.join() for t in ts]; print(sorted(r), order[-1], b.n_waiting, b.parties, b.broken)
b = threading.Barrier(2)
try: b.wait(0.001)
except threading.BrokenBarrierError: print("broken", b.broken)
import _thread; l = _thread.allocate_lock(); l.acquire(); got = []
_thread.start_new_thread(lambda: (got.append("low level"), l.release()), ()); l.acquire(); print(got, l.locked())

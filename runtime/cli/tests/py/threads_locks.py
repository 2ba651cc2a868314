# Locks, re-entrant locks, conditions, semaphores under contention: no update may be lost.
import threading
N, R = 8, 2000
def together(f, n=N):
    ts = [threading.Thread(target=f, args=(i,)) for i in range(n)]
    for t in ts: t.start()
    for t in ts: t.join()
class S: n = 0
lock = threading.Lock()
def add(i):
    for _ in range(R):
        with lock: S.n += 1
together(add); print("lock", S.n)
rl = threading.RLock(); S.n = 0
def nested(i):
    for _ in range(R // 4):
        with rl:
            with rl: S.n += 1
together(nested); print("rlock", S.n)
sem = threading.Semaphore(3); S.inside = S.most = 0; guard = threading.Lock()
def limited(i):
    for _ in range(50):
        with sem:
            with guard: S.inside += 1; S.most = max(S.most, S.inside)
            with guard: S.inside -= 1
together(limited); print("semaphore", S.most <= 3, S.inside)
cond = threading.Condition(); items = []; taken = []
def consumer(i):
    while True:
        with cond:
            while not items: cond.wait()
            v = items.pop()
        if v is None: return
        with guard: taken.append(v)
cs = [threading.Thread(target=consumer, args=(i,)) for i in range(4)]; [c.start() for c in cs]
for i in range(500):
    with cond: items.append(i); cond.notify()
while True:
    with cond:
        if not items: break
with cond: items.extend([None] * 4); cond.notify_all()
[c.join() for c in cs]; print("condition", sorted(taken) == list(range(500)))
ping = threading.Condition(); S.turn = 0; log = []
def turns(i):
    for _ in range(20):
        with ping: ping.wait_for(lambda: S.turn % 3 == i); log.append(i); S.turn += 1; ping.notify_all()
together(turns, 3); print("turns", log == [0, 1, 2] * 20)
print(lock.acquire(), lock.acquire(False), lock.acquire(timeout=0.001), lock.locked(), lock.release(), lock.locked(), rl.acquire(), rl.acquire(), rl.release(), rl.release())
def other(out): out.append((lock.acquire(blocking=False), rl.acquire(blocking=False)))
with lock, rl: out = []; t = threading.Thread(target=other, args=(out,)); t.start(); t.join(); print(out)
for f in (lambda: lock.acquire(False, 1), lambda: lock.acquire(timeout=-2), lambda: lock.acquire(timeout=1e20)):
    try: print(f())
    except (ValueError, OverflowError) as e: print(type(e).__name__, e)
done = threading.Event(); counts = [0] * 4
def spin(i):
    while not done.is_set(): counts[i] += 1
ts = [threading.Thread(target=spin, args=(i,)) for i in range(4)]; [t.start() for t in ts]
while min(counts) == 0: pass
done.set(); [t.join() for t in ts]; print("all made progress")
once = []; ol = threading.Lock()
def init(i):
    if not once:
        with ol:
            if not once: once.append(i)
together(init, 20); print("once", len(once))

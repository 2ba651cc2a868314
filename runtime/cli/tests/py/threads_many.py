# A thousand threads, threads that start threads, threads and collection, exceptions in many threads at once.
import threading, gc
total = [0]; lock = threading.Lock()
def one(i):
    with lock: total[0] += i
for wave in range(4):
    ts = [threading.Thread(target=one, args=(i,)) for i in range(250)]
    for t in ts: t.start()
    for t in ts: t.join()
print(total[0], threading.active_count())
gate = threading.Event(); ready = threading.Semaphore(0); results = []
def parked(i): ready.release(); gate.wait(); results.append(i)
ts = [threading.Thread(target=parked, args=(i,)) for i in range(1000)]
for t in ts: t.start()
for _ in ts: ready.acquire()
print("alive at once", threading.active_count() == 1001); gate.set()
for t in ts: t.join()
print(len(results), sum(results))
def spawn(depth, out):
    if depth == 0: out.append(1); return
    kids = [threading.Thread(target=spawn, args=(depth - 1, out)) for _ in range(3)]
    for k in kids: k.start()
    for k in kids: k.join()
out = []; spawn(4, out); print("tree", len(out))
errors = []
threading.excepthook = lambda a: errors.append(str(a.exc_value))
def fails(i):
    def deeper(n):
        if n == 0: raise ValueError(f"thread {i}")
        deeper(n - 1)
    deeper(20)
ts = [threading.Thread(target=fails, args=(i,)) for i in range(50)]
for t in ts: t.start()
for t in ts: t.join()
print("errors", len(errors), sorted(errors)[0])
class Node:
    def __init__(self, n): self.n, self.me = n, self
def garbage(i):
    keep = []
    for k in range(3000):
        node = Node(k)
        if k % 100 == 0: keep.append(node)
    ok.append(all(x.me is x and x.n == j * 100 for j, x in enumerate(keep)))
ok = []; ts = [threading.Thread(target=garbage, args=(i,)) for i in range(8)]
for t in ts: t.start()
for _ in range(5): gc.collect()
for t in ts: t.join()
print("garbage", ok)
def recurse(n): return 0 if n == 0 else 1 + recurse(n - 1)
deep = []; ts = [threading.Thread(target=lambda: deep.append(recurse(500))) for _ in range(20)]
for t in ts: t.start()
for t in ts: t.join()
print("deep", deep == [500] * 20)
def endless(n): return endless(n + 1)
def overflow():
    try: endless(0)
    except RecursionError: over.append("RecursionError")
over = []; ts = [threading.Thread(target=overflow) for _ in range(4)]
for t in ts: t.start()
for t in ts: t.join()
print(over)

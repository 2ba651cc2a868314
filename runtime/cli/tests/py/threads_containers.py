# Containers shared without locks: single operations are atomic, sizes and sums must come out right.
import threading
N, R = 6, 3000
def together(f):
    bar = threading.Barrier(N)
    def run(i): bar.wait(); f(i)
    ts = [threading.Thread(target=run, args=(i,)) for i in range(N)]
    for t in ts: t.start()
    for t in ts: t.join()
l = []
together(lambda i: [l.append(i * R + k) for k in range(R)]); print("append", len(l), sorted(l) == list(range(N * R)))
together(lambda i: [l.pop() for _ in range(R)]); print("pop", len(l))
d = {}
together(lambda i: [d.__setitem__((i, k), k) for k in range(R)]); print("dict", len(d), sum(d.values()))
def same_keys(i):
    for k in range(R): d2[k % 100] = i
d2 = {}; together(same_keys); print("same keys", sorted(d2) == list(range(100)), all(v in range(N) for v in d2.values()))
s = set(); together(lambda i: [s.add(k) for k in range(R)]); print("set", len(s))
together(lambda i: [d.pop((i, k)) for k in range(R)]); print("dict pop", len(d))
first = {}; wins = [0] * N
def setdefault(i):
    for k in range(R):
        if first.setdefault(k, i) == i: wins[i] += 1
together(setdefault); print("setdefault", sum(wins), len(first))
from collections import deque
q = deque(); together(lambda i: [q.append(k) for k in range(R)]); print("deque", len(q), sum(q)); out = []
def drain(i):
    while True:
        try: out.append(q.popleft())
        except IndexError: return
together(drain); print("drained", len(out), sum(out))
grow = [0] * 10; stop = []; bad = []
def readwrite(i):
    if i % 2:
        for k in range(R): grow.extend([k] * 3); del grow[10:]; grow.sort() if k % 100 == 0 else None
    else:
        for k in range(R):
            try: v = grow[k % 12]
            except IndexError: continue
            if not isinstance(v, int): bad.append(v)
            for w in grow:
                if not isinstance(w, int): bad.append(w)
together(readwrite); print("list under change", bad)
shared = {i: str(i) for i in range(64)}
def dictreader(i):
    for k in range(R):
        if i == 0: shared[k % 128] = str(k % 128)
        elif i == 1: shared.pop(64 + k % 64, None)
        else:
            v = shared.get(k % 64)
            if v != str(k % 64): bad.append((k, v))
together(dictreader); print("dict under change", bad[:3])
class O: pass
o = O()
def attrs(i):
    for k in range(500): setattr(o, f"a{i}_{k % 50}", k); getattr(o, f"a{i}_{k % 50}"); 
    for k in range(50): delattr(o, f"a{i}_{k}")
together(attrs); print("attributes", vars(o))
class C: v = 0
def classattr(i):
    for k in range(300): setattr(C, f"m{i}", lambda self, k=k: k); assert getattr(C(), f"m{i}")() == k
together(classattr); print("class attributes", sorted(n for n in vars(C) if n[0] == "m"))
gen_lock = threading.Lock()
def numbers():
    for i in range(N * 100): yield i
g = numbers(); got = []
def take(i):
    while True:
        with gen_lock:
            v = next(g, None)
        if v is None: return
        got.append(v)
together(take); print("generator", len(got), len(set(got)))
it = iter(range(N * R)); c = []
def take_it(i):
    for v in it: c.append(v)
together(take_it); print("range iterator", len(set(c)) <= N * R)

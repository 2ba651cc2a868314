# Several threads specialize the same code with different types at once; types and globals change under them.
import threading
def together(fs):
    bar = threading.Barrier(len(fs)); errors = []
    def run(f):
        bar.wait()
        try: f()
        except BaseException as e: errors.append(repr(e))
    ts = [threading.Thread(target=run, args=(f,)) for f in fs]
    for t in ts: t.start()
    for t in ts: t.join()
    return errors
def add(a, b): return a + b
def check(a, b, want):
    def f():
        for _ in range(3000):
            if add(a, b) != want: raise AssertionError((a, b))
    return f
print(together([check(1, 2, 3), check(1.5, 2.5, 4.0), check("a", "b", "ab"), check([1], [2], [1, 2]), check(2**62, 2**62, 2**63), check((1,), (2,), (1, 2))]))
class P:
    def __init__(self, v): self.v = v
    def get(self): return self.v
class Q:
    __slots__ = ("v",)
    def __init__(self, v): self.v = v
    def get(self): return self.v
class R(P):
    def get(self): return super().get() + 0
def attr(make):
    def f():
        for i in range(2000):
            o = make(i)
            if o.v != i or o.get() != i: raise AssertionError(i)
            o.v += 1
            if o.get() != i + 1: raise AssertionError(i)
    return f
print(together([attr(P), attr(Q), attr(R), attr(P)]))
class M:
    val = 0
    def m(self): return 0
G = 0
done = threading.Event()
def mutator():
    global G
    for i in range(300): M.val = i; M.m = lambda self, i=i: i; G = i; M.prop = property(lambda self, i=i: i); del M.prop
    done.set()
def reader():
    o = M(); last = -1
    while not done.is_set():
        v = o.val; w = o.m(); g = G
        if v < last or not 0 <= w < 300 or not 0 <= g < 300: raise AssertionError((v, w, g, last))
        last = v
    if o.val != 299 or o.m() != 299 or G != 299: raise AssertionError("stale")
print(together([mutator, reader, reader, reader]))
def fib(n): return n if n < 2 else fib(n - 1) + fib(n - 2)
out = []
print(together([lambda: out.append(fib(18)) for _ in range(6)]), out)
def redefine():
    global helper
    for i in range(300):
        def helper(x, i=i): return x + i
    stop.set()
def helper(x): return x
stop = threading.Event()
def caller():
    while not stop.is_set():
        r = helper(0)
        if not 0 <= r < 300: raise AssertionError(r)
print(together([redefine, caller, caller]), helper(0))
def gens():
    def g(n):
        for i in range(n): yield i
    for _ in range(100):
        if sum(g(50)) != 1225: raise AssertionError
print(together([gens] * 4))
def excs():
    for i in range(1000):
        try:
            if i % 2: raise KeyError(i)
            [][i]
        except KeyError as e:
            if e.args != (i,): raise AssertionError
        except IndexError: pass
print(together([excs] * 4))
def classes():
    for i in range(100):
        class T:
            def __init__(self): self.i = i
            def f(self): return self.i
        if T().f() != i: raise AssertionError
print(together([classes] * 4))
def closures():
    fs = [lambda x, k=k: x + k for k in range(50)]
    for _ in range(50):
        if sum(f(1) for f in fs) != 1275: raise AssertionError
print(together([closures] * 4))
shared = [P(0) for _ in range(10)]; lock = threading.Lock()
def bump():
    for i in range(1000):
        with lock: shared[i % 10].v += 1
print(together([bump] * 4), [p.v for p in shared])
exec_ns = []
def dynamic():
    for i in range(60):
        ns = {}; exec(f"def f(x): return x * {i}", ns)
        for k in range(20):
            if ns["f"](k) != k * i: raise AssertionError
print(together([dynamic] * 3))

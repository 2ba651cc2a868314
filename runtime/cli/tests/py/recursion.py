# Deep recursion ends in RecursionError everywhere, and the interpreter goes on.
import sys
def f(n): return f(n + 1)
def mutual_a(n): return mutual_b(n)
def mutual_b(n): return mutual_a(n)
class R:
    def __repr__(self): return repr(self)
    def __eq__(self, o): return self == o
    def __getattr__(self, n): return getattr(self, n + "x")
    def __add__(self, o): return self + o
    def __call__(self): return self()
    def __len__(self): return len(self)
    def __iter__(self): return iter(self)
    def __hash__(self): return hash(self)
    def __lt__(self, o): return sorted([self, R()])
    def __str__(self): return f"{self}"
    @property
    def p(self): return self.p
    def __enter__(self):
        with self: pass
    def __exit__(self, *a): pass
    def __bool__(self): return not self
def gen(n): yield from gen(n)
def viamap(n): return list(map(viamap, [n]))
def viasort(n): return sorted([1, 2], key=viasort)
def lam(): return (lambda: lam())()
def comp(): return [comp() for _ in range(1)]
def starred(*a, **k): return starred(*a, **k)
class Chain:
    def __init__(self): self.next = Chain()
r = R()
for name, g in {"f": lambda: f(0), "mutual": lambda: mutual_a(0), "repr": lambda: repr(r), "eq": lambda: r == r, "getattr": lambda: r.nope, "add": lambda: r + r, "call": lambda: r(), "len": lambda: len(r), "iter": lambda: iter(r), "hash": lambda: hash(r), "lt": lambda: r < r, "str": lambda: str(r), "property": lambda: r.p, "with": lambda: r.__enter__(), "bool": lambda: bool(r), "yield from": lambda: next(gen(0)), "map": lambda: viamap(0), "sorted": lambda: viasort(0), "lambda": lam, "comprehension": comp, "starred": lambda: starred(1, a=2), "init": Chain}.items():
    try: g(); print(name, "no error")
    except RecursionError as e: print(name, "RecursionError", str(e).startswith("maximum recursion depth exceeded"))
a = []; a.append(a); d = {}; d["d"] = d; print(a, d, repr([a, d]))
try: a == [a]; b = []; b.append(b); a == b
except RecursionError: print("list ==")
nest = []
for _ in range(100000): nest = [nest]
try: repr(nest)
except RecursionError as e: print("nested repr")
t = ()
for _ in range(100000): t = (t,)
try: hash(t)
except RecursionError: print("nested hash")
try: t == (t,) ; print("compare nested ok")
except RecursionError: print("compare nested")
nest = t = None
def depth(n=0):
    try: return depth(n + 1)
    except RecursionError: return n
x = depth(); print(x > 500, depth() == x)
old = sys.getrecursionlimit(); sys.setrecursionlimit(200); y = depth(); print(y < 200, y > 100); sys.setrecursionlimit(old); print(depth() == x)
for bad in (0, -1, "x"):
    try: sys.setrecursionlimit(bad)
    except (ValueError, TypeError) as e: print(e)
sys.setrecursionlimit(20000)
def down(n): return 0 if n == 0 else 1 + down(n - 1)
print(down(15000)); sys.setrecursionlimit(old)
for s in ("(" * 300 + ")" * 300, "[" * 300, "-" * 100000 + "1", "x" + ".a" * 5, "not " * 20000 + "1"):
    try: compile(s, "s", "eval"); print("compiled")
    except (SyntaxError, RecursionError, MemoryError): print("refused")
try: eval("+".join(["1"] * 200000)); print("long chain survived")
except (RecursionError, MemoryError): print("long chain survived")
print("still running", sum(range(10)))

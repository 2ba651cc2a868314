# with: enter/exit order, swallowing, exceptions in enter and exit, several managers, return and break inside.
class CM:
    def __init__(self, name, swallow=False, fail=None): self.name, self.swallow, self.fail = name, swallow, fail
    def __enter__(self):
        log.append("enter " + self.name)
        if self.fail == "enter": raise RuntimeError("enter fails")
        return self.name.upper()
    def __exit__(self, t, v, tb):
        log.append(f"exit {self.name} {t.__name__ if t else None} {v} {tb is not None}")
        if self.fail == "exit": raise RuntimeError("exit fails")
        return self.swallow
def run(f):
    global log
    log = []
    try: r = f()
    except Exception as e: r = f"{type(e).__name__}: {e} / {e.__context__!r}"
    print(r, log)
def simple():
    with CM("a") as x, CM("b") as (y): return x + y
def swallow():
    with CM("a"), CM("b", swallow=True): raise ValueError("v")
    return "after"
def passes():
    with CM("a"): raise ValueError("v")
def enter_fails():
    with CM("a", swallow=True), CM("b", fail="enter"): log.append("body")
    return "swallowed"
def exit_fails():
    with CM("a"), CM("b", fail="exit"): raise ValueError("v")
def exit_fails_clean():
    with CM("a", fail="exit"): return "value"
def loop():
    out = []
    for i in range(4):
        with CM(str(i)):
            if i == 1: continue
            if i == 2: break
            out.append(i)
    return out
def nested():
    with (CM("p") as p, CM("q") as q,):
        with CM("r") as r: return p, q, r
def target():
    class O: pass
    o = O(); d = {}
    with CM("a") as o.x, CM("b") as d["k"]: pass
    return o.x, d
def unpack():
    class T:
        def __enter__(self): return 1, [2, 3]
        def __exit__(self, *a): return None
    with T() as (a, [b, c]): return a, b, c
def finally_mix():
    try:
        with CM("a"):
            try: 1 / 0
            finally: log.append("inner finally")
    except ZeroDivisionError: return "caught"
def gen():
    def g():
        with CM("g"): yield 1; yield 2
    it = g(); next(it); it.close(); return "closed"
for f in (simple, swallow, passes, enter_fails, exit_fails, exit_fails_clean, loop, nested, target, unpack, finally_mix, gen): run(f)
class NoExit:
    def __enter__(self): return 1
class NoEnter:
    def __exit__(self, *a): pass
class Inst: pass
i = Inst(); i.__enter__ = lambda: 1; i.__exit__ = lambda *a: None
for cm in (NoExit(), NoEnter(), 5, i):
    try:
        with cm: pass
    except TypeError as e: print(e)
try:
    async def f():
        with CM("x"): pass
    class Async:
        async def __aenter__(self): pass
        async def __aexit__(self, *a): pass
    with Async(): pass
except TypeError as e: print(e)
from contextlib import contextmanager
@contextmanager
def cm(n):
    print("setup", n)
    try: yield n * 2
    except ValueError as e: print("handled", e)
    finally: print("teardown")
with cm(2) as v: print(v)
with cm(3) as v: raise ValueError("x")
try:
    with cm(4): raise KeyError("y")
except KeyError as e: print("through", e)

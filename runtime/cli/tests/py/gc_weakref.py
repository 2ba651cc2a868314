# Weak references, finalizers, cycles, resurrection, weak containers: after gc.collect everything unreachable is gone.
import gc, weakref
class N:
    def __init__(self, name): self.name = name
    def __repr__(self): return f"N({self.name})"
def clear_stack(n=40):
    a = b = c = d = e = n
    return clear_stack(n - 1) if n else a + b + c + d + e
def collect(): clear_stack(); gc.collect(); clear_stack(); gc.collect()
keep = N("keep"); r = weakref.ref(keep); print(r(), r() is keep, r == weakref.ref(keep), weakref.getweakrefcount(keep) >= 1, hash(r) == hash(keep))
def lose():
    n = N("lost"); return [weakref.ref(n, lambda w: events.append("callback"))]
events = []; holder = lose(); collect(); print(holder[0](), events)
def cycle():
    a, b = N("a"), N("b"); a.other, b.other = b, a; return [weakref.ref(a), weakref.ref(b)]
refs = cycle(); collect(); print([w() for w in refs])
class D:
    def __init__(self, tag): self.tag = tag
    def __del__(self): events.append("del " + self.tag)
def make(): D("one"); D("two").me = None; x = D("cycle"); x.x = x; return None
events = []; make(); collect(); print(sorted(events))
class Phoenix:
    def __del__(self): global risen; risen = self; events.append("rose")
events = []
def burn(): Phoenix(); return None
burn(); collect(); print(events, type(risen).__name__); risen = None; collect(); print(events)
class BadDel:
    def __del__(self): raise ValueError("ignored")
import sys; sys.unraisablehook = lambda u: events.append(("unraisable", str(u.exc_value)))
def bad(): BadDel(); return None
events = []; bad(); collect(); print(events)
wv, wk, ws = weakref.WeakValueDictionary(), weakref.WeakKeyDictionary(), weakref.WeakSet()
def fill():
    for i in range(5): n = N(i); wv[i] = n; wk[n] = i; ws.add(n)
    return None
fill(); wv["keep"] = keep; wk[keep] = "k"; ws.add(keep); n = None; collect(); print(sorted(map(str, wv)), list(wk.values()), list(ws), len(wv), keep in ws)
p = weakref.proxy(keep); print(p.name, p == keep); p.name = "changed"; print(keep.name)
def lost_proxy(): return [weakref.proxy(N("x"))]
q = lost_proxy(); collect()
try: q[0].name
except ReferenceError as e: print(e)
def fin():
    n = N("fin"); return [weakref.finalize(n, lambda *a, **k: events.append((a, k)), 1, x=2)]
events = []; f = fin(); collect(); print(events, f[0].alive); f2 = weakref.finalize(keep, events.append, "called"); print(f2(), f2(), events[-1], f2.alive)
class M:
    def m(self): return "method"
obj = M(); wm = weakref.WeakMethod(obj.m); print(wm()())
for bad in (5, "s", [], (), None, {}):
    try: weakref.ref(bad)
    except TypeError as e: print(e)
class S: __slots__ = ("a",)
try: weakref.ref(S())
except TypeError as e: print(e)
class L(list): pass
l = L([1]); print(weakref.ref(l)(), weakref.ref(len)() is len, weakref.ref(N)() is N)
print(gc.isenabled(), gc.disable(), gc.isenabled(), gc.enable(), type(gc.collect()).__name__, gc.is_tracked([]), isinstance(gc.get_objects(), list), len(gc.get_threshold()))
def churn():
    for i in range(50000): x = [i]; x.append(x)
    return len(x)
print(churn())
def graph(n):
    nodes = [N(i) for i in range(n)]
    for i, a in enumerate(nodes): a.next = nodes[(i + 1) % n]; a.skip = nodes[i * 7 % n]
    return nodes[0]
root = graph(20000); collect(); count = 0; k = root
while True:
    k = k.next; count += 1
    if k is root: break
print(count)
deep = None
for i in range(200000): deep = (deep, i)
collect(); deep = None; collect(); print("deep chain freed")

# collections: deque, defaultdict, Counter, OrderedDict, namedtuple, ChainMap, UserDict.
from collections import *
d = deque([1, 2, 3], maxlen=4); d.append(4); d.append(5); d.appendleft(0); print(d, len(d), d[0], d[-1], d.maxlen, 4 in d)
d.rotate(1); print(d); d.rotate(-2); print(d, d.pop(), d.popleft(), d, d.count(3)); d.extend([7, 8]); d.extendleft([9]); print(d); d.reverse(); print(list(d), list(reversed(d))); d.remove(7); d.insert(1, "x"); del d[0]; d[0] = "y"; print(d, d.index("y"), d.copy() == d, d + deque([1]), d * 2, deque("ab") < deque("b"))
for f in (lambda: deque().pop(), lambda: d[10], lambda: d.remove("zz"), lambda: deque(maxlen=-1), lambda: deque(5), lambda: deque([1, 2], 2).insert(0, 1), lambda: d.index("q")):
    try: print(f())
    except (IndexError, ValueError, TypeError) as e: print(type(e).__name__, e)
try:
    for v in (q := deque([1, 2])): q.append(v)
except RuntimeError as e: print(e)
big = deque()
for i in range(1000): big.append(i); big.appendleft(-i)
print(len(big), big[0], big[500], big[1999], sum(big))
dd = defaultdict(list); dd["a"].append(1); dd["b"]; print(dd, dd.get("c"), "c" in dd, dd.default_factory, dict(dd), defaultdict(int, {"x": 1})["y"], dd | {"z": 1})
try: defaultdict(None)["k"]
except KeyError as e: print(e)
try: defaultdict(5)
except TypeError as e: print(e)
c = Counter("mississippi"); print(c, c["s"], c["zz"], c.most_common(2), sorted(c.elements())[:3], c + Counter("ss"), c - Counter("ss"), c & Counter("miss"), c | Counter("zz"), c.total(), +Counter(a=-1, b=2)); c.update("mm"); c.subtract("i"); print(c["m"], c["i"], Counter(a=1) == Counter({"a": 1}), Counter(a=1) <= Counter(a=2))
o = OrderedDict(a=1, b=2, c=3); o.move_to_end("a"); print(o, list(o), o.popitem(last=False), o == OrderedDict([("c", 3), ("a", 1)]), o == {"a": 1, "c": 3}, OrderedDict(a=1, b=2) == OrderedDict(b=2, a=1)); o.move_to_end("a", last=False); print(o, list(reversed(o)))
P = namedtuple("P", "x y z", defaults=[0]); p = P(1, 2); print(p, p.x, p[1], p._asdict(), p._replace(x=9), P._fields, P._make([1, 2, 3]), p == (1, 2, 0), P.__doc__, p._field_defaults, P(y=5, x=6), isinstance(p, tuple), [*p], hash(p) == hash((1, 2, 0)))
class Q(P):
    __slots__ = ()
    def total(self): return sum(self)
print(Q(1, 2, 3).total(), Q(1, 2))
for f in (lambda: P(), lambda: P(1, 2, 3, 4), lambda: namedtuple("X", "a a"), lambda: namedtuple("X", "def"), lambda: setattr(p, "x", 1), lambda: p._replace(q=1), lambda: namedtuple("1x", "a")):
    try: print(f())
    except (TypeError, ValueError, AttributeError) as e: print(type(e).__name__, e)
m = ChainMap({"a": 1}, {"a": 2, "b": 3}); print(m["a"], m["b"], dict(m), m.maps, m.new_child({"c": 4})["c"], sorted(m)); m["z"] = 5; print(m.maps[0])
class UD(UserDict):
    def __setitem__(self, k, v): super().__setitem__(k.upper(), v)
u = UD(a=1); u["b"] = 2; print(u, u.data, "A" in u); 
from collections.abc import Iterable, Mapping, Sequence, Hashable, Callable, MutableSequence
print(isinstance([], Iterable), isinstance({}, Mapping), isinstance("", Sequence), isinstance([], Hashable), isinstance(len, Callable), issubclass(list, MutableSequence), isinstance(5, Iterable))
class MySeq(Sequence):
    def __init__(self, n): self.n = n
    def __len__(self): return self.n
    def __getitem__(self, i):
        if not 0 <= i < self.n: raise IndexError
        return i * i
s = MySeq(4); print(list(s), 4 in s, s.index(9), s.count(0), list(reversed(s)))
try: type("Abs", (Sequence,), {})()
except TypeError as e: print(e)

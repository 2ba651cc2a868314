# sort and sorted: stability, keys, reverse, mixed numbers, partial orders, mutation during sort.
print(sorted([3, 1, 2]), sorted("hello"), sorted({"b": 1, "a": 2}), sorted([1.5, 1, True, 0, -2**70, 2**70, float("inf")]), sorted([(1, "b"), (1, "a"), (0, "z")]), sorted(["B", "a", "C"], key=str.lower), sorted([3, 1, 2], reverse=True))
recs = [("a", 3), ("b", 1), ("c", 3), ("d", 1), ("e", 2)]
print(sorted(recs, key=lambda r: r[1]), sorted(recs, key=lambda r: r[1], reverse=True), sorted(recs, key=lambda r: (-r[1], r[0])))
state = 1
def rnd():
    global state
    state = (state * 1103515245 + 12345) % 2**31; return state
for n in (0, 1, 2, 10, 33, 64, 65, 100, 1000, 5000):
    a = [rnd() % 1000 for _ in range(n)]; b = sorted(a); assert all(b[i] <= b[i + 1] for i in range(n - 1)) and sum(a) == sum(b)
    pairs = sorted([(v % 10, i) for i, v in enumerate(a)], key=lambda p: p[0]); assert all(pairs[i] <= pairs[i + 1] for i in range(n - 1))
    c = sorted(a, reverse=True); assert c == b[::-1]; d = a[:]; d.sort(key=lambda v: -v); assert d == c
    s = sorted(map(str, a)); assert all(s[i] <= s[i + 1] for i in range(n - 1)); f = sorted([v / 7 for v in a]); assert f == [v / 7 for v in b]
    runs = b[:n // 2] + c[:n // 3] + b[n // 2:]; assert sorted(runs) == sorted(runs[::-1])
print("random ok")
class K:
    def __init__(self, v): self.v = v
    def __lt__(self, o): global calls; calls += 1; return self.v < o.v
    def __repr__(self): return f"K{self.v}"
calls = 0; print(sorted([K(3), K(1), K(2)]), calls > 0); calls = 0; sorted([K(i) for i in range(100)]); print(calls)
calls = 0; sorted([K(-i) for i in range(100)]); print(calls)
class Boom:
    def __lt__(self, o): raise ValueError("boom")
a = [Boom(), Boom(), Boom()]
try: a.sort()
except ValueError as e: print(e, len(a))
b = [3, 1, 2]
def mutate(x): b.append(9); return x
try: b.sort(key=mutate)
except ValueError as e: print(e)
print(b)
def keyfail(x):
    if x == 2: raise KeyError("key failed")
    return x
c = [3, 2, 1]
try: c.sort(key=keyfail)
except KeyError as e: print(e, c)
for f in (lambda: sorted([1, "a"]), lambda: sorted([None, 1]), lambda: sorted([1j, 2j]), lambda: sorted([1], 5), lambda: sorted([1], key=5), lambda: [].sort(1), lambda: sorted(5), lambda: sorted([{}, {}]), lambda: sorted([[1], ["a"]]), lambda: sorted([1, 2], key=lambda: 0), lambda: sorted([3, float("nan"), 1])[0] in (1, 3)):
    try: print(f())
    except TypeError as e: print(e)
from functools import cmp_to_key
print(sorted([5, 2, 8], key=cmp_to_key(lambda a, b: b - a)), sorted(["bb", "a", "ccc"], key=len), sorted([[2], [1, 5], [1]]), sorted([frozenset({1}), frozenset({1, 2})]))
import bisect, heapq, operator
a = [1, 3, 3, 5]; print(bisect.bisect(a, 3), bisect.bisect_left(a, 3), bisect.bisect_left([(1, "a"), (2, "b")], 2, key=lambda p: p[0])); bisect.insort(a, 4); print(a)
h = [5, 2, 8, 1]; heapq.heapify(h); print(h[0], [heapq.heappop(h) for _ in range(4)], heapq.nlargest(2, [1, 5, 3]), heapq.nsmallest(2, "hello"), list(heapq.merge([1, 4], [2, 3])), heapq.heappushpop([1, 2], 0), heapq.heapreplace([1, 2], 5))
print(sorted([{"n": 2}, {"n": 1}], key=operator.itemgetter("n")), sorted([K(2), K(1)], key=operator.attrgetter("v")))

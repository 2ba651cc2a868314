# set and frozenset.
s = {3, 1, 2, 3}
print(sorted(s), len(s), 2 in s, 9 in s, s == {1, 2, 3}, set() == set([]), {1} != {1, 2}, {1} < {1, 2}, {1, 2} <= {1, 2}, {1, 2} > {3}, set("hello") == set("olleh"))
a, b = {1, 2, 3, 4}, {3, 4, 5}
for op in ("a | b", "a & b", "a - b", "a ^ b", "a.union([9], [10])", "a.intersection(b, [4])", "a.difference([1], [2])", "a.symmetric_difference([1, 9])"):
    print(op, sorted(eval(op)))
a |= {10}; a &= {1, 2, 10, 3}; a -= {3}; a ^= {1, 7}; print(sorted(a))
a.add(5); a.add(5); a.discard(99); a.discard(7); a.remove(10); a.update([1, 2], {3}); print(sorted(a))
a.intersection_update({1, 2, 3}); a.difference_update([1]); a.symmetric_difference_update([2, 8]); print(sorted(a), a.isdisjoint([9]), a.issubset([3, 8, 9]), a.issuperset([3]))
f = frozenset([1, 2]); print(f, f | {3} == {1, 2, 3}, type(f | {3}).__name__, type({3} | f).__name__, hash(f) == hash(frozenset([2, 1])), {f: 1}[frozenset({2, 1})], f == {1, 2}, {1, 2} == f, frozenset(), f.copy() is f)
print({frozenset({1}), frozenset({2})} == {frozenset({2}), frozenset({1})}, {1} in [{1}], {1} in {frozenset({1})}, set(), {()}, {None})
print({x % 3 for x in range(10)} == {0, 1, 2}, {*[1, 2], *{3}} == {1, 2, 3}, sum({1, 2, 3}), max({1, 5}), len({1, 1.0, True}), {1, 1.0} , set(range(5)) == {0, 1, 2, 3, 4})
big = set()
for i in range(3000): big.add(i * 7 % 1009)
for i in range(0, 1009, 2): big.discard(i)
print(len(big), sum(big), 8 in big, 9 in big)
x = {1}; print(x.pop(), x, x == set())
class Same:
    def __hash__(self): return 7
    def __eq__(self, o): return self is o
objs = [Same() for _ in range(30)]; bag = set(objs); print(len(bag), all(o in bag for o in objs), Same() in bag); bag -= set(objs[:10]); print(len(bag), objs[5] in bag, objs[15] in bag)
class S(set): pass
print(type(S([1]) | {2}).__name__, S([1]) == {1}, S("ab") == {"a", "b"}, type(S([1]).copy()).__name__)
for g in (lambda: {[]}, lambda: {1}.remove(5), lambda: set().pop(), lambda: {1} + {2}, lambda: {1} | [2], lambda: set(5), lambda: {1} < [1], lambda: hash(set()), lambda: f.add(3), lambda: {1}[0], lambda: {1}.union(5), lambda: set(1, 2), lambda: {{}}, lambda: {1}.foo):
    try:
        print(g())
    except Exception as e:
        print(type(e).__name__, e)
try:
    z = {1}
    for v in z: z.add(v + 1)
except RuntimeError as e: print(e)

# The iterator protocol and the built-in iterators.
class Down:
    def __init__(self, n): self.n = n
    def __iter__(self): return self
    def __next__(self):
        if self.n <= 0: raise StopIteration
        self.n -= 1; return self.n
print(list(Down(4)), [x for x in Down(3)], sum(Down(5)), max(Down(5)), sorted(Down(3)), 2 in Down(5), list(zip(Down(3), "ab")), tuple(Down(2)), dict(zip("ab", Down(2))))
print(list(map(lambda a, b: a + b, [1, 2, 3], [10, 20])), list(filter(None, [0, 1, "", "a"])), list(filter(lambda x: x > 1, [1, 2, 3])), list(enumerate("ab", 5)), list(zip()), list(zip("abc")), list(zip("ab", [1, 2], (3, 4))))
it = iter("abc"); print(next(it), list(it), list(it), next(it, None))
m = map(str, Down(3)); print(next(m), list(m), list(m))
lines = iter(["a", "b", "STOP", "c"]); print(list(iter(lambda: next(lines), "STOP")), list(lines))
r = reversed([1, 2, 3]); print(next(r), list(r), list(reversed("abc")), list(reversed(range(3))), list(reversed({"a": 1, "b": 2})), list(reversed((1, 2))))
class Rev:
    def __reversed__(self): return iter("rev")
    def __len__(self): return 2
class SeqOnly:
    def __len__(self): return 3
    def __getitem__(self, i): return i * i
print(list(reversed(Rev())), list(reversed(SeqOnly())), any(x > 3 for x in Down(9)), all(x >= 0 for x in Down(9)), any([]), all([]))
print(list(zip([1, 2], [3, 4], strict=True)), min("hello"), max([1, 5, 3], key=lambda x: -x), min([], default="none"), max(3, 1, 2), min("b", "a", key=ord), sum([[1], [2]], []), sum((0.5, 1)))
def g():
    yield 1
    raise ValueError("in generator")
for f in (lambda: list(g()), lambda: iter(5), lambda: next(5), lambda: next(iter([])), lambda: list(zip([1], [2, 3], strict=True)), lambda: list(zip([1, 2], [2], strict=True)), lambda: max([]), lambda: sum(["a"]), lambda: sum([1], "a"), lambda: map(str), lambda: list(map(5, [1])), lambda: enumerate(5), lambda: reversed({1}), lambda: reversed(Down(2)), lambda: iter(5, 1), lambda: list(filter(5, [1])), lambda: min(1), lambda: min(1, 2, default=3), lambda: [*5], lambda: sum("ab"), lambda: max(1, "a")):
    try: print(f())
    except (TypeError, ValueError, StopIteration) as e: print(type(e).__name__, e)
class NoNext:
    def __iter__(self): return 5
class NoIter: __iter__ = None
class LenHint:
    def __iter__(self): return iter([1, 2, 3])
    def __length_hint__(self): return 1000000
print(list(LenHint()))
for bad in (NoNext(), NoIter()):
    try: list(bad)
    except TypeError as e: print(e)
class Old:
    def __getitem__(self, i):
        if i == 3: raise IndexError
        return i * 2
print(list(Old()), 4 in Old(), list(iter(Old())))
a = [1, 2, 3]; it = iter(a); next(it); a.append(4); print(list(it)); a.append(5); print(list(it))
d = {"x": 1}; it = iter(d.items()); print(next(it), next(it, "end")); s = iter({7}); print(next(s), next(s, "end"))
print(type(iter([])).__name__, type(iter(())).__name__, type(iter({})).__name__, type(iter(set())).__name__, type(iter("é")).__name__, type(iter(b"")).__name__, type(iter(range(1))).__name__, type(iter({}.values())).__name__, type(reversed([])).__name__, type(zip()).__name__, type(iter(int, 1)).__name__)
big = iter(range(10**12)); next(big); print(next(big), list(range(10**15, 10**15 + 3)), list(range(2**64, 2**64 + 4, 2)))
def pairs(seq):
    it = iter(seq); return list(zip(it, it))
print(pairs(range(6)), [list(p) for p in zip(*[[1, 2], [3, 4]])])

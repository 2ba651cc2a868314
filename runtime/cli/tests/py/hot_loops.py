# Hot loops: for over each iterable at one site, unpacking, comparison, truth, containment, globals, while with jumps.
def total(it):
    t = 0
    for v in it: t += v if isinstance(v, int) else len(str(v))
    return t
def gen(n):
    for i in range(n): yield i
class It:
    def __init__(self, n): self.n = n
    def __iter__(self): return iter(range(self.n))
class Own:
    def __init__(self): self.i = 0
    def __iter__(self): return self
    def __next__(self):
        self.i += 1
        if self.i > 50: raise StopIteration
        return self.i
for _ in range(2):
    for it in (lambda: range(100), lambda: list(range(100)), lambda: tuple(range(100)), lambda: gen(100), lambda: It(100), Own, lambda: "x" * 100, lambda: {i: 1 for i in range(100)}, lambda: {1, 2, 3}, lambda: range(100, 0, -3), lambda: range(2**62, 2**62 + 50), lambda: map(int, "123" * 20), lambda: zip(range(50)), lambda: b"abc" * 20, lambda: reversed(range(100)), lambda: enumerate("ab"), lambda: {1: 2}.items(), lambda: iter([]), lambda: (i for i in range(99))):
        print(total(it()), end=" ")
    print()
def unpack(pairs):
    r = 0
    for a, b in pairs: r += len(str(a)) + len(str(b))
    return r
print(unpack([(1, 2)] * 50), unpack([[1, 22]] * 50), unpack(["ab"] * 50), unpack([{1: 2, 3: 4}] * 50), unpack(enumerate("abc")), unpack({"k": "v"}.items()), unpack([gen(2) for _ in range(20)]), unpack(zip(range(60), range(60))))
def un3(s, n):
    for _ in range(n): a, b, c = s
    return a, b, c
print(un3((1, 2, 3), 50), un3([4, 5, 6], 50), un3("xyz", 50), un3((7, 8, 9), 50))
for bad in ((1, 2), [1, 2, 3, 4], "ab"):
    try: un3(bad, 1)
    except ValueError as e: print(e)
def cmp(a, b): return a < b, a == b, a >= b, a != b, a > b, a <= b
for a, b in ((1, 2), (1.5, 1.5), ("a", "b"), (1, 1.0), (2**70, 2**70), ((1, 2), (1, 3)), ([1], [1]), (True, 0), (float("nan"), 1), (2**62, 2.0**62), ("é", "e"), (b"a", b"b")):
    for _ in range(40): r = cmp(a, b)
    print(r)
def truth(v):
    if v: return "T"
    return "F" if not v else "?"
class Bo:
    def __bool__(self): return False
class Le:
    def __len__(self): return 3
for _ in range(2): print("".join(truth(v) for v in (0, 1, 2**70, 0.0, 1.5, "", "a", [], [0], {}, {1: 1}, None, True, False, Bo(), Le(), object(), (), (0,), set(), b"", range(0)) for _ in range(3)))
def contains(c, k): return k in c, k not in c
for c, k in (([1, 2], 1), ((1, 2), 3), ({1: 2}, 1), ({1, 2}, 5), ("abc", "b"), (range(5), 4), (frozenset({1}), 1), (gen(3), 2), ({"a": 1}.keys(), "a"), (b"ab", 97)):
    for _ in range(30): r = contains(c, k)
    print(r, end=" ")
print()
G = 1
def globs(n):
    t = 0
    for _ in range(n): t += G
    return t
print(globs(100)); G = 2; print(globs(100)); G = 0.5; print(globs(100)); del G
try: globs(1)
except NameError as e: print(e)
import builtins; builtins.G = 7; print(globs(100)); G = 3; print(globs(100)); del G; print(globs(100)); del builtins.G
def collatz(n):
    best = 0
    for i in range(1, n):
        steps, k = 0, i
        while k != 1:
            if k % 2: k = 3 * k + 1
            else: k //= 2
            steps += 1
        if steps > best: best, at = steps, i
    return best, at
print(collatz(1000))
def primes(n): return [p for p in range(2, n) if all(p % q for q in range(2, int(p**0.5) + 1))]
print(len(primes(1000)), primes(30))
def nested(n):
    out = 0
    for i in range(n):
        for j in range(i):
            if j == 7: continue
            if j > 20: break
            try:
                if (i + j) % 13 == 0: raise KeyError
                out += 1
            except KeyError: out += 100
            finally: out -= 0
        else: out += 1000
    return out
print(nested(60))
def sort(a):
    for i in range(1, len(a)):
        j = i
        while j and a[j - 1] > a[j]: a[j - 1], a[j] = a[j], a[j - 1]; j -= 1
    return a
print(sort([5, 2, 9, 1, 5, 6]), sort(list("hello")), sort([2.5, 1.5]), sort([2**70, 1, -2**70]))
def store(n):
    l, d, b = [0] * 10, {}, bytearray(10)
    for i in range(n): l[i % 10] = i; d[i % 7] = i; b[i % 10] = i % 256; l[-1] += 1
    return l, d, b[3]
print(store(300))
def send(n):
    def acc():
        t = 0
        while True:
            v = yield t
            if v is None: return t
            t += v
    g = acc(); next(g)
    for i in range(n): r = g.send(i)
    def outer(): return (yield from gen(n))
    return r, sum(outer())
print(send(200))

# One hot site of each binary operation meets changing operand types: specialized forms must give way and come back.
def add(a, b): return a + b
def sub(a, b): return a - b
def mul(a, b): return a * b
def item(a, b): return a[b]
class V:
    def __init__(self, n): self.n = n
    def __add__(self, o): return V(self.n + (o.n if isinstance(o, V) else o))
    def __radd__(self, o): return V(o + self.n)
    def __sub__(self, o): return V(self.n - o)
    def __mul__(self, o): return "V*"
    def __getitem__(self, i): return ("item", i)
    def __repr__(self): return f"V({self.n})"
class I(int): pass
class S(str): pass
class L(list):
    def __getitem__(self, i): return "L" + str(i)
class D(dict):
    def __missing__(self, k): return "missing"
pairs = [(1, 2), (1.5, 2.5), ("a", "b"), (1, 2.5), (2.5, 1), ([1], [2]), ((1,), (2,)), (b"a", b"b"), (2**62, 2**62), (-2**62, -5), (True, 1), (V(1), 2), (2, V(1)), (I(3), 4), (S("s"), "t"), (1j, 2)]
for _ in range(3):
    for a, b in pairs:
        for _ in range(40): r = add(a, b)
        print(r, end=" ")
    print()
for a, b in [(5, 3), (5.5, 3.0), (5, 3.0), (2**62, -2**62), ({1, 2}, {2}), (V(5), 3), (-2**63, 1)]:
    for _ in range(40): r = sub(a, b)
    print(r, end=" ")
print()
for a, b in [(5, 3), (5.5, 2.0), ("ab", 3), (3, "ab"), ([1], 2), (2**40, 2**40), (2**31, 2**31), (0.5, 4), (V(1), 1), (-1, -2**62)]:
    for _ in range(40): r = mul(a, b)
    print(r, end=" ")
print()
lst, tup, d, s = [10, 20, 30], (1, 2, 3), {0: "zero", 1: "one", -1: "minus"}, "xyz"
for obj in (lst, tup, d, s, b"abc", range(5), V(0), L([1, 2]), D(a=1), "é中😀", bytearray(b"qrs"), lst):
    for k in (0, 1, -1):
        for _ in range(30): r = item(obj, k)
        print(r, end=" ")
print()
for obj, k in ((lst, 5), (tup, -9), (d, 7), (s, 3), (lst, "x"), (lst, 1.0), (tup, None), (5, 0), (lst, 2**70), (None, 0)):
    for _ in range(30):
        try: item(obj, k)
        except Exception as e: r = f"{type(e).__name__}: {e}"
    print(r)
for _ in range(200): assert item(lst, True) == 20 and item(lst, slice(0, 2)) == [10, 20] and item(tup, slice(None, None, -1)) == (3, 2, 1)
def fact(n):
    r = 1
    for i in range(1, n + 1): r = r * i
    return r
print([fact(n) for n in (5, 20, 21, 25)], fact(30) // fact(28))
def fsum(n):
    t = 0.0
    for i in range(n): t += i * 0.5
    return t
print(fsum(1000), fsum(10))
def cat(n):
    s = ""
    for i in range(n): s += chr(97 + i % 26)
    return s
print(cat(30), len(cat(3000)))
def inplace(x, y, n):
    for _ in range(n): x += y
    return x
base = [1]; print(inplace(1, 2, 100), inplace(0.5, 1, 100), inplace(base, [2], 3), base, inplace("a", "b", 5), inplace((1,), (2,), 3), inplace(V(0), 1, 60), inplace(2**61, 2**60, 20))

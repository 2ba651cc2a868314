# Comprehensions: scoping, nesting, conditions, walrus, generator laziness, unpacking, class scope.
print([x * x for x in range(5)], {x: x * x for x in range(3)}, sorted({x % 3 for x in range(9)}), list(x for x in "abc"))
print([(x, y) for x in range(3) for y in range(x)], [[y for y in range(x)] for x in range(3)], [x for x in range(20) if x % 2 if x % 3], [x if x % 2 else -x for x in range(5)])
x = "outer"; print([x for x in range(3)], x); print([[x for x in range(2)] for _ in range(2)], x)
print([a + b for a, b in [(1, 2), (3, 4)]], [a + sum(r) for a, *r in [(1, 2, 3), (4,)]], {k: v for k, v in zip("ab", [1, 2])}, [v for [v] in [[1], [2]]])
print([y := 1, y + 1], [(z := v) for v in range(3)], z, any((hit := n) > 3 for n in range(10)), hit)
def f(n):
    m = 10
    return [i * m + n for i in range(3)], [lambda: i for i in range(2)], {n: m for n in range(2)}, n
r = f(1); print(r[0], [g() for g in r[1]], r[2], r[3])
def cells():
    fs = [lambda j=j: (i, j) for i in range(2) for j in range(2)]
    return [q() for q in fs]
print(cells())
class C:
    n = 3
    items = [1, 2]
    a = [i for i in items]
    b = [i * 2 for i in range(n)]
    try: c = [n for _ in range(1)]
    except NameError as e: c = str(e)
n = "global n"
class D:
    n = 5
    c = [n for _ in range(1)]
print(C.a, C.b, C.c, D.c)
def noisy(name, seq):
    print("make", name, end="; "); return seq
g = (a * b for a in noisy("a", [1, 2]) for b in noisy("b", [3, 4])); print("made"); print(list(g))
try: (i for i in 5)
except TypeError as e: print(e)
print([*[i for i in range(2)], *(j for j in "ab")], dict(**{k: 1 for k in "xy"}), max([len(w) for w in "a bb ccc".split()]), "".join(c for c in "h-i" if c != "-"))
matrix = [[1, 2, 3], [4, 5, 6]]
print([[row[i] for row in matrix] for i in range(3)], [v for row in matrix for v in row], sum(v for row in matrix for v in row if v % 2))
def nonlocals():
    total = 0
    def add(v):
        nonlocal total
        total += v
        return total
    return [add(v) for v in range(4)], total
print(nonlocals())
def loc(): 
    a = 1
    return [sorted(locals()) for q in range(1)]
print(loc())
def exc():
    try: return [1 // v for v in (1, 0)]
    except ZeroDivisionError as e: return str(e)
print(exc())
def big(): return len([i for i in range(100000) if i & 1]), sum({i: i for i in range(1000)}.values())
print(big())
for s in ("[x for x in y if z else w]", "[x, y for x in z]", "{**k for k in y}", "[*x for x in y]", "[(x := 1) for x in y]", "[i := 0 for i in range(5)]", "class A: [(q := 1) for _ in y]", "[x for x in (q := y)]", "(x for x in range(3), 1)", "f(x for x in y, z)", "[yield x for x in y]", "def f(): [(yield x) for x in y]"):
    try: compile(s, "s", "exec"); print("ok", s)
    except SyntaxError as e: print(s, "->", e.msg)

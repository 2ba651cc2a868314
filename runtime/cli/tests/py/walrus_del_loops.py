# Walrus, del, while/for with else, break and continue, pass, nested loops, global names.
data = [1, 5, 2, 8]
if (n := len(data)) > 3: print("long", n)
while (v := data.pop()) != 5: print("popped", v)
print([y for x in range(5) if (y := x * 2) > 4], y, (z := 3) + z, f"{(w := 4)}", w)
def f(a, b=(d := 7)): return a, b
print(f(q := 1), q, d, (lambda: (r := 5))())
i = 0
while i < 3: i += 1
else: print("while else", i)
while True:
    i += 1
    if i > 6: break
else: print("never")
for i in range(3): pass
else: print("for else", i)
for i in []: pass
else: print("empty else")
for i in range(3):
    for j in range(3):
        if j == 2: break
        if i == j: continue
        print(i, j, end=" ")
    else: print("inner else")
    if i == 1: break
else: print("never")
print("after", i, j)
for i in range(3): i += 10; print(i, end=" ")
print(i)
for k, (l, m) in enumerate(zip("ab", "cd")): print(k, l, m)
class O: pass
o = O(); lst = [0, 0]
for o.attr in range(3): pass
for lst[1] in "xy": pass
print(o.attr, lst)
a = b = c = [1, 2, 3, 4, 5]; del a; print(b is c); del b[0], c[-1], c[1:2]; print(b); del o.attr; print(vars(o))
d = {"k": 1, "l": 2}; del d["k"]; print(d); (e, [g, h]) = 1, (2, 3); del (e, [g]), h
for name in ("a", "e", "g", "h"):
    try: eval(name)
    except NameError as x: print(x)
def dl(x):
    del x
    try: x
    except UnboundLocalError as e: print(e)
    x = 1; return x
print(dl(5))
def g():
    global made
    made = "in function"; del_later = 1
g(); print(made)
def h():
    global made
    del made
h()
try: made
except NameError as x: print(x)
for s in ("del undefined_q", "del [].x", "del {}['k']", "del (1).y", "lst[9] = 1"):
    try: exec(s)
    except Exception as x: print(type(x).__name__, x)
it = iter(range(10))
for a in it:
    if a == 3: break
print(list(it))
x = 0
for _ in range(3):
    while True:
        x += 1
        if x % 2: continue
        break
print(x)
count = 0
for a in range(30):
    for b in range(a, 30):
        for c in range(b, 30):
            if a * a + b * b == c * c and a: count += 1
print(count)
if 0: print("no")
elif []: print("no")
elif "yes": print("elif")
else: print("no")
print(1 if 0 else 2 if 0 else 3, [] or {} or "last", not 0 and not 1 or 5)
for s in ("break", "continue", "if 1: break", "def f(): continue", "while 1:\n def f(): break", "return 1", "class A: return 1", "yield 1", "x = 1 if 2", "else: 0", "for x in y: 0\nelse 0", "while: 0", "if x = 1: 0", "pass pass", "for x y: 0", "def f()\n 0", "class A\n pass", "if 1\n 0", "try: 0", "with: 0", "import", "from x import", "from . import *", "def f(): from x import *", "lambda: x = 1", "print 5", "exec 'x'", "raise a, b", "x++", "a = = b", "(", "]", "f(", "'", '"""', "\t0\n  1", "if 1:\npass", "  x", "x = (1,\n2", "é = 1; print(é)", "$", "?", "a!b", "1a", "0b2", "async x", "nonlocal x", "a b", "if True:\n  x\n y"):
    try: compile(s, "s", "exec"); print("ok", repr(s))
    except SyntaxError as e: print(repr(s), "->", type(e).__name__, e.msg, e.lineno)

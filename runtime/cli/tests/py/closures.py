# Closures, cells, nonlocal, global, late binding, cells shared by several functions.
def counter():
    n = 0
    def inc(by=1):
        nonlocal n
        n += by
        return n
    def get(): return n
    return inc, get
i1, g1 = counter(); i2, g2 = counter()
i1(); i1(5); i2()
print(g1(), g2())
fs = [lambda: k for k in range(3)]; print([f() for f in fs])
fs = [lambda k=k: k for k in range(3)]; print([f() for f in fs])
def make():
    out = []
    for v in "abc":
        def f(): return v
        out.append(f)
    return out
print([f() for f in make()])
def deep(a):
    def l1(b):
        def l2(c):
            def l3(d): return a + b + c + d
            return l3
        return l2
    return l1
print(deep(1)(2)(3)(4))
x = "global"
def scopes():
    x = "enclosing"
    def read(): return x
    def local():
        x = "local"
        return x
    def glob():
        global x
        x = "changed global"
        return x
    def non():
        nonlocal x
        x = "changed enclosing"
    a = read(), local(), glob(); non()
    return a, read()
print(scopes(), x)
def late():
    def f(): return y
    try: f()
    except NameError as e: print(type(e).__name__, e)
    y = 5
    return f()
print(late())
def unbound():
    print(z)
    z = 1
try: unbound()
except UnboundLocalError as e: print(e)
def deleted():
    q = 1
    def f(): return q
    del q
    try: return f()
    except NameError as e: return str(e)
print(deleted())
f = deep(1); print(f.__closure__[0].cell_contents, f.__code__.co_freevars, deep.__code__.co_cellvars, deep.__closure__)
c = f.__closure__[0]; c.cell_contents = 100; print(f(2)(3)(4))
def arg_cell(a, *args, k=1, **kw):
    def f():
        nonlocal a, k
        a += 1; k += 1
        return a, args, k, kw
    f()
    return f()
print(arg_cell(1, 2, 3, k=4, z=5))
y = "global y"
class A:
    y = "class"
    def m(self): return y
    z = [y for _ in range(2)]
    w = (lambda: y)()
y = "global y"; 
try: print(A().m(), A.z)
except NameError as e: print(e)
print(A.z, A.w)
def compose(*fns):
    def run(v):
        for fn in fns: v = fn(v)
        return v
    return run
print(compose(lambda v: v + 1, str, lambda s: s * 2)(4))
def recursive(n):
    def fact(k): return 1 if k < 2 else k * fact(k - 1)
    return fact(n)
print(recursive(10))
def gen_closure():
    total = 0
    def add(v):
        nonlocal total
        total += v
        return total
    return [add(v) for v in range(5)], (lambda: total)()
print(gen_closure())
def cls_closure(v):
    class C:
        attr = v
        def m(self): return v, __class__.__name__
    return C
print(cls_closure(7)().m(), cls_closure(8).attr)
for source in ("def f():\n nonlocal q\n", "nonlocal q", "def f():\n x = 1\n global x\n", "def f(x):\n global x\n", "def f():\n x = 1\n def g():\n  print(x)\n  nonlocal x\n", "global x, x\nx = 1"):
    try:
        compile(source, "s", "exec"); print("ok")
    except SyntaxError as e: print(e.msg)

# exec, eval, compile, globals, locals, dynamic code.
print(eval("1 + 2"), eval("x * 2", {"x": 5}), eval("x + y", {"x": 1}, {"y": 2}), eval(" 3 "), eval(compile("4", "f", "eval")), eval("[i for i in range(z)]", {"z": 3}))
ns = {}; exec("a = 1\ndef f(): return a + 1\nclass C: v = f()", ns); print(ns["a"], ns["f"](), ns["C"].v, "__builtins__" in ns, sorted(k for k in ns if k != "__builtins__"))
g, l = {"q": 1}, {}; exec("r = q + 1; q = 5", g, l); print(g["q"], l)
def f():
    x = 1; exec("x = 2; y = 3"); return x, "y" in locals(), sorted(locals())
print(f())
def h(a, b=2):
    c = a + b; d = locals(); d["c"] = 100; return c, d["c"], locals()["c"], sorted(locals())
print(h(1))
code = compile("for i in range(3): total += i", "<loop>", "exec"); ns = {"total": 10}; exec(code, ns); print(ns["total"], code.co_filename, code.co_name)
single = compile("1 + 1\n", "<s>", "single"); exec(single); exec(compile("'text'", "s", "single")); exec(compile("None", "s", "single"))
class M(dict):
    def __missing__(self, k): return f"<{k}>"
print(eval("abc + xyz", {}, M()), eval("len(n)", {"n": [1, 2]}), eval("sorted(locals())", {}, {"b": 1, "a": 2}))
print(globals()["__name__"], "f" in globals(), f.__globals__ is globals(), vars() is globals() or vars() == globals(), __name__)
globals()["dynamic"] = 7; print(dynamic); exec("del dynamic")
try: dynamic
except NameError as e: print(e)
import builtins; builtins.injected = 42; print(injected); del builtins.injected
def shadow():
    len = lambda x: "shadowed"; return len([])
print(shadow(), len([])); ns = {"__builtins__": {"p": 5}}; print(eval("p", ns))
try: eval("len", {"__builtins__": {}})
except NameError as e: print(e)
t = type(f)(f.__code__, {"x": 1, "exec": exec, "locals": locals, "sorted": sorted}, "renamed"); print(t.__name__, t())
c = (lambda a, *b, c=1, **d: a).__code__; print(c.co_argcount, c.co_varnames, c.co_flags & 4 > 0, c.co_flags & 8 > 0, c.co_nlocals, c.co_kwonlyargcount, c.co_name, c.co_firstlineno > 0)
nested = compile("def a():\n def b(): return 1\n return b\n", "n", "exec"); inner = [k for k in nested.co_consts if hasattr(k, "co_name")]; print([k.co_name for k in inner], inner[0].co_qualname)
print(h.__code__.replace(co_name="new").co_name, h.__code__ == h.__code__, hash(h.__code__) == hash(h.__code__), (lambda: 1).__code__ == (lambda: 1).__code__ or "differ by position")
for s in ("eval('a b')", "eval('x = 1')", "exec('def')", "eval('')", "compile('1', 'f', 'bad')", "eval(5)", "exec(5)", "eval('1', 5)", "compile('a\\0b', 'f', 'exec')", "eval('1\\n2')", "exec('1', {}, 5)", "eval(b'1 + 1')", "eval('__import__(\"sys\").maxsize > 2**40')"):
    try: print(s, eval(s))
    except Exception as e: print(s, "->", type(e).__name__, e)
exec("def rec(n): return 1 if n == 0 else n * rec(n - 1)"); print(rec(5)); exec("""
@lambda c: [c]
class D:
    "doc"
    x: int = 1
"""); print(D[0].__doc__, D[0].x)
def gl():
    global created; exec("created = 5", globals()); return created
print(gl()); src = "v = 0\n" + "v += 1\n" * 2000; ns = {}; exec(src, ns); print(ns["v"])
big = "[" + ", ".join(map(str, range(3000))) + "]"; print(sum(eval(big))); print(eval("+".join(["1"] * 500)), eval("(" * 50 + "1" + ")" * 50))
many = "def f(" + ", ".join(f"a{i}" for i in range(300)) + "): return a0 + a299\n"; ns = {}; exec(many, ns); print(ns["f"](*range(300)))
loc = "def f():\n" + "".join(f" x{i} = {i}\n" for i in range(400)) + " return " + " + ".join(f"x{i}" for i in range(400)); exec(loc, ns); print(ns["f"]())
jump = "def f(n):\n while n:\n  n -= 1\n" + "  if n == 5: continue\n" * 600 + " return n\n"; exec(jump, ns); print(ns["f"](10))

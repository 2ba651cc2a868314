# Imports: modules and packages on sys.path, relative, circular, __all__, reload, lazy, errors, attributes.
import os, sys, tempfile, types
d = tempfile.mkdtemp(); sys.path.insert(0, d); sys.dont_write_bytecode = True
def w(path, text):
    p = os.path.join(d, path); os.makedirs(os.path.dirname(p), exist_ok=True)
    with open(p, "w") as f: f.write(text)
w("mod_a.py", "print('running a', __name__)\nx = 1\n_private = 2\ndef f(): return x\n")
w("mod_b.py", "__all__ = ['p', '_q']\np = 1\n_q = 2\nr = 3\n")
w("pkg/__init__.py", "print('init pkg')\nfrom . import sub1\nname = __name__\n")
w("pkg/sub1.py", "from .sub2 import value as v2\nvalue = 10 + v2\n")
w("pkg/sub2.py", "value = 5\n")
w("pkg/deep/__init__.py", "")
w("pkg/deep/leaf.py", "from ..sub1 import value\nfrom ... import nothing\n")
w("pkg/deep/ok.py", "from ..sub1 import value\nfrom . import __name__ as here\nimport pkg.sub2 as s2\n")
w("pkg/__main__.py", "print('main of pkg', __name__, __package__)\n")
w("circ1.py", "import circ2\nx = 1\ndef get(): return circ2.y\n"); w("circ2.py", "import circ1\ny = 2\ndef get(): return circ1.x\n")
w("circ3.py", "from circ4 import b\na = 1\n"); w("circ4.py", "from circ3 import a\nb = 2\n")
w("broken.py", "x = 1\nraise ValueError('while importing')\n"); w("bad_syntax.py", "def f(:\n"); w("lazy.py", "def __getattr__(n):\n    if n == 'dyn': return 'dynamic'\n    raise AttributeError(f'no {n} here')\ndef __dir__(): return ['dyn']\n")
w("ns_pkg/inner.py", "z = 26\n"); w("swap.py", "import sys\nsys.modules[__name__] = 'replaced'\n")
import mod_a; import mod_a as again; from mod_a import f as renamed, x; print(mod_a.x, again is mod_a, renamed(), x, mod_a.__name__, os.path.basename(mod_a.__file__), mod_a.__package__ == "", mod_a.__spec__.name, mod_a.__doc__)
ns = {}; exec("from mod_a import *", ns); print(sorted(k for k in ns if not k.startswith("__"))); ns = {}; exec("from mod_b import *", ns); print(sorted(k for k in ns if not k.startswith("__")))
import pkg.sub2; print(pkg.name, pkg.sub1.value, pkg.sub2.value, pkg.__path__[0].endswith("pkg"), pkg.sub1.__package__, sys.modules["pkg.sub1"] is pkg.sub1)
from pkg.deep import ok; print(ok.value, ok.here, ok.s2.value); import pkg.deep.ok as alias; print(alias is ok)
import circ1; print(circ1.get(), circ1.circ2.get()); import lazy; print(lazy.dyn, dir(lazy)); import ns_pkg.inner; print(ns_pkg.inner.z, ns_pkg.__file__ if hasattr(ns_pkg, "__file__") else None); import swap; print(swap)
def attempt(s):
    try: exec(s, {"__name__": "__main__", "__package__": None})
    except Exception as e: print(s, "->", type(e).__name__, str(e).replace(d, "DIR").split(" (consider")[0].split(" (most likely")[0], getattr(e, "name", None))
for s in ("import nothing_here", "import mod_a.sub", "from mod_a import nope", "from pkg import nope", "import pkg.nope", "from . import x", "from pkg.deep import leaf", "import circ3", "import broken", "import bad_syntax", "from lazy import dyn2", "import os.path.nope", "import sys.nope", "from sys import nope", "import pkg.sub1.deeper", "__import__('')", "__import__(5)"): attempt(s)
print("broken" in sys.modules, "circ3" in sys.modules, "mod_a" in sys.modules)
import importlib; w("mod_c.py", "v = 1\n"); import mod_c; w("mod_c.py", "v = 22\nnew = 3\n"); importlib.invalidate_caches(); os.utime(os.path.join(d, "mod_c.py"), (1, 1)); r = importlib.reload(mod_c); print(r is mod_c, mod_c.v, mod_c.new)
print(importlib.import_module("pkg.sub2").value, importlib.import_module(".sub2", "pkg").value, __import__("pkg.sub2").__name__, __import__("pkg.sub2", fromlist=["x"]).__name__, importlib.util.find_spec("mod_b").name, importlib.util.find_spec("nope_x"))
sys.modules["blocked"] = None; attempt("import blocked"); sys.modules["fake"] = types.SimpleNamespace(q=1); import fake; print(fake.q)
class Finder:
    @staticmethod
    def find_spec(name, path, target=None):
        if name == "virtual": return importlib.util.spec_from_loader(name, Finder)
    @staticmethod
    def create_module(spec): return None
    @staticmethod
    def exec_module(m): m.answer = 42
sys.meta_path.insert(0, Finder); import virtual; print(virtual.answer, virtual.__loader__ is Finder); import runpy; runpy.run_module("pkg", run_name="__main__"); print(runpy.run_path(os.path.join(d, "mod_b.py"))["r"])
import threading; w("slow.py", "import time\ncount = 0\ntime.sleep(0.01)\ncount += 1\n"); got = []
def imp(): import slow; got.append((slow.count, id(slow)))
ts = [threading.Thread(target=imp) for _ in range(6)]; [t.start() for t in ts]; [t.join() for t in ts]; print([g[0] for g in got], len({g[1] for g in got}))
import shutil; shutil.rmtree(d)

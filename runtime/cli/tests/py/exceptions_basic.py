# try/except/else/finally: matching, order, re-raise, variable clearing, nesting, loops.
def run(f):
    try: f()
    except ZeroDivisionError: return "zero"
    except (KeyError, IndexError) as e: return f"lookup {type(e).__name__} {e}"
    except Exception as e: return f"other {type(e).__name__}: {e}"
    else: return "fine"
    finally: print("finally", end=" ")
print(run(lambda: 1 / 0), run(lambda: {}["k"]), run(lambda: [][1]), run(lambda: int("x")), run(lambda: 5))
def order():
    log = []
    try:
        log.append("try")
        try: raise ValueError("inner")
        finally: log.append("inner finally")
    except ValueError as e: log.append(str(e))
    else: log.append("else")
    finally: log.append("finally")
    return log
print(order())
def returns(kind):
    try:
        if kind == "try": return "from try"
        if kind == "raise": raise KeyError(kind)
    except KeyError: return "from except"
    else: return "from else"
    finally:
        if kind == "override": return "from finally"
print([returns(k) for k in ("try", "raise", "none", "override")])
def loops():
    out = []
    for i in range(6):
        try:
            if i == 1: continue
            if i == 4: break
            out.append(i)
        finally: out.append(f"f{i}")
    else: out.append("no break")
    while True:
        try:
            try: break
            finally: out.append("w")
        finally: out.append("w2")
    return out
print(loops())
try:
    try: raise ValueError("a")
    except ValueError as err: pass
    err
except NameError as e: print(e)
def reraise():
    try:
        try: raise ValueError("original")
        except ValueError: raise
    except ValueError as e: return str(e)
print(reraise())
try: raise
except RuntimeError as e: print(e)
class MyError(Exception): pass
class Sub(MyError): pass
for exc in (Sub("s"), MyError("m"), ValueError("v")):
    try: raise exc
    except MyError as e: print("mine", repr(e), e.args)
    except Exception as e: print("not mine", repr(e))
try: raise Sub
except MyError as e: print(repr(e), str(e) == "", e.args)
print(repr(ValueError()), repr(ValueError("a")), repr(ValueError("a", 1)), str(ValueError("a", 1)), str(KeyError("k")), str(KeyError()), str(KeyError(1, 2)), OSError(2, "No such file", "f.txt"), repr(OSError(2, "x")), StopIteration(5).value, SystemExit(3).code, repr(UnicodeDecodeError("utf-8", b"\xff", 0, 1, "bad")))
for f in (lambda: exec("raise 5"), lambda: exec("raise int"), lambda: exec("raise ValueError from 5"), lambda: exec("try: 1/0\nexcept 5: pass"), lambda: exec("try: 1/0\nexcept (ValueError, 'x'): pass"), lambda: exec("assert False"), lambda: exec("assert 0, 'message'"), lambda: exec("assert (), [1]"), lambda: exec("raise KeyError('a', 'b')"), lambda: undefined_thing, lambda: exec("import nonexistent_module_x"), lambda: exec("from sys import nonexistent_name"), lambda: [].x, lambda: ().y):
    try: f()
    except BaseException as e: print(type(e).__name__, "|", e)
def nested_finally():
    log = []
    def g():
        try:
            try: return log.append("return")
            finally:
                try: 1 / 0
                except ZeroDivisionError: log.append("handled")
        finally: log.append("outer")
    g(); return log
print(nested_finally())
def swallow():
    for _ in range(3):
        try: raise ValueError
        finally: break
    return "swallowed"
print(swallow())
e = ValueError("with tb")
try: raise e
except ValueError as x: print(x is e, x.__traceback__ is not None, x.__traceback__.tb_lineno > 0, x.__context__, x.__cause__)
print(issubclass(KeyError, LookupError), issubclass(ModuleNotFoundError, ImportError), issubclass(FileNotFoundError, OSError), IOError is OSError, BaseException.__bases__, issubclass(RecursionError, RuntimeError), ZeroDivisionError.__mro__)

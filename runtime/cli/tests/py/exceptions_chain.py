# __cause__, __context__, suppress, notes, with_traceback, groups and except*.
def chain(f):
    try: f()
    except BaseException as e:
        out = []
        while e is not None:
            out.append((type(e).__name__, str(e), e.__suppress_context__))
            e = e.__cause__ or (None if e.__suppress_context__ else e.__context__)
        return out
def implicit():
    try: 1 / 0
    except ZeroDivisionError: {}["k"]
def explicit():
    try: 1 / 0
    except ZeroDivisionError as e: raise ValueError("new") from e
def suppressed():
    try: 1 / 0
    except ZeroDivisionError: raise ValueError("alone") from None
def in_finally():
    try: raise KeyError("first")
    finally: raise ValueError("second")
def triple():
    try:
        try: raise KeyError(1)
        except KeyError: raise IndexError(2)
    except IndexError: raise TypeError(3)
def after():
    try: 1 / 0
    except ZeroDivisionError: pass
    raise ValueError("no context")
for f in (implicit, explicit, suppressed, in_finally, triple, after): print(f.__name__, chain(f))
e = ValueError("noted"); e.add_note("one"); e.add_note("two"); print(e.__notes__)
try: e.add_note(5)
except TypeError as x: print(x)
try: raise e.with_traceback(None)
except ValueError as x: print(x is e)
try: raise ValueError from KeyError("cause class")
except ValueError as x: print(repr(x.__cause__), x.__suppress_context__)
eg = ExceptionGroup("group", [ValueError("v1"), TypeError("t1"), ExceptionGroup("nested", [ValueError("v2"), KeyError("k")])])
print(eg, repr(eg), eg.message, len(eg.exceptions))
print(repr(eg.subgroup(ValueError))); print(repr(eg.split(ValueError)[1])); print(eg.subgroup(OSError), repr(eg.derive([KeyError(1)])), repr(eg.subgroup(lambda x: "1" in str(x))))
def star(exc):
    log = []
    try:
        try: raise exc
        except* ValueError as g: log.append(("V", repr(g)))
        except* (TypeError, KeyError) as g: log.append(("TK", repr(g)))
        else: log.append("else")
        finally: log.append("finally")
    except BaseException as rest: log.append(("rest", repr(rest)))
    return log
print(star(eg)); print(star(ValueError("single"))); print(star(ExceptionGroup("x", [OSError("o"), ValueError("v")]))); print(star(OSError("plain")))
def star_raise():
    try:
        try: raise ExceptionGroup("g", [ValueError(1), TypeError(2)])
        except* ValueError: raise KeyError("from handler")
    except BaseException as x: return repr(x), [repr(i) for i in x.exceptions]
print(star_raise())
def star_reraise():
    try:
        try: raise ExceptionGroup("g", [ValueError(1), TypeError(2)])
        except* ValueError: raise
    except BaseException as x: return repr(x)
print(star_reraise())
print(type(BaseExceptionGroup("b", [ValueError()])).__name__, type(BaseExceptionGroup("b", [KeyboardInterrupt()])).__name__)
for f in (lambda: ExceptionGroup("e", []), lambda: ExceptionGroup("e", [5]), lambda: ExceptionGroup("e", [KeyboardInterrupt()]), lambda: ExceptionGroup(5, [ValueError()]), lambda: ExceptionGroup("e"), lambda: ExceptionGroup("e", 5)):
    try: f()
    except Exception as x: print(type(x).__name__, x)
for s in ("try: pass\nexcept* ValueError: break\n", "try: pass\nexcept*: pass\n", "try: pass\nexcept* A: pass\nexcept B: pass\n", "while 1:\n try: pass\n except* A: break\n", "def f():\n try: pass\n except* A: return\n"):
    try: compile(s, "s", "exec"); print("ok")
    except SyntaxError as x: print(x.msg)
def deep(n):
    try:
        if n: deep(n - 1)
        else: raise ValueError("bottom")
    except ValueError as x: raise ValueError(f"level {n}") from x
print(len(chain(lambda: deep(20))))
def frames():
    try: implicit()
    except KeyError as x:
        names = []; tb = x.__traceback__
        while tb: names.append(tb.tb_frame.f_code.co_name); tb = tb.tb_next
        return names
print(frames())
try:
    try: raise ValueError("a")
    except ValueError as a:
        try: raise a
        except ValueError as b: print(a is b, b.__context__)
except Exception: pass

# Generators: send, throw, close, return values, finally, delegation, state.
def count(n):
    i = 0
    while i < n:
        got = yield i
        if got is not None: i = got
        else: i += 1
    return "done"
g = count(5); print(next(g), next(g), g.send(3), next(g))
try: next(g)
except StopIteration as e: print("stop", e.value)
print(list(count(3)), sum(count(5)), [*count(2)], dict(enumerate(count(2))), next(count(0), "empty"))
def careful():
    log.append("start")
    try:
        while True:
            try: yield len(log)
            except ValueError as e: log.append(f"caught {e}")
    finally: log.append("cleanup")
log = []; g = careful(); print(next(g), g.throw(ValueError("x")), next(g)); g.close(); print(log, g.gi_frame, next(g, "closed"))
log = []; g = careful(); g.close(); print(log)
log = []; g = careful(); next(g)
try: g.throw(KeyError("through"))
except KeyError as e: print("out", e, log)
def inner():
    try:
        x = yield 1; print("inner got", x)
        y = yield 2; print("inner got", y)
    except ValueError as e: print("inner caught", e); yield "recovered"
    return "inner result"
def outer():
    r = yield from inner(); print("outer got", r)
    s = yield from [10, 20]; print("list gives", s)
    return (yield from count(1))
g = outer(); print(next(g), g.send("a"), g.send("b"), next(g))
try: next(g); next(g)
except StopIteration as e: print("value", e.value)
g = outer(); next(g); print(g.throw(ValueError("v"))); print(next(g))
def tree(t):
    if isinstance(t, list):
        for c in t: yield from tree(c)
    else: yield t
print(list(tree([1, [2, [3, [4]], 5], [[6]]])))
def fib():
    a, b = 0, 1
    while True: yield a; a, b = b, a + b
from itertools import islice
print(list(islice(fib(), 15)))
gen = (x * y for x in range(3) for y in range(3) if x != y); print(next(gen), list(gen), list(gen))
def ret(): return 5; yield
print(list(ret()), type(ret()).__name__, ret().gi_code.co_name, ret.__name__, ret().__name__)
def early():
    yield 1
    return
    yield 2
print(list(early()))
def stops(): 
    yield 1
    raise StopIteration("inside")
try: list(stops())
except RuntimeError as e: print(e, repr(e.__cause__))
def reenter():
    yield next(me)
me = reenter()
try: next(me)
except ValueError as e: print(e)
g = count(3)
try: g.send(5)
except TypeError as e: print(e)
for bad in (lambda: g.throw(5), lambda: g.throw("x"), lambda: g.send(), lambda: next(5), lambda: next(iter([])), lambda: count(1)[0], lambda: len(count(1)), lambda: g.throw(ValueError, "msg", None)):
    try: print(bad())
    except BaseException as e: print(type(e).__name__, e)
def ignores_close():
    while True:
        try: yield
        except GeneratorExit: pass
g = ignores_close(); next(g)
try: g.close()
except RuntimeError as e: print(e)
def close_value():
    try: yield
    except GeneratorExit: return "closed value"
g = close_value(); next(g); print(g.close())
def locals_alive():
    data = [1, 2]; yield data; data.append(3); yield data
g = locals_alive(); print(next(g), next(g), g.gi_running, g.gi_yieldfrom)
del g
def expr(): 
    x = yield (yield 1)
    print("x", x); z = [(yield 3), (yield 4)]; print(z)
g = expr(); print(next(g), g.send("s"), g.send("t"), g.send("u"))
try: g.send("v")
except StopIteration: print("end")
def exc_state():
    try: 1 / 0
    except ZeroDivisionError:
        yield "in handler"
        try: raise
        except ZeroDivisionError as e: yield f"still {e}"
g = exc_state(); print(next(g))
try: [][1]
except IndexError: print(next(g))
def many():
    for i in range(20000): yield i
print(sum(many()), max(x % 97 for x in many()))
def chain100(n):
    if n: yield from chain100(n - 1)
    yield n
print(sum(chain100(100)))

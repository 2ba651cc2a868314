# Coroutines driven by hand: await, custom awaitables, async with, async for, async comprehensions.
import types
@types.coroutine
def pause(v):
    got = yield v
    return got
class Aw:
    def __init__(self, v): self.v = v
    def __await__(self):
        r = yield ("aw", self.v)
        return (self.v, r)
async def leaf(n):
    a = await pause(n)
    b = await Aw(n + 1)
    return [a, b]
async def root():
    x = await leaf(1)
    try: await failing()
    except ValueError as e: x.append(str(e))
    finally: x.append(await pause("finally"))
    return x
async def failing():
    await pause("before fail"); raise ValueError("failed")
def drive(coro, replies=()):
    seen = []; replies = list(replies); value = None
    while True:
        try: y = coro.send(value)
        except StopIteration as e: return seen, e.value
        seen.append(y); value = replies.pop(0) if replies else None
print(drive(root(), ["r1", "r2", "r3", "r4"]))
class CM:
    def __init__(self, name, swallow=False): self.name, self.swallow = name, swallow
    async def __aenter__(self): await pause("enter " + self.name); return self.name
    async def __aexit__(self, t, v, tb): await pause("exit " + self.name + " " + str(t and t.__name__)); return self.swallow
async def withs():
    async with CM("a") as a, CM("b", True) as b:
        print(a, b); raise KeyError("in with")
    return "after"
print(drive(withs()))
class AIter:
    def __init__(self, n): self.n = n; self.i = 0
    def __aiter__(self): return self
    async def __anext__(self):
        if self.i == self.n: raise StopAsyncIteration
        self.i += 1; await pause(self.i); return self.i * 10
async def fors():
    out = []
    async for v in AIter(4):
        if v == 20: continue
        out.append(v)
    else: out.append("else")
    async for v in AIter(5):
        if v == 30: break
    return out, v, [x async for x in AIter(3)], {x: y async for x in AIter(2) for y in "a"}, {x async for x in AIter(2) if x > 10}, [await leaf(i) for i in range(2)]
seen, value = drive(fors()); print(len(seen), value)
async def agen(n):
    try:
        for i in range(n):
            got = yield i * 2
            if got: print("agen got", got)
            await pause("in agen")
    finally: print("agen finally"); await pause("cleanup")
async def use():
    out = [x async for x in agen(3)]
    g = agen(5); out.append(await g.__anext__()); out.append(await g.asend("hello")); 
    try: await g.athrow(ValueError("thrown"))
    except ValueError as e: out.append(str(e))
    out.append(await anext(agen(1))); out.append(await anext(agen(0), "default"))
    h = agen(2); await anext(h); await h.aclose()
    try: await anext(h)
    except StopAsyncIteration: out.append("stopped")
    return out
seen, value = drive(use()); print(seen, value)
async def genexp(): return [x async for x in (y + 1 async for y in AIter(3) if y != 20)]
print(drive(genexp())[1])
async def nothing(): return 1
c = nothing(); print(type(c).__name__, c.cr_await, c.cr_code.co_name, c.cr_frame is not None); c.close(); print(c.cr_frame)
c = leaf(5); c.send(None)
try: c.throw(KeyError("thrown in"))
except KeyError as e: print("thrown", e)
c = leaf(5); c.send(None); c.close()
for f in (lambda: c.send(None), lambda: iter(nothing_c), lambda: next(nothing_c), lambda: drive(bad1()), lambda: drive(bad2()), lambda: drive(bad3()), lambda: drive(bad4())):
    nothing_c = nothing()
    async def bad1(): await 5
    async def bad2():
        async with 5: pass
    async def bad3():
        async for x in [1]: pass
    async def bad4(): raise StopIteration("no")
    try: print(f())
    except Exception as e: print(type(e).__name__, e)
    nothing_c.close()
for s in ("def f(): await x", "await x", "async def f(): yield 1; return 2", "async def f(): yield from x", "def f():\n async with a: pass", "[x async for x in y]", "def f(): [await x for x in y]", "async def f():\n def g(): await x"):
    try: compile(s, "s", "exec"); print("ok", s)
    except SyntaxError as e: print(e.msg)

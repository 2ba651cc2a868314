def plain(a, b=1, /, c=2, *args, d, e=3, **kw):
    "Doc."
    return a + b

def closure(x):
    def inner():
        nonlocal x
        x += 1
        return x
    return inner

@decorate(1)
@other
def decorated(a: int, *rest: str) -> None: pass

f = lambda x, *y, z=1: (x, y, z)

def gen(n):
    x = yield n
    yield from x
    return 1

async def coro(a):
    await a
    async with a as b, a:
        pass
    async for i in a:
        continue
    return [x async for x in a]

def unbound(c):
    if c:
        v = 1
    print(v)
    del v
    return v

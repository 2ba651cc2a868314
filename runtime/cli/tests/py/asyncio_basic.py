# asyncio: tasks, gather, timeouts, cancellation, queues, locks, task groups, exceptions, async generators.
import asyncio
async def step(n, log): log.append(f"start {n}"); await asyncio.sleep(0); log.append(f"end {n}"); return n * n
async def basic():
    log = []; r = await asyncio.gather(*(step(i, log) for i in range(3))); print(r, log); t = asyncio.create_task(step(9, log), name="nine"); print(t.get_name(), t.done(), await t, t.done(), t.result())
asyncio.run(basic())
async def fail(): await asyncio.sleep(0); raise ValueError("task failed")
async def errors():
    try: await fail()
    except ValueError as e: print("caught", e)
    print(await asyncio.gather(fail(), step(2, []), return_exceptions=True))
    try:
        async with asyncio.TaskGroup() as tg: tg.create_task(fail()); tg.create_task(asyncio.sleep(100))
    except* ValueError as eg: print("group", [str(e) for e in eg.exceptions])
    try: await asyncio.wait_for(asyncio.sleep(10), 0.001)
    except TimeoutError as e: print("timeout", type(e).__name__)
    try:
        async with asyncio.timeout(0.001): await asyncio.sleep(10)
    except TimeoutError: print("timeout cm")
asyncio.run(errors())
async def cancel():
    async def worker():
        try: await asyncio.sleep(100)
        except asyncio.CancelledError: print("cleaning"); raise
        finally: print("finally")
    t = asyncio.create_task(worker()); await asyncio.sleep(0); t.cancel("why")
    try: await t
    except asyncio.CancelledError as e: print("cancelled", e.args, t.cancelled())
    print(await asyncio.shield(step(3, [])))
asyncio.run(cancel())
async def sync():
    q, out = asyncio.Queue(2), []
    async def prod():
        for i in range(5): await q.put(i)
        await q.put(None)
    async def cons():
        while (v := await q.get()) is not None: out.append(v)
    await asyncio.gather(prod(), cons()); print(out); lock, order = asyncio.Lock(), []
    async def crit(i):
        async with lock: order.append(i); await asyncio.sleep(0); order.append(i)
    await asyncio.gather(*map(crit, range(3))); print(order); ev = asyncio.Event()
    async def wait(): await ev.wait(); return "woken"
    t = asyncio.create_task(wait()); await asyncio.sleep(0); ev.set(); print(await t); sem, peak, cur = asyncio.Semaphore(2), 0, 0
    async def limited():
        nonlocal peak, cur
        async with sem: cur += 1; peak = max(peak, cur); await asyncio.sleep(0); cur -= 1
    await asyncio.gather(*(limited() for _ in range(6))); print(peak); c = asyncio.Condition(); ready = []
    async def cw():
        async with c: await c.wait_for(lambda: ready); return "cond"
    t = asyncio.create_task(cw()); await asyncio.sleep(0)
    async with c: ready.append(1); c.notify_all()
    print(await t); b = asyncio.Barrier(2); print(sorted(await asyncio.gather(b.wait(), b.wait())))
asyncio.run(sync())
async def gens():
    async def ticks(n):
        try:
            for i in range(n): yield i; await asyncio.sleep(0)
        finally: print("gen closed")
    print([x async for x in ticks(3)]); 
    async for v in (g := ticks(10)):
        if v == 1: break
    await g.aclose(); loop = asyncio.get_running_loop(); f = loop.create_future(); loop.call_soon(f.set_result, "soon"); print(await f); f2 = loop.create_future(); loop.call_later(0.001, f2.set_result, "later"); print(await f2)
    print(await asyncio.to_thread(lambda: "from a thread"), await loop.run_in_executor(None, sum, [1, 2])); done, pending = await asyncio.wait([asyncio.create_task(step(i, [])) for i in range(3)]); print(sorted(t.result() for t in done), pending)
    order = [await c for c in asyncio.as_completed([asyncio.sleep(0.02, "slow"), asyncio.sleep(0, "fast")])]; print(order); import contextvars; v = contextvars.ContextVar("v", default=0)
    async def child(): v.set(5); return v.get()
    print(await asyncio.create_task(child()), v.get()); print(len(asyncio.all_tasks()), asyncio.current_task() is not None)
asyncio.run(gens())
try: asyncio.run(5)
except (ValueError, TypeError) as e: print(type(e).__name__)
try: asyncio.get_running_loop()
except RuntimeError as e: print(e)
async def nested():
    try: asyncio.run(basic2 := step(1, []))
    except RuntimeError as e: print(e); basic2.close()
asyncio.run(nested())
async def stream():
    async def handle(r, w): data = await r.readline(); w.write(data.upper()); await w.drain(); w.close(); await w.wait_closed()
    server = await asyncio.start_server(handle, "127.0.0.1", 0); port = server.sockets[0].getsockname()[1]
    async with server: r, w = await asyncio.open_connection("127.0.0.1", port); w.write(b"hello server\n"); await w.drain(); print(await r.read()); w.close(); await w.wait_closed()
asyncio.run(stream())

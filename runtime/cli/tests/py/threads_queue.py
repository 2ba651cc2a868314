# queue, concurrent.futures, contextvars across threads.
import queue, threading
from concurrent.futures import ThreadPoolExecutor, as_completed, wait, Future
q = queue.Queue(5); out = []
def produce(n):
    for i in range(100): q.put((n, i))
def consume():
    while (v := q.get()) is not None: out.append(v); q.task_done()
    q.task_done()
ps = [threading.Thread(target=produce, args=(n,)) for n in range(3)]; cs = [threading.Thread(target=consume) for _ in range(2)]
[t.start() for t in ps + cs]; [t.join() for t in ps]; [q.put(None) for _ in cs]; q.join(); [t.join() for t in cs]
print(len(out), sorted(out) == [(n, i) for n in range(3) for i in range(100)], q.empty(), q.qsize())
per = [[i for m, i in out if m == n] for n in range(3)]
pq = queue.PriorityQueue(); [pq.put(v) for v in (3, 1, 2)]; lq = queue.LifoQueue(); [lq.put(v) for v in "abc"]; sq = queue.SimpleQueue(); sq.put(1); sq.put(2)
print([pq.get() for _ in range(3)], [lq.get() for _ in range(3)], sq.get(), sq.get(), sq.empty())
for f in (lambda: queue.Queue().get_nowait(), lambda: queue.Queue().get(timeout=0.001), lambda: sq.get_nowait(), lambda: (lambda z: (z.put(1), z.put(2, block=False)))(queue.Queue(1)), lambda: queue.Queue().task_done(), lambda: queue.Queue().get(timeout=-1)):
    try: print(f())
    except (queue.Empty, queue.Full, ValueError) as e: print(type(e).__name__, e)
s = queue.Queue(); s.put(1); s.shutdown(); print(s.get())
try: s.get()
except queue.ShutDown: print("shut down")
def sq_(x):
    if x == 7: raise ValueError("seven")
    return x * x
with ThreadPoolExecutor(4) as ex:
    print(list(ex.map(sq_, range(6)))); fs = [ex.submit(sq_, i) for i in range(8)]
    print(sorted(f.result() for f in as_completed(fs) if not f.exception()), repr(fs[7].exception()), all(f.done() for f in fs))
    try: fs[7].result()
    except ValueError as e: print("raised", e)
    try: list(ex.map(sq_, [6, 7, 8]))
    except ValueError as e: print("map raised", e)
    done, pending = wait([ex.submit(pow, 2, 10)]); print(len(done), len(pending), done.pop().result())
f = Future(); called = []; f.add_done_callback(lambda x: called.append(x.result())); f.set_result(5); print(called, f.done(), f.cancel())
try: ex.submit(pow, 1, 1)
except RuntimeError as e: print(e)
tl = threading.local()
with ThreadPoolExecutor(2, initializer=lambda: setattr(tl, "v", 1)) as ex2: print(ex2.submit(lambda: getattr(tl, "v", 0)).result())
import contextvars
var = contextvars.ContextVar("var", default="default"); tok = var.set("main"); seen = []
def th(): seen.append(var.get()); var.set("thread"); seen.append(var.get())
t = threading.Thread(target=th, context=contextvars.Context()); t.start(); t.join(); print(seen, var.get()); ctx = contextvars.copy_context(); print(ctx[var], ctx.run(lambda: (var.set("inner"), var.get())[1]), var.get(), ctx[var]); var.reset(tok); print(var.get())
try: var.reset(tok)
except RuntimeError as e: print(str(e)[-25:])
nested = [list(ThreadPoolExecutor(3).map(lambda a: a + 1, range(5))) for _ in range(3)]; print(nested)

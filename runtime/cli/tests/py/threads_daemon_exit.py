# Daemon threads still running at exit must not keep the process alive, crash it, or print.
import threading, time, atexit
started = threading.Event()
def forever():
    started.set(); n = 0
    while True: n += 1
def sleeper():
    while True: time.sleep(0.001)
def blocked(lock): lock.acquire(); print("never")
lock = threading.Lock(); lock.acquire()
threading.Thread(target=forever, daemon=True).start(); threading.Thread(target=sleeper, daemon=True).start(); threading.Thread(target=blocked, args=(lock,), daemon=True).start()
started.wait()
def late(): time.sleep(0.05); print("non-daemon thread finishes first")
threading.Thread(target=late).start(); atexit.register(print, "atexit runs"); atexit.register(lambda: print("last registered, first run"))
class Keeper:
    def __del__(self): pass
keeper = Keeper(); print("main ends")

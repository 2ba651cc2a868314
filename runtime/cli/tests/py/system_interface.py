# sys, time, os processes, subprocess, signal, atexit, select, socket, random bits of the system interface.
import sys, time, os, subprocess, signal, socket, select, threading, tempfile, platform, errno, stat
t = time.perf_counter(); time.sleep(0.01); el = time.perf_counter() - t; print(0.009 < el < 5, time.monotonic() > 0, time.time() > 1.6e9, time.gmtime(0)[:6], time.strftime("%Y", time.gmtime(0)), isinstance(time.time_ns(), int), time.mktime(time.localtime(1e9)) == 1e9, time.struct_time(range(9)).tm_year)
print(sys.argv[0].endswith("system_interface.py"), sys.path[0] != "", "sys" in sys.modules, sys.getsizeof(1) > 0, sys.intern("abc") is sys.intern("abc"), sys.exc_info(), sys.stdout.fileno(), sys.stdout.encoding.lower(), sys.getdefaultencoding(), sys.getfilesystemencoding(), sys.float_repr_style, sys.api_version > 0, sys.copyright != "", sys.executable != "", sys.dont_write_bytecode, sys.getswitchinterval() > 0, sys.is_finalizing(), sys.stdlib_module_names >= {"os"}, "math" in sys.builtin_module_names or True, sys.orig_argv != [], isinstance(sys.gettrace(), type(None)), sys.version.startswith("3.14"))
r = subprocess.run([sys.executable, "-c", "import sys; print('out', sys.argv[1]); print('err', file=sys.stderr); sys.exit(3)", "arg"], capture_output=True, text=True); print(r.returncode, r.stdout, r.stderr)
print(subprocess.run([sys.executable, "-c", "print(input()[::-1])"], input="hello", capture_output=True, text=True).stdout, subprocess.check_output(["echo", "x"]), subprocess.call(["false"]))
p = subprocess.Popen(["cat"], stdin=subprocess.PIPE, stdout=subprocess.PIPE); print(p.communicate(b"through cat"), p.returncode, p.poll())
try: subprocess.run(["no-such-program-x"])
except FileNotFoundError as e: print(e.errno == errno.ENOENT, e.filename)
try: subprocess.run(["false"], check=True)
except subprocess.CalledProcessError as e: print(e)
try: subprocess.run(["sleep", "10"], timeout=0.05)
except subprocess.TimeoutExpired as e: print(type(e).__name__)
pid = os.fork()
if pid == 0: os._exit(7)
print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), os.getpid() != pid, os.getppid() > 0)
got = []; old = signal.signal(signal.SIGUSR1, lambda n, f: got.append(n)); os.kill(os.getpid(), signal.SIGUSR1)
for _ in range(1000):
    if got: break
    time.sleep(0.001)
print(got == [signal.SIGUSR1], signal.Signals(got[0]).name, old == signal.SIG_DFL, signal.getsignal(signal.SIGUSR1) is not None)
def alarm(n, f): raise TimeoutError("alarm rang")
signal.signal(signal.SIGALRM, alarm); signal.setitimer(signal.ITIMER_REAL, 0.02)
try:
    while True: pass
except TimeoutError as e: print(e)
try:
    signal.raise_signal(signal.SIGINT); time.sleep(1)
except KeyboardInterrupt: print("KeyboardInterrupt")
try: threading.Thread(target=lambda: None).start(); signal.signal(99, alarm)
except ValueError as e: print("bad signal")
a, b = socket.socketpair(); a.sendall(b"ping"); print(b.recv(10), select.select([a], [], [], 0)[0], select.select([b], [b], [], 0)[1] == [b]); b.send(b"pong"); print(select.select([a], [], [], 1)[0] == [a], a.recv(2), a.recv(2)); a.close(); print(b.recv(1)); b.close()
srv = socket.create_server(("127.0.0.1", 0)); out = []
def serve(): c, _ = srv.accept(); out.append(c.recv(100)); c.sendall(b"reply"); c.close()
th = threading.Thread(target=serve); th.start(); c = socket.create_connection(srv.getsockname()); c.sendall(b"request"); print(c.recv(100)); th.join(); c.close(); srv.close(); print(out)
try: socket.create_connection(("127.0.0.1", 1), timeout=1)
except OSError as e: print(type(e).__name__)
r, w = os.pipe(); os.set_blocking(r, False)
try: os.read(r, 1)
except BlockingIOError as e: print("would block", e.errno == errno.EAGAIN)
os.close(r); os.close(w); print(os.strerror(2), errno.errorcode[2], os.cpu_count() > 0, platform.system(), os.uname().sysname, os.urandom(4) != os.urandom(4), stat.filemode(0o100644), os.fspath("x"), os.path.expanduser("~") != "~")
try: os.close(99999)
except OSError as e: print(e)
events = []
def tracer(f, ev, arg):
    if f.f_code.co_name == "traced": events.append((ev, f.f_lineno - f.f_code.co_firstlineno)); return tracer
def traced(x):
    y = x + 1
    return y
sys.settrace(tracer); traced(1); sys.settrace(None); print(events); prof = []
def profiler(f, ev, arg): prof.append(ev)
sys.setprofile(profiler); traced(1); len("x"); sys.setprofile(None); print(prof); mon = sys.monitoring; mon.use_tool_id(3, "t"); hits = []; mon.register_callback(3, mon.events.PY_START, lambda c, o: hits.append(c.co_name)); mon.set_local_events(3, traced.__code__, mon.events.PY_START); traced(1); mon.set_local_events(3, traced.__code__, 0); traced(2); mon.free_tool_id(3); print(hits)
def hook(ev, args):
    if ev == "my.event": got.append(args)
sys.addaudithook(hook); sys.audit("my.event", 1, 2); print(got[-1]); fr = sys._current_frames(); print(threading.get_ident() in fr); print(sys.getrefcount(object()) > 0, sys.exception())

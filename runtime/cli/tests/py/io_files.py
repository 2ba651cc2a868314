# Files and streams: text, binary, seek, buffering, encodings, newlines, StringIO, BytesIO, errors, print.
import io, os, sys, tempfile
d = tempfile.mkdtemp(); p = os.path.join(d, "f.txt")
with open(p, "w") as f: print(f.write("line 1\nline 2\nlast"), f.name == p, f.mode, f.closed, f.writable(), f.readable(), f.encoding.lower().replace("-", ""))
print(f.closed, os.path.getsize(p))
with open(p) as f: print(f.readline(), f.read(3), f.tell(), f.readlines(), f.read(), f.seek(0), next(f), list(f))
with open(p, "a+") as f: f.write("\nappended"); f.seek(0); print(f.read().splitlines(), f.tell())
with open(p, "rb") as f: print(f.read(4), f.seek(-4, 2), f.read(), f.seek(1), f.peek(2)[:2], f.read1(3), f.readline(), f.tell(), f.readinto(bytearray(3)))
with open(p, "r+b") as f: f.write(b"LINE"); f.seek(0); print(f.read(6)); f.truncate(3); f.seek(0); print(f.read())
with open(p, "wb", buffering=0) as f: print(f.write(b"raw\xff"), type(f).__name__)
with open(p, "w", encoding="utf-16") as f: f.write("é中")
with open(p, "rb") as f: print(len(f.read()))
with open(p, encoding="utf-16") as f: print(f.read())
with open(p, "w", newline="\r\n") as f: f.write("a\nb\n")
with open(p, "rb") as f: print(f.read())
with open(p) as f: print(repr(f.read()), f.newlines)
with open(p, newline="") as f: print(f.readlines())
with open(p, "wb") as f: f.write(b"ok\xff\xfe\n")
for errors in ("strict", "replace", "ignore", "surrogateescape", "backslashreplace"):
    with open(p, encoding="utf-8", errors=errors) as f:
        try: print(errors, ascii(f.read()))
        except UnicodeDecodeError as e: print(errors, e)
s = io.StringIO("ab\ncd\n"); print(s.read(1), s.readline(), s.tell(), s.read(), s.getvalue()); s.seek(2); s.write("XYZ"); print(repr(s.getvalue()), s.truncate(3), repr(s.getvalue()), s.seek(0, 2)); s.close()
b = io.BytesIO(b"12345"); b.seek(2); b.write(b"xx"); print(b.getvalue(), b.read(), b.seek(-2, 1), b.getbuffer()[0], b.readinto(bytearray(2)), b.tell())
t = io.TextIOWrapper(io.BytesIO("é\nñ".encode()), encoding="utf-8"); print(t.readline(), t.read(), t.detach().__class__.__name__); r = io.BufferedReader(io.BytesIO(b"abcdef"), 2); print(r.peek(1)[:1], r.read(3), r.read(), r.read())
print("a", "b", sep="-", end="!\n"); print(*range(3), sep=", "); print("x", file=sys.stdout, flush=True); out = io.StringIO(); print("to", "buffer", file=out, end=""); print(out.getvalue()); print(); print(None, 1.5, [1]); sys.stdout.write("written\n"); print("é中😀")
import contextlib
with contextlib.redirect_stdout(io.StringIO()) as cap: print("captured")
print(repr(cap.getvalue())); sys.stdin = io.StringIO("first\nsecond\n"); print(input(), input("prompt> "), sys.stdin.read())
for f in (lambda: input(), lambda: open(os.path.join(d, "none")), lambda: open(p, "q"), lambda: open(p, "rw"), lambda: open(p, "rb", encoding="utf-8"), lambda: open(p, "x"), lambda: open(d), lambda: s.read(), lambda: open(p, "r").write("x"), lambda: open(p, "wb").write("text"), lambda: open(p, "w").write(b"bytes"), lambda: open(p, "w", encoding="nope"), lambda: open(5.5), lambda: open(p, buffering=0), lambda: open("a\0b"), lambda: io.StringIO(5), lambda: io.BytesIO("x"), lambda: io.StringIO("x").seek(-1), lambda: open(99999), lambda: print("x", file=5), lambda: print("x", end=1)):
    try: print(type(f()).__name__)
    except Exception as e: print(type(e).__name__, str(e).replace(d, "DIR"))
os.mkdir(os.path.join(d, "sub")); open(os.path.join(d, "sub", "a"), "w").close(); print(sorted(os.listdir(d)), os.path.exists(p), os.path.isdir(d), os.path.isfile(p), os.stat(p).st_size, [e.name for e in sorted(os.scandir(d), key=lambda e: e.name)]); os.rename(p, p + "2"); os.remove(p + "2"); print(sorted(os.listdir(d)))
print(os.path.join("a", "b", "/c", "d"), os.path.split("/a/b.c"), os.path.splitext("x.tar.gz"), os.path.basename("/a/b/"), os.path.dirname("/a/b"), os.path.normpath("/a/../b/./c//d"), os.path.isabs("/x"), os.path.commonprefix(["abc", "abd"]), os.path.relpath("/a/b", "/a/c"))
from pathlib import Path
q = Path(d) / "p.txt"; q.write_text("path text"); print(q.read_text(), q.name, q.suffix, q.stem, q.exists(), q.parent == Path(d), sorted(x.name for x in Path(d).iterdir()), [x.name for x in Path(d).glob("*.txt")], Path("a/b").parts, Path("a") / "b" == Path("a/b"), q.with_suffix(".md").name, Path("/a/b").relative_to("/a"), q.stat().st_size); q.unlink()
rfd, wfd = os.pipe(); os.write(wfd, b"through a pipe"); os.close(wfd); print(os.read(rfd, 100), os.read(rfd, 1)); os.close(rfd); print(os.environ.get("NO_SUCH_VAR", "unset"), os.getcwd() != "", os.sep, os.linesep == "\n", os.name); os.environ["HEDDLE_T"] = "v"; print(os.environ["HEDDLE_T"], os.getenv("HEDDLE_T"))
import shutil; shutil.rmtree(d); print(os.path.exists(d)); old = sys.stdout; sys.stdout = io.StringIO(); print("lost"); x = sys.stdout.getvalue(); sys.stdout = old; print(repr(x))

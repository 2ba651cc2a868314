# string, textwrap, pprint, difflib, shlex, fnmatch, argparse, configparser, html, urllib, datetime, calendar, logging.
import string, textwrap, pprint, difflib, shlex, fnmatch, argparse, configparser, html, datetime, calendar, io, sys, reprlib
print(string.ascii_lowercase, string.digits, string.Template("$a ${b} $$").substitute(a=1, b=2), string.capwords("ab cd"), string.Formatter().format("{0} {x}", 1, x=2), repr(string.punctuation))
t = "The quick brown fox jumps over the lazy dog near the river bank."; print(textwrap.fill(t, 30), textwrap.wrap(t, 25, max_lines=2), textwrap.shorten(t, 25), textwrap.dedent("  a\n   b\n"), textwrap.indent("a\nb", "> "), sep="\n")
pprint.pprint({"key": list(range(20)), "other": {"nested": "x" * 30, "more": ("y" * 30, None)}}, width=50); print(pprint.pformat([1, 2]), reprlib.repr(list(range(100))), list(difflib.unified_diff(["a", "b"], ["a", "c"], lineterm="")), difflib.get_close_matches("appel", ["ape", "apple", "peach"]), round(difflib.SequenceMatcher(None, "abcd", "bcde").ratio(), 3))
print(shlex.split("a 'b c' \"d e\" f\\ g"), shlex.quote("it's"), fnmatch.fnmatch("a.py", "*.py"), fnmatch.filter(["a.c", "b.h"], "*.[ch]"), html.escape("<a & 'b'>"), html.unescape("&lt;&eacute;&#65;"))
ap = argparse.ArgumentParser(prog="prog"); ap.add_argument("pos", type=int); ap.add_argument("--opt", default="d", choices=["d", "e"]); ap.add_argument("-v", action="count", default=0); ap.add_argument("rest", nargs="*"); print(ap.parse_args(["5", "--opt", "e", "-vv", "x", "y"])); print(ap.format_usage())
err = io.StringIO(); sys.stderr, old = err, sys.stderr
try: ap.parse_args(["x"])
except SystemExit as e: code = e.code
sys.stderr = old; print(code, err.getvalue().splitlines()[-1])
cp = configparser.ConfigParser(); cp.read_string("[a]\nx = 1\ny = %(x)s2\n[b]\nflag = yes\n"); print(cp.sections(), cp["a"]["y"], cp.getint("a", "x"), cp.getboolean("b", "flag"), cp.get("a", "z", fallback="f"))
D, T, DT, TD = datetime.date, datetime.time, datetime.datetime, datetime.timedelta
d = D(2024, 2, 29); dt = DT(2024, 2, 29, 13, 5, 9, 123456); print(d, dt, repr(d), repr(dt), d + TD(days=366), dt - DT(2023, 1, 1), d.weekday(), d.isocalendar(), dt.isoformat(), dt.strftime("%Y-%m-%d %H:%M:%S.%f %j %a %b %p"), DT.strptime("2024-03-01 10:20", "%Y-%m-%d %H:%M"), DT.fromisoformat("2024-01-02T03:04:05+02:00"), d.replace(year=2020), D.fromordinal(738000), d.toordinal(), TD(hours=25, seconds=-1), TD(days=1) / 2, TD(1) // TD(hours=5), dt.replace(tzinfo=datetime.timezone.utc).timestamp(), DT.fromtimestamp(0, datetime.timezone.utc), dt < DT.max, T(1, 2, 3), abs(TD(-1)), datetime.timezone(TD(hours=-5)), d == D(2024, 2, 29), hash(d) == hash(D(2024, 2, 29)), f"{dt:%d/%m}")
for f in (lambda: D(2023, 2, 29), lambda: DT(2024, 13, 1), lambda: DT.strptime("x", "%Y"), lambda: D.max + TD(1), lambda: dt - d, lambda: dt < DT.now(datetime.timezone.utc), lambda: DT.fromisoformat("nope"), lambda: TD(days=10**10)):
    try: print(f())
    except (ValueError, TypeError, OverflowError) as e: print(type(e).__name__, e)
print(calendar.month(2024, 2), calendar.isleap(2000), calendar.monthrange(2023, 2), calendar.day_name[0])
from urllib.parse import urlparse, urlencode, quote, unquote, parse_qs, urljoin
print(urlparse("http://u:p@h.com:80/p/a;x?q=1&r=2#f"), urlencode({"a": 1, "b": "x y"}), quote("a b/é"), unquote("%C3%A9%20"), parse_qs("a=1&a=2&b="), urljoin("http://a/b/c", "../d"))
import logging; buf = io.StringIO(); h = logging.StreamHandler(buf); h.setFormatter(logging.Formatter("%(levelname)s:%(name)s:%(message)s")); lg = logging.getLogger("test.sub"); lg.addHandler(h); lg.setLevel(logging.INFO); lg.info("hello %s", "x"); lg.debug("no"); lg.warning("warn %d", 5)
try: 1 / 0
except ZeroDivisionError: lg.exception("oops")
print(buf.getvalue().splitlines()[:4], buf.getvalue().splitlines()[-1], logging.getLevelName(30), lg.isEnabledFor(10), lg.parent.name)
import traceback, warnings, unicodedata, codecs, locale
def deep(): raise KeyError("tb")
try: deep()
except KeyError as e: print(traceback.format_exception_only(e), [f.name for f in traceback.extract_tb(e.__traceback__)], traceback.format_exc().splitlines()[-1], len(traceback.format_exc().splitlines()) >= 4)
with warnings.catch_warnings(record=True) as w: warnings.simplefilter("always"); warnings.warn("careful", UserWarning); warnings.warn("old", DeprecationWarning); print([(str(x.message), x.category.__name__) for x in w])
with warnings.catch_warnings():
    warnings.simplefilter("error")
    try: warnings.warn("as error")
    except UserWarning as e: print("raised", e)
print(unicodedata.name("é"), unicodedata.lookup("SNOWMAN"), unicodedata.category("a"), unicodedata.normalize("NFD", "é") == "e\u0301", unicodedata.normalize("NFKC", "ﬁ"), unicodedata.numeric("½"), unicodedata.decimal("٣"), unicodedata.bidirectional("א"), unicodedata.east_asian_width("中"), unicodedata.combining("\u0301"), unicodedata.decomposition("é"), codecs.lookup("UTF8").name, codecs.encode("abc", "rot13"), codecs.decode(b"\xe9", "latin-1"), codecs.getincrementaldecoder("utf-8")().decode(b"\xc3"), "é".encode("cp1252"), "z".encode("punycode"), "ü".encode("idna"), codecs.BOM_UTF8)

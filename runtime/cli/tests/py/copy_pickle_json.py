# copy, pickle, json, base64, struct, csv, hashlib, zlib: data in and out.
import copy, pickle, json, base64, struct, io
a = [1, [2, 3], {"k": (4, [5])}]; b = copy.copy(a); c = copy.deepcopy(a); a[1].append(9); print(b[1], c[1], c == a, c[2] is a[2]); loop = [1]; loop.append(loop); l2 = copy.deepcopy(loop); print(l2[1] is l2, l2 is not loop)
class N:
    def __init__(self, v, nxt=None): self.v, self.next = v, nxt
    def __eq__(self, o): return isinstance(o, N) and self.v == o.v
class S:
    __slots__ = ("a", "b")
class R:
    def __reduce__(self): return (complex, (1, 2))
class G:
    def __init__(self): self.x, self.secret = 1, 2
    def __getstate__(self): return {"x": self.x}
    def __setstate__(self, s): self.x = s["x"] * 10
class D(dict): pass
class CC:
    def __copy__(self): return "copied"
    def __deepcopy__(self, memo): return "deep"
n = N(1, N(2)); n.next.next = n; m = copy.deepcopy(n); print(m.v, m.next.next is m, copy.copy(CC()), copy.deepcopy([CC()]), copy.copy(R()), copy.copy(G()).x, copy.replace(__import__("types").SimpleNamespace(a=1), a=2))
s = S(); s.a = 1; t = copy.copy(s); print(t.a, hasattr(t, "b")); d = D(a=1); d.attr = 2; e = copy.deepcopy(d); print(e, e.attr, type(e).__name__)
for proto in range(6):
    for v in (None, True, 5, -1, 2**70, 1.5, "é\ud800", b"b\xff", [1, [2]], (1,), (1, 2, 3, 4), {"a": 1}, {1, 2}, frozenset({3}), 1j, ..., range(3), slice(1, 2), len, N, bytearray(b"x"), d, int, ValueError("x").args):
        assert pickle.loads(pickle.dumps(v, proto)) == v, (proto, v)
    x = pickle.loads(pickle.dumps(loop, proto)); assert x[1] is x; y = pickle.loads(pickle.dumps(n, proto)); assert y.next.next is y; z = pickle.loads(pickle.dumps(G(), proto)); assert z.x == 10 and not hasattr(z, "secret"); assert pickle.loads(pickle.dumps(R(), proto)) == 1 + 2j
    er = pickle.loads(pickle.dumps(KeyError("k", 1), proto)); assert type(er) is KeyError and er.args == ("k", 1); big = list(range(3000)); assert pickle.loads(pickle.dumps(big, proto)) == big
print("pickle ok"); 
for f in (lambda: pickle.dumps(lambda: 0), lambda: pickle.loads(b""), lambda: pickle.loads(b"garbage"), lambda: pickle.dumps(open), lambda: pickle.dumps((i for i in ()))):
    try: print(type(f()).__name__)
    except Exception as e: print(type(e).__name__)
print(json.dumps({"a": [1, 2.5, None, True, "é\n\"", {}], "b": {"c": []}}), json.dumps([1, {"z": 1, "a": 2}], indent=2, sort_keys=True), json.dumps("é", ensure_ascii=False), json.dumps({1: 2, None: 3, True: 4, 1.5: 5}), json.dumps([float("inf"), float("nan")]), json.dumps((1, 2), separators=(",", ":")), json.dumps("\u2028😀"))
print(json.loads('{"a": [1, 2.5e3, null, true, "\\u00e9\\n\\ud83d\\ude00"], "b": {}}'), json.loads(" [1 , 2 ] "), json.loads("1e5"), json.loads('"x"'), json.loads("[NaN, -Infinity]"), json.loads("123456789012345678901234567890"), json.loads('{"a": 1, "a": 2}'), json.loads('{"a": 1}', object_hook=lambda o: sorted(o.items())), json.loads("[1.5]", parse_float=str), json.loads(b'"\xc3\xa9"'))
for text in ("", "{", "[1,]", '{"a" 1}', "nul", '"abc', "[1] x", "{'a': 1}", '"\\x"', "\x01", '{"a": 1,}', "01", "[1 2]", '"\t"'):
    try: print(json.loads(text))
    except json.JSONDecodeError as e: print(repr(text), e)
for v in (object(), {1, 2}, {(1,): 2}, loop, b"x"):
    try: json.dumps(v)
    except (TypeError, ValueError) as e: print(type(e).__name__, str(e).split(" of type")[0])
class E(json.JSONEncoder):
    def default(self, o): return sorted(o) if isinstance(o, set) else super().default(o)
print(json.dumps({"s": {2, 1}}, cls=E), json.dumps(N(1), default=lambda o: o.v)); f = io.StringIO(); json.dump([1], f); f.seek(0); print(json.load(f))
print(base64.b64encode(b"hello\xff"), base64.b64decode("aGVsbG8="), base64.b32encode(b"hi"), base64.b16encode(b"\xab"), base64.urlsafe_b64encode(b"\xfb\xff"), base64.b85encode(b"abcd"), base64.a85encode(b"abcd"))
print(struct.pack("<ihbBq", 1, -2, -3, 255, 2**40), struct.unpack(">I2sxf", struct.pack(">I2sxf", 7, b"ab", 1.5)), struct.calcsize("iqc"), struct.pack("=3sH?d", b"abc", 65535, True, 0.1), list(struct.iter_unpack("<H", b"\x01\x00\x02\x00")))
for f in (lambda: struct.pack("b", 200), lambda: struct.unpack("i", b"abc"), lambda: struct.pack("z", 1), lambda: struct.pack("i", "x"), lambda: struct.pack("ii", 1)):
    try: print(f())
    except struct.error as e: print(e)
import csv, zlib, hashlib, binascii
out = io.StringIO(); wr = csv.writer(out); wr.writerow(["a", "b,c", 'd"e', 1, None]); print(repr(out.getvalue()), list(csv.reader(['1,"x,y",z', '"q""r",2,3'])), list(csv.DictReader(["a,b", "1,2"])))
data = b"hello " * 100; print(zlib.decompress(zlib.compress(data)) == data, zlib.crc32(b"hello"), zlib.adler32(b"hello"), binascii.hexlify(b"\x01\xff"), binascii.crc32(b"x"), hashlib.sha256(b"abc").hexdigest()[:16], hashlib.md5(b"abc").hexdigest(), hashlib.sha1(b"").hexdigest()[:8], hashlib.new("sha512", b"x").digest_size, hashlib.blake2b(b"x").hexdigest()[:8], hashlib.sha3_256(b"").hexdigest()[:8])

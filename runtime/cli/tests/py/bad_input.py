# Impossible requests end in clean errors: memory, sizes, ranges, encodings, types.
def t(label, f):
    try: r = f(); print(label, "->", r if not hasattr(r, "__len__") or len(r) < 50 else type(r))
    except Exception as e: print(label, "->", type(e).__name__, e)
big = 10**30; huge = 2**62
t("list mul", lambda: [0] * 10**15); t("str mul", lambda: "ab" * 2**62); t("list mul overflow", lambda: [0] * huge); t("tuple mul", lambda: (1, 2) * huge); t("bytes", lambda: bytes(10**15)); t("bytearray", lambda: bytearray(2**62)); t("bytes big", lambda: bytes(big)); t("list mul big", lambda: [0] * big)
t("range", lambda: range(big)); t("range len", lambda: len(range(big))); t("range idx", lambda: range(big)[big - 1]); t("range bool", lambda: bool(range(big))); t("range in", lambda: big in range(big)); t("list range", lambda: [1, 2][big:]); t("index", lambda: [1][big]); t("str index", lambda: "a"[-big]); t("slice", lambda: "abc"[-big:big]); t("shift", lambda: 1 << big); t("shift2", lambda: 0 << big); t("rshift", lambda: 5 >> big)
t("ljust", lambda: "a".ljust(huge)); t("center", lambda: "a".center(10**16)); t("zfill", lambda: "1".zfill(2**62)); t("format width", lambda: f"{1:{10**20}}"); t("percent width", lambda: "%*d" % (2**63, 1)); t("join", lambda: "".join(5)); t("replace", lambda: "aaa".replace("a", "b", big)); t("split", lambda: "a b".split(None, big)); t("rjust", lambda: b"a".rjust(huge))
t("int()", lambda: int("9" * 4301)); t("str()", lambda: len(str(10**4300))); t("pow", lambda: pow(2, big, 7)); t("pow0", lambda: pow(2, 3, 0)); t("chr", lambda: chr(big)); t("ord", lambda: ord("")); t("round", lambda: round(1.5, big)); t("hash", lambda: hash(big) != 0); t("float", lambda: float("1" * 400)); t("to_bytes", lambda: big.to_bytes(4)); t("complex", lambda: complex("x")); t("bit", lambda: ~big)
t("enumerate", lambda: next(enumerate("a", big))); t("iter next", lambda: next(iter(range(big)))); t("islice", lambda: __import__("itertools").islice([], big)); t("count", lambda: next(__import__("itertools").count(big))); t("repeat", lambda: __import__("itertools").repeat(1, big)); t("deque", lambda: __import__("collections").deque([], big)); t("product", lambda: list(__import__("itertools").product("ab", repeat=-1)))
t("decode", lambda: b"\xff\xfe\xfd".decode("utf-8")); t("decode2", lambda: b"\xe4\xb8".decode()); t("decode3", lambda: b"abc\xed\xa0\x80".decode()); t("encode", lambda: "\ud800".encode()); t("ascii", lambda: "é".encode("ascii")); t("codec", lambda: "x".encode("no-such-codec")); t("handler", lambda: "é".encode("ascii", "no-handler")); t("utf16", lambda: b"\x00".decode("utf-16-le")); t("latin", lambda: "€".encode("latin-1")); t("from_bytes", lambda: int.from_bytes("x", "big")); t("int bytes", lambda: int(b"12x")); t("null", lambda: int("1\0"))
t("setattr", lambda: setattr(object(), "a", 1)); t("unhashable", lambda: {[]: 1}); t("sorted", lambda: sorted([1, "a"])); t("getattr", lambda: getattr(1, 1)); t("import", lambda: __import__("")); t("import2", lambda: __import__("a.b.c")); t("isinstance", lambda: isinstance(1, [int])); t("type", lambda: type("x", (), {}, 1)); t("super", lambda: super().x); t("open", lambda: open("/no/such/file")); t("open mode", lambda: open("x", "zz")); t("print", lambda: print("x", sep=5)); t("input type", lambda: len(5)); t("abs", lambda: abs([])); t("sum", lambda: sum(5)); t("zip", lambda: list(zip(5))); t("vars", lambda: vars(5)); t("iter", lambda: iter(iter)); t("next", lambda: next([])); t("compile", lambda: compile("x", "f", "nope")); t("bytes neg", lambda: bytes([-1])); t("memoryview", lambda: memoryview("x")); t("slice step", lambda: [1, 2][::0]); t("del", lambda: [].__delitem__(0)); t("dict", lambda: dict([(1,)])); t("set", lambda: set([[]])); t("divmod", lambda: divmod(1, 0)); t("neg pow", lambda: 0.0 ** -1); t("bin", lambda: bin(1.5)); t("callable class", lambda: 5()); t("str(b, enc)", lambda: str(5, "utf-8")); t("id", lambda: id()); t("format", lambda: "{0.a}".format(1)); t("range f", lambda: range(1.0)); t("from_iterable", lambda: dict.fromkeys(5)); t("breakpoint", lambda: exec("x = 1 +")); t("del name", lambda: exec("del nothing")); t("nested", lambda: exec("def f():\n  return\n yield"))
import sys
sys.stdout.flush()
class Evil:
    def __eq__(self, o): raise ValueError("eq")
    def __hash__(self): raise ValueError("hash")
    def __len__(self): return -1
    def __repr__(self): return 5
    def __iter__(self): raise ValueError("iter")
    def __index__(self): return "x"
    def __str__(self): return b"x"
    def __contains__(self, k): raise ValueError("contains")
    def __bool__(self): return "x"
    def __format__(self, s): return 5
    def __int__(self): return 1.5
    def __float__(self): return 1
    def __getitem__(self, i): raise RuntimeError("getitem")
    def __call__(self): raise StopIteration("call")
    def __next__(self): raise MemoryError("next")
    def __length_hint__(self): return -1
    def __dir__(self): return 5
    def __bytes__(self): return "x"
    def __instancecheck__(self, o): raise ValueError("ic")
    def __del__(self): pass
e = Evil()
for name, f in {"==": lambda: e == 1, "in": lambda: e in [1], "hash": lambda: {e}, "len": lambda: len(e), "repr": lambda: repr(e), "iter": lambda: list(e), "index": lambda: [1][e], "str": lambda: str(e), "contains": lambda: 1 in e, "bool": lambda: not e, "format": lambda: f"{e}", "int": lambda: int(e), "float": lambda: float(e), "getitem": lambda: e[0], "call": lambda: e(), "next": lambda: next(e), "dir": lambda: dir(e), "bytes": lambda: bytes(e), "isinstance": lambda: isinstance(1, e), "range": lambda: range(e), "unpack": lambda: (lambda a, b: 0)(*e), "sum": lambda: sum(e), "sorted": lambda: sorted([e, e], key=lambda x: x), "join": lambda: "".join([e]), "hex": lambda: hex(e), "round": lambda: round(e), "count": lambda: [1].count(e), "remove": lambda: [1].remove(e)}.items(): t(name, f)

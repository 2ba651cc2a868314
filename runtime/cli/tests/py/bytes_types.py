# bytes, bytearray and memoryview.
b = b"hello world"
print(b[0], b[-1], b[2:5], b[::-2], len(b), b"lo" in b, 104 in b, b.find(b"o"), b.find(111, 5), b.count(b"l"), b.index(b"w"))
print(b.upper(), b.title(), b.split(), b.replace(b"l", b"L"), b.startswith(b"he"), b.partition(b" "), b" x ".strip(), b"-".join([b"a", b"b"]), b"ab" * 2 + b"c")
print(bytes(3), bytes([1, 2, 255]), bytes(range(3)), bytes("é", "utf-8"), bytes("é", "latin-1"), bytes.fromhex("de ad BE ef"), b"\xde\xad".hex(), b"\xde\xad\xbe".hex("-"), b"\x01\x02\x03\x04".hex(":", 2))
print(b"a" < b"b", b"a" == "a", b"abc" == bytearray(b"abc"), hash(b"a") == hash(bytes([97])), repr(b"\x00'\"\n\xff"), list(b"ab"), sorted(b"cab"))
print("é中😀".encode(), "é中😀".encode("utf-16-le"), "é".encode("latin-1"), b"\xc3\xa9".decode(), b"\xff\xfea\x00".decode("utf-16"), "a".encode("ascii"))
print(b"\xff".decode("utf-8", "replace"), b"a\xffb".decode("utf-8", "ignore"), b"\xff".decode("utf-8", "backslashreplace"), "é".encode("ascii", "xmlcharrefreplace"), "é".encode("ascii", "namereplace"), b"\x80".decode("utf-8", "surrogateescape").encode("utf-8", "surrogateescape"))
ba = bytearray(b"abc")
ba.append(100); ba.extend(b"ef"); ba.insert(0, 122); ba += b"!"
print(ba, ba.pop(), ba.pop(0), ba)
ba[0] = 65; ba[1:3] = b"XYZ"; del ba[-1]; ba[::2] = b"---"[:len(ba[::2])]
print(ba, len(ba), bytes(ba), ba.decode())
ba.reverse(); ba.remove(45); ba.clear()
print(ba, bytearray(2), bytearray([1, 2]) + b"x", bytearray(b"ab") * 2, bytearray(b"x").isalpha())
data = bytearray(range(10))
m = memoryview(data)
m[0] = 99; m[2:4] = b"\xaa\xbb"
print(data, m[1], m[3:5].tobytes(), m[::2].tolist(), len(m), m.readonly, m.format, m.itemsize, m.nbytes, m.shape, m.contiguous)
print(memoryview(b"abc") == b"abc", m[::-1][0], bytes(m[5:]), m.hex()[:6])
c = memoryview(bytearray(8)).cast("I")
c[0] = 1; c[1] = 2**32 - 1
print(c.tolist(), c.format, c.itemsize, len(c), c.cast("B").tolist())
for f in (lambda: bytes([256]), lambda: bytes(-1), lambda: b"a" + "b", lambda: b[50], lambda: b"\xff".decode(), lambda: "é".encode("ascii"), lambda: bytes("x"), lambda: bytes.fromhex("0g"), lambda: ba.pop(), lambda: data.append(300), lambda: data.append("x"), lambda: memoryview(5), lambda: memoryview(b"x").__setitem__(0, 1), lambda: b"abc".index(b"z"), lambda: data.extend([1]), lambda: "x".encode("nope"), lambda: b"ab" < "ab", lambda: bytearray(b"x")[5]):
    try:
        print(f())
    except Exception as e:
        print(type(e).__name__, e)
m.release()
data.extend(b"!")
print(len(data))

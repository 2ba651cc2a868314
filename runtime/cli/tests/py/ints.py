# Integers: arithmetic over the small/big boundary, division rules, shifts, conversion.
edges = [0, 1, -1, 7, -7, 2**30, -2**30, 2**31 - 1, 2**61, 2**62 - 1, 2**62, -2**62, -2**62 - 1, 2**63, -2**63, 2**64, 10**20, -10**20]

for a in edges:
    print(a, -a, ~a, abs(a), +a, bool(a), a.bit_length(), a.bit_count())

for a in edges:
    print(a, [a + b for b in edges][-4:], [a - b for b in edges][6:12], [a * b for b in edges][8:11])

for a in (17, -17, 2**62, -2**62, 10**20, -10**20):
    for b in (5, -5, 2**31, -2**31, 10**19):
        q, r = divmod(a, b)
        assert q * b + r == a and a // b == q and a % b == r
        print(a, b, q, r, a & b, a | b, a ^ b)

print(1 << 62, 1 << 63, 1 << 64, -1 << 62, -1 << 63, -1 << 100)
print((1 << 100) >> 90, (-1 << 100) >> 99, -1 >> 1000, 1 >> 1000, 5 >> 0, 0 << 10**6)
print(2**10, 2**0, (-2)**3, 2**-2, 0**0, pow(3, 200, 13), pow(3, -1, 7), pow(-5, 3, 4))
print(int("123"), int("-0x1f", 16), int("0b101", 0), int("z", 36), int(" 42\n"), int("1_000"))
print(int(3.99), int(-3.99), int(1e20), int(True))
print((255).to_bytes(2, "big"), (-2).to_bytes(3, "little", signed=True), int.from_bytes(b"\x01\x00", "big"), int.from_bytes(b"\xff\xfe", "big", signed=True))
print(hash(5), hash(-1), hash(-2), hash(2**61 - 1), hash(2**61), hash(2**64), hash(-2**61))
print(hex(255), oct(-8), bin(10), hex(-2**64), f"{10**30:,}", f"{1234:_x}", f"{-5:08b}")
print(10**30 == 1e30, 2**53 + 1 == float(2**53), 2**53 + 1 > float(2**53), 1 == 1.0, hash(1) == hash(1.0))
print((2).__add__(3), (2).__add__("x"), (7).__rsub__(10), (10).__truediv__(4), int.__mul__(3, 4))
print((3).numerator, (3).denominator, (3).real, (3).imag, (3).conjugate(), (4).is_integer(), (6).as_integer_ratio())
print(round(1234, -2), round(1250, -2), round(1350, -2), round(-15, -1), round(25, -1), round(7))
for text in ("", "abc", "1__0", "0x", "--1", "1.0"):
    try:
        int(text)
    except ValueError as e:
        print(e)
for f in (lambda: 1 // 0, lambda: 1 % 0, lambda: 1 / 0, lambda: divmod(10**20, 0), lambda: 0**-1, lambda: pow(2, -1, 4), lambda: 1 << -1):
    try:
        f()
    except (ZeroDivisionError, ValueError) as e:
        print(type(e).__name__, e)

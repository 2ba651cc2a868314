# Floats: repr, arithmetic, special values, rounding, conversion.
inf, nan = float("inf"), float("nan")
values = [0.0, -0.0, 1.0, -1.5, 0.1, 1e16, 1e15, 123456789.125, 1e-5, 0.0001, 1e22, 1e23, 5e-324, 1.7976931348623157e308, 2.2250738585072014e-308, inf, -inf, nan, 1 / 3, 2 / 3, 1e100, 3.0e10]
for v in values:
    print(repr(v), str(v), f"{v:g}", f"{v:.3f}" if abs(v) < 1e30 else "-", f"{v:e}", bool(v))
print(0.1 + 0.2, 1.1 * 3, 1e308 * 10, -1e308 * 10, inf - inf, inf * 0, 1e16 + 1, 2**53 + 1.0)
print(7.5 // 2, -7.5 // 2, 7.5 % 2, -7.5 % 2, 7.5 % -2, divmod(-7.5, 2), 1e300 % 7, 5.0 // inf, -5.0 // inf, 0.0 % 3, -0.0 % 3)
print(2.0**0.5, (-8.0) ** 3, 2.0**-1074, 0.0**0, inf**0, 1.0**nan, (-1.0) ** inf, (-8) ** (1 / 3))
print(nan == nan, nan != nan, nan < 1, nan in [nan], 0.0 == -0.0, inf > 10**400, -inf < -(10**400))
print(round(2.5), round(3.5), round(-2.5), round(2.675, 2), round(1e22, 3), round(1234.567, -2), round(0.5), round(1.15, 1), round(5e-324, 400))
print(int(1e18), int(-0.9), (2.5).as_integer_ratio(), (0.1).as_integer_ratio(), (1e10).is_integer(), (0.5).is_integer())
print((0.1).hex(), float.fromhex("0x1.8p3"), float.fromhex("-0x.1p-1"), float.fromhex("inf"), (-0.0).hex(), (1e-320).hex())
for text in ("1.5", " -2e3 ", "1_000.5", "inf", "-Infinity", "NaN", ".5", "5.", "1e400", "-0"):
    print(text, float(text))
for text in ("", "abc", "1__0.0", "1e", "0x10", "1.5.2", "in f"):
    try:
        float(text)
    except ValueError as e:
        print(e)
print(hash(0.5), hash(1e300), hash(-0.0), hash(inf), hash(-inf), hash(0.1), hash(2.0**70) == hash(2**70))
print(float.__add__(1.0, 2), (1.0).__add__("x"), 1 + 2.5, 2.5 - 1, 3 * 1.5, 7 / 2, 2**70 * 0.5, True + 0.5)
for f in (lambda: 1.0 / 0, lambda: 1.0 // 0.0, lambda: 1.0 % 0, lambda: 0.0**-1, lambda: 10.0**400, lambda: int(nan), lambda: int(inf), lambda: round(inf), lambda: divmod(1.0, 0.0)):
    try:
        f()
    except (ZeroDivisionError, OverflowError, ValueError) as e:
        print(type(e).__name__, e)
total = 0.0
for i in range(1000):
    total += i * 0.001
print(total, sum([0.1] * 10), sum([1e100, 1.0, -1e100]), max(1.5, 2), min(3, 2.5, nan))

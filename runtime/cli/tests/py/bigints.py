# Big integers: known values, identities, text in many bases.
def factorial(n):
    result = 1
    for i in range(2, n + 1):
        result *= i
    return result

def fib(n):
    a, b = 0, 1
    for _ in range(n):
        a, b = b, a + b
    return a

print(factorial(50))
print(fib(300))
print(str(factorial(300))[:20], len(str(factorial(300))), sum(map(int, str(factorial(300)))))
print(3**200, 7**100 % 10**20)
a, b = 3**150 + 1, 5**120 - 7
print((a + b) * (a - b) == a * a - b * b, (a * b) // b == a, (a * b) % a, a // b, b % a == b)
print(-a // b, -a % b, a // -b, a % -b, divmod(-a, -b))
print(a & b, a | b, a ^ b, ~a, -a & b, -a | b, -a ^ -b)
print(a >> 100, a << 3, -a >> 100, -a >> 1000)
print(hex(a), oct(b)[:30], bin(b)[-40:])
for base in (2, 3, 7, 10, 16, 36):
    digits = "0123456789abcdefghijklmnopqrstuvwxyz"
    n, text = a, ""
    while n:
        n, d = divmod(n, base)
        text = digits[d] + text
    assert int(text, base) == a
print(pow(a, b, 1000000007), pow(2, 10**18, 998244353), pow(12345, -1, 10**9 + 7))
print(a.bit_length(), b.bit_count(), (-a).bit_length())
print(hash(a), hash(-a), hash(10**100))
print(float(10**300), int(float(10**22)) == 10**22, 10**400 // 10**399, (10**400) / (10**399), 3**500 / 3**499)
print(a == a + 0, a < a + 1, a > a - 1, a != b, a <= b, max(a, b) == a, a > 1e71, a < float("inf"))
print(int.from_bytes(a.to_bytes(40, "little"), "little") == a, (-a).to_bytes(32, "big", signed=True).hex())
for f in (lambda: float(10**400), lambda: 10**400 / 3, lambda: a.to_bytes(3, "big"), lambda: (-1).to_bytes(3, "big"), lambda: 1.0 * 10**400):
    try:
        f()
    except OverflowError as e:
        print(e)
try:
    int("1" * 5000)
except ValueError as e:
    print(e)
try:
    str(10**5000)
except ValueError as e:
    print(e)

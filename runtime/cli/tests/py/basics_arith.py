a = 7
b = 3
print(a + b, a - b, a * b, a // b, a % b, a / b, a ** b)
print(-a, +a, ~a, a & b, a | b, a ^ b, a << b, a >> 1)
print(a < b, a > b, a == 7, a != b, a <= 7, not a)
a += 1
a *= 2
print(a)
x = 1.5
print(x + a, x * 2, 3 - x, x // 1, x % 1)

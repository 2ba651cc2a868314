# Complex numbers.
z = 3 + 4j
w = complex(1, -2)
print(z, w, z + w, z - w, z * w, z / w, -z, +z, abs(z), z.conjugate(), z.real, z.imag)
print(z**2, z**0.5, 2**z, z == 3 + 4j, z != w, bool(0j), hash(z), hash(2 + 0j) == hash(2), 2 + 0j == 2)
print(1j * 1j, (1 + 2j) * 2, 3 - 1j, 1.5 + 2j, complex("1+2j"), complex("-3j"), complex(" 4.5 "), complex("(1-1j)"))
print(repr(-0j), repr(complex(-0.0, 0.0)), repr(complex(0.0, -0.0)), complex(float("inf"), float("nan")))
print(f"{z:.2f}", f"{z}", str(1e20 + 1e-5j), f"{z:>12}", f"{1+2.5j:+.1e}")
print(complex(), complex(5), complex(1.5, 2), complex(real=1, imag=3), complex(True))
for f in (lambda: z < w, lambda: z // w, lambda: int(z), lambda: z / 0, lambda: complex("1 + 2j"), lambda: float(z), lambda: 0j**-1, lambda: complex([])):
    try:
        f()
    except (TypeError, ZeroDivisionError, ValueError) as e:
        print(type(e).__name__, e)

class HasComplex:
    def __complex__(self):
        return 2 + 3j

print(complex(HasComplex()))

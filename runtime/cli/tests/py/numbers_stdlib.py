# math, random with a seed, fractions, decimal, statistics.
import math, random
from fractions import Fraction
from decimal import Decimal, getcontext
print(math.sqrt(2), math.pi, math.e, math.floor(-1.5), math.ceil(1.2), math.trunc(-2.7), math.factorial(20), math.gcd(12, 18, 27), math.lcm(4, 6), math.comb(10, 3), math.perm(5, 2), math.isqrt(10**20 + 1), math.prod([1, 2, 3]), math.fsum([0.1] * 10), math.hypot(3, 4), math.dist((0, 0), (1, 1)))
print(math.sin(1), math.cos(1), math.tan(1), math.asin(0.5), math.atan2(1, -1), math.exp(1), math.log(10), math.log(8, 2), math.log2(1024), math.log10(1000), math.log1p(1e-10), math.expm1(1e-10), math.sinh(1), math.gamma(5.5), math.lgamma(10), math.erf(0.5), math.erfc(0.5), math.cbrt(27))
print(math.isnan(math.nan), math.isinf(-math.inf), math.isfinite(1), math.isclose(0.1 + 0.2, 0.3), math.copysign(1, -0.0), math.frexp(10), math.ldexp(0.5, 4), math.modf(-2.5), math.fmod(-7, 3), math.remainder(7, 4), math.degrees(math.pi), math.radians(180), math.nextafter(1, 2), math.ulp(1.0), math.sumprod([1, 2], [3, 4]), math.log(10**400), math.fma(2.0, 3.0, 4.0))
for f in (lambda: math.sqrt(-1), lambda: math.log(0), lambda: math.factorial(-1), lambda: math.exp(1000), lambda: math.floor(math.inf), lambda: math.acos(2), lambda: math.sqrt("x"), lambda: math.comb(-1, 2), lambda: math.gcd(1.5), lambda: math.factorial(2.5), lambda: math.pow(0, -1), lambda: math.isqrt(-1), lambda: math.log(-1), lambda: math.fmod(1, 0)):
    try: print(f())
    except (ValueError, OverflowError, TypeError) as e: print(type(e).__name__, e)
random.seed(42); print(random.random(), random.randint(1, 100), random.choice("abcdef"), random.sample(range(100), 5), random.uniform(1, 2), random.gauss(0, 1), random.randrange(0, 1000, 7), random.getrandbits(70), random.choices([1, 2, 3], k=4), random.betavariate(2, 3))
a = list(range(10)); random.shuffle(a); print(a); s = random.getstate(); x = random.random(); random.setstate(s); print(x == random.random(), random.Random(1).random(), random.Random("text").randint(0, 10**9))
print(Fraction(3, 6), Fraction("0.125"), Fraction(1, 3) + Fraction(1, 6), Fraction(2, 3) ** 3, Fraction(0.1).limit_denominator(100), Fraction(7, 3) // 1, float(Fraction(1, 3)), Fraction(1, 2) == 0.5, hash(Fraction(1, 2)) == hash(0.5), round(Fraction(5, 2)), repr(Fraction(-1, 4)), Fraction(1, 3) < 0.4)
getcontext().prec = 30
print(Decimal(1) / Decimal(7), Decimal("0.1") + Decimal("0.2"), Decimal(2).sqrt(), Decimal("1.10").quantize(Decimal("0.1")), Decimal("1E+5"), Decimal(10) ** -3, Decimal("NaN"), Decimal("-Infinity"), Decimal("3.14").as_tuple(), f"{Decimal('1234.5678'):,.2f}", Decimal("1.0") == 1, hash(Decimal(5)) == hash(5), Decimal(1).exp(), Decimal("0.5").ln(), divmod(Decimal(7), 3), int(Decimal("7.9")))
import statistics
print(statistics.mean([1, 2, 3, 4]), statistics.median([1, 3, 2]), statistics.stdev([1, 2, 3, 4]), statistics.mode("aabbb"), statistics.pvariance([1, 2, 3]), statistics.fmean([1.5, 2.5]), statistics.quantiles([1, 2, 3, 4, 5]))

# The % operator on str and bytes.
print("%d %i %u %5d|%-5d|%05d|%+d|% d" % (42, 42.9, -7, 42, 42, 42, 42, 42))
print("%x %X %#x %o %#o %08x" % (255, 255, 255, 8, 8, 48879))
print("%f %.2f %10.3f|%-10.1f|%+.0f|%010.2f %e %.3E %g %G" % (3.14159, 2.5, 2.71828, 1.25, 2.5, -3.14159, 12345.678, 0.00012, 1e-10, 1e20))
print("%s %r %a %10s|%-10s|%.2s" % ("é", "é", "é", "right", "left", "cut"))
print("%c%c %%" % ("x", 65), "%(a)s and %(b)05.1f" % {"a": 1, "b": 2.345})
print("%*d|%-*d|%.*f" % (6, 42, 6, 42, 2, 3.14159), "%s" % (("a",),), "%s" % [1, 2], "%s" % None, "%s %%" % 5)
print("%.0f %.0f %.0f" % (0.5, 1.5, 2.5), "%g %g %g %g" % (100000, 1000000, 1e-4, 1e-5), "%#g %#.3x" % (1.0, 5))
print("%d" % 10**25, "%x" % 2**70, "%.3d" % 5, "%+.2e" % 0, "%5s%%" % 50, "%i" % True)
print(b"%d %s %x %a %c" % (5, b"bytes", 255, "é", 65), b"%(k)b" % {b"k": b"v"}, b"%5.1f|" % 2.25)
print("%f %F %e" % (float("inf"), float("nan"), float("-inf")), "%05d %05f" % (-3, float("inf")))
for f in (lambda: "%d" % "x", lambda: "%d %d" % (1,), lambda: "%d" % (1, 2), lambda: "%z" % 1, lambda: "%" % (), lambda: "%(a)s" % 5, lambda: "%(a)s" % {}, lambda: "%c" % "ab", lambda: "%x" % 1.5, lambda: "%c" % -1, lambda: b"%s" % "x", lambda: "%s" % (), lambda: "%f" % "a"):
    try:
        print(f())
    except Exception as e:
        print(type(e).__name__, e)

class Custom:
    def __str__(self):
        return "str()"
    def __repr__(self):
        return "repr()"
    def __index__(self):
        return 7
    def __float__(self):
        return 2.5

print("%s %r %x %f" % (Custom(), Custom(), Custom(), Custom()))

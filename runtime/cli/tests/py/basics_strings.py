s = "Hello"
print(s + " World", s * 2, s[0], s[1:3], len(s), s.upper(), s.lower(), "ell" in s)
print("a,b,c".split(","), "-".join(["x", "y"]), " pad ".strip(), s.replace("l", "L"))
n = 5
print(f"{n} {n:03d} {n + 1} {s!r}", "%d %s" % (n, s), "{} {}".format(1, 2))
for c in "abc":
    print(c, ord(c))
print(str(12), repr("it's"), int("42"), float("2.5"))

i = 0
while i < 5:
    i += 1
    if i == 2:
        continue
    if i == 5:
        break
    print(i)
else:
    print("not reached")
for n in range(3):
    for m in range(n):
        print(n, m)
else:
    print("done")
if i > 10:
    print("big")
elif i == 5:
    print("five")
else:
    print("small")

def f(x):
    try:
        if x == 0:
            raise ValueError("zero")
        if x == 1:
            return 1 / 0
        return "fine"
    except ValueError as e:
        return "caught " + str(e)
    except ZeroDivisionError:
        return "division"
    finally:
        print("finally", x)

print(f(0))
print(f(1))
print(f(2))
try:
    [][0]
except IndexError as e:
    print(type(e).__name__, e)
try:
    undefined
except NameError as e:
    print(e)

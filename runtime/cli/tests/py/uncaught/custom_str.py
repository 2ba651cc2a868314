# exit: 1
class Odd(Exception):
    def __str__(self):
        return "text of its own\nin two lines"

class Module:
    class Nested(Odd):
        pass

try:
    raise Odd
except Odd:
    raise Module.Nested from None

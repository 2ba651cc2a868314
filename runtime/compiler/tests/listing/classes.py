class Empty: pass

class Base(object, metaclass=type, key=1):
    """Doc.
        indented
    """
    x: int = 1
    __private = 2
    if x:
        y: str
    def __init__(self):
        super().__init__()
        self.a = self.__private
        self.b, self.c = 1, 2
    def other(self): return __class__, super().x, super(Base, self).y
    z = [x for x in range(3)]

@deco
class Generic[T: int, *Ts, **P = [int]](Base): 
    def m[U = str](self, a: T) -> U: ...

type Alias[T] = list[T]
type Plain = int

# exit: 1
import math
class A:
    def method(self):
        value = 1
        return valu
A().method()

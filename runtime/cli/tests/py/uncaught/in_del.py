# exit: 0
import gc
class D:
    def __del__(self):
        raise ValueError("in finalizer")
    def __repr__(self):
        return "<D>"
def make():
    D()
make()
gc.collect()
print("main goes on")

import sys
import math
from math import sqrt as root
import collections
import os.path

print(sys.version_info[:2], math.pi, root(16))
print(collections.Counter("hello")["l"], os.path.join("a", "b"))

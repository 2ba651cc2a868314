"""Module."""
import a, b.c, d.e.f as g
from . import h
from ..i import j as k, l
from m import *
x: int = 1
if x:
    y: "str"
global z
z = 1
(p): int = 2
q.r: int

def patterns(s):
    match s:
        case 0 | 1: return "small"
        case None: return "none"
        case -1.5 | 2+3j: pass
        case [a, b, *_]: return a, b
        case [x, *rest, y] if x: return rest
        case {"k": v, 1: w, **others}: return v, w, others
        case Point(x=0, y=yy): return yy
        case str(t) | bytes(t): return t
        case [[q]] as whole: return q, whole
        case a.b: pass
        case _: return None

def handlers(f):
    try:
        f()
    except ValueError as e:
        return e
    except (KeyError, OSError):
        raise
    except:
        f(1)
    else:
        f(2)
    finally:
        f(3)
    for i in f:
        try:
            break
        finally:
            f(4)
    with f as g, f:
        return g
def star(f):
    try:
        f()
    except* ValueError as e:
        f(e)
    except* KeyError:
        pass
def checks(a):
    assert a, "message"
    assert a
    raise a from None

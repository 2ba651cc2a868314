# exit: 1
def f():
    errors = []
    for c in (ValueError, TypeError):
        try:
            raise c("one of many")
        except Exception as e:
            e.add_note(f"note on {c.__name__}")
            errors.append(e)
    raise ExceptionGroup("several", errors)

f()

# exit: 1
def low():
    raise KeyError("low level")

def high():
    try:
        low()
    except KeyError as e:
        raise ValueError("high level") from e

def cleanup():
    try:
        high()
    finally:
        [].missing

cleanup()

# exit: 1
def load():
    import no_such_module_anywhere
load()

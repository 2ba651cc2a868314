# exit: 1
data = {"a": [1, 2, {"b": None}]}
def g(d):
    return (d["a"][0] +
            d["a"][2]["b"]["c"])
g(data)

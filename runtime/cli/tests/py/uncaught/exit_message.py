# exit: 1
import atexit
atexit.register(print, "atexit runs")
raise SystemExit("a message on stderr")

import threading

total = 0
lock = threading.Lock()

def work(n):
    global total
    for _ in range(n):
        with lock:
            total += 1

threads = [threading.Thread(target=work, args=(1000,)) for _ in range(4)]
for t in threads:
    t.start()
for t in threads:
    t.join()
print(total)

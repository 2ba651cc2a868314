"""An operating system's scheduler in miniature: classes, method calls, attribute reads and writes, linked queues.

After Martin Richards' benchmark: an idle task, a worker, two handlers and two devices pass packets to each other until
all is done. How many packets were queued and how often a task was held is known in advance, so a wrong interpreter is
caught. Every thread runs its own scheduler.
"""

from common import Stopwatch, parse, run_copies

IDLE, WORKER, HANDLER_A, HANDLER_B, DEVICE_A, DEVICE_B = range(6)
DEVICE_PACKET, WORK_PACKET = range(2)
PACKET_BYTES = 4
ROUNDS = 10_000             # how often the idle task runs

# For that many rounds: packets queued, times a task was held.
EXPECTED = (23246, 9297)


class Packet:
    """A message that travels in linked queues."""

    def __init__(self, link, owner, kind):
        self.link = link
        self.owner = owner      # the task that it goes to, then the one it came from
        self.kind = kind
        self.position = 0
        self.data = [0] * PACKET_BYTES

    def append_to(self, queue):
        """The queue with this packet at its end."""
        self.link = None
        if queue is None:
            return self
        last = queue
        while last.link is not None:
            last = last.link
        last.link = self
        return queue


class Task:
    """A task control block: what it waits for, its input queue, and in subclasses what it does."""

    def __init__(self, scheduler, identity, priority, queue):
        self.scheduler = scheduler
        self.identity = identity
        self.priority = priority
        self.queue = queue
        self.link = scheduler.first     # the next lower task in the ring of all
        self.packet_pending = queue is not None
        self.waiting = queue is not None
        self.held = False
        scheduler.add(self)

    def is_blocked(self):
        return self.held or (self.waiting and not self.packet_pending)

    def run_once(self):
        """Runs the task with the packet that woke it, if any; returns the task to go on with."""
        packet = None
        if self.waiting and self.packet_pending:
            packet = self.queue
            self.queue = packet.link
            self.waiting = False
            self.packet_pending = self.queue is not None
        return self.step(packet)

    def accept(self, packet, sender):
        """Puts a packet into the queue; returns the more urgent of receiver and sender."""
        if self.queue is None:
            self.queue = packet
            packet.link = None
            self.packet_pending = True
            if self.priority > sender.priority:
                return self
        else:
            packet.append_to(self.queue)
        return sender

    def wait(self):
        self.waiting = True
        return self

    def hold(self):
        self.scheduler.holds += 1
        self.held = True
        return self.link

    def release(self, identity):
        """Lets a held task go on; returns the more urgent of it and this one."""
        other = self.scheduler.tasks[identity]
        other.held = False
        return other if other.priority > self.priority else self

    def send(self, packet):
        receiver = self.scheduler.tasks[packet.owner]
        self.scheduler.queued += 1
        packet.link = None
        packet.owner = self.identity
        return receiver.accept(packet, self)

    def step(self, packet):
        raise NotImplementedError


class Idle(Task):
    """Releases one of the two devices at random until its rounds are used up."""

    def __init__(self, scheduler, rounds):
        super().__init__(scheduler, IDLE, 0, None)
        self.control = 1
        self.rounds = rounds

    def step(self, packet):
        self.rounds -= 1
        if self.rounds == 0:
            return self.hold()
        if self.control & 1 == 0:
            self.control //= 2
            return self.release(DEVICE_A)
        self.control = self.control // 2 ^ 0xD008
        return self.release(DEVICE_B)


class Worker(Task):
    """Fills packets with letters and sends them to the two handlers in turn."""

    def __init__(self, scheduler, priority, queue):
        super().__init__(scheduler, WORKER, priority, queue)
        self.target = HANDLER_A
        self.letter = 0

    def step(self, packet):
        if packet is None:
            return self.wait()
        self.target = HANDLER_B if self.target == HANDLER_A else HANDLER_A
        packet.owner = self.target
        packet.position = 0
        for i in range(PACKET_BYTES):
            self.letter = self.letter % 26 + 1
            packet.data[i] = ord("A") + self.letter - 1
        return self.send(packet)


class Handler(Task):
    """Feeds the letters of work packets to its device, one packet for each."""

    def __init__(self, scheduler, identity, priority, queue, device):
        super().__init__(scheduler, identity, priority, queue)
        self.device = device
        self.work = None
        self.free = None

    def step(self, packet):
        if packet is not None:
            if packet.kind == WORK_PACKET:
                self.work = packet.append_to(self.work)
            else:
                self.free = packet.append_to(self.free)
        work = self.work
        if work is not None:
            position = work.position
            if position >= PACKET_BYTES:
                self.work = work.link
                return self.send(work)
            if self.free is not None:
                packet = self.free
                self.free = packet.link
                packet.owner = self.device
                packet.position = work.data[position]
                work.position = position + 1
                return self.send(packet)
        return self.wait()


class Device(Task):
    """Keeps a packet until the idle task releases it, then sends it back."""

    def __init__(self, scheduler, identity, priority):
        super().__init__(scheduler, identity, priority, None)
        self.pending = None
        self.waiting = True

    def step(self, packet):
        if packet is None:
            packet = self.pending
            if packet is None:
                return self.wait()
            self.pending = None
            return self.send(packet)
        self.pending = packet
        return self.hold()


class Scheduler:
    def __init__(self):
        self.first = None
        self.tasks = {}
        self.queued = 0
        self.holds = 0

    def add(self, task):
        self.first = task
        self.tasks[task.identity] = task

    def run(self):
        task = self.first
        while task is not None:
            if task.is_blocked():
                task = task.link
            else:
                task = task.run_once()


def make_queue(owner, kind, length):
    queue = None
    for _ in range(length):
        queue = Packet(queue, owner, kind)
    return queue


def run_scheduler():
    scheduler = Scheduler()
    Idle(scheduler, ROUNDS)
    Worker(scheduler, 1000, make_queue(WORKER, WORK_PACKET, 2))
    Handler(scheduler, HANDLER_A, 2000, make_queue(DEVICE_A, DEVICE_PACKET, 3), DEVICE_A)
    Handler(scheduler, HANDLER_B, 3000, make_queue(DEVICE_B, DEVICE_PACKET, 3), DEVICE_B)
    Device(scheduler, DEVICE_A, 4000)
    Device(scheduler, DEVICE_B, 5000)
    scheduler.run()
    return scheduler.queued, scheduler.holds


def richards(times):
    for _ in range(times):
        found = run_scheduler()
        if found != EXPECTED:
            raise SystemExit(f"queued and held {found}, expected {EXPECTED}")
    return found


def main():
    options = parse(small=4, medium=40, large=400)
    with Stopwatch("richards", options):
        queued, held = run_copies(options, richards)
    print(f"queued {queued}, held {held}")


if __name__ == "__main__":
    main()

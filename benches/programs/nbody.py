"""The outer planets as point masses, advanced by a symplectic Euler step: floats, tuples and attribute-free loops.

Every thread advances its own copy of the system. Prints the energy before and after, which fixes every bit of the
arithmetic.
"""

from common import Stopwatch, parse, run_copies

PI = 3.141592653589793
SOLAR_MASS = 4.0 * PI * PI
DAYS = 365.24

# Position (astronomical units), velocity (units a day), mass (suns).
BODIES = {
    "sun": ((0.0, 0.0, 0.0), (0.0, 0.0, 0.0), 1.0),
    "jupiter": (
        (4.84143144246472090e00, -1.16032004402742839e00, -1.03622044471123109e-01),
        (1.66007664274403694e-03, 7.69901118419740425e-03, -6.90460016972063023e-05),
        9.54791938424326609e-04,
    ),
    "saturn": (
        (8.34336671824457987e00, 4.12479856412430479e00, -4.03523417114321381e-01),
        (-2.76742510726411899e-03, 4.99852801234917238e-03, 2.30417297573763929e-05),
        2.85885980666130812e-04,
    ),
    "uranus": (
        (1.28943695621391310e01, -1.51111514016986312e01, -2.23307578892655734e-01),
        (2.96460137564761618e-03, 2.37847173959480950e-03, -2.96589568540237556e-05),
        4.36624404335156298e-05,
    ),
    "neptune": (
        (1.53796971148509165e01, -2.59193146099879641e01, 1.79258772950371181e-01),
        (2.68067772490389322e-03, 1.62824170038242295e-03, -9.51592254519715870e-05),
        5.15138902046611451e-05,
    ),
}


def make_system():
    """Bodies as [x, y, z, vx, vy, vz, mass] with the total momentum moved into the sun."""
    system = []
    for place, velocity, mass in BODIES.values():
        system.append([*place, *(v * DAYS for v in velocity), mass * SOLAR_MASS])
    sun = system[0]
    for axis in (3, 4, 5):
        sun[axis] = -sum(body[axis] * body[6] for body in system) / SOLAR_MASS
    return system


def energy(system):
    total = 0.0
    for i, a in enumerate(system):
        total += 0.5 * a[6] * (a[3] * a[3] + a[4] * a[4] + a[5] * a[5])
        for b in system[i + 1:]:
            dx = a[0] - b[0]
            dy = a[1] - b[1]
            dz = a[2] - b[2]
            total -= a[6] * b[6] / (dx * dx + dy * dy + dz * dz) ** 0.5
    return total


def advance(system, dt, steps):
    pairs = [(a, b) for i, a in enumerate(system) for b in system[i + 1:]]
    for _ in range(steps):
        for a, b in pairs:
            dx = a[0] - b[0]
            dy = a[1] - b[1]
            dz = a[2] - b[2]
            pull = dt * (dx * dx + dy * dy + dz * dz) ** -1.5
            of_b = b[6] * pull
            of_a = a[6] * pull
            a[3] -= dx * of_b
            a[4] -= dy * of_b
            a[5] -= dz * of_b
            b[3] += dx * of_a
            b[4] += dy * of_a
            b[5] += dz * of_a
        for body in system:
            body[0] += dt * body[3]
            body[1] += dt * body[4]
            body[2] += dt * body[5]


def simulate(steps):
    system = make_system()
    before = energy(system)
    advance(system, 0.01, steps)
    return before, energy(system)


def main():
    options = parse(small=40_000, medium=400_000, large=4_000_000)
    with Stopwatch("nbody", options):
        before, after = run_copies(options, simulate)
    print(f"{before:.9f}")
    print(f"{after:.9f}")


if __name__ == "__main__":
    main()

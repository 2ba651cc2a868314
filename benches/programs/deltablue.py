"""An incremental solver of one-way constraints: polymorphic method calls, lists that grow and shrink, inheritance.

After the DeltaBlue algorithm of Freeman-Benson, Maloney and Borning: constraints have strengths; adding one revokes a
weaker one where both cannot hold; a plan is the order in which to run the methods of those that hold. Two scenarios, a
long chain of equalities and many scaled pairs, check every value. Every thread solves its own network.
"""

from common import Stopwatch, parse, run_copies

# Strengths, strongest first.
REQUIRED, STRONG_PREFERRED, PREFERRED, STRONG_DEFAULT, NORMAL, WEAK_DEFAULT, WEAKEST = range(7)


class Variable:
    """A value, who determines it, and how strongly."""

    def __init__(self, name, value=0):
        self.name = name
        self.value = value
        self.constraints = []
        self.determined_by = None
        self.mark = 0
        self.walkabout = WEAKEST
        self.stay = True            # whether the value is known to be constant while a plan runs

    def detach(self, constraint):
        self.constraints.remove(constraint)
        if self.determined_by is constraint:
            self.determined_by = None


class Constraint:
    """A relation between variables that some of its methods can bring about."""

    is_input = False

    def __init__(self, strength):
        self.strength = strength

    def join(self, planner):
        self.attach()
        planner.add(self)

    def leave(self, planner):
        if self.is_satisfied():
            planner.remove(self)
        else:
            self.detach()

    def satisfy(self, mark, planner):
        """Tries to hold from now on; returns the constraint that had to give way, if any."""
        self.choose_method(mark)
        if not self.is_satisfied():
            if self.strength == REQUIRED:
                raise RuntimeError("could not satisfy a required constraint")
            return None
        self.mark_inputs(mark)
        output = self.output()
        overridden = output.determined_by
        if overridden is not None:
            overridden.forget()
        output.determined_by = self
        if not planner.propagate(self, mark):
            raise RuntimeError("cycle of constraints")
        output.mark = mark
        return overridden


class Unary(Constraint):
    """A constraint on one variable, which it determines when it holds."""

    def __init__(self, variable, strength, planner):
        super().__init__(strength)
        self.variable = variable
        self.satisfied = False
        self.join(planner)

    def attach(self):
        self.variable.constraints.append(self)
        self.satisfied = False

    def detach(self):
        self.variable.detach(self)
        self.satisfied = False

    def choose_method(self, mark):
        self.satisfied = self.variable.mark != mark and self.strength < self.variable.walkabout

    def is_satisfied(self):
        return self.satisfied

    def mark_inputs(self, mark):
        pass

    def inputs_known(self, mark):
        return True

    def output(self):
        return self.variable

    def recalculate(self):
        self.variable.walkabout = self.strength
        self.variable.stay = not self.is_input
        if self.variable.stay:
            self.execute()

    def forget(self):
        self.satisfied = False


class Stay(Unary):
    """The variable keeps its value."""

    def execute(self):
        pass


class Edit(Unary):
    """The variable's value comes from outside."""

    is_input = True

    def execute(self):
        pass


class Binary(Constraint):
    """A constraint between two variables that can determine either from the other."""

    def __init__(self, first, second, strength, planner):
        super().__init__(strength)
        self.first = first
        self.second = second
        self.direction = 0          # 1: first to second, -1: back, 0: does not hold
        self.join(planner)

    def attach(self):
        self.first.constraints.append(self)
        self.second.constraints.append(self)
        self.direction = 0

    def detach(self):
        self.first.detach(self)
        self.second.detach(self)
        self.direction = 0

    def choose_method(self, mark):
        first, second = self.first, self.second
        forward = second.mark != mark and self.strength < second.walkabout
        backward = first.mark != mark and self.strength < first.walkabout
        if first.mark == mark:
            self.direction = 1 if forward else 0
        elif second.mark == mark:
            self.direction = -1 if backward else 0
        elif first.walkabout > second.walkabout:
            self.direction = -1 if backward else 0
        else:
            self.direction = 1 if forward else 0

    def is_satisfied(self):
        return self.direction != 0

    def input(self):
        return self.first if self.direction > 0 else self.second

    def output(self):
        return self.second if self.direction > 0 else self.first

    def mark_inputs(self, mark):
        self.input().mark = mark

    def inputs_known(self, mark):
        source = self.input()
        return source.mark == mark or source.stay or source.determined_by is None

    def recalculate(self):
        source, target = self.input(), self.output()
        target.walkabout = max(self.strength, source.walkabout)
        target.stay = source.stay
        if target.stay:
            self.execute()

    def forget(self):
        self.direction = 0


class Equal(Binary):
    """Both variables have the same value."""

    def execute(self):
        self.output().value = self.input().value


class Scale(Binary):
    """second = first * factor + offset, where factor and offset are variables as well."""

    def __init__(self, first, factor, offset, second, strength, planner):
        self.factor = factor
        self.offset = offset
        super().__init__(first, second, strength, planner)

    def attach(self):
        super().attach()
        self.factor.constraints.append(self)
        self.offset.constraints.append(self)

    def detach(self):
        super().detach()
        self.factor.detach(self)
        self.offset.detach(self)

    def mark_inputs(self, mark):
        super().mark_inputs(mark)
        self.factor.mark = mark
        self.offset.mark = mark

    def execute(self):
        if self.direction > 0:
            self.second.value = self.first.value * self.factor.value + self.offset.value
        else:
            self.first.value = (self.second.value - self.offset.value) // self.factor.value

    def recalculate(self):
        source, target = self.input(), self.output()
        target.walkabout = max(self.strength, source.walkabout)
        target.stay = source.stay and self.factor.stay and self.offset.stay
        if target.stay:
            self.execute()


class Planner:
    def __init__(self):
        self.last_mark = 0

    def new_mark(self):
        self.last_mark += 1
        return self.last_mark

    def add(self, constraint):
        """Tries to satisfy a new constraint, then each one that had to give way to the one before."""
        mark = self.new_mark()
        while constraint is not None:
            constraint = constraint.satisfy(mark, self)

    def remove(self, constraint):
        """Takes a satisfied constraint out and lets weaker ones fill the place, strongest first."""
        output = constraint.output()
        constraint.forget()
        constraint.detach()
        for unsatisfied in self.remove_downstream(output):
            self.add(unsatisfied)

    def remove_downstream(self, output):
        output.determined_by = None
        output.walkabout = WEAKEST
        output.stay = True
        unsatisfied = []
        todo = [output]
        while todo:
            variable = todo.pop()
            unsatisfied += [c for c in variable.constraints if not c.is_satisfied()]
            for constraint in consumers(variable):
                constraint.recalculate()
                todo.append(constraint.output())
        unsatisfied.sort(key=lambda constraint: constraint.strength)
        return unsatisfied

    def propagate(self, constraint, mark):
        """Recalculates all that follows from a constraint; False when it comes back to itself."""
        todo = [constraint]
        while todo:
            current = todo.pop()
            output = current.output()
            if output.mark == mark:
                self.remove(constraint)
                return False
            current.recalculate()
            todo.extend(consumers(output))
        return True

    def plan_from(self, sources):
        """The satisfied constraints that depend on the sources, in an order in which to execute them."""
        mark = self.new_mark()
        plan = []
        todo = list(sources)
        while todo:
            constraint = todo.pop()
            output = constraint.output()
            if output.mark != mark and constraint.inputs_known(mark):
                plan.append(constraint)
                output.mark = mark
                todo.extend(consumers(output))
        return plan


def consumers(variable):
    """The satisfied constraints that read a variable."""
    return [c for c in variable.constraints if c is not variable.determined_by and c.is_satisfied()]


def change(variable, values, planner):
    """Sets a variable to one value after the other, running the plan that follows from it each time."""
    edit = Edit(variable, PREFERRED, planner)
    plan = planner.plan_from([edit])
    for value in values:
        variable.value = value
        for constraint in plan:
            constraint.execute()
    edit.leave(planner)


def check(found, expected, what):
    if found != expected:
        raise SystemExit(f"{what}: found {found}, expected {expected}")


def chain(length):
    """A chain of equal variables: a value put in at the front must come out at the end. Returns a sum of them."""
    planner = Planner()
    variables = [Variable(f"v{i}") for i in range(length + 1)]
    for left, right in zip(variables, variables[1:]):
        Equal(left, right, REQUIRED, planner)
    first, last = variables[0], variables[-1]
    Stay(last, STRONG_DEFAULT, planner)
    edit = Edit(first, PREFERRED, planner)
    plan = planner.plan_from([edit])
    total = 0
    for value in range(100):
        first.value = value
        for constraint in plan:
            constraint.execute()
        check(last.value, value, "end of the chain")
        total += last.value
    edit.leave(planner)
    return total


def projection(pairs):
    """Pairs of variables, one the scaled other: changes must arrive at either side. Returns a sum of the values."""
    planner = Planner()
    factor = Variable("factor", 10)
    offset = Variable("offset", 1000)
    sources, targets = [], []
    for i in range(pairs):
        source, target = Variable(f"source {i}", i), Variable(f"target {i}", i)
        sources.append(source)
        targets.append(target)
        Stay(source, NORMAL, planner)
        Scale(source, factor, offset, target, REQUIRED, planner)
    change(source, [17], planner)
    check(target.value, 1170, "target of a changed source")
    change(target, [1050], planner)
    check(source.value, 5, "source of a changed target")
    change(factor, [5], planner)
    for i, each in enumerate(targets[:-1]):
        check(each.value, i * 5 + 1000, "target after the factor changed")
    change(offset, [2000], planner)
    for i, each in enumerate(targets[:-1]):
        check(each.value, i * 5 + 2000, "target after the offset changed")
    return sum(each.value for each in sources) + sum(each.value for each in targets)


def solve(length):
    return chain(length), projection(length)


def main():
    options = parse(small=4_000, medium=40_000, large=200_000)
    with Stopwatch("deltablue", options):
        chained, projected = run_copies(options, solve)
    print(f"chain {chained}")
    print(f"projection {projected}")


if __name__ == "__main__":
    main()

class Animal:
    kind = "animal"

    def __init__(self, name):
        self.name = name

    def speak(self):
        return self.name + " makes a sound"

    def __repr__(self):
        return "Animal(" + self.name + ")"

class Dog(Animal):
    kind = "dog"

    def speak(self):
        return super().speak() + ": woof"

a = Animal("Cat")
d = Dog("Rex")
print(a, d, a.speak(), d.speak(), a.kind, d.kind)
print(isinstance(d, Animal), issubclass(Dog, Animal), type(d).__name__)
d.age = 3
print(d.age, hasattr(a, "age"), d.__dict__)

"""A JSON reader and writer in plain Python: string scanning, slices, dictionaries, exceptions.

A document is generated, written, read back and compared; then broken copies must be refused at the right place. Every
thread handles its own document.
"""

from common import Stopwatch, parse, run_copies

ESCAPES = {'"': '"', "\\": "\\", "/": "/", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
WRITTEN = {'"': '\\"', "\\": "\\\\", "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t"}
WORDS = {"t": ("true", True), "f": ("false", False), "n": ("null", None)}
SPACE = " \t\n\r"
NUMBER = "0123456789+-.eE"


class JSONError(ValueError):
    def __init__(self, message, position):
        super().__init__(f"{message} at {position}")
        self.position = position


class Reader:
    def __init__(self, text):
        self.text = text
        self.at = 0

    def skip_space(self):
        text, at = self.text, self.at
        end = len(text)
        while at < end and text[at] in SPACE:
            at += 1
        self.at = at

    def peek(self):
        self.skip_space()
        if self.at == len(self.text):
            raise JSONError("text ends too early", self.at)
        return self.text[self.at]

    def expect(self, char):
        if self.peek() != char:
            raise JSONError(f"{char!r} expected", self.at)
        self.at += 1

    def document(self):
        value = self.value()
        self.skip_space()
        if self.at != len(self.text):
            raise JSONError("text goes on after the value", self.at)
        return value

    def value(self):
        char = self.peek()
        if char == "{":
            return self.object()
        if char == "[":
            return self.array()
        if char == '"':
            return self.string()
        if char in WORDS:
            word, value = WORDS[char]
            if not self.text.startswith(word, self.at):
                raise JSONError("no such word", self.at)
            self.at += len(word)
            return value
        return self.number()

    def object(self):
        found = {}
        self.at += 1
        if self.peek() == "}":
            self.at += 1
            return found
        while True:
            if self.peek() != '"':
                raise JSONError("name expected", self.at)
            name = self.string()
            self.expect(":")
            found[name] = self.value()
            if self.peek() == "}":
                self.at += 1
                return found
            self.expect(",")

    def array(self):
        found = []
        self.at += 1
        if self.peek() == "]":
            self.at += 1
            return found
        while True:
            found.append(self.value())
            if self.peek() == "]":
                self.at += 1
                return found
            self.expect(",")

    def string(self):
        text = self.text
        start = at = self.at + 1
        pieces = []
        while True:
            if at >= len(text):
                raise JSONError("string without end", self.at)
            char = text[at]
            if char == '"':
                pieces.append(text[start:at])
                self.at = at + 1
                return "".join(pieces)
            if char == "\\":
                pieces.append(text[start:at])
                code = text[at + 1:at + 2]
                if code == "u":
                    digits = text[at + 2:at + 6]
                    try:
                        pieces.append(chr(int(digits, 16)))
                    except ValueError:
                        raise JSONError("four hexadecimal digits expected", at) from None
                    at += 6
                elif code in ESCAPES:
                    pieces.append(ESCAPES[code])
                    at += 2
                else:
                    raise JSONError("unknown escape", at)
                start = at
            elif char < " ":
                raise JSONError("control character in string", at)
            else:
                at += 1

    def number(self):
        text, start = self.text, self.at
        at = start
        while at < len(text) and text[at] in NUMBER:
            at += 1
        self.at = at
        digits = text[start:at]
        try:
            if "." in digits or "e" in digits or "E" in digits:
                return float(digits)
            return int(digits)
        except ValueError:
            raise JSONError("value expected", start) from None


def write_string(value):
    pieces = ['"']
    for char in value:
        if char in WRITTEN:
            pieces.append(WRITTEN[char])
        elif " " <= char <= "~":
            pieces.append(char)
        else:
            pieces.append(f"\\u{ord(char):04x}")
    pieces.append('"')
    return "".join(pieces)


def write(value, pieces):
    """Appends the text of a value to a list of pieces."""
    match value:
        case None:
            pieces.append("null")
        case True:
            pieces.append("true")
        case False:
            pieces.append("false")
        case str():
            pieces.append(write_string(value))
        case int() | float():
            pieces.append(repr(value))
        case list():
            separator = "["
            for item in value:
                pieces.append(separator)
                write(item, pieces)
                separator = ", "
            pieces.append("]" if value else "[]")
        case dict():
            separator = "{"
            for name, item in value.items():
                pieces.append(separator)
                pieces.append(write_string(name))
                pieces.append(": ")
                write(item, pieces)
                separator = ", "
            pieces.append("}" if value else "{}")
        case _:
            raise TypeError(f"cannot write a {type(value).__name__}")


def generate(records):
    """A document with a bit of everything, the same on every run."""
    state = 42
    document = []
    for i in range(records):
        state = (state * 1103515245 + 12345) % 2147483648
        document.append({
            "id": i,
            "name": f"record {state % 1000}\t\"quoted\" \u00e9\u4e2d\\",
            "price": state / 1024.0,
            "tiny": state * 1e-20,
            "negative": -state,
            "tags": [f"tag{(state >> shift) % 16}" for shift in range(0, 12, 4)],
            "active": state % 3 == 0,
            "parent": None if state % 5 else {"id": i - 1, "path": [], "extra": {}},
        })
    return {"version": 1, "records": document, "empty": []}


BROKEN = ['{"a" 1}', "[1, 2", '"abc', "[tru]", '{"a": 1,}', "[1] 2", '"\\x"', '"\\u12g4"', "-", ""]


def refuse(text):
    try:
        Reader(text).document()
    except JSONError as error:
        return str(error)
    raise SystemExit(f"accepted {text!r}")


def checksum(text):
    total = 0
    for char in text:
        total = (total * 31 + ord(char)) % 4294967291
    return total


def exercise(records):
    document = generate(records)
    pieces = []
    write(document, pieces)
    text = "".join(pieces)
    if Reader(text).document() != document:
        raise SystemExit("the document came back changed")
    return len(text), checksum(text), [refuse(broken) for broken in BROKEN]


def main():
    options = parse(small=1_500, medium=15_000, large=50_000)
    with Stopwatch("json_parser", options):
        length, total, refused = run_copies(options, exercise)
    print(f"{length} characters, checksum {total}")
    for line in refused:
        print(line)


if __name__ == "__main__":
    main()

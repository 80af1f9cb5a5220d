"""Names of a plan → identifiers of Python, the same ones whatever the order of the plan.

Events and properties are called anything: `Order Completed`, `orderId`, `class`, `42`, `日本`, `💥`. Words are kept,
what cannot stand in an identifier is left out, and where two names come to one identifier, the second in alphabetical
order gets a number.
"""

from __future__ import annotations

import keyword
import re
import unicodedata
from collections.abc import Container, Iterable
from hashlib import sha256

_WORD = re.compile(r"[^\W_]+")
_HUMPS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
LONGEST, _LONGEST_FIELD = 60, 40
"""Characters."""


def words(name: str) -> list[str]:
    """The words in a name, as far as they can stand in an identifier."""
    text = "".join(
        char if char.isascii() or f"a{char}".isidentifier() else " " for char in unicodedata.normalize("NFKC", name)
    )
    return [part for word in _WORD.findall(text) for part in _HUMPS.split(word)]


def pascal(name: str) -> str:
    """`order completed` → `OrderCompleted`; empty where no word is left."""
    return unicodedata.normalize("NFKC", "".join(word[:1].upper() + word[1:] for word in words(name)))


def snake(name: str) -> str:
    """`orderId` → `order_id`; empty where no word is left."""
    return unicodedata.normalize("NFKC", "_".join(word.lower() for word in words(name)))


def digest(name: str) -> str:
    """A few characters that stand for a name that has no words, or too many."""
    return sha256(name.encode(errors="surrogatepass")).hexdigest()[:6]


class Names:
    """The identifiers of one namespace, each given out once."""

    def __init__(self, taken: Iterable[str] = ()) -> None:
        self.taken = {*taken}

    def take(self, wanted: str, *, longest: int = LONGEST) -> str:
        """`wanted`, or what comes next to it."""
        wanted = shortened(wanted, longest)
        wanted = f"{wanted}_" if keyword.iskeyword(wanted) else wanted
        found, number = wanted, 1
        while found in self.taken:
            number += 1
            found = f"{wanted}{number}"
        self.taken.add(found)
        return found

    def __contains__(self, name: str) -> bool:
        return name in self.taken


def shortened(name: str, longest: int = LONGEST) -> str:
    """A name that is not too long for a line."""
    if len(name) <= longest:
        return name
    is_class = name[:1].isupper()
    return name[: longest - 7] + (digest(name).upper() if is_class else f"_{digest(name)}")


def class_name(name: str, otherwise: str) -> str:
    """For an event or a property; `otherwise` goes in front of what could not stand alone."""
    found = pascal(name)
    if not found:
        return f"{otherwise}{digest(name)}"
    return found if found.isidentifier() else otherwise + found


def function_stem(name: str) -> str:
    """What comes after `track_`; for names that have no words, a digest."""
    return shortened(snake(name) or digest(name))


def field_names(names: Iterable[str], reserved: Container[str]) -> dict[str, str]:
    """Attributes for the members of one object. `reserved`: what the annotations around them mean something else by."""
    taken = Names(_BUILTINS_IN_TYPES)
    found: dict[str, str] = {}
    ordered = sorted(names, key=lambda name: (snake(name) != name, name))  # who is spelled so already goes first
    for name in ordered:
        wanted = snake(name) or f"field_{digest(name)}"
        if not wanted.isidentifier():
            wanted = f"field_{wanted}"
        if wanted in taken or wanted in reserved:
            wanted += "_"
        found[name] = taken.take(wanted, longest=_LONGEST_FIELD)
    return found


_BUILTINS_IN_TYPES = {"bool", "dict", "float", "int", "list", "str", "tuple"}

"""Generated text as a module."""

from __future__ import annotations

import sys
from itertools import count
from types import ModuleType

_numbers = count()


def load(text: str) -> ModuleType:
    """Run it, under a name of its own: msgspec finds annotations by the module's name.

    It stays for good: msgspec 0.22 can crash when struct classes are collected by the garbage collector.
    """
    module = ModuleType(f"generated_{next(_numbers)}")
    sys.modules[module.__name__] = module
    exec(compile(text, module.__name__, "exec"), module.__dict__)
    return module

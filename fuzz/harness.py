"""What the targets share: atheris, a corpus made of the recorded webhooks, a dictionary of JSON.

What is found, and what was learnt, is kept under `build/fuzz`; a found input is run again by naming its file:
`python -m fuzz.fuzz_parsing build/fuzz/crash-…`.
"""

from __future__ import annotations

import base64
import contextlib
import json
import sys
from collections.abc import Callable, Iterable, Iterator
from hashlib import sha1
from pathlib import Path

_ROOT = Path(__file__).parent.parent
_BUILD = _ROOT / "build" / "fuzz"
_LONGEST = 8192

_TOKENS = (
    *(
        "{",
        "}",
        "[",
        "]",
        ",",
        ":",
        '"',
        "\\\\u",
        '"\\\\ud800"',
        '"\\\\ud83d\\\\ude00"',
        "true",
        "false",
        "null",
        "NaN",
    ),
    *("-0", "1e400", "1.5e-7", '{"json":', '"type":"track"', '"type":"page"', '"properties":{', '"traits":{'),
    *('"context":[]', '"userId":', '"messageId":', '"event":', '"segment_hooks:index":', "\\xef\\xbb\\xbf", "\\xff"),
)


def instrumented() -> contextlib.AbstractContextManager[None]:
    """Within it, `segment_hooks` is imported so that atheris sees which branches an input takes."""
    try:
        import atheris
    except ImportError:
        sys.exit("atheris is not installed: pip install atheris (it has wheels for CPython 3.11 to 3.13 on Linux)")
    return _instrumented(atheris.instrument_imports(include=["segment_hooks"]))


@contextlib.contextmanager
def _instrumented(imports: contextlib.AbstractContextManager[object]) -> Iterator[None]:
    with imports:
        yield


def recorded_bodies() -> list[bytes]:
    """The bodies of the recorded webhooks, but for the largest."""
    lines = (_ROOT / "tests" / "data" / "webhooks.jsonl").read_text("utf-8").splitlines()
    bodies = (base64.b64decode(json.loads(line)["body_base64"]) for line in lines)
    return [body for body in bodies if len(body) < _LONGEST]


def run(name: str, target: Callable[[bytes], None], seeds: Iterable[bytes]) -> None:
    """Fuzz `target`, which raises where an input breaks a promise. Never returns."""
    import atheris

    corpus = _BUILD / name
    corpus.mkdir(parents=True, exist_ok=True)
    for seed in seeds:
        (corpus / sha1(seed, usedforsecurity=False).hexdigest()).write_bytes(seed)
    dictionary = _BUILD / "json.dict"
    dictionary.write_text("".join(f'"{token.replace(chr(34), chr(92) + chr(34))}"\n' for token in _TOKENS))
    options = [f"-artifact_prefix={_BUILD}/", f"-dict={dictionary}", f"-max_len={_LONGEST}", "-timeout=20"]
    given = sys.argv[1:]
    runs_files = any(not argument.startswith("-") for argument in given)
    atheris.Setup([sys.argv[0], *options, *given, *([] if runs_files else [str(corpus)])], target)
    atheris.Fuzz()

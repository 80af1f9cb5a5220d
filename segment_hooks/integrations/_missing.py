"""What an integration says where the package it is for is not installed."""

from __future__ import annotations


def missing(name: str, extra: str) -> ImportError:
    """The error to raise from the `ImportError` of a third party: `name` as its makers write it, `extra` of ours."""
    return ImportError(
        f'segment_hooks.integrations.{extra} needs {name}: pip install "segment-hooks[{extra}]"',
        name=extra,
    )

"""What a module here says where the library it is for is not installed."""

from __future__ import annotations


def missing(module: str, package: str) -> ImportError:
    """The error to raise from the `ImportError` of a third party: `package` as it is called on PyPI."""
    return ImportError(f"segment_testing.mocking.{module} needs {package}: pip install {package}", name=module)

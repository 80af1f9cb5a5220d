"""Node.js, to hold `stringify` and the signatures against: one process for a whole test."""

from __future__ import annotations

import json
import subprocess
from typing import Any

from tests.parts import program


def run_node(script: str, given: Any) -> Any:
    """What `script`, a function from a parsed JSON value to another, makes of `given`, in one Node.js process.

    Both go through text that is pure ASCII, so no transport has a say in how they are encoded.
    """
    node = program("node")  # or JavaScript's own JSON.stringify cannot be asked
    whole = f"""
        const given = JSON.parse(require("fs").readFileSync(0, "utf8"));
        const escaped = (c) => "\\\\u" + c.charCodeAt(0).toString(16).padStart(4, "0");
        const text = JSON.stringify(({script})(given)).replace(/[\\u007f-\\uffff]/g, escaped);
        require("fs").writeFileSync(1, text);
    """
    done = subprocess.run([node, "-e", whole], input=json.dumps(given).encode(), capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    return json.loads(done.stdout)

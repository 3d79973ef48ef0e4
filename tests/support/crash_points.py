"""Which crash points our source has."""

import ast
from collections import Counter
from pathlib import Path

from tests.support.repository import ROOT


def points_in_source(root: Path = ROOT / "src") -> Counter[str]:
    """Return the names given to ``crash_point``, and how often each stands in the source."""
    found: Counter[str] = Counter()
    for path in sorted(root.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "crash_point":
                (name,) = node.args
                assert isinstance(name, ast.Constant), f"{path}: a crash point needs a plain name"
                found[str(name.value)] += 1
    return found

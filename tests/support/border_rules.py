"""Rules about borders, as functions over a source tree (see ``house_rules``).

Which room holds which library, which port has a contract suite, which change has a handler in
the browser, which setting is shown in ``.env.example``.
"""

import ast
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from tests.support.house_rules import frontend_files, python_files


def misplaced_libraries(root: Path, rooms: Mapping[str, frozenset[str]]) -> list[str]:
    """Name imports of a third-party library outside of its room, and libraries without one.

    Args:
        root: the checkout.
        rooms: import name → packages below ``vexmail`` that may import it (``"app.demo"``).
    """
    offences = []
    for path in python_files(root, "src"):
        module = ".".join(path.relative_to(root / "src" / "vexmail").with_suffix("").parts)
        place = path.relative_to(root)
        for name in sorted(_imported_packages(path)):
            if name in sys.stdlib_module_names or name == "vexmail":
                continue
            if name not in rooms:
                offences.append(f"{place} imports {name}, which has no room yet")
            elif not any(module == r or module.startswith(f"{r}.") for r in rooms[name]):
                allowed = ", ".join(sorted(rooms[name]))
                offences.append(f"{place} imports {name}, which lives in {allowed}")
    return offences


def impure_domain(root: Path, allowed: frozenset[str]) -> list[str]:
    """Name standard library modules that ``domain`` must not touch: no I/O, clock, randomness."""
    return [
        f"{path.relative_to(root)} imports {name}: the domain decides, others act"
        for path in python_files(root, "src/vexmail/domain")
        for name in sorted(_imported_packages(path) - allowed - {"vexmail"})
    ]


def ports_without_contract(root: Path) -> list[str]:
    """Name ports that no ``tests/contracts/*<port>*.py`` exercises."""
    offences = []
    for path in python_files(root, "src/vexmail/ports"):
        if path.stem == "__init__":
            continue
        suites = sorted((root / "tests" / "contracts").glob(f"*{path.stem}*.py"))
        if not any("def test_" in suite.read_text(encoding="utf-8") for suite in suites):
            offences.append(f"ports/{path.name} has no suite tests/contracts/test_{path.stem}.py")
    return offences


def change_types(root: Path) -> set[str]:
    """Return the names on the wire of all changes in ``domain/change.py``."""
    source = (root / "src" / "vexmail" / "domain" / "change.py").read_text(encoding="utf-8")
    return {
        item.value.value
        for item in ast.walk(ast.parse(source))
        if isinstance(item, ast.AnnAssign)
        and isinstance(item.target, ast.Name)
        and item.target.id == "type"
        and isinstance(item.value, ast.Constant)
        and isinstance(item.value.value, str)
    }


def unhandled_changes(root: Path) -> list[str]:
    """Name change types that no ``case`` and no table key in ``frontend/src`` handles."""
    sources = "\n".join(
        path.read_text(encoding="utf-8")
        for path in frontend_files(root)
        if path.suffix in {".ts", ".tsx"} and ".test." not in path.name
    )
    return [
        f"change {name!r} has no handler in frontend/src"
        for name in sorted(change_types(root))
        if not re.search(rf"case\s+['\"]{name}['\"]|^\s*{name}\s*[:(]", sources, re.MULTILINE)
    ]


def settings_drift(example: str, fields: frozenset[str]) -> list[str]:
    """Compare ``.env.example`` (its text) with the environment names that the settings read."""
    listed = set(re.findall(r"^#?\s?([A-Z][A-Z0-9_]+)=", example, re.MULTILINE))
    missing = [f".env.example does not show {name}" for name in sorted(fields - listed)]
    return missing + [
        f".env.example shows {n}, which nothing reads" for n in sorted(listed - fields)
    ]


def _imported_packages(path: Path) -> set[str]:
    return {name.split(".")[0] for name in _imports(ast.parse(path.read_text(encoding="utf-8")))}


def _imports(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module

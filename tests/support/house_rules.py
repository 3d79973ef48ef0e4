"""The house rules that no off-the-shelf tool checks, as functions over a source tree.

Each takes the root of a checkout and returns one sentence per offence, so that the same
function judges this repository and a planted offence in a temporary folder.
"""

import ast
import re
import tokenize
from collections.abc import Iterator, Mapping
from pathlib import Path

MAX_LINES = 300  # where to look twice, not a law: an allow-list names what is one thing
FORBIDDEN_NAMES = frozenset(
    {"utils", "util", "helpers", "helper", "common", "misc", "base", "manager", "core", "shared"}
)
_FORBIDDEN_CLASS = re.compile(r"(Manager|Helper|Helpers|Util|Utils)$")
_RFC = re.compile(r"\bRFC (\d{3,5})\b")
_STANDARDS_ROW = re.compile(r"^\|\s*\[?RFC (\d+)\]?[^|]*\|[^|]*\|\s*([a-z]+)[^|]*\|", re.MULTILINE)
_STATES = frozenset({"implemented", "partial", "planned", "no"})
_WAIVER = re.compile(r"#\s*(?:noqa|type: ignore|pragma: no cover)\b(.*)$")
_REASON = re.compile(r"\s[-#]+\s*\w.+")
_CODE_FOLDERS = ("src", "tests", "bench", "scripts", "alembic")
_LEAVE_OUT = frozenset({"__pycache__", "node_modules", "static", "data", "dist", "results"})


def python_files(root: Path, *folders: str) -> Iterator[Path]:
    """Yield our Python files below ``folders`` (default: all of ours), in a stable order."""
    for folder in folders or _CODE_FOLDERS:
        for path in sorted((root / folder).rglob("*.py")):
            if not _LEAVE_OUT.intersection(path.relative_to(root).parts):
                yield path


def frontend_files(root: Path) -> Iterator[Path]:
    """Yield the hand-written TypeScript and CSS of the SPA."""
    for path in sorted((root / "frontend" / "src").rglob("*")):
        if path.suffix in {".ts", ".tsx", ".css"} and not path.name.endswith(".d.ts"):
            yield path


def long_files(root: Path, allowed: Mapping[str, str]) -> list[str]:
    """Name files longer than ``MAX_LINES`` that no reason allows, and reasons no longer needed.

    Args:
        root: the checkout.
        allowed: path relative to ``root`` → why this long file is one thing.
    """
    offences = []
    lengths = {
        path.relative_to(root).as_posix(): len(path.read_text(encoding="utf-8").splitlines())
        for path in (*python_files(root), *frontend_files(root))
    }
    offences += [
        f"{name} has {lines} lines: is it one thing, or two?"
        for name, lines in lengths.items()
        if lines > MAX_LINES and name not in allowed
    ]
    offences += [
        f"{name} is allowed to be long but is not, or is gone: drop it from the list"
        for name in allowed
        if lengths.get(name, 0) <= MAX_LINES
    ]
    return offences


def vague_names(root: Path) -> list[str]:
    """Name files, folders and classes called by words that say nothing."""
    offences = []
    scripts = (path for path in frontend_files(root) if path.suffix != ".css")
    for path in (*python_files(root), *scripts):
        name = path.relative_to(root).as_posix()
        words = {word for part in Path(name).with_suffix("").parts for word in part.split("_")}
        words |= set(path.with_suffix("").name.split("."))
        offences += [f"{name}: {word!r} says nothing" for word in sorted(words & FORBIDDEN_NAMES)]
    for path in python_files(root):
        for node in ast.walk(_parse(path)):
            if isinstance(node, ast.ClassDef) and _FORBIDDEN_CLASS.search(node.name):
                offences.append(f"{path.relative_to(root)}: class {node.name} says nothing")
    return offences


def missing_docstrings(root: Path) -> list[str]:
    """Name modules without a docstring that says what they are for."""
    return [
        f"{path.relative_to(root)} opens without a docstring"
        for path in python_files(root)
        if not (ast.get_docstring(_parse(path)) or "").strip()
    ]


def waivers_without_reason(root: Path) -> list[str]:
    """Name lint and type waivers that do not say why (``# noqa: RULE - reason``)."""
    offences = []
    for path in python_files(root):
        with path.open("rb") as source:
            for token in tokenize.tokenize(source.readline):
                waiver = _WAIVER.search(token.string) if token.type == tokenize.COMMENT else None
                if waiver and not _REASON.search(waiver[1]):
                    place = f"{path.relative_to(root)}:{token.start[0]}"
                    offences.append(f"{place} waives a rule without a reason")
    return offences


def unlisted_standards(root: Path) -> list[str]:
    """Name RFCs that ``src`` cites but ``docs/standards.md`` has no row for, and odd rows."""
    text = (root / "docs" / "standards.md").read_text(encoding="utf-8")
    states = dict(_STANDARDS_ROW.findall(text))
    offences = [
        f"docs/standards.md: RFC {number} has state {state!r}"
        for number, state in states.items()
        if state not in _STATES
    ]
    cited: dict[str, Path] = {}
    for path in python_files(root, "src"):
        for number in _RFC.findall(path.read_text(encoding="utf-8")):
            cited.setdefault(number, path)
    for number, path in sorted(cited.items(), key=lambda item: int(item[0])):
        place = path.relative_to(root)
        if number not in states:
            offences.append(f"RFC {number} ({place}) is no row of docs/standards.md")
        elif states[number] == "no":
            offences.append(f"RFC {number} ({place}) is cited, but its row says no")
    return offences


def _parse(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))

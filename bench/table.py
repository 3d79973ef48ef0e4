"""How results are shown and kept."""

import json
import os
import platform
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

from bench.promise import Line, Promise, Verdict

RESULTS = Path(__file__).parent / "results"
_HEAD = ("#", "figure", "baseline", "ours", "ratio", "target", "")


def render(results: Mapping[Promise, Sequence[Line] | str]) -> str:
    """Return the table; a promise whose value is a text could not be measured, and says why."""
    rows: list[tuple[str, ...]] = [_HEAD]
    for promise, lines in results.items():
        if isinstance(lines, str):
            rows.append(
                (str(promise.number), f"{promise.name}: {lines}", *([""] * 4), "NOT MEASURED")
            )
            continue
        rows += (_row(promise, line) for line in lines)
    widths = [max(len(row[i]) for row in rows) for i in range(len(_HEAD))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    )


def save(results: Mapping[Promise, Sequence[Line] | str], started: str) -> Path:
    """Write one JSON file for the run and return its path; ``started`` names it."""
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"{started}.json"
    report = {
        "started": started,
        "commit": _commit(),
        "machine": {
            "cores": os.cpu_count(),
            "system": platform.platform(),
            "python": platform.python_version(),
        },
        "results": [_entry(promise, lines) for promise, lines in results.items()],
    }
    path.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
    return path


def _row(promise: Promise, line: Line) -> tuple[str, ...]:
    return (
        str(promise.number),
        f"{promise.name}: {line.what}",
        "" if line.baseline is None else f"{line.baseline:.4g} {line.unit}",
        f"{line.ours:.4g} {line.unit}",
        "" if line.ratio is None else f"{line.ratio:.2f}x",
        "" if line.bound is None else str(line.bound),
        line.verdict.value,
    )


def _entry(promise: Promise, lines: Sequence[Line] | str) -> dict[str, object]:
    entry: dict[str, object] = asdict(promise)
    if isinstance(lines, str):
        return entry | {"not_measured": lines}
    return entry | {
        "lines": [asdict(line) | {"ratio": line.ratio, "met": _met(line.verdict)} for line in lines]
    }


def _met(verdict: Verdict) -> bool | None:
    return None if verdict is Verdict.OPEN else verdict is Verdict.MET


def _commit() -> str | None:
    found = subprocess.run(
        ["git", "describe", "--always", "--dirty"], capture_output=True, text=True, check=False
    )
    return found.stdout.strip() or None

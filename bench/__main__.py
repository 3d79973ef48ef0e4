"""``python -m bench [NAME ...]``: run benchmarks, print the table, keep the figures.

Without names all run. The exit status is 1 when a bound is missed or a benchmark could not run.
"""

import argparse
import asyncio
import importlib
import pkgutil
import sys
import time
import traceback
from collections.abc import Awaitable, Callable, Sequence

import bench
from bench.promise import Line, Promise, Verdict
from bench.table import render, save

Measure = Callable[[], Awaitable[Sequence[Line]]]


def benchmarks() -> dict[Promise, Measure]:
    """Find the modules of this package that define ``PROMISE`` and ``measure``, by number."""
    found: dict[Promise, Measure] = {}
    for module_info in pkgutil.iter_modules(bench.__path__):
        if module_info.name == "__main__":
            continue
        module = importlib.import_module(f"bench.{module_info.name}")
        if hasattr(module, "PROMISE"):
            found[module.PROMISE] = module.measure
    return dict(sorted(found.items(), key=lambda item: item[0].number))


def run(wanted: dict[Promise, Measure]) -> dict[Promise, Sequence[Line] | str]:
    """Run one benchmark after the other; one that breaks does not stop the rest."""
    results: dict[Promise, Sequence[Line] | str] = {}
    for promise, measure in wanted.items():
        print(f"{promise.number:3} {promise.name}: {promise.job}, beside {promise.baseline} ...")
        begun = time.monotonic()
        try:
            results[promise] = asyncio.run(_measured(measure))
        except Exception as error:  # noqa: BLE001 - boundary: one benchmark never stops another
            traceback.print_exc()
            results[promise] = f"{type(error).__name__}: {error}"
        print(f"    took {time.monotonic() - begun:.1f} s")
    return results


async def _measured(measure: Measure) -> Sequence[Line]:
    return await measure()


def main(arguments: Sequence[str]) -> int:
    """Run what the command line names; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help="which benchmarks; default all")
    parser.add_argument("--list", action="store_true", help="say which there are and stop")
    options = parser.parse_args(arguments)
    known = benchmarks()
    if options.list:
        for promise in known:
            print(f"{promise.number:3} {promise.name:12} {promise.job}")
        return 0
    unknown = set(options.names) - {promise.name for promise in known}
    if unknown:
        parser.error(f"no such benchmark: {', '.join(sorted(unknown))}; see --list")
    wanted = {p: m for p, m in known.items() if not options.names or p.name in options.names}
    results = run(wanted)
    print(f"\n{render(results)}")
    print(f"\nkept in {save(results, time.strftime('%Y-%m-%dT%H%M%S'))}")
    return 0 if all(_kept(lines) for lines in results.values()) else 1


def _kept(lines: Sequence[Line] | str) -> bool:
    return not isinstance(lines, str) and all(line.verdict is not Verdict.MISSED for line in lines)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

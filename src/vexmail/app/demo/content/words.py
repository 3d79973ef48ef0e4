"""Reads the world's texts from the ``.toml`` files beside this module and fills their slots."""

import random
import re
import tomllib
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import Any

_SLOT = re.compile(r"\{(\w+)\}")


@cache
def texts(name: str) -> dict[str, Any]:
    """Return the parsed ``name``.toml; treat it as read-only."""
    return tomllib.loads((files(__package__) / f"{name}.toml").read_text("utf-8"))


def chosen_slots(
    pools: dict[str, list[str]], turn: int, chance: random.Random, at: datetime
) -> dict[str, str]:
    """Choose one value for each slot; consecutive turns take different ones.

    ``{year}``, ``{month}``, ``{day}`` and ``{number}`` are always there.
    """
    values = {
        name: pool[(turn + place) % len(pool)]
        for place, (name, pool) in enumerate(sorted(pools.items()))
    }
    return {
        "year": f"{at:%Y}",
        "month": f"{at:%B}",
        "day": f"{at.day}",
        "number": f"{chance.randrange(10_000, 99_999)}",
    } | values


def filled(text: str, slots: dict[str, str]) -> str:
    """Return ``text`` with its ``{slot}``s replaced.

    Raises:
        KeyError: a slot has no value, which is a mistake in the text file.
    """
    return _SLOT.sub(lambda found: slots[found.group(1)], text)

"""How jobs travel: names, queue and encoding, equal on both sides."""

import json
from typing import Any

QUEUE = "vexmail:jobs"
PARSE_MESSAGES = "parse_messages"


def encode(job: dict[str, Any]) -> bytes:
    """Return a job as JSON; results that are no JSON are kept as text."""
    return json.dumps(job, default=repr).encode()


def decode(data: bytes) -> dict[str, Any]:
    """Return a job from JSON."""
    loaded: dict[str, Any] = json.loads(data)
    return loaded

"""Large mailboxes: written once per run, or once for many runs.

``VEXMAIL_BENCH_MAIL`` names a folder that is kept: a mailbox found there is used again, which
saves a minute for 100,000 messages.
"""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.support import mailgen
from tests.support.dovecot import Dovecot

KEPT = "VEXMAIL_BENCH_MAIL"
# mailgen is a script without annotations.
_generate: Callable[..., Iterator[mailgen.Message]] = mailgen.generate
_write: Callable[..., tuple[int, int]] = mailgen.write_maildir


@contextmanager
def generated(count: int, *, profile: str = "small", seed: int = 1) -> Iterator[Path]:
    """Give a Maildir with so many messages; removed afterwards unless the folder is kept."""
    kept = os.environ.get(KEPT)
    with tempfile.TemporaryDirectory(prefix="vexmail-bench-mail-") as passing:
        path = Path(kept or passing) / f"{profile}-{count}-{seed}"
        if not path.exists():
            unfinished = path.with_suffix(".unfinished")
            shutil.rmtree(unfinished, ignore_errors=True)
            _write(_generate(count, seed=seed, profile=profile), str(unfinished))
            unfinished.rename(path)
        yield path


def link_into(dovecot: Dovecot, user: str, source: Path) -> None:
    """Give a user the messages of a Maildir without copying their bytes, where links work."""
    target = dovecot.maildir(user) / "cur"
    for entry in os.scandir(source / "cur"):
        link = target / entry.name
        with suppress(OSError):
            os.link(entry.path, link)
            continue
        shutil.copy2(entry.path, link)
    dovecot.maildir(user)  # which makes what lies there now the mail user's

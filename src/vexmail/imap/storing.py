"""Flags by UID (RFC 9051 §6.4.6)."""

import re
from collections.abc import Iterable, Sequence
from typing import Final

from vexmail.domain.errors import CommandRefused
from vexmail.domain.flags import RECENT, FlagEdit
from vexmail.domain.ids import Uid
from vexmail.domain.message import RemoteFlags
from vexmail.imap import uid_sets
from vexmail.imap.exchange import Exchange
from vexmail.imap.fetch_row import read_flags
from vexmail.imap.framer import Unit
from vexmail.imap.wording import command_refused

_FLAG: Final = re.compile(r"\\?[!#$&'+,./0-9:;<=>?@A-Z^_`a-z|~\[-]+")


async def store_flags(exchange: Exchange, uids: Sequence[Uid], edit: FlagEdit) -> list[RemoteFlags]:
    """Add and remove flags; answer what the server said in return, one row per UID.

    Raises:
        CommandRefused, TransientError: the server would not, or a flag is no atom.
    """
    steps = [("-FLAGS", flag_list(edit.remove)), ("+FLAGS", flag_list(edit.add))]
    told: list[RemoteFlags] = []
    for part in uid_sets.cut(uids, uid_sets.most_at_once(exchange.capabilities)):
        for action, flags in steps:
            if flags != "()":
                told += await _store(exchange, part, action, flags)
    return latest(told)


def latest(rows: Iterable[RemoteFlags]) -> list[RemoteFlags]:
    """Return one row per UID, the last told, ascending."""
    by_uid = {row.uid: row for row in rows}
    return [by_uid[uid] for uid in sorted(by_uid)]


def flag_list(flags: Iterable[str]) -> str:
    """Return flags as a command takes them; ``\\Recent`` is the server's to set.

    Raises:
        CommandRefused: a flag is no atom (RFC 9051 §9 ``flag``).
    """
    names = sorted(name for name in flags if name.lower() != RECENT.lower())
    for name in names:
        if not _FLAG.fullmatch(name):
            raise CommandRefused("A label may hold no spaces, brackets, quotes or accents.")
    return f"({' '.join(names)})"


async def _store(
    exchange: Exchange, uids: Sequence[Uid], action: str, flags: str
) -> list[RemoteFlags]:
    wanted = frozenset(uids)

    def read_wanted(unit: Unit) -> RemoteFlags | None:
        row = read_flags(unit)
        return row if row is not None and row.uid in wanted else None

    answer = await exchange.rows(read_wanted, "STORE", uid_sets.format_set(uids), action, flags)
    if answer.tagged.status != "OK":
        raise command_refused("change the flags", answer.tagged)
    return answer.rows

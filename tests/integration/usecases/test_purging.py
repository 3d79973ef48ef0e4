"""What no mailbox has held for a month goes, with its bytes; nothing else does."""

import os
from pathlib import Path

from tests.integration.usecases.desk import Desk, a_letter
from vexmail.blobs.local_folder import LocalFolderBlobStore
from vexmail.domain.delta import MailboxDelta
from vexmail.domain.flags import SEEN, FlagEdit
from vexmail.domain.ids import BlobId, MessageId, Uid, UidValidity
from vexmail.usecases.purge_orphans import PurgeOrphans


async def _set_bytes(desk: Desk, subject: str, blob_id: BlobId, *, days: int = 0) -> None:
    await desk.rows(
        "UPDATE messages SET body_state = 'stored', blob_id = $2,"
        " orphaned_at = orphaned_at - make_interval(days => $3) WHERE subject = $1 RETURNING id",
        subject,
        blob_id,
        days,
    )


async def test_an_orphan_goes_after_a_month_with_bytes_that_nothing_else_names(
    desk: Desk, tmp_path: Path
) -> None:
    blobs = LocalFolderBlobStore(tmp_path)
    own, shared, fresh = [await blobs.put(text) for text in (b"own", b"shared", b"fresh")]
    for blob_id in (own, shared):
        os.utime(tmp_path / blob_id[:2] / blob_id, (0, 0))
    names = ("Alone", "Like another", "Put lately", "Young", "Wished about", "Here")
    inbox = await desk.inbox(*(a_letter(uid, name) for uid, name in enumerate(names, 1)))
    listed = {item["subject"]: MessageId(int(item["id"])) for item in await desk.listed(inbox)}
    await desk.wish(desk.owner, listed["Wished about"], FlagEdit(add=frozenset({SEEN})))
    box = await desk.held(inbox)
    gone = tuple(Uid(uid) for uid in range(1, len(names)))
    await desk.apply(inbox, MailboxDelta(UidValidity(box.uid_validity), vanished=gone))
    for name, blob_id, days in (
        ("Alone", own, 31),
        ("Like another", shared, 31),
        ("Put lately", fresh, 31),
        ("Young", own, 29),
        ("Wished about", own, 31),
        ("Here", shared, 0),
    ):
        await _set_bytes(desk, name, blob_id, days=days)

    purge = PurgeOrphans(desk.uow, blobs)
    assert await purge() == 3
    assert await purge() == 0

    left = {row["subject"] for row in await desk.rows("SELECT subject FROM messages")}
    assert left == {"Young", "Wished about", "Here"}
    assert await blobs.exists(own)  # others name it
    assert await blobs.exists(shared)
    assert await blobs.exists(fresh)
    await desk.rows(
        "UPDATE messages SET orphaned_at = orphaned_at - interval '2 days'"
        " WHERE subject = 'Young' RETURNING id"
    )
    for state in ("parked", "rejected"):  # a person may still want it
        await desk.rows("UPDATE intents SET state = $1 RETURNING id", state)
        assert await purge() == (state == "parked")  # Young
    await desk.rows("UPDATE intents SET state = 'settled' RETURNING id")

    assert await purge() == 1
    assert not await blobs.exists(own)
    assert await blobs.exists(shared)

"""What a mailbox is for: the server's word (RFC 6154, RFC 8457), else a table of usual names."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from vexmail.domain.mailbox import MailboxRole, RemoteMailbox

_ATTRIBUTES: Final = {
    "\\sent": MailboxRole.SENT,
    "\\drafts": MailboxRole.DRAFTS,
    "\\trash": MailboxRole.TRASH,
    "\\junk": MailboxRole.JUNK,
    "\\archive": MailboxRole.ARCHIVE,
    "\\all": MailboxRole.ALL,
    "\\flagged": MailboxRole.FLAGGED,
    "\\important": MailboxRole.IMPORTANT,
}

# Names that servers and mail programs give, the best known come first.
_NAMES: Final[dict[MailboxRole, str]] = {
    MailboxRole.SENT: (
        "sent|sent items|sent mail|sent messages|gesendet|gesendete objekte|gesendete elemente"
        "|envoyes|messages envoyes|elements envoyes|enviados|elementos enviados|mensajes enviados"
        "|itens enviados|inviata|posta inviata|inviati|verzonden|verzonden items"
        "|verzonden berichten|skickat|skickade|sendt|sendte elementer|sendt post|lahetetyt"
        "|wyslane|elementy wyslane|odeslane|odeslana posta|отправленные|надіслані|gonderilmis"
        "|gonderilmis ogeler|elkuldott|elkuldott elemek|trimise|απεσταλμενα|送信済み"
        "|送信済みアイテム|送信済みメール|已发送|已发送邮件|寄件備份|보낸편지함|보낸 편지함"
        "|البريد المرسل"
    ),
    MailboxRole.DRAFTS: (
        "drafts|draft|entwurfe|brouillons|borradores|rascunhos|bozze|concepten|utkast|kladder"
        "|luonnokset|wersje robocze|szkice|koncepty|rozepsane|черновики|чернетки|taslaklar"
        "|piszkozatok|schite|ciorne|προχειρα|下書き|草稿|草稿箱|草稿匣|임시보관함"
        "|임시 보관함|المسودات"
    ),
    MailboxRole.TRASH: (
        "trash|deleted items|deleted messages|deleted|bin|papierkorb|geloschte elemente"
        "|geloschte objekte|corbeille|elements supprimes|papelera|elementos eliminados|lixeira"
        "|itens excluidos|lixo|cestino|posta eliminata|prullenbak|prullenmand|verwijderde items"
        "|papperskorgen|borttagna objekt|papirkurv|slettet post|slettede elementer|roskakori"
        "|poistetut|kosz|elementy usuniete|kos|odstranena posta|корзина|удаленные|кошик|видалені"
        "|cop kutusu|silinmis ogeler|lomtar|torolt elemek|cos de gunoi|καδος|ごみ箱|ゴミ箱"
        "|削除済みアイテム|已删除|已删除邮件|废件箱|垃圾桶|刪除的郵件|휴지통|지운 편지함|المهملات"
    ),
    MailboxRole.JUNK: (
        "junk|spam|junk mail|junk email|junk e mail|bulk mail|bulk|spamverdacht|werbung"
        "|courrier indesirable|indesirables|pourriel|correo no deseado|no deseado|lixo eletronico"
        "|lixo eletrônico|posta indesiderata|indesiderata|ongewenste e mail|ongewenst|skrappost"
        "|uonsket e post|uonsket mail|roskaposti|wiadomosci smieci|niechciana posta"
        "|nevyzadana posta|спам|нежелательная почта|небажана пошта|istenmeyen"
        "|gereksiz e posta|levelszemet"
        "|ανεπιθυμητα|迷惑メール|垃圾邮件|垃圾郵件|스팸|스팸메일함|정크 메일|البريد العشوائي"
    ),
    MailboxRole.ARCHIVE: (
        "archive|archives|archiv|archivio|archivo|arquivo|archief|arkiv|arkisto|archiwum|архив"
        "|архів|arsiv|archivum|arhiva|αρχειο|アーカイブ|归档|存档|封存|보관함|أرشيف"
    ),
    MailboxRole.ALL: (
        "all mail|alle nachrichten|tous les messages|todos|todos os e mails|tutti i messaggi"
        "|alle berichten|вся почта|すべてのメール|所有邮件|전체보관함"
    ),
    MailboxRole.FLAGGED: (
        "starred|flagged|markiert|suivis|destacados|speciali|помеченные|スター付き"
    ),
    MailboxRole.IMPORTANT: "important|wichtig|importants|importantes|importanti|важное|重要",
}
_SEPARATORS: Final = re.compile(r"[\s_\-.]+")


def _fold(name: str) -> str:
    """Return a name without case, accents and separators' differences."""
    decomposed = unicodedata.normalize("NFKD", name.casefold())
    bare = "".join(char for char in decomposed if not unicodedata.combining(char))
    return _SEPARATORS.sub(" ", unicodedata.normalize("NFC", bare)).strip()


_ROLE_OF: Final = {
    _fold(name): role for role, names in reversed(_NAMES.items()) for name in names.split("|")
}
_RANK: Final = {
    _fold(name): rank for names in _NAMES.values() for rank, name in enumerate(names.split("|"))
}


def assign_roles(mailboxes: Sequence[RemoteMailbox]) -> list[RemoteMailbox]:
    """Return the mailboxes with roles, each role given once; a given name beats a guessed one."""
    roles: dict[int, MailboxRole] = {}
    for index, mailbox in enumerate(mailboxes):
        if mailbox.wire_name.upper() == "INBOX":  # case-insensitive (RFC 9051 §5.1)
            _give(roles, index, MailboxRole.INBOX)
    for index, mailbox in enumerate(mailboxes):
        for attribute in sorted(mailbox.attributes):
            role = _ATTRIBUTES.get(attribute)
            if role is not None and mailbox.selectable:
                _give(roles, index, role)
    for _, index, role in sorted(_guesses(mailboxes)):
        _give(roles, index, role)
    return [
        replace(mailbox, role=roles[index]) if index in roles else mailbox
        for index, mailbox in enumerate(mailboxes)
    ]


def _give(roles: dict[int, MailboxRole], index: int, role: MailboxRole) -> None:
    if index not in roles and role not in roles.values():
        roles[index] = role


def _guesses(
    mailboxes: Sequence[RemoteMailbox],
) -> list[tuple[tuple[int, int], int, MailboxRole]]:
    """Return candidates, the likeliest first: shallow ones, then the best known name."""
    found = []
    for index, mailbox in enumerate(mailboxes):
        if not mailbox.selectable:
            continue
        parts = mailbox.name.split(mailbox.delimiter) if mailbox.delimiter else [mailbox.name]
        # Some servers keep everything below INBOX, Gmail below [Gmail].
        if len(parts) > 1 and (parts[0].upper() == "INBOX" or parts[0].startswith("[")):
            parts = parts[1:]
        if len(parts) > 1:
            continue  # "Projects/Archive" is a person's own
        name = _fold(parts[0])
        role = _ROLE_OF.get(name)
        if role is not None:
            found.append(((_RANK[name], index), index, role))
    return found

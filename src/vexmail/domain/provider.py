"""What large providers and common servers allow, as far as anybody knows.

Only facts that change what we do stand here: how many connections an account may hold, how much
it may download in a day, and whether its counters run ahead. A server that is none of these is
treated with care.
"""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

MB = 1_000_000  # providers count in powers of ten


class Provider(StrEnum):
    """Who runs the server, or with what software."""

    GMAIL = "gmail"
    MICROSOFT = "microsoft"
    YAHOO = "yahoo"
    """AOL, Sky and others live on the same machines."""
    ICLOUD = "icloud"
    DOVECOT = "dovecot"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Allowance:
    """What one account may take.

    Attributes:
        connections: most that we hold at once; what is left is for the person's other programs.
        lags: counters may move before the flags behind them can be read (seen at Gmail, where
            HIGHESTMODSEQ was ahead of what FETCH CHANGEDSINCE told).
        daily_bytes: what the backfill of bodies may download in a day of UTC, everything that
            the account downloads counted in; None where nobody counts.
    """

    connections: int
    daily_bytes: int | None = None
    lags: bool = False


_ALLOWANCES = {
    # 15 connections over all devices; about 2,500 MB a day over IMAP, after which the account
    # is locked for hours. We stop at 60 % of that: phones and other programs count, too.
    Provider.GMAIL: Allowance(3, 1_500 * MB, lags=True),
    Provider.MICROSOFT: Allowance(3),
    # Few connections, and the reason is never told: one that listens, one for everything else.
    Provider.YAHOO: Allowance(2),
    Provider.ICLOUD: Allowance(3),
    # mail_max_userip_connections is 10 by default, and all of us have one address.
    Provider.DOVECOT: Allowance(3),
    # Courier lets four in from one address, whoever they are (MAXPERIP).
    Provider.UNKNOWN: Allowance(2),
}

_HOSTS = {
    "gmail.com": Provider.GMAIL,
    "googlemail.com": Provider.GMAIL,
    "outlook.com": Provider.MICROSOFT,
    "office365.com": Provider.MICROSOFT,
    "hotmail.com": Provider.MICROSOFT,
    "live.com": Provider.MICROSOFT,
    "yahoo.com": Provider.YAHOO,
    "yahoo.co.jp": Provider.YAHOO,
    "aol.com": Provider.YAHOO,
    "mail.me.com": Provider.ICLOUD,
    "icloud.com": Provider.ICLOUD,
}
_GREETINGS = {
    "gimap ": Provider.GMAIL,
    "microsoft exchange": Provider.MICROSOFT,
    "yahoo": Provider.YAHOO,
    "dovecot": Provider.DOVECOT,
}
_CAPABILITIES = {
    "X-GM-EXT-1": Provider.GMAIL,
    "XAPPLEPUSHSERVICE": Provider.ICLOUD,
}


def by_host(host: str) -> Provider:
    """Recognise a provider by the name of its server, before anything was said."""
    name = host.strip().rstrip(".").lower()
    for domain, provider in _HOSTS.items():
        if name == domain or name.endswith(f".{domain}"):
            return provider
    return Provider.UNKNOWN


def recognise(host: str, introduction: str, capabilities: Collection[str]) -> Provider:
    """Recognise a provider by all that is known after login.

    Args:
        host: the name that the person gave; it counts most, as a domain of one's own may be
            run by anybody.
        introduction: what the server said of itself: its greeting, and its answer to ID.
        capabilities: in upper case. Dovecot answers Apple's push capability as well, so names
            come first.
    """
    provider = by_host(host)
    if provider is not Provider.UNKNOWN:
        return provider
    said = introduction.lower()
    for words, provider in _GREETINGS.items():
        if words in said:
            return provider
    for capability, provider in _CAPABILITIES.items():
        if capability in capabilities:
            return provider
    return Provider.UNKNOWN


def allowance_of(provider: Provider) -> Allowance:
    """Return what an account may take there."""
    return _ALLOWANCES[provider]

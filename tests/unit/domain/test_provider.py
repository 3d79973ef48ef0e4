"""Providers are recognised by what is known of them, and nobody else is taken for one."""

import pytest

from vexmail.domain.provider import Provider, allowance_of, by_host, recognise


@pytest.mark.parametrize(
    ("host", "provider"),
    [
        ("imap.gmail.com", Provider.GMAIL),
        ("IMAP.GoogleMail.com.", Provider.GMAIL),
        ("outlook.office365.com", Provider.MICROSOFT),
        ("imap-mail.outlook.com", Provider.MICROSOFT),
        ("imap.mail.yahoo.com", Provider.YAHOO),
        ("imap.aol.com", Provider.YAHOO),
        ("imap.mail.me.com", Provider.ICLOUD),
        ("imap.example.org", Provider.UNKNOWN),
        ("imap.notgmail.com", Provider.UNKNOWN),
        ("gmail.com.example.org", Provider.UNKNOWN),
        ("", Provider.UNKNOWN),
    ],
)
def test_a_host_tells_its_provider(host: str, provider: Provider) -> None:
    assert by_host(host) is provider


@pytest.mark.parametrize(
    ("said", "capabilities", "provider"),
    [
        ("Gimap ready for requests from 192.0.2.1 a1", (), Provider.GMAIL),
        ("hello", ("IMAP4REV1", "X-GM-EXT-1"), Provider.GMAIL),
        ("The Microsoft Exchange IMAP4 service is ready.", (), Provider.MICROSOFT),
        ('Dovecot (Debian) ready. ("name" "Dovecot")', ("XAPPLEPUSHSERVICE",), Provider.DOVECOT),
        ("hello", ("XAPPLEPUSHSERVICE",), Provider.ICLOUD),
        ("Courier-IMAP ready.", ("IMAP4REV1",), Provider.UNKNOWN),
    ],
)
def test_a_server_under_another_name_tells_by_its_words(
    said: str, capabilities: tuple[str, ...], provider: Provider
) -> None:
    assert recognise("mail.example.org", said, capabilities) is provider


def test_the_name_of_a_known_host_counts_more_than_what_it_says() -> None:
    assert recognise("imap.aol.com", "Dovecot ready", ()) is Provider.YAHOO


@pytest.mark.parametrize("provider", Provider)
def test_every_provider_allows_a_connection_and_never_more_than_lanes_can_use(
    provider: Provider,
) -> None:
    assert 1 <= allowance_of(provider).connections <= 3


def test_gmail_is_asked_for_less_than_it_allows_in_a_day() -> None:
    daily = allowance_of(Provider.GMAIL).daily_bytes
    assert daily is not None
    assert daily < 2_500_000_000
    assert allowance_of(Provider.DOVECOT).daily_bytes is None

"""HTML as senders of newsletters and notices write it: tables, inline CSS, a hidden preheader.

Pictures point at ``example.com`` hosts, which do not exist for mail: VexMail shows what blocked
remote content looks like.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

_FONT = "font-family:-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif"


@dataclass(frozen=True, slots=True)
class Look:
    """Colours of a sender: a strong one, a pale one for the ground."""

    colour: str
    ground: str


@dataclass(frozen=True, slots=True)
class Story:
    """One piece of a newsletter."""

    head: str
    text: str
    link: str
    image: str = ""


def page(look: Look, preheader: str, rows: str, footer: str) -> str:
    """Return a 600-pixel column on a coloured ground."""
    return (
        '<!DOCTYPE html><html><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        "<style>@media(max-width:620px){.column{width:100%!important}"
        ".pad{padding:18px!important}}</style></head>"
        f'<body style="margin:0;padding:0;background:{look.ground}">'
        '<div style="display:none;max-height:0;overflow:hidden;opacity:0">'
        f"{escape(preheader)}{'&#8199;&#847; ' * 12}</div>"
        f'<table role="presentation" width="100%" cellpadding="0" cellspacing="0" '
        f'style="background:{look.ground}"><tr><td align="center" style="padding:24px 8px">\n'
        '<table role="presentation" class="column" width="600" cellpadding="0" cellspacing="0" '
        f'style="width:600px;background:#ffffff;border-radius:10px;overflow:hidden;{_FONT}">\n'
        f"{rows}\n"
        '<tr><td class="pad" style="padding:22px 36px;background:#f4f4f2;color:#77777a;'
        f'font-size:12px;line-height:18px">{footer}</td></tr>\n</table></td></tr></table>'
        "</body></html>"
    )


def masthead(look: Look, title: str, line: str) -> str:
    """Return the coloured bar at the top."""
    return (
        f'<tr><td class="pad" bgcolor="{look.colour}" style="background:{look.colour};'
        'padding:26px 36px;color:#ffffff"><div style="font-size:24px;font-weight:700;'
        f'letter-spacing:-0.3px">{escape(title)}</div><div style="font-size:13px;opacity:.85;'
        f'padding-top:4px">{escape(line)}</div></td></tr>'
    )


def paragraph(text: str) -> str:
    """Return one row of running text."""
    inner = escape(text).replace("\n\n", "<br><br>").replace("\n", "<br>")
    return (
        '<tr><td class="pad" style="padding:22px 36px 6px;font-size:16px;line-height:25px;'
        f'color:#2b2b30">{inner}</td></tr>'
    )


def story_row(look: Look, story: Story) -> str:
    """Return a story with its picture and link."""
    picture = (
        f'<img src="{story.image}" width="528" alt="{escape(story.head)}" '
        'style="display:block;width:100%;height:auto;border-radius:6px;border:0">'
        if story.image
        else ""
    )
    return (
        f'<tr><td class="pad" style="padding:20px 36px 8px">{picture}'
        '<h2 style="margin:16px 0 6px;font-size:20px;line-height:26px;color:#1d1d22">'
        f"{escape(story.head)}</h2>"
        '<p style="margin:0 0 10px;font-size:15px;line-height:24px;color:#44444a">'
        f"{escape(story.text)}</p>"
        f'<a href="{story.link}" style="color:{look.colour};font-weight:600;font-size:15px;'
        'text-decoration:none">Read on &rarr;</a></td></tr>'
    )


def facts(pairs: Sequence[tuple[str, str]]) -> str:
    """Return a table of names and values, as receipts have it."""
    rows = "".join(
        '<tr><td style="padding:7px 0;color:#77777a;font-size:14px;border-bottom:1px solid #eee">'
        f'{escape(name)}</td><td align="right" style="padding:7px 0;font-size:14px;'
        f'border-bottom:1px solid #eee;color:#2b2b30"><strong>{escape(value)}</strong></td></tr>'
        for name, value in pairs
    )
    return (
        '<tr><td class="pad" style="padding:8px 36px"><table role="presentation" width="100%" '
        f'cellpadding="0" cellspacing="0">{rows}</table></td></tr>'
    )


def button(look: Look, label: str, link: str) -> str:
    """Return a call to action."""
    return (
        '<tr><td class="pad" style="padding:18px 36px 28px"><a href="'
        f'{link}" style="display:inline-block;background:{look.colour};color:#ffffff;'
        "padding:12px 22px;border-radius:8px;font-weight:600;font-size:15px;"
        f'text-decoration:none">{escape(label)}</a></td></tr>'
    )

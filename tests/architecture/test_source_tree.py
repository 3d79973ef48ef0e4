"""The source tree keeps the house rules, and each rule notices a planted offence."""

from pathlib import Path

from tests.support import house_rules
from tests.support.repository import ROOT

# path -> why this long file is one thing
LONG_BY_NATURE: dict[str, str] = {
    "alembic/versions/2026-11-22-0917_pre_first_tables.py": "one migration, written by Alembic",
    "tests/support/mailgen.py": "one program, kept byte for byte: its output is a reference",
}


def plant(root: Path, name: str, text: str) -> Path:
    """Write a file of a made-up checkout and return the checkout."""
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return root


def test_files_are_short_enough_to_be_one_thing() -> None:
    assert house_rules.long_files(ROOT, LONG_BY_NATURE) == []


def test_a_long_file_is_noticed_unless_a_reason_allows_it(tmp_path: Path) -> None:
    plant(tmp_path, "src/vexmail/long.py", "x = 1\n" * 301)
    plant(tmp_path, "frontend/src/ui/long.tsx", "x;\n" * 301)

    offences = house_rules.long_files(tmp_path, {"src/vexmail/long.py": "a table"})

    assert offences == ["frontend/src/ui/long.tsx has 301 lines: is it one thing, or two?"]


def test_an_allowance_nobody_needs_is_noticed(tmp_path: Path) -> None:
    plant(tmp_path, "src/vexmail/short.py", "x = 1\n")

    assert len(house_rules.long_files(tmp_path, {"src/vexmail/short.py": "was long"})) == 1


def test_names_say_what_a_thing_is() -> None:
    assert house_rules.vague_names(ROOT) == []


def test_a_vague_name_is_noticed(tmp_path: Path) -> None:
    plant(tmp_path, "src/vexmail/imap/imap_utils.py", "")
    plant(tmp_path, "src/vexmail/imap/pool.py", "class ConnectionManager: ...\n")
    plant(tmp_path, "frontend/src/common/date.ts", "")

    assert len(house_rules.vague_names(tmp_path)) == 3


def test_every_module_opens_with_its_purpose() -> None:
    assert house_rules.missing_docstrings(ROOT) == []


def test_a_module_without_a_docstring_is_noticed(tmp_path: Path) -> None:
    plant(tmp_path, "src/vexmail/silent.py", "# only a comment\n")

    assert house_rules.missing_docstrings(tmp_path) == [
        "src/vexmail/silent.py opens without a docstring"
    ]


def test_every_waived_rule_has_a_reason() -> None:
    assert house_rules.waivers_without_reason(ROOT) == []


def test_a_waiver_without_a_reason_is_noticed(tmp_path: Path) -> None:
    plant(
        tmp_path,
        "src/vexmail/waived.py",
        "a = 1  # noqa: E501\n"
        "b = 1  # noqa: E501 - a URL cannot be broken\n"
        "c = d()  # type: ignore[no-untyped-call]\n",
    )

    assert [o.split(" ")[0] for o in house_rules.waivers_without_reason(tmp_path)] == [
        "src/vexmail/waived.py:1",
        "src/vexmail/waived.py:3",
    ]


def test_every_standard_cited_in_the_source_is_listed() -> None:
    assert house_rules.unlisted_standards(ROOT) == []


def test_an_unlisted_or_denied_standard_is_noticed(tmp_path: Path) -> None:
    plant(tmp_path, "src/vexmail/imap/idle.py", '"""RFC 2177, RFC 9051 §6, RFC 5465."""\n')
    plant(
        tmp_path,
        "docs/standards.md",
        "| RFC | Title | State | Where |\n|---|---|---|---|\n"
        "| RFC 9051 | IMAP4rev2 | partial | `imap` |\n"
        "| RFC 5465 | NOTIFY | no | |\n"
        "| RFC 6154 | SPECIAL-USE | done | |\n",
    )

    offences = house_rules.unlisted_standards(tmp_path)

    assert offences == [
        "docs/standards.md: RFC 6154 has state 'done'",
        "RFC 2177 (src/vexmail/imap/idle.py) is no row of docs/standards.md",
        "RFC 5465 (src/vexmail/imap/idle.py) is cited, but its row says no",
    ]

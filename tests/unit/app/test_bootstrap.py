"""What the bootstrap decides before it does anything that takes long."""

import ast
import sys
from pathlib import Path

import pytest

from scripts import bootstrap, browser_client, long_steps, python_packages

SCRIPTS = Path(bootstrap.__file__).parent


@pytest.mark.parametrize("script", sorted(SCRIPTS.glob("*.py")), ids=lambda path: path.name)
def test_a_python_that_is_too_old_can_read_the_scripts_and_say_so(script: Path):
    ast.parse(script.read_text(encoding="utf-8"), feature_version=(3, 7))


def test_a_python_that_is_too_old_with_no_other_around_is_told_what_to_install(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
):
    monkeypatch.setattr(bootstrap, "this_python_will_do", lambda: False)
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(SystemExit) as caught:
        bootstrap.use_suitable_python([])

    assert caught.value.code == 1
    assert "VexMail needs Python 3.11 to 3.14, and this is" in capsys.readouterr().err


def test_a_python_that_is_too_old_becomes_a_newer_one_on_the_path(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    became: list[list[str]] = []
    stub = tmp_path / "python3.14"  # as pyenv puts there for versions that are not installed
    stub.write_text("#!/bin/sh\nexit 127\n", encoding="utf-8")
    stub.chmod(0o755)
    name = f"python3.{sys.version_info[1]}"
    (tmp_path / name).unlink(missing_ok=True)
    (tmp_path / name).symlink_to(sys.executable)
    monkeypatch.setattr(bootstrap, "this_python_will_do", lambda: False)
    monkeypatch.setattr(bootstrap.os, "execv", lambda _, command: became.append(command))
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(SystemExit):  # execv does not return, but its stand-in does
        bootstrap.use_suitable_python(["--dev"])

    assert became == [[str(tmp_path / name), bootstrap.__file__, "--dev"]]


def test_pip_is_held_to_the_versions_of_the_lock_file():
    registry = {"registry": "https://example.org/simple"}
    locked = [
        {"name": "one", "version": "1.0", "source": registry},
        {"name": "two", "version": "1.0", "source": registry},  # depends on the platform
        {"name": "two", "version": "2.0", "source": registry},
        {"name": "vexmail", "version": "0.1.0", "source": {"editable": "."}},
    ]

    assert python_packages.pins(locked) == ["one==1.0"]


def a_node_of_version(version: str, folder: Path) -> str:
    for name in ("node", "npm"):
        (folder / name).write_text(f"#!/bin/sh\necho {version}\n", encoding="utf-8")
        (folder / name).chmod(0o755)
    return str(folder)


@pytest.mark.parametrize("version", ["v20.19.0", "v22.12.0", "v24.1.0"])
def test_a_node_that_can_build_the_client_is_used(tmp_path: Path, version: str):
    assert browser_client.node_will_do(a_node_of_version(version, tmp_path))


@pytest.mark.parametrize("version", ["v18.20.0", "v20.18.3", "v21.7.0", "v22.11.0"])
def test_a_node_that_cannot_build_the_client_is_passed_over(tmp_path: Path, version: str):
    assert not browser_client.node_will_do(a_node_of_version(version, tmp_path))


def test_no_node_at_all_will_not_do(tmp_path: Path):
    assert not browser_client.node_will_do(str(tmp_path))


def test_a_fingerprint_changes_with_names_and_contents(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.chdir(tmp_path)
    Path("a").write_text("1", encoding="utf-8")
    Path("b").write_text("1", encoding="utf-8")
    before = long_steps.digest_of(["a"])

    assert long_steps.digest_of(["a"]) == before
    assert long_steps.digest_of(["b"]) != before
    Path("a").write_text("2", encoding="utf-8")
    assert long_steps.digest_of(["a"]) != before


def test_a_step_that_fails_shows_what_it_said_and_ends_the_bootstrap(
    capsys: pytest.CaptureFixture[str],
):
    with pytest.raises(SystemExit):
        long_steps.run("Trying", ["/bin/sh", "-c", "echo because of this; exit 7"])

    told = capsys.readouterr()
    assert "Trying ...\nbecause of this" in told.out
    assert "Trying failed (sh, exit 7)." in told.err

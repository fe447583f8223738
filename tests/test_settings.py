"""Check that settings come from file, environment and command line in that order, and that faults are gathered."""

from __future__ import annotations

from dataclasses import FrozenInstanceError
from pathlib import Path

import pytest

from errors import BadSettings
from settings import PARSERS, Settings, read_settings


def _write(folder: Path, text: str) -> Path:
    path = folder / "settings.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_nothing_set_gives_the_defaults(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert read_settings(environ={}) == Settings()


def test_the_later_wins(tmp_path):
    path = _write(tmp_path, 'site = "a"\nport = 1\nthreads = 3\n')
    got = read_settings(file=path, environ={"GRIDCOMMAND_PORT": "2", "GRIDCOMMAND_SITE": "b"}, over={"site": "c"})
    assert (got.site, got.port, got.threads) == (Path("c"), 2, 3)


def test_a_value_not_given_on_the_command_line_does_not_win(tmp_path):
    assert read_settings(file=_write(tmp_path, "port = 9"), environ={}, over={"port": None}).port == 9


def test_the_file_may_be_named_in_the_environment(tmp_path):
    path = _write(tmp_path, "port = 7")
    assert read_settings(environ={"GRIDCOMMAND_SETTINGS": str(path)}).port == 7


def test_all_faults_are_told_at_once(tmp_path):
    path = _write(tmp_path, 'port = 70000\nthreads = true\nprot = 1\nhost = ""')
    with pytest.raises(BadSettings) as caught:
        read_settings(file=path, environ={"GRIDCOMMAND_REFRESH_SECONDS": "soon"})
    lines = str(caught.value).splitlines()[1:]
    assert len(lines) == 5
    for word, line in zip(["port", "threads", "prot", "host", "GRIDCOMMAND_REFRESH_SECONDS"], lines, strict=True):
        assert word in line


@pytest.mark.parametrize("text", ["port = ", "\x00\x01", "[a]\nb=1"])
def test_a_broken_file_is_told(tmp_path, text):
    with pytest.raises(BadSettings):
        read_settings(file=_write(tmp_path, text), environ={})


def test_a_named_file_that_is_not_there_is_told(tmp_path):
    with pytest.raises(BadSettings, match="no such file"):
        read_settings(file=tmp_path / "none.toml", environ={})


def test_settings_are_frozen_and_every_key_has_a_parser():
    with pytest.raises(FrozenInstanceError):
        Settings().port = 1  # type: ignore[misc]
    assert set(PARSERS) == set(Settings.__dataclass_fields__)

"""PostgreSQL: rows of a query as text, streamed, from a server the tests start themselves."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import shapely

from errors import BadInput
from etl.readers import read_postgres
from etl.readers.postgres import without_password


def _tool(name: str) -> Path | None:
    """A PostgreSQL program, on the path or where Debian puts it."""
    found = shutil.which(name)
    places = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    return Path(found) if found else (places[-1] if places else None)


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """A fresh server on a socket of its own, stopped at the end."""
    initdb, server = _tool("initdb"), _tool("pg_ctl")
    if initdb is None or server is None:
        pytest.skip("initdb and pg_ctl are not installed: PostgreSQL is read on machines that have it")
    folder = Path(tempfile.mkdtemp(prefix="gridcommand-pg-"))
    # PostgreSQL refuses to run as root
    who = {"user": "nobody"} if os.geteuid() == 0 else {}
    if who:
        shutil.chown(folder, "nobody")
    data, quiet = folder / "data", {"stdout": subprocess.DEVNULL, "cwd": folder, "check": True, **who}
    try:
        # -A trust: the socket's folder is closed to other users
        subprocess.run([initdb, "-D", data, "-A", "trust", "-U", "tester", "-E", "UTF8", "-N"], **quiet)
        options = f"-c listen_addresses= -c unix_socket_directories={folder} -c fsync=off"
        subprocess.run([server, "-D", data, "-w", "-o", options, "-l", folder / "log", "start"], **quiet)
        try:
            yield f"postgresql://tester@/postgres?host={folder}"
        finally:
            subprocess.run([server, "-D", data, "-m", "immediate", "-w", "stop"], **quiet)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module")
def filled(url: str) -> str:
    """The server with a table of calls."""
    with psycopg.connect(url) as connection:
        connection.execute("""
            CREATE TABLE calls (id bigint, code text, note text, lon numeric, at timestamptz, plain timestamp);
            INSERT INTO calls VALUES
              (330106199001011234, '007', E'two\\nlines, "quoted"', 119.64210, '2026-01-31 09:05:07+08',
               '2026-01-31'),
              (2, '', NULL, -0.5, NULL, NULL)
        """)  # fmt: skip
    return url


def test_values_arrive_as_the_server_writes_them(filled):
    [chunk] = read_postgres(filled, "SELECT id, code, note, lon, at, plain FROM calls ORDER BY id DESC; ")
    first, second = chunk.table.to_pylist()
    assert first["id"] == "330106199001011234"
    assert (first["code"], first["note"], first["lon"]) == ("007", 'two\nlines, "quoted"', "119.64210")
    assert first["at"].startswith("2026-01-31 0")
    assert first["plain"] == "2026-01-31 00:00:00"
    assert second == {"id": "2", "code": None, "note": None, "lon": "-0.5", "at": None, "plain": None}
    assert chunk.rows.tolist() == [1, 2]
    assert chunk.file == "postgresql://tester@/postgres"


def test_shapes(filled):
    wkb = shapely.to_wkb(shapely.Point(119.5, 29.8), hex=True)
    [chunk] = read_postgres(filled, f"SELECT 'a' AS code, '{wkb}' AS geom", geometry="geom")
    assert list(chunk.geometry) == [shapely.Point(119.5, 29.8)]


def test_many_rows_stream(filled, monkeypatch):
    monkeypatch.setattr("etl.readers.postgres._BLOCK", 10_000)
    query = "SELECT n, md5(n::text) AS word FROM generate_series(1, 5000) AS n ORDER BY n"
    chunks = list(read_postgres(filled, query))
    assert len(chunks) > 5
    assert [row for chunk in chunks for row in chunk.rows.tolist()] == list(range(1, 5001))
    assert [value for chunk in chunks for value in chunk.table["n"].to_pylist()] == [str(n) for n in range(1, 5001)]


def test_nothing_can_be_changed(filled):
    with pytest.raises(BadInput, match="fails: "):
        list(read_postgres(filled, "DELETE FROM calls RETURNING id"))
    [chunk] = read_postgres(filled, "SELECT count(*) AS n FROM calls")
    assert chunk.table["n"].to_pylist() == ["2"]


def test_faults_say_where(filled):
    with pytest.raises(BadInput, match='column "nothing" does not exist'):
        list(read_postgres(filled, "SELECT nothing FROM calls"))
    with pytest.raises(BadInput, match="holds no records"):
        list(read_postgres(filled, "SELECT 1 AS a WHERE false"))


def test_no_server_and_no_password_in_the_message(tmp_path):
    with pytest.raises(BadInput, match="cannot be reached") as caught:
        list(read_postgres(f"postgresql://me:secret@/town?host={tmp_path}", "SELECT 1"))
    assert "secret" not in str(caught.value)
    assert without_password("postgresql://me:secret@db.example:5432/town?sslmode=require") == (
        "postgresql://me@db.example:5432/town"
    )

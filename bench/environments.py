"""Make virtual environments for peers that must not share ours: other versions, other dependencies."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "var" / "bench-envs"
PEERS = Path(__file__).parent / "peers"

#: what each environment holds, pinned
REQUIRED = {
    "duckdb-spatial": ("duckdb==1.5.5", "duckdb-extension-spatial==1.5.5"),
    "sedona": ("apache-sedona[db]==1.9.1", "sedonadb==0.5.0", "pyarrow==26.0.1", "pyproj==3.7.2", "pyogrio==0.13.0"),
    "pandana": ("pandana==0.8",),
}


class NotInstallable(Exception):
    """A peer's packages cannot be had here: it is left out, and the report says so."""


def interpreter(name: str) -> Path:
    """The Python of the environment ``name``, made with pip on first use (raises NotInstallable)."""
    folder = FOLDER / name
    python, done = folder / "bin" / "python", folder / "required.txt"
    wanted = "\n".join(REQUIRED[name])
    if done.exists() and done.read_text(encoding="utf-8") == wanted:
        return python
    commands: list[list[str]] = [
        [sys.executable, "-m", "venv", "--clear", str(folder)],
        [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *REQUIRED[name]],
    ]
    for command in commands:
        made = subprocess.run(command, capture_output=True, text=True, check=False)
        if made.returncode:
            why = (made.stderr.strip().splitlines() or ["no reason given"])[-1]
            raise NotInstallable(f"{name} left out: {', '.join(REQUIRED[name])} cannot be installed ({why})")
    done.write_text(wanted, encoding="utf-8")
    return python


def ask_peer(name: str, script: str, arguments: Sequence[str]) -> dict[str, object]:
    """Run ``bench/peers/<script>.py`` in the environment ``name``; the JSON object it prints last."""
    command = [str(interpreter(name)), str(PEERS / f"{script}.py"), *arguments]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    if ran.returncode:
        raise RuntimeError(f"{script} failed:\n{ran.stderr[-2000:]}")
    found: dict[str, object] = json.loads(ran.stdout.strip().splitlines()[-1])
    return found

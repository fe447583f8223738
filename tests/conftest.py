"""Fixtures shared by all tests: where the real files are."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings

# No test depends on the clock; where results decide whether a change lands, the same examples are tried every time.
settings.register_profile("gridcommand", deadline=None, derandomize=bool(os.environ.get("CI")))
settings.load_profile("gridcommand")


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real files named by SHARED_DATA.

    Skips when it is unset (a user without the files); once it is set, a missing folder is a failure, and so is a
    missing file in the test that opens it: a set variable must never turn a test off.
    """
    value = os.environ.get("SHARED_DATA")
    if not value:
        pytest.skip("SHARED_DATA is unset: the real files are not here")
    folder = Path(value).resolve()
    assert folder.is_dir(), f"SHARED_DATA={value} is not a folder"
    return folder

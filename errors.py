"""Name everything that can go wrong, once.

Every error is a leaf of :class:`GridCommandError`. Its first argument is a message *template* (the msgid in the
catalogue), the keyword arguments its values, so that a face can say the same thing in the reader's language:

>>> str(BadGeometry("{where}: ring has {n} points, needs 4", where="grid 7", n=3))
'grid 7: ring has 3 points, needs 4'

A message says what is wrong, where, and how to mend it. The core never knows HTTP: ``api`` keeps the one table that
turns a leaf into a status.
"""

from __future__ import annotations


class GridCommandError(Exception):
    """The base of all errors this program raises on purpose."""

    def __init__(self, template: str, /, **values: object) -> None:
        self.template = template
        self.values = values
        super().__init__(template)

    def __str__(self) -> str:
        return self.template.format(**self.values)


class BadSettings(GridCommandError):
    """The settings file or environment holds a value that cannot be used."""


class BadSite(GridCommandError):
    """A site file does not follow its schema; every fault is listed with its line."""


class BadInput(GridCommandError):
    """A whole source cannot be read (not a single row: bad rows go to the rejects)."""


class UnsafeArchive(BadInput):
    """An archive or document claims to unpack to more than is allowed, or tries to reach outside."""


class BadGeometry(GridCommandError):
    """A geometry cannot be understood or repaired."""


class UnknownDatum(GridCommandError):
    """A coordinate reference system is missing, or would be shifted silently."""


class NoRoads(GridCommandError):
    """A road question was asked where no road network is loaded or reachable."""


class NoWarehouse(GridCommandError):
    """No data has been loaded in this directory yet."""


class Busy(GridCommandError):
    """Another load holds the directory; only one may build at a time."""


class DiskFull(GridCommandError):
    """There is not enough room, or the place cannot be written; the version before stays whole."""


class UnknownMetric(GridCommandError):
    """No metric has this key."""


class BadQuestion(GridCommandError):
    """A grouping, filter or period does not exist or does not fit the metric."""


class UnknownRecord(GridCommandError):
    """No row has this id, or the scope does not cover it: the two are not told apart."""


class NotAllowed(GridCommandError):
    """The scope of who asks does not cover what was asked."""

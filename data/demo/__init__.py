"""Make up a county, for the demonstration and the tests.

What comes out are input files such as a county would hand over, with a site file beside them; they take the same way
into the warehouse as everybody's data. All names are invented. Text tables (names, items, rivers, holidays) stand in
``data/reference``.
"""

from data.demo.generate import generate

__all__ = ["generate"]

"""Judge a township's week: four values, what made them change, what is out of its limits, what is to be done."""

from data.weekly.report import Weekly, weekly
from data.weekly.weeks import Week, last_whole_week, read_week

__all__ = ["Week", "Weekly", "last_whole_week", "read_week", "weekly"]

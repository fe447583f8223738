"""Define every metric once and answer questions about it: the figures of map, table, export and command line."""

from data.metrics.answer import SORTS, Answer, Row, show
from data.metrics.asking import ask
from data.metrics.metric import Metric
from data.metrics.registry import METRICS

__all__ = ["METRICS", "SORTS", "Answer", "Metric", "Row", "ask", "show"]

"""Gather every metric under its key."""

from __future__ import annotations

from data.metrics.incident_metrics import INCIDENT_METRICS
from data.metrics.metric import Metric
from data.metrics.other_metrics import OTHER_METRICS
from data.metrics.suggest import nearest
from errors import UnknownMetric

METRICS: dict[str, Metric] = {metric.key: metric for metric in (*INCIDENT_METRICS, *OTHER_METRICS)}


def metric_of(key: str) -> Metric:
    """The metric with this key; UnknownMetric names the nearest."""
    if key in METRICS:
        return METRICS[key]
    raise UnknownMetric("no metric is called {key}; did you mean {near}?", key=key, near=nearest(key, METRICS))

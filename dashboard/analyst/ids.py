"""Name the ids that more than one part of the analyst's page uses; all others stand beside their component."""

#: {"lang": "zh", "theme": "dark"}: fixed for as long as the page stands
FRAME = "analyst-frame"
METRIC = "analyst-metric"
BY = "analyst-by"
#: a relative word, or :data:`dashboard.analyst.look.DATES`
PERIOD = "analyst-period"
#: first and last day, both included
FROM = "analyst-from"
TO = "analyst-to"
#: type of the pattern ids of the filters: {"type": FILTER, "key": "channel"}
FILTER = "analyst-filter"

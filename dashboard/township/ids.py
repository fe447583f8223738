"""Name the ids that more than one part of the weekly page uses; all others stand beside their component."""

#: {"code", "week", "lang", "theme"}: fixed for as long as the page stands
FRAME = "weekly-frame"
#: which value the map and the split show
MEASURE = "weekly-measure"
#: what it is held against: the past weeks, last week, a year ago
BASE = "weekly-base"
#: the week whose cells are shown, counted from the first
AT = "weekly-cell-week"

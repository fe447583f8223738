"""Name the ids that more than one part of the wall uses; all others stand beside their component."""

#: {"version": 7, "now": ISO UTC}: changes when there is something new to show
PULSE = "pulse"
#: {"lang": "zh", "theme": "dark"}: fixed for as long as the page stands
FRAME = "frame"
#: id of the chosen incident; empty: none
CHOSEN = "chosen-incident"
METRIC = "metric"
LEVEL = "level"
PERIOD = "period"
LAYERS = "layers"
MAP = "map"

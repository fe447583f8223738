"""Ask any metric by any grouping over any period; show the answer as table, chart and map, and hand it out as files."""

"""Move files and databases into the warehouse: read, map, parse, check, locate, build a version, swap.

Bad rows go to the rejects with file, sheet, row, column and reason; nothing is lost; loading twice changes nothing.
"""

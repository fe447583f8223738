"""Answer questions of space, purely: arrays and geometries in, arrays and geometries out.

No SQL, no files but those a caller names, no clock, no Dash. Degrees are never metres: what is measured is projected
or geodesic. Imports only :mod:`errors`.
"""

"""Hold the law and the workflow as data and pure functions: states, moves, outcomes, response rules.

No SQL, no HTTP, no clock: ``now`` is an argument. Imports only :mod:`errors`.
"""

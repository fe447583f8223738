"""Keep the warehouse and answer from it: the only door to DuckDB.

Tables and columns are declared in :mod:`data.schema`, metrics in :mod:`data.metrics`; every read takes a scope.
"""

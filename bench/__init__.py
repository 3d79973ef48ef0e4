"""Benchmarks: one module per promise of the project, each measured beside its baseline.

Comes in: names on the command line. Goes out: a table, and a JSON file in ``bench/results``.

How it works: a module of this package that defines ``PROMISE`` and ``measure`` is a benchmark.
``measure`` runs the baseline and us in the same minute on the same machine, interleaved where
that is possible, and returns lines; a line's ratio is what counts, absolute times are
orientation.

Rules for editors: no promise is dropped from the list because it is missed; a bound that proves
wrong is argued, not loosened. A benchmark that cannot run says why and counts as not measured.
"""

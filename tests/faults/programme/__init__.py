"""The fault programme: `python -m tests.faults.programme`, or `make faults`.

A seeded simulator plays productions, payment runs and distributions on the real components (PostgreSQL, Temporal,
worker processes, the sandbox bank), does to them what goes wrong in the world, and after each fault compares what is on
record with the bank's own books.

    stage.py     one stack, its people, and a production from registration to its last payment
    worker.py    a worker process with a trap at its commits, or a clock that is off
    judge.py     the invariants: one effect per payment, balanced, chained, equal to the bank's books
    lanes.py     a scene in a process of its own, which can be ended with everything that it started
    tally.py     what was injected, survived, lost, doubled and stuck, by kind of fault
    plays/       one module for each family of faults: what it plans from the seed, and how it is played

What one injected fault is, by kind, is said in the module of its play, and in the report.
"""

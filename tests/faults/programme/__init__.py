"""The fault programme: `python -m tests.faults.programme`, or `make faults`.

A seeded simulator plays productions, payment runs and distributions on the real components: PostgreSQL, Temporal,
worker processes and the sandbox bank. It injects faults. After each fault it compares the records with the bank's own
books.

    stage.py     one stack, its users, and a production from registration to its last payment
    worker.py    a worker process with a trap at its commits, or with a wrong clock
    judge.py     the invariants: one effect per payment, balanced, chained, equal to the bank's books
    lanes.py     a scene in its own process, which can be ended with everything that it started
    tally.py     what was injected, survived, lost, doubled and stuck, by kind of fault
    plays/       one module for each family of faults: how it is planned from the seed, and played

Each play's module and the report define what counts as one fault.
"""

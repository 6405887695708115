"""The demonstration: a co-production from its making to its earnings, on real components, in about a minute.

It starts the embedded stack in a new folder and registers `examples/drama-manga.yaml`. The business clock moves from
one day with an event to the next. People act through the command line's client. Temporal Schedules open a day's runs
and a period's distribution. The sandbox bank loses a file, loses an answer, answers twice and refuses a payment. The
final figures are read from the database.
"""

"""The demonstration: a co-production made and earning, played on the real parts in about a minute.

The embedded stack is started in a new folder, `examples/drama-manga.yaml` is registered, and the business clock is
moved from one day on which something happens to the next. People act through the same command client as the command
line. Temporal Schedules open a day's runs and a period's distribution. The sandbox bank loses a file, loses an answer,
answers twice and refuses a payment. Everything that is said at the end is read back from the database.
"""

"""The rules of co-production money: pure functions over frozen facts. No clock, no I/O, no framework."""

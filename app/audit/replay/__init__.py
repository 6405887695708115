"""The audit: reads every record, compares it with itself, and says in three verdicts what does not hold."""

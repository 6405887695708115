"""The audit reads every record, compares it with the others, and reports findings under three verdicts."""

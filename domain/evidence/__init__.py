"""What an auditor asks of a journal: what was so on a day, as known at an instant, and how a figure came about."""

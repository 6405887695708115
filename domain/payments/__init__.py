"""Payments and receipts of the schedule, and the runs that pay them."""

"""Bank messages, and what they mean for payments, receipts and the books."""

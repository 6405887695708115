"""What a bank tells, and what it means for payments, receipts and the books."""

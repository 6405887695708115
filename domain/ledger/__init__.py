"""The journal of events, and the ledger entries that follow from them."""

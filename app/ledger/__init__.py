"""The journal and the ledger, as people verify them."""

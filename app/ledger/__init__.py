"""Verification of the journal and the ledger."""

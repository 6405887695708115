"""Adapters of sharing: facts, rates, entitlements, statements."""

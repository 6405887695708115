"""What sharing needs from files and records: facts, rates, entitlements, statements."""

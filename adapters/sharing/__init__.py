"""What sharing reads from files and records and writes: facts, rates, entitlements, statements."""

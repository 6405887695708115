"""Use cases about payees."""

"""The doctor and its metrics: what is stuck, late or missing."""

"""What of the Temporal SDK needs an adapter."""

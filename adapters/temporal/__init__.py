"""The parts of the Temporal SDK that need an adapter."""

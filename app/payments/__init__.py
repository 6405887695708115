"""Views of payment runs and instalments."""

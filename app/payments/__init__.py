"""Payment runs and instalments, as people look at them."""

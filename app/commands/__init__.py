"""Commands by people: each reaches the workflow that carries it out."""

"""The agreement: one versioned document that is the whole contract, and the checks it must pass as a whole."""

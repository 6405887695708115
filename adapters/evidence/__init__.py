"""The store of evidence: content by its hash, sealed at rest."""

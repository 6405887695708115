"""Evidence for auditors: answers as of a day, stories of figures, bundles, and signed heads."""

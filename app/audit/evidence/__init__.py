"""What Sluice hands an auditor: answers as of a day, stories of figures, bundles, and signed heads."""

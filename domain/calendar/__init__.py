"""Calendar arithmetic: business days, periods, day counts and interest."""

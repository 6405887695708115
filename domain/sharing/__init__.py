"""Sharing what a finished work earns: waterfall, distributions, payouts, statements."""

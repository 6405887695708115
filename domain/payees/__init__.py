"""Payees: their bank accounts in force, and what keeps money from them."""

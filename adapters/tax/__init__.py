"""The tables of tax rules, and files that add to them."""

"""Saved searches: kept with the account, each person's own alone (CAT-39, CAT-40)."""

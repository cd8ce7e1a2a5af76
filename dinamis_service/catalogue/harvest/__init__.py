"""Items gathered from other catalogues, again and again (CAT-04, CAT-34)."""

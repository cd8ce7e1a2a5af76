"""Pages of the signed-in person's own account."""

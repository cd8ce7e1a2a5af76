"""Registry: member entities and the people who belong to them."""

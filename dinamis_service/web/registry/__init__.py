"""Pages of the registry that everybody may open."""

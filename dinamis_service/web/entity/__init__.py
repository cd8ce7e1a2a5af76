"""Pages of the referents: the management platform of an entity."""

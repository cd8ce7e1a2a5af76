"""Pages of the registry: portal, adhesion, electronic validation, documents."""

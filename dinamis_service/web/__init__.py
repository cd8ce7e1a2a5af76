"""Pages that people open in a browser, rendered by the service."""

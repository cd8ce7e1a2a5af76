"""Pages with which operators instruct requests, rendered by the service."""

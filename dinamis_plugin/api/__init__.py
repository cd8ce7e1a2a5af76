"""Clients of the service, one per resource, on a `requests.Session` that they are given: no Qt."""

"""Image requests: projects, archive orders, programming requests, their states and delivery."""

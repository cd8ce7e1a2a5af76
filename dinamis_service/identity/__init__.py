"""Identity: accounts, sign-in by the OAuth2 device flow, tokens and API keys."""

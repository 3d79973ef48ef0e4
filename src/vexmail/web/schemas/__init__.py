"""The shapes of the API. The OpenAPI document, and clients made from it, come from here."""

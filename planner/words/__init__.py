"""Codes and fen as text, in the language of the request."""

"""The front page and the sample."""

"""Rules and their sources, public."""

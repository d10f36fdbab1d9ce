"""The calendar and files to take away."""

"""A plan as SVG."""

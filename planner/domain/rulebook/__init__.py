"""Products, ladders and ceilings: rules as data, each with its source."""

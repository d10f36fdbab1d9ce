"""What the pages ask of a household beside its plan."""

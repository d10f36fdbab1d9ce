"""When and how a person is reminded, and how that ends."""

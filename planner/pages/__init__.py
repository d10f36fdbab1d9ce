"""One room a page: views, forms, page."""

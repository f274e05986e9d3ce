"""The pages, one module an area; each answers with a page or, for htmx, with the region alone."""

"""From effective documents to the Model: one module a kind, put together by the workshop."""

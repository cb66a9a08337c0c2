"""The edges: the FastAPI app, the visitor's pages and the `wellcited` command. Nothing imports this package."""

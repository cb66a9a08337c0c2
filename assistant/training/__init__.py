"""Training the model that raises levels: `python -m assistant.training`. Nothing that serves imports this package."""

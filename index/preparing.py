"""Finding the exported encoder of a model, or having it made: once for each model and installation."""

from __future__ import annotations

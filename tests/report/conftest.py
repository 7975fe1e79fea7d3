"""The engine of the tests of the engine, to report on."""

from engine.conftest import app, other, present

__all__ = ["app", "other", "present"]

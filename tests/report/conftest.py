"""The office of the engine's tests, to report on."""

from engine.conftest import app, office_url, other, present, staffed_file, staffed_template

__all__ = ["app", "office_url", "other", "present", "staffed_file", "staffed_template"]

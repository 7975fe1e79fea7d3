"""Figures of reports that are counted in the background and shown with their instant."""

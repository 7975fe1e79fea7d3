"""Expressions: read, judged, compiled once, evaluated in microseconds."""

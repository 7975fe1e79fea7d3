"""The lifecycle as a picture that needs no program: states in ranks, ways between them, as SVG."""

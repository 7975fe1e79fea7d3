"""``/log`` and ``/jobs``: what was written, whether it still stands, and what takes longer than a page."""

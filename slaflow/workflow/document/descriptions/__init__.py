"""What each key of the workflow file does, as an editor shows it: what, its unit, its default.

Only the JSON Schema asks for these, so no other command loads them; in full they stand in workflow-file.md.
``WHOLE`` tells of mappings, ``KEYS`` of what stands in them; what is inherited is told where it is declared.
"""

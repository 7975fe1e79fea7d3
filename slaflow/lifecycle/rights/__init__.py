"""Who may do what with a lead. Pure."""

"""Who owns a lead: what is each owner's own, and who is named to be one."""

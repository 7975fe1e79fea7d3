"""The schema of slaflow's database, one revision after the other."""

"""How a CRM is kept showing leads: what differs is written, a call's worth at a time; how that stands."""

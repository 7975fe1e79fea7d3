"""Why a person owns a lead, or nobody does: from the lead's log, as data and in words."""

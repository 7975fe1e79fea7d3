"""What other systems send and are to show: the inbox, and leads as they are mirrored elsewhere."""

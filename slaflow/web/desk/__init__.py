"""The desk's pages: the queue, a lead, and a page for each thing that may be done with one."""

"""One page a phase of the session, and the pages for when there is none."""

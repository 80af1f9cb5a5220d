"""Testing tools for services that Segment delivers events to."""

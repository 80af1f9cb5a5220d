"""The fake Segment: its Tracking API, token endpoint, settings endpoint and controls, as a core without I/O and an ASGI
app around it."""

"""How requests get to Segment: one module for each HTTP library.

http      the standard library: the default, and the least CPU for each event
httpx     httpx, for sync and async clients; respx can mock it
httpx2    httpx2, likewise
aiohttp   aiohttp, for async clients
"""

"""The shell round the scheduler: it keeps peers, jobs and the block table, and relays. It neither stores data nor
computes anything, and never runs or unpickles anything of a user's.

The heart, which knows no web server:

    coordinator.py  owns the swarms, and serves the connections of both sockets
    admission.py    the first message: who is this, and may it come in
    sessions.py     one peer's control session
    swarm.py        one swarm: the scheduler's events in, its commands out, its clock
    translate.py    messages into events, commands into messages: pure functions
    outbox.py       what waits to be sent to a peer, with a cap
    relay.py        block bytes between peers that cannot connect
    code_store.py   code blobs, as opaque bytes
    tokens.py       who may come in, as hashes
    bounds.py       every limit

The shell behind a port:

    serve.py        starts and stops it all; settings.py says where, and refuses what would not be safe
    app.py          the ASGI application
    routes.py       the table of routes, each with its role
    access.py       Host and Origin
    limits.py       how often one address may fail
    pages.py        the built pages and their files; csp.py says what they may load
    http.py         uvicorn's HTTP protocol, narrowed
    websocket.py    the server's end of a WebSocket, narrowed
"""

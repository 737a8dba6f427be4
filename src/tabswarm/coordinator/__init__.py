"""The shell round the scheduler: it keeps peers, jobs and the block table, and relays. It neither stores data nor
computes anything, and never runs or unpickles anything of a user's.

    coordinator.py  owns the swarms and the door of each socket; knows no web server
    swarm.py        one swarm: the scheduler's events in, its commands out, its clock
    admission.py    the first message: who is this, and may it come in
    sessions.py     one peer's control session
    translate.py    messages into events, commands into messages: pure functions
    drivers.py      what a driver may ask for
    outbox.py       what waits to be sent to a peer, with a cap
    relay.py        block bytes between peers that cannot connect
    code_store.py   code blobs, as opaque bytes
    tokens.py       who may come in, as hashes
    bounds.py       every limit
    access.py       Host and Origin
    csp.py          what a page may load
    routes.py       the table of routes, each with its role
    pages.py        the built pages and their files
    app.py          the ASGI application
    websocket.py    the server's end of a WebSocket
    serve.py        a coordinator behind a port
"""

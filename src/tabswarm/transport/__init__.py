"""Moves bytes between peers, and knows nothing of what they are for.

connection.py  what every transport offers: send, receive, close
memory.py      two ends in one process
websocket.py   the client's end of a WebSocket
links.py       invite and driver links
session.py     the client's side of the control socket
transfers.py   the framing of blocks, without I/O
relay.py       the client's side of the relay socket
"""

"""The protocol: what the coordinator says to volunteers and drivers, and they to it; and how block bytes are framed."""

"""The shells round rdd/: where a program's `Context` meets a swarm, in this process or far away."""

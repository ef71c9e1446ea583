"""Messages without a Python object for each: librdkafka's public functions by ctypes, and one loop in C.

`take.c` is compiled when the project is installed (hatch_build.py). Where it was not, `library` says so, and messages
come as the client's own objects (`resources/kafka/objects`): the same rows, at several times the cost.
"""

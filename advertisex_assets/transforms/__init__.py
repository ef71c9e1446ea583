"""The pure logic, one verb a file: no I/O, no clock, no orchestrator."""

"""The drill: breaks things on purpose in a real `dagster dev` on a lake of its own, and shows the alerts arriving."""

"""Watch: what all checks of a micro-batch cost, as a part of the batch."""

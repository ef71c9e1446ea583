"""Every engine shows the same lake, and makes the same gold of it."""

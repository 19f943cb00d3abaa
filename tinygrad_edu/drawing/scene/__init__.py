"""With this room records become shapes: where everything stands, how large, in which colour."""

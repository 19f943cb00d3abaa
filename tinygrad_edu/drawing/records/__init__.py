"""With this room a drawing is data: what it says, before anything has a place."""

"""With this room numbers remember where they came from: Values, contexts, and the sweep that goes back."""

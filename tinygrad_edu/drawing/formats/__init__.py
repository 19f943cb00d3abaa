"""With this room one scene becomes SVG, PNG, PDF, DOT or text."""

"""With this room a traced function becomes one list of scalar operations, differentiated and in a normal form."""

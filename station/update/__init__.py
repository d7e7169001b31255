"""Another version of the program: whose word it needs, how it is put in place, and the way back."""

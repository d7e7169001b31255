"""How each language of the site writes its dates and numbers, where Django writes them at greater length."""

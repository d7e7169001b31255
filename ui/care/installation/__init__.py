"""What an installation is: its folder, its database, its choices and its broker."""

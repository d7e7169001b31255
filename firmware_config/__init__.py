"""Text that people copy or a package installs; a package itself so that the demo finds its broker file."""

"""One module a verb of `balance-care`; each has `run(arguments) -> exit code`."""

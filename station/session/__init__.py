"""The running station: event loop, store, socket for clients, supervision of the acquisition process."""

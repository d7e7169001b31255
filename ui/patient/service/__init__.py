"""The service area of the kiosk, for whoever installs and looks after it: behind a long press and a PIN."""

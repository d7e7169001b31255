"""Boot configuration, udev rules, cloud-init, brokers: text to copy or install, and its merger."""

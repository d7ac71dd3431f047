"""Where an attempt is performed: on this machine, and later in a container."""

"""Every knob, typed, in one place. Only the command line and the service read it."""

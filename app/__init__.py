"""Entry points and wiring: settings, logs, bootstrap, worker, command line."""

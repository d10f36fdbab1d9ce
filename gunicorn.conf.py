"""Read by gunicorn when started in this folder; the rest stands in the Makefile."""

logger_class = "config.logs.ServerLogger"

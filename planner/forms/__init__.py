"""Text typed by a person → clean values. Forms translate and check; services decide."""

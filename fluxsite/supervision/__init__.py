"""Keeping web and worker alive: start them, look after them, end them, each of them whole."""

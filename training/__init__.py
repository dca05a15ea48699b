"""How the shipped models were made, from news and questions that are not part of the project."""

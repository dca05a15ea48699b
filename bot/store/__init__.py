"""What outlives a restart: updates not answered yet, what was asked, what people follow. SQLAlchemy; SQLite or PostgreSQL."""

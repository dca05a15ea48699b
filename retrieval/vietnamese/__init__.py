"""What is known of the Vietnamese language, and of nothing else: text in, text facts out."""

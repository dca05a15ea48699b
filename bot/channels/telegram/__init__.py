"""Telegram, by python-telegram-bot: the channel, and what editors and operators do in it."""

from bot.channels.telegram.channel import Telegram, check

__all__ = ["Telegram", "check"]

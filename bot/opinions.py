"""What people think of an answer: good, bad and why, or wrong, which opens a case for an editor."""

from bot.store.people import People

THANKS = "Cảm ơn bạn."
WHY = "Cảm ơn bạn. Chỗ nào chưa được?"
OPENED = "Cảm ơn bạn. Đã chuyển biên tập viên xem lại (số {case})."
TOO_OLD = "Câu trả lời này cũ quá, Tin Tỉnh không còn lưu."
REASONS = (
    ("ten", "Sai tên, chức vụ"),
    ("so", "Sai số liệu, ngày tháng"),
    ("y", "Không đúng ý hỏi"),
    ("nguon", "Đoạn trích không nói vậy"),
)


class Opinions:
    """Takes opinions as buttons send them: `o|<code>|good`, `bad`, `wrong`, or `o|<code>|bad|<reason>`."""

    def __init__(self, people: People) -> None:
        self._people = people

    def take(self, channel: str, chat: str, data: str) -> tuple[str, list[tuple[str, str]]]:
        """Keep an opinion; return what to say, and the (label, data) of buttons that ask why."""
        _, code, opinion, reason = [*data.split("|"), "", "", ""][:4]
        hashed = self._people.chat(channel, chat)
        if opinion == "wrong":
            case = self._people.report(code, hashed)
            if case is None:
                return TOO_OLD, []
            self._people.judge(code, hashed, good=False, reason="sai")
            return OPENED.format(case=case), []
        known = {name for name, _ in REASONS}
        if not self._people.judge(code, hashed, good=opinion == "good", reason=reason if reason in known else None):
            return TOO_OLD, []
        if opinion == "bad" and not reason:
            return WHY, [(label, f"o|{code}|bad|{name}") for name, label in REASONS]
        return THANKS, []

"""What the library says in English of a fault, or of what was left out -> the same in Vietnamese, for editors. Operators read the English."""

import functools
import re

from retrieval.errors import TinTinhError

_SAID = (
    # Reading files.
    ("the article has no text", "bài không có nội dung"),
    ("the article has no id", "bài không có mã"),
    ("the field {} is not text", "trường {0} không phải là chữ"),
    ("it holds what cannot be stored ({}: half a character, or fields within fields)", "có chỗ không lưu được ({0}: nửa ký tự, hoặc trường lồng trong trường)"),
    ("it is held by its source", "nguồn đang giữ lại bài"),
    ("the day of embargo_until, {}, is not understood; write it as 2030-12-31. Until then it is not read", "không hiểu ngày hết cấm đăng (embargo_until) {0}; ghi dạng 2030-12-31. Chưa sửa thì bài chưa được nạp"),
    ("it is under embargo until {}", "bài cấm đăng đến ngày {0}"),
    ("{}; look at it, and correct it if it is to be read", "{0}; bạn xem lại, muốn nạp thì sửa bài"),
    ("it turns the direction of its letters over (U+202D, U+202E)", "bài đảo chiều chữ (U+202D, U+202E)"),
    ("its words mix alphabets: letters of another one that look alike", "có từ trộn chữ cái của bảng chữ khác trông giống nhau"),
    ("it says the same again and again", "bài lặp đi lặp lại một nội dung"),
    ("its name is not in UTF-8; rename the file", "tên tệp không phải UTF-8; bạn đổi tên tệp"),
    ("it cannot be read ({}: {})", "không đọc được ({0}: {1})"),
    ("it cannot be read ({})", "không đọc được ({0})"),
    ("reading it takes longer than {} s", "đọc quá {0} giây chưa xong"),
    ("reading it broke the parser (too much memory, or a fault); it is left out", "tệp làm hỏng bộ đọc (quá nhiều bộ nhớ, hoặc lỗi) nên bị bỏ qua"),
    ("it is larger than {} MB", "tệp lớn hơn {0} MB"),
    ("reading it needs too much memory", "đọc tệp cần quá nhiều bộ nhớ"),
    ("its text is longer than {} characters", "nội dung dài hơn {0} ký tự"),
    ("it is locked by a password", "tệp bị khóa bằng mật khẩu"),
    ("it has more than {} pages", "tệp dài hơn {0} trang"),
    ("it cannot be read as a PDF ({}: {})", "không đọc được như một tệp PDF ({0}: {1})"),
    ("it has pictures of pages and no text: a scan; it is not read", "tệp là bản quét (ảnh chụp trang), không có chữ để đọc"),
    ("it unpacks to more than {} MB", "tệp bung ra lớn hơn {0} MB"),
    ("it cannot be read as a Word document ({}: {})", "không đọc được như một tệp Word ({0}: {1})"),
    ("it is no web page ({})", "không phải một trang web ({0})"),
    ("the article {} was erased by an editor", "bài {0} đã bị biên tập viên xóa hẳn"),
    ("the id {} was taken by an earlier source; that one is kept", "mã {0} đã có ở nguồn trước; giữ bài ấy"),
    ("the id {} was taken by {}; that one is kept", "mã {0} đã có ở {1}; giữ bài ấy"),
    ("the line is not a JSON object", "dòng không phải một đối tượng JSON"),
    ("the line is not JSON ({})", "dòng không phải JSON ({0})"),
    ("it is not UTF-8 (byte {}); save it as UTF-8", "tệp không phải UTF-8 (byte {0}); bạn lưu lại dạng UTF-8"),
    ("its front matter is not a table of names and values", "phần đầu tệp (giữa hai dòng ---) không phải các dòng “tên: giá trị”"),
    ("its front matter is not YAML ({})", "phần đầu tệp (giữa hai dòng ---) không phải YAML ({0})"),
    ("its first line names no column `text` (it names: {})", "dòng đầu không có cột `text` (có: {0})"),
    ("the row is not CSV ({})", "dòng không phải CSV ({0})"),
    ("{} has an ending this program does not read", "Tin Tỉnh không đọc loại tệp của {0}"),
    ("It reads {} and folders of them", "Các loại đọc được: {0}, và thư mục gồm các tệp ấy"),
    ("there is no file or folder {}", "không có tệp hay thư mục {0}"),
    ("Correct --corpus or TINTINH_CORPUS", "Sửa --corpus hoặc TINTINH_CORPUS"),
    # Fetching pages.
    ("{} is not fetched: {}", "không lấy {0}: {1}"),
    ("it is no address of a page", "đây không phải địa chỉ một trang"),
    ("only http and https are fetched", "chỉ lấy được địa chỉ http và https"),
    ("it carries a name or password", "địa chỉ kèm tên đăng nhập hoặc mật khẩu"),
    ("its host is no name", "tên máy chủ không hợp lệ"),
    ("port {} is not one of the web", "cổng {0} không phải cổng web"),
    ("it leads into a network that is not public", "địa chỉ dẫn vào mạng nội bộ"),
    ("Give the address of a public page; TINTINH_FETCH__ALLOW lets one host:port through", "Đưa địa chỉ một trang công khai; máy trong cơ quan thì cho qua bằng TINTINH_FETCH__ALLOW=máy:cổng"),
    ("{}: the host cannot be found ({})", "{0}: không tìm thấy máy chủ ({1})"),
    ("Correct the address, or try later", "Sửa địa chỉ, hoặc thử lại sau"),
    ("{}: more than {} redirects", "{0}: chuyển hướng quá {1} lần"),
    ("{}: it leads to what is no address", "{0}: dẫn tới một chỗ không phải địa chỉ"),
    ("Give the last address", "Đưa địa chỉ cuối cùng"),
    ("{}: its robots.txt asks not to fetch it", "{0}: robots.txt của báo yêu cầu không lấy trang này"),
    ("Ask the newspaper, or leave it out", "Hỏi tòa soạn, hoặc bỏ trang này"),
    ("{}: the server answers {}", "{0}: máy chủ trả lời {1}"),
    ("the server answers {}", "máy chủ trả lời {0}"),
    ("{}: slower than {} s", "{0}: chậm hơn {1} giây"),
    ("{} cannot be fetched ({}: {})", "không lấy được {0} ({1}: {2})"),
    ("Try later", "Thử lại sau"),
    ("Correct the address", "Sửa địa chỉ"),
    ("{} gives no article: {}", "{0} không cho bài nào: {1}"),
    ("Give the address of one article", "Đưa địa chỉ của một bài"),
    ("it is no feed", "đây không phải một nguồn tin (RSS hoặc Atom)"),
    ("it is no sitemap ({})", "đây không phải một sitemap ({0})"),
    ("it is no sitemap, but <{}>", "đây không phải một sitemap, mà là <{0}>"),
    ("it cannot be unpacked ({})", "không giải nén được ({0})"),
    ("it lists what is no address ({})", "trong danh sách có chỗ không phải địa chỉ ({0})"),
    ("{}: larger than {} MB", "{0}: lớn hơn {1} MB"),
    ("{}: it is packed as {}", "{0}: được nén kiểu {1}"),
    ("Load it as a file", "Gửi bài dưới dạng tệp"),
    # The desk.
    ("no article was loaded from {}; the first of {} left out: {}: {}", "không nạp được bài nào từ {0}; mục đầu trong {1} mục bị bỏ qua: {2}: {3}"),
    ("no article was loaded from {}", "không nạp được bài nào từ {0}"),
    ("Give --corpus a file or folder of articles; what was in force stays", "Kiểm tra TINTINH_CORPUS; bản đang dùng giữ nguyên"),
    ("the article {} was erased", "bài {0} đã bị xóa hẳn"),
    ("`tintinh corpus restore ID` allows it again", "Muốn nạp lại: /restore kèm mã bài"),
    ("the article {} is not withdrawn", "bài {0} không bị rút"),
    ("Nothing is to be done", "Không cần làm gì"),
    ("these words do not stand in {}", "bài {0} không có đoạn chữ này"),
    ("no article has these words", "không bài nào có đoạn chữ này"),
    ("Copy them from the article as they are", "Chép nguyên văn từ bài"),
    ("nothing of {} is held back", "bài {0} không có đoạn nào đang giữ"),
    ("no article has the id {}", "không có bài nào mang mã {0}"),
    ("`tintinh corpus list` shows the ids", "Mã bài có ở trang quản trị, hoặc chạy `tintinh corpus list`"),
    ("the articles in force are not those of TINTINH_CORPUS, which names the starter corpus", "các bài đang dùng không phải của TINTINH_CORPUS (biến này đang trỏ tới bộ bài mẫu)"),
    ("Set TINTINH_CORPUS to what the index was built from and start the service again, or give --corpus", "Đặt TINTINH_CORPUS là nơi đã nạp rồi khởi động lại dịch vụ, hoặc ghi rõ --corpus"),
    ("pages are not fetched here", "ở đây không lấy trang mạng"),
    ("Send the article as a file", "Gửi bài dưới dạng tệp"),
    ("Correct the file, then add it again", "Sửa tệp rồi gửi lại"),
    ("no article was added", "không thêm được bài nào"),
    ("no article was added; the first of {} left out: {}: {}", "không thêm được bài nào; mục đầu trong {0} mục bị bỏ qua: {1}: {2}"),
    ("there is no version before the one in force", "không có bản nào trước bản đang dùng"),
    ("there is no generation {}", "không có bản {0}"),
    ("`tintinh corpus generations` lists those that are kept", "Các bản còn giữ: /rollback ?, hoặc `tintinh corpus generations`"),
    ("`tintinh corpus generations` lists them", "Các bản còn giữ: `tintinh corpus generations`"),
    ("another change is under way", "đang có một thay đổi khác"),
    ("another process ({}) is writing to {}", "một tiến trình khác ({0}) đang ghi vào {1}"),
    ("Wait until it is done, then try again", "Chờ xong rồi thử lại"),
    ("indexing failed: the process ended with {}", "nạp không xong: tiến trình dừng với mã {0}"),
    ("The log tells why; then reload again", "Nhật ký cho biết vì sao; rồi nạp lại"),
    ("indexing failed: {}", "nạp không xong: {0}"),
    ("Mend what it names, then reload again", "Sửa chỗ đã nêu rồi nạp lại"),
    # The disk.
    ("generation {} has format {}, this program reads {}", "bản {0} có định dạng {1}, chương trình đọc định dạng {2}"),
    ("generation {} was built with the encoder {} ({}), the one set now is {} ({})", "bản {0} lập bằng mô hình {1} ({2}), mô hình đang đặt là {3} ({4})"),
    ("Run `tintinh index` again, or set TINTINH_EMBEDDING__MODEL back", "Chạy lại `tintinh index`, hoặc đặt TINTINH_EMBEDDING__MODEL như cũ"),
    ("{} is damaged or missing ({})", "{0} bị hỏng hoặc mất ({1})"),
    ("{} is damaged or missing", "{0} bị hỏng hoặc mất"),
    ("segment {} cannot be opened ({})", "không mở được phần dữ liệu {0} ({1})"),
    ("generation {} cannot be opened ({})", "không mở được bản {0} ({1})"),
    ("Run `tintinh index` again", "Chạy lại `tintinh index`"),
    ("Run `tintinh index` again; the articles are read anew", "Chạy lại `tintinh index`; các bài sẽ được đọc lại"),
    ("{} has {} MB free, {} MB are needed", "{0} còn trống {1} MB, cần {2} MB"),
    ("Free some space, or set TINTINH_DATA_DIR to a larger disk", "Dọn bớt đĩa, hoặc đặt TINTINH_DATA_DIR sang đĩa lớn hơn"),
    ("there is no index in {} yet", "chưa có chỉ mục trong {0}"),
    ("Run `tintinh index --corpus PATH` first", "Chạy `tintinh index --corpus ĐƯỜNG_DẪN` trước"),
    ("the data folder {} cannot be written ({})", "không ghi được vào thư mục dữ liệu {0} ({1})"),
    ("Give the service write access to it, or set TINTINH_DATA_DIR to another folder", "Cấp quyền ghi cho dịch vụ, hoặc đặt TINTINH_DATA_DIR sang thư mục khác"),
)  # fmt: skip
"""English, `{}` where something is filled in, and the same in Vietnamese. Of two that fit, the one with more words of its own holds."""


@functools.cache
def _patterns() -> list[tuple[re.Pattern[str], str]]:
    by_words = sorted(_SAID, key=lambda pair: -len(pair[0].replace("{}", "")))
    return [
        (re.compile("(.*?)".join(map(re.escape, english.split("{}"))), re.DOTALL), vietnamese)
        for english, vietnamese in by_words
    ]


def in_vietnamese(said: str) -> str:
    """Return in Vietnamese what the library says in English; as it is where it is none of its sentences, a path or a word of others."""
    return _told(said, _DEEPEST)


_DEEPEST = 6
"""Sentences within sentences: `… gives no article: …`."""


def _told(said: str, deeper: int) -> str:
    if not deeper:
        return said
    for pattern, vietnamese in _patterns():
        if match := pattern.fullmatch(said):
            return vietnamese.format(*(_told(part, deeper - 1) for part in match.groups()))
    where, colon, why = said.partition(": ")  # a file and what is wrong with it
    return f"{where}: {_told(why, deeper - 1)}" if colon else said


def to_editor(error: TinTinhError) -> str:
    """Return a fault as an editor reads it: its stable code, what, and the mend."""
    what, mend = in_vietnamese(error.what), in_vietnamese(error.mend)
    return f"{what[:1].upper()}{what[1:]}. {mend}. (Mã lỗi: {error.code})"

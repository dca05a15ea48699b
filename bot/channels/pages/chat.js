"use strict";
const log = document.getElementById("log");
const form = document.getElementById("form");
const field = document.getElementById("question");
let previous = null;
let province = null;

function make(tag, className, text) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  if (text !== undefined) node.textContent = text;
  return node;
}

function say(className) {
  const line = make("li", className);
  log.append(line);
  return line;
}

function day(iso) {
  return iso ? iso.split("-").reverse().join("/") : "không rõ ngày";
}

// Offsets count code points, as Python does; a JavaScript string counts UTF-16 units.
function markedQuote(citation, items, number) {
  const points = Array.from(citation.quote);
  const quote = make("blockquote");
  let at = 0;
  const marks = items.filter((item) => item.citation === number && item.start !== undefined)
    .map((item) => [item.start - citation.start, item.end - citation.start]).sort((a, b) => a[0] - b[0]);
  for (const [start, end] of marks) {
    if (start < at) continue;
    quote.append(points.slice(at, start).join(""), make("mark", "", points.slice(start, end).join("")));
    at = end;
  }
  quote.append(points.slice(at).join(""));
  return quote;
}

function link(url, text) {
  const node = make("a", "", text);
  node.href = url;
  node.rel = "noopener noreferrer";
  node.target = "_blank";
  return node;
}

function shortAnswer(answer) {
  const lines = [];
  let assignee = null;
  for (const item of answer.kind === "statement" ? answer.items.slice(0, 1) : answer.items) {
    if (item.assignee && item.assignee !== assignee) lines.push((assignee = item.assignee) + ":");
    let text = item.role && !item.text.includes(item.role) ? item.text + " – " + item.role : item.text;
    if (item.deadline && !item.text.includes(item.deadline)) text += " (" + item.deadline + ")";
    lines.push(item.assignee ? "• " + text : text);
  }
  return [...new Set(lines)].join("\n");
}

function showAnswer(line, answer) {
  if (answer.kind === "yes_no") {
    line.append(make("p", "understood", "Tin Tỉnh không tự kết luận đúng hay sai; đây là điều bài báo viết:"));
  }
  line.append(make("p", "answer", shortAnswer(answer)));
  if (answer.interpretation) line.append(make("p", "understood", answer.interpretation));
  if (answer.note) line.append(make("p", "understood", answer.note));
  answer.citations.forEach((citation, number) => {
    const details = make("details");
    details.open = number === 0;
    details.append(make("summary", "", "[" + (number + 1) + "] Theo " + citation.source + ", " + day(citation.published_at)));
    details.append(markedQuote(citation, answer.items, number));
    const where = make("p", "source", citation.title + " · ");
    where.append(link("/p/" + encodeURIComponent(answer.generation) + "/" + encodeURIComponent(citation.passage_id)
      + "?" + new URLSearchParams({ bai: citation.article_id, tu: citation.start }), "Xem cả đoạn"));
    if (citation.url && /^https?:\/\//.test(citation.url)) where.append(" · ", link(citation.url, "Bài gốc"));
    details.append(where);
    line.append(details);
  });
  const until = answer.data_until ? "dữ liệu đến ngày " + day(answer.data_until) + ", " : "";
  line.append(make("p", "source", until + "bản " + answer.generation.slice(0, 13) + " · mã " + answer.id));
}

function choice(text, chosen) {
  const button = make("button", "choice", text);
  button.type = "button";
  button.addEventListener("click", () => chosen(text));
  return button;
}

function showRefusal(line, answer) {
  line.append(make("p", "", answer.reply));
  if (answer.interpretation) line.append(make("p", "understood", answer.interpretation));
  (answer.questions || []).forEach((question, number) => {
    line.append(choice(number + 1 + ". " + answer.choices[number], () => ask(question, answer.choices[number])));
  });
  if (answer.suggestions.length) line.append(make("p", "source", "Đoạn có thể liên quan (không phải câu trả lời):"));
  for (const suggestion of answer.suggestions) {
    const details = make("details");
    details.append(make("summary", "", suggestion.title + ", " + day(suggestion.published_at)));
    details.append(make("blockquote", "", suggestion.quote));
    line.append(details);
  }
  if (!["smalltalk", "invalid"].includes(answer.reason)) line.append(make("p", "source", "mã " + answer.id));
}

// The choices of the last answer, so that typing a number chooses as a click does; and the rest of its list.
let choices = [];
let more = null;

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const typed = field.value.trim();
  if (!typed) return;
  field.value = "";
  const home = typed.match(/^(?:tôi|toi|mình|minh|em|nhà tôi|nha toi|bác|bac|cháu|chau) (?:ở|o|sống ở|song o) (?:tỉnh|tinh|tp\.?|thành phố|thanh pho) (.{2,30}?)[.!]*$/i);
  if (home) {
    province = home[1];
    say("mine").textContent = typed;
    say("theirs").textContent = "Tin Tỉnh nhớ trong trang này: câu hỏi không nêu tỉnh là hỏi về " + province + ".";
  } else if (more && /^(xem )?ti[eế]p$/i.test(typed)) more(typed);
  else ask(choices[/^[1-9]$/.test(typed) ? Number(typed) - 1 : -1] || typed, typed);
});

async function ask(question, shown, before = previous, skip = 0) {
  say("mine").textContent = shown;
  const line = say("theirs");
  line.textContent = "Đang tìm…";
  line.scrollIntoView({ block: "end" });
  try {
    const response = await fetch("/api/ask", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ question, previous: before, skip, province }),
    });
    const answer = await response.json();
    line.textContent = "";
    choices = answer.questions || [];
    more = answer.next_skip ? (typed) => ask(question, typed, before, answer.next_skip) : null;
    if (!response.ok) {
      line.textContent = "Xin lỗi bạn, Tin Tỉnh đang gặp trục trặc. Bạn thử lại sau ít phút nhé.";
    } else {
      const replies = [answer, ...(answer.also || [])];
      replies.forEach((reply, number) => {
        if (replies.length > 1) line.append(make("p", "understood", "Câu " + (number + 1) + ": " + reply.question));
        (reply.status === "answered" ? showAnswer : showRefusal)(line, reply);
        previous = reply.carried || previous;
      });
      if (more) line.append(choice("Xem tiếp", more));
    }
  } catch {
    line.textContent = "Mất kết nối. Bạn thử lại nhé.";
  }
  line.scrollIntoView({ block: "end" });
  field.focus();
}

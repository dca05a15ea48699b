"use strict";
const log = document.getElementById("log");
const form = document.getElementById("form");
const field = document.getElementById("question");
const begin = document.getElementById("begin");

// Who we are to the service: a made-up name that lives in this browser alone.
const client = (() => {
  const fresh = () => Array.from(crypto.getRandomValues(new Uint8Array(24)), (byte) => byte.toString(16).padStart(2, "0")).join("");
  try {
    const kept = localStorage.getItem("tintinh") || fresh();
    localStorage.setItem("tintinh", kept);
    return kept;
  } catch {
    return fresh();
  }
})();

const BEGIN = ["Ai chủ trì hội nghị giao ban gần đây?", "Hội Nông dân được giao nhiệm vụ gì?"];
// What people tend to ask next, by what was asked for.
const NEXT = {
  chair: ["Ai dự?", "Giao nhiệm vụ gì?", "Diễn ra khi nào, ở đâu?"],
  attendee: ["Ai chủ trì?", "Kết luận thế nào?"],
  task: ["Ai giao?", "Thời hạn đến khi nào?", "Ai chủ trì?"],
  when: ["Ở đâu?", "Ai chủ trì?"],
  where: ["Khi nào?", "Ai chủ trì?"],
  number: ["Vì sao?", "Khi nào?"],
  conclusion: ["Giao nhiệm vụ gì?", "Còn hạn chế gì?"],
  limitation: ["Giải pháp là gì?", "Giao nhiệm vụ gì?"],
};

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

function button(className, text, pressed) {
  const node = make("button", className, text);
  node.type = "button";
  node.addEventListener("click", () => pressed(node));
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

function passage(generation, cited) {
  return "/p/" + encodeURIComponent(generation) + "/" + encodeURIComponent(cited.passage_id)
    + "?" + new URLSearchParams({ bai: cited.article_id, tu: cited.start || 0 });
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
    where.append(link(passage(answer.generation, citation), "Xem cả đoạn"));
    if (citation.url && /^https?:\/\//.test(citation.url)) where.append(" · ", link(citation.url, "Bài gốc"));
    details.append(where);
    line.append(details);
  });
  const until = answer.data_until ? "dữ liệu đến ngày " + day(answer.data_until) + ", " : "";
  line.append(make("p", "source", until + "bản " + answer.generation.slice(0, 13) + " · mã " + answer.id));
}

function showRefusal(line, answer) {
  line.append(make("p", "", answer.reply));
  if (answer.interpretation) line.append(make("p", "understood", answer.interpretation));
  // The whole question, not its number: by the time an old button is pressed, the number means another one.
  (answer.questions || []).forEach((question, number) => {
    line.append(button("choice", number + 1 + ". " + answer.choices[number], () => ask(question, answer.choices[number])));
  });
  if (answer.suggestions.length) line.append(make("p", "source", "Đoạn có thể liên quan (không phải câu trả lời):"));
  for (const suggestion of answer.suggestions) {
    const details = make("details");
    details.append(make("summary", "", suggestion.title + ", " + day(suggestion.published_at)));
    details.append(make("blockquote", "", suggestion.quote));
    const where = make("p", "source");
    where.append(link(passage(answer.generation, suggestion), "Xem cả đoạn"));
    if (suggestion.url && /^https?:\/\//.test(suggestion.url)) where.append(" · ", link(suggestion.url, "Bài gốc"));
    details.append(where);
    line.append(details);
  }
  if (!["smalltalk", "invalid"].includes(answer.reason)) line.append(make("p", "source", "mã " + answer.id));
}

function post(path, body, accept = "application/json") {
  return fetch(path, {
    method: "POST",
    headers: { "Content-Type": "application/json", Accept: accept },
    body: JSON.stringify({ client, ...body }),
  });
}

// What people think of an answer.
function opinions(answer) {
  const row = make("div", "opinions");
  const judge = async (opinion, reason) => {
    row.textContent = "…";
    try {
      const said = await (await post("/api/feedback", { code: answer.id, opinion, reason })).json();
      row.textContent = "";
      row.append(make("span", "source", said.words || said.error));
      for (const why of said.reasons || []) row.append(button("plain", why.label, () => judge("bad", why.reason)));
    } catch {
      row.textContent = "Mất kết nối. Bạn thử lại nhé.";
    }
  };
  for (const [label, name, opinion] of [["Tốt", "Tốt: câu trả lời đúng ý", "good"], ["Chưa tốt", "Chưa tốt: câu trả lời chưa được", "bad"], ["Báo sai", "Báo sai cho biên tập viên", "wrong"]]) {
    const node = button("plain", label, () => judge(opinion));
    node.setAttribute("aria-label", name);
    row.append(node);
  }
  return row;
}

function chips(node, questions) {
  for (const question of questions) node.append(button("chip", question, () => ask(question)));
  return node;
}

function show(line, said) {
  line.textContent = "";
  if (said.words !== undefined) {
    line.append(make("p", "words", said.words));
    return;
  }
  const replies = [said.reply, ...(said.reply.also || [])];
  replies.forEach((reply, number) => {
    if (replies.length > 1) line.append(make("p", "understood", "Câu " + (number + 1) + ": " + reply.question));
    (reply.status === "answered" ? showAnswer : showRefusal)(line, reply);
    if (reply.status === "answered") line.append(opinions(reply));
  });
  const last = replies[replies.length - 1];
  document.querySelectorAll(".chips").forEach((node) => node.remove());
  if (said.reply.next_skip) line.append(chips(make("div", "chips"), ["Xem tiếp"]));
  else if (last.status === "answered" && NEXT[last.kind]) line.append(chips(make("div", "chips"), NEXT[last.kind]));
}

// One answer, as JSON or, where it is slow, as server-sent events.
async function read(response, line) {
  if (!(response.headers.get("Content-Type") || "").startsWith("text/event-stream")) {
    // What stands between may answer with a page of its own.
    return { ok: response.ok, said: await response.json().catch(() => (response.ok ? Promise.reject(response) : {})) };
  }
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  for (;;) {
    const { done, value } = await reader.read();
    text += value || "";
    let end;
    while ((end = text.indexOf("\n\n")) >= 0) {
      const event = text.slice(0, end);
      text = text.slice(end + 2);
      const data = event.match(/^data: (.*)$/m);
      if (!data) continue;
      const said = JSON.parse(data[1]);
      if (event.startsWith("event: looking")) line.textContent = said.words;
      else return { ok: event.startsWith("event: answer"), said };
    }
    if (done) throw new Error("the answer was cut off");
  }
}

async function ask(text, shown = text) {
  begin.remove();
  say("mine").textContent = shown;
  const line = say("theirs");
  line.textContent = "Đang tìm…";
  line.scrollIntoView({ block: "nearest" });
  try {
    const { ok, said } = await read(await post("/api/chat", { text }, "text/event-stream, application/json"), line);
    if (ok) show(line, said);
    else line.textContent = said.words || "Xin lỗi bạn, Tin Tỉnh đang gặp trục trặc. Bạn thử lại sau ít phút nhé.";
  } catch {
    line.textContent = "";
    line.append(make("p", "", "Mất kết nối. "), button("plain", "Thử lại", () => ask(text, shown)));
  }
  // The question stays in sight above its answer: the answer comes first, its quotes after.
  (line.previousElementSibling || line).scrollIntoView({ block: "start" });
  field.focus({ preventScroll: true });
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const typed = field.value.trim();
  if (!typed) return;
  field.value = "";
  ask(typed);
});

document.getElementById("privacy").addEventListener("click", () => ask("/riengtu", "Tin Tỉnh lưu gì về bạn?"));
document.getElementById("forget").addEventListener("click", async () => {
  const line = say("theirs");
  try {
    const said = await (await post("/api/forget", {})).json();
    log.textContent = "";
    log.append(line);
    line.textContent = said.words || said.error;
  } catch {
    line.textContent = "Mất kết nối, chưa xóa được. Bạn thử lại nhé.";
  }
});

chips(begin, BEGIN);

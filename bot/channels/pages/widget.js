// Puts the chat on a newspaper's page: <script src="https://…/widget.js" defer></script>. The chat itself stays on its own origin, in a frame.
"use strict";
(() => {
  const origin = new URL(document.currentScript.src).origin;
  const host = document.createElement("div");
  const root = host.attachShadow({ mode: "open" });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`
    :host { all: initial; }
    button { position: fixed; right: 1rem; bottom: 1rem; z-index: 2147483646; font: 600 16px/1 system-ui, sans-serif; padding: .9rem 1.1rem;
      border: 0; border-radius: 2rem; background: #0b5aa5; color: #fff; box-shadow: 0 2px 10px #0005; cursor: pointer; }
    button:focus-visible { outline: 3px solid #0b5aa5; outline-offset: 3px; }
    iframe { position: fixed; right: 1rem; bottom: 4.6rem; z-index: 2147483646; width: min(26rem, calc(100vw - 2rem)); height: min(40rem, calc(100dvh - 6rem));
      border: 1px solid #8886; border-radius: .9rem; background: #fff; box-shadow: 0 4px 24px #0006; color-scheme: light dark; }
    iframe[hidden] { display: none; }`);
  root.adoptedStyleSheets = [sheet];
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = "Hỏi Tin Tỉnh";
  button.setAttribute("aria-expanded", "false");
  let frame = null;
  const show = (open) => {
    if (!frame) {
      frame = document.createElement("iframe");
      frame.title = "Tin Tỉnh – hỏi đáp tin tức";
      frame.src = origin + "/khung";
      root.append(frame);
    }
    frame.hidden = !open;
    button.setAttribute("aria-expanded", String(open));
    button.textContent = open ? "Đóng" : "Hỏi Tin Tỉnh";
    (open ? frame : button).focus();
  };
  button.addEventListener("click", () => show(!frame || frame.hidden));
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && frame && !frame.hidden) show(false);
  });
  root.append(button);
  document.body.append(host);
})();

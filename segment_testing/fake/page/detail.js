// One call in full: what it is, what is wrong with it, how it came, its JSON, and its bytes.

import { members, pretty } from "./json.js";
import { el, marked, number, plural, sentence, visible } from "./text.js";

const DUMPED = 4_096; // bytes that are shown as such
const DOCUMENTS = [
  ["sent", "As sent"],
  ["payload", "As delivered"],
  ["bytes", "Bytes"],
];

/** Shows calls in `element`, an article. `isCurrent(run)`: whether that fake is the one that answers now. */
export class Detail {
  constructor(element, { onClose, isCurrent }) {
    this.element = element;
    this.onClose = onClose;
    this.isCurrent = isCurrent;
    this.document = "sent";
  }

  show(it) {
    this.element.hidden = it === null || it.kind === "note";
    this.element.replaceChildren();
    if (this.element.hidden) return;
    this.element.scrollTop = 0;
    const parts = members(it.text);
    this.element.append(heading(it, this.onClose), ...troubles(it, parts), facts(it, parts), this.documents(it, parts));
  }

  documents(it, parts) {
    const known = DOCUMENTS.filter(([name]) => name === "bytes" || parts.has(name));
    const current = known.some(([name]) => name === this.document) ? this.document : "sent";
    const panel = el("div", { role: "tabpanel", id: "document" });
    const tabs = tabList(known, current, "document", async (name) => {
      this.document = name;
      panel.setAttribute("aria-label", known.find(([each]) => each === name)[1]);
      panel.replaceChildren(...(name === "bytes" ? [el("p", { class: "hint" }, "…")] : [copyable(parts.get(name))]));
      if (name !== "bytes") return;
      const shown = await this.bytes(it);
      if (panel.isConnected && this.document === "bytes") panel.replaceChildren(...shown);
    });
    return el("section", { class: "documents" }, tabs, panel);
  }

  async bytes(it) {
    const gone = "The fake no longer keeps these bytes. What it told of them stands under “As sent”.";
    if (!this.isCurrent(it.run)) return [el("p", { class: "hint" }, gone)];
    try {
      const query = new URLSearchParams({ of: it.kind, place: it.place });
      const response = await fetch(`_fake/sent?${query}`);
      if (!response.ok) return [el("p", { class: "hint" }, response.status === 404 ? gone : `The fake answered ${response.status}.`)];
      return written(new Uint8Array(await response.arrayBuffer()));
    } catch {
      return [el("p", { class: "hint" }, "The fake does not answer.")];
    }
  }
}

function heading(it, onClose) {
  const type = it.type ? el("span", { class: "type" }, visible(it.type)) : null;
  const title = el("h2", {}, type, type ? " " : null, el("bdi", {}, marked(it.name || it.about || (it.type ? "" : "A request"))));
  return el("header", {}, title, el("button", { type: "button", class: "close", "aria-label": "Close", onclick: onClose }, "✕"));
}

function* troubles(it, parts) {
  if (it.kind === "rejection") {
    const told =
      parts.get("status") === "0" ? "Its sender got no answer."
      : parts.get("silent") === "true" ? "Its sender was told 200: Segment would have lost it without a word."
      : `Its sender was told ${parts.get("status")}.`;
    yield banner("rejection", [el("strong", {}, ...sentence(it.detail)), el("code", {}, it.reason)], told);
  } else if (it.kind === "duplicate") {
    yield banner("duplicate", [el("strong", {}, "A call with this messageId was taken before.")], "Its sender was told 200: this is what a retry looks like.");
  }
  if (it.violations.length) {
    const lines = it.violations.map((violation) =>
      el("li", {}, el("code", {}, marked(String(violation.field ?? ""))), " ", marked(String(violation.description ?? violation.type ?? ""))),
    );
    yield banner("violation", [el("strong", {}, plural(lines.length, "violation"), " of the tracking plan")], el("ul", {}, ...lines));
  }
}

function banner(mark, title, more) {
  return el("div", { class: "banner", "data-mark": mark }, el("p", {}, ...title), typeof more === "string" ? el("p", {}, more) : more);
}

function facts(it, parts) {
  const own = (name) => {
    const text = parts.get(name);
    return text === undefined || text === "null" ? "" : text[0] === '"' ? JSON.parse(text) : text;
  };
  const retries = Number(own("retry_count"));
  const rows = [
    ["User", it.user],
    ["Anonymous id", it.anonymous],
    ["Message id", it.messageId],
    ["Received", own("received_at")],
    ["Endpoint", own("endpoint")],
    ["Write key", it.writeKey],
    ["Library", `${it.library} ${it.version}`.trim()],
    ["User agent", own("user_agent")],
    ["Retry", retries ? `the ${ordinal(retries + 1)} try` : ""],
  ];
  return list(rows);
}

/** Names and values, those without a value left out. */
export function list(rows) {
  return el("dl", { class: "facts" }, ...rows.filter(([, value]) => value).map(([name, value]) => el("div", {}, el("dt", {}, name), el("dd", {}, marked(value)))));
}

function ordinal(count) {
  const ending = count % 100 > 10 && count % 100 < 14 ? "th" : ["th", "st", "nd", "rd"][count % 10] ?? "th";
  return `${count}${ending}`;
}

/** JSON text, or the text of a JSON string, laid out, with a button that copies it. */
export function copyable(text) {
  let plain = text;
  let shown;
  if (text[0] === '"') {
    plain = JSON.parse(text);
    shown = el("pre", { class: "raw", tabindex: "0" }, lines(plain));
  } else {
    shown = pretty(text);
  }
  return el("div", { class: "copyable" }, copyButton(plain), shown);
}

function copyButton(text) {
  const button = el("button", { type: "button", class: "copy" }, "Copy");
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(text);
      button.textContent = "Copied";
    } catch {
      button.textContent = "Not allowed";
    }
    setTimeout(() => (button.textContent = "Copy"), 1_500);
  });
  return button;
}

function written(bytes) {
  const size = plural(bytes.length, "byte");
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    const words = bytes.length === text.length ? `${size} of ASCII` : `${size} of UTF-8, ${plural(text.length, "UTF-16 unit")}`;
    return [el("p", { class: "hint" }, `${words}, as they stood in the request`), el("div", { class: "copyable" }, copyButton(text), el("pre", { class: "raw", tabindex: "0" }, lines(text)))];
  } catch {
    const cut = bytes.length > DUMPED ? `, the first ${number(DUMPED)} of which follow` : "";
    return [el("p", { class: "hint" }, `${size} that are no UTF-8${cut}`), el("pre", { class: "dump", tabindex: "0" }, dump(bytes.subarray(0, DUMPED)))];
  }
}

function lines(text) {
  const fragment = document.createDocumentFragment();
  text.split("\n").forEach((line, index) => fragment.append(index ? "\n" : "", marked(line)));
  return fragment;
}

function dump(bytes) {
  const lines = [];
  for (let at = 0; at < bytes.length; at += 16) {
    const row = [...bytes.subarray(at, at + 16)];
    const digits = row.map((byte) => byte.toString(16).padStart(2, "0")).join(" ");
    const text = row.map((byte) => (byte > 31 && byte < 127 ? String.fromCharCode(byte) : "·")).join("");
    lines.push(`${at.toString(16).padStart(4, "0")}  ${digits.padEnd(47)}  ${text}`);
  }
  return lines.join("\n");
}

/** Tabs for the panel with the id `panel`: `choose(name)` is called now, and with every choice. */
function tabList(names, current, panel, choose) {
  const tabs = names.map(([name, words]) =>
    el("button", { type: "button", role: "tab", "aria-controls": panel, "data-name": name, onclick: () => pick(name) }, words),
  );
  const pick = (name) => {
    for (const tab of tabs) mark(tab, tab.dataset.name === name);
    choose(name);
  };
  const bar = el("div", { role: "tablist", class: "tabs", "aria-label": "Of this call" }, ...tabs);
  walkTabs(bar);
  queueMicrotask(() => pick(current)); // when the panel stands where it is looked for
  return bar;
}

/** Mark a tab as chosen, or not. */
export function mark(tab, chosen) {
  tab.setAttribute("aria-selected", String(chosen));
  tab.tabIndex = chosen ? 0 : -1;
}

/** Have the arrow keys go from tab to tab. */
export function walkTabs(bar) {
  bar.addEventListener("keydown", (event) => {
    const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!by) return;
    const tabs = [...bar.querySelectorAll('[role="tab"]')];
    const next = tabs[(tabs.indexOf(document.activeElement) + by + tabs.length) % tabs.length];
    next.focus();
    next.click();
    event.preventDefault();
    event.stopPropagation();
  });
}

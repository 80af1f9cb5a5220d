// What was delivered to webhooks: each with its attempts, the answers and how long they took.

import { copyable, list } from "./detail.js";
import { members } from "./json.js";
import { List } from "./list.js";
import { clock, el, marked, number, plural, say, short, visible } from "./text.js";

const KEPT = 2_000;
const WORDS = { sending: "sending", "awaiting-retry": "to be retried", delivered: "delivered", discarded: "discarded", regrouped: "regrouped", forged: "forged" };

/** The list of deliveries and the detail of one. */
export class Deliveries {
  constructor({ rows, empty, detail, count }) {
    this.all = new Map(); // id → delivery, in the order in which they began
    this.empty = empty;
    this.detail = detail;
    this.count = count;
    this.list = new List(rows, { write: writeRow, keyOf: ({ id }) => id, onSelect: (delivery) => this.show(delivery) });
  }

  add(events) {
    const before = this.all.size;
    for (const { data } of events) {
      const delivery = { ...JSON.parse(data), text: data };
      this.all.set(delivery.id, delivery);
      if (delivery.id === this.list.key) this.show(delivery);
    }
    const added = this.all.size - before;
    for (const id of this.all.keys()) {
      if (this.all.size <= KEPT) break;
      this.all.delete(id);
    }
    this.draw(added);
  }

  clear() {
    this.all.clear();
    this.list.select(null);
    this.draw();
  }

  draw(added = 0) {
    this.list.show([...this.all.values()], added);
    this.empty.hidden = this.all.size > 0;
    say(this.count, this.all.size ? number(this.all.size) : "");
  }

  show(delivery) {
    this.detail.hidden = !delivery;
    this.detail.replaceChildren();
    if (!delivery) return;
    const close = el("button", { type: "button", class: "close", "aria-label": "Close", onclick: () => this.list.select(null) }, "✕");
    const headers = delivery.headers.map(([name, value]) => `${name}: ${value}`).join("\n");
    this.detail.append(
      el("header", {}, el("h2", {}, el("span", { class: "outcome", "data-outcome": delivery.outcome }, WORDS[delivery.outcome]), " ", el("bdi", {}, marked(delivery.title))), close),
      list([
        ["To", `${delivery.method} ${delivery.url}`],
        ["Made", delivery.at],
        ["Next attempt", delivery.next_attempt],
        ["Replay of", delivery.replay_of],
        ["Id", delivery.id],
      ]),
      this.replaying(delivery),
      el("h3", {}, "Attempts"),
      attempts(delivery.attempts),
      el("h3", {}, "Headers"),
      el("pre", { class: "raw", tabindex: "0" }, ...headers.split("\n").flatMap((line, index) => [index ? "\n" : "", marked(line)])),
      el("h3", {}, "Body"),
      copyable(members(delivery.text).get("body")),
    );
  }

  replaying(delivery) {
    const words = el("span", { class: "hint", role: "status" });
    const button = el("button", { type: "button" }, "Replay");
    button.addEventListener("click", async () => {
      button.disabled = true;
      say(words, "Sending it again …");
      say(words, await replay(delivery.id));
      button.disabled = false;
    });
    return el("p", { class: "replay" }, button, " ", words);
  }
}

async function replay(id) {
  try {
    const response = await fetch(`_fake/deliveries/replay?${new URLSearchParams({ id })}`, { method: "POST" });
    if (response.ok) return "Sent again; it stands in the list as a delivery of its own.";
    const problem = await response.json();
    return visible(String(problem.detail));
  } catch {
    return "The fake does not answer.";
  }
}

function attempts(all) {
  if (!all.length) return el("p", { class: "hint" }, "The first is under way.");
  const longest = Math.max(...all.map(({ seconds }) => seconds), 0.001);
  const head = el("tr", {}, ...["", "Began", "Answer", "Took", ""].map((name) => el("th", { scope: "col" }, name)));
  const rows = all.flatMap((attempt, index) => {
    const bar = el("span", { class: "bar", "data-ok": String(isOk(attempt.status)) });
    bar.style.width = `${Math.max(2, (attempt.seconds / longest) * 100)}%`;
    const row = el("tr", {}, el("td", {}, `${index + 1}`), el("td", {}, clock(Date.parse(attempt.at), true)), el("td", {}, marked(answerOf(attempt))), el("td", { class: "took" }, duration(attempt.seconds)), el("td", { class: "timing", "aria-hidden": "true" }, bar));
    const more = [attempt.note && marked(attempt.note), attempt.body && el("code", {}, marked(attempt.body.slice(0, 500)))];
    return [row, ...more.filter(Boolean).map((part) => el("tr", { class: "answer" }, el("td", {}), el("td", { colspan: "4" }, part)))];
  });
  return el("table", { class: "attempts" }, el("thead", {}, head), el("tbody", {}, ...rows));
}

function answerOf({ status, error }) {
  return status === null ? `none: ${error ?? "unknown"}` : error ? `${status}, ${error}` : `${status}`;
}

function isOk(status) {
  return status !== null && status >= 200 && status < 300;
}

function duration(seconds) {
  return seconds < 1 ? `${number(Math.round(seconds * 1_000))} ms` : `${seconds.toFixed(seconds < 10 ? 2 : 0)} s`;
}

function writeRow(row, delivery) {
  const last = delivery.attempts.at(-1);
  const answer = last ? `${short(answerOf(last), 40)} in ${duration(last.seconds)}` : "";
  const tries = delivery.attempts.length > 1 ? `, ${plural(delivery.attempts.length, "attempt")}` : "";
  const cells = {
    time: clock(Date.parse(delivery.at), true),
    type: WORDS[delivery.outcome],
    name: short(delivery.title),
    user: answer + tries,
    source: short(delivery.url),
  };
  row.dataset.outcome = delivery.outcome;
  row.setAttribute("aria-label", [cells.name, cells.type, cells.user, cells.time].filter(Boolean).join(", "));
  row.replaceChildren(...Object.entries(cells).map(([name, cell]) => el("span", { class: name, dir: "auto" }, cell)));
}

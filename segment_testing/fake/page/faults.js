// The faults that are set in the fake: to see them, to ask for the usual ones, and to be rid of them.

import { el, number, plural, say, visible } from "./text.js";

const USUAL = [
  ["Answer 500", { fault: "status", status: 500 }],
  ["Answer 503", { fault: "status", status: 503 }],
  ["Answer 429, try again in 1 second", { fault: "status", status: 429, retry_after: 1, message: "Too many requests" }],
  ["Answer 400", { fault: "status", status: 400 }],
  ["Answer after 2 seconds", { fault: "slow", seconds: 2 }],
  ["Reset the connection", { fault: "reset" }],
  ["Take the calls, then reset the connection", { fault: "reset", recorded: true }],
  ["Break off in the middle of the answer", { fault: "half" }],
  ["Answer 200 with what is no JSON", { fault: "garbage" }],
];

/** The panel. */
export class Faults {
  constructor({ form, kind, times, clear, list, trouble, count }) {
    this.list = list;
    this.trouble = trouble;
    this.count = count;
    this.shown = null;
    kind.append(...USUAL.map(([words], index) => el("option", { value: index }, words)));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const fault = { ...USUAL[kind.value][1], times: times.valueAsNumber };
      this.ask({ method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(fault) });
    });
    clear.addEventListener("click", () => this.ask({ method: "DELETE" }));
  }

  /** Look what is set. */
  refresh() {
    return this.ask({});
  }

  async ask(options) {
    try {
      const response = await fetch("_fake/faults", options);
      const answer = await response.json();
      say(this.trouble, response.ok ? "" : visible(String(answer.detail)));
      if (response.ok) this.show(answer.faults);
    } catch {
      say(this.trouble, options.method ? "The fake does not answer." : "");
    }
  }

  show(faults) {
    const text = JSON.stringify(faults);
    if (text === this.shown) return;
    this.shown = text;
    say(this.count, faults.length ? number(faults.length) : "");
    const rows = faults.map(({ description, requests }) =>
      el("li", {}, el("strong", {}, visible(inWords(description))), el("span", {}, visible(whenOf(description, requests)))),
    );
    this.list.replaceChildren(...(rows.length ? rows : [el("li", { class: "hint" }, "No fault is set: the fake answers as Segment does.")]));
  }
}

function inWords(step) {
  const taken = step.recorded ? "Take the calls, then " : "";
  const word = (first) => (taken ? first[0].toLowerCase() + first.slice(1) : first);
  switch (step.fault) {
    case "status":
      return `Answer ${step.status}${step.retry_after == null ? "" : `, try again in ${plural(step.retry_after, "second")}`}`;
    case "slow":
      return `Answer after ${plural(step.seconds, "second")}`;
    case "reset":
      return taken + word("Reset the connection");
    case "half":
      return taken + word("Break off in the middle of the answer");
    case "garbage":
      return taken + word("Answer 200 with what is no JSON");
    case "usual":
      return "Answer as ever";
    case "sequence":
      return step.steps.map(inWords).join(" → ");
    default:
      return "What a function of a test does";
  }
}

function whenOf({ on, times, after, write_key: key }, requests) {
  const parts = [on ? `requests to ${on}` : "requests with calls"];
  if (key) parts.push(`of the write key ${key}`);
  if (after) parts.push(`after ${plural(after, "request")}`);
  parts.push(times ? (times === 1 ? "once" : `${number(times)} times`) : "until it is cleared");
  return `${parts.join(", ")} · ${plural(requests, "request")} so far`;
}

// The page: what comes from the stream goes into the store, and from there to the list, the figures and the plot.

import { Deliveries } from "./deliveries.js";
import { Detail, mark, walkTabs } from "./detail.js";
import { Faults } from "./faults.js";
import { listen } from "./keys.js";
import { List } from "./list.js";
import { Store, item, note, rowOf, shownOf, wordsOf } from "./store.js";
import { Stream } from "./stream.js";
import { el, number, plural, say } from "./text.js";
import { Volume } from "./volume.js";

const CALM = 120; // milliseconds between two looks of a list that grows
const SECOND = 1_000;
const LOOKS = 3_000; // milliseconds between two looks at the faults
const SAYING = 8_000; // milliseconds between two announcements of what came
const HELD = 50_000; // events that are held back by a pause

const $ = (id) => document.getElementById(id);
const VIEWS = ["calls", "deliveries", "faults"];

const store = new Store();
const volume = new Volume($("chart"));
const list = new List($("list"), { write: writeRow, onSelect: select });
const detail = new Detail($("detail"), { onClose: () => list.select(null), isCurrent: (run) => run === stream.run });
const deliveries = new Deliveries({ rows: $("delivery-list"), empty: $("delivery-empty"), detail: $("delivery-detail"), count: $("count-deliveries") });
const faults = new Faults({ form: $("fault-form"), kind: $("fault-kind"), times: $("fault-times"), clear: $("fault-clear"), list: $("fault-list"), trouble: $("fault-trouble"), count: $("count-faults") });
const stream = new Stream({ onEvents: (events) => take(events), onState: showState, onRestart: () => take([{ name: "restart" }]) });

// ---- what comes

let paused = false;
let held = [];
let lost = 0; // of what was held back

function take(events) {
  if (!paused) return add(events);
  held.push(...events);
  if (held.length > HELD) lost += held.splice(0, held.length - HELD).length;
  showPause();
}

function add(events) {
  const items = [];
  const delivered = [];
  const flush = () => {
    if (!items.length) return;
    store.add(items);
    volume.add(items);
    tell(items);
    items.length = 0;
  };
  for (const event of events) {
    switch (event.name) {
      case "call":
      case "rejection":
      case "duplicate":
        items.push(item(event.name, event));
        break;
      case "delivery":
        delivered.push(event);
        break;
      case "overflow":
        items.push(note(`${plural(event.count, "older one")} came during the pause, more than the page holds back`));
        break;
      case "missed": {
        const { count } = JSON.parse(event.data);
        items.push(note(`${plural(count, "older one")} came, but the fake no longer keeps ${count === 1 ? "it" : "them"}`));
        break;
      }
      case "reset":
      case "restart":
        flush();
        items.push(note(event.name === "reset" ? "The fake was reset" : "The fake was started anew"));
        flush();
        store.restart();
        announce(event.name === "reset" ? "The fake was reset." : "Connected again, to a fake that was started anew.");
    }
  }
  flush();
  if (delivered.length) deliveries.add(delivered);
  draw();
}

// ---- what is to be seen

let drawn = 0;
let waiting = false;

/** Show it soon: at once when it is quiet, and a few times a second when it is not. */
function draw() {
  if (waiting) return;
  waiting = true;
  setTimeout(() => requestAnimationFrame(drawNow), Math.max(0, drawn + CALM - performance.now()));
}

let seenBefore = 0;

function drawNow() {
  waiting = false;
  drawn = performance.now();
  const added = store.seen.length - seenBefore;
  seenBefore = store.seen.length;
  list.show(store.seen, Math.max(0, added));
  volume.drawSoon();
  for (const place of document.querySelectorAll("[data-count]")) {
    const count = store.counts[place.dataset.count];
    say(place, number(count));
    const { one, more } = place.previousElementSibling.dataset;
    if (one) say(place.previousElementSibling, count === 1 ? one : more);
  }
  $("totals").dataset.rejected = String(store.counts.rejection > 0);
  say($("shown"), shownOf(store));
  showEmptiness();
  document.title = store.counts.rejection ? `(${store.counts.rejection} rejected) Fake Segment` : "Fake Segment";
}

function writeRow(row, it) {
  const { cells, label, mark } = rowOf(it);
  row.dataset.kind = it.kind;
  row.dataset.mark = mark;
  row.setAttribute("aria-label", label);
  row.replaceChildren(...Object.entries(cells).map(([name, cell]) => el("span", { class: name, dir: "auto" }, cell)));
}

function showEmptiness() {
  const state = store.seen.length ? "" : store.items.length ? "filtered" : "empty";
  const place = $("empty");
  place.hidden = !state;
  if (place.dataset.state === state) return;
  place.dataset.state = state;
  if (state === "filtered") {
    place.replaceChildren(el("p", {}, "Nothing fits the filter."));
  } else if (state === "empty") {
    const code = `client = SegmentClient("any-key", host="${location.origin}")\nclient.event.track(user_id="u1", event="Order Completed")`;
    place.replaceChildren(el("p", {}, "Nothing has come yet. Point an SDK here:"), el("pre", {}, code));
  }
}

function select(it) {
  detail.show(it);
  document.body.dataset.detail = String(it !== null && it.kind !== "note");
}

function showState(state) {
  const words = { live: "Live", waiting: "Not connected, trying again" }[state];
  const place = $("connection");
  if (place.dataset.state === state) return;
  const before = place.dataset.state;
  place.dataset.state = state;
  say(place.querySelector(".words"), words);
  if (before !== "connecting") announce(state === "live" ? "Connected." : "The connection is lost. Trying again.");
  if (state === "live") faults.refresh();
}

function showPause() {
  const count = held.filter(({ name }) => name !== "delivery").length + lost;
  say($("pause"), paused ? `Resume${count ? ` (${number(count)})` : ""}` : "Pause");
}

function pause(value = !paused) {
  paused = value;
  $("pause").setAttribute("aria-pressed", String(paused));
  document.body.dataset.paused = String(paused);
  if (!paused) {
    const events = held;
    const gone = lost;
    held = [];
    lost = 0;
    if (gone) events.unshift({ name: "overflow", count: gone });
    add(events);
  }
  showPause();
  announce(paused ? "Paused." : "Live again.");
}

function clear() {
  held = [];
  lost = 0;
  store.clear();
  volume.clear();
  deliveries.clear();
  list.select(null);
  volume.draw();
  drawNow();
  showPause();
  announce("Cleared. The fake keeps what it has.");
}

// ---- the filter

let typing = 0;

function filter() {
  store.choose({ words: wordsOf($("text").value), type: $("type").value, rejected: $("rejected").checked });
  $("list").scrollTop = 0;
  seenBefore = store.seen.length;
  drawNow();
  announce(store.filtered ? `${plural(store.seen.length, "call")} shown.` : "Everything is shown.");
}

$("text").addEventListener("input", () => {
  clearTimeout(typing);
  typing = setTimeout(filter, 80);
});
$("type").addEventListener("change", filter);
$("rejected").addEventListener("change", filter);
document.querySelector(".filter").addEventListener("submit", (event) => event.preventDefault());

// ---- for those who hear the page

const unsaid = { calls: 0, rejections: 0 };
let said = 0;

function announce(words) {
  say($("announcement"), words);
  said = performance.now();
}

/** Say now and then how much came; a screen reader must not talk all the time. */
function tell(items) {
  for (const { kind } of items) {
    if (kind === "call") unsaid.calls++;
    else if (kind === "rejection") unsaid.rejections++;
  }
}

function tellNow() {
  if (!unsaid.calls && !unsaid.rejections) return;
  if (performance.now() - said < SAYING) return;
  const parts = [];
  if (unsaid.calls) parts.push(plural(unsaid.calls, "call"));
  if (unsaid.rejections) parts.push(plural(unsaid.rejections, "rejection"));
  unsaid.calls = unsaid.rejections = 0;
  announce(`New: ${parts.join(", ")}.`);
}

// ---- views, buttons, keys

let view = "calls";

function show(name) {
  view = name;
  for (const each of VIEWS) {
    $(each).hidden = each !== name;
    mark($(`tab-${each}`), each === name);
  }
  if (name === "faults") faults.refresh();
  lists[name]?.draw();
}

const lists = { calls: list, deliveries: deliveries.list };
for (const name of VIEWS) $(`tab-${name}`).addEventListener("click", () => show(name));
walkTabs(document.querySelector(".views"));

$("pause").addEventListener("click", () => pause());
$("clear").addEventListener("click", clear);
$("help").addEventListener("click", () => $("help-dialog").showModal());
$("reset").addEventListener("click", () => $("reset-dialog").showModal());
$("reset-dialog").addEventListener("close", async ({ target }) => {
  if (target.returnValue === "reset") await fetch("_fake/reset", { method: "POST" }).catch(() => announce("The fake does not answer."));
  target.returnValue = "";
  faults.refresh();
});
$("span").addEventListener("change", (event) => {
  volume.span = Number(event.target.value);
  volume.draw();
});

const onList = (action) => () => (lists[view] ? action(lists[view]) : false);
const step = (by) => onList((rows) => rows.move(by));

listen(
  {
    j: step(1),
    ArrowDown: step(1),
    k: step(-1),
    ArrowUp: step(-1),
    PageDown: onList((rows) => rows.move(rows.page)),
    PageUp: onList((rows) => rows.move(-rows.page)),
    Home: onList((rows) => rows.go(0)),
    End: onList((rows) => rows.go(Infinity)),
    Enter: () => {
      const place = view === "calls" ? $("detail") : $("delivery-detail");
      return place.hidden ? false : place.focus();
    },
    "/": () => {
      show("calls");
      $("text").focus();
      $("text").select();
    },
    r: () => {
      $("rejected").checked = !$("rejected").checked;
      filter();
    },
    " ": () => pause(),
    c: clear,
    1: () => show("calls"),
    2: () => show("deliveries"),
    3: () => show("faults"),
    "?": () => $("help-dialog").showModal(),
    Escape: ({ target }) => {
      if (target === $("text")) {
        if (target.value) {
          target.value = "";
          filter();
        } else $("list").focus();
      } else lists[view]?.select(null);
    },
  },
  $("shortcuts"),
);

// ---- time passes

setInterval(() => {
  if (document.visibilityState !== "visible") return;
  if (!paused) volume.draw();
  tellNow();
}, SECOND);
setInterval(() => document.visibilityState === "visible" && stream.run !== null && faults.refresh(), LOOKS);

drawNow();
volume.draw();
stream.follow();

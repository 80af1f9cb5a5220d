// What came, in the order of its arrival at the fake, and which of it the filter lets by.

import { clock, number, plural, short } from "./text.js";

const KEPT = 20_000; // beyond it the oldest go, some at a time
const SOME = 1_000;
const SEARCHED = 3_000; // characters of the properties or traits

/** What a call, a rejection, a duplicate or a note is, for the list: all that is read more than once, read once. */
export function item(kind, event) {
  const data = parse(event.data);
  const sent = typeof data.sent === "object" && data.sent !== null ? data.sent : {};
  const payload = data.payload ?? sent;
  const { name: library, version } = payload.context?.library ?? {};
  const it = {
    kind,
    serial: 0,
    segment: 0,
    at: Date.parse(data.received_at) || Date.now(),
    type: data.type ?? "",
    name: data.name ?? "",
    about: aboutOf(data.type, sent),
    user: data.user_id ?? string(sent.userId) ?? "",
    anonymous: data.anonymous_id ?? string(sent.anonymousId) ?? "",
    messageId: data.message_id ?? "",
    writeKey: data.write_key ?? "",
    library: string(library) ?? data.user_agent?.split(/[ /]/, 1)[0] ?? "",
    version: string(version) ?? "",
    reason: data.reason ?? "",
    detail: data.detail ?? "",
    violations: Array.isArray(data.violations) ? data.violations : [],
    place: event.id,
    run: event.run,
    text: event.data,
  };
  const bag = payload.properties ?? payload.traits;
  const parts = [it.type, it.name, it.about, it.user, it.anonymous, it.messageId, it.writeKey, it.library, it.reason, it.detail];
  for (const violation of it.violations) parts.push(violation.type, violation.field, violation.description);
  if (bag) parts.push(JSON.stringify(bag).slice(0, SEARCHED));
  it.searched = parts.join("\n").toLowerCase();
  return it;
}

/** What a call that has no name is about: the group, the old id, the names of the traits. */
function aboutOf(type, sent) {
  if (type === "group") return string(sent.groupId) ?? "";
  if (type === "alias") return string(sent.previousId) ?? "";
  if (type === "identify" && typeof sent.traits === "object") return Object.keys(sent.traits ?? {}).join(", ");
  return "";
}

function string(value) {
  return typeof value === "string" ? value : null;
}

function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return {}; // nested too deeply for the browser: it is there, and its text can be looked at
  }
}

/** Whatever is to be said between the calls. */
export function note(words) {
  return { kind: "note", serial: 0, segment: 0, at: Date.now(), words };
}

/** Everything that came, and what of it is to be seen. */
export class Store {
  constructor() {
    this.items = [];
    this.seen = this.items; // the same array while there is no filter
    this.counts = { call: 0, rejection: 0, duplicate: 0 }; // since the last reset
    this.dropped = 0;
    this.serial = 0;
    this.segment = 0;
    this.filter = { words: [], type: "", rejected: false };
  }

  get filtered() {
    return this.seen !== this.items;
  }

  /** Take in what came. The fake tells calls before rejections; here each stands where its time puts it. */
  add(items) {
    for (const it of items) {
      it.serial = ++this.serial;
      if (it.kind === "note") {
        it.segment = this.segment + 1; // nothing that comes later stands before it
        this.segment += 2;
      } else {
        it.segment = this.segment;
        this.counts[it.kind]++;
      }
      insert(this.items, it);
      if (this.filtered && this.fits(it)) insert(this.seen, it);
    }
    if (this.items.length > KEPT + SOME) this.drop(this.items.length - KEPT);
  }

  drop(count) {
    const filtered = this.filtered;
    this.dropped += count;
    this.items.splice(0, count);
    if (filtered) this.choose(this.filter);
  }

  /** Forget everything, here and not in the fake. */
  clear() {
    this.items.length = 0;
    this.dropped = 0;
    this.choose(this.filter);
  }

  /** From now on count anew: the fake was reset, or another one answers. */
  restart() {
    this.counts = { call: 0, rejection: 0, duplicate: 0 };
  }

  /** Let by what has all `words`, is of that `type`, and, where `rejected` is set, would have been lost or was wrong. */
  choose(filter) {
    this.filter = filter;
    const everything = !filter.words.length && !filter.type && !filter.rejected;
    this.seen = everything ? this.items : this.items.filter((it) => this.fits(it));
  }

  fits(it) {
    const { words, type, rejected } = this.filter;
    if (it.kind === "note") return !words.length;
    if (type && it.type !== type) return false;
    if (rejected && it.kind !== "rejection" && !it.violations.length) return false;
    return words.every((word) => it.searched.includes(word));
  }
}

/** The words of what was typed. */
export function wordsOf(text) {
  return text.toLowerCase().split(/\s+/).filter(Boolean);
}

function insert(items, it) {
  let low = items.length;
  if (low && after(items[low - 1], it)) {
    let high = low - 1;
    low = 0;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (after(items[middle], it)) high = middle;
      else low = middle + 1;
    }
    items.splice(low, 0, it);
  } else {
    items.push(it);
  }
}

function after(one, other) {
  return one.segment !== other.segment ? one.segment > other.segment : one.at > other.at;
}

// ---- in words

/** What a row says: its cells, and the whole of it for those who hear it. */
export function rowOf(it) {
  if (it.kind === "note") return { cells: { time: clock(it.at), words: it.words }, label: it.words, mark: "" };
  const user = it.user || it.anonymous;
  const name = short(it.name);
  const trouble = troubleOf(it);
  const cells = {
    time: clock(it.at, true),
    type: short(it.type, 24) || "–",
    [name ? "name" : "name about"]: name || short(it.about, 60) || (it.type ? "" : "a request"),
    user: short(user, 60),
    source: short([it.writeKey, it.library].filter(Boolean).join(" · "), 80),
    trouble,
  };
  const label = [cells.type, name, trouble, user && `user ${cells.user}`, clock(it.at)].filter(Boolean).join(", ");
  return { cells, label, mark: markOf(it) };
}

/** `rejection`, `duplicate`, `violation`, or nothing where all is well. */
function markOf(it) {
  return it.kind === "call" ? (it.violations.length ? "violation" : "") : it.kind;
}

function troubleOf(it) {
  if (it.kind === "rejection") return short(it.detail.replaceAll("`", ""));
  if (it.kind === "duplicate") return "duplicate: its messageId came before";
  if (!it.violations.length) return "";
  const [first] = it.violations;
  const more = it.violations.length - 1;
  return short(`${first.description ?? first.type}${more ? ` and ${plural(more, "more violation")}` : ""}`);
}

/** How much of it is to be seen. */
export function shownOf(store) {
  if (!store.filtered) return store.dropped ? `the latest ${number(store.items.length)}` : "";
  return `${number(store.seen.length)} of ${number(store.items.length)}`;
}

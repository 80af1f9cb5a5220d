// Text of strangers, as text: nothing here, or anywhere on the page, makes markup of a string.

// what cannot be seen, or changes how other text is read: controls, formats (bidi overrides, zero widths), unpaired
// surrogates, separators of lines. An emoji is let by whole, since its joiners are formats too.
const UNSEEN = /\p{RGI_Emoji}|[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}]/gv;
const ALONE = /^[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}]$/v;
const SHORT = { "\n": "\\n", "\r": "\\r", "\t": "\\t", "\b": "\\b", "\f": "\\f" };

/** The text with every character that cannot be seen as an escape, as JSON writes it. */
export function visible(text) {
  return text.replace(UNSEEN, (found) => (ALONE.test(found) ? escaped(found) : found));
}

function escaped(character) {
  if (SHORT[character]) return SHORT[character];
  let escapes = "";
  for (let at = 0; at < character.length; at++) {
    escapes += "\\u" + character.charCodeAt(at).toString(16).padStart(4, "0");
  }
  return escapes;
}

/** The same for a line in a list, which shows no more than a beginning of what may be very long. */
export function short(text, limit = 160) {
  return text.length <= limit ? visible(text) : visible(text.slice(0, limit)) + "…";
}

/** An element. `attributes`: `class`, `title` and the like; a handler under `onclick`. Children that are no nodes become text. */
export function el(tag, attributes = {}, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

/** The same within an SVG. */
export function svg(tag, attributes = {}, ...children) {
  return fill(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, children);
}

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (typeof value === "function") element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined && child !== ""));
  return element;
}

/** A sentence of the fake's own, in which `names` stand between backticks, as nodes. */
export function sentence(text) {
  return text.split("`").map((part, index) => (index % 2 ? el("code", {}, marked(part)) : marked(part)));
}

/** Set the text of an element, and touch nothing where it is that already. */
export function say(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

const CLOCK = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });

/** The time of day, here, of a moment in milliseconds: `13:04:05`, or with the milliseconds `13:04:05.067`. */
export function clock(moment, fraction = false) {
  const text = CLOCK.format(moment);
  return fraction ? `${text}.${String(Math.floor(moment) % 1000).padStart(3, "0")}` : text;
}

/** `1 call`, `2,345 calls`. */
export function plural(count, noun, nouns = noun + "s") {
  return `${number(count)} ${count === 1 ? noun : nouns}`;
}

/** `2,345`. */
export function number(count) {
  return count.toLocaleString("en-US");
}

/** Text of strangers as nodes: what cannot be seen stands in marked escapes, so that they are not taken for text. */
export function marked(text) {
  const fragment = document.createDocumentFragment();
  let end = 0;
  for (const { 0: found, index } of text.matchAll(UNSEEN)) {
    if (!ALONE.test(found)) continue;
    if (index > end) fragment.append(text.slice(end, index));
    fragment.append(el("span", { class: "unseen" }, escaped(found)));
    end = index + found.length;
  }
  if (end < text.length) fragment.append(text.slice(end));
  return fragment;
}

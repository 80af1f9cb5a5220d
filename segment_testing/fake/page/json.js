// JSON text, read without being changed: `JSON.parse` would make 1 of 1.0, round large numbers, and lose the order and
// the repetition of members. Nothing here recurses: what was sent may be nested as deeply as its size allows.

import { el, marked } from "./text.js";

const TOKEN = /[ \t\r\n]+|"[^"\\]*(?:\\[^][^"\\]*)*"|[{}[\]:,]|[^ \t\r\n{}[\]:,"]+|"/gy;
const LONGEST = 200_000; // characters that are laid out
const DEEPEST = 40; // levels that are indented

/** The tokens of JSON text, spaces between them left out, each with its place. */
export function* tokens(text) {
  const expression = new RegExp(TOKEN); // with a place of its own: others may read at the same time
  for (let match; (match = expression.exec(text)) !== null; ) {
    if (!" \t\r\n".includes(match[0][0])) yield { text: match[0], at: match.index };
  }
}

/** The texts of the members of an object, by their names. */
export function members(text) {
  const found = new Map();
  let depth = 0;
  let name = null;
  let start = -1;
  let last = null;
  for (const token of tokens(text)) {
    if (depth === 1 && (token.text === "," || token.text === "}")) {
      if (name !== null && start >= 0) found.set(name, text.slice(start, last.at + last.text.length));
      name = null;
      start = -1;
    } else if (depth === 1 && name === null && token.text[0] === '"') {
      name = JSON.parse(token.text);
    } else if (depth === 1 && name !== null && start < 0 && token.text !== ":") {
      start = token.at;
    }
    if (token.text === "{" || token.text === "[") depth++;
    else if (token.text === "}" || token.text === "]") depth--;
    last = token;
  }
  return found;
}

/** The text over several lines, as pairs of a kind and a text: `key`, `string`, `number`, `word`, or "" between them. */
export function* laidOut(text) {
  let depth = 0;
  let previous = "";
  const open = []; // of each level that is open, whether it is an object
  const breakLine = () => "\n" + "  ".repeat(Math.min(depth, DEEPEST));
  let keyNext = false;
  for (const { text: token } of tokens(text)) {
    const opened = previous === "{" || previous === "[";
    if (token === "}" || token === "]") {
      depth--;
      open.pop();
      yield ["", (opened ? "" : breakLine()) + token];
      keyNext = false;
    } else if (token === ",") {
      yield ["", ","];
      keyNext = open.at(-1) === true;
    } else if (token === ":") {
      yield ["", ": "];
      keyNext = false;
    } else {
      if (opened || previous === ",") yield ["", breakLine()];
      if (token === "{" || token === "[") {
        depth++;
        open.push(token === "{");
        keyNext = token === "{";
        yield ["", token];
      } else if (token[0] === '"') {
        yield [keyNext ? "key" : "string", token];
      } else {
        yield [/^[-\d]/.test(token) ? "number" : "word", token];
      }
    }
    previous = token;
  }
}

/** JSON text as an element: laid out, coloured, and as text, with what cannot be seen as escapes. */
export function pretty(text) {
  const code = el("code");
  let plain = "";
  let length = 0;
  for (const [kind, part] of laidOut(text)) {
    length += part.length;
    if (length > LONGEST) break;
    if (kind === "") {
      plain += part;
      continue;
    }
    if (plain) code.append(plain);
    plain = "";
    code.append(el("span", { class: kind }, marked(part)));
  }
  if (plain) code.append(plain);
  const pre = el("pre", { class: "json", tabindex: "0" }, code);
  if (length <= LONGEST) return pre;
  return el("div", {}, el("p", { class: "hint" }, "This is long: only its beginning is laid out here. Copy gives all of it."), pre);
}

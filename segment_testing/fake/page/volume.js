// How much came, over time: bars drawn by hand, accepted below, rejected on top.

import { clock, number, plural, svg } from "./text.js";

const LEFT = 34; // for the figures
const BOTTOM = 18; // for the times
const TOP = 8;
const BARS = 120;
const REMEMBERED = 7_200; // seconds
const MOMENT = 250; // milliseconds
const FAR = 86_400_000; // milliseconds: a fake whose clock is further off stands still, or lives in another time

/** Counts by the second, and draws them into `element`. */
export class Volume {
  constructor(element) {
    this.element = element;
    this.span = BARS;
    this.seconds = new Map(); // second → [accepted, rejected]
    this.bars = { call: svg("path", { class: "call" }), rejection: svg("path", { class: "rejection" }) };
    this.frame = svg("g", { class: "frame" });
    this.picture = svg("svg", { role: "img" }, this.frame, this.bars.call, this.bars.rejection);
    element.append(this.picture);
    this.when = -Infinity;
    new ResizeObserver(() => this.draw()).observe(element);
  }

  add(items) {
    for (const { kind, at } of items) {
      if (kind !== "call" && kind !== "rejection") continue;
      const now = Date.now();
      const second = Math.floor((Math.abs(now - at) < FAR ? at : now) / 1000);
      let counts = this.seconds.get(second);
      if (!counts) this.seconds.set(second, (counts = [0, 0]));
      counts[kind === "call" ? 0 : 1]++;
    }
  }

  clear() {
    this.seconds.clear();
  }

  forget(now) {
    for (const second of this.seconds.keys()) if (second < now - REMEMBERED) this.seconds.delete(second);
  }

  /** Draw, unless that was done a moment ago. */
  drawSoon() {
    if (performance.now() - this.when > MOMENT) this.draw();
  }

  draw() {
    const { clientWidth: width, clientHeight: height } = this.element;
    if (!width) return;
    this.when = performance.now();
    const step = this.span / BARS; // seconds in a bar
    const end = Math.floor(Date.now() / 1000 / step) + 1; // of the last bar, in bars
    this.forget(Math.floor(Date.now() / 1000));
    const accepted = new Array(BARS).fill(0);
    const rejected = new Array(BARS).fill(0);
    for (const [second, [calls, rejections]] of this.seconds) {
      const index = BARS - end + Math.floor(second / step);
      if (index < 0 || index >= BARS) continue;
      accepted[index] += calls;
      rejected[index] += rejections;
    }
    const peak = Math.max(1, ...accepted.map((count, index) => count + rejected[index]));
    const top = roundUp(peak);
    const plot = { width: width - LEFT - 4, height: height - TOP - BOTTOM, bar: (width - LEFT - 4) / BARS };
    this.picture.setAttribute("width", width);
    this.picture.setAttribute("height", height);
    this.bars.call.setAttribute("d", barsOf(accepted, accepted.map(() => 0), plot, top));
    this.bars.rejection.setAttribute("d", barsOf(rejected, accepted, plot, top));
    this.drawFrame(plot, top, end * step);
    this.describe(accepted, rejected, peak, step);
  }

  drawFrame({ width, height }, top, end) {
    const marks = top % 2 ? [0, top] : [0, top / 2, top];
    const times = width < 420 ? 2 : 4;
    const parts = [];
    for (const mark of marks) {
      const y = Math.round(TOP + height - (mark / top) * height) + 0.5;
      parts.push({ line: [LEFT, y, LEFT + width, y], text: number(mark), x: LEFT - 6, y: y + 3.5, anchor: "end" });
    }
    for (let index = 0; index <= times; index++) {
      const x = LEFT + (width * index) / times;
      const text = clock((end - this.span + (this.span * index) / times) * 1000);
      const anchor = index === 0 ? "start" : index === times ? "end" : "middle";
      parts.push({ text, x, y: TOP + height + BOTTOM - 4, anchor });
    }
    const key = JSON.stringify(parts);
    if (key === this.drawn) return;
    this.drawn = key;
    this.frame.replaceChildren(
      ...parts.flatMap(({ line, text, x, y, anchor }) => [
        ...(line ? [svg("line", { x1: line[0], y1: line[1], x2: line[2], y2: line[3] })] : []),
        svg("text", { x, y, "text-anchor": anchor }, text),
      ]),
    );
  }

  describe(accepted, rejected, peak, step) {
    const sum = (counts) => counts.reduce((total, count) => total + count, 0);
    const calls = sum(accepted);
    const lost = sum(rejected);
    const each = step === 1 ? "second" : step < 60 ? `${number(step)} seconds` : "minute";
    const span = this.span < 3_600 ? plural(this.span / 60, "minute") : plural(this.span / 3_600, "hour");
    const most = calls + lost ? `, at most ${number(peak)} in a ${each}`.replace(/in a (\d)/, "in $1") : "";
    this.picture.setAttribute("aria-label", `In the last ${span}: ${number(calls)} accepted, ${number(lost)} rejected${most}.`);
  }
}

function barsOf(counts, below, { height, bar }, top) {
  const gap = bar > 3 ? 1 : 0;
  let path = "";
  counts.forEach((count, index) => {
    if (!count) return;
    const tall = Math.max(1, (count / top) * height);
    const y = TOP + height - (below[index] / top) * height - tall;
    path += `M${(LEFT + index * bar).toFixed(2)} ${y.toFixed(2)}h${(bar - gap).toFixed(2)}v${tall.toFixed(2)}h${(gap - bar).toFixed(2)}z`;
  });
  return path;
}

/** The next of 1, 2, 4, 6, 8, 10, 20, 40 …: figures that can be halved and read. */
export function roundUp(peak) {
  if (peak <= 2) return peak;
  const power = 10 ** Math.floor(Math.log10(peak));
  return [1, 2, 4, 6, 8, 10].map((digit) => digit * power).find((round) => round >= peak);
}

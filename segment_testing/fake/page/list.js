// A list of any length: only the rows that can be seen exist, and rows that stay are not touched.

const SPARE = 6; // rows above and below what can be seen

/**
 * Shows `items`, the last one first, in `element`, a listbox that scrolls.
 *
 * `write(row, item)` fills a row. `same(item)` is what a row belongs to: an item that is replaced by another with the
 * same key keeps its row. `onSelect(item)` follows a choice by the user.
 */
export class List {
  constructor(element, { write, keyOf = (item) => item, onSelect }) {
    this.element = element;
    this.write = write;
    this.keyOf = keyOf;
    this.onSelect = onSelect;
    this.items = [];
    this.key = null; // of what is selected
    this.rows = new Map(); // key → row
    this.spare = [];
    this.space = document.createElement("div");
    this.space.className = "space";
    this.space.setAttribute("role", "presentation");
    element.append(this.space);
    this.height = 0;
    this.measure();
    element.addEventListener("scroll", () => this.draw(), { passive: true });
    element.addEventListener("click", (event) => {
      const row = event.target.closest(".row");
      if (row) this.select(row.item);
    });
    new ResizeObserver(() => {
      this.measure();
      this.draw();
    }).observe(element);
  }

  /** Rows are as high as the style says, which depends on the width of the page. */
  measure() {
    const height = parseFloat(getComputedStyle(this.element).getPropertyValue("--row"));
    if (height === this.height) return;
    this.height = height;
    this.space.style.height = `${this.items.length * height}px`;
    for (const row of this.rows.values()) row.top = -1;
  }

  /** Show these. `added`: how many of them are new at the end; who has scrolled down keeps what is before the eyes. */
  show(items, added = 0) {
    this.items = items;
    this.space.style.height = `${items.length * this.height}px`;
    if (added && this.element.scrollTop > this.height / 2) this.element.scrollTop += added * this.height;
    this.draw();
  }

  draw() {
    const { items, height, element } = this;
    if (!element.clientHeight) return; // not to be seen
    const first = Math.max(0, Math.floor(element.scrollTop / height) - SPARE);
    const last = Math.min(items.length, Math.ceil((element.scrollTop + element.clientHeight) / height) + SPARE);
    const wanted = new Map();
    for (let index = first; index < last; index++) {
      const item = items[items.length - 1 - index];
      wanted.set(this.keyOf(item), [item, index]);
    }
    for (const [key, row] of this.rows) {
      if (wanted.has(key)) continue;
      this.rows.delete(key);
      this.spare.push(row);
    }
    let active = "";
    let place = this.space.firstChild; // in the document rows stand as they are seen, for those who hear them
    for (const [key, [item, index]] of wanted) {
      let row = this.rows.get(key);
      if (!row) this.rows.set(key, (row = this.spare.pop() ?? this.newRow()));
      if (row.item !== item) {
        row.item = item;
        this.write(row, item);
      }
      if (row.top !== index) {
        row.top = index;
        row.style.transform = `translateY(${index * height}px)`;
      }
      const position = String(items.length - index);
      if (row.ariaPosInSet !== position) row.ariaPosInSet = position;
      const selected = key === this.key;
      if (row.selected !== selected) {
        row.selected = selected;
        row.ariaSelected = String(selected);
      }
      if (selected) active = row.id;
      if (row === place) place = place.nextSibling;
      else this.space.insertBefore(row, place);
    }
    for (const row of this.spare) row.remove();
    if (active) element.setAttribute("aria-activedescendant", active);
    else element.removeAttribute("aria-activedescendant");
  }

  newRow() {
    const row = document.createElement("div");
    row.className = "row";
    row.id = `${this.element.id}-${++List.made}`;
    row.setAttribute("role", "option");
    row.ariaSetSize = "-1"; // it grows
    row.ariaSelected = "false";
    row.selected = false;
    return row;
  }

  static made = 0;

  get selected() {
    return this.key === null ? undefined : this.items.findLast((item) => this.keyOf(item) === this.key);
  }

  /** Choose an item, or none with null. */
  select(item) {
    const key = item === null ? null : this.keyOf(item);
    if (key === this.key) return;
    this.key = key;
    this.draw();
    this.onSelect(item);
  }

  /** Choose the one that stands `by` rows further down; where none is chosen, the first that can be seen. */
  move(by) {
    const { items } = this;
    if (!items.length) return;
    const place = this.key === null ? -1 : items.findLastIndex((item) => this.keyOf(item) === this.key);
    const index = place < 0 ? Math.round(this.element.scrollTop / this.height) : items.length - 1 - place + by;
    this.go(index);
  }

  /** Choose the one at `index`, from 0 for the last that came, and scroll to it. */
  go(index) {
    const { items, element, height } = this;
    if (!items.length) return;
    index = Math.min(Math.max(index, 0), items.length - 1);
    const top = index * height;
    if (top < element.scrollTop) element.scrollTop = top;
    else if (top + height > element.scrollTop + element.clientHeight) element.scrollTop = top + height - element.clientHeight;
    this.select(items[items.length - 1 - index]);
    this.draw();
  }

  /** How many rows can be seen. */
  get page() {
    return Math.max(1, Math.floor(this.element.clientHeight / this.height) - 1);
  }
}

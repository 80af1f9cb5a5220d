// Keys for those who leave the mouse alone. Keys of one letter can be turned off (WCAG 2.1, 2.1.4), and do nothing while
// something is typed.

const REMEMBERED = "fake-segment:shortcuts";

/** Have `actions` (key → function) happen; `checkbox` turns them on and off, and is remembered. */
export function listen(actions, checkbox) {
  checkbox.checked = recall() !== "off";
  checkbox.addEventListener("change", () => remember(checkbox.checked ? "on" : "off"));
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    if (document.querySelector("dialog[open]")) return;
    const { key, target } = event;
    const action = actions[key];
    if (!action || (key !== "Escape" && isTaken(key, target))) return;
    if (key.length === 1 && !checkbox.checked) return;
    if (action(event) !== false) event.preventDefault();
  });
}

/** Whether the element has a use of its own for the key. */
function isTaken(key, target) {
  if (target.matches('input:not([type="checkbox"]), select, textarea')) return true;
  if (target.matches("button, input, summary, a")) return key === " " || key === "Enter";
  if (target.matches("pre, .detail") && !target.matches('[role="listbox"]')) return key.length > 1 && key !== "Enter";
  return false;
}

function recall() {
  try {
    return localStorage.getItem(REMEMBERED);
  } catch {
    return null; // not allowed here
  }
}

function remember(value) {
  try {
    localStorage.setItem(REMEMBERED, value);
  } catch {
    // not allowed here: for as long as the page is open, then
  }
}

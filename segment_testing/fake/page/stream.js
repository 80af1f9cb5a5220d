// The stream of the fake, read by `fetch`. An `EventSource` would do most of it, but cannot say whose place it is that
// it comes back with: a fake that was started anew may have one like it, and would go on from there without a word.

const PATIENCE = 40_000; // milliseconds without a byte before the connection counts as gone; the fake sends one in 15 s
const FIRST_WAIT = 400;
const LONGEST_WAIT = 4_000;

/**
 * Follows the fake for as long as the page is open.
 *
 * `onEvents(events)`: what came in one piece, each `{name, id, data, run}`. `onState(state)`: `live`, or `waiting` while there
 * is no connection. `onRestart()`: another fake answers than before, and all that it has is coming.
 */
export class Stream {
  constructor({ onEvents, onState, onRestart }) {
    this.onEvents = onEvents;
    this.onState = onState;
    this.onRestart = onRestart;
    this.run = null;
    this.place = "";
    this.wake = null;
    document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && this.wake?.());
    addEventListener("online", () => this.wake?.());
  }

  async follow() {
    let wait = FIRST_WAIT;
    for (;;) {
      try {
        await this.connect(() => (wait = FIRST_WAIT));
      } catch {
        // gone, or not there yet; which of them makes no difference here
      }
      this.onState("waiting");
      await new Promise((resolve) => {
        this.wake = resolve;
        setTimeout(resolve, wait);
      });
      this.wake = null;
      wait = Math.min(wait * 1.6, LONGEST_WAIT);
    }
  }

  /** One connection, until it ends. */
  async connect(onConnected) {
    const abort = new AbortController();
    let watchdog = setTimeout(() => abort.abort(), PATIENCE);
    try {
      const headers = this.place ? { "Last-Event-ID": this.place } : {};
      const response = await fetch("_fake/stream?from=start", { headers, signal: abort.signal, cache: "no-store" });
      if (!response.ok) throw new Error(`answered ${response.status}`);
      const run = response.headers.get("fake-run");
      if (this.run !== null && run !== this.run) {
        abort.abort(); // its answer went by a place that is not one of its own
        this.run = run;
        this.place = "";
        this.onRestart();
        return await this.connect(onConnected);
      }
      this.run = run;
      this.onState("live");
      onConnected();
      const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
      let rest = "";
      for (;;) {
        const { done, value } = await reader.read();
        if (done) return;
        clearTimeout(watchdog);
        watchdog = setTimeout(() => abort.abort(), PATIENCE);
        const blocks = (rest + value).split("\n\n");
        rest = blocks.pop();
        this.take(blocks);
      }
    } finally {
      clearTimeout(watchdog);
    }
  }

  take(blocks) {
    const events = [];
    for (const block of blocks) {
      const event = parsed(block);
      if (event.id !== null) this.place = event.id;
      if (event.data !== null) events.push({ ...event, run: this.run });
    }
    if (events.length) this.onEvents(events);
  }
}

/** One event of the stream. Fields that are not of interest, and comments, are passed over. */
export function parsed(block) {
  const event = { name: "message", id: null, data: null };
  for (const line of block.split("\n")) {
    const colon = line.indexOf(": ");
    const value = line.slice(colon + 2);
    switch (line.slice(0, colon)) {
      case "event":
        event.name = value;
        break;
      case "id":
        event.id = value;
        break;
      case "data":
        event.data = event.data === null ? value : `${event.data}\n${value}`;
    }
  }
  return event;
}

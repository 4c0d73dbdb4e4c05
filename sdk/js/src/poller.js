/** A timer that keeps no Node process alive. */
export const later = (action, millis) => {
  const timer = setTimeout(action, millis);
  timer.unref?.();
  return timer;
};

/** Full jitter: anything up to a bound that doubles with each failure. */
export const backoff = (failures, longest) => Math.random() * Math.min(longest, 1000 * 2 ** failures);

/**
 * Calls {@code load} at once and then every so often, ±10 %; while the page is hidden it waits for {@code wake}.
 * {@code load} resolves to how many milliseconds to wait at least, or to a negative number for exactly so many.
 */
export class Poller {
  constructor(load, every, isHidden) {
    this.load = load;
    this.every = every;
    this.isHidden = isHidden;
    this.run();
  }

  async run() {
    if (this.running || this.closed) return;
    this.running = true;
    clearTimeout(this.timer);
    let wait = 0;
    try {
      wait = await this.load();
    } catch {
      // load counts what goes wrong
    }
    this.running = false;
    const usual = this.every * (0.9 + Math.random() * 0.2);
    this.due = false;
    if (!this.closed) this.timer = later(() => this.wake(true), wait < 0 ? -wait : Math.max(wait || 0, usual));
  }

  /** The page is seen again, or the time has come. */
  wake(due = this.due) {
    this.due = due;
    if (due && !this.isHidden()) this.run();
  }

  close() {
    this.closed = true;
    clearTimeout(this.timer);
  }
}

/** A localStorage or sessionStorage; {@code trouble} says what goes wrong with it. */
export class FakeStorage {
  items = new Map();
  trouble = undefined;

  get length() {
    this.check();
    return this.items.size;
  }

  key(index) {
    return [...this.items.keys()][index] ?? null;
  }

  getItem(name) {
    this.check();
    return this.items.get(name) ?? null;
  }

  setItem(name, value) {
    this.check();
    if (this.quota !== undefined && value.length > this.quota) throw new DOMException('full', 'QuotaExceededError');
    this.items.set(name, String(value));
  }

  removeItem(name) {
    this.check();
    this.items.delete(name);
  }

  check() {
    if (this.trouble) throw this.trouble;
  }
}

/** What a page has that Node has not: a document and a window that events can be sent to. One page at a time. */
export function openPage(t, visibilityState = 'visible') {
  const document = Object.assign(new EventTarget(), { visibilityState });
  const window = new EventTarget();
  Object.assign(globalThis, { document, window });
  t.after(() => {
    delete globalThis.document;
    delete globalThis.window;
  });
  return {
    document,
    window,
    show(visibilityState) {
      document.visibilityState = visibilityState;
      document.dispatchEvent(new Event('visibilitychange'));
    },
    /** In the order of a navigation in Chromium. What comes next is another page, which is visible. */
    leave() {
      window.dispatchEvent(new Event('pagehide'));
      this.show('hidden');
      document.visibilityState = 'visible';
    },
    /** The way back, out of the cache of pages. */
    comeBack() {
      window.dispatchEvent(new Event('pageshow'));
      this.show('visible');
    },
  };
}

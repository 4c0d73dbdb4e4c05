/** What the action gives, or nothing if it throws. */
export const attempted = (action, onError) => {
  try {
    return action();
  } catch (e) {
    onError(e);
  }
};

/**
 * JSON under names in a localStorage or sessionStorage, which may be refused, full or spoilt: nothing here throws. {@code area}
 * is a function, because a browser may refuse already to name its storage.
 */
export function openShelf(area, prefix, onError = () => {}) {
  let store;
  const attempt = (action) => attempted(action, onError);
  attempt(() => (store = area()));
  const shelf = (action) => (name, value) => store && attempt(() => action(prefix + name, value));
  return {
    /** What was written, or null or undefined. */
    read: shelf((name) => JSON.parse(store.getItem(name))),
    write: shelf((name, value) => store.setItem(name, JSON.stringify(value))),
    remove: shelf((name) => store.removeItem(name)),
    /** The names that begin so. */
    names: shelf((start) => {
      const names = Array.from({ length: store.length }, (_, i) => store.key(i));
      return names.filter((name) => name.startsWith(start)).map((name) => name.slice(prefix.length));
    }),
  };
}

/**
 * Hides an element, the whole page unless told otherwise, until the client has a snapshot, and at most so many milliseconds.
 * With a stored snapshot nothing is hidden at all. Resolves like {@code ready}; never rejects.
 */
export function hideUntilReady(client, { timeout = 1000, element = globalThis.document?.documentElement } = {}) {
  const ready = client.ready({ timeout });
  const style = element?.style;
  if (!style || client.stats().source !== 'none') return ready;
  const before = style.opacity;
  style.setProperty('opacity', '0', 'important');
  return ready.then((state) => {
    style.setProperty('opacity', before);
    return state;
  });
}

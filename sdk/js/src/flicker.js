/**
 * Hides an element, the whole page unless told otherwise, until the client has a snapshot, and at most so many milliseconds.
 * With a stored snapshot nothing is hidden at all, and an element that is hidden already is left to who hid it. Resolves like
 * {@code ready}; never rejects.
 */
export async function hideUntilReady(client, how) {
  const style = (how?.element || globalThis.document?.documentElement)?.style || {};
  const before = style.opacity;
  const hides = before !== '0' && client.stats().source === 'none';
  if (hides) style.opacity = '0';
  const state = await client.ready({ timeout: how?.timeout ?? 1000 });
  if (hides) style.opacity = before;
  return state;
}

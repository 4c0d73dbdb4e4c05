/** A timer that keeps no Node process alive. */
export const later = (action, millis) => {
  const timer = setTimeout(action, millis);
  timer.unref?.();
  return timer;
};

/** Full jitter: anything up to a bound that doubles with each failure, up to a minute. */
export const backoff = (failures) => Math.random() * Math.min(60000, 1000 * 2 ** failures);

/**
 * Calls {@code load} at once, and again after as many milliseconds as it resolves to. What falls due while {@code rests} says
 * so waits for the call of what this returns.
 */
export function poll(load, rests) {
  let due = true;
  const wake = async () => {
    if (!due || rests()) return;
    due = false;
    const wait = await load();
    later(() => {
      due = true;
      wake();
    }, wait);
  };
  return wake;
}

/** A timer that keeps no Node process alive. */
export const later = (action, millis) => {
  const timer = setTimeout(action, millis);
  timer.unref?.();
  return timer;
};

/** Full jitter: anything up to a bound that doubles with each failure, up to a minute. */
export const backoff = (failures) => Math.random() * Math.min(60000, 1000 * 2 ** failures);

/**
 * Calls {@code load} at once, and again after as many milliseconds as it resolves to. What falls due again while {@code rests}
 * says so waits for the call of what this returns.
 */
export function poll(load, rests) {
  let isDue;
  const wake = () => isDue && !rests() && run();
  const run = async () => {
    isDue = false;
    later(() => wake((isDue = true)), await load());
  };
  run();
  return wake;
}

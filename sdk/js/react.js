import { createContext, createElement, useCallback, useContext, useEffect, useState, useSyncExternalStore } from 'react';

const AssayContext = createContext(null);

/**
 * Gives a client to the components below. Without a snapshot they are not shown until there is one, or until {@code timeout}
 * milliseconds went by; {@code fallback} is shown instead.
 */
export function AssayProvider({ client, timeout = 1000, fallback = null, children }) {
  const [isReady, setReady] = useState(() => client.stats().source !== 'none');
  useEffect(() => {
    let isMounted = true;
    if (!isReady) client.ready({ timeout }).then(() => isMounted && setReady(true));
    return () => {
      isMounted = false;
    };
  }, [client, timeout, isReady]);
  return createElement(AssayContext.Provider, { value: client }, isReady ? children : fallback);
}

/** The client of the nearest provider. */
export function useAssay() {
  const client = useContext(AssayContext);
  if (!client) throw new Error('useAssay: there is no AssayProvider above');
  return client;
}

/**
 * The user's variant; a component that shows it has been seen, so the exposure is recorded when it is mounted, and again
 * whenever the answer may be another user's.
 */
export function useVariant(experiment) {
  const client = useAssay();
  const peek = () => client.peekVariant(experiment);
  const subscribe = useCallback(
    (listener) =>
      client.onConfigChange(() => {
        client.logExposure(experiment);
        listener();
      }),
    [client, experiment],
  );
  const variant = useSyncExternalStore(subscribe, peek, peek);
  useEffect(() => client.logExposure(experiment), [client, experiment, variant]);
  return variant;
}

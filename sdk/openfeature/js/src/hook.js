/** An override is TARGETING_MATCH, who is not in it gets DEFAULT. What is CACHED was either, and its metadata say which. */
const SHOWN = new Set(['SPLIT', 'CACHED']);

/**
 * Records who was shown what, beside a stock OFREP client: OFREP asks, and to ask is no exposure. Together with the providers
 * of this package, which do so by themselves, it does nothing more.
 */
export function exposureHook(client) {
  return {
    after({ flagKey, context }, { variant, reason, errorCode, flagMetadata }) {
      if (errorCode || !variant || !SHOWN.has(reason) || flagMetadata?.inExperiment === false) return;
      if (context.targetingKey) client.logExposure(flagKey, context.targetingKey, variant);
    },
  };
}

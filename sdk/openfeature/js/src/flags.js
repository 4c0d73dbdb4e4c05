/** What OpenFeature calls it when there is no answer; the same codes as over OFREP. */
const ERRORS = {
  UNKNOWN_EXPERIMENT: 'FLAG_NOT_FOUND',
  KILLED: 'FLAG_NOT_FOUND',
  INVALID_USER: 'INVALID_CONTEXT',
  NO_SNAPSHOT: 'PROVIDER_NOT_READY',
  FAILED: 'GENERAL',
};

const plain = (value) => {
  if (Array.isArray(value)) return value.map(plain);
  return value instanceof Date ? value.toISOString() : value;
};

/** The user of a context: the targeting key is the id, everything else an attribute. */
export function userOf(context) {
  const { targetingKey: id, ...rest } = context || {};
  const attributes = Object.fromEntries(Object.entries(rest).map(([name, value]) => [name, plain(value)]));
  return { id, attributes };
}

const known = new WeakMap();

/** Whether any variant has a config: then values are configs, else keys of variants. */
const isConfigured = (experiment) => {
  if (!experiment) return false;
  if (!known.has(experiment)) known.set(experiment, experiment.variants.some(({ config }) => Object.keys(config).length > 0));
  return known.get(experiment);
};

/** What a user gets of an experiment, as a flag of the type that is asked for. A value that is handed out is an exposure. */
export function resolve(client, user, key, fallback, type) {
  const error = (errorCode, errorMessage) => ({ value: fallback, reason: 'ERROR', errorCode, errorMessage });
  if (!user.id) return error('TARGETING_KEY_MISSING', 'the context has no targeting key');
  const { variant, config, reason, isIn } = client.getAssignment(key, user);
  if (ERRORS[reason]) return error(ERRORS[reason], `${key}: ${reason}`);
  const experiment = client.getExperiment(key);
  const value = isConfigured(experiment) ? config : variant;
  if (typeof value !== type) return error('TYPE_MISMATCH', `${key} is of type ${typeof value}`);
  if (reason === 'SPLIT') client.logExposure(key, user, variant);
  const flagMetadata = { inExperiment: isIn, version: client.stats().version };
  if (experiment) flagMetadata.experimentId = experiment.id;
  return { value, variant, reason: reason === 'OVERRIDE' ? 'TARGETING_MATCH' : isIn ? 'SPLIT' : 'DEFAULT', flagMetadata };
}

/** A goal of a user, with its value and properties. */
export function track(client, user, name, details) {
  const { value, ...properties } = details || {};
  client.track(name, value, { user, properties: Object.keys(properties).length ? properties : undefined });
}

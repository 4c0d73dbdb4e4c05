import { afterSalt, bucket } from './hash.js';
import { compileRule } from './targeting.js';

const KEY = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/;
const SALT = /^[0-9a-f]{8}$/;
const ALL = 10000;

const require = (holds, what) => {
  if (!holds) throw new Error('snapshot: ' + what);
};

const state = (salt) => {
  require(typeof salt === 'string' && SALT.test(salt), 'salt');
  return afterSalt(salt);
};

const compileSlots = (given) => {
  const slots = given || [[0, ALL]];
  for (const [from, to] of slots) {
    require(Number.isInteger(from) && Number.isInteger(to) && 0 <= from && from <= to && to <= ALL, 'slots');
  }
  return (slot) => slots.some(([from, to]) => slot >= from && slot < to);
};

const freeze = (json) => {
  if (json && typeof json === 'object') Object.values(Object.freeze(json)).forEach(freeze);
  return json;
};

/** Variants with the bucket that each ends before. */
const compileVariants = (list) => {
  let end = 0;
  const variants = list.map(({ key, allocation, config, dropped }) => {
    const buckets = Math.round(allocation * 100);
    require(typeof key === 'string' && key && buckets >= 0 && Math.abs(allocation * 100 - buckets) < 1e-6, 'allocation');
    const frozen = freeze(config ?? {});
    require(typeof frozen === 'object' && !Array.isArray(frozen), 'config');
    return { key, end: (end += buckets), config: frozen, dropped: dropped === true };
  });
  require(end === ALL, 'allocations');
  return variants;
};

const compileTargeting = (targeting) => {
  const { platforms, user_segments, rules } = targeting || {};
  const all = [...(rules || [])];
  if (platforms) all.push({ attribute: 'platform', op: 'in', values: platforms });
  if (user_segments) all.push({ attribute: 'user_segments', op: 'in', values: user_segments });
  return all.map(compileRule);
};

const compileExperiment = ({ key, salt, layer, slots, variants, targeting, overrides }) => {
  require(typeof key === 'string' && KEY.test(key), 'key');
  const compiled = compileVariants(variants);
  const named = new Map(compiled.map((variant) => [variant.key, variant]));
  const control = named.get('control');
  require(control && !control.dropped && named.size === compiled.length, 'variants of ' + key);
  return {
    key,
    control,
    variants: compiled,
    named,
    layer: state(layer.salt),
    salt: state(salt),
    slots: compileSlots(slots),
    rules: compileTargeting(targeting),
    overrides: new Map(Object.entries(overrides || {}).map(([user, variant]) => [user, named.get(variant)])),
  };
};

/** A snapshot made ready for evaluation; throws for one that is not of schema 1 in every part that is read here. */
export function compile({ schema, version, holdout, experiments }) {
  require(schema === 1, 'schema ' + schema);
  require(Number.isSafeInteger(version) && version >= 0, 'version');
  const byKey = new Map();
  for (const experiment of experiments) byKey.set(experiment.key, compileExperiment(experiment));
  require(byKey.size === experiments.length, 'keys');
  const held = holdout && { salt: state(holdout.salt), slots: compileSlots(holdout.slots) };
  const plan = { version, byKey };
  plan.isHeldOut = (user) => {
    if (user.askedBy !== plan) {
      user.askedBy = plan;
      user.heldOut = !!held && held.slots(bucket(held.salt, user));
    }
    return user.heldOut;
  };
  return plan;
}

/** What a prepared user gets of one experiment: [reason, variant], without a variant if the user is not in it. */
export function evaluate(plan, experiment, user, killed) {
  if (killed.has(experiment.key)) return ['KILLED'];
  const override = experiment.overrides.get(user.id);
  if (override && !override.dropped) return ['OVERRIDE', override];
  if (plan.isHeldOut(user)) return ['HOLDOUT'];
  if (!experiment.rules.every((holds) => holds(user.attributes))) return ['TARGETING'];
  if (!experiment.slots(bucket(experiment.layer, user))) return ['SLOT'];
  const place = bucket(experiment.salt, user);
  const variant = experiment.variants.find(({ end }) => place < end);
  return variant.dropped ? ['DROPPED'] : ['SPLIT', variant];
}

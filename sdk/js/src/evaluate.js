import { afterSalt, bucket } from './hash.js';
import { compileRule } from './targeting.js';

const SALT = /^[0-9a-f]{8}$/;
const ALL = 10000;

const require = (holds) => {
  if (!holds) throw Error('no snapshot');
};

const state = (salt) => {
  require(SALT.test(salt));
  return afterSalt(salt);
};

/** Says of a slot whether it is in one of the half-open ranges. */
const compileSlots = (slots) => {
  const ranges = slots || [[0, ALL]];
  for (const [from, to] of ranges) require(0 <= from && from <= to && to <= ALL);
  return (slot) => ranges.some(([from, to]) => slot >= from && slot < to);
};

/** Variants with the bucket that each ends before. */
const compileVariants = (list) => {
  let end = 0;
  const variants = list.map(({ key, allocation, config, dropped }) => {
    const buckets = Math.round(allocation * 100);
    require(key && buckets >= 0);
    return { key, end: (end += buckets), config: Object.freeze(config || {}), dropped };
  });
  require(end === ALL);
  return variants;
};

const compileTargeting = (targeting) => {
  const { platforms, user_segments, rules } = targeting || {};
  const all = [...(rules || [])];
  if (platforms) all.push({ attribute: 'platform', op: 'in', values: platforms });
  if (user_segments) all.push({ attribute: 'user_segments', op: 'in', values: user_segments });
  return all.map(compileRule);
};

const compileExperiment = ({ id, key, salt, layer, slots, variants: list, targeting, overrides }) => {
  const variants = compileVariants(list);
  const named = new Map(variants.map((variant) => [variant.key, variant]));
  const control = named.get('control');
  require(key && control && !control.dropped && named.size === variants.length);
  return {
    id,
    key,
    control,
    variants,
    named,
    layer: state(layer.salt),
    salt: state(salt),
    slots: compileSlots(slots),
    rules: compileTargeting(targeting),
    overrides,
  };
};

/** A snapshot made ready for evaluation; throws for one that is not of schema 1 in every part that is read here. */
export function compile({ schema, version, holdout, experiments }) {
  require(schema === 1 && version >= 0);
  const byKey = new Map(experiments.map((experiment) => [experiment.key, compileExperiment(experiment)]));
  require(byKey.size === experiments.length);
  const held = holdout && { salt: state(holdout.salt), slots: compileSlots(holdout.slots) };
  return { version, byKey, held };
}

/** What a prepared user gets of one experiment: [reason, variant], without a variant if the user is not in it. */
export function evaluate({ held }, experiment, user, killed) {
  if (killed.has(experiment.key)) return ['KILLED'];
  const override = experiment.named.get(experiment.overrides?.[user.id]);
  if (override && !override.dropped) return ['OVERRIDE', override];
  if (held?.slots(bucket(held.salt, user))) return ['HOLDOUT'];
  if (!experiment.rules.every((holds) => holds(user.attributes))) return ['TARGETING'];
  if (!experiment.slots(bucket(experiment.layer, user))) return ['SLOT'];
  const place = bucket(experiment.salt, user);
  const variant = experiment.variants.find(({ end }) => place < end);
  return variant.dropped ? ['DROPPED'] : ['SPLIT', variant];
}

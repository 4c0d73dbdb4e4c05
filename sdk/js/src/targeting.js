/** A value that is there and equals nothing. */
const OPAQUE = {};
const LONE_SURROGATE = /\p{Cs}/u;
const NUMBER = /^-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?$/;
const VERSION = /^v?([0-9]{1,9}(\.[0-9]{1,9})*)/;

const isText = (v) => typeof v === 'string';
const isNumber = (v) => typeof v === 'number';
const isFlag = (v) => typeof v === 'boolean';

/** Null is missing, and so is what can't be read. */
const scalar = (v) => {
  if (v == null || (isText(v) && LONE_SURROGATE.test(v)) || (isNumber(v) && !isFinite(v))) return null;
  return isText(v) || isNumber(v) || isFlag(v) ? v : OPAQUE;
};

/** The double of a number or of a text that is one from end to end; else NaN, which compares with nothing. */
const number = (v) => (isNumber(v) || (isText(v) && NUMBER.test(v)) ? +v : NaN);

const equals = (a, b) => {
  if (isFlag(a) || isFlag(b)) return String(a) === String(b);
  return isNumber(a) || isNumber(b) ? number(a) === number(b) : a === b;
};

const areTexts = (a, b) => isText(a) && isText(b);

/** Below 0, 0 or above as the versions that both texts start with compare; NaN if one has none. */
const compareVersions = (a, b) => {
  const [left, right] = [a, b].map((text) => areTexts(a, b) && VERSION.exec(text)?.[1].split('.'));
  if (!left || !right) return NaN;
  for (let i = 0; i < left.length || i < right.length; i++) {
    const difference = (left[i] || 0) - (right[i] || 0);
    if (difference) return difference;
  }
  return 0;
};

/** Does one element of the attribute fit one of the rule's values? */
const TESTS = {
  __proto__: null,
  in: equals,
  not_in: equals,
  gt: (a, b) => number(a) > number(b),
  gte: (a, b) => number(a) >= number(b),
  lt: (a, b) => number(a) < number(b),
  lte: (a, b) => number(a) <= number(b),
  version_gte: (a, b) => compareVersions(a, b) >= 0,
  version_lt: (a, b) => compareVersions(a, b) < 0,
  contains: (a, b) => areTexts(a, b) && a.includes(b),
  starts_with: (a, b) => areTexts(a, b) && a.startsWith(b),
  ends_with: (a, b) => areTexts(a, b) && a.endsWith(b),
};

/** Says of attributes, an object without a prototype, whether a rule of the snapshot holds; throws for a rule that is none. */
export function compileRule({ attribute, op, values: given }) {
  const values = given || [];
  const test = TESTS[op];
  const exists = op === 'exists';
  const allowed = exists ? values.length < 2 && values.every(isFlag) : !test || values.length > 0;
  if (!attribute || !allowed || !values.every((v) => v != null && scalar(v) === v)) throw Error('rule');
  const fits = (element) => !!test && values.some((v) => test(element, v));
  return (attributes) => {
    const value = attributes[attribute];
    const isList = Array.isArray(value);
    const elements = (isList ? value : [value]).map(scalar);
    const isThere = isList || elements[0] !== null;
    if (exists) return isThere === (values[0] !== false);
    return (isThere && elements.some(fits)) === (op !== 'not_in');
  };
}

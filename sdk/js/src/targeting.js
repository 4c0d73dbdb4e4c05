/** A value that is there and equals nothing. */
const OPAQUE = {};
const LONE_SURROGATE = /\p{Cs}/u;
const NUMBER = /^-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?$/;
const VERSION = /^v?([0-9]{1,9}(?:\.[0-9]{1,9})*)/;

const isText = (v) => typeof v === 'string';
const isNumber = (v) => typeof v === 'number';

/** Null is missing, and so is what can't be read. */
const scalar = (v) => {
  if (v == null || (isText(v) && LONE_SURROGATE.test(v)) || (isNumber(v) && !isFinite(v))) return null;
  return typeof v === 'object' || typeof v === 'function' ? OPAQUE : v;
};

/** The double of a number or of a text that is one from end to end; else NaN, which compares with nothing. */
const number = (v) => (isNumber(v) ? v : isText(v) && NUMBER.test(v) ? +v : NaN);

/** Below 0, 0 or above as the versions that both texts start with compare; NaN if one has none. */
const compareVersions = (a, b) => {
  const [left, right] = [a, b].map((text) => VERSION.exec(text)?.[1].split('.'));
  if (!left || !right) return NaN;
  for (let i = 0; i < left.length || i < right.length; i++) {
    const difference = (left[i] || 0) - (right[i] || 0);
    if (difference) return difference;
  }
  return 0;
};

const ordered = (test) => (a, b) => test(number(a), number(b));
const texts = (test) => (a, b) => isText(a) && isText(b) && test(a, b);

/** Does one element of the attribute fit one of the rule's values? */
const TESTS = new Map([
  ['gt', ordered((a, b) => a > b)],
  ['gte', ordered((a, b) => a >= b)],
  ['lt', ordered((a, b) => a < b)],
  ['lte', ordered((a, b) => a <= b)],
  ['version_gte', texts((a, b) => compareVersions(a, b) >= 0)],
  ['version_lt', texts((a, b) => compareVersions(a, b) < 0)],
  ['contains', texts((a, b) => a.includes(b))],
  ['starts_with', texts((a, b) => a.startsWith(b))],
  ['ends_with', texts((a, b) => a.endsWith(b))],
]);

/** Equality with any of the values, of which those that are compared as text are found at once. */
const equalsAny = (values) => {
  const asText = new Set(values.filter((v) => !isNumber(v)).map(String));
  const numbers = values.filter(isNumber);
  const readable = values.map(number).filter((n) => n === n);
  return (element) => {
    if (isNumber(element)) return readable.includes(element);
    if (isText(element)) return asText.has(element) || (numbers.length > 0 && numbers.includes(number(element)));
    return typeof element === 'boolean' && asText.has(String(element));
  };
};

const require = (holds) => {
  if (!holds) throw new Error('rule');
};

const checkValues = (op, values) => {
  require(Array.isArray(values));
  if (op === 'exists') {
    require(values.length < 2 && values.every((v) => typeof v === 'boolean'));
  } else {
    require(values.length > 0 && values.length <= 200);
    require(values.every((v) => typeof v === 'boolean' || ((isText(v) || isNumber(v)) && scalar(v) !== null)));
  }
};

/** Says of a value, null if it is missing, whether the rule holds. */
const compileOp = (op, values) => {
  if (op === 'exists') return (value) => (value !== null) === (values[0] !== false);
  const equals = equalsAny(values);
  const compares = TESTS.get(op);
  const test = compares ? (element) => values.some((v) => compares(element, v)) : equals;
  const any = (value) => value !== null && (Array.isArray(value) ? value.some(test) : test(value));
  return op === 'not_in' ? (value) => !any(value) : any;
};

/** Says of attributes whether a rule of the snapshot holds; throws for a rule that is none. */
export function compileRule({ attribute, op, values: given }) {
  const values = given ?? [];
  require(isText(attribute) && attribute && isText(op));
  if (!TESTS.has(op) && !['in', 'not_in', 'exists'].includes(op)) return () => false;
  checkValues(op, values);
  const holds = compileOp(op, values);
  return (attributes) => {
    const value = Object.prototype.hasOwnProperty.call(attributes, attribute) ? attributes[attribute] : null;
    return holds(Array.isArray(value) ? value.map(scalar) : scalar(value));
  };
}

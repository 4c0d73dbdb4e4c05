import { prepare, utf8 } from './hash.js';
import { open } from './storage.js';

const MAX_BYTES = 256;

/** Neither control characters nor lone surrogates. */
const VALID = /^[^\p{Cc}\p{Cs}]+$/u;

/**
 * A user made ready for evaluation, from an id or {id, attributes}; null if the id is none. Attributes are copied, so that
 * a later change of the caller's object changes nothing here.
 */
export function prepareUser(given) {
  const { id, attributes } = typeof given === 'string' ? { id: given } : given || {};
  if (typeof id !== 'string' || !VALID.test(id)) return null;
  const bytes = utf8(id);
  return bytes.length > MAX_BYTES ? null : { id, attributes: { ...attributes }, ...prepare(bytes) };
}

/** 32 hex digits that nobody else has. */
export function randomId() {
  const bytes = new Uint8Array(16);
  try {
    crypto.getRandomValues(bytes);
  } catch {
    bytes.forEach((_, i) => (bytes[i] = Math.random() * 256));
  }
  return Array.from(bytes, (b) => (b + 256).toString(16).slice(1)).join('');
}

let forThisPage;

/** A random user id that stays in this browser; without storage one that stays as long as the page. */
export function anonymousId(storage) {
  const store = open(() => storage || localStorage, 'assay:');
  const known = store.read('anonymous');
  if (typeof known === 'string' && VALID.test(known)) return known;
  forThisPage ??= randomId();
  store.write('anonymous', forThisPage);
  return forThisPage;
}

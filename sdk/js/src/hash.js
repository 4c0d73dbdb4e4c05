/*
 * MurmurHash3 (x86, 32 bit), taken apart so that a user's bytes are mixed once and then meet every salt.
 *
 * A salt is 8 ASCII characters, two whole blocks: the state behind them is a constant of the salt. What a block of the user
 * contributes does not depend on that state, so it is computed once per user.
 */
const mix = (k) => {
  k = Math.imul(k, 0xcc9e2d51);
  return Math.imul((k << 15) | (k >>> 17), 0x1b873593);
};

const step = (h, k) => {
  h ^= k;
  return (Math.imul((h << 13) | (h >>> 19), 5) + 0xe6546b64) | 0;
};

/** Bytes as the hash takes them up: mixed blocks, the last of which is not whole, and how many bytes they are. */
export const prepare = (bytes) => {
  const padded = new Uint8Array(((bytes.length >> 2) + 1) << 2);
  padded.set(bytes);
  return { blocks: new Int32Array(padded.buffer).map(mix), length: bytes.length };
};

/** The state after the whole blocks. */
const absorb = (state, blocks) => {
  for (let i = 0; i < blocks.length - 1; i++) state = step(state, blocks[i]);
  return state;
};

/** The hash, unsigned, of prepared bytes behind a state that has seen {@code before} bytes. */
export const hash = (state, { blocks, length }, before = 0) => {
  let h = absorb(state, blocks) ^ blocks[blocks.length - 1] ^ (length + before);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
};

export const utf8 = (text) => new TextEncoder().encode(text);

/** The hash's state after a salt of 8 characters. */
export const afterSalt = (salt) => absorb(0, prepare(utf8(salt)).blocks);

/** The bucket, 0 to 9999, of a prepared user behind a salt's state. */
export const bucket = (state, user) => Math.floor((hash(state, user, 8) * 10000) / 4294967296);
